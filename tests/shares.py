"""A share of the lines, for what would take too long on all of them."""

from __future__ import annotations

import zlib


def is_one_in(count: int, line: str) -> bool:
    """Tell whether ``line`` is in the share: always the same lines, whatever is written before them."""
    return zlib.crc32(line.encode()) % count == 0
