"""The lines that an encoder is asked about; teaching it takes packages that are not installed here (README.md there)."""

from __future__ import annotations

from random import Random

import pytest

from guide.words import spoken_words, words
from workbench.compiler.content import Content
from workbench.embeddings import teach
from workbench.embeddings.teach import Lines


@pytest.fixture(scope="module")
def lines(content: Content) -> Lines:
    return Lines(content)


def test_rows_have_a_label_for_each_sign(lines: Lines, content: Content) -> None:
    rows = lines.rows(Random(1))
    assert {len(signs) for _, _, signs in rows} == {len(content.sounds)}
    told = content.alarm_lines(content.sounds[-1])[0]
    assert (told, -1, [0] * (len(content.sounds) - 1) + [1]) in rows
    urgent = content.alarm_lines(content.sounds[0])[0]
    assert (urgent, -1, [1] * len(content.sounds)) in rows
    text, answer = content.examples()[0]
    assert (text, lines.classes.index(answer)) in [(said, number) for said, number, _ in rows]


def test_a_line_about_something_else_keeps_its_form(lines: Lines) -> None:
    said = words("how do i relieve lower back pain")
    for seed in range(50):
        made = lines.about_another(said, Random(seed)).split()
        assert made[:4] == said[:4] and made[-1] == "pain"
        assert not {"lower", "back"} & set(made)
        assert made[4] in lines.strange


def test_spine_and_disc_together_are_one_thing(lines: Lines) -> None:
    assert len(lines.about_another(words("a back spasm"), Random(1)).split()) == 2


@pytest.mark.parametrize("said", ["how do i relieve a headache", "back " * 30])
def test_a_line_without_a_subject_or_a_story_has_no_other(lines: Lines, said: str) -> None:
    assert lines.about_another(words(said), Random(1)) == ""


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("is heat good for my lower back", "is heat good"),
        ("should i massage the spasm myself", "should i massage myself"),
        ("how do i sit", "how do i sit"),
    ],
)
def test_a_line_that_no_longer_names_the_subject(lines: Lines, said: str, left: str) -> None:
    assert lines.nameless(said.split()) == left.split()


def test_made_up_lines_are_the_same_every_time_and_nobodys(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (
        "MIXED",
        "SPLICED",
        "NEIGHBOURS",
        "STRANGERS",
        "CUT",
        "ABOUT_OTHERS",
        "STORIES",
        "NAMELESS",
        "TOLD_TOGETHER",
        "TOLD_AGAIN",
    ):
        monkeypatch.setattr(teach, kind, 200)
    found = lines.made_up()
    assert found == lines.made_up()
    assert set(lines.made_up(1)) - set(found)
    assert "" not in found
    assert not set(found) & {" ".join(line) for line in lines.known}
    assert {" ".join(spoken_words(line)) for line in lines.alarms.lines()} - {
        " ".join(line) for line in lines.known
    } <= set(found)


def test_spliced_lines_are_joined_at_a_word_that_both_hold(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teach, "SPLICED", 50)
    own = [["does", "heat", "help"], ["is", "heat", "bad"]]
    made = {" ".join(line) for line in lines._spliced(own, Random(1))}
    assert made == {"does heat help", "does heat bad", "is heat help", "is heat bad"}
