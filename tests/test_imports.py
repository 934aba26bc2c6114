"""What the function imports on its way to an answer: counted, not timed, so that it holds on every machine.

A listener hears a cold start as silence, and nine tenths of a cold start are imports (docs/performance.md).
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from workbench.runtime import ROOT

SKILL = ROOT / "lambda" / "skill"

# What is imported beyond a bare interpreter with json, logging and re, which Lambda's runtime has imported before.
MOST_TO_ANSWER = 130
MOST_OF_THE_SDK = 90  # of 360 that importing ask_sdk_core alone brings along

# None of it is needed to answer. Each was imported, or nearly, at one time, by us or by what we use.
NOT_NEEDED = (
    # for the content table, the web service and the workbench
    *("boto3", "botocore", "flask", "werkzeug", "numpy", "scipy", "yaml", "stores.dynamodb", "workbench", "webservice"),
    # for clients of Alexa's web services, which this skill does not call
    *(
        "requests",
        "urllib3",
        "certifi",
        "idna",
        "charset_normalizer",
        "http",
        "ssl",
        "socket",
        "email",
        "urllib.request",
    ),
    *("ask_sdk_core.api_client", "ask_sdk_model.services.lwa", "ask_sdk_model.services.monetization"),
    # slow, and nothing needs them
    *("dateutil", "dataclasses", "inspect", "ast", "asyncio", "subprocess", "tempfile", "unittest", "hashlib"),
)


@cache
def imported(event: str) -> frozenset[str]:
    """Return the modules that a fresh process has imported once it has answered ``event``."""
    program = f"""
import json, logging, re, sys
before = set(sys.modules)
import skill_function
event = json.load(open({str(ROOT / "events" / event)!r}))
assert "response" in skill_function.handler(event, None)
print(json.dumps([name for name, module in sys.modules.items() if name not in before and getattr(module, "__spec__", None)]))
"""
    command = [sys.executable, "-W", "ignore", "-c", program]
    ran = subprocess.run(command, cwd=SKILL, env={"SKILL_ID": ""}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return frozenset(json.loads(ran.stdout.splitlines()[-1]))


@pytest.mark.parametrize("event", ["launch.json", "relief.json", "free-text.json", "session-ended-user-initiated.json"])
class TestDefaultPath:
    def test_no_more_modules_than_before(self, built: Path, event: str) -> None:
        modules = imported(event)
        assert len(modules) <= MOST_TO_ANSWER, sorted(modules)

    def test_no_more_of_the_sdk_than_before(self, built: Path, event: str) -> None:
        sdk = [name for name in imported(event) if name.partition(".")[0].startswith("ask_sdk")]
        assert 40 < len(sdk) <= MOST_OF_THE_SDK, sorted(sdk)

    def test_nothing_that_is_not_needed(self, built: Path, event: str) -> None:
        wasted = [name for name in imported(event) if name.startswith(NOT_NEEDED)]
        assert wasted == []


def test_the_domain_and_its_reader_are_all_that_a_launch_needs(built: Path) -> None:
    assert {
        "guide.conversation",
        "guide.release",
        "guide.sections",
        "stores.bundled",
        "ask_sdk_core.skill",
    } <= imported("launch.json")
