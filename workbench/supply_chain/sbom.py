"""What the function's folder holds, as a software bill of materials: CycloneDX 1.6, in JSON (https://cyclonedx.org).

``sam build`` writes it beside the folder when the folder is complete (``lambda/skill/Makefile``). The packages of others are
listed by pip's own report of what it installed, with the hash of the file that each came in; what is ours is listed file by
file. There is no time and no serial number in it: the same folder gives the same bytes.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import sys
import tomllib
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

from workbench.compiler.content import ROOT
from workbench.supply_chain.licences import licences
from workbench.supply_chain.locks import normalised

SPEC = "1.6"

Component = dict[str, Any]


def write_sbom(folder: Path, report: Path, sbom: Path) -> None:
    """Write to ``sbom`` what is in ``folder``, of which pip wrote ``report``.

    Raises:
        ValueError: when packages in the folder are not those of the report.
    """
    text = json.dumps(bill(folder, json.loads(report.read_bytes())), indent=1, ensure_ascii=False) + "\n"
    sbom.write_text(text, encoding="utf-8")


def bill(folder: Path, report: dict[str, Any]) -> dict[str, Any]:
    """Return the bill of materials of ``folder`` as JSON has it; raises as ``write_sbom``."""
    packages = {normalised(one.metadata["Name"]): one for one in importlib.metadata.distributions(path=[str(folder)])}
    archives = {normalised(one["metadata"]["name"]): one for one in report["install"]}
    if packages.keys() != archives.keys():
        raise ValueError(f"{folder}: pip installed {sorted(archives)}, but there is {sorted(packages)}")
    theirs = [_package(name, packages[name], _sha256(archives[name])) for name in sorted(packages)]
    own = [_file(path, folder) for path in own_files(folder)]
    function = _function()
    needed = {one["bom-ref"] for one in theirs}
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {"component": function},
        "components": theirs + own,
        "dependencies": [{"ref": function["bom-ref"], "dependsOn": sorted(needed)}],
    }


def own_files(folder: Path) -> Iterator[Path]:
    """Yield the files in ``folder`` that are of no package, sorted; byte code goes with its source."""
    theirs = set()
    for package in importlib.metadata.distributions(path=[str(folder)]):
        theirs |= {Path(str(package.locate_file(file))).resolve() for file in package.files or ()}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and path.resolve() not in theirs:
            yield path


def _function() -> Component:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    about = {"type": "application", "bom-ref": project["name"], "name": project["name"], "version": project["version"]}
    return {**about, "description": project["description"], "licenses": _licences((project["license"],))}


def _package(name: str, package: importlib.metadata.Distribution, sha256: str) -> Component:
    purl = f"pkg:pypi/{name}@{package.version}"
    about = {"type": "library", "bom-ref": purl, "name": name, "version": package.version, "purl": purl}
    metadata = package.metadata
    assert isinstance(metadata, Message)
    return {**about, "hashes": [{"alg": "SHA-256", "content": sha256}], "licenses": _licences(licences(metadata))}


def _file(path: Path, folder: Path) -> Component:
    name = path.relative_to(folder).as_posix()
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"type": "file", "bom-ref": name, "name": name, "hashes": [{"alg": "SHA-256", "content": sha256}]}


def _sha256(installed: dict[str, Any]) -> str:
    digest: str = installed["download_info"]["archive_info"]["hashes"]["sha256"]
    return digest


def _licences(stated: tuple[str, ...]) -> list[dict[str, Any]]:
    if len(stated) == 1 and " " in stated[0]:
        return [{"expression": stated[0]}]
    return [{"license": {"name" if name.startswith("LicenseRef-") else "id": name}} for name in stated]


if __name__ == "__main__":
    write_sbom(*(Path(argument).resolve() for argument in sys.argv[1:4]))
