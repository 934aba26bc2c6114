"""What an editor is shown before anything is published."""

from __future__ import annotations

import copy
from typing import Any

from tests.content_tables import release_data
from workbench.publishing.changes import changes

OLD = release_data(0)
ANSWER, OTHER, *_ = OLD["answers"]


def changed(**parts: Any) -> dict[str, Any]:
    return copy.deepcopy(OLD) | parts


def test_nothing_changes() -> None:
    assert changes(OLD, changed()) == []


def test_answer_that_is_longer_and_harder() -> None:
    new = changed()
    harder = (
        "Individualised rehabilitation interventions necessitate considerable physiological investigation beforehand."
    )
    new["answers"][ANSWER] |= {"short": OLD["answers"][ANSWER]["short"] + " " + " ".join([harder] * 5), "title": "T"}
    (line,) = changes(OLD, new)
    assert line.startswith(f"~ {ANSWER}: ")
    assert " → " in line.split("seconds")[0]
    assert "grade" in line and line.count("→") == 2
    assert line.endswith("(title, short)")


def test_answers_that_come_and_go() -> None:
    answers = {name: facts for name, facts in OLD["answers"].items() if name != ANSWER}
    new = changed(answers={**answers, "foam-roller": OLD["answers"][OTHER]})
    lines = changes(OLD, new)
    assert f"- {ANSWER}" in lines
    assert any(line.startswith("+ foam-roller: ") and "seconds, grade" in line for line in lines)


def test_what_is_not_an_answer() -> None:
    warnings = copy.deepcopy(OLD["warnings"])
    sign = next(iter(warnings))
    warnings[sign]["say"] = "Call now."
    phrases = {name: wordings for name, wordings in OLD["phrases"].items() if name != "failed"} | {"new": ["New."]}
    new = changed(warnings=warnings, phrases=phrases, places={}, signs={}, model="newer")
    assert changes(OLD, new) == [
        f"~ warning signs: changed {sign}",
        "~ phrases: added new; removed failed",
        "~ places: numbers or words by locale",
        "~ how warning signs are heard",
        f"~ needs the interaction model newer (before: {OLD['model']})",
    ]


def test_how_listeners_are_understood() -> None:
    new = changed(understanding={**OLD["understanding"], "rows": "others"})
    assert changes(OLD, new) == ["~ how listeners are understood"]
