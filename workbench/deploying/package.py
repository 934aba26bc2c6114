"""The skill package: manifest, interaction models and icons, laid out as Alexa takes them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.compiler.interaction_model import FOLDER, model_text
from workbench.standin.local import locales

LIVE_STAGE = "prod"
STAGES = ("dev", LIVE_STAGE)

# What a stage that is only tried out is called apart from the real one, by people and by Alexa.
_OTHER_NAME, _OTHER_INVOCATION = " (test)", " test"

_ICONS = {"smallIconUri": "icon-108.png", "largeIconUri": "icon-512.png"}
_ASSETS = "file://assets/"

Files = dict[str, bytes]
"""Path within the package -> content."""


def skill_package(root: Path, stage: str = LIVE_STAGE, endpoint: str = "") -> Files:
    """Return the files of the skill package for ``stage``, made from ``interaction_model/`` as it is.

    The manifest's endpoint is ``endpoint``, or missing: the stack puts its own in when it makes the skill. Two skills of
    one account cannot be told apart by voice, so any stage but the live one has " test" in its name.
    """
    manifest = _manifest(root)
    models = {locale: _json(root / FOLDER / f"{locale}.json") for locale in locales(root)}
    if stage != LIVE_STAGE:
        _rename(manifest, models)
    custom = manifest["manifest"]["apis"]["custom"]
    custom.pop("endpoint", None)
    if endpoint:
        custom["endpoint"] = {"uri": endpoint}
    files = {"skill.json": (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()}
    for locale, model in models.items():
        files[f"interactionModels/custom/{locale}.json"] = model_text(model).encode()
    return files | _icons(root, manifest)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return ``files`` as a zip file; the same files always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def ask_project(root: Path, stage: str = LIVE_STAGE, endpoint: str = "") -> Files:
    """Return the files of a project for ask-cli 2: a skill-package folder, and the file that says where it is.

    The code is deployed apart from it, so there is no infrastructure in it, and ``ask deploy`` hands over the package alone.
    """
    resources = {
        "askcliResourcesVersion": "2020-03-31",
        "profiles": {"default": {"skillMetadata": {"src": "./skill-package"}}},
    }
    files = {f"skill-package/{name}": body for name, body in skill_package(root, stage, endpoint).items()}
    return {"ask-resources.json": (json.dumps(resources, indent=2) + "\n").encode(), **files}


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write ``files`` into ``folder``; other files there are left alone."""
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def privacy_urls(root: Path) -> dict[str, str]:
    """Return the privacy policy's URL of every locale that is published; "" where there is none."""
    manifest = _manifest(root)["manifest"]
    given = manifest.get("privacyAndCompliance", {}).get("locales", {})
    published = manifest["publishingInformation"]["locales"]
    return {locale: str(given.get(locale, {}).get("privacyPolicyUrl") or "") for locale in published}


def _manifest(root: Path) -> dict[str, Any]:
    return _json(root / FOLDER / "skill.json")


def _json(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_bytes())
    return data


def _rename(manifest: dict[str, Any], models: dict[str, dict[str, Any]]) -> None:
    for locale, model in models.items():
        language = model["interactionModel"]["languageModel"]
        invocation = language["invocationName"]
        language["invocationName"] = invocation + _OTHER_INVOCATION
        shown = manifest["manifest"]["publishingInformation"]["locales"][locale]
        shown["name"] += _OTHER_NAME
        shown["examplePhrases"] = [
            phrase.replace(invocation, invocation + _OTHER_INVOCATION) for phrase in shown["examplePhrases"]
        ]


def _icons(root: Path, manifest: Mapping[str, Any]) -> Files:
    """The icons, under the names that the manifest calls them by, which differ by locale."""
    files: Files = {}
    for shown in manifest["manifest"]["publishingInformation"]["locales"].values():
        for field, name in _ICONS.items():
            uri = shown[field]
            if uri.startswith(_ASSETS):
                files["assets/" + uri.removeprefix(_ASSETS)] = (root / FOLDER / "images" / name).read_bytes()
    return files
