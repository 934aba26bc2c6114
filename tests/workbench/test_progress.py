"""workbench/progress.py: a bar for what takes long, and none for what does not."""

from __future__ import annotations

import pytest

from workbench.commands import progress
from workbench.progress import track


def test_items_pass_unchanged_and_the_bar_fills() -> None:
    said: list[str] = []
    assert list(track(range(1_000), "Counting", said.append)) == list(range(1_000))
    bars = [line for line in said if line.endswith("\r")]
    assert len(bars) == 101
    assert "[                                        ]   0 %" in bars[0]
    assert "[########################################] 100 %" in bars[-1]
    assert said[-1] == "  Counting: 1,000"


def test_a_few_items_need_no_bar() -> None:
    said: list[str] = []
    assert list(track("abc", "Counting", said.append)) == ["a", "b", "c"]
    assert said == []


def test_a_bar_is_not_drawn_into_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    progress("one")
    progress("a bar\r")
    progress("two")
    assert capsys.readouterr().err == "one\ntwo\n"
