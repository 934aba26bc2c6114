"""Every test that a document names as proof exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.test_docs import DOCS, named, text_of
from workbench.compiler.content import ROOT

_ID = re.compile(r"`(tests/[\w/]+\.py)((?:::\w+)*)`")
_TABLE_ROW = re.compile(r"^\| \*\*(.+?)\*\*.*\| (.+?) \|$", re.MULTILINE)

NOT_OURS = {"The operator's account"}
"""Against whom nothing in the project helps; the page says so."""


@cache
def written_in(path: str) -> frozenset[str]:
    """Return the ids of the tests and test classes in ``path``, as pytest writes them behind it."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(f"::{node.name}")
        if isinstance(node, ast.ClassDef):
            found |= {f"::{node.name}::{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
    return frozenset(found)


@pytest.mark.parametrize("doc", DOCS, ids=named)
def test_tests_that_are_named_exist(doc: Path) -> None:
    for path, test in _ID.findall(text_of(doc)):
        assert (ROOT / path).exists(), path
        assert not test or test in written_in(path), f"{path}{test}"


def test_every_threat_has_a_test() -> None:
    rows = dict(_TABLE_ROW.findall(text_of(ROOT / "docs" / "security.md")))
    assert len(rows) > 10
    assert {who for who, shown in rows.items() if not _ID.search(shown)} == NOT_OURS


def test_a_test_that_is_not_there_is_missed() -> None:
    here = "tests/test_docs_name_tests.py"
    assert "::test_every_threat_has_a_test" in written_in(here)
    assert "::test_nothing_of_the_kind" not in written_in(here)
