"""From judged questions to a table of figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.evaluation.questions import ELSEWHERE, IN_SCOPE, SIGN, Question
from workbench.standin.ears import FALLBACK, SEARCH_QUERY, Ears

Judged = tuple[Question, Mapping[str, Any], str]
"""A question, the guide's reply to it, and the verdict."""

OUTCOMES = ("right", "offered", "wrong", "declined", "warned")
ELSEWHERE_OUTCOMES = ("declined", "warned", "offered", "answered")
SIGN_OUTCOMES = ("right", "milder", "missed")


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return all figures as shares of 1, with counts; doubtful rows are left out of the headline ones."""
    ours = [row for row in judged if row[0].kind == IN_SCOPE]
    clear = [row for row in ours if not row[0].doubtful]
    signs = [row for row in judged if row[0].kind == SIGN]
    undisputed = [row for row in signs if row[0].label == "emergency" and not row[0].disputed]
    elsewhere = [row for row in judged if row[0].kind == ELSEWHERE]
    return {
        "in_scope": _shares(clear, OUTCOMES),
        "in_scope_all_rows": _shares(ours, OUTCOMES),
        "in_scope_emergency_replies": _share(clear, lambda row: row[1]["care_level"] == "emergency"),
        "by_answer": {label: _shares([r for r in ours if r[0].label == label], OUTCOMES) for label in _labels(ours)},
        "signs": {label: _shares([r for r in signs if r[0].label == label], SIGN_OUTCOMES) for label in _labels(signs)},
        "emergencies_undisputed_told": _share(undisputed, lambda row: row[1]["care_level"] == "emergency"),
        "elsewhere": {
            k: _shares([r for r in elsewhere if r[0].label == k], ELSEWHERE_OUTCOMES) for k in _labels(elsewhere)
        },
    }


def coverage(texts: Sequence[str], ears: Ears) -> dict[str, Any]:
    """Return how much of what is said reaches the function: the share of texts that do, and of words behind carriers."""
    by: Counter[str] = Counter()
    spoken = kept = 0
    for text in texts:
        hearing = ears.hear(text)
        by["nothing" if hearing.intent == FALLBACK else hearing.by] += 1
        for slot in hearing.slots.values():
            if slot.type == SEARCH_QUERY:
                spoken += len(text.split())
                kept += len(slot.value.split())
    total = max(len(texts), 1)
    return {"lost": by["nothing"] / total, "words_in_slot": kept / max(spoken, 1), "by": dict(by), "n": len(texts)}


def table(found: Mapping[str, Any], heard: Mapping[str, Any]) -> str:
    """Return the figures as text."""
    lines = [_head("in scope, by answer", OUTCOMES)]
    lines += [_row(label, shares, OUTCOMES) for label, shares in found["by_answer"].items()]
    lines += [
        _row("all rows", found["in_scope_all_rows"], OUTCOMES),
        _row("without doubtful rows", found["in_scope"], OUTCOMES),
    ]
    right, offered = found["in_scope"]["right"], found["in_scope"]["offered"]
    lines.append(f"{'right, or among the two offered':<34}{right + offered:>8.3f}")
    lines.append(f"{'emergency reply, no sign labelled':<34}{found['in_scope_emergency_replies']:>8.3f}")
    lines += ["", _head("elsewhere", ELSEWHERE_OUTCOMES)]
    lines += [_row(label, shares, ELSEWHERE_OUTCOMES) for label, shares in found["elsewhere"].items()]
    lines += ["", _head("warning signs, by level", SIGN_OUTCOMES)]
    lines += [_row(label, shares, SIGN_OUTCOMES) for label, shares in found["signs"].items()]
    lines.append(f"{'undisputed emergencies told':<34}{found['emergencies_undisputed_told']:>8.3f}")
    lines += ["", f"{'no carrier catches':<34}{heard['lost']:>8.3f}   of {heard['n']} texts"]
    lines.append(f"{'words that the carriers pass on':<34}{heard['words_in_slot']:>8.3f}")
    return "\n".join(lines)


def _labels(rows: Sequence[Judged]) -> list[str]:
    return sorted({row[0].label for row in rows})


def _shares(rows: Sequence[Judged], outcomes: Sequence[str]) -> dict[str, Any]:
    counts = Counter(row[2] for row in rows)
    return {"n": len(rows), **{outcome: counts[outcome] / max(len(rows), 1) for outcome in outcomes}}


def _share(rows: Sequence[Judged], holds: Any) -> float:
    return sum(map(bool, map(holds, rows))) / max(len(rows), 1)


def _head(name: str, outcomes: Sequence[str]) -> str:
    return f"{name:<28}{'n':>6}" + "".join(f"{outcome:>10}" for outcome in outcomes)


def _row(name: str, shares: Mapping[str, Any], outcomes: Sequence[str]) -> str:
    return f"  {name:<26}{shares['n']:>6}" + "".join(f"{shares[outcome]:>10.3f}" for outcome in outcomes)
