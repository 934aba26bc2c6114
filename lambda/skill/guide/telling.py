"""From a move to the words of a reply. Everything that is said comes from the release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guide.markup import escape, fill, seconds
from guide.release import Place, Release, say
from guide.reply import Card, Reply
from guide.state import Move

# What a listener takes between two steps, in seconds; a round guess, for "about two minutes".
_BETWEEN_STEPS = 10

NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("welcome", "open", "examples", "help", "goodbye", "goodbye_after_warning", "nothing_to_repeat", "failed"), ()
    ),
    **dict.fromkeys(("gone", "pause", "hurts", "decline", "misheard"), ()),
    **dict.fromkeys(
        ("part", "related", "routines", "step", "left", "who_says", "help_in_routine", "help_after_answer"), ("answer",)
    ),
    **dict.fromkeys(("offer", "which", "help_in_offer"), ("offered",)),
    "warning": ("sign",),
}
"""Kind of move -> what it cannot do without."""

_MONTHS = "_ January February March April May June July August September October November December".split()  # noqa: SIM905


def tell(release: Release, place: Place, turn: int, move: Move) -> Reply:
    """Return what is said for ``move``; the same move in the same turn always gives the same reply."""
    return _Teller(release, place, turn).tell(move)


class _Teller:
    def __init__(self, release: Release, place: Place, turn: int) -> None:
        self.release = release
        self.place = place
        self.turn = turn

    def tell(self, move: Move) -> Reply:
        reply: Reply = getattr(self, f"_{move.kind}")(move)
        return reply

    # Moves that are only phrases.

    def _welcome(self, move: Move) -> Reply:
        return self._ask("welcome_again" if move.at else "welcome", "welcome")

    def _open(self, move: Move) -> Reply:
        return self._ask("ask_anything", "open")

    def _gone(self, move: Move) -> Reply:
        return self._ask("gone", "open")

    def _help(self, move: Move) -> Reply:
        return self._ask(move.kind, move.kind, self._names(move.offered))

    _help_in_routine = _help_in_offer = _help_after_answer = _help

    def _examples(self, move: Move) -> Reply:
        return self._ask("examples", "open")

    def _goodbye(self, move: Move) -> Reply:
        return Reply(self._say("goodbye"), "phrase")

    def _goodbye_after_warning(self, move: Move) -> Reply:
        return Reply(self._say("goodbye_after_warning"), "phrase")

    def _nothing_to_repeat(self, move: Move) -> Reply:
        return self._ask("nothing_to_repeat", "open")

    def _failed(self, move: Move) -> Reply:
        return self._ask("failed", "open")

    def _pause(self, move: Move) -> Reply:
        return self._ask("pause", "pause")

    def _hurts(self, move: Move) -> Reply:
        return self._ask("hurts", "hurts")

    def _decline(self, move: Move) -> Reply:
        """Not ours, or not understood, for the first, second or third time in a row (``at``)."""
        lead = self._lead(move)
        if move.at >= 3:
            return Reply(lead + self._say("give_up"), "decline")
        name = f"{move.kind}_{max(move.at, 1)}"
        return self._ask(name, name, outcome="decline", lead=lead)

    _misheard = _decline

    # Moves that offer.

    def _offer(self, move: Move) -> Reply:
        values = self._names(move.offered)
        lead = self._lead(move)
        reply = self._ask("offer", "offer", values, outcome="offer", lead=lead)
        return self._marked(reply._replace(offered=move.offered), move)

    def _which(self, move: Move) -> Reply:
        reply = self._ask("which", "offer", self._names(move.offered))
        return reply._replace(offered=move.offered)

    # Moves that tell an answer.

    def _part(self, move: Move) -> Reply:
        answer = self.release.answers[move.answer]
        parts = [answer["short"], *answer["more"]]
        at = min(move.at, len(parts) - 1)
        tail, values, offered = self._what_follows(move, answer, at == len(parts) - 1)
        speech = f"{self._lead(move)}{self._spoken(parts[at])}"
        reply = self._ask(tail, tail, values, outcome="answer", lead=speech + " ")
        card = Card(answer["title"], fill(answer["card"], self.place.shown)) if at == 0 else None
        return self._marked(reply._replace(answer=move.answer, offered=offered, card=card), move)

    def _what_follows(
        self, move: Move, answer: Mapping[str, Any], last: bool
    ) -> tuple[str, dict[str, str], tuple[str, ...]]:
        """What the reply asks at its end: the phrase, its values, and the answers that it offers by name."""
        if not last:
            return "more", {}, ()
        if move.offered:
            return "then", self._names(move.offered), move.offered[:1]
        if answer["routines"]:
            return self._walk(answer)
        return self._lead_on(move.answer)

    def _lead_on(self, answer: str) -> tuple[str, dict[str, str], tuple[str, ...]]:
        """The two answers to go on to; a release may have taken one or both away."""
        offered = self.release.related(answer)
        return ("what_else", "then", "related")[len(offered)], self._names(offered), offered

    def _walk(self, answer: Mapping[str, Any]) -> tuple[str, dict[str, str], tuple[str, ...]]:
        names = [routine["name"] for routine in answer["routines"]]
        return "walk" if len(names) == 1 else "walk_either", {"routine": names[0], "other": names[-1]}, ()

    def _routines(self, move: Move) -> Reply:
        """The question which of an answer's routines is meant."""
        _, values, _ = self._walk(self.release.answers[move.answer])
        return self._ask("which_routine", "walk_either", values)

    def _related(self, move: Move) -> Reply:
        tail, values, offered = self._lead_on(move.answer)
        return self._ask(tail, tail, values, lead=self._say("told_all") + " ")._replace(offered=offered)

    def _step(self, move: Move) -> Reply:
        answer = self.release.answers[move.answer]
        routine = answer["routines"][min(move.routine, len(answer["routines"]) - 1)]
        at = min(move.at, len(routine["steps"]) - 1)
        steps = len(routine["steps"])
        values = {
            "step": str(at + 1),
            "steps": str(steps),
            "routine": routine["name"],
            "topic": escape(routine["topic"]),
        }
        values["next"] = str(min(at + 2, steps))
        lead = self._lead(move)
        lead += self._say("first_step" if at == 0 else "step", values) + " " + self._spoken(routine["steps"][at]) + " "
        if at == steps - 1:
            tail, names, offered = self._lead_on(move.answer)
            reply = self._ask(tail, tail, names, lead=f"{lead}{self._say('last_step')} ")
            return reply._replace(answer=move.answer, offered=offered)
        return self._ask("next_step", "next_step", values, lead=lead)._replace(answer=move.answer)

    def _left(self, move: Move) -> Reply:
        """How much of the routine is still to come."""
        routine = self.release.answers[move.answer]["routines"][move.routine]
        rest = routine["steps"][move.at + 1 :]
        minutes = round(sum(seconds(self._spoken(step)) + _BETWEEN_STEPS for step in rest) / 60)
        values = {
            "left": str(len(rest)),
            "minutes": f"{minutes} minutes" if minutes > 1 else "a minute",
            "step": str(move.at + 1),
        }
        values |= {"topic": escape(routine["topic"]), "next": str(min(move.at + 2, len(routine["steps"])))}
        return self._ask("left_none" if not rest else "left_one" if len(rest) == 1 else "left", "next_step", values)

    def _who_says(self, move: Move) -> Reply:
        answer = self.release.answers[move.answer]
        named = [self.release.sources[key] for key in answer["sources"][:3]]
        if not named:
            return self._part(Move("part", self.release.roles["who_says"]))
        review = answer["review"]
        values = {"sources": _listed(named), "checked": _month(review["checked"])}
        if review["status"] == "reviewed":
            values |= {
                "reviewer": review["reviewer"],
                "credential": review["credential"],
                "date": _month(review["date"]),
            }
        name = "who_says_reviewed" if review["status"] == "reviewed" else "who_says_sourced"
        return self._ask(name, "open", values)

    # A warning.

    def _warning(self, move: Move) -> Reply:
        """A warning and nothing else: an emergency, or a sign with no question beside it."""
        emergency = self.release.warnings[move.sign]["level"] == "emergency"
        tail = "warning" if emergency else "warning_heard"
        return self._marked(self._ask(tail, tail, outcome="warning", lead=self._lead(move)), move)

    # What replies are put together from.

    def _lead(self, move: Move) -> str:
        """What comes before the answer: the emergency number, a warning, the disclaimer, in that order."""
        leads = []
        warning = self.release.warnings[move.sign] if move.sign else None
        if move.urgent and not (warning and warning["level"] == "emergency"):  # whose own words begin with the number
            leads.append(self._say("emergency_first"))
        if warning:
            leads.append(self._spoken(warning["asked" if move.asked else "say"]))
        if move.first:
            leads.append(self._say("disclaimer_short"))
        return "".join(lead + " " for lead in leads)

    def _marked(self, reply: Reply, move: Move) -> Reply:
        if not move.sign:
            return reply
        return reply._replace(warning=move.sign, care_level=self.release.warnings[move.sign]["level"])

    def _ask(
        self,
        name: str,
        reprompt: str,
        values: Mapping[str, str] | None = None,
        *,
        outcome: str = "phrase",
        lead: str = "",
    ) -> Reply:
        """A reply that ends in the phrase ``name`` and stays open; after silence ``<reprompt>_reprompt`` is said."""
        return Reply(lead + self._say(name, values), outcome, self._say(f"{reprompt}_reprompt", values))

    def _say(self, name: str, values: Mapping[str, str] | None = None) -> str:
        return say(self.release.phrase(name, self.turn), self.place, values)

    def _spoken(self, text: str) -> str:
        return say(text, self.place)

    def _names(self, answers: tuple[str, ...] | list[str]) -> dict[str, str]:
        names = [self.release.name(answer) for answer in answers]
        return {"first": names[0] if names else "", "second": names[-1] if names else ""}


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, and {names[-1]}"


def _month(date: str) -> str:
    year, month, *_ = date.split("-")
    return f"{_MONTHS[int(month)]} {year}"
