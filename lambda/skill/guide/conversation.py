"""One turn of the conversation: state + what was heard → reply + state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from guide import state as states
from guide.heard import Heard, Session
from guide.markup import slowly
from guide.release import Release
from guide.reply import Reply
from guide.state import Move, State
from guide.telling import NEEDS, tell
from guide.understanding import TELLING, Reading
from guide.warning_signs import LEVELS, Found
from guide.words import closest

_OPEN = Move("open")
_GONE = Move("gone")
_EXAMPLES = Move("examples")

# An answer to "which one" is short; more words than this are a question of their own.
_FEW_WORDS = 5

# Moves after which the conversation goes on from where it was before them.
_ASIDES = frozenset(
    (
        "help",
        "help_in_routine",
        "help_in_offer",
        "help_after_answer",
        "pause",
        "left",
        "who_says",
        "decline",
        "misheard",
    )
)

# Commands that speak of the place in the content where the conversation is.
_GOES_ON = frozenset(("yes", "next", "previous", "more", "repeat", "start_over", "resume", "left", "who_says"))

# Who tells of a back and asks nothing wants it to hurt less, where what eases it, now or later, is so likely at least, and
# where it is so sure that what they tell of is ours.
_LEAST_WANTED = 0.1
_MOST_STRANGE = 0.1

# Who asks whether a marathon numbs both legs is told when to call, and nothing about backs.
_SURELY_NOT_OURS = 0.95


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
    reply = reply._replace(nearest=turn.nearest, frame=turn.frame)
    return reply, {**states.write(after), "said": said(reply), "release": release.version}


def after_failure(release: Release, session: Session, attributes: Any, reply: Reply) -> dict[str, Any]:
    """Return the session's attributes after a turn that failed and was apologised for with ``reply``.

    The conversation goes on from where it was; only what this guide itself could have written is handed back.
    """
    try:
        kept = after_silence(release, session, attributes)
    except Exception:  # what failed may be the very thing that the state speaks of
        kept = states.write(State())
    return {**kept, "said": said(reply), "release": release.version}


def after_silence(release: Release, session: Session, attributes: Any) -> dict[str, Any]:
    """Return the session's attributes after a request to which nothing is said: of those before it, what may be ours."""
    state = State() if session.new else states.read(attributes)
    return states.write(_Turn(release, session, state).state)


def said(reply: Reply) -> dict[str, Any]:
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
        self.nearest: tuple[tuple[str, float], ...] = ()
        self.frame = ""
        self.was_gone = state.move == _GONE
        """True when the listener has been told already that what they speak of is gone."""

    def decide(self, heard: Heard) -> Move:
        if heard.kind == "open":
            return self._welcome()
        if heard.kind == "answer":
            return self._asked_for(heard)
        if heard.kind == "text":
            return self._text(heard)
        if heard.kind == "command":
            if self.state.here == _GONE and heard.command in _GOES_ON:
                return _EXAMPLES if self.was_gone else _GONE
            command: Callable[[Heard], Move] | None = getattr(self, f"_on_{heard.command}", None)
            return command(heard) if command else self._missed(heard=heard)
        return self._missed(heard=heard)

    def after(self, move: Move) -> State:
        """The state that the conversation is in once ``move`` has been said."""
        if self.repeated:
            return self.state._replace(slow=self.slow)
        missed = move.kind in ("decline", "misheard")
        return State(
            move,
            self.state.here if move.kind in _ASIDES else None,
            self.state.turn + 1,
            misses=move.at if missed else 0,
            disclaimed=self.state.disclaimed or move.first or (move.kind == "welcome" and not move.at),
            slow=self.slow,
        )

    def _still(self, move: Move | None) -> Move | None:
        """The remembered move as far as this release still has what it speaks of; a session may span two releases."""
        if move is None or move.kind not in NEEDS or not all(getattr(move, need) for need in NEEDS[move.kind]):
            return None  # attributes that this code did not write
        answers = self.release.answers
        if (move.answer and move.answer not in answers) or (move.sign and move.sign not in self.release.warnings):
            return _GONE
        if move.kind in ("step", "left") and move.routine >= len(self._answer(move)["routines"]):
            return _GONE
        if move.kind == "routines" and len(self._answer(move)["routines"]) < 2:
            return _GONE
        offered = tuple(answer for answer in move.offered if answer in answers)
        if len(offered) < 2 and move.kind in ("offer", "which"):
            return _GONE
        return move._replace(offered=offered)

    # Asking for something.

    def _sign(self, heard: Heard) -> Found | None:
        """The warning sign in the words, or the one that the ears themselves recognised when that is more urgent."""
        found = self.release.sign_in(heard.text) if heard.text else None
        known = self.release.warnings.get(heard.sign)
        if known is None or (found and (found.asked or LEVELS.index(found.level) <= LEVELS.index(known["level"]))):
            return found
        return Found(heard.sign, known["level"], False, heard.text)

    def _asked_for(self, heard: Heard) -> Move:
        """An answer asked for by name; words that came with it are checked for warning signs all the same."""
        found = self._sign(heard)
        if found and found.level == "emergency" and not found.asked:
            return Move("warning", sign=found.sign)
        if heard.answer not in self.release.answers:
            return _GONE
        move = self._routine_chosen(heard.text) or self._part(heard.answer)
        move = move._replace(urgent=heard.urgent)
        return move._replace(sign=found.sign, asked=found.asked) if found else move

    def _text(self, heard: Heard) -> Move:
        """Free text: warning signs first, always; then what it asks for."""
        found = self._sign(heard)
        if found and found.level == "emergency" and not found.asked:
            return Move("warning", sign=found.sign)
        routine = self._routine_chosen(heard.text)
        if routine and not found:
            return routine._replace(urgent=heard.urgent)
        choice = self._choice(heard.text)
        reading = self.release.understanding.read(heard.text)
        self.nearest = tuple([one for one in reading.ranked[:3] if one[0]][:2])
        self.frame = self.release.frame(heard.text)
        if choice:
            move = self._part(choice)
        elif reading.outcome == "answer":
            move = self._part(reading.answers[0])
        elif found and found.asked:
            move = self._about_a_sign(found, reading)
        elif reading.outcome == "offer":
            told = self._to_who_tells(reading)
            move = self._part(told) if told else Move("offer", offered=reading.answers)
        elif found:
            move = Move("warning")
        else:
            return self._missed("decline", heard)
        if found:
            move = move._replace(sign=found.sign, asked=found.asked)
        return move._replace(urgent=heard.urgent)

    def _to_who_tells(self, reading: Reading) -> str:
        """The answer for somebody who tells of a back and asks nothing, where that may be what is wanted.

        They are in pain, and a choice of two would put off the first useful thing that they hear. Where one of the two is when
        to get help, the choice stands.
        """
        roles = self.release.roles
        answer = roles.get("telling", "")
        if not answer or reading.kind != TELLING or roles["when_to_get_help"] in reading.answers:
            return ""
        chances = dict(reading.ranked)
        eases = sum(chances.get(one, 0.0) for one in {answer, roles["in_pain"]})
        wanted = eases >= _LEAST_WANTED and chances.get("", 0.0) < _MOST_STRANGE
        return answer if wanted else ""

    def _about_a_sign(self, found: Found, reading: Reading) -> Move:
        """What there is to say to a question about a sign that gets no answer for sure.

        What anxiety does to the chest is no question for a guide to backs, nor is anything else that is asked of a danger which
        is no matter of backs: there is nothing to say but when to call.
        """
        if self.release.warnings[found.sign].get("general") and not reading.named:
            return Move("warning")
        if reading.outcome == "offer":
            return self._part(reading.answers[0])
        surely_not_ours = dict(reading.ranked).get("", 0.0) >= _SURELY_NOT_OURS
        return Move("warning") if surely_not_ours else self._part(self.release.roles["when_to_get_help"])

    def _choice(self, text: str) -> str:
        """The offered answer that ``text`` names, if it names one."""
        asked = self.release.topic(text)
        return asked if asked in self._offered() else ""

    def _part(self, answer: str, *, follow: tuple[str, ...] = ()) -> Move:
        """The beginning of an answer, with what is to be told after it."""
        return Move("part", answer, offered=follow, first=not self.state.disclaimed)

    def _missed(self, kind: str = "misheard", heard: Heard | None = None) -> Move:
        """Not ours (``decline``) or not understood (``misheard``), and how many times in a row."""
        return Move(kind, at=min(self.state.misses + 1, 3), urgent=bool(heard and heard.urgent))

    # Yes, no, and choosing from an offer.

    def _on_yes(self, heard: Heard) -> Move:
        here = self.state.here
        if here is None:
            return _EXAMPLES
        if here.kind == "warning":
            return here
        if here.kind in ("offer", "related"):
            return Move("which", here.answer, offered=self._offered())
        if here.kind in ("which", "routines"):  # asked which, and still yes: the first, rather than asking again
            return self._chosen(0)
        if here.kind in ("part", "step"):
            return self._on_next(heard)
        # To yes where nothing was asked for by yes, examples; and to yes again, the most useful of them.
        return self._part(self.release.roles["in_pain"]) if here.kind in ("examples", "hurts") else _EXAMPLES

    def _on_no(self, heard: Heard) -> Move:
        here = self.state.here
        if here and (here.kind == "warning" or here.sign):
            return Move("goodbye_after_warning")
        if here and here.kind in ("offer", "which"):
            return _OPEN
        if here and here.kind == "step" and self.state.move == here and not self._is_last_step(here):
            return Move("pause")  # "Ready for the next step?" No: not yet.
        return Move("goodbye")

    def _on_first(self, heard: Heard) -> Move:
        return self._chosen(0)

    def _on_second(self, heard: Heard) -> Move:
        return self._chosen(1)

    def _on_both(self, heard: Heard) -> Move:
        if self._asks_which_routine():
            return self._chosen(0)
        offered = self._offered()
        return self._part(offered[0], follow=offered[1:2]) if offered else self._missed()

    def _on_neither(self, heard: Heard) -> Move:
        return _OPEN

    def _chosen(self, number: int) -> Move:
        here = self.state.here
        if here and self._asks_which_routine():
            return self._step(here.answer, number)
        offered = self._offered()
        return self._part(offered[min(number, len(offered) - 1)]) if offered else self._missed()

    def _offered(self) -> tuple[str, ...]:
        """What was offered by name in the last reply."""
        here = self.state.here
        if here is None or here.kind in ("warning", "hurts"):
            return ()
        told_all = self._is_last_part(here)
        if told_all and not here.offered and not self._answer(here)["routines"]:
            return self.release.related(here.answer)
        if here.kind == "related" or (here.kind == "step" and self._is_last_step(here)):
            return self.release.related(here.answer)
        return here.offered if here.kind != "part" or told_all else ()

    def _is_last_part(self, here: Move) -> bool:
        return here.kind == "part" and here.at >= len(self._answer(here)["more"])

    def _is_last_step(self, here: Move) -> bool:
        return here.at + 1 >= len(self._answer(here)["routines"][here.routine]["steps"])

    # Moving about.

    def _on_next(self, heard: Heard) -> Move:
        here = self.state.here
        if here and here.kind == "step":
            return Move("related", here.answer) if self._is_last_step(here) else _plain(here, here.at + 1)
        if here and here.kind == "part":
            answer = self._answer(here)
            if here.at < len(answer["more"]):
                return _plain(here, here.at + 1)
            if here.offered:
                return self._part(here.offered[0])
            if answer["routines"]:
                return self._routine(here.answer)
            offered = self._offered()
            return Move("which", here.answer, offered=offered) if len(offered) > 1 else self._next_of(offered)
        if here and here.kind == "examples":
            return self._part(self.release.roles["in_pain"])
        return self._next_of(self._offered())

    def _next_of(self, offered: tuple[str, ...]) -> Move:
        return self._part(offered[0]) if offered else _EXAMPLES

    def _on_previous(self, heard: Heard) -> Move:
        here = self.state.here
        if here and here.kind in ("part", "step") and here.answer:
            return _plain(here, max(here.at - 1, 0))
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
            return _plain(here, 0)
        return self._welcome()

    def _on_pause(self, heard: Heard) -> Move:
        return Move("pause")

    def _on_resume(self, heard: Heard) -> Move:
        """Back to what help or a pause interrupted; where nothing did, "go on" means what comes next."""
        aside = self.state.aside
        if aside:
            return _OPEN if aside.kind in ("decline", "misheard") else aside
        return self._on_next(heard) if self.state.move else self._welcome()

    def _welcome(self) -> Move:
        return Move("welcome", at=min(self.state.turn, 1))

    # Routines.

    def _on_walk(self, heard: Heard) -> Move:
        """The command "walk me through it", "walk me through getting out of bed", "continue the plank from step three"."""
        here = self.state.here
        if heard.text and not heard.answer:
            return self._text(heard)
        if heard.answer and heard.answer not in self.release.answers:
            return _GONE
        if not heard.answer and here and here.kind == "step":
            return self._step(here.answer, here.routine, heard.number - 1 if heard.number else here.at)
        answer = heard.answer or (here.answer if here else "")
        if not heard.answer and not (answer and self._answer_of(answer)["routines"]):
            answer = self.release.roles["in_pain"]
        if not self._answer_of(answer)["routines"]:
            return self._part(answer)
        return self._routine(answer, heard.text, heard.number - 1)

    def _routine(self, answer: str, named: str = "", step: int = 0) -> Move:
        """The routine of ``answer`` that is meant; the question which one, when it has several and none is named."""
        routines = self._answer_of(answer)["routines"]
        chosen = closest(named, [routine["name"] for routine in routines]) if len(routines) > 1 else 0
        return Move("routines", answer) if chosen is None else self._step(answer, chosen, step)

    def _step(self, answer: str, routine: int, step: int = 0) -> Move:
        routines = self._answer_of(answer)["routines"]
        routine = min(routine, len(routines) - 1)
        step = min(max(step, 0), len(routines[routine]["steps"]) - 1)
        return Move("step", answer, step, routine, first=not self.state.disclaimed)

    def _asks_which_routine(self) -> bool:
        """True when the last reply left open which of an answer's routines is meant."""
        here = self.state.here
        if here is None or len(self._answer(here)["routines"]) < 2 or here.offered:
            return False
        return here.kind == "routines" or self._is_last_part(here)

    def _routine_chosen(self, text: str) -> Move | None:
        """The routine that an answer to "which one" names."""
        here = self.state.here
        if not here or not self._asks_which_routine() or len(text.split()) > _FEW_WORDS:
            return None
        chosen = closest(text, [routine["name"] for routine in self._answer(here)["routines"]])
        return None if chosen is None else self._step(here.answer, chosen)

    def _on_left(self, heard: Heard) -> Move:
        here = self.state.here
        return here._replace(kind="left") if here and here.kind == "step" else _EXAMPLES

    def _on_how_long(self, heard: Heard) -> Move:
        """In a routine, how much is left of it; elsewhere, how long it takes to get better."""
        here = self.state.here
        return self._on_left(heard) if here and here.kind == "step" else self._part(self.release.roles["how_long"])

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
        here, offered = self.state.here, self._offered()
        if here and here.kind == "step":
            return Move("help_in_routine", here.answer)
        if len(offered) > 1:
            return Move("help_in_offer", offered=offered)
        return Move("help_after_answer", here.answer) if here and here.kind == "part" else Move("help")

    def _on_stop(self, heard: Heard) -> Move:
        return Move("goodbye")

    def _answer(self, move: Move) -> Any:
        """The answer that a move speaks of; an empty one when it speaks of none."""
        return self._answer_of(move.answer)

    def _answer_of(self, answer: str) -> Any:
        return self.release.answers.get(answer, _NO_ANSWER)


_NO_ANSWER: dict[str, Any] = {"next": [], "more": [], "routines": []}


def _plain(move: Move, at: int) -> Move:
    """The same answer or routine at another place, without the warning or disclaimer that it began with."""
    return Move(move.kind, move.answer, at, move.routine, move.offered)
