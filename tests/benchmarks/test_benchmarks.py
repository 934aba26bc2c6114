"""benchmarks/: made-up content that compiles, charts that are SVG, a table that tells what is reached."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.__main__ import FIGURES, PAGE, PICTURE, rows, table
from benchmarks.charts import Chart, draw
from benchmarks.many_answers import ANSWERS_MOST, held_out, lay_out, lines, subjects
from benchmarks.measuring import asking, understanding, zipped
from workbench.compiler.build import RELEASE
from workbench.compiler.checks import lines as lines_gate
from workbench.compiler.checks import references
from workbench.compiler.content import ROOT, load_content
from workbench.compiler.interaction_model import INTENTS_MOST, compile_model

MORE_THAN_INTENTS = INTENTS_MOST + 10


def test_subjects_are_all_different() -> None:
    made = list(subjects(ANSWERS_MOST))
    assert len({name for name, _, _ in made}) == len(made) == ANSWERS_MOST


@pytest.mark.parametrize("count", [1, 20, 40, 80])
def test_lines_are_as_many_as_asked_for_and_all_different(count: int) -> None:
    assert len(set(lines("rowing", "a wedding", count))) == count


def test_a_question_that_is_held_out_is_in_no_lines() -> None:
    assert f"how do i {held_out('rowing', 'a wedding')}" not in lines("rowing", "a wedding", 100)


def test_made_up_content_passes_the_gates_and_fits_alexas_model(tmp_path: Path) -> None:
    lay_out(tmp_path, MORE_THAN_INTENTS)
    content, problems = load_content(tmp_path)
    assert problems.errors == []
    assert len(content.answers) == MORE_THAN_INTENTS
    assert list(references.check(content)) == []
    assert list(lines_gate.check(content)) == []
    assert len(compile_model(content)["interactionModel"]["languageModel"]["intents"]) == INTENTS_MOST


def test_a_request_with_free_text() -> None:
    event = asking("bend")
    assert event["request"]["intent"]["slots"]["query"]["value"] == "bend"
    assert asking("lift")["request"]["intent"]["slots"]["query"]["value"] == "lift"


def test_understanding_is_timed(built: Path) -> None:
    taken = understanding(built / RELEASE, ["does heat help my back", "how long does a spasm last"])
    assert 0 < taken["p99"] < taken["load_ms"]


def test_zipped_is_smaller_than_what_is_zipped(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a" * 100_000)
    assert 100 < zipped(tmp_path) < 1_000


def test_zipped_leaves_out_the_lock(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    before = zipped(tmp_path)
    (tmp_path / "requirements.txt").write_text("six==1.17.0 --hash=sha256:0\n")
    assert zipped(tmp_path) == before


def test_charts_are_svg() -> None:
    points = [(1.0, 2.0), (10.0, 3.0), (100.0, 2.5)]
    root = ElementTree.fromstring(draw([Chart("One", "across", "ms", {"a": points, "b": points}, log=True)] * 3))
    assert len(list(root.iter("{http://www.w3.org/2000/svg}polyline"))) == 6


COLD = {name: {"ms": ms} for name, ms in (("hello", 100), ("bare", 14), ("launch", 20), ("text", 41), ("many launch", 20), ("many text", 30), ("store launch", 20), ("store text", 30))}  # fmt: skip
WARM = {name: {"p50": 1.0, "p99": p99, "mb": 20.0} for name, p99 in (("hello", 2.0), ("text", 2.0), ("many", 11.0), ("store", 2.0))}  # fmt: skip

OVER = {"s": 3.0, "longest_ms": 900.0, "mb": 200.0}
UNDERSTOOD = {"p99": 0.9, "load_ms": 15.1}
SMALL = {"guide": 26.0, "many": 35.0}
AUTHORING = {"own": {"build_s": 15.0, "check_s": 5.0}, "many": {"build_s": 45.0, "check_s": 121.0}}


def test_the_table_tells_what_is_reached_and_what_is_not() -> None:
    told = rows(COLD, WARM, {"hello": 2_000_000, "guide": 1_900_000}, SMALL, AUTHORING, OVER, UNDERSTOOD)
    missed = [row["what"] for row in told if not row["reached"]]
    assert missed == [
        "cold: first answer to a free-text question",
        "loading the trained model",
        "10,000 answers: warm p99",
        "10,000 answers: guide check",
    ]
    text = table({"rows": told, "cold": COLD, "starts": 7, "requests": 10, "machine": "a machine"})
    assert text.count("**no**") == 4
    assert "| 20.0 ms | hello-world: 100 ms | 0.20 | ≤ 0.35 × | yes |" in text


def test_the_page_has_the_figures_that_were_measured() -> None:
    figures = json.loads(FIGURES.read_bytes())
    assert table(figures) in PAGE.read_text(encoding="utf-8")
    assert all(row["reached"] for row in figures["rows"])
    ElementTree.parse(PICTURE)


def test_hello_world_is_what_the_sdk_shows() -> None:
    source = (ROOT / "benchmarks" / "hello_world" / "function" / "hello_world.py").read_text(encoding="utf-8")
    assert "SkillBuilder()" in source
    assert "lambda_handler()" in source
