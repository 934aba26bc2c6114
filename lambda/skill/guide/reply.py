"""What one turn produces, before it is put in Alexa's terms."""

from __future__ import annotations

from typing import NamedTuple


class Card(NamedTuple):
    """What the listener's app shows beside the speech; plain text."""

    title: str
    text: str


class Reply(NamedTuple):
    """One reply. ``speech`` and ``reprompt`` are spoken text (words with SSML tags, already escaped)."""

    speech: str
    outcome: str
    """``answer``, ``offer``, ``decline``, ``warning`` or ``phrase``."""
    reprompt: str = ""
    """What is said if the listener stays silent; empty exactly when the reply closes the session."""
    card: Card | None = None
    answer: str = ""
    """Id of the answer that was given."""
    offered: tuple[str, ...] = ()
    """Ids of the answers that were offered by name."""
    warning: str = ""
    """Id of the warning sign that was heard."""
    care_level: str = ""
    """``emergency``, ``today`` or ``soon`` when a sign was heard."""
    nearest: tuple[tuple[str, float], ...] = ()
    """What a free text is nearest to: two answers' ids with their probabilities, whether they were given or not."""
    frame: str = ""
    """What form of question a free text has; one of a closed list in content."""

    @property
    def keep_open(self) -> bool:
        """True when the reply asks for something and the session stays open for it."""
        return bool(self.reprompt)
