"""``guide explain``: why a question gets the answer it gets."""

from __future__ import annotations

import argparse

from guide.understanding import TELLING
from guide.words import words
from stores.bundled import load_release
from workbench.cli import UsageError
from workbench.commands import ensure_built
from workbench.commands.ask import DEFAULT_LOCALE
from workbench.standin.ears import passed_on
from workbench.standin.local import UnknownLocaleError, device, ears

_MOST_ANSWERS = 5


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", help="the question")
    parser.add_argument("--locale", default=DEFAULT_LOCALE)


def run(arguments: argparse.Namespace) -> int:
    ensure_built()
    text = " ".join(arguments.text)
    release = load_release()
    try:
        hearing = ears(arguments.locale).hear(text)
    except UnknownLocaleError as error:
        raise UsageError(str(error)) from None
    print(f"Ears      {hearing.intent}, by {hearing.by}" + (f": {hearing.sample}" if hearing.sample else ""))
    for name, slot in hearing.slots.items():
        known = f", known as {slot.resolved[0]}" if slot.resolved else ""
        print(f"          {name} = '{slot.value}'{known}")
    read = passed_on(hearing, release.intents) or text
    if words(read) != words(text):
        print(f"Read as   '{read}'")
    found = release.signs.find_all(read)
    for sign in found:
        print(f"Warning   {sign.sign} ({sign.level}{', asked about' if sign.asked else ''}), heard in: {sign.heard}")
    urgent = release.sign_in(read)
    if urgent and urgent.sign not in [sign.sign for sign in found]:
        print(f"Warning   {urgent.sign} ({urgent.level}), by the sound of it")
    elif not found:
        print("Warning   none heard")
    reading = release.understanding.read(read)
    print(f"Model     {reading.outcome}: {' or '.join(reading.answers) or 'not ours'}")
    for reason in release.understanding.explain(read, _MOST_ANSWERS):
        counted = ", ".join(f"{feature} {weight:+.1f}" for feature, weight in reason.features)
        print(f"          {reason.probability:6.3f}  {reason.answer or '(not ours)'}: {counted}")
    speaker = device(arguments.locale)
    speaker.open()
    reply = speaker.say(text).as_json()
    if reading.kind == TELLING and reading.outcome == "offer" and reply["answer"] == release.roles["telling"]:
        print(f"Telling   asks nothing, so no choice is offered: {reply['answer']} has the role telling (phrases.yaml)")
    print(
        f"Outcome   {reply['outcome']}: {reply['answer'] or ' or '.join(reply['offered']) or reply['warning'] or reply['intent']}"
    )
    print(f"Said      {reply['speech']}")
    return 0
