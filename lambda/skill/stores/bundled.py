"""The release that lies beside the function's code; it needs nothing and cannot be out of reach."""

from __future__ import annotations

import mmap
from pathlib import Path

from guide.release import Release
from guide.sections import read_sections

RELEASE_FILE = Path(__file__).parent.parent / "release.json"


def load_release(path: Path = RELEASE_FILE) -> Release:
    """Return the bundled release.

    Raises:
        OSError: when there is no such file (``guide build`` makes it).
        ValueError: when it is not a release that this code can read.
    """
    with path.open("rb") as file:
        text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return Release(read_sections(text, len(text)))
