"""Under which licence a package is, in SPDX's terms (https://spdx.org/licenses), by what its own metadata says."""

from __future__ import annotations

from collections.abc import Collection
from email.message import Message

_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "Artistic License": "Artistic-1.0-Perl",
    "BSD License": "LicenseRef-BSD",
    "GNU General Public License (GPL)": "LicenseRef-GPL",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""PyPI's classifiers. Some do not say which version or which clauses; SPDX has no name for that."""

_WRITTEN = {"BSD": "LicenseRef-BSD", "MIT license": "MIT", "Apache 2.0": "Apache-2.0"}

# Longer, and the field holds the licence itself.
_NAME_CHARACTERS = 40


def licences(metadata: Message) -> tuple[str, ...]:
    """Return the licences of a package, each an SPDX expression; () when its metadata does not say.

    Where there are several, the metadata does not say whether all of them hold or one may be chosen.
    """
    if expression := metadata.get("License-Expression"):
        return (expression,)
    named = [
        value.rpartition(" :: ")[2] for value in metadata.get_all("Classifier", []) if value.startswith("License ::")
    ]
    if found := tuple(dict.fromkeys(_CLASSIFIERS.get(name, name) for name in named)):
        return found
    written = (metadata.get("License") or "").strip()
    if not written or len(written) > _NAME_CHARACTERS or "\n" in written:
        return ()
    return (_WRITTEN.get(written, written),)


def is_allowed(stated: Collection[str], allowed: Collection[str]) -> bool:
    """True when every licence in ``stated`` is allowed; of "A OR B" one is enough."""
    return bool(stated) and all(_expression_allowed(expression, allowed) for expression in stated)


def _expression_allowed(expression: str, allowed: Collection[str]) -> bool:
    # Brackets only occur around an OR within an AND; refusing those expressions errs on the side of asking.
    choices = [choice.split(" AND ") for choice in expression.split(" OR ")]
    return any(all(part.strip() in allowed for part in parts) for parts in choices)
