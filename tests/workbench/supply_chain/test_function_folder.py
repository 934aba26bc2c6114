"""What is in the function's folder: listed in its bill of materials, and nothing that neither it nor ask-sdk imports."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from workbench.python313 import find_python313
from workbench.runtime import ROOT
from workbench.supply_chain.locks import normalised, read_lock
from workbench.supply_chain.sbom import bill, own_files

SDK = {"ask_sdk_core", "ask_sdk_model", "ask_sdk_runtime"}

ONLY_FOR_LONG_LISTS = "guide/ranking.py"
"""Read when a release has more than 250 answers; ``tests/guide/test_ranking.py`` tries it."""

DATEUTIL_UNUSED = {
    "__init__.py",  # of the package zoneinfo; what it is about was left out by the build
    "easter.py",
    "rebuild.py",
    "rrule.py",
    "tzwin.py",
    "utils.py",
    "win.py",
}
"""ask-sdk-core imports dateutil, which comes whole, as its hash in the lock has it: these few modules come with it."""

AFTER_ALL_EVENTS = f"""
import contextlib, io, json, sys, threading
from pathlib import Path
import skill_function
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    for event in sorted(Path({str(ROOT / "events")!r}).glob("*.json")):
        skill_function.handler(json.loads(event.read_bytes()), None)
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(20)
"""

WITH_ALL_OF_THE_SDK = f"""
import contextlib, importlib, json, pkgutil, sys
from pathlib import Path
for name in {sorted(SDK)!r}:
    for found in pkgutil.walk_packages(importlib.import_module(name).__path__, name + "."):
        with contextlib.suppress(ImportError):
            importlib.import_module(found.name)
import datetime
from ask_sdk_core.serialize import DefaultSerializer
assert DefaultSerializer().deserialize('"2026-11-21T08:00:00Z"', datetime.datetime).year == 2026
"""

PRINT_FILES = """
files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
here = Path.cwd()
print(json.dumps([Path(f).relative_to(here).as_posix() for f in files if f and Path(f).is_relative_to(here)]))
"""


def imported(folder: Path, program: str, **settings: str) -> set[str]:
    """Return the files in ``folder`` that a fresh Python 3.13 has imported once it has run ``program``."""
    command = [find_python313(), "-B", "-W", "ignore", "-c", program + PRINT_FILES]
    environment = {"PATH": os.defpath, "AWS_REGION": "us-east-1", **settings}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def by_the_function(built_function: Path) -> set[str]:
    """What the function imports for everything in events/, with and without a content table."""
    table = {"CONTENT_TABLE": "content", "CONTENT_STAGE": "prod", "CONTENT_WITHDRAWN": "heat"}
    return imported(built_function, AFTER_ALL_EVENTS) | imported(built_function, AFTER_ALL_EVENTS, **table)


@pytest.fixture(scope="module")
def by_the_sdk(built_function: Path) -> set[str]:
    """What ask-sdk imports when all of it is imported as it comes, and has read a time."""
    return imported(built_function, WITH_ALL_OF_THE_SDK)


def modules(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")}


class TestOnlyWhatIsImported:
    def test_all_of_our_own_modules(self, built_function: Path, by_the_function: set[str]) -> None:
        own = {path.relative_to(built_function).as_posix() for path in own_files(built_function)}
        assert own - by_the_function == {"release.json", ONLY_FOR_LONG_LISTS}

    def test_something_of_every_package(
        self, built_function: Path, by_the_function: set[str], by_the_sdk: set[str]
    ) -> None:
        packages = {name.partition("/")[0] for name in modules(built_function)}
        assert {name.partition("/")[0] for name in by_the_function} >= SDK
        assert packages == {name.partition("/")[0] for name in by_the_function | by_the_sdk}

    def test_of_packages_that_are_not_the_sdk_all_but_a_few_modules(
        self, built_function: Path, by_the_function: set[str], by_the_sdk: set[str]
    ) -> None:
        never = modules(built_function) - by_the_function - by_the_sdk - {ONLY_FOR_LONG_LISTS}
        rest = {name for name in never if name.partition("/")[0] not in SDK}
        assert {name.partition("/")[0] for name in rest} == {"dateutil"}
        assert {Path(name).name for name in rest} == DATEUTIL_UNUSED

    def test_of_the_sdk_all_but_its_api_client(
        self, built_function: Path, by_the_function: set[str], by_the_sdk: set[str]
    ) -> None:
        never = modules(built_function) - by_the_function - by_the_sdk
        assert {name for name in never if name.partition("/")[0] in SDK} == {"ask_sdk_core/api_client.py"}


@pytest.fixture(scope="module")
def sbom(built_function: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(built_function.with_suffix(".cdx.json").read_bytes())
    return data


class TestBillOfMaterials:
    def test_is_beside_the_folder_and_not_in_it(self, built_function: Path, sbom: dict[str, Any]) -> None:
        assert sbom["components"]
        assert not [path for path in built_function.rglob("*") if "cdx" in path.name or "pip.json" in path.name]
        assert not built_function.with_suffix(".pip.json").exists()

    def test_is_cyclonedx(self, sbom: dict[str, Any]) -> None:
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(sbom)) is None
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps({**sbom, "parts": []})) is not None

    def test_lists_the_packages_that_are_locked_with_the_hash_of_the_lock(self, sbom: dict[str, Any]) -> None:
        libraries = {one["name"]: one for one in sbom["components"] if one["type"] == "library"}
        locked = {one.name: one for one in read_lock(ROOT / "lambda" / "skill" / "requirements.txt")}
        assert libraries.keys() == locked.keys()
        for name, one in libraries.items():
            (digest,) = one["hashes"]
            assert f"sha256:{digest['content']}" in locked[name].hashes
            assert one["version"] == locked[name].version
            assert one["purl"] == f"pkg:pypi/{name}@{locked[name].version}"

    def test_states_every_licence(self, sbom: dict[str, Any]) -> None:
        stated = {one["name"]: one["licenses"] for one in sbom["components"] if one["type"] == "library"}
        assert all(stated.values())
        assert stated["six"] == [{"license": {"id": "MIT"}}]
        assert sbom["metadata"]["component"]["licenses"] == [{"license": {"id": "Apache-2.0"}}]

    def test_lists_all_of_our_own_files_as_they_are(self, built_function: Path, sbom: dict[str, Any]) -> None:
        files = {one["name"]: one["hashes"][0]["content"] for one in sbom["components"] if one["type"] == "file"}
        assert {"skill_function.py", "release.json", "guide/conversation.py"} <= files.keys()
        for name, digest in files.items():
            assert hashlib.sha256((built_function / name).read_bytes()).hexdigest() == digest

    def test_covers_the_whole_folder(self, built_function: Path, sbom: dict[str, Any]) -> None:
        """Each file is listed as ours, or is one that a listed package brought along, or is byte code of one of these."""
        listed = {one["name"] for one in sbom["components"] if one["type"] == "file"}
        for folder in built_function.glob("*.dist-info"):
            name, _, _ = folder.name.removesuffix(".dist-info").rpartition("-")
            assert normalised(name) in {one["name"] for one in sbom["components"]}
            record = (folder / "RECORD").read_text(encoding="utf-8").splitlines()
            listed |= {line.rpartition(",")[0].rpartition(",")[0].strip('"') for line in record}
        for path in built_function.rglob("*"):
            source = path.parent.parent / f"{path.name.partition('.')[0]}.py" if path.suffix == ".pyc" else path
            assert path.is_dir() or source.relative_to(built_function).as_posix() in listed, path

    def test_a_package_that_pip_did_not_install_is_refused(self, built_function: Path) -> None:
        with pytest.raises(ValueError, match="but there is"):
            bill(built_function, {"install": []})
