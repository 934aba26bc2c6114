"""Files that no editor meant to write: each is told of in its own words, and none stops the rest from being read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.content_copies import ContentCopy
from workbench.compiler.content import ELSEWHERE, PHRASES, PLACES, SOURCES, WARNING_SIGNS
from workbench.compiler.files import MOST_BYTES, parse_yaml, read_text, read_yaml
from workbench.compiler.problems import Problems

FILE = "content/file.yaml"


def complaints(text: str, first: int = 1) -> list[str]:
    """What is said of YAML ``text`` that begins on line ``first``."""
    problems = Problems()
    parse_yaml(text, FILE, problems, first)
    return [str(problem) for problem in problems]


def read(path: Path) -> tuple[str | None, list[str]]:
    problems = Problems()
    return read_text(path, FILE, problems), [str(problem) for problem in problems]


class TestText:
    def test_missing(self, tmp_path: Path) -> None:
        told = f"{FILE}: is missing; put it back (git restore brings back the last committed one)"
        assert read(tmp_path / "nowhere.yaml") == (None, [told])

    @pytest.mark.parametrize("nothing", [b"", b" \n\t\r\n"])
    def test_empty(self, tmp_path: Path, nothing: bytes) -> None:
        (tmp_path / "a").write_bytes(nothing)
        assert read(tmp_path / "a") == (None, [f"{FILE}: is empty; fill it in or delete it"])

    def test_not_utf_8_names_the_line(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes("one\ntwo\ncafé".encode("latin-1"))
        told = f"{FILE}:3: is not UTF-8 text here; save the file as UTF-8 in your editor"
        assert read(tmp_path / "a") == (None, [told])

    def test_too_big_is_not_even_read(self, tmp_path: Path) -> None:
        with (tmp_path / "a").open("wb") as sparse:
            sparse.truncate(10_000_000_000)
        told = f"{FILE}: is 10,000,000,000 bytes; the most is 5,000,000. Is this the file you meant?"
        assert read(tmp_path / "a") == (None, [told])

    def test_as_big_as_may_be(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_text("x" * MOST_BYTES)
        text, told = read(tmp_path / "a")
        assert text is not None and not told

    def test_folder_where_a_file_belongs(self, tmp_path: Path) -> None:
        assert read(tmp_path) == (None, [f"{FILE}: cannot be read (Is a directory); check the file's permissions"])

    def test_windows_lines_and_byte_order_mark_are_no_matter(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
        assert read(tmp_path / "a") == ("one\ntwo\n", [])

    @given(raw=st.binary(max_size=200))
    def test_any_bytes_are_read_or_complained_of_once(
        self, tmp_path_factory: pytest.TempPathFactory, raw: bytes
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "any-bytes"
        path.write_bytes(raw)
        text, told = read(path)
        assert (text is None) == (len(told) == 1)


class TestYaml:
    def test_broken_indentation_names_the_line(self) -> None:
        (told,) = complaints("a: 1\nb:\n  - x\n - y\n")
        assert told.startswith(f"{FILE}:4: is not valid YAML: ")
        assert told.endswith(" Check the indentation, quotes and colons near here")

    def test_lines_are_counted_from_where_the_text_begins(self) -> None:
        (told,) = complaints("a: 'open\n", first=10)
        assert told.startswith(f"{FILE}:11: is not valid YAML: ")

    @pytest.mark.parametrize("nothing", ["# only a remark\n", "---\n", "null\n", "~"])
    def test_nothing_but_remarks(self, nothing: str) -> None:
        assert complaints(nothing) == [f"{FILE}:1: holds nothing; fill it in or delete it"]

    def test_key_that_stands_twice(self) -> None:
        assert complaints("a:\n  b: 1\n  c: 2\n  b: 3\n") == [f"{FILE}:4: the key 'b' stands twice; keep one"]

    def test_same_key_in_two_places_is_fine(self) -> None:
        assert complaints("a: {b: 1}\nc: {b: 2}\n") == []

    def test_alias(self) -> None:
        (told,) = complaints("a: &name [1]\nb: *name\n")
        assert told.startswith(f"{FILE}:1: is not valid YAML: an alias (*name), which content does not use.")

    def test_alias_bomb_is_refused_before_it_grows(self) -> None:
        levels = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 60)]
        (told,) = complaints("\n".join(levels))
        assert "an alias" in told

    def test_alias_of_itself(self) -> None:
        (told,) = complaints("a: &a [*a]\n")
        assert "an alias" in told

    def test_list_as_a_key(self) -> None:
        (told,) = complaints("? [a, b]\n: c\n")
        assert told.startswith(f"{FILE}:1: is not valid YAML: a list or mapping where a single value belongs.")

    def test_nested_too_deeply(self) -> None:
        (told,) = complaints("[" * 2_000)
        assert told.startswith(f"{FILE}:1: is not valid YAML: ")

    def test_character_that_no_yaml_may_hold(self) -> None:
        (told,) = complaints("a: \x07bell\n")
        assert told.startswith(f"{FILE}:1: is not valid YAML: ")

    def test_two_documents(self) -> None:
        (told,) = complaints("a: 1\n---\nb: 2\n")
        assert "is not valid YAML" in told

    def test_a_tag_never_makes_an_object(self) -> None:
        data, _ = parse_yaml("a: !!python/object/apply:os.system ['true']\n", FILE, Problems())
        assert data == {"a": ["true"]}

    def test_values_are_what_an_editor_means(self) -> None:
        text = "yes: no\ntrue_: true\nnothing: ~\nday: 2026-11-21\ncount: 12\nword: '12'\nhex: 0x10\n"
        data, _ = parse_yaml(text, FILE, Problems())
        assert data.pop("nothing") is None
        assert data.pop("true_") is True
        assert data == {"yes": "no", "day": "2026-11-21", "count": 12, "word": "12", "hex": "0x10"}

    @given(text=st.text(max_size=300))
    def test_any_text_gives_data_or_a_complaint(self, text: str) -> None:
        problems = Problems()
        data, lines = parse_yaml(text, FILE, problems)
        assert data is not None or problems
        assert lines("nowhere", 3) >= 1

    @given(text=st.text(alphabet="abc:-[]{}&*!?|>'\"#%@`, \n\t~0", max_size=120))
    def test_any_punctuation_gives_data_or_a_complaint(self, text: str) -> None:
        problems = Problems()
        data, _ = parse_yaml(text, FILE, problems)
        assert data is not None or problems


class TestLines:
    def test_every_part_has_its_line(self) -> None:
        _, lines = parse_yaml("a: 1\nb:\n  - x\n  - c: 2\n    d: >-\n      long\n", FILE, Problems(), first=5)
        assert [lines("a"), lines("b"), lines("b", 0), lines("b", 1), lines("b", 1, "d")] == [5, 6, 7, 8, 9]

    def test_what_is_missing_has_the_line_of_what_is_around_it(self) -> None:
        _, lines = parse_yaml("a:\n  b:\n    - x\n", FILE, Problems())
        assert lines("a", "b", 7, "c") == lines("a", "b") == 2
        assert lines("z") == 1

    def test_file_that_cannot_be_read_has_lines_all_the_same(self, tmp_path: Path) -> None:
        data, lines = read_yaml(tmp_path / "nowhere", FILE, Problems())
        assert data is None
        assert lines("a") == 1


@pytest.mark.parametrize("file", [PHRASES, PLACES, SOURCES, WARNING_SIGNS, ELSEWHERE, "heat"])
class TestInContent:
    """Whatever happens to one file, ``guide check`` goes on, and says it of that file."""

    def said(self, content_copy: ContentCopy, file: str, message: str) -> bool:
        place = content_copy.name(file)
        return any(
            told.startswith((f"{place}: {message}", f"{place}:1: {message}")) for told in content_copy.problems()
        )

    def test_empty(self, content_copy: ContentCopy, file: str) -> None:
        content_copy.write(file, "")
        assert self.said(content_copy, file, "is empty")

    def test_not_utf_8(self, content_copy: ContentCopy, file: str) -> None:
        content_copy.path(file).write_bytes(b"\xff\xfe" + content_copy.text(file).encode("utf-16-le"))
        assert self.said(content_copy, file, "is not UTF-8 text here")

    def test_too_big(self, content_copy: ContentCopy, file: str) -> None:
        with content_copy.path(file).open("ab") as sparse:
            sparse.truncate(10_000_000)
        assert self.said(content_copy, file, "is 10,000,000 bytes")

    def test_list_where_a_mapping_belongs(self, content_copy: ContentCopy, file: str) -> None:
        content_copy.write(file, "- a\n- b\n" if file != "heat" else "---\n- a\n- b\n---\n")
        expected = {"heat": f"{content_copy.name('heat')}:2: the front matter is not a list of 'field: value' lines"}
        default = f"{file}:1: must be a mapping of 'name: value' lines"
        assert expected.get(file, default) in content_copy.problems()


@pytest.mark.parametrize("file", [PHRASES, PLACES, SOURCES, ELSEWHERE])
def test_missing_file(content_copy: ContentCopy, file: str) -> None:
    content_copy.path(file).unlink()
    assert (
        f"{file}: is missing; put it back (git restore brings back the last committed one)" in content_copy.problems()
    )


def test_no_answers_at_all(content_copy: ContentCopy) -> None:
    for path in content_copy.path("heat").parent.iterdir():
        path.unlink()
    assert "content/en/answers: holds no answers; there should be one Markdown file for each" in content_copy.problems()
