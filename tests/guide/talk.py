"""A conversation in the guide's own terms: nothing of Alexa, no envelopes."""

from __future__ import annotations

from typing import Any

from guide.conversation import take_turn
from guide.heard import Heard, Session
from guide.release import Release
from guide.reply import Reply


class Talk:
    """One session: what is heard goes in, replies come out, and the attributes are kept."""

    def __init__(self, release: Release, locale: str = "en-US") -> None:
        self.release = release
        self.locale = locale
        self.attributes: dict[str, Any] | None = None

    def __call__(self, heard: Heard) -> Reply:
        session = Session(new=self.attributes is None, locale=self.locale)
        reply, self.attributes = take_turn(self.release, session, self.attributes, heard)
        return reply

    def open(self) -> Reply:
        return self(Heard("open"))

    def ask(self, answer: str) -> Reply:
        """Ask for an answer by name."""
        return self(Heard("answer", answer=answer))

    def text(self, text: str, **more: Any) -> Reply:
        """Say something freely."""
        return self(Heard("text", text=text, **more))

    def do(self, *commands: str) -> Reply:
        """Give commands, one after the other; return the reply to the last."""
        for command in commands:
            reply = self(Heard("command", command=command))
        return reply

    def walk(self, answer: str = "", number: int = 0, text: str = "") -> Reply:
        return self(Heard("command", command="walk", answer=answer, number=number, text=text))

    def mumble(self) -> Reply:
        return self(Heard("nothing"))

    def to_the_last_part(self, answer: str) -> Reply:
        reply = self.ask(answer)
        for _ in self.release.answers[answer]["more"]:
            reply = self.do("yes")
        return reply
