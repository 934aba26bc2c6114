"""What the image would hold is enough to serve, without building it: that takes Docker, and is tried by hand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.compiler.content import ROOT

DOCKERFILE = ROOT / "webservice" / "Dockerfile"
IGNORED = ROOT / "webservice" / "Dockerfile.dockerignore"
TEXT = DOCKERFILE.read_text().replace("\\\n", " ")


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} +(.+)$", TEXT, re.MULTILINE)


@pytest.fixture
def image(built: Path, tmp_path: Path) -> Path:
    """A folder with what COPY would put in the image."""
    for copy in instructions("COPY"):
        source, target = copy.split()
        place = tmp_path / target
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, place)
    return tmp_path


def test_the_base_image_is_a_build_argument() -> None:
    assert re.search(r"^ARG BASE_IMAGE=\S+\nFROM \$\{BASE_IMAGE\}$", TEXT, re.MULTILINE)


def test_it_does_not_run_as_root() -> None:
    assert int(instructions("USER")[-1].partition(":")[0]) > 0


def test_what_is_copied_is_not_ignored() -> None:
    kept = [line.removeprefix("!").removesuffix("/**") for line in IGNORED.read_text().splitlines() if line[:1] == "!"]
    for copy in instructions("COPY"):
        source = copy.split()[0]
        assert any(source == path or source.startswith(path + "/") for path in kept), source


def test_gunicorn_takes_its_settings_and_the_application(image: Path) -> None:
    arguments = json.loads(instructions("ENTRYPOINT")[-1])
    assert arguments[0] == "python"
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "REPLAY_STORE")}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", *arguments[1:], "--check-config"],
        cwd=image,
        env={**environment, "SKILL_ID": "amzn1.ask.skill.test"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr


def test_every_package_that_is_locked_has_hashes() -> None:
    lock = (ROOT / "webservice" / "requirements.txt").read_text().replace("\\\n", " ")
    lines = [line for line in lock.splitlines() if line and not line.startswith("#")]
    assert lines
    assert all("==" in line and "--hash=sha256:" in line for line in lines)


def test_what_is_locked_is_light_and_leaves_out_what_is_broken() -> None:
    lock = (ROOT / "webservice" / "requirements.txt").read_text()
    names = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert {"flask-ask-sdk", "gunicorn", "cryptography"} <= names
    assert not names & {"oscrypto", "certvalidator", "freezegun", "boto3", "numpy", "scipy"}


def test_it_runs_side_by_side_with_the_workbench() -> None:
    """Both locks name the same versions, so that installing one does not break the other."""
    versions: list[dict[str, str]] = []
    for lock in ("webservice/requirements.txt", "workbench/requirements.txt"):
        versions.append(dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE)))
    web, bench = versions
    assert {name: web[name] for name in web.keys() & bench.keys()} == {
        name: bench[name] for name in web.keys() & bench.keys()
    }
