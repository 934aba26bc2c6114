"""The release that lies beside the function's code; it needs nothing and cannot be out of reach."""

from __future__ import annotations

import json
from pathlib import Path

from guide.release import Release

RELEASE_FILE = Path(__file__).parent.parent / "release.json"


def load_release(path: Path = RELEASE_FILE) -> Release:
    """Return the bundled release.

    Raises:
        OSError: when there is no such file (``guide build`` makes it).
        ValueError: when it is not a release that this code can read.
    """
    return Release(json.loads(path.read_bytes()))
