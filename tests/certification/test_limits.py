"""Limits of Alexa's responses (facts: Amazon's limits, section 3), and speech that her voice can read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

from guide.markup import breaks
from tests.certification.walk import Walk

Complaints = Callable[[Iterator[str]], None]

MOST_SPEECH = 8_000
"""Characters of speech, its markup included."""
MOST_CARD = 8_000
"""Characters of a card's title and text together."""
MOST_RESPONSE = 120_000
"""Bytes of the whole response, the session's attributes included."""
LONGEST_BREAK = 10
"""Seconds."""

# The tags of Alexa's SSML reference, with the attributes that each may have.
SUPPORTED = {
    "speak": set(),
    "amazon:effect": {"name"},
    "amazon:emotion": {"name", "intensity"},
    "amazon:domain": {"name"},
    "audio": {"src"},
    "break": {"time", "strength"},
    "emphasis": {"level"},
    "lang": {"{http://www.w3.org/XML/1998/namespace}lang"},
    "p": set(),
    "phoneme": {"alphabet", "ph"},
    "prosody": {"rate", "pitch", "volume"},
    "s": set(),
    "say-as": {"interpret-as", "format"},
    "sub": {"alias"},
    "voice": {"name"},
    "w": {"role"},
}


def spoken(walked: Walk) -> Iterator[tuple[str, str]]:
    """Yield all that is spoken, as SSML, each with the turn it was spoken in."""
    for turn in walked.replies.values():
        for ssml in filter(None, (turn.ssml, turn.reprompt_ssml)):
            yield ssml, str(turn)


def test_speech_and_reprompt_are_at_most_8000_characters(walked: Walk, complaints: Complaints) -> None:
    complaints(turn for ssml, turn in spoken(walked) if len(ssml) > MOST_SPEECH)


def test_card_is_at_most_8000_characters(walked: Walk, complaints: Complaints) -> None:
    complaints(str(turn) for turn in walked.replies.values() if len(turn.shown) > MOST_CARD)


def test_card_has_a_title_and_text(walked: Walk, complaints: Complaints) -> None:
    complaints(
        str(turn)
        for turn in walked.replies.values()
        if turn.card and not (turn.card["type"] == "Simple" and turn.card["title"] and turn.card["content"])
    )


def test_response_is_at_most_120_kilobytes(walked: Walk, complaints: Complaints) -> None:
    complaints(
        str(turn)
        for turn in [*walked.replies.values(), *walked.attributes.values()]
        if len(json.dumps(turn.response).encode()) > MOST_RESPONSE
    )


def test_no_break_is_longer_than_ten_seconds(walked: Walk, complaints: Complaints) -> None:
    complaints(turn for ssml, turn in spoken(walked) if any(seconds > LONGEST_BREAK for seconds in breaks(ssml)))


def test_every_break_has_a_time_that_is_read(walked: Walk, complaints: Complaints) -> None:
    """A break whose time our own reading misses would be missed by the rule above."""
    complaints(turn for ssml, turn in spoken(walked) if len(breaks(ssml)) != ssml.count("<break"))


def test_ssml_is_well_formed(walked: Walk, complaints: Complaints) -> None:
    def found() -> Iterator[str]:
        for ssml, turn in spoken(walked):
            try:
                ElementTree.fromstring(ssml)
            except ElementTree.ParseError as error:
                yield f"{error}: {turn}"

    complaints(found())


def test_ssml_has_only_what_alexa_supports(walked: Walk, complaints: Complaints) -> None:
    def found() -> Iterator[str]:
        for ssml, turn in spoken(walked):
            for part in ElementTree.fromstring(ssml).iter():
                if part.tag not in SUPPORTED or set(part.attrib) - SUPPORTED[part.tag]:
                    yield f"<{part.tag} {part.attrib}>: {turn}"

    complaints(found())


def test_speech_begins_and_ends_once(walked: Walk, complaints: Complaints) -> None:
    complaints(turn for ssml, turn in spoken(walked) if len(re.findall(r"</?speak>", ssml)) != 2)
