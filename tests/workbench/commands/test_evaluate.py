"""``guide evaluate``: labelled questions in, figures out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench import cli
from workbench.evaluation.figures import coverage, figures
from workbench.evaluation.questions import Question, QuestionsError, judge, read_questions
from workbench.standin.ears import Ears


def written(path: Path, *rows: Any) -> Path:
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


class TestQuestions:
    def test_kinds(self, tmp_path: Path) -> None:
        file = written(
            tmp_path / "a.jsonl",
            {"text": "a", "answer": "rice", "also": ["heat"], "borderline": True},
            {"text": "b", "level": "today", "also_level": "soon"},
            {"text": "c", "level": "emergency"},
            "",
            {"text": "d", "kind": "near_miss", "unknown": 1},
        )
        rice, milder, emergency, elsewhere = read_questions([file])
        assert rice == Question(
            "a", "in scope", "rice", frozenset(("rice", "heat", "rest", "ice", "compression", "elevation")), True, False
        )
        assert milder == Question("b", "sign", "today", frozenset(("soon", "today", "emergency")), False, True)
        assert emergency.accepted == {"emergency"} and not emergency.disputed
        assert elsewhere == Question("d", "elsewhere", "near_miss", frozenset(), False, False)

    def test_a_field_that_says_nothing_is_no_field(self, tmp_path: Path) -> None:
        file = written(
            tmp_path / "a.jsonl",
            {"text": "a", "answer": "heat", "also": None},
            {"text": "b", "level": "today", "also_level": None},
        )
        heat, today = read_questions([file])
        assert heat.accepted == {"heat"}
        assert today.accepted == {"today", "emergency"} and not today.disputed

    def test_folders_are_read_in_order_and_other_files_left(self, tmp_path: Path) -> None:
        written(tmp_path / "b.jsonl", {"text": "2", "kind": "x"})
        written(tmp_path / "a.jsonl", {"text": "1", "kind": "x"})
        written(tmp_path / "README.md", "no question")
        assert [question.text for question in read_questions([tmp_path])] == ["1", "2"]

    @pytest.mark.parametrize(
        "row", ["nonsense", "[1]", "12", '{"text": "a"}', '{"answer": "heat"}', '{"text": "a", "level": "now"}']
    )
    def test_bad_row_is_named(self, tmp_path: Path, row: str) -> None:
        file = written(tmp_path / "a.jsonl", {"text": "a", "kind": "x"}, row)
        with pytest.raises(QuestionsError, match=r"a\.jsonl:2: needs 'text' and one of 'answer', 'level' or 'kind'"):
            read_questions([file])


ASKED = Question("q", "in scope", "ice", frozenset(("ice", "rice")), False, False)
SIGN = Question("q", "sign", "today", frozenset(("today", "emergency")), False, False)
STRANGE = Question("q", "elsewhere", "x", frozenset(), False, False)


def reply(
    outcome: str, answer: str | None = None, offered: tuple[str, ...] = (), care_level: str | None = None
) -> dict[str, Any]:
    return {"outcome": outcome, "answer": answer, "offered": list(offered), "care_level": care_level}


@pytest.mark.parametrize(
    ("question", "given", "verdict"),
    [
        (ASKED, reply("answer", "ice"), "right"),
        (ASKED, reply("answer", "rice"), "right"),
        (ASKED, reply("answer", "heat"), "wrong"),
        (ASKED, reply("offer", offered=("heat", "ice")), "offered"),
        (ASKED, reply("offer", offered=("heat", "rest")), "declined"),
        (ASKED, reply("decline"), "declined"),
        (ASKED, reply("phrase"), "declined"),
        (ASKED, reply("warning", care_level="today"), "warned"),
        (SIGN, reply("warning", care_level="emergency"), "right"),
        (SIGN, reply("answer", "ice", care_level="today"), "right"),
        (SIGN, reply("warning", care_level="soon"), "milder"),
        (SIGN, reply("answer", "ice"), "missed"),
        (STRANGE, reply("decline"), "declined"),
        (STRANGE, reply("warning", care_level="soon"), "warned"),
        (STRANGE, reply("answer", "ice"), "answered"),
        (STRANGE, reply("offer", offered=("ice", "heat")), "offered"),
    ],
)
def test_verdict(question: Question, given: dict[str, Any], verdict: str) -> None:
    assert judge(question, given) == verdict


def test_figures_are_shares() -> None:
    doubtful = ASKED._replace(doubtful=True)
    rows = [
        (ASKED, reply("answer", "ice"), "right"),
        (ASKED, reply("warning", care_level="emergency"), "warned"),
        (doubtful, reply("answer", "heat"), "wrong"),
        (SIGN._replace(label="emergency"), reply("warning", care_level="emergency"), "right"),
        (SIGN._replace(label="emergency"), reply("decline"), "missed"),
        (STRANGE, reply("decline"), "declined"),
    ]
    found = figures(rows)
    assert (found["in_scope"]["n"], found["in_scope"]["right"], found["in_scope"]["wrong"]) == (2, 0.5, 0)
    assert (found["in_scope_all_rows"]["n"], found["in_scope_all_rows"]["wrong"]) == (3, pytest.approx(1 / 3))
    assert found["in_scope_emergency_replies"] == 0.5
    assert found["emergencies_undisputed_told"] == 0.5
    assert found["signs"]["emergency"] == {"n": 2, "right": 0.5, "milder": 0, "missed": 0.5}
    assert found["elsewhere"]["x"]["declined"] == 1


def test_no_question_is_no_division_by_zero() -> None:
    assert figures([])["in_scope"]["right"] == 0


def test_coverage_counts_what_the_carriers_keep(ears: Ears) -> None:
    found = coverage(["tell me about heat", "zorbing walruses", "how do i tickle my dog"], ears)
    assert found["by"] == {"sample": 1, "nothing": 1, "carrier": 1}
    assert found["lost"] == pytest.approx(1 / 3)
    assert found["words_in_slot"] == pytest.approx(3 / 6)


class TestCommand:
    @pytest.fixture(autouse=True)
    def is_built(self, built: Path) -> None:
        """The questions are put to the release of this project."""

    def test_prints_and_writes_figures(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = written(
            tmp_path / "q.jsonl",
            {"text": "tell me about heat", "answer": "heat"},
            {"text": "tell me about ice", "answer": "massage"},
            {"text": "i can't pee and my legs are numb", "level": "emergency"},
            {"text": "zorbing walruses", "kind": "general"},
        )
        assert cli.main(["evaluate", str(file), "--json", str(tmp_path / "out.json"), "--worst"]) == 0
        out = capsys.readouterr().out
        found = json.loads((tmp_path / "out.json").read_bytes())
        assert (found["in_scope"]["n"], found["in_scope"]["right"], found["in_scope"]["wrong"]) == (2, 0.5, 0.5)
        assert found["signs"]["emergency"]["right"] == found["elsewhere"]["general"]["declined"] == 1
        assert "in scope, by answer" in out and "warning signs, by level" in out and "elsewhere" in out
        worst = [line for line in out.splitlines() if line.startswith("wrong ")]
        assert len(worst) == 1 and "massage" in worst[0] and "got ice: tell me about ice" in worst[0]
        assert "heat: tell me about heat" not in out

    @pytest.mark.parametrize("kind", ["missing", "empty folder", "bad row"])
    def test_what_cannot_be_read(self, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
        path = {"missing": tmp_path / "no.jsonl", "empty folder": tmp_path, "bad row": tmp_path / "q.jsonl"}[kind]
        if kind == "bad row":
            written(path, "nonsense")
        assert cli.main(["evaluate", str(path)]) == cli.USAGE
        told = capsys.readouterr().err.splitlines()[-1]  # before it the guide may have been built
        assert told.startswith("guide evaluate: ") and str(path) in told
