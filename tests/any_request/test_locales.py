"""A locale that the guide is not published in: the nearest place's words, and nobody's numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alexa.skill import LambdaHandler
from tests.certification.test_wording import NEUTRAL, said_and_shown, whole
from tests.certification.walk import OPEN, Listener, Said, intent

SERVED = ("en-US", "en-GB", "en-CA", "en-AU", "en-IN")
NEAREST = {"en-NZ": "en-AU", "en-IE": "en-GB", "en-ZA": "en-GB", "en-SG": "en-GB", "en-MT": "en-GB"}
"""In the United States it is called acetaminophen; in these places, as in the nearest, paracetamol."""

# All other locales that Alexa has (facts 7.7), and what is none.
FOREIGN = (
    *("ar-SA", "de-DE", "es-ES", "es-MX", "es-US", "fr-CA", "fr-FR", "hi-IN", "it-IT", "ja-JP", "nl-NL", "pt-BR"),
    *("en", "en_US", "EN-us", "en-XX", "xx-YY", "x" * 10_000, "\ud800", "../en-GB", "en-GB\n", " "),
)
SIGN = intent("SignIntent", sign="my legs are numb and i can't pee")
HELP_ME = intent("HelpIntent", query="get up")
EMERGENCIES = (OPEN, SIGN, HELP_ME, intent("AMAZON.HelpIntent"))


def all_of(handler: LambdaHandler, locale: str, said: Said) -> str:
    """What is said, asked after silence, and shown."""
    turn = Listener(handler, locale).follow([said])[-1]
    return f"{turn.speech}\n{turn.reprompt}\n{turn.shown}"


def numbers(data: dict[str, Any], locale: str) -> list[str]:
    return list(said_and_shown(data, locale))


def medicine(handler: LambdaHandler, release_data: dict[str, Any], locale: str) -> str:
    """What is said of a medicine, by the name that it has in a place."""
    name = next(name for name, does in release_data["intents"].items() if does.get("answer") == "pain-relievers")
    return Listener(handler, locale).follow([intent(name)])[-1].speech


@pytest.mark.parametrize("locale", [*NEAREST, *FOREIGN], ids=lambda locale: repr(locale[:9]))
@pytest.mark.parametrize("said", EMERGENCIES, ids=lambda said: said.label)
def test_an_emergency_is_given_no_number_that_may_be_wrong_there(
    locale: str, said: Said, handler: LambdaHandler, release_data: dict[str, Any]
) -> None:
    told = all_of(handler, locale, said)
    assert NEUTRAL in told
    assert f"or {NEUTRAL}" not in told, "with no number before it, it is no alternative"
    for place in SERVED:
        assert not [number for number in numbers(release_data, place) if whole(number).search(told)]


@pytest.mark.parametrize("locale", SERVED)
@pytest.mark.parametrize("said", EMERGENCIES, ids=lambda said: said.label)
def test_where_the_guide_is_published_the_number_of_the_place_comes_first(
    locale: str, said: Said, handler: LambdaHandler, release_data: dict[str, Any]
) -> None:
    number = release_data["places"]["served"][locale]["emergency"][0]
    told = all_of(handler, locale, said)
    assert number in told and told.index(number) < told.index(NEUTRAL)


@pytest.mark.parametrize(("locale", "nearest"), NEAREST.items())
def test_english_of_another_country_has_the_words_of_the_nearest(
    locale: str, nearest: str, handler: LambdaHandler, release_data: dict[str, Any]
) -> None:
    told = medicine(handler, release_data, locale)
    assert "paracetamol" in told
    assert told == medicine(handler, release_data, nearest) != medicine(handler, release_data, "en-US")


@pytest.mark.parametrize("locale", FOREIGN, ids=lambda locale: repr(locale[:9]))
def test_any_other_has_the_words_of_the_united_states(
    locale: str, handler: LambdaHandler, release_data: dict[str, Any]
) -> None:
    told = medicine(handler, release_data, locale)
    assert "acetaminophen" in told
    assert told == medicine(handler, release_data, "en-US")


@pytest.mark.parametrize("locale", [None, "", 7, True, [], {}, ["en-GB"], {"en-GB": 1}, float("nan")])
def test_what_is_no_locale_is_none(locale: Any, handler: LambdaHandler) -> None:
    """It is the United States then, where the request does not say anything else: number and local number."""
    event = {"request": {**HELP_ME.request, "locale": locale}}
    assert "nine one one now, or your local emergency number" in json.dumps(handler(event, None))


@pytest.mark.parametrize("locale", ["en-NZ", "de-DE"])
def test_every_line_that_a_country_has_is_neutral(
    locale: str, handler: LambdaHandler, release_data: dict[str, Any]
) -> None:
    """Every answer and every warning, not those of an emergency alone: nurse lines, poison lines, crisis lines."""
    ours = {number for place in SERVED for number in numbers(release_data, place)}
    names = [name for name, does in release_data["intents"].items() if "answer" in does]
    signs = [said for sign in release_data["warnings"] if (said := intent("SignIntent", sign=matched(sign)))]
    for said in (*map(intent, names), *signs):
        told = all_of(handler, locale, said)
        assert not [number for number in ours if whole(number).search(told)], said.label


def matched(sign: str) -> dict[str, Any]:
    """A slot that Alexa has matched to a warning sign by words that the guide does not know."""
    match = {"status": {"code": "ER_SUCCESS_MATCH"}, "values": [{"value": {"name": "x", "id": sign}}]}
    return {"name": "sign", "value": "that thing", "resolutions": {"resolutionsPerAuthority": [match]}}
