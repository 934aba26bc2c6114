"""``guide chat``: talk to the guide in the terminal, or replay a conversation from a file."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

from workbench.cli import UsageError
from workbench.commands import ensure_built
from workbench.standin.device import Device, Heard
from workbench.standin.local import UnknownLocaleError, device

_WIDTH = 92
_SLOW_WORDS_PER_SECOND = 2.5


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Say nothing (an empty line) to hear the reprompt. Leave with Ctrl-D, or by saying goodbye."
    parser.add_argument("--locale", default="en-US", help="where the listener is (default: %(default)s)")
    parser.add_argument(
        "--script", type=Path, metavar="FILE", help="replay a conversation, one utterance a line, and print it"
    )
    parser.add_argument(
        "--one-shot", action="store_true", help='begin with a question ("ask back spasm guide …") instead of opening'
    )
    parser.add_argument("--slow", action="store_true", help="print at the speed of speech")
    parser.add_argument("--json", action="store_true", help="print each turn as a JSON line")


def run(arguments: argparse.Namespace) -> int:
    utterances = _script(arguments.script) if arguments.script else _typed()
    ensure_built()
    try:
        speaker = device(arguments.locale)
    except UnknownLocaleError as error:
        raise UsageError(str(error)) from None
    for said, heard in converse(speaker, utterances, one_shot=arguments.one_shot):
        if arguments.json:
            print(json.dumps({"text": said, **heard.as_json()}, ensure_ascii=False), flush=True)
        else:
            _print_turn(said if arguments.script else "", heard, slow=arguments.slow)
    return 0


def converse(speaker: Device, utterances: Iterator[str], *, one_shot: bool = False) -> Iterator[tuple[str, Heard]]:
    """Yield each utterance with the guide's turn, the welcome first; an empty utterance is silence."""
    heard = None
    if not one_shot:
        heard = speaker.open()
        yield "", heard
    for said in utterances:
        if said.strip():
            heard = speaker.say(said)
        elif heard:
            heard = _silence(speaker, heard)
        if heard:
            yield said, heard
        if heard and not heard.keep_open:
            return


def _silence(speaker: Device, heard: Heard) -> Heard:
    """After eight silent seconds Alexa says the reprompt and listens once more."""
    response = {"outputSpeech": {"ssml": heard.reprompt}, "shouldEndSession": False}
    return Heard(None, {**heard.response, "response": {**response, "reprompt": heard.response["response"]["reprompt"]}})


def _typed() -> Iterator[str]:
    while True:
        try:
            yield input("You:   ")
        except EOFError:
            print()
            return


def _script(path: Path) -> Iterator[str]:
    """The utterances of a script; a line that begins with # is a remark."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from None
    return (line for line in lines if not line.startswith("#"))


def _print_turn(said: str, heard: Heard, *, slow: bool) -> None:
    if said:
        print(f"You:   {said}")
    reply = heard.as_json()
    lines = textwrap.wrap(reply["speech"], _WIDTH) or ["(silence)"]
    for i, line in enumerate(lines):
        print(("Guide: " if i == 0 else "       ") + line, flush=True)
        if slow:
            time.sleep(len(line.split()) / _SLOW_WORDS_PER_SECOND)
    heard_as = f"heard as {reply['intent']}, " if reply["intent"] else ""
    microphone = "microphone open" if reply["keep_open"] else "microphone closed"
    print(f"       [{heard_as}{reply['seconds']:.0f} seconds, {microphone}]\n")
    sys.stdout.flush()
