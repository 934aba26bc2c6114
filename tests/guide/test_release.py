"""Reading one compiled release."""

from __future__ import annotations

from typing import Any

import pytest

from guide.release import SCHEMA, Release, say, topic_key
from guide.understanding import Understanding
from guide.warning_signs import WarningSigns


def test_another_schema_is_refused(release_data: dict[str, Any]) -> None:
    for schema in (SCHEMA + 1, None, str(SCHEMA)):
        with pytest.raises(ValueError, match="schema"):
            Release({**release_data, "schema": schema})


def test_sections_are_read_when_they_are_needed(release_data: dict[str, Any]) -> None:
    """Start-up time is a feature: a welcome needs neither the signs nor the weights."""
    release = Release({**release_data, "signs": None, "understanding": None})
    assert release.phrase("welcome", 0)


def test_signs_and_understanding(release: Release) -> None:
    assert isinstance(release.signs, WarningSigns)
    assert isinstance(release.understanding, Understanding)
    assert release.signs is release.signs


def test_wordings_of_a_phrase_take_turns(release: Release, release_data: dict[str, Any]) -> None:
    wordings = release_data["phrases"]["more"]
    assert len(wordings) > 1
    assert [release.phrase("more", turn) for turn in range(2 * len(wordings))] == [*wordings, *wordings]


@pytest.mark.parametrize("locale", ["en-US", "en-GB", "en-CA", "en-AU", "en-IN"])
def test_a_place_has_its_own_words(locale: str, release: Release, release_data: dict[str, Any]) -> None:
    place = release.place(locale)
    for name, (said, shown) in release_data["places"]["served"][locale].items():
        assert place.spoken[name] == said.replace("&", "&amp;")
        assert place.shown[name] == shown


@pytest.mark.parametrize(
    ("locale", "nearest"), [("en-NZ", "en-AU"), ("en-IE", "en-GB"), ("de-DE", "en-US"), ("", "en-US")]
)
def test_a_place_that_is_not_served_has_the_nearest_words_and_no_numbers(
    locale: str, nearest: str, release: Release
) -> None:
    place, near = release.place(locale), release.place(nearest)
    assert place.spoken["acetaminophen"] == near.spoken["acetaminophen"]
    assert place.spoken["emergency"] == "your local emergency number"
    for name in ("emergency", "advice", "poison", "crisis"):
        assert not any(character.isdigit() for character in place.shown[name])


def test_places_are_made_once(release: Release) -> None:
    assert release.place("en-GB") is release.place("en-GB")


def test_places_that_nobody_has_heard_of_are_one(release: Release) -> None:
    """A client may make up a locale in each request; the function lives for hours."""
    assert release.place("xx-XX") is release.place("x" * 1_000_000) is release.place("")
    assert release.place("xx-XX") is not release.place("en-NZ")


@pytest.mark.parametrize("said", ["ice or heat", "Ice or heat", "the ice or heat", "about ice or heat"])
def test_a_topic_is_known_with_and_without_articles(said: str, release: Release) -> None:
    assert release.topic(said) == "ice-or-heat"


def test_what_is_no_topic_is_none(release: Release) -> None:
    assert release.topic("the weather") == ""
    assert release.topic("") == ""


def test_topic_key() -> None:
    assert topic_key("The Hip Bridge") == topic_key("hip bridge") == "hip bridge"


def test_every_name_leads_to_its_answer(release: Release) -> None:
    for answer in release.answers:
        assert release.topic(release.name(answer)) == answer


def test_names_are_escaped(release_data: dict[str, Any]) -> None:
    answers = {**release_data["answers"], "heat": {**release_data["answers"]["heat"], "name": "heat & <ice>"}}
    assert Release({**release_data, "answers": answers}).name("heat") == "heat &amp; &lt;ice&gt;"


def test_say_fills_places_and_values(release: Release) -> None:
    place = release.place("en-GB")
    assert say("Call {emergency} for {what}.", place, {"what": "help"}) == "Call triple nine for help."


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("how long does a back spasm last", "how-long"),
        ("How do I get up?", "how-to"),
        ("how is a back spasm treated", "how"),
        ("CAN I put heat on it", "can-i"),
        ("my husband has a back spasm", "somebody-else"),
        ("my back is killing me", "it-hurts"),
        ("zanzibar", "other"),
        ("", "other"),
        ("?!", "other"),
    ],
)
def test_the_form_of_a_question_is_that_of_its_longest_beginning(release: Release, text: str, frame: str) -> None:
    assert release.frame(text) == frame


def test_a_release_from_before_there_were_forms_is_read_all_the_same(release_data: dict[str, Any]) -> None:
    older = Release({name: part for name, part in release_data.items() if name != "frames"})
    older.read_all()
    assert older.frame("how long does it last") == "other"


class Ear:
    """A trained model that listens for one word of each level of care."""

    def sounds_like(self, text: str) -> str:
        return "sounds-urgent" if "dreadful" in text else "sounds-today" if "dodgy" in text else ""


@pytest.fixture
def hearing(release_data: dict[str, Any]) -> Release:
    release = Release(release_data)
    vars(release)["understanding"] = Ear()
    return release


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("it is dreadful how my back has gone", "sounds-urgent"),
        ("it is bad how my back has gone", ""),
        ("dreadful i can't pee", "cannot-pee"),
        ("is numbness between the legs a dreadful sign", "saddle-numbness"),
        ("dreadful back but i have no numbness", ""),
        ("my dog has a dreadful back", ""),
        ("one dreadful leg is numb", "sounds-urgent"),
        ("one bad leg is numb", "one-leg"),
        ("it is dodgy how my back has gone", "sounds-today"),
        ("one dodgy leg is numb", "one-leg"),
        ("a dodgy back for two months now", "sounds-today"),
        ("dodgy back and i can't pee", "cannot-pee"),
        ("dodgy back but no fever", ""),
    ],
)
def test_what_sounds_urgent_comes_after_signs_known_by_name(hearing: Release, text: str, sign: str) -> None:
    found = hearing.sign_in(text)
    assert (found.sign if found else "") == sign
    if found and sign in (level_of := {"sounds-urgent": "emergency", "sounds-today": "today"}):
        assert found.level == level_of[sign] and not found.asked


def test_a_release_whose_warnings_lack_that_sign_has_no_such_ear(release_data: dict[str, Any]) -> None:
    warnings = {name: warning for name, warning in release_data["warnings"].items() if name != "sounds-urgent"}
    release = Release({**release_data, "warnings": warnings})
    vars(release)["understanding"] = Ear()
    assert release.sign_in("it is dreadful how my back has gone") is None
