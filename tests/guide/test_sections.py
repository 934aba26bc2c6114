"""guide/sections.py: a release is read in parts, and gives what reading it whole gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guide.release import SECTIONS, Release
from guide.sections import BY_ENTRY, CONTENTS, read_sections
from stores.bundled import load_release
from workbench.compiler.release import in_sections

KEYS = st.text(min_size=1, max_size=12)
VALUES = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)
)
RELEASES = st.fixed_dictionaries(
    {"version": st.text()}, optional={name: st.dictionaries(KEYS, VALUES) for name in BY_ENTRY}
)


def read(text: bytes) -> Mapping[str, Any]:
    return read_sections(text, len(text))


def plainly(sections: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(part) if name in BY_ENTRY else part for name, part in sections.items()}


@given(RELEASES)
def test_parts_are_those_of_the_whole(release: dict[str, Any]) -> None:
    laid_out = in_sections(release)
    assert plainly(read(laid_out)) == release
    whole = json.loads(laid_out)
    del whole[CONTENTS]
    assert whole == release


@given(st.dictionaries(KEYS, VALUES), KEYS)
def test_an_entry_is_found_where_there_is_one(entries: dict[str, Any], other: str) -> None:
    answers = read(in_sections({"answers": entries}))["answers"]
    assert len(answers) == len(entries)
    for key in (*entries, other):
        assert (key in answers) == (key in entries)
        assert answers.get(key, "none") == entries.get(key, "none")


@pytest.mark.parametrize("key", ["\ud800", "\udfff\ud800", "\0", "\n", '"', "\u2028", "\U0010ffff", "x" * 1_000_000])
def test_a_key_that_no_release_could_have_is_in_none(key: str) -> None:
    """Names of intents and ids in the session's attributes come from outside, and JSON can carry half a character."""
    entries = {"": 0, "heat": 1, "\uffff": 2}
    answers = read(in_sections({"answers": entries}))["answers"]
    assert key not in answers
    assert answers.get(key) is None


def test_more_entries_than_are_kept() -> None:
    entries = {str(number): number for number in range(2_000)}
    answers = read(in_sections({"answers": entries}))["answers"]
    assert [answers[key] for key in entries] == list(entries.values())
    assert len(answers._read) <= 500


def test_only_what_is_asked_for_is_read(built: Path) -> None:
    release = load_release()
    assert release._data._read.keys() == {"schema", "version"}
    release.phrase("help", 0)
    assert "phrases" in release._data._read
    assert not {"signs", "understanding"} & release._data._read.keys()


def test_the_bundled_release_in_parts_is_the_bundled_release(built: Path, release_data: dict[str, Any]) -> None:
    whole = {name: part for name, part in release_data.items() if name != CONTENTS}
    assert plainly(load_release()._data) == whole
    assert whole.keys() >= SECTIONS


@pytest.mark.parametrize("indent", [None, 1])
def test_any_other_layout_is_read_as_a_whole(indent: int | None) -> None:
    release = {"answers": {"a": 1}, "version": "v"}
    assert read(json.dumps(release, indent=indent).encode()) == release


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"\n", b'{\n"contents":', b'{\n"contents":{"a":[1,2]}'])
def test_what_is_no_release(text: bytes) -> None:
    with pytest.raises(ValueError):
        read(text)


@pytest.mark.parametrize("missing", sorted(SECTIONS - {"schema"}))
def test_a_release_without_one_of_its_sections_is_refused(release_data: dict[str, Any], missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        Release({name: part for name, part in release_data.items() if name != missing})


def test_everything_can_be_read_ahead(built: Path) -> None:
    release = load_release()
    release.read_all()
    assert release._data._read.keys() >= {"signs", "understanding"}
