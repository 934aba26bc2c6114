"""The domain knows nothing of Alexa, AWS or Flask: proved by reading its imports, and by importing it without them."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SKILL = Path(__file__).parents[2] / "lambda" / "skill"
DOMAIN = sorted((SKILL / "guide").glob("**/*.py"))

ALLOWED = {"guide"} | set(sys.stdlib_module_names)
HEAVY = {
    "asyncio",
    "email",
    "http",
    "urllib",
    "logging",
    "unittest",
    "xml",
    "multiprocessing",
    "sqlite3",
    "socket",
    "ssl",
}
"""Of the standard library, what would cost start-up time or reach out of the process."""

WITHOUT_THEM = """
import sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names!r}:
            raise ImportError(name + " is behind the wall")

sys.meta_path.insert(0, Wall())
sys.path[:] = [p for p in sys.path if "site-packages" not in p]
sys.path.insert(0, {skill!r})
for module in {modules!r}:
    __import__(module)
from guide.conversation import take_turn
from guide.heard import Heard, Session
print("alive", *sorted(name for name in sys.modules if name.split(".")[0] in {names!r}))
"""


def imports(path: Path) -> Iterator[str]:
    """Yield the top-level name of every module that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            yield str(node.module).split(".")[0]


def test_there_is_a_domain() -> None:
    assert {path.stem for path in DOMAIN} >= {"conversation", "telling", "release", "state", "warning_signs"}


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: path.stem)
def test_a_module_imports_only_the_domain_and_the_standard_library(path: Path) -> None:
    assert set(imports(path)) <= ALLOWED


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: path.stem)
def test_a_module_imports_nothing_heavy(path: Path) -> None:
    assert not set(imports(path)) & HEAVY


def test_the_domain_is_imported_where_alexa_aws_and_flask_cannot_be() -> None:
    names = {
        "ask_sdk_core",
        "ask_sdk_model",
        "ask_sdk_runtime",
        "boto3",
        "botocore",
        "flask",
        "alexa",
        "stores",
        "workbench",
    }
    modules = [f"guide.{path.stem}" for path in DOMAIN if path.stem != "__init__"]
    program = WITHOUT_THEM.format(names=names, skill=str(SKILL), modules=modules)
    run = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["alive"]


def test_what_alexa_says_is_named_nowhere_in_the_domain() -> None:
    for path in DOMAIN:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and not _is_docstring(node, tree):
                assert not node.value.startswith(("AMAZON.", "shouldEndSession", "amzn1")), f"{path.name}: {node.value}"


def _is_docstring(constant: ast.Constant, tree: ast.AST) -> bool:
    return any(isinstance(node, ast.Expr) and node.value is constant for node in ast.walk(tree))
