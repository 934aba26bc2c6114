"""Conversations of up to 50 turns, about anything, in any order: never an error, never a loop, always a way on and a way out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from alexa.skill import LambdaHandler
from guide.release import Release
from tests.certification.test_kept_between_turns import MOST, is_sound
from tests.certification.walk import NOT_BEGUN, OPEN, Listener, Said, State, Turn, envelope, hear
from workbench.compiler.content import Content
from workbench.compiler.interaction_model import Model
from workbench.standin.ears import BUILT_IN, Ears

LONGEST = 50
"""Turns of one conversation."""

COMMANDS = [
    *("yes", "no", "next", "go back", "more", "repeat", "continue", "start over", "help", "pause", "the first one"),
    *("the second one", "both", "neither", "slower", "faster", "who says that", "that hurts", "how many more"),
    *("walk me through it", "walk me through getting up", "continue the plank from step three", "step two"),
]
MAY_SAY_IT_AGAIN = {
    *("repeat", "slower", "faster", "help", "pause", "continue", "go back", "start over", "who says that", "neither"),
    *(
        "walk me through it",
        "walk me through getting up",
        "continue the plank from step three",
        "step two",
        "how many more",
    ),
}
"""What may be answered by the same again, because that is what was asked for."""

SILENT_REQUESTS = [
    {"type": "SessionEndedRequest", "reason": "USER_INITIATED"},
    {"type": "SessionEndedRequest", "reason": "EXCEEDED_MAX_REPROMPTS"},
    {"type": "SessionEndedRequest", "reason": "ERROR", "error": {"type": "INVALID_RESPONSE", "message": "x"}},
    {"type": "System.ExceptionEncountered", "error": {"type": "INVALID_RESPONSE", "message": "x"}},
    {"type": "Alexa.Presentation.APL.UserEvent", "arguments": ["x"]},
    {"type": "Connections.Response", "name": "AskFor", "status": {"code": "200", "message": "OK"}},
    {"type": "SomethingNew.FromTheFuture", "surprise": {"deep": [1, 2]}},
]


class Conversation(RuleBasedStateMachine):
    """One listener, one session at a time. What it needs is put in by the test below."""

    handler: LambdaHandler
    ears: Ears
    failed: list[str]
    sayable: list[str]

    def __init__(self) -> None:
        super().__init__()
        self.listener = Listener(self.handler)
        self.state = NOT_BEGUN
        self.last: Turn | None = None
        self.same = 0

    def say(self, said: Said, *, again: bool = False) -> None:
        turn = self.listener.turn(self.state, said)
        assert is_sound(turn, self.failed), str(turn)
        assert turn.response == self.listener.turn(self.state, said).response, "another reply to the same"
        self.same = self.same + 1 if self.last and not again and _same(turn, self.last) else 0
        assert self.same < 2, f"the third time in a row: {turn}"
        self.last = turn
        path = (*self.state.path, said)
        self.state = State("", path, turn.attributes) if turn.is_open else NOT_BEGUN

    @initialize(opened=st.booleans())
    def begin(self, opened: bool) -> None:
        if opened:
            self.say(OPEN)

    @rule(utterance=st.sampled_from(COMMANDS))
    def command(self, utterance: str) -> None:
        self.say(hear(self.ears, utterance), again=utterance in MAY_SAY_IT_AGAIN)

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        """Anything that somebody wrote down as something to say: samples, questions, signs, and what is not ours."""
        self.say(hear(self.ears, data.draw(st.sampled_from(self.sayable))), again=True)

    @rule(noise=st.text(max_size=40))
    def mumble(self, noise: str) -> None:
        self.say(hear(self.ears, noise))

    @rule(
        noise=st.text(min_size=1, max_size=80),
        carrier=st.sampled_from(["how do i", "what is", "help me", "i have", "my back"]),
    )
    def ask_nonsense(self, noise: str, carrier: str) -> None:
        self.say(hear(self.ears, f"{carrier} {noise}"), again=True)

    @rule()
    def open_again(self) -> None:
        self.say(OPEN, again=True)

    @rule(request=st.sampled_from(SILENT_REQUESTS))
    def something_that_is_not_spoken_to(self, request: dict[str, Any]) -> None:
        response = self.handler(envelope(request, self.state.attributes), None)["response"]
        assert "outputSpeech" not in response and "reprompt" not in response
        if request["type"] == "SessionEndedRequest":
            self.state, self.last = NOT_BEGUN, None

    @precondition(lambda self: self.state.path)
    @invariant()
    def stop_ends_it(self) -> None:
        assert not self.listener.turn(self.state, hear(self.ears, "stop")).is_open

    @precondition(lambda self: self.state.path)
    @invariant()
    def there_is_a_way_on(self) -> None:
        """Whatever has happened, a question is answered."""
        turn = self.listener.turn(self.state, hear(self.ears, "heat"))
        assert turn.told["answer"] == "heat" and turn.is_open, str(turn)

    @invariant()
    def little_is_kept(self) -> None:
        assert len(json.dumps(self.state.attributes).encode()) <= MOST


def _same(turn: Turn, before: Turn) -> bool:
    """True when the guide has not moved: the same said again, in the same words or in others."""
    if turn.told.get("outcome") in ("decline", "warning"):
        return False  # counted, and ended after three; or repeated for good reason
    return turn.speech == before.speech or (turn.move == before.move and turn.is_open)


@pytest.fixture(scope="module")
def sayable(content: Content, model: Model) -> list[str]:
    language = model["interactionModel"]["languageModel"]
    slots = {kind["name"]: [v["name"]["value"] for v in kind["values"]] for kind in language["types"]}
    lines = [*content.elsewhere_lines(), *(line for line, _ in content.examples())]
    lines += [phrase for phrases in BUILT_IN.values() for phrase in phrases.split("|") if phrase]
    for declared in language["intents"]:
        for sample in declared["samples"]:
            for kind, slot in (("Topic", "{topic}"), ("Sign", "{sign}")):
                if slot in sample:
                    lines += [sample.replace(slot, value).replace("{number}", "three") for value in slots[kind][:3]]
            if "{" not in sample:
                lines.append(sample)
    return sorted(set(lines))


@pytest.mark.parametrize("examples", [40, pytest.param(2_000, marks=pytest.mark.exhaustive)])
def test_random_conversations(
    examples: int, handler: LambdaHandler, ears: Ears, release_data: dict[str, Any], sayable: list[str]
) -> None:
    needs = {
        "handler": staticmethod(handler),
        "ears": ears,
        "failed": release_data["phrases"]["failed"],
        "sayable": sayable,
    }
    run_state_machine_as_test(
        type("Conversation", (Conversation,), needs),
        settings=settings(
            max_examples=examples,
            stateful_step_count=LONGEST,
            deadline=None,
            derandomize=examples < 100,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("utterance", sorted({*COMMANDS, "heat", "getting up", "help me", "xyzzy"} - MAY_SAY_IT_AGAIN))
def test_saying_the_same_again_and_again_gets_somewhere(
    utterance: str, listener: Listener, named_states: list[State], ears: Ears, release: Release
) -> None:
    """From every state, one thing said ten times in a row ends the conversation, or is not answered by the same ten times."""
    said = hear(ears, utterance)
    for state in named_states:
        if "warning" in state.name and utterance == "yes":
            continue  # "Should I say that again?"
        speeches = []
        turn = listener.turn(state, said)
        for _ in range(9):
            speeches.append(turn.speech)
            if not turn.is_open:
                break
            turn = listener.turn(State("", (), turn.attributes), said)
        if turn.is_open and utterance not in ("heat", "getting up", "help me", "that hurts"):
            longest = max(
                sum(1 for other in speeches[i : i + 3] if other == speech) for i, speech in enumerate(speeches)
            )
            assert longest < 3, f"“{utterance}” again and again in {state.name}: {speeches[-1]!r}"
