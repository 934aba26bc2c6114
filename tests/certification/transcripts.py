"""The conversations in docs/conversation.md: read from it, held again, and written back."""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

from workbench.commands import chat
from workbench.compiler.content import ROOT

DOCUMENT = ROOT / "docs" / "conversation.md"

_TRANSCRIPT = re.compile(
    r"<!-- transcript: (?P<name>[a-z-]+)(?P<one_shot> one-shot)? -->\n```text\n(?P<text>.*?)\n```\n", re.DOTALL
)
_STATES = re.compile(r"(<!-- states -->\n).*?(\n<!-- /states -->)", re.DOTALL)
_SAID = re.compile(r"^You: +(.+)$", re.MULTILINE)


class Transcript(NamedTuple):
    """One conversation as it is printed in the document."""

    name: str
    one_shot: bool
    """True when it begins with a question instead of opening the guide."""
    text: str

    @property
    def said(self) -> list[str]:
        return _SAID.findall(self.text)


def transcripts(document: str) -> list[Transcript]:
    """Return the conversations of a document."""
    return [Transcript(m["name"], bool(m["one_shot"]), m["text"]) for m in _TRANSCRIPT.finditer(document)]


def states_drawn(document: str) -> str:
    """Return the drawing of the states in a document."""
    match = _STATES.search(document)
    assert match, "docs/conversation.md has no <!-- states --> … <!-- /states -->"
    return document[match.end(1) : match.start(2)]


def hold(transcript: Transcript) -> str:
    """Return what ``guide chat --script`` prints when the same things are said again."""
    parser = argparse.ArgumentParser()
    chat.add(parser)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as printed:
        script = Path(folder) / "script.txt"
        script.write_text("\n".join(transcript.said), encoding="utf-8")
        chat.run(parser.parse_args(["--script", str(script), *(["--one-shot"] if transcript.one_shot else [])]))
    return printed.getvalue().strip()


def refreshed(document: str, drawing: str) -> str:
    """Return the document with its conversations held again, and ``drawing`` in the place of its drawing."""

    def again(match: re.Match[str]) -> str:
        held = hold(Transcript(match["name"], bool(match["one_shot"]), match["text"]))
        return match[0].replace(match["text"], held)

    return _STATES.sub(lambda match: match[1] + drawing + match[2], _TRANSCRIPT.sub(again, document))
