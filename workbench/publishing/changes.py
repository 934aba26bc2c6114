"""What differs between two releases, as an editor thinks of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from guide.markup import fill, seconds
from guide.release import FALLBACK_LOCALE
from workbench.compiler.reading import grade

Release = Mapping[str, Any]

_PARTS = ("title", "name", "short", "more", "routines", "card", "next", "sources", "review")
# The sections that are listed entry by entry, and how they are called.
_SECTIONS = {
    "warnings": "warning signs",
    "phrases": "phrases",
    "sources": "sources",
    "topics": "topics",
    "intents": "intents",
    "roles": "roles",
}

# Those of which it is only told that they change.
_WHOLE = {
    "places": "places: numbers or words by locale",
    "signs": "how warning signs are heard",
    "understanding": "how listeners are understood",
}


def changes(old: Release, new: Release) -> list[str]:
    """Return what changes from ``old`` to ``new``, a line each; nothing when nothing does.

    An answer's seconds are those of its first part as spoken in the United States; its grade is that of its hardest part.
    """
    lines = list(_answers(old, new))
    for section, name in _SECTIONS.items():
        lines += _entries(name, old.get(section, {}), new.get(section, {}))
    lines += [f"~ {name}" for section, name in _WHOLE.items() if old.get(section) != new.get(section)]
    if old.get("model") != new.get("model"):
        lines.append(f"~ needs the interaction model {new.get('model') or '?'} (before: {old.get('model') or '?'})")
    return lines


def _answers(old: Release, new: Release) -> Iterator[str]:
    before, after = old.get("answers", {}), new.get("answers", {})
    for answer in sorted(before.keys() | after.keys()):
        if answer not in before:
            first, hardest = _figures(after[answer], new)
            yield f"+ {answer}: {first:.0f} seconds, grade {hardest:.1f}"
        elif answer not in after:
            yield f"- {answer}"
        elif before[answer] != after[answer]:
            yield f"~ {answer}: {_changed(before[answer], after[answer], old, new)}"


def _changed(before: Mapping[str, Any], after: Mapping[str, Any], old: Release, new: Release) -> str:
    parts = ", ".join(part for part in _PARTS if before.get(part) != after.get(part))
    (was_first, was_hardest), (first, hardest) = _figures(before, old), _figures(after, new)
    length = f"{first:.0f} seconds" if round(first) == round(was_first) else f"{was_first:.0f} → {first:.0f} seconds"
    level = (
        f"grade {hardest:.1f}"
        if round(hardest, 1) == round(was_hardest, 1)
        else f"grade {was_hardest:.1f} → {hardest:.1f}"
    )
    return f"{length}, {level} ({parts or 'details'})"


def _figures(answer: Mapping[str, Any], release: Release) -> tuple[float, float]:
    words = {name: said for name, (said, _) in release["places"]["served"].get(FALLBACK_LOCALE, {}).items()}
    spoken = [answer["short"], *answer["more"], *(step for routine in answer["routines"] for step in routine["steps"])]
    return seconds(fill(answer["short"], words)), max(grade(part) for part in spoken)


def _entries(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    kinds = (
        ("added", [key for key in after if key not in before]),
        ("changed", [key for key in after if key in before and before[key] != after[key]]),
        ("removed", [key for key in before if key not in after]),
    )
    found = [f"{kind} {', '.join(sorted(keys))}" for kind, keys in kinds if keys]
    if found:
        yield f"~ {name}: {'; '.join(found)}"
