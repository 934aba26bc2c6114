"""stores/current.py: which release the function answers from, by its environment."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from stores.current import REFRESH_SECONDS, current_release
from stores.dynamodb import PublishedRelease
from tests.content_tables import release
from workbench.compiler.content import ROOT

_BUNDLED = release(0)


def test_without_a_table_it_is_the_bundled_release() -> None:
    assert current_release({}, lambda: _BUNDLED)() is _BUNDLED


def test_without_a_table_boto3_is_not_imported() -> None:
    program = "import sys; from stores.current import current_release; print('boto3' in sys.modules, 'botocore' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lambda" / "skill")}
    ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]


def test_with_a_table_boto3_is_not_imported_before_the_first_request() -> None:
    program = (
        "import sys; from stores.dynamodb import PublishedRelease; "
        "print('boto3' in sys.modules, 'botocore' in sys.modules, 'concurrent.futures' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lambda" / "skill")}
    ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False", "False"]


def test_with_a_table_it_is_the_published_one() -> None:
    assert isinstance(current_release({"CONTENT_TABLE": "content"}, lambda: _BUNDLED), PublishedRelease)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("", REFRESH_SECONDS), ("5", 5.0), ("0", 1.0), ("-3", 1.0), ("often", REFRESH_SECONDS), ("nan", 1.0)],
)
def test_interval_is_configured_and_never_nonsense(written: str, seconds: float) -> None:
    environment = {"CONTENT_TABLE": "content", "CONTENT_REFRESH_SECONDS": written}
    published = current_release(environment, lambda: _BUNDLED)
    assert isinstance(published, PublishedRelease)
    assert published._interval == seconds


def test_before_a_snapshot_everything_is_read() -> None:
    loaded = release(0)
    environment = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    assert not {"signs", "understanding"} & vars(loaded).keys()
    assert {"signs", "understanding"} <= vars(current_release(environment, lambda: loaded)()).keys()


@pytest.mark.parametrize("table", ["", "content"])
def test_answers_withdrawn_at_deploy_are_off_the_air_from_the_start(table: str) -> None:
    first, second, *_ = _BUNDLED.answers
    environment = {"CONTENT_WITHDRAWN": f"{first}, {second},unheard-of"}
    current = current_release(environment | ({"CONTENT_TABLE": table} if table else {}), lambda: _BUNDLED)
    served = current._release if isinstance(current, PublishedRelease) else current()
    for answer in (first, second):
        assert "Edition" not in served.answers[answer]["short"]


def test_snapshot_has_the_client_already(aws: None) -> None:
    environment = {"CONTENT_TABLE": "content", "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    published = current_release(environment, lambda: _BUNDLED)
    assert isinstance(published, PublishedRelease)
    assert published._client is not None
