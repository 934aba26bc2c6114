"""A plugin for pytest: the suites run on the folder that ``sam build`` made, with the ask-sdk in it, instead of lambda/skill.

``make test-built`` uses it, under Python 3.13 and in an environment that has no ask-sdk of its own.
"""

from __future__ import annotations

import sys

import pytest

import workbench  # puts lambda/skill where imports look; what is here takes it out again
from workbench.runtime import BUILT_FUNCTION, ROOT

SOURCE = ROOT / "lambda" / "skill"
OWN = {path.stem for path in SOURCE.iterdir() if path.is_dir() or path.suffix == ".py"}
SDK = {"ask_sdk_core", "ask_sdk_model", "ask_sdk_runtime"}

assert workbench
sys.path[:] = [str(BUILT_FUNCTION), *(path for path in sys.path if path != str(SOURCE))]


def from_elsewhere() -> list[str]:
    """Return the modules of the function, and of ask-sdk, that were imported from anywhere but the built folder."""
    modules = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
    return [
        f"{name} from {file}"
        for name, file in sorted(modules.items())
        if name.partition(".")[0] in OWN | SDK and file and not file.startswith(f"{BUILT_FUNCTION}/")
    ]


def pytest_sessionstart() -> None:
    """Stop where the folder is missing or is not what the sources give."""
    built, source = (folder / "release.json" for folder in (BUILT_FUNCTION, SOURCE))
    if not built.exists() or not source.exists() or built.read_bytes() != source.read_bytes():
        pytest.exit(f"{BUILT_FUNCTION} is missing or old. Run: make sam-build", 2)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail when anything but the built function was tried."""
    if strangers := from_elsewhere():
        pytest.exit("not from the built folder: " + ", ".join(strangers), 2)
