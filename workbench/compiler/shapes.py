"""The shape of hand-written YAML: a part of the wrong shape is told of and left out, so that nothing after it trips."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.compiler.files import Lines
from workbench.compiler.problems import Problems


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_lines(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(line, str) for line in value)


def is_texts_by_name(value: Any) -> bool:
    return isinstance(value, dict) and all(is_text(text) for text in value.values())


def has(
    needed: Mapping[str, Callable[[Any], bool]], optional: Mapping[str, Callable[[Any], bool]]
) -> Callable[[Any], bool]:
    """Return whether something is a mapping with the ``needed`` fields, and with ``optional`` ones of the right kind."""

    def test(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and all(name in value and fits(value[name]) for name, fits in needed.items())
            and all(name not in value or fits(value[name]) for name, fits in optional.items())
        )

    return test


def _is_frame(value: Any) -> bool:
    return is_lines(value) or has({"reads": is_text, "samples": is_lines}, {"first_words": is_lines})(value)


_FRAME = "a list of carrier phrases, or 'reads' and 'samples', and may then have a list of 'first_words'"
_INTENTS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "commands": (
        has({"means": is_text}, {"samples": is_lines, "slots": is_texts_by_name}),
        "'means', and may have a list of 'samples'",
    ),
    "slots": (
        has({"slot": is_text, "type": is_text, "reads": is_text, "samples": is_lines}, {}),
        "'slot', 'type', 'reads' and a list of 'samples'",
    ),
    "urgent_frames": (_is_frame, _FRAME),
    "frames": (_is_frame, _FRAME),
}

_is_sign = has(
    {"id": is_text, "says": is_lines}, {"heard": is_lines, "heard_when_asked": is_lines, "examples": is_lines}
)


def shaped_intents(data: dict[str, Any], name: str, lines: Lines, problems: Problems) -> dict[str, Any]:
    """Return what of ``intents.yaml`` has the right shape."""
    kept: dict[str, Any] = {"invocation_name": str(data.get("invocation_name") or "")}
    for section in data:
        if section not in (*_INTENTS, "invocation_name"):
            known = ", ".join(["invocation_name", *_INTENTS])
            problems.add(name, lines(section), f"unknown part '{section}'; the parts are {known}")
    for section, (fits, form) in _INTENTS.items():
        written = shaped_mapping(data, section, name, lines, problems)
        for intent in written:
            if not fits(written[intent]):
                problems.add(name, lines(section, intent), f"'{intent}' must have {form}")
        kept[section] = {intent: value for intent, value in written.items() if fits(value)}
    return kept


def shaped_signs(data: dict[str, Any], name: str, lines: Lines, problems: Problems) -> dict[str, Any]:
    """Return ``warning_signs.yaml`` with those signs that have the right shape."""
    signs = data.get("signs")
    if not isinstance(signs, list) or not signs:
        if data:
            problems.add(
                name, lines("signs"), "'signs' must be a list of signs; see the comment at the top of the file"
            )
        return {}
    for i, sign in enumerate(signs):
        if not _is_sign(sign):
            problems.add(
                name,
                lines("signs", i),
                "a sign needs an 'id' and a list of 'says'; 'heard' and 'examples' are lists too",
            )
    kept = [i for i, sign in enumerate(signs) if _is_sign(sign)]
    lines.close_up(kept, "signs")
    return {**data, "signs": [signs[i] for i in kept]}


def shaped_mapping(data: dict[str, Any], key: str, name: str, lines: Lines, problems: Problems) -> dict[str, Any]:
    """Return the mapping under ``key``; nothing when it is missing or something else."""
    value = data.get(key)
    if value is not None and not isinstance(value, dict):
        problems.add(name, lines(key), f"'{key}' must be a mapping of 'name: value' lines")
    return value if isinstance(value, dict) else {}
