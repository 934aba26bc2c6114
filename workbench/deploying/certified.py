"""The interaction model that Alexa serves to everybody: the one that was certified last.

A deploy changes Alexa's development stage only, while the function's alias serves both stages. So what was certified is
kept in ``interaction_model/certified/``, apart from the models beside it, and everything in it must go on being served.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workbench.compiler.interaction_model import FOLDER, Model
from workbench.standin.local import locales

CERTIFIED = f"{FOLDER}/certified"
RECORD = "record.json"


def certified_models(root: Path) -> dict[str, Model]:
    """Return the certified model of every locale; nothing before the first certification."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted((root / CERTIFIED).glob("??-??.json"))}


def record(root: Path) -> dict[str, Any]:
    """Return what was recorded of the last certification (``date``, ``model``, ``commit``); empty before the first."""
    path = root / CERTIFIED / RECORD
    if not path.exists():
        return {}
    facts: dict[str, Any] = json.loads(path.read_bytes())
    return facts


def record_certified(root: Path, model: str, date: str, commit: str) -> None:
    """Keep the models as they are now as the certified ones. ``model`` is their digest, as releases name it."""
    folder = root / CERTIFIED
    folder.mkdir(exist_ok=True)
    for old in folder.glob("??-??.json"):
        old.unlink()
    for locale in locales(root):
        shutil.copyfile(root / FOLDER / f"{locale}.json", folder / f"{locale}.json")
    facts = {"date": date, "model": model, "commit": commit}
    (folder / RECORD).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def unserved(models: Mapping[str, Model], release: Mapping[str, Any]) -> list[str]:
    """Return, in words, what the certified ``models`` hear and ``release`` would not know any more."""
    return sorted({line for model in models.values() for line in _unserved(model, release)})


def _unserved(model: Model, release: Mapping[str, Any]) -> Iterator[str]:
    language = model["interactionModel"]["languageModel"]
    for intent in language["intents"]:
        name = intent["name"]
        meaning = release["intents"].get(name)
        if meaning is None:
            yield f"{name}: name it under `retired` in interaction_model/intents.yaml, with what it means now"
        elif meaning.get("answer", "") and meaning["answer"] not in release["answers"]:
            yield f"{name}: means the answer {meaning['answer']}, which there is none of"
        elif "slot" in meaning and meaning["slot"] not in {slot["name"] for slot in intent.get("slots", ())}:
            yield f"{name}: reads the slot {meaning['slot']}, which the certified model does not have"
