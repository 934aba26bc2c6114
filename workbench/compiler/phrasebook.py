"""Which phrases the guide uses, and what it fills into each."""

from __future__ import annotations

_NONE: frozenset[str] = frozenset()
_TWO = frozenset({"first", "second"})
_STEP = frozenset({"step", "steps", "routine", "topic", "next"})
_ROUTINES = frozenset({"routine", "other"})
_SOURCED = frozenset({"sources", "checked"})

PHRASEBOOK: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        [
            "welcome",
            "welcome_again",
            "welcome_reprompt",
            "ask_anything",
            "open_reprompt",
            "disclaimer_short",
            "emergency_first",
            "help",
            "help_reprompt",
            "help_in_routine",
            "help_in_routine_reprompt",
            "help_after_answer",
            "help_after_answer_reprompt",
            "examples",
            "decline_1",
            "decline_1_reprompt",
            "decline_2",
            "decline_2_reprompt",
            "misheard_1",
            "misheard_1_reprompt",
            "misheard_2",
            "misheard_2_reprompt",
            "give_up",
            "gone",
            "nothing_to_repeat",
            "failed",
            "more",
            "more_reprompt",
            "pause",
            "pause_reprompt",
            "hurts",
            "hurts_reprompt",
            "warning",
            "warning_reprompt",
            "warning_heard",
            "warning_heard_reprompt",
            "goodbye",
            "goodbye_after_warning",
            "told_all",
            "what_else",
            "what_else_reprompt",
        ],
        _NONE,
    ),
    "then": frozenset({"first"}),
    "then_reprompt": frozenset({"first"}),
    "walk": frozenset({"routine"}),
    "walk_reprompt": frozenset({"routine"}),
    "walk_either": _ROUTINES,
    "walk_either_reprompt": _ROUTINES,
    "which_routine": _ROUTINES,
    "help_in_offer": _TWO,
    "help_in_offer_reprompt": _TWO,
    "related": _TWO,
    "last_step": _NONE,
    "related_reprompt": _TWO,
    "offer": _TWO,
    "which": _TWO,
    "offer_reprompt": _TWO,
    "first_step": _STEP,
    "step": _STEP,
    "next_step": _STEP,
    "next_step_reprompt": _STEP,
    "left": frozenset({"left", "minutes", "step", "topic", "next"}),
    "left_one": frozenset({"left", "minutes", "step", "topic", "next"}),
    "left_none": frozenset({"left", "minutes", "step", "topic", "next"}),
    "who_says_sourced": _SOURCED,
    "who_says_reviewed": _SOURCED | {"reviewer", "credential", "date"},
}
"""Phrase -> the placeholders that the guide fills in it, besides those of the listener's place."""

ROLES = ("in_pain", "telling", "when_to_get_help", "how_long", "who_says")
"""The answers that the guide itself turns to; ``content/en/phrases.yaml`` says which they are."""
