"""Warning signs in what a listener says: heard first, every time, in every state.

The compiled form is made from ``content/en/warning_signs.yaml``; this module only looks things up in it. An utterance is
read in three steps: words are brought to one spelling, runs of words are looked up among the phrases (each belongs to one
or more *groups*, such as LEGS or NUMB), and the few rules that a found group brings up are tried. Then it is decided
whether what was found is denied, an animal's, only asked about, or told.

Nothing is compiled when the function starts, and nothing is kept of what was said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from guide.spelling import Spelling
from guide.words import words_and_stops

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LEVELS = ("emergency", "today", "soon")
"""Care levels, most urgent first: call now, be seen today, see a doctor within days."""

# Nobody says more to a speaker in one breath; the bound keeps a pasted page from costing time.
_MOST_WORDS = 220
# A word said a thousand times tells no more than a word said a few times.
_MOST_PLACES = 12
# "on prednisone" needs no mention of the back inside a back guide; with more words after it, it is about something else.
_WORDS_AFTER_FRAGMENT = 1
# How far before a symptom "i", "my" or "mum" still makes it somebody's own, in words.
_OWN_WORDS = 5
# How far back from a symptom a denial is looked for, in words: "i do not have any signs of numbness or".
_DENIAL_WORDS = 12
LEAST_LETTERS = 6
"""Misspelling is forgiven in words of so many letters or more."""
_STOPS = frozenset(".?!;")
# The release names only those words that begin a longer phrase: most begin none, and would fill a tenth of its table.
_ONE_WORD = (1,)
_OPENING = "^"

_TOLD, _ASKED, _SUPPOSED, _NO_TALK = 0, 1, 2, 3

_Span = tuple[int, int]


class Found(NamedTuple):
    """A warning sign that was heard."""

    sign: str
    """Its id in ``warning_signs.yaml``."""
    level: str
    """One of ``LEVELS``."""
    asked: bool
    """It was asked about ("is numbness a warning sign", "what if ..."), not told."""
    heard: str
    """The words it was heard in, for ``guide explain``; never logged or kept."""


class _Utterance:
    """One utterance, read: its words, what is left of them for phrases, and what was found where."""

    __slots__ = ("covered", "denials", "full", "groups", "lean", "opening", "parts", "place", "sentence")

    def __init__(self) -> None:
        self.full: list[str] = []
        self.opening: set[int] = {0}  # where in full a sentence begins
        self.lean: list[str] = []  # full without the small words that no phrase counts
        self.place: list[int] = []  # of each lean word, its index in full
        self.sentence: list[int] = []  # of each lean word, the sentence that it is in
        self.groups: dict[int, list[_Span]] = {}  # where in lean the phrases of each group stand
        self.covered: set[int] = set()  # where in full a symptom or a part of the body is named
        self.parts: set[int] = set()  # where in full a part of the body is named
        self.denials: dict[_Span, int | None] = {}

    def keep(self, sentence: int) -> None:
        """Take the last word of ``full`` into ``lean``."""
        self.lean.append(self.full[-1])
        self.place.append(len(self.full) - 1)
        self.sentence.append(sentence)


class WarningSigns:
    """The warning signs of one release."""

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        """Take the compiled form as ``compile_warning_signs`` made it."""
        self._signs: list[Mapping[str, Any]] = compiled["signs"]
        self._same: Mapping[str, str] = compiled["same"]
        self._endings: Mapping[str, str] = compiled["endings"]
        # A release that was published before there were any has none.
        self._together: Mapping[str, str] = compiled.get("together", {})
        self._second = frozenset(pair.split()[1] for pair in self._together)
        self._ignored = frozenset(compiled["ignored"].split())
        taken = {*self._same, *compiled["known"].split()}
        self._spelling = Spelling(compiled["misspelled"].split(), LEAST_LETTERS, taken)
        self._phrases: Mapping[str, Any] = compiled["phrases"]
        self._lengths: Mapping[str, list[int]] = compiled["lengths"]
        self._frames: Mapping[str, Any] = compiled["frames"]
        self._frame_lengths: Mapping[str, list[int]] = compiled["frame_lengths"]
        self._rules: list[list[Any]] = compiled["rules"]
        self._rules_of: Mapping[str, list[int]] = compiled["rules_of"]
        self._frame_rules: list[list[Any]] = compiled["frame_rules"]
        self._undeniable = frozenset(compiled["undeniable"])
        self._symptoms = frozenset(compiled["symptoms"])
        self._parts = frozenset(compiled["parts"])
        self._special: Mapping[str, int] = compiled["special"]
        self._lists = {name: frozenset(listed.split()) for name, listed in compiled["lists"].items()}
        self._lists.setdefault("by_animals", frozenset())  # nor of these

    def find(self, text: str) -> Found | None:
        """Return the most urgent sign in ``text``, told before asked about; ``None`` when there is none."""
        ranked = self._ranked(text)
        return ranked[0] if ranked else None

    def find_all(self, text: str) -> list[Found]:
        """Return every sign in ``text``, the most urgent first and each sign once."""
        first: dict[str, Found] = {}
        for found in self._ranked(text):
            first.setdefault(found.sign, found)
        return list(first.values())

    def names_an_animal(self, text: str) -> bool:
        """True when ``text`` names one, whose troubles are no sign of anything."""
        return any(self._animals(self._read(text)))

    def denies(self, text: str) -> bool:
        """True when ``text`` names a symptom and says in the same breath that it is not there, or is an animal's."""
        said = self._read(text)
        if any(self._animals(said)):
            return True
        symptoms = (self._symptoms & said.groups.keys()) - self._undeniable
        return any(self._denial(group, span, said) is not None for group in symptoms for span in said.groups[group])

    def groups_in(self, text: str) -> Iterable[int]:
        """Return the groups of phrases that ``text`` holds, for the compiler, which counts them."""
        return self._read(text).groups

    def sign(self, name: str) -> Mapping[str, Any]:
        """Return a sign's ``id``, ``level``, ``name``, ``say`` and ``if_asked``; ``KeyError`` when there is none."""
        for sign in self._signs:
            if sign["id"] == name:
                return sign
        raise KeyError(name)

    # -- reading ------------------------------------------------------------------------------------------------

    def _read(self, text: str) -> _Utterance:
        said = _Utterance()
        sentence = 0
        for token in words_and_stops(text)[:_MOST_WORDS]:
            if token in _STOPS:
                sentence += 1
                said.opening.add(len(said.full))
                continue
            for word in self._spelled(token):
                self._take(word, sentence, said)
        said.groups = _look_up(self._phrases, self._lengths, said.lean, said.sentence)
        self._hide(said)
        for group in self._symptoms & said.groups.keys():
            for start, end in said.groups[group]:
                said.covered.update(said.place[start:end])
                if group in self._parts:
                    said.parts.update(said.place[start:end])
        return said

    def _take(self, word: str, sentence: int, said: _Utterance) -> None:
        full = said.full
        if word == "not" and full and full[-1] in self._lists["joined"]:
            # "can not" and "can't" are one word, "cannot", so that "can" never stands for its opposite.
            full[-1] += "not"
            if said.place and said.place[-1] == len(full) - 1:
                said.lean[-1] = full[-1]
            else:
                said.keep(sentence)
            return
        if word in self._second and full:
            # "i got a shot in my back" is no gunshot: what a small word tells has to be read before it is dropped.
            word = self._together.get(f"{full[-1]} {word}", word)
        full.append(word)
        if word not in self._ignored:
            said.keep(sentence)

    def _spelled(self, token: str) -> list[str]:
        """Return ``token`` as the phrases spell it, in one or more words."""
        same = self._same.get(token)
        if same is not None:
            return same.split()
        if "'" in token:
            for ending, meaning in self._endings.items():
                if token.endswith(ending):
                    stem = token[: -len(ending)]
                    return [*self._spelled(stem), *meaning.split()] if stem else []
            return self._spelled(token.replace("'", ""))
        if token[0].isdigit() and not token.isdigit():
            number, unit = number_and_unit(token)
            return [number, *self._spelled(unit)]
        meant = self._spelling.meant(token)
        return self._same.get(meant, meant).split()

    def _hide(self, said: _Utterance) -> None:
        """Drop what was found inside a phrase that means something else ("fall asleep", "cat cow")."""
        masks = said.groups.get(self._special["hidden"])
        if not masks:
            return
        for group, spans in list(said.groups.items()):
            kept = [span for span in spans if not any(_inside(span, mask) for mask in masks)]
            if kept:
                said.groups[group] = kept
            else:
                del said.groups[group]

    # -- rules --------------------------------------------------------------------------------------------------

    def _ranked(self, text: str) -> list[Found]:
        """Return what was heard, by level, told before asked about, in the order of the signs (which is by urgency)."""
        found = self._all(text)
        found.sort(key=lambda pair: (LEVELS.index(pair[1].level), pair[1].asked, pair[0]))
        return [pair[1] for pair in found]

    def _all(self, text: str) -> list[tuple[int, Found]]:
        said = self._read(text)
        groups = said.groups
        found: list[tuple[int, Found]] = []
        asking: list[_Span] | None = None
        for key in groups:
            for number in self._rules_of.get(str(key), ()):
                sign, when_asked, needed, chains, excluded = self._rules[number]
                if not all(group in groups for group in needed):
                    continue
                matched = [self._links(chain, said) for chain in chains]
                if not all(matched) or any(self._stands(chain, said) for chain in excluded):
                    continue
                if asking is None:
                    asking = self._asking(said)
                heard = self._weigh(sign, when_asked, matched, said, asking)
                if heard is not None:
                    found.append((sign, heard))
        return found

    def _links(self, chain: list[int], said: _Utterance) -> list[_Span]:
        """Return the spans over which a chain's groups follow each other as its links demand, none of them denied.

        A chain is group, link, group, link ...: link 0 is "directly after", n is "after at most n other words",
        and -n is "before or after, with at most n other words between".
        """
        first = chain[0]
        spans = said.groups[first]
        if first not in self._undeniable:
            spans = [span for span in spans if self._denial(first, span, said) is None]
        for i in range(1, len(chain), 2):
            joined: list[_Span] = []
            for span in spans:
                joined.extend(self._joined(span, chain[i], chain[i + 1], said))
            spans = joined[:_MOST_PLACES]
        return spans

    def _stands(self, chain: list[int], said: _Utterance) -> bool:
        """Tell whether an exclusion is there; whether it is denied does not matter."""
        if not all(group in said.groups for group in chain[::2]):
            return False
        return len(chain) == 1 or bool(self._links(chain, said))

    def _joined(self, span: _Span, link: int, group: int, said: _Utterance) -> Iterable[_Span]:
        start, end = span
        for s, e in said.groups[group]:
            if s >= end and s - end <= abs(link):
                whole = (start, e)
            elif link < 0 and e <= start and start - e <= -link:
                whole = (s, end)
            else:
                continue
            if said.sentence[whole[0]] != said.sentence[whole[1] - 1]:
                continue
            denial = None if group in self._undeniable else self._denial(group, (s, e), said)
            # "will not" in "my foot will not lift" is part of the sign, not a denial of "lift".
            if denial is None or said.place[start] <= denial <= said.place[end - 1]:
                yield whole

    # -- denied -------------------------------------------------------------------------------------------------

    def _denial(self, group: int, span: _Span, said: _Utterance) -> int | None:
        """Return where a symptom is denied ("no fever", "i do not have any", "has gone"), by full word, or ``None``."""
        if span not in said.denials:
            said.denials[span] = self._denied_before(span, said)
        if said.denials[span] is None and group in self._symptoms and self._denied_after(span, said):
            return len(said.full)
        return said.denials[span]

    def _denied_before(self, span: _Span, said: _Utterance) -> int | None:
        """Look back from the symptom over words that a denial reaches across ("no signs of", "do not have any").

        It reaches across another symptom only in a list with "or": "no fever or numbness" denies both,
        "no pain numb legs" denies one. Over a part of the body it always does: "no leg numbness".
        """
        full, lists = said.full, self._lists
        start, last = said.place[span[0]], said.place[span[1] - 1]
        listed = any(word in lists["or"] for word in full[start + 1 : last + 4])
        others = False
        for i in range(start - 1, max(-1, start - _DENIAL_WORDS), -1):
            word = full[i]
            if word in lists["before"]:
                # "no my legs are numb" answers somebody, it denies nothing.
                answers = word == "no" and full[i + 1] in lists["people"]
                return i if (listed or not others) and not answers else None
            if word in lists["or"]:
                listed = True
            elif word in lists["through"]:
                continue
            elif i in said.covered:
                others = others or i not in said.parts
            else:
                return None
        return None

    def _denied_after(self, span: _Span, said: _Utterance) -> bool:
        """Tell whether it is over ("the fever has gone", "cancer was ruled out"), with at most a small word between."""
        for s, e in said.groups.get(self._special["gone"], ()):
            if not 0 <= s - span[1] <= 1 or said.sentence[s] != said.sentence[span[0]]:
                continue
            # "gone numb", but not "fever not present, numbness not present".
            denies = said.lean[s] in self._lists["before"]
            goes_on = not denies and e < len(said.lean) and said.place[e] in said.covered
            if not goes_on and (s == span[1] or said.lean[span[1]] in self._lists["through"]):
                return True
        return False

    # -- told, asked about, or nothing --------------------------------------------------------------------------

    def _weigh(
        self, number: int, when_asked: int, matched: list[list[_Span]], said: _Utterance, asking: list[_Span]
    ) -> Found | None:
        """Return the sign as it was heard; ``None`` when it is an animal's, out of context, or not of this kind."""
        sign = self._signs[number]
        # Of several places the one that was told counts; of several chains all have to be told.
        ways = [min((self._way(span, said, asking), span) for span in chain) for chain in matched]
        way = max(way for way, _ in ways)
        whole = (min(span[0] for _, span in ways), max(span[1] for _, span in ways))
        if way == _NO_TALK or (way == _TOLD and when_asked) or (way == _ASKED and sign.get("only_told")):
            return None
        if self._of_an_animal(whole, said):
            return None
        if sign.get("needs_back") and not self._of_a_back(whole, way, said):
            return None
        return Found(sign["id"], sign["level"], way != _TOLD, " ".join(said.lean[whole[0] : whole[1]]))

    def _asking(self, said: _Utterance) -> list[_Span]:
        """Return the questions in the utterance: where each begins, by full word, and what it makes of a symptom.

        That is ``_ASKED``, or ``_SUPPOSED``, which it stays whoever is named in it ("what if i cannot pee"), or
        ``_NO_TALK`` when it is not about health at all ("play i can't breathe").
        """
        found: set[_Span] = set()
        words: list[str] = []
        place: list[int] = []
        for i, word in enumerate(said.full):
            if i in said.opening or (i and said.full[i - 1] in self._lists["openers"]):
                words.append(_OPENING)
                place.append(i)
                after = said.full[i + 1] if i + 1 < len(said.full) else ""
                if word in self._lists["opening_verbs"] and after not in self._lists["no_question"]:
                    found.add((i, _ASKED))
            if word not in self._lists["fillers"]:
                words.append(word)
                place.append(i)
        groups = _look_up(self._frames, self._frame_lengths, words, None)
        for way, chain in self._frame_rules:
            found.update((place[start], way) for start in _beginnings(chain, groups))
        return sorted(found)

    def _way(self, span: _Span, said: _Utterance, asking: list[_Span]) -> int:
        """Tell whether the symptom is told, asked about and nobody's in particular, supposed, or the title of a song."""
        start, end = said.place[span[0]], said.place[span[1] - 1]
        before = [question for question in asking if question[0] <= start]
        if not before:
            return _TOLD
        gravest = max(way for _, way in before)
        if gravest != _ASKED:
            return gravest
        opening = max(begins for begins, _ in before)
        for i in range(max(opening + 1, start - _OWN_WORDS), end + 1):
            if said.full[i] in self._lists["people"] and not self._in_the_question(i, said.full):
                return _TOLD
        return _ASKED

    def _in_the_question(self, i: int, full: list[str]) -> bool:
        """Tell whether the "i" or "my" at ``i`` belongs to the question ("should i worry about", "my back")."""
        if i + 1 < len(full) and full[i + 1] in self._lists["belongings"]:
            return True
        if i > 0 and full[i - 1] in self._lists["asks"]:
            return True
        # "how do i treat numbness", but "why do i feel numb" is somebody's own.
        return i > 1 and full[i - 1] == "do" and full[i - 2] in self._lists["how"]

    def _of_an_animal(self, span: _Span, said: _Utterance) -> bool:
        """Tell whether the sign is an animal's: one is named before it with no person between, or "in dogs" follows and none before."""
        first = said.place[span[0]]
        for at, ends in self._animals(said):
            if at <= first:
                if not self._lists["people"].intersection(said.full[ends + 1 : first]):
                    return True
            elif self._lists["of_animals"].intersection(said.full[max(0, at - 2) : at]):
                # "mum has brittle bones and bent down for the cat" is mum's.
                return not self._lists["people"].intersection(said.full[:first])
        return False

    def _animals(self, said: _Utterance) -> Iterator[_Span]:
        """Yield where in the words an animal is named; not one that something was done by: "thrown off my horse"."""
        for start, end in said.groups.get(self._special["animals"], ()):
            at = said.place[start]
            if not self._lists["by_animals"].intersection(said.full[max(0, at - 2) : at]):
                yield at, said.place[end - 1]

    def _of_a_back(self, span: _Span, way: int, said: _Utterance) -> bool:
        """Tell whether a sign that only matters with back pain is said of a back.

        The back is named; or nothing else is, and somebody tells it of a person or of a pain, or says hardly more.
        """
        if self._special["back"] in said.groups:
            return True
        if way == _ASKED or self._special["elsewhere"] in said.groups:
            return False
        if self._special["pain"] in said.groups or self._lists["people"].intersection(said.full):
            return True
        return span[0] == 0 and len(said.lean) - span[1] <= _WORDS_AFTER_FRAGMENT


def number_and_unit(token: str) -> tuple[str, str]:
    """Return the number that ``token`` begins with and what is written on to it: "30yr", "20lbs", "3am"."""
    unit = token.lstrip("0123456789")
    return token[: len(token) - len(unit)], unit


def _look_up(
    phrases: Mapping[str, Any], lengths: Mapping[str, list[int]], words: list[str], sentence: list[int] | None
) -> dict[int, list[_Span]]:
    """Return, for each group, where its phrases stand in ``words``; no phrase reaches over the end of a sentence."""
    groups: dict[int, list[_Span]] = {}
    count = len(words)
    for i, word in enumerate(words):
        for length in lengths.get(word, _ONE_WORD):
            end = i + length
            if end > count or (sentence is not None and sentence[end - 1] != sentence[i]):
                continue
            of = phrases.get(word if length == 1 else " ".join(words[i:end]), ())
            for group in (of,) if isinstance(of, int) else of:
                spans = groups.setdefault(group, [])
                if len(spans) < _MOST_PLACES:
                    spans.append((i, end))
    return groups


def _beginnings(chain: list[int], groups: Mapping[int, list[_Span]]) -> list[int]:
    """Return where a question frame begins.

    Of several beginnings the last counts: in "my legs are numb is that a sign" only "that" is asked about.
    """
    spans = groups.get(chain[0], [])
    for i in range(1, len(chain), 2):
        joined: list[_Span] = []
        for s, e in groups.get(chain[i + 1], ()):
            starts = [start for start, end in spans if 0 <= s - end <= chain[i]]
            if starts:
                joined.append((max(starts), e))
        spans = joined
    return [start for start, _ in spans]


def _inside(span: _Span, mask: _Span) -> bool:
    return mask[0] <= span[0] and span[1] <= mask[1] and mask != span
