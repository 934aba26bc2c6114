"""What reaches the listener's ears and app: nothing of the machinery, and the numbers of the place they are in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from alexa.skill import LambdaHandler
from guide.release import Release
from tests.certification.walk import CANARY, Listener, Said, State, Walk, one_of_each_name, walk
from workbench.compiler.interaction_model import Model

Complaints = Callable[[Iterator[str]], None]

_MARKUP = re.compile(r"[{}<>*_\[\]^|~`#=\\]|&\w+;|\b(null|undefined|NaN)\b")
_GAP = re.compile(r"\s[,.?!;]|,\s*[,.?]|\.\s*\.|\?\s*\?|\b(how to|continue|from step)\s*[,.?]")

NUMBERS = ("emergency", "advice", "poison", "crisis")
"""The words of a place that name a number or a line."""

NEUTRAL = "your local emergency number"


def heard_and_seen(walked: Walk) -> Iterator[tuple[str, str]]:
    """Yield all speech, reprompts and cards of a walk, each with the turn it belongs to."""
    for turn in walked.replies.values():
        for text in filter(None, (turn.speech, turn.reprompt, turn.shown)):
            yield text, str(turn)


def test_no_name_of_an_intent_leaks(walked: Walk, model: Model, complaints: Complaints) -> None:
    """ "Using CancelIntent, StopIntent, HelpIntent in title of card causes a failure"."""
    names = {intent["name"] for intent in model["interactionModel"]["languageModel"]["intents"]}
    names |= {name.removeprefix("AMAZON.") for name in names}
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r"|\w+Intent\b|AMAZON\.")
    complaints(turn for text, turn in heard_and_seen(walked) if pattern.search(text))


def test_no_id_leaks(walked: Walk, release: Release, release_data: dict[str, Any], complaints: Complaints) -> None:
    """Ids of answers, warning signs, sources and phrases; one that is a word may be said as one ("knee-to-chest")."""
    authored = str([release_data["answers"][answer][part] for answer in release.answers for part in ("title", "card")])
    ids = {*release.answers, *release.warnings, *release.sources, *release_data["phrases"]}
    ids = {identity for identity in ids if not re.search(rf"\b{identity}\b", authored, re.IGNORECASE)}
    written = re.compile(
        r"(?<![\w-])(?:" + "|".join(re.escape(i) for i in ids if re.search(r"[-_]", i)) + r")(?![\w-])"
    )
    complaints(turn for text, turn in heard_and_seen(walked) if written.search(text))


def test_no_placeholder_or_markup_leaks(walked: Walk, complaints: Complaints) -> None:
    complaints(turn for text, turn in heard_and_seen(walked) if _MARKUP.search(text))


def test_nothing_is_left_out_in_the_middle_of_a_sentence(walked: Walk, complaints: Complaints) -> None:
    """A placeholder that nothing fills is not spoken, but would leave a gap: "Did you want , or ?"."""
    complaints(turn for text, turn in heard_and_seen(walked) if _GAP.search(text))


def test_no_word_of_the_listener_is_said_back(walked: Walk, complaints: Complaints) -> None:
    complaints(turn for text, turn in heard_and_seen(walked) if CANARY in text.lower())


def test_nothing_fails(walked: Walk, release_data: dict[str, Any], complaints: Complaints) -> None:
    """What is said when something goes wrong inside is never said."""
    failed = release_data["phrases"]["failed"]
    complaints(turn for text, turn in heard_and_seen(walked) if any(wording in text for wording in failed))


def test_an_offer_is_of_two_different_things(walked: Walk, complaints: Complaints) -> None:
    complaints(
        str(turn)
        for turn in walked.replies.values()
        if len(set(turn.told.get("offered", ()))) != len(turn.told.get("offered", ()))
        or re.search(r"(?:Did you want|Would|Which one,|how to) ([\w ]+), or (?:how to )?\1[,?]", turn.speech)
    )


# Numbers.


def said_and_shown(data: dict[str, Any], locale: str) -> dict[str, str]:
    """The numbers of a place: as said or shown -> what they are for."""
    words = data["places"]["served"][locale]
    return {form: name for name in NUMBERS for form in words[name] if re.search(r"\d|one|two|zero|nine|N H S", form)}


_SPOKEN_DIGITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "hundred",
    "double",
    "triple",
]
_NOT_AFTER_A_DIGIT = r"(?<![\w-])(?<!\d )" + "".join(rf"(?<!\b{d} )(?<!\b{d}, )" for d in _SPOKEN_DIGITS)
_NOT_BEFORE_A_DIGIT = rf"(?![\w-])(?! \d)(?!,? (?:{'|'.join(_SPOKEN_DIGITS)})\b)"


def whole(number: str) -> re.Pattern[str]:
    """What finds ``number``, said or shown, where it is not part of a longer one."""
    return re.compile(_NOT_AFTER_A_DIGIT + re.escape(number) + _NOT_BEFORE_A_DIGIT)


@pytest.mark.parametrize(
    ("number", "text", "is_there"),
    [
        ("nine one one", "Call nine one one now, or your local emergency number.", True),
        ("nine one one", "In an emergency, call nine one one, or your local emergency number.", True),
        ("nine one one", "call one nine one one", False),
        ("nine one one", "call nine one one, two", False),
        ("one one two", "Lifeline at one three, one one, two six", False),
        ("one one two", "at one three, one one two six", False),
        ("triple zero", "Call triple zero now", True),
        ("911", "Call 911 now", True),
        ("911", "1-911", False),
        ("112", "at 13 112 6", False),
        ("988", "call 988.", True),
    ],
)
def test_a_number_is_found_where_it_is_given(number: str, text: str, is_there: bool) -> None:
    """The rules below would be true of anything if it were not."""
    assert bool(whole(number).search(text)) is is_there


def test_no_number_of_another_place_is_given(
    walked: Walk, release_data: dict[str, Any], complaints: Complaints
) -> None:
    own = said_and_shown(release_data, walked.locale)
    others = {
        number
        for locale in release_data["places"]["served"]
        for number in said_and_shown(release_data, locale)
        if number not in own and not any(number in mine for mine in own)
    }
    patterns = {number: whole(number) for number in others}
    assert patterns

    def found() -> Iterator[str]:
        for text, turn in heard_and_seen(walked):
            rest = text
            for mine in sorted(own, key=len, reverse=True):
                rest = rest.replace(mine, "…")
            for number, pattern in patterns.items():
                if number in rest and pattern.search(rest):
                    yield f"{number}: {turn}"

    complaints(found())


def test_wherever_an_emergency_number_is_given_the_local_one_goes_with_it(
    walked: Walk, release_data: dict[str, Any], complaints: Complaints
) -> None:
    """A speaker's language is not where it stands (facts: medical, section 6)."""
    said, shown = release_data["places"]["served"][walked.locale]["emergency"]

    def found() -> Iterator[str]:
        for text, turn in heard_and_seen(walked):
            for sentence in re.split(r"(?<=[.?!])\s+|\n", text):
                if (whole(said).search(sentence) or whole(shown).search(sentence)) and NEUTRAL not in sentence:
                    yield f"{sentence!r}: {turn}"

    complaints(found())


def test_the_place_has_its_emergency_number_said(walked: Walk, release_data: dict[str, Any]) -> None:
    said, shown = release_data["places"]["served"][walked.locale]["emergency"]
    assert any(said in turn.speech for turn in walked.replies.values())
    assert any(shown in turn.shown for turn in walked.replies.values())


@pytest.mark.parametrize("locale", ["en-NZ", "en-IE", "en-ZA", "fr-FR", "xx-YY"])
def test_a_place_that_is_not_ours_hears_no_number_at_all(
    locale: str,
    handler: LambdaHandler,
    all_states: list[State],
    requests_of_each_kind: list[Said],
    release_data: dict[str, Any],
    complaints: Complaints,
) -> None:
    numbers = {n for place in release_data["places"]["served"] for n in said_and_shown(release_data, place)}
    patterns = {number: whole(number) for number in numbers}
    walked = walk(Listener(handler, locale), one_of_each_name(all_states)[::5], requests_of_each_kind)

    def found() -> Iterator[str]:
        for text, turn in heard_and_seen(walked):
            if any(number in text and pattern.search(text) for number, pattern in patterns.items()):
                yield turn
            if re.search(rf"{NEUTRAL}( now)?, or {NEUTRAL}", text):
                yield f"named twice: {turn}"

    complaints(found())
