"""Everything that is installed anywhere is a version that is written down, in a file whose hash is."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from workbench.runtime import ROOT
from workbench.supply_chain.locks import LOCKS, LockError, normalised, read_lock

NOTHING = {"lambda/publisher/requirements.txt"}
"""Has no requirement in it; SAM wants the file."""

BY_HAND = {"docs/deployment.md": "ask-cli", "workbench/embeddings/README.md": "sentence-transformers"}
"""What a person is told to install once, outside of the project, for something that nothing here runs."""


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    return [ROOT / name for name in listed.stdout.split()]


def installing_lines() -> Iterator[tuple[str, str]]:
    """Every command that installs packages: of makefiles, of the container, and of what the docs tell to run."""
    for path in tracked("*Makefile", "*Dockerfile", "*.md", ".ci/*", "*.toml", "*.yaml"):
        if path.is_relative_to(ROOT / "content"):
            continue
        text = re.sub(r"\\\n\s*", "", path.read_text(encoding="utf-8"))
        variables = dict(re.findall(r"^(\w+) := (.*)$", text, re.MULTILINE))
        for line in text.splitlines():
            stated = line
            for name, value in variables.items():
                stated = stated.replace(f"$({name})", value)
            if re.search(r"\bpip3? install\b|\bnpm (install|i|ci)\b", stated) and not line.startswith("#"):
                yield path.relative_to(ROOT).as_posix(), stated.strip()


def test_every_lock_is_known() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in tracked("*requirements*.txt")}
    assert found - NOTHING == LOCKS.keys()
    assert all(not read_lock(ROOT / path) for path in NOTHING)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_has_hashes(lock: str) -> None:
    locked = read_lock(ROOT / lock)
    assert locked
    assert [one.name for one in locked if not one.hashes] == []


@pytest.mark.parametrize("lock", ["webservice/requirements.txt", "lambda/skill/requirements.txt"])
def test_what_runs_elsewhere_is_what_is_tested_here(lock: str) -> None:
    tested = {(one.name, one.version) for one in read_lock(ROOT / "workbench" / "requirements-dev.txt")}
    assert {(one.name, one.version) for one in read_lock(ROOT / lock)} <= tested


def test_every_command_that_installs_asks_for_hashes() -> None:
    lines = list(installing_lines())
    assert len(lines) > 5
    for path, line in lines:
        of_this_project = "--editable ." in line and "--no-deps" in line and "--no-build-isolation" in line
        locked_by_npm = re.search(r"\bnpm ci\b", line)
        by_hand = path in BY_HAND and BY_HAND[path] in line
        assert "--require-hashes" in line or of_this_project or locked_by_npm or by_hand, f"{path}: {line}"


def test_sam_installs_nothing_by_itself() -> None:
    """SAM's own way to build Python functions would resolve requirements; ours are built by makefiles, read above."""
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    resources = yaml.load(template, _Loader)["Resources"]
    functions = [one for one in resources.values() if one["Type"] == "AWS::Serverless::Function"]
    assert len(functions) == 2
    assert {one["Metadata"]["BuildMethod"] for one in functions} == {"makefile"}


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's tags as what stands behind them."""


_Loader.add_multi_constructor("!", lambda loader, tag, node: getattr(node, "value", None))


def test_npm_locks_the_second_dynamodb_with_hashes() -> None:
    packages = json.loads((ROOT / "tests" / "dynalite" / "package-lock.json").read_bytes())["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)


@pytest.mark.parametrize(
    "line", ["flask", "flask>=3", "-r other.txt", "git+https://example.org/flask", "--index-url https://example.org"]
)
def test_a_line_that_locks_nothing_is_refused(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"six==1.17.0 --hash=sha256:{'0' * 64}\n{line}\n")
    with pytest.raises(LockError, match=r"requirements\.txt"):
        read_lock(lock)


def test_a_lock_is_read(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    digests = "a" * 64, "b" * 64
    lock.write_text(
        "# why\n"
        f"Typing_Extensions==4.1 ; python_version < '3.12' \\\n    --hash=sha256:{digests[0]} \\\n    --hash=sha256:{digests[1]}\n"
    )
    (only,) = read_lock(lock)
    assert only == ("typing-extensions", "4.1", "python_version < '3.12'", tuple(f"sha256:{one}" for one in digests))


def test_names_are_compared_as_indexes_do() -> None:
    assert normalised("Ruamel.YAML__x") == "ruamel-yaml-x"
