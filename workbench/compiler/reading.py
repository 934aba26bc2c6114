"""How hard a text is to follow: its Flesch–Kincaid grade (years of school)."""

from __future__ import annotations

import functools
import re

import textstat

from guide.markup import plain

# Names that a listener needs whole, however long they are; each counts as one short word.
_MEDICINES = re.compile(
    r"\b(ibuprofen|naproxen|aspirin|acetaminophen|paracetamol|methocarbamol|carisoprodol|cyclobenzaprine|tizanidine|baclofen|diazepam"
    r"|gabapentin|opioids?|anti-inflammator(?:y|ies)|medicines?|pharmacists?|physiotherapists?|physical therapists?|chiropractors?)\b",
    re.IGNORECASE,
)
# Wording that certification and safety require is set aside: an editor cannot make it easier.
_MANDATED = re.compile(
    r"[^.?!]*\bor your local emergency number\b[^.?!]*[.?!]?|information, not medical advice\.?", re.IGNORECASE
)
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")

# Fewer words than this make no reading grade: one long word in four gives grade twelve.
LEAST_WORDS = 8


@functools.cache
def grade(markup: str, names: tuple[str, ...] = ()) -> float:
    """Return the Flesch–Kincaid grade of spoken text: 0.39 words a sentence + 11.8 syllables a word - 15.59.

    Medicine names, the ``names`` of answers, placeholders and mandated wording do not count. A text of fewer than ``LEAST_WORDS`` words has grade 0.
    """
    text = _MANDATED.sub(" ", plain(markup))
    text = _PLACEHOLDER.sub("pill", _MEDICINES.sub("pill", text))
    for name in names:
        text = re.sub(rf"\b{re.escape(name)}\b", "pill", text, flags=re.IGNORECASE)
    if len(text.split()) < LEAST_WORDS:
        return 0.0
    return max(0.0, float(textstat.flesch_kincaid_grade(text)))
