"""The sheet that ``guide new`` lays out for an editor, and how to tell that a part of it was left as it was."""

from __future__ import annotations

LAYOUT = """---
id: {id}
title: {title}
# self-care, exercise, treatment, medicine, facts or guide; it decides which rules of care guide check holds it to
kind: facts
# what people call this; the first one is the name that the guide offers it by
topics:
  - {topic}
# two or three answers to lead on to
next: []
review:
  # sourced until a clinician has read it; then reviewed, with reviewer, credential and date
  status: sourced
  checked: {today}
  due: {due}
# at least 20 ways to ask, as different people would: questions, statements, fragments, slang
ask: []
---

## Short

The useful thing first, in at most 46 words. Each fact ends with its source, such as the mark here. [^nhs-back-pain]

## More

What to say when they want to hear more, in at most 70 words. There may be several of these. [^nhs-back-pain]

## Card

What the Alexa app shows. [^nhs-back-pain]
"""

"""Front matter and sections of a new answer; ``id``, ``title``, ``topic``, ``today`` and ``due`` are filled in."""


def is_left_over(text: str) -> bool:
    """True when ``text`` is still what the sheet says, and not yet what the guide should say."""
    return len(text) > len("Card") and text in LAYOUT
