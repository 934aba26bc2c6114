"""Publishing without a deploy: the protocol that the publisher function follows too, and what the commands need around it."""

import sys
from pathlib import Path

# The publisher's folder is the root of its imports in Lambda; here its modules have the same names.
_PUBLISHER = str(Path(__file__).resolve().parents[2] / "lambda" / "publisher")
if _PUBLISHER not in sys.path:
    sys.path.append(_PUBLISHER)

from content_table import (  # noqa: E402
    BrokenReleaseError,
    ConflictError,
    ContentTable,
    Move,
    Origin,
    Package,
    Pointer,
    PublishingError,
    Stored,
)
from protocol import (  # noqa: E402
    Bundle,
    Models,
    NotAReleaseError,
    Published,
    RefusedError,
    bundle,
    canonical,
    check_deployed,
    load,
    models,
    now,
    pack,
    prunable,
    prune,
    publish,
    publish_bundle,
    record_model,
    release_before,
    restore,
    roll_back,
    store,
    withdraw,
    withdrawn,
)

__all__ = [
    "BrokenReleaseError",
    "Bundle",
    "ConflictError",
    "ContentTable",
    "Models",
    "Move",
    "NotAReleaseError",
    "Origin",
    "Package",
    "Pointer",
    "Published",
    "PublishingError",
    "RefusedError",
    "Stored",
    "bundle",
    "canonical",
    "check_deployed",
    "load",
    "models",
    "now",
    "pack",
    "prunable",
    "prune",
    "publish",
    "publish_bundle",
    "record_model",
    "release_before",
    "restore",
    "roll_back",
    "store",
    "withdraw",
    "withdrawn",
]
