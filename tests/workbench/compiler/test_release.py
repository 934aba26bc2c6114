"""Content → release: all that the function says, named by a hash of its bytes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from guide.release import SCHEMA, Release
from tests.content_copies import ContentCopy
from workbench.compiler.content import PHRASES, PLACES
from workbench.compiler.release import VERSION_DIGITS, compile_release, in_sections, release_bytes, write_release


def compiled(content_copy: ContentCopy, **parts: Any) -> dict[str, Any]:
    """The release of a content copy, without signs and weights unless they are given."""
    content, problems = content_copy.load()
    assert not problems
    return compile_release(content, parts.get("signs", {}), parts.get("understanding", {}))


def test_version_is_the_hash_of_everything_else(content_copy: ContentCopy) -> None:
    release = compiled(content_copy)
    version = release.pop("version")
    assert version == hashlib.sha256(release_bytes(release)).hexdigest()[:VERSION_DIGITS]


def test_same_content_gives_the_same_bytes(content_copy: ContentCopy) -> None:
    assert release_bytes(compiled(content_copy)) == release_bytes(compiled(content_copy))


def test_any_change_changes_the_version(content_copy: ContentCopy) -> None:
    versions = [compiled(content_copy)["version"], compiled(content_copy, signs={"a": 1})["version"]]
    versions.append(compiled(content_copy, understanding={"a": 1})["version"])
    content_copy.section("heat", "Card", "Another card. [^fda-heat]")
    versions.append(compiled(content_copy)["version"])
    content_copy.replace_line(PLACES, "    er:", "    er: the ward")
    versions.append(compiled(content_copy)["version"])
    content_copy.replace_line(PHRASES, "  ask_anything:", "  ask_anything: What now?")
    versions.append(compiled(content_copy)["version"])
    assert len(set(versions)) == len(versions)


def test_bytes_read_back_as_the_same_release(content_copy: ContentCopy) -> None:
    release = compiled(content_copy)
    assert json.loads(release_bytes(release)) == json.loads(json.dumps(release))
    assert Release(json.loads(release_bytes(release))).version == release["version"]
    assert release["schema"] == SCHEMA


def test_written_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "release.json"
    target.write_text("the old one")
    write_release({"a": "é"}, target)
    assert target.read_bytes() == in_sections({"a": "é"})
    assert list(tmp_path.iterdir()) == [target]


def test_answer(content_copy: ContentCopy) -> None:
    content, _ = content_copy.load()
    heat, given = content.answers["heat"], compiled(content_copy)["answers"]["heat"]
    assert heat.short and heat.card
    assert given["title"] == heat.title
    assert given["name"] == heat.topics[0]
    assert given["short"] == heat.short.text
    assert given["more"] == [part.text for part in heat.more]
    assert [routine["name"] for routine in given["routines"]] == [routine.name for routine in heat.routines]
    assert given["routines"][0]["steps"][0] == heat.routines[0].steps[0].text
    assert given["card"] == heat.card.text
    assert given["next"] == heat.next
    assert given["sources"] == heat.sources
    assert given["review"] == heat.review


def test_nothing_that_listeners_say_is_in_an_answer(content_copy: ContentCopy) -> None:
    line = "an ask line that stands nowhere else"
    content_copy.insert_after("heat", "ask:", f"  - {line}")
    assert line not in json.dumps(compiled(content_copy))


def test_every_topic_finds_its_answer_with_or_without_an_article(content_copy: ContentCopy) -> None:
    content, _ = content_copy.load()
    release = Release(compiled(content_copy))
    for answer in content.answers.values():
        for topic in answer.topics:
            assert release.topic(topic) == release.topic(f"the {topic}".upper()) == answer.id
    assert release.topic("purple elephants") == ""


class TestPlaces:
    @pytest.fixture
    def release(self, content_copy: ContentCopy) -> Release:
        return Release(compiled(content_copy))

    @pytest.mark.parametrize(
        ("locale", "number"),
        [
            ("en-US", "nine one one"),
            ("en-CA", "nine one one"),
            ("en-GB", "triple nine"),
            ("en-AU", "triple zero"),
            ("en-IN", "one one two"),
        ],
    )
    def test_emergency_number_as_people_there_say_it(self, release: Release, locale: str, number: str) -> None:
        assert release.place(locale).spoken["emergency"] == number

    def test_card_shows_digits(self, release: Release) -> None:
        assert release.place("en-GB").shown["emergency"] == "999"

    @pytest.mark.parametrize(
        ("locale", "medicine"),
        [("en-NZ", "paracetamol"), ("en-ZA", "paracetamol"), ("de-DE", "acetaminophen"), ("", "acetaminophen")],
    )
    def test_locale_that_is_not_served_gets_no_number_of_another_country(
        self, release: Release, locale: str, medicine: str
    ) -> None:
        words = release.place(locale).spoken
        assert words["acetaminophen"] == medicine
        numbers = {release.place(served).spoken["emergency"] for served in ("en-US", "en-GB", "en-AU", "en-IN")}
        assert words["emergency"] not in numbers

    def test_every_place_fills_the_same_words(self, release: Release) -> None:
        places = [release.place(locale) for locale in ("en-US", "en-GB", "en-CA", "en-AU", "en-IN", "xx-XX")]
        assert len({frozenset(place.spoken) for place in places} | {frozenset(place.shown) for place in places}) == 1
