"""Finding Python 3.13, on machines that keep it in different places; the Pythons are small scripts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.python313 import MissingPython, find_python313

RUNS, FAILS = "#!/bin/sh\nexit 0\n", "#!/bin/sh\nexit 127\n"


def put(path: Path, script: str = RUNS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """A machine's environment: a home and a PATH, both empty."""
    return {"HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "bin")}


def test_path_comes_first(machine: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path / "home/.pyenv/versions/3.13.1/bin/python3.13")
    on_path = put(tmp_path / "bin/python3.13")
    assert find_python313(machine) == on_path


def test_a_shim_that_fails_is_passed_over(machine: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path / "bin/python3.13", FAILS)
    other = put(tmp_path / "other/python3.13")
    machine["PATH"] += os.pathsep + str(tmp_path / "other")
    assert find_python313(machine) == other


def test_pyenv_keeps_the_newest_for_us(machine: dict[str, str], tmp_path: Path) -> None:
    for release in ("3.13.0", "3.13.9", "3.13.10", "3.12.11"):
        put(tmp_path / f"home/.pyenv/versions/{release}/bin/python3.13")
    assert "3.13.10" in find_python313(machine).parts


def test_pyenv_may_live_elsewhere(machine: dict[str, str], tmp_path: Path) -> None:
    machine["PYENV_ROOT"] = str(tmp_path / "pyenv")
    python = put(tmp_path / "pyenv/versions/3.13.2/bin/python3.13")
    assert find_python313(machine) == python


@pytest.mark.parametrize(
    ("variable", "folder"),
    [("", "home/.local/share/uv/python"), ("XDG_DATA_HOME", "data/uv/python"), ("UV_PYTHON_INSTALL_DIR", "pythons")],
)
def test_uv_is_asked_last(machine: dict[str, str], tmp_path: Path, variable: str, folder: str) -> None:
    if variable:
        machine[variable] = str(tmp_path / folder.split("/")[0])
    python = put(tmp_path / folder / "cpython-3.13.4-linux-x86_64-gnu/bin/python3.13")
    assert find_python313(machine) == python


def test_another_python_under_that_name_is_not_taken(machine: dict[str, str], tmp_path: Path) -> None:
    impostor = put(tmp_path / "bin/python3.13", "not a program at all")
    impostor.chmod(0o644)
    put(tmp_path / "home/.pyenv/versions/3.13.0/bin/python3.13", "\x7fELF no machine runs this")
    with pytest.raises(MissingPython):
        find_python313(machine)


def test_absence_is_told_with_what_to_do(machine: dict[str, str]) -> None:
    with pytest.raises(MissingPython) as told:
        find_python313(machine)
    for hint in ("/home/.pyenv/versions", "/home/.local/share/uv/python", "uv python install 3.13"):
        assert hint in str(told.value)
