"""One turn of the conversation: state + what was heard → reply + state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from guide import state as states
from guide.heard import Heard, Session
from guide.markup import slowly
from guide.release import Release
from guide.words import closest
from guide.reply import Reply
from guide.state import Move, State
from guide.telling import tell
from guide.warning_signs import Found

_OPEN = Move("open")
_GONE = Move("gone")

# An answer to "which one" is short; more words than this are a question of their own.
_FEW_WORDS = 5

# Moves after which the conversation goes on from where it was before them.
_ASIDES = frozenset(("help", "pause", "left", "who_says"))

# Commands that speak of the place in the content where the conversation is.
_GOES_ON = frozenset(("yes", "next", "previous", "more", "repeat", "start_over", "resume", "left", "who_says"))


def take_turn(release: Release, session: Session, attributes: Any, heard: Heard) -> tuple[Reply, dict[str, Any]]:
    """Return the reply to ``heard``, and the session's attributes after it.

    ``attributes`` are those of the turn before, as the client sent them; nonsense counts as a new session.
    The same release, session, attributes and words always give the same reply.
    """
    state = State() if session.new else states.read(attributes)
    turn = _Turn(release, session, state)
    move = turn.decide(heard)
    after = turn.after(move)
    reply = tell(release, release.place(session.locale), after.turn, move)
    if after.slow:
        reply = reply._replace(speech=slowly(reply.speech), reprompt=reply.reprompt and slowly(reply.reprompt))
    return reply, {**states.write(after), "said": _said(reply), "release": release.version}


def _said(reply: Reply) -> dict[str, Any]:
    """What the last reply was, for whoever tests or counts: ids only."""
    return {
        "outcome": reply.outcome,
        "answer": reply.answer or None,
        "offered": list(reply.offered),
        "warning": reply.warning or None,
        "care_level": reply.care_level or None,
    }


class _Turn:
    def __init__(self, release: Release, session: Session, state: State) -> None:
        self.release = release
        self.session = session
        self.state = state._replace(move=self._still(state.move), aside=self._still(state.aside))
        self.repeated = False
        """True when the move is the last one again, word for word."""
        self.slow = state.slow

    def decide(self, heard: Heard) -> Move:
        if heard.kind == "open":
            return Move("welcome", at=min(self.state.turn, 1))
        if heard.kind == "answer":
            return self._asked_for(heard)
        if heard.kind == "text":
            return self._text(heard)
        if heard.kind == "command":
            if self.state.here == _GONE and heard.command in _GOES_ON:
                return _GONE
            command: Callable[[Heard], Move] | None = getattr(self, f"_on_{heard.command}", None)
            return command(heard) if command else self._missed(False)
        return self._missed(False)

    def after(self, move: Move) -> State:
        """The state that the conversation is in once ``move`` has been said."""
        if self.repeated:
            return self.state._replace(slow=self.slow)
        aside = self.state.here if move.kind in _ASIDES else None
        return State(
            move,
            aside,
            self.state.turn + 1,
            misses=move.at if move.kind == "decline" else 0,
            disclaimed=self.state.disclaimed or move.first or move.kind == "welcome",
            slow=self.slow,
        )

    def _still(self, move: Move | None) -> Move | None:
        """The remembered move as far as this release still has what it speaks of; a session may span two releases."""
        if move is None:
            return None
        answers = self.release.answers
        if move.answer and move.answer not in answers:
            return _GONE
        if move.kind in ("step", "left") and move.routine >= len(self._answer(move)["routines"]):
            return _GONE
        if move.sign and move.sign not in self.release.warnings:
            return _GONE
        return move._replace(offered=tuple(answer for answer in move.offered if answer in answers))

    # Asking for something.

    def _sign(self, heard: Heard) -> Found | None:
        """The warning sign in the words; failing that, the one that the ears themselves recognised."""
        found = self.release.signs.find(heard.text) if heard.text else None
        if found is None and heard.sign in self.release.warnings:
            return Found(heard.sign, self.release.warnings[heard.sign]["level"], False)
        return found

    def _asked_for(self, heard: Heard) -> Move:
        """An answer asked for by name; words that came with it are checked for warning signs all the same."""
        found = self._sign(heard)
        if found and found.level == "emergency" and not found.asked:
            return Move("warning", sign=found.sign)
        if heard.answer not in self.release.answers:
            return _GONE
        move = self._routine_chosen(heard.text) or self._part(heard.answer, urgent=heard.urgent)
        return move._replace(sign=found.sign, asked=found.asked) if found else move

    def _text(self, heard: Heard) -> Move:
        """Free text: warning signs first, always; then what it asks for."""
        found = self._sign(heard)
        if found and found.level == "emergency" and not found.asked:
            return Move("warning", sign=found.sign)
        routine = self._routine_chosen(heard.text)
        if routine:
            return routine
        choice = self._choice(heard.text)
        reading = self.release.understanding.read(heard.text)
        if choice:
            move = self._part(choice)
        elif reading.outcome == "answer":
            move = self._part(reading.answers[0])
        elif reading.outcome == "offer":
            move = Move("offer", offered=reading.answers)
        elif found and found.asked:
            move = self._part(self.release.roles["when_to_get_help"])
        elif found:
            return Move("warning", sign=found.sign)
        else:
            return self._missed(True)
        if found and found.asked and move.kind == "offer":
            move = self._part(reading.answers[0])
        if found:
            return move._replace(sign=found.sign, asked=found.asked)
        return move._replace(urgent=heard.urgent)

    def _choice(self, text: str) -> str:
        """The offered answer that ``text`` names, if it names one."""
        here = self.state.here
        asked = self.release.topic(text)
        return asked if asked and here and asked in here.offered else ""

    def _part(self, answer: str, at: int = 0, *, follow: tuple[str, ...] = (), urgent: bool = False) -> Move:
        first = self.session.new and not self.state.disclaimed
        return Move("part", answer, at, offered=follow, urgent=urgent, first=first)

    def _missed(self, had_words: bool) -> Move:
        return Move("decline", at=min(self.state.misses + 1, 3), first=had_words)

    # Yes, no, and choosing from an offer.

    def _on_yes(self, heard: Heard) -> Move:
        here = self.state.here
        if here is None or here.kind in ("welcome", "help", "decline", "open", "examples", "goodbye"):
            return Move("examples")
        if here.kind == "warning":
            return here
        if here.kind in ("offer", "related"):
            return Move("which", here.answer, offered=self._offered())
        if here.kind in ("which", "routines"):  # asked which, and still yes: the first, rather than asking again
            return self._chosen(0)
        if here.kind == "hurts":
            return self._part(self.release.roles["in_pain"])
        return self._on_next(heard)

    def _on_no(self, heard: Heard) -> Move:
        here = self.state.here
        if here and (here.kind == "warning" or here.sign):
            return Move("goodbye_after_warning")
        if here and here.kind in ("offer", "which"):
            return _OPEN
        return Move("goodbye")

    def _on_first(self, heard: Heard) -> Move:
        return self._chosen(0)

    def _on_second(self, heard: Heard) -> Move:
        return self._chosen(1)

    def _on_both(self, heard: Heard) -> Move:
        offered = self._offered()
        return self._part(offered[0], follow=offered[1:2]) if offered else self._missed(False)

    def _on_neither(self, heard: Heard) -> Move:
        return _OPEN

    def _chosen(self, number: int) -> Move:
        here = self.state.here
        if here and len(self._answer(here)["routines"]) > 1 and self._asks_which_routine(here):
            return Move("step", here.answer, routine=number)
        offered = self._offered()
        return self._part(offered[min(number, len(offered) - 1)]) if offered else self._missed(False)

    def _offered(self) -> tuple[str, ...]:
        """What was offered by name in the last reply."""
        here = self.state.here
        if here is None:
            return ()
        if here.offered or here.kind not in ("part", "related", "step"):
            return tuple(answer for answer in here.offered if answer in self.release.answers)
        return tuple(self._answer(here)["next"][:2])

    # Moving about.

    def _on_next(self, heard: Heard) -> Move:
        here = self.state.here
        if here and here.kind == "step":
            steps = self._answer(here)["routines"][here.routine]["steps"]
            return here._replace(at=here.at + 1) if here.at + 1 < len(steps) else Move("related", here.answer)
        if here and here.kind == "part":
            answer = self._answer(here)
            if here.at < len(answer["more"]):
                return here._replace(at=here.at + 1, sign="", asked=False, urgent=False, first=False)
            if here.offered:
                return self._part(here.offered[0])
            if answer["routines"]:
                return self._routine(here.answer)
            return Move("which", here.answer, offered=tuple(answer["next"][:2]))
        offered = self._offered()
        return self._part(offered[0]) if offered else Move("examples")

    def _on_previous(self, heard: Heard) -> Move:
        here = self.state.here
        if here and here.kind in ("part", "step") and here.answer:
            return here._replace(at=max(here.at - 1, 0), first=False)
        return self._on_repeat(heard)

    def _on_more(self, heard: Heard) -> Move:
        return self._on_next(heard)

    def _on_repeat(self, heard: Heard) -> Move:
        if self.state.move is None:
            return Move("nothing_to_repeat")
        self.repeated = True
        return self.state.move

    def _on_start_over(self, heard: Heard) -> Move:
        here = self.state.here
        if here and here.kind in ("part", "step"):
            return here._replace(at=0, first=False)
        return Move("welcome", at=1)

    def _on_pause(self, heard: Heard) -> Move:
        return Move("pause")

    def _on_resume(self, heard: Heard) -> Move:
        return self.state.here or Move("welcome", at=1)

    # Routines.

    def _on_walk(self, heard: Heard) -> Move:
        """"Walk me through it", "walk me through getting out of bed", "continue the plank from step three"."""
        here = self.state.here
        answer = heard.answer or (here.answer if here else "")
        if heard.text and not heard.answer:
            return self._text(heard._replace(kind="text"))
        if answer not in self.release.answers:
            answer = self.release.roles["in_pain"]
        if not self.release.answers[answer]["routines"]:
            return self._part(answer if heard.answer else self.release.roles["in_pain"])
        if not heard.answer and here and here.kind == "step":
            return here._replace(at=max(heard.number - 1, 0) if heard.number else here.at)
        return self._routine(answer, heard.text, max(heard.number - 1, 0))

    def _routine(self, answer: str, named: str = "", step: int = 0) -> Move:
        """The routine of ``answer`` that is meant; the question which one, when it has several and none is named."""
        routines = self.release.answers[answer]["routines"]
        chosen = closest(named, [routine["name"] for routine in routines]) if len(routines) > 1 else 0
        if chosen is None:
            return Move("routines", answer)
        return Move("step", answer, min(step, len(routines[chosen]["steps"]) - 1), chosen)

    def _asks_which_routine(self, here: Move) -> bool:
        return here.kind == "routines" or (here.kind == "part" and here.at >= len(self._answer(here)["more"]))

    def _routine_chosen(self, text: str) -> Move | None:
        """The routine that an answer to "which one" names."""
        here = self.state.here
        routines = self._answer(here)["routines"] if here else []
        if not here or len(routines) < 2 or not self._asks_which_routine(here) or len(text.split()) > _FEW_WORDS:
            return None
        chosen = closest(text, [routine["name"] for routine in routines])
        return None if chosen is None else Move("step", here.answer, routine=chosen)

    def _on_left(self, heard: Heard) -> Move:
        here = self.state.here
        return here._replace(kind="left") if here and here.kind == "step" else Move("examples")

    def _on_hurts(self, heard: Heard) -> Move:
        here = self.state.here
        return Move("hurts") if here and here.kind == "step" else self._part(self.release.roles["in_pain"])

    # About the guide, and ending.

    def _on_slower(self, heard: Heard) -> Move:
        self.slow = True
        return self._on_repeat(heard)

    def _on_faster(self, heard: Heard) -> Move:
        self.slow = False
        return self._on_repeat(heard)

    def _on_who_says(self, heard: Heard) -> Move:
        here = self.state.here
        if here and here.answer in self.release.answers:
            return Move("who_says", here.answer)
        return self._part(self.release.roles["who_says"])

    def _on_help(self, heard: Heard) -> Move:
        here = self.state.here
        if here is None or here.kind == "help":
            return Move("help")
        return Move("help", here.answer, here.at, here.routine, self._offered(), asked=here.kind == "step")

    def _on_stop(self, heard: Heard) -> Move:
        return Move("goodbye")

    def _answer(self, move: Move) -> Any:
        """The answer that a move speaks of; an empty one when it speaks of none."""
        return self.release.answers.get(move.answer, {"next": [], "more": [], "routines": []})
