"""Where this machine keeps Python 3.13, the Python that the function runs under in Lambda.

Run as a program it prints the path. It needs nothing but a Python, so that it works before the set-up.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

MISSING = """Python 3.13 is missing: the function runs under it, so it is built and tried under it.
Looked on PATH, where pyenv keeps it ({pyenv}) and where uv keeps it ({uv}).
Install it in one of these ways, and run the command again:
    uv python install 3.13
    pyenv install 3.13
    your system's package python3.13, with its venv and pip"""

# Byte code is only good for the Python that wrote it; alphas and betas of 3.13 wrote another.
_IS_313 = (
    "import sys; sys.exit(sys.implementation.cache_tag != 'cpython-313' or sys.version_info.releaselevel != 'final')"
)


class MissingPython(Exception):
    """There is no Python 3.13; the message says where it was looked for and how to get it."""


def find_python313(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the first Python 3.13 that runs: on PATH, then pyenv's, then uv's.

    Raises:
        MissingPython: when there is none.
    """
    for candidate in _candidates(environment):
        if _is_python313(candidate):
            return candidate
    raise MissingPython(MISSING.format(pyenv=_pyenv_versions(environment), uv=_uv_pythons(environment)))


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    for folder in environment.get("PATH", "").split(os.pathsep):
        if folder:
            yield Path(folder, "python3.13")
    yield from _newest_first(_pyenv_versions(environment), "3.13*/bin/python3.13")
    yield from _newest_first(_uv_pythons(environment), "cpython-3.13*/bin/python3.13")


def _pyenv_versions(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("PYENV_ROOT") or _home(environment) / ".pyenv", "versions")


def _uv_pythons(environment: Mapping[str, str]) -> Path:
    if folder := environment.get("UV_PYTHON_INSTALL_DIR"):
        return Path(folder)
    return Path(environment.get("XDG_DATA_HOME") or _home(environment) / ".local" / "share", "uv", "python")


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("HOME") or Path.home())


def _newest_first(folder: Path, pattern: str) -> list[Path]:
    """Matches sorted by the length of their name, then the name: 3.13.10 comes before 3.13.9."""
    return sorted(folder.glob(pattern), key=lambda path: (len(str(path)), str(path)), reverse=True)


def _is_python313(candidate: Path) -> bool:
    """True when ``candidate`` runs and is what it is called.

    pyenv puts a ``python3.13`` on PATH that only runs while that version is the chosen one.
    """
    if not os.access(candidate, os.X_OK):
        return False
    try:
        command = [str(candidate), "-c", _IS_313]
        asked = subprocess.run(command, check=False, capture_output=True, timeout=30)  # noqa: S603 - nobody's input
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


if __name__ == "__main__":
    try:
        print(find_python313())
    except MissingPython as missing:
        sys.exit(str(missing))
