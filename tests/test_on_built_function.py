"""The plugin of ``make test-built`` tells when it is not the built function that is tried."""

from __future__ import annotations

import json
import subprocess
import sys

from workbench.runtime import ROOT


def strangers(before: str) -> list[str]:
    """Return what the plugin complains of where ``before`` was imported first."""
    program = f"import json, sys; sys.path[:0] = ['.', 'lambda/skill']; {before}\n"
    program += "import tests.on_built_function as plugin; print(json.dumps(plugin.from_elsewhere()))"
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(ran.stdout)
    return found


def test_modules_of_the_source_tree_are_told_of() -> None:
    (told,) = [line for line in strangers("import guide.words") if line.startswith("guide.words ")]
    assert told.endswith("guide/words.py")


def test_an_sdk_of_the_environment_is_told_of() -> None:
    assert any(line.startswith("ask_sdk_model ") for line in strangers("import ask_sdk_model"))


def test_otherwise_nothing_is() -> None:
    assert strangers("import json") == []
