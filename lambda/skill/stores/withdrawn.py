"""A release in which some answers are off the air."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from guide.markup import fill
from guide.release import Release
from guide.understanding import Reading, Understanding
from guide.warning_signs import WarningSigns


class Without(Release):
    """The release ``whole``, in which nothing of the ``withdrawn`` answers is said, shown or led on to.

    They are not simply left out: whoever asks for one still gets the warning that their words called for, hears that
    this part of the guide has changed (the phrase ``gone``), and is offered what it would have led on to. Nothing in
    the conversation can run into a gap, whatever is withdrawn.
    """

    def __init__(self, whole: Release, withdrawn: Iterable[str]) -> None:
        self._whole = whole
        self._withdrawn = frozenset(withdrawn).intersection(whole.answers)
        super().__init__(_emptied(whole._data, self._withdrawn))

    @cached_property
    def signs(self) -> WarningSigns:
        return self._whole.signs

    @cached_property
    def understanding(self) -> Understanding:
        return _Narrowed(self._data["understanding"], self._withdrawn)


class _Narrowed(Understanding):
    """Understands the same, but gives no choice with something that is withdrawn."""

    def __init__(self, compiled: Mapping[str, Any], withdrawn: frozenset[str]) -> None:
        super().__init__(compiled)
        self._withdrawn = withdrawn

    def read(self, text: str) -> Reading:
        reading = super().read(text)
        if reading.outcome != "offer" or not self._withdrawn.intersection(reading.answers):
            return reading
        left = [answer for answer in reading.answers if answer not in self._withdrawn] or reading.answers
        first = [one for one in reading.ranked if one[0] == left[0]]
        return Reading("answer", (*first, *(one for one in reading.ranked if one[0] != left[0])))


def _emptied(data: Mapping[str, Any], withdrawn: frozenset[str]) -> dict[str, Any]:
    """Return the release's ``data`` with nothing in the ``withdrawn`` answers, and nothing that leads to them."""
    gone = _statement(data["phrases"]["gone"][0])
    answers = {}
    for answer, facts in data["answers"].items():
        left = [other for other in facts["next"] if other not in withdrawn]
        answers[answer] = {**facts, "next": left} if left != facts["next"] else facts
        if answer in withdrawn:
            empty = {"short": gone, "more": [], "routines": [], "card": fill(gone, {}), "sources": []}
            answers[answer] = {**answers[answer], **empty}
    roles = {role: _standing_in(role, answer, answers) for role, answer in data["roles"].items()}
    return {**data, "answers": answers, "roles": roles}


def _statement(phrase: str) -> str:
    """Return ``phrase`` without its question: another one follows, about what to go on to."""
    sentences = phrase.replace("? ", "?\n").replace(". ", ".\n").split("\n")
    return " ".join(sentence for sentence in sentences if not sentence.endswith("?")) or phrase


def _standing_in(role: str, answer: str, answers: Mapping[str, Any]) -> str:
    """Return the answer that has ``role``; the one for somebody in pain must have a routine to be talked through."""
    if role != "in_pain" or answers[answer]["routines"]:
        return answer
    return next((other for other, facts in answers.items() if facts["routines"]), answer)
