"""docs/conversation.md shows what the guide does: its conversations are held again here, and its drawing is drawn anew.

When a change is meant, ``python -m tests.certification.refresh`` brings the document up to date.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from guide.release import Release
from tests.certification.drawing import draw
from tests.certification.transcripts import DOCUMENT, Transcript, hold, states_drawn, transcripts
from tests.certification.walk import Listener, Said, State

TEXT = DOCUMENT.read_text(encoding="utf-8")
SHOWN = transcripts(TEXT)
REFRESH = "docs/conversation.md shows something else; if this is meant, run python -m tests.certification.refresh"


def test_six_conversations_are_shown() -> None:
    assert [transcript.name for transcript in SHOWN] == [
        *("a-spasm", "one-shot", "emergency", "offer", "who-says-so", "three-misunderstandings"),
    ]


@pytest.mark.parametrize("transcript", SHOWN, ids=lambda transcript: transcript.name)
def test_conversation_goes_as_shown(transcript: Transcript, built: object) -> None:
    assert hold(transcript) == transcript.text, REFRESH


def test_states_are_as_drawn(
    release: Release, listener: Listener, all_states: list[State], heard: Callable[[str], Said]
) -> None:
    assert draw(release, listener, all_states, heard) == states_drawn(TEXT), REFRESH


def test_conversations_show_what_they_are_named_for() -> None:
    """A refresh would write down a conversation that no longer makes its point; this would not let it pass."""
    shown = {transcript.name: transcript.text for transcript in SHOWN}
    spasm, one_shot, emergency = shown["a-spasm"], shown["one-shot"], shown["emergency"]
    assert (
        spasm.index("the first minutes of a spasm") < spasm.index("Step 2") < spasm.rindex("get up from the floor, in")
    )
    assert "I didn't catch that" not in spasm
    assert one_shot.startswith("You:") and "This is information, not medical advice." in one_shot
    assert emergency.index("Step 2") < emergency.index("Guide: Call nine one one now")
    # What lies between two answers changes as the model learns; when this fails, say something else there that does.
    assert "Guide: Did you want" in shown["offer"], (
        "what is asked in the offer's conversation is no longer answered by an offer"
    )
    assert "Guide: That comes from" in shown["who-says-so"]
    assert shown["three-misunderstandings"].count("microphone open") == 3
    assert shown["three-misunderstandings"].endswith("microphone closed]")
