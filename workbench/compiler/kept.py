"""What takes long to work out is kept in ``build/``, under a name that says what it was worked out from."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

CACHE = "build"


def kept(root: Path, kind: str, name: str, make: Callable[[], Any]) -> Any:
    """Return what ``make`` returns; of each ``kind``, the last is kept in ``build/`` under ``root``, as JSON.

    ``name`` must be another one whenever ``make`` would return something else. What can no longer be read is made anew.
    """
    path = root / CACHE / f"{kind}-{name}.json"
    with contextlib.suppress(FileNotFoundError, ValueError):
        return json.loads(path.read_bytes())
    found = make()
    path.parent.mkdir(exist_ok=True)
    for old in path.parent.glob(f"{kind}-*.json"):
        old.unlink(missing_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(json.dumps(found))
    partial.replace(path)
    return found
