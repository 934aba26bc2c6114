"""A release in which some answers are off the air."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from guide.markup import fill
from guide.release import Release
from guide.understanding import Reading, Reason, Understanding
from guide.warning_signs import WarningSigns


class Without(Release):
    """The release ``whole``, in which nothing of the ``withdrawn`` answers is said, shown or led on to.

    They are not simply left out: whoever asks for one still gets the warning that their words called for, hears that
    this part of the guide has changed (the phrase ``gone``), and is offered what it would have led on to. Nothing in
    the conversation can run into a gap, whatever is withdrawn.
    """

    def __init__(self, whole: Release, withdrawn: Iterable[str]) -> None:
        self._whole = whole
        self._withdrawn = frozenset(answer for answer in withdrawn if answer in whole.answers)
        super().__init__(_emptied(whole._data, self._withdrawn))

    @cached_property
    def signs(self) -> WarningSigns:
        return self._whole.signs

    @cached_property
    def understanding(self) -> Understanding:
        return _Narrowed(self._whole.understanding, self._withdrawn)


class _Narrowed(Understanding):
    """Understands the same, but gives no choice with something that is withdrawn."""

    def __init__(self, whole: Understanding, withdrawn: frozenset[str]) -> None:
        self._whole = whole
        self._withdrawn = withdrawn

    def sounds_like(self, text: str) -> str:
        return self._whole.sounds_like(text)

    def explain(self, text: str, most: int = 5, features: int = 6) -> tuple[Reason, ...]:
        return self._whole.explain(text, most, features)

    def read(self, text: str) -> Reading:
        reading = self._whole.read(text)
        if reading.outcome != "offer" or not self._withdrawn.intersection(reading.answers):
            return reading
        left = [answer for answer in reading.answers if answer not in self._withdrawn] or reading.answers
        first = [one for one in reading.ranked if one[0] == left[0]]
        ranked = (*first, *(one for one in reading.ranked if one[0] != left[0]))
        return reading._replace(outcome="answer", ranked=ranked)


def _emptied(data: Mapping[str, Any], withdrawn: frozenset[str]) -> Mapping[str, Any]:
    """Return the release's ``data`` with nothing in the ``withdrawn`` answers, and nothing that leads to them."""
    answers = _Answers(data["answers"], withdrawn, _statement(data["phrases"]["gone"][0]))
    roles = {role: _standing_in(role, answer, answers) for role, answer in data["roles"].items()}
    if roles.get("telling") in withdrawn:
        del roles["telling"]  # nobody has asked for it
    return ChainMap({"answers": answers, "roles": roles}, data)  # type: ignore[arg-type]  # nothing is written to it


class _Answers(Mapping[str, Any]):
    """The answers of a release, each looked at when it is asked for."""

    def __init__(self, whole: Mapping[str, Any], withdrawn: frozenset[str], gone: str) -> None:
        self._whole = whole
        self._withdrawn = withdrawn
        self._empty = {"short": gone, "more": [], "routines": [], "card": fill(gone, {}), "sources": []}

    def __getitem__(self, answer: str) -> Any:
        facts = self._whole[answer]
        left = {"next": [other for other in facts["next"] if other not in self._withdrawn]}
        return {**facts, **left, **self._empty} if answer in self._withdrawn else {**facts, **left}

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)


def _statement(phrase: str) -> str:
    """Return ``phrase`` without its question: another one follows, about what to go on to."""
    sentences = phrase.replace("? ", "?\n").replace(". ", ".\n").split("\n")
    return " ".join(sentence for sentence in sentences if not sentence.endswith("?")) or phrase


def _standing_in(role: str, answer: str, answers: Mapping[str, Any]) -> str:
    """Return the answer that has ``role``; the one for somebody in pain must have a routine to be talked through."""
    if role != "in_pain" or answers[answer]["routines"]:
        return answer
    return next((other for other, facts in answers.items() if facts["routines"]), answer)
