"""``guide ask``: one question, through stand-in ears, a full envelope and the Lambda handler, and back."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from workbench.cli import UsageError
from workbench.commands import ensure_built
from workbench.standin.device import Device, Heard
from workbench.standin.local import UnknownLocaleError, device

DEFAULT_LOCALE = "en-US"
_WIDTH = 100

_EPILOG = """Each question is asked in a session of its own, right after the welcome, the way a listener would. What hears it is a
stand-in for Alexa: it matches the interaction model's samples exactly and knows nothing of how Alexa generalises from them."""


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EPILOG
    parser.add_argument("text", nargs="*", help="the question")
    parser.add_argument("--locale", default=DEFAULT_LOCALE, help="where the listener is (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")
    parser.add_argument(
        "--jsonl", action="store_true", help='read lines {"text": …, "locale"?: …} and write one JSON line for each'
    )


def run(arguments: argparse.Namespace) -> int:
    ensure_built()
    if arguments.jsonl:
        for answered in ask_all(_questions(sys.stdin, arguments.locale)):
            print(json.dumps(answered, ensure_ascii=False), flush=True)
        return 0
    text = " ".join(arguments.text)
    if not arguments.text:
        raise UsageError('what is the question? Try: guide ask "how do I relieve back spasms"')
    heard = ask(text, _device(arguments.locale))
    print(json.dumps(as_json(text, heard), ensure_ascii=False, indent=2) if arguments.json else _as_text(text, heard))
    return 0


def ask(text: str, speaker: Device) -> Heard:
    """Open the guide on ``speaker``, ask, and return the turn."""
    speaker.open()
    return speaker.say(text)


def ask_all(questions: Iterable[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """Yield the machine-readable reply to each (text, locale), in order; a session each."""
    speakers: dict[str, Device] = {}
    for text, locale in questions:
        if locale not in speakers:
            speakers[locale] = _device(locale)
        yield as_json(text, ask(text, speakers[locale]))


def as_json(text: str, heard: Heard) -> dict[str, Any]:
    """Return the reply in the form that the README documents."""
    return {"text": text, **heard.as_json()}


def _questions(lines: Iterable[str], default: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(_decoded(lines), 1):
        if not line.strip():
            continue
        try:
            question = json.loads(line)
            text, locale = question["text"], question.get("locale", default)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise UsageError(f'line {number} is not {{"text": …, "locale"?: …}}: {line.strip()[:60]}') from None
        if not isinstance(text, str) or not isinstance(locale, str):
            raise UsageError(f"line {number}: text and locale must be strings")
        yield text, locale


def _decoded(lines: Iterable[str]) -> Iterator[str]:
    try:
        yield from lines
    except UnicodeDecodeError:
        raise UsageError("the questions are not UTF-8 text") from None


def _device(locale: str) -> Device:
    try:
        return device(locale)
    except UnknownLocaleError as error:
        raise UsageError(str(error)) from None


def _as_text(text: str, heard: Heard) -> str:
    reply = heard.as_json()
    rows = [("You", text), ("Guide", reply["speech"] or "(says nothing)")]
    warning = f", warning: {reply['warning']} ({reply['care_level']})" if reply["warning"] else ""
    about = reply["answer"] or " or ".join(reply["offered"]) or reply["intent"]
    rows.append(("", f"[{reply['outcome']}: {about}, {reply['seconds']:.0f} seconds{warning}]"))
    if reply["card"]:
        rows.append(("Card", reply["card"]["title"] + "\n" + reply["card"]["text"]))
    after = f"after 8 seconds of silence: {reply['reprompt']}" if reply["reprompt"] else "closes"
    rows.append(("Then", f"{'listens; ' if reply['keep_open'] else ''}{after}"))
    return "\n".join(_row(name, said) for name, said in rows)


def _row(name: str, said: str) -> str:
    indent = " " * 7
    wrapped = [line for part in said.split("\n") for line in (textwrap.wrap(part, _WIDTH - len(indent)) or [""])]
    return "\n".join(
        ((f"{name:<{len(indent)}}" if i == 0 else indent) + line).rstrip() for i, line in enumerate(wrapped)
    )
