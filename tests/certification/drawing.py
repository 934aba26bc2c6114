"""The states of the conversation as a drawing: what was found by walking it, so that it cannot differ from the code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from guide.release import Release
from tests.certification.walk import Listener, Said, State, Turn

CLOSED = "closed"

# What is said in every state, with the same result everywhere; in the table alone.
ANYWHERE = (
    "help",
    "pause",
    "repeat",
    "slower",
    "who says that",
    "heat",
    "walk me through getting up",
    "i can't pee",
    "stop",
)
# What a state is told from others by.
ANSWERS = ("yes", "no", "next", "the first one", "both", "neither", "that hurts", "continue")

_NAMES = {
    "": "not begun",
    "part": "answer",
    "part, all told": "answer, all told",
    "step": "step",
    "step, last": "last step",
    "welcome": "welcome",
    "which": "which answer?",
    "routines": "which routine?",
    "related": "routine done",
    "who_says": "who says so",
    "left": "how many more",
    "open": "ask me anything",
    "hurts": "that hurts",
    "nothing_to_repeat": "nothing to repeat",
}

Hear = Callable[[str], Said]


def box(release: Release, move: dict[str, object]) -> str:
    """Return the name of the box that a remembered move belongs in."""
    kind = str(move.get("kind", ""))
    answer = release.answers.get(str(move.get("answer", "")))
    at = int(str(move.get("at", 0)))
    if kind == "part" and answer and at >= len(answer["more"]):
        kind = "part, all told"
    if kind == "step" and answer:
        routine = int(str(move.get("routine", 0)))
        kind = "step, last" if at + 1 >= len(answer["routines"][routine]["steps"]) else "step"
    if kind.startswith("help"):
        kind = "help"
    return _NAMES.get(kind, kind.replace("_", " "))


def _target(release: Release, turn: Turn) -> str:
    return box(release, turn.move) if turn.is_open else CLOSED


def transitions(
    release: Release, listener: Listener, states: Iterable[State], heard: Hear, sayings: Iterable[str]
) -> dict[tuple[str, str], dict[str, None]]:
    """Return (box, box) -> what leads from the one to the other."""
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for state in states:
        if "aside" in (state.attributes or {}) or "slow" in (state.attributes or {}):
            continue
        start = box(release, (state.attributes or {}).get("move", {}))
        for saying in sayings:
            found[start, _target(release, listener.turn(state, heard(saying)))][saying] = None
    return found


def draw(release: Release, listener: Listener, states: list[State], heard: Hear) -> str:
    """Return the table of what a saying leads to from most states, and the drawing (Mermaid) of where it is otherwise."""
    edges = transitions(release, listener, states, heard, (*ANSWERS, *ANYWHERE))
    usual = {saying: _usual(edges, saying) for saying in (*ANSWERS, *ANYWHERE)}
    drawn = {
        pair: kept
        for pair, sayings in edges.items()
        if (kept := [saying for saying in sayings if saying in ANSWERS and usual[saying] != pair[1]])
    }
    boxes = list(dict.fromkeys(name for pair in drawn for name in pair))
    ids = {name: f"s{number}" for number, name in enumerate(boxes)}
    lines = ["| said in any state | leads to |", "|---|---|"]
    lines += [f"| {saying} | {usual[saying]}, where nothing else is drawn |" for saying in ANSWERS]
    lines += [f"| {saying} | {', or '.join(_all(edges, saying))} |" for saying in ANYWHERE]
    lines += ["", "```mermaid", "flowchart TD"]
    lines += [f'    {ids[name]}(["{name}"])' if name == CLOSED else f'    {ids[name]}["{name}"]' for name in boxes]
    lines += [f'    {ids[start]} -->|"{", ".join(sayings)}"| {ids[end]}' for (start, end), sayings in drawn.items()]
    return "\n".join([*lines, "```"])


def _usual(edges: dict[tuple[str, str], dict[str, None]], saying: str) -> str:
    """Where a saying leads from most states; "the same again" where it leads back."""
    ends = Counter(
        "the same again" if start == end else end for (start, end), sayings in edges.items() if saying in sayings
    )
    return ends.most_common(1)[0][0]


def _all(edges: dict[tuple[str, str], dict[str, None]], saying: str) -> list[str]:
    """Everything that a saying leads to, the usual first."""
    ends = Counter(
        "the same again" if start == end else end for (start, end), sayings in edges.items() if saying in sayings
    )
    return [end for end, _ in ends.most_common() if end != "the same again"] or ["the same again"]
