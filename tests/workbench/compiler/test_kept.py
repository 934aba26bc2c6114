"""What takes long to work out is worked out once."""

from __future__ import annotations

from pathlib import Path

from tests.content_copies import WARNING_SIGNS, ContentCopy
from workbench.compiler.kept import CACHE, kept


def test_what_was_worked_out_is_not_worked_out_again(tmp_path: Path) -> None:
    asked = iter([["a"], ["b"], ["c"]])
    assert kept(tmp_path, "letters", "one", lambda: next(asked)) == ["a"]
    assert kept(tmp_path, "letters", "one", lambda: next(asked)) == ["a"]
    assert kept(tmp_path, "letters", "two", lambda: next(asked)) == ["b"]
    assert [path.name for path in (tmp_path / CACHE).iterdir()] == ["letters-two.json"]


def test_another_kind_is_left_alone(tmp_path: Path) -> None:
    kept(tmp_path, "letters", "one", lambda: "a")
    kept(tmp_path, "figures", "one", lambda: 1)
    assert kept(tmp_path, "letters", "one", lambda: "b") == "a"


def test_what_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    kept(tmp_path, "letters", "one", lambda: ["a"])
    (tmp_path / CACHE / "letters-one.json").write_text('["a', encoding="utf-8")
    assert kept(tmp_path, "letters", "one", lambda: ["b"]) == ["b"]
    assert kept(tmp_path, "letters", "one", lambda: ["c"]) == ["b"]


def test_lines_with_signs_are_found_anew_when_lines_or_signs_change(buildable_copy: ContentCopy) -> None:
    line = "he has stopped breathing since i put heat on his back"
    assert line not in buildable_copy.load()[0].lines_with_signs
    buildable_copy.insert_after("heat", "ask:", f"  - {line}")
    assert line in buildable_copy.load()[0].lines_with_signs
    assert line in buildable_copy.load()[0].lines_with_signs
    buildable_copy.write(WARNING_SIGNS, "")
    assert buildable_copy.load()[0].lines_with_signs == frozenset()
