"""interaction_model/skill.json: what Amazon's store, its testers and its API ask of a manifest.

F1 to F12 are the rows of facts section 2.1; numbers such as 4.3 are Amazon's own, of its certification tests.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from ask_sdk_core.exceptions import SerializationException
from ask_sdk_core.serialize import DefaultSerializer
from ask_smapi_model.v1.skill.manifest.distribution_countries import DistributionCountries
from ask_smapi_model.v1.skill.manifest.distribution_mode import DistributionMode
from ask_smapi_model.v1.skill.manifest.skill_manifest_envelope import SkillManifestEnvelope

from tests import alexa_rules
from tests.alexa_rules import CONNECTORS, LAUNCH_WORDS, LOCALES, Model
from tests.conftest import NewDevice
from workbench.compiler.content import ROOT, Content
from workbench.standin.ears import FALLBACK, Ears

SKILL: dict[str, Any] = json.loads((ROOT / "interaction_model" / "skill.json").read_bytes())
MANIFEST: dict[str, Any] = SKILL["manifest"]
PUBLISHING: dict[str, Any] = MANIFEST["publishingInformation"]
PRIVACY: dict[str, Any] = MANIFEST["privacyAndCompliance"]
CUSTOM: dict[str, Any] = MANIFEST["apis"]["custom"]

SERIALIZER = DefaultSerializer()

# SMAPI schema: characters that each text may have, least and most; for lists, of each entry.
CHARACTERS = {
    "name": (2, 50),
    "summary": (1, 160),
    "description": (1, 4000),
    "examplePhrases": (1, 200),
    "keywords": (1, 150),
}
MOST_KEYWORDS = 30
MOST_TESTING_INSTRUCTIONS = 4000

# Of the whole manifest: all fields that we use. None may be missing, and what is not here has no reason to be.
FIELDS = {
    "manifest": {"manifestVersion", "publishingInformation", "privacyAndCompliance", "apis"},
    "publishingInformation": {
        *("locales", "category", "distributionMode", "isAvailableWorldwide", "distributionCountries"),
        "testingInstructions",
    },
    "locale": {*CHARACTERS, "smallIconUri", "largeIconUri"},
    "privacyAndCompliance": {
        *("allowsPurchases", "usesPersonalInfo", "isChildDirected", "isExportCompliant", "containsAds"),
        "locales",
    },
    "custom": {"endpoint", "interfaces"},
}

# Facts 1.1: a skill that named a condition and claimed one of these was sent back.
CLAIMS = re.compile(r"\b(cur(e|es|ed|ing)|heal(s|ed|ing)?|fix(es|ed|ing)?|guarantee\w*|miracle\w*|risk.free|proven)\b")
TREATING = re.compile(r"\b(treat(s|ed|ing|ment|ments)?|remed(y|ies)|life.saving|emergency (help|service))\b")
LANGUAGE = re.compile(r"[\w '.,:;()\"\n-]+")

QUOTED = re.compile(r'"([^"]+)"')
LAUNCH = re.compile(r"Alexa, (?P<word>open|ask) (?P<name>back spasm guide)(?: (?P<said>.+))?")


@pytest.fixture(params=LOCALES)
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def listing(locale: str) -> dict[str, Any]:
    """What the store shows in one locale."""
    found: dict[str, Any] = PUBLISHING["locales"][locale]
    return found


def texts(listing: dict[str, Any]) -> list[tuple[str, str]]:
    """Each text of a listing, with the name of its field."""
    return [
        (name, text)
        for name in CHARACTERS
        for text in (listing[name] if isinstance(listing[name], list) else [listing[name]])
    ]


# The shape of the file.


def test_every_field_is_there_and_no_other() -> None:
    """SMAPI schema; permissions, events and paid products are left out because the skill has none."""
    assert set(SKILL) == {"manifest"}
    assert set(MANIFEST) == FIELDS["manifest"]
    assert set(PUBLISHING) == FIELDS["publishingInformation"]
    assert set(PRIVACY) == FIELDS["privacyAndCompliance"]
    assert set(MANIFEST["apis"]) == {"custom"}
    assert set(CUSTOM) == FIELDS["custom"]
    for locale in LOCALES:
        assert set(PUBLISHING["locales"][locale]) == FIELDS["locale"]
        assert set(PRIVACY["locales"][locale]) == {"privacyPolicyUrl"}


def test_the_locales_are_those_of_models_and_places(content: Content, built: Path) -> None:
    """Facts 7.7: one model, one listing and one privacy entry for each locale; the sets are equal."""
    models = {path.stem for path in (built / "interaction_model").glob("??-??.json")}
    assert set(PUBLISHING["locales"]) == set(PRIVACY["locales"]) == models == set(content.locales) == set(LOCALES)


def test_enumerations() -> None:
    """SMAPI schema; F10: the category is one of Amazon's own, the one of its sample manifest."""
    assert MANIFEST["manifestVersion"] == "1.0"
    assert PUBLISHING["category"] == "HEALTH_AND_FITNESS"
    assert PUBLISHING["distributionMode"] in {mode.value for mode in DistributionMode}
    assert set(PUBLISHING["distributionCountries"]) <= {country.value for country in DistributionCountries}


def round_trip(skill: dict[str, Any]) -> Any:
    """``skill`` through the official SMAPI classes and back to what they would send."""
    return SERIALIZER.serialize(SERIALIZER.deserialize(json.dumps(skill), SkillManifestEnvelope))


def test_amazons_classes_give_the_manifest_back() -> None:
    """SMAPI schema: what those classes do not know, they drop without a word, so only the way back tells."""
    assert round_trip(SKILL) == SKILL


@pytest.mark.parametrize(
    "spoil",
    [
        lambda it: it.update(version="1.0"),
        lambda it: it["publishingInformation"].update(categories="HEALTH_AND_FITNESS"),
        lambda it: it["publishingInformation"]["locales"]["en-GB"].update(iconUri="file://icon.png"),
        lambda it: it["privacyAndCompliance"].update(usesHealth=False),
        lambda it: it["privacyAndCompliance"].update(containsAds=None),
        lambda it: it["privacyAndCompliance"]["locales"]["en-US"].update(privacyUrl="https://x.example"),
        lambda it: it["apis"]["custom"].update(interface=[]),
        lambda it: it["apis"]["custom"]["endpoint"].update(arn="x"),
    ],
)
def test_amazons_classes_do_not_give_back_what_they_do_not_know(spoil: Callable[[dict[str, Any]], Any]) -> None:
    broken = copy.deepcopy(SKILL)
    spoil(broken["manifest"])
    assert round_trip(broken) != broken


@pytest.mark.parametrize(
    "spoil",
    [
        lambda it: it["publishingInformation"].update(distributionMode="EVERYBODY"),
        lambda it: it["publishingInformation"].update(distributionCountries=["UK"]),
        lambda it: it.update(manifestVersion="2.0"),
        lambda it: it["apis"]["custom"].update(interfaces=[{"type": "ALEXA_HEALTH_RECORDS"}]),
    ],
)
def test_amazons_classes_refuse_an_unknown_value(spoil: Callable[[dict[str, Any]], Any]) -> None:
    broken = copy.deepcopy(SKILL)
    spoil(broken["manifest"])
    with pytest.raises(SerializationException):
        round_trip(broken)


# The listing.


def test_lengths(listing: dict[str, Any]) -> None:
    """F7"""
    for name, text in texts(listing):
        least, most = CHARACTERS[name]
        assert least <= len(text) <= most, (name, text)
    assert 1 <= len(listing["keywords"]) <= MOST_KEYWORDS
    assert len(set(listing["keywords"])) == len(listing["keywords"])
    assert 0 < len(PUBLISHING["testingInstructions"]) <= MOST_TESTING_INSTRUCTIONS


def test_the_name(listing: dict[str, Any], model: Model) -> None:
    """F9: not "[X] Alexa skill", nothing that sounds of Amazon; and what is shown is what opens the skill."""
    assert not {"alexa", "amazon", "echo", "skill", "app"} & set(listing["name"].lower().split())
    assert listing["name"].lower() == alexa_rules.language(model)["invocationName"]


def test_the_language_is_english(listing: dict[str, Any]) -> None:
    """F12, F4: no symbols, emoticons or exclamation marks in any text of the store."""
    assert [text for _, text in texts(listing) if not (text.isascii() and LANGUAGE.fullmatch(text))] == []


def test_icons(locale: str, listing: dict[str, Any]) -> None:
    """F8: PNG; in a skill package, a file under assets/ (the name is the one that Amazon's own tools give it)."""
    assert listing["smallIconUri"] == f"file://assets/images/{locale}_smallIcon.png"
    assert listing["largeIconUri"] == f"file://assets/images/{locale}_largeIcon.png"


def test_no_claims(listing: dict[str, Any]) -> None:
    """Facts 1.1: a health skill claims nothing; "treatment" stands in the disclaimer, where it must, and nowhere else."""
    for name, text in texts(listing):
        assert not CLAIMS.search(text.lower()), text
        if name != "description":
            assert not TREATING.search(text.lower()), text
    before, _, disclaimer = listing["description"].partition("Disclaimer:")
    assert not TREATING.search(before.lower())
    assert TREATING.findall(disclaimer.lower())


@pytest.mark.parametrize(
    "needed",
    [
        "does not provide medical advice",
        "for informational and educational purposes only",
        "not intended to diagnose any medical condition",
        "not a substitute for professional medical advice, diagnosis or treatment",
        "Call your doctor to receive medical advice",
        "If you think you may have a medical emergency, call your local emergency number.",
        "cannot make a call for you",
    ],
)
def test_the_description_has_the_disclaimer(listing: dict[str, Any], needed: str) -> None:
    """Facts 1.1: without it a health skill is rejected. The last: a skill may not contact emergency responders."""
    assert needed in listing["description"]


def test_the_description_says_who_wrote_it_and_what_is_kept(listing: dict[str, Any]) -> None:
    """F6: core function, prerequisites, accurate information; nobody clinical has read the words, so it says so."""
    for needed in (
        *("does not collect health information", "keeps nothing that you say", "no account"),
        *("article by Optum Perks", "reviewed by a fitness professional", "have not been clinically reviewed"),
        "not affiliated with any of them, and none of them has endorsed it",
    ):
        assert needed in listing["description"]


def test_no_number_of_one_country_in_any_text(listing: dict[str, Any]) -> None:
    """Facts 1.1: the locale-neutral form; the store shows a text to whoever set the language, wherever they live."""
    assert [text for _, text in texts(listing) if re.search(r"\d", text)] == []


# Example phrases.


def test_three_example_phrases_each_said_once(listing: dict[str, Any]) -> None:
    """F1"""
    assert len(set(listing["examplePhrases"])) == len(listing["examplePhrases"]) == 3


def test_example_phrases_are_plain(listing: dict[str, Any]) -> None:
    """F4: "no additional instructions, emoticons, symbols, exclamation points"; they begin as sentences do."""
    for phrase in listing["examplePhrases"]:
        assert re.fullmatch(r"(Alexa, )?[A-Za-z][A-Za-z' ]*[a-z]", phrase)
        assert phrase[0].isupper()


def test_the_first_example_phrase_opens_the_skill(listing: dict[str, Any], model: Model) -> None:
    """F2: wake word, launch word, invocation name. "Open" alone, since newer Alexas route one-shot questions less well."""
    name = alexa_rules.language(model)["invocationName"]
    assert listing["examplePhrases"][0] == f"Alexa, open {name}"


def test_the_other_example_phrases_are_samples(listing: dict[str, Any], model: Model) -> None:
    """F2, F3: literally a sample; what has no wake word has no launch word, connector or invocation name either."""
    samples = {sample for _, sample in alexa_rules.samples(model) if "{" not in sample}
    for phrase in listing["examplePhrases"][1:]:
        assert phrase.lower() in samples
        assert phrase.lower().split()[0] not in LAUNCH_WORDS | CONNECTORS | {"alexa"}


def test_the_first_example_phrase_is_welcomed(locale: str, device: NewDevice) -> None:
    """4.1: a welcome that says what can be asked, and the session stays open."""
    heard = device(locale).open()
    assert heard.keep_open
    assert heard.speech.startswith("Back Spasm Guide")


@pytest.mark.parametrize("opened", [True, False], ids=["in a session", "without opening it"])
def test_the_other_example_phrases_are_answered(
    opened: bool, locale: str, listing: dict[str, Any], device: NewDevice
) -> None:
    """F5, 3.1: an answer in context, neither the welcome nor an error, also when the skill was not opened first."""
    for phrase in listing["examplePhrases"][1:]:
        speaker = device(locale)
        welcome = device(locale).open().speech
        if opened:
            speaker.open()
        heard = speaker.say(phrase)
        turn = heard.as_json()
        assert (turn["outcome"], turn["intent"] != FALLBACK) == ("answer", True), phrase
        assert turn["answer"]
        assert heard.speech != welcome


# What a reader of the listing or a tester is told to say.


def said_in(text: str) -> list[str]:
    """Everything in quotation marks, as it would be said after the skill is open; "" is opening it."""
    launches = [(said, LAUNCH.fullmatch(said)) for said in QUOTED.findall(text)]
    return [(launch["said"] or "") if launch else said for said, launch in launches]


def test_what_the_description_says_to_say_is_understood(listing: dict[str, Any], ears: Ears) -> None:
    """4.3: all instructions are supported utterances."""
    said = said_in(listing["description"])
    assert len(said) > 5
    assert [phrase for phrase in said if phrase and ears.hear(phrase).intent == FALLBACK] == []


def test_the_testing_instructions_work(locale: str, device: NewDevice, ears: Ears) -> None:
    """F7, 4.3: a tester who says each quoted phrase in turn hears no error; the one that is not ours is declined."""
    speaker = device(locale)
    steps = said_in(PUBLISHING["testingInstructions"])
    for said in steps:
        if not said:
            speaker.open()
            continue
        outcome = speaker.say(said).as_json()["outcome"]
        assert (outcome == "decline") == (said == "order a pizza"), said
    assert {"help", "stop", "cancel", "repeat", "order a pizza"} <= set(steps)


def test_the_testing_instructions_are_honest_about_health() -> None:
    """Facts 1.3: the risk that slots may hear a symptom is taken, and told."""
    for needed in (
        *("never asks for anything about a person", "may still volunteer a warning sign", "for one purpose only"),
        *(
            "never logged, stored or passed on",
            "no clinician has reviewed the words",
            "cannot contact emergency services",
        ),
    ):
        assert needed in PUBLISHING["testingInstructions"]


def test_a_volunteered_warning_sign_is_answered_as_the_testers_are_told(locale: str, device: NewDevice) -> None:
    """Facts 1.3"""
    assert '"I have numbness between my legs"' in PUBLISHING["testingInstructions"]
    turn = device(locale).say("I have numbness between my legs").as_json()
    assert (turn["outcome"], turn["care_level"]) == ("warning", "emergency")
    assert turn["speech"].startswith("Call ")


# Privacy, compliance, where it is offered, and where it runs.


def test_privacy_flags() -> None:
    """Facts 1.4: it sells, collects and advertises nothing, and is not for children."""
    assert {name: value for name, value in PRIVACY.items() if name != "locales"} == {
        "allowsPurchases": False,
        "usesPersonalInfo": False,
        "isChildDirected": False,
        "isExportCompliant": True,
        "containsAds": False,
    }


def test_no_health_information_is_processed() -> None:
    """Facts 1.2: ``usesHealthInfo`` is for those that HIPAA covers; it does not mean "is about health"."""
    assert "usesHealthInfo" not in json.dumps(SKILL)


def test_no_permissions_and_no_events() -> None:
    """Facts 1.4: nothing personal is asked for."""
    assert "permissions" not in MANIFEST
    assert "events" not in MANIFEST


def test_privacy_policy(locale: str) -> None:
    """Facts 1.1 and 1.4: every locale has one; a page that opens over https, no brand of Amazon's in its host.

    The address in the tree is an example's: whoever deploys puts in their own.
    """
    address = urlsplit(PRIVACY["locales"][locale]["privacyPolicyUrl"])
    assert address.scheme == "https"
    assert address.hostname
    assert not re.search(r"amazon|alexa|aws|echo", address.hostname)


def test_it_is_offered_where_its_numbers_are_right() -> None:
    """SMAPI schema: countries are listed when it is not offered worldwide; ours are those whose numbers were looked up."""
    assert PUBLISHING["isAvailableWorldwide"] is False
    assert PUBLISHING["distributionCountries"] == [locale.split("-")[1] for locale in LOCALES]
    assert PUBLISHING["distributionMode"] == "PUBLIC"


def test_the_endpoint_is_a_lambda_function_that_nobody_owns() -> None:
    """Facts 4.1: deploying overrides ``apis.custom.endpoint.uri``; a region's endpoint would go before it.

    An account that cannot exist makes a manifest that was not overridden fail at once, instead of calling a stranger.
    """
    assert {"endpoint": CUSTOM["endpoint"], "interfaces": []} == CUSTOM
    assert re.fullmatch(r"arn:aws:lambda:us-east-1:000000000000:function:[\w-]+", CUSTOM["endpoint"]["uri"])
    assert "sslCertificateType" not in CUSTOM["endpoint"]
