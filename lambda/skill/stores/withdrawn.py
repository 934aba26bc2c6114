"""A release without the answers that were taken off the air."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from guide.release import Release
from guide.understanding import Reading, Understanding
from guide.warning_signs import WarningSigns


class Without(Release):
    """The release ``whole``, in which ``withdrawn`` answers are gone: the conversation says so when one is asked for."""

    def __init__(self, whole: Release, withdrawn: Iterable[str]) -> None:
        self._whole = whole
        self._gone = frozenset(withdrawn)
        super().__init__(_narrowed(whole._data, self._gone))

    @cached_property
    def signs(self) -> WarningSigns:
        return self._whole.signs

    @cached_property
    def understanding(self) -> Understanding:
        return _Narrowed(self._data["understanding"], self._gone)


class _Narrowed(Understanding):
    """Understands the same, but offers nothing that is gone."""

    def __init__(self, compiled: Mapping[str, Any], gone: frozenset[str]) -> None:
        super().__init__(compiled)
        self._gone = gone

    def read(self, text: str) -> Reading:
        reading = super().read(text)
        if reading.outcome != "offer" or not self._gone.intersection(reading.answers):
            return reading
        left = [answer for answer in reading.answers if answer not in self._gone]
        if not left:
            return reading._replace(outcome="answer")
        ranked = tuple(one for one in reading.ranked if one[0] not in self._gone)
        return Reading("answer", ranked)


def _narrowed(data: Mapping[str, Any], gone: frozenset[str]) -> dict[str, Any]:
    """Return the release's ``data`` in which nothing leads to the answers in ``gone``."""
    answers = {answer: facts for answer, facts in data["answers"].items() if answer not in gone}
    roles = {role: _standing_in(role, answer, answers) for role, answer in data["roles"].items()}
    fallbacks = [answer for answer in roles.values() if answer in answers]
    for answer, facts in answers.items():
        if gone.intersection(facts["next"]):
            left = [other for other in facts["next"] if other not in gone]
            # An answer ends in an offer of two others, so what is gone from it is made up for.
            left += [other for other in fallbacks if other != answer and other not in left]
            answers[answer] = {**facts, "next": left or [other for other in answers if other != answer][:1]}
    topics = {topic: answer for topic, answer in data["topics"].items() if answer not in gone}
    return {**data, "answers": answers, "topics": topics, "roles": roles}


def _standing_in(role: str, answer: str, answers: Mapping[str, Any]) -> str:
    """Return the answer that has ``role``; one to be talked through must have a routine, whatever is gone."""
    if answer in answers or role != "in_pain":
        return answer
    return next((other for other, facts in answers.items() if facts["routines"]), answer)
