"""Warning signs in what a listener says: heard first, every time, in every state.

The compiled form is made from ``content/en/warning_signs.yaml``; this module only looks things up in it. An utterance is
read in three steps: words are brought to one spelling, runs of words are looked up in a tree of phrases (each belongs
to one or more *groups*, such as LEGS or NUMB), and the few rules that mention a group that was found are tried.
Nothing is compiled when the function starts, and nothing is kept of what was said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from guide.words import words_and_stops

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVELS = ("emergency", "today", "soon")
"""Care levels, most urgent first: call now, be seen today, see a doctor within days."""

# Nobody says more to a speaker in one breath; the bound keeps a pasted page from costing time.
_MOST_WORDS = 220
# A word said a thousand times tells no more than a word said a few times.
_MOST_PLACES = 12
# "on prednisone" needs no mention of the back inside a back guide; with more words around it, it is about something else.
_FRAGMENT_WORDS = 1
# How far before a symptom "i", "my" or "mum" still makes it somebody's own, in words.
_OWN_WORDS = 5
_STOPS = frozenset(".?!;")

_Span = tuple[int, int]
_Groups = dict[int, list[_Span]]


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
    """One utterance, read: its words, what was left of them for phrases, and what was found where."""

    __slots__ = ("covered", "denials", "full", "groups", "lean", "opening", "place", "sentence")

    def __init__(self) -> None:
        self.full: list[str] = []
        self.opening: set[int] = set()  # where in full a sentence begins
        self.lean: list[str] = []
        self.place: list[int] = []  # of each lean word, its index in full
        self.sentence: list[int] = []  # of each lean word, the sentence that it is in
        self.groups: _Groups = {}
        self.covered: set[int] = set()  # where in full a symptom or a part of the body is named
        self.denials: dict[_Span, int | None] = {}


class WarningSigns:
    """The warning signs of one release."""

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        """Take the compiled form as ``compile_warning_signs`` made it; nothing is copied or built."""
        self._signs: list[Mapping[str, Any]] = compiled["signs"]
        self._same: Mapping[str, str] = compiled["same"]
        self._endings: list[list[str]] = compiled["endings"]
        self._known: Mapping[str, int] = compiled["known"]
        self._near: Mapping[str, str] = compiled["near"]
        self._phrases: Mapping[str, Any] = compiled["phrases"]
        self._frames: Mapping[str, Any] = compiled["frames"]
        self._rules: list[list[Any]] = compiled["rules"]
        self._rules_of: Mapping[str, list[int]] = compiled["rules_of"]
        self._frame_rules: list[list[Any]] = compiled["frame_rules"]
        self._deniable = frozenset(compiled["deniable"])
        self._symptoms = frozenset(compiled["symptoms"])
        self._special: Mapping[str, int] = compiled["special"]
        self._through: Mapping[str, int] = compiled["through"]
        self._people: Mapping[str, int] = compiled["people"]
        self._openers: Mapping[str, int] = compiled["openers"]
        self._fillers: Mapping[str, int] = compiled["fillers"]
        self._opening_verbs: Mapping[str, int] = compiled["opening_verbs"]
        self._no_question: Mapping[str, int] = compiled["no_question"]

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
                if word == "not" and said.full and said.full[-1] + "not" in self._known:
                    # "can not" and "can't" are one word, "cannot", so that "can" never stands for its opposite.
                    said.full[-1] += "not"
                    if said.place and said.place[-1] == len(said.full) - 1:
                        said.lean[-1] = said.full[-1]
                    else:
                        self._keep(said, sentence)
                    continue
                said.full.append(word)
                if self._known.get(word) != 0:
                    self._keep(said, sentence)
        _look_up(self._phrases, said.lean, said.sentence, said.groups)
        self._hide(said)
        for group in self._symptoms & said.groups.keys():
            for start, end in said.groups[group]:
                said.covered.update(said.place[start:end])
        return said

    @staticmethod
    def _keep(said: _Utterance, sentence: int) -> None:
        said.lean.append(said.full[-1])
        said.place.append(len(said.full) - 1)
        said.sentence.append(sentence)

    def _spelled(self, token: str) -> list[str]:
        """Return ``token`` as the phrases spell it, in one or more words."""
        same = self._same.get(token)
        if same is not None:
            return same.split()
        if token in self._known:
            return [token]
        if "'" in token:
            for ending, meaning in self._endings:
                if token.endswith(ending):
                    stem = token[: -len(ending)]
                    return [*self._spelled(stem), *meaning.split()] if stem else []
            return self._spelled(token.replace("'", ""))
        if len(token) >= 6:
            return [self._nearest(token)]
        return [token]

    def _nearest(self, token: str) -> str:
        """Return the long word that ``token`` misspells by one letter, or ``token``."""
        near = self._near.get(token)
        if near is not None:
            return near
        for i in range(1, len(token)):
            shorter = token[:i] + token[i + 1 :]
            near = self._near.get(shorter)
            if near is not None:
                return near
        return token

    def _hide(self, said: _Utterance) -> None:
        """Drop what was found inside a phrase that means something else ("fall asleep", "cat cow")."""
        masks = said.groups.get(self._special["hidden"])
        if not masks:
            return
        for group, spans in list(said.groups.items()):
            kept = [
                s for s in spans if not any(m[0] <= s[0] and s[1] <= m[1] and m[1] - m[0] > s[1] - s[0] for m in masks)
            ]
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
        for key in list(groups):
            for number in self._rules_of.get(str(key), ()):
                rule = self._rules[number]
                sign, when_asked, needed, chains, excluded = rule
                if not all(g in groups for g in needed) or any(g in groups for g in excluded):
                    continue
                spans = self._match(chains, said)
                if spans is None:
                    continue
                if asking is None:
                    asking = self._asking(said)
                heard = self._weigh(sign, when_asked, spans, said, asking)
                if heard is not None:
                    found.append((sign, heard))
        return found

    def _match(self, chains: list[list[int]], said: _Utterance) -> list[list[_Span]] | None:
        """Return where every chain was found and not denied, or ``None``."""
        matched: list[list[_Span]] = []
        for chain in chains:
            spans = self._links(chain, said)
            if not spans:
                return None
            matched.append(spans)
        return matched

    def _links(self, chain: list[int], said: _Utterance) -> list[_Span]:
        """Return the spans over which a chain's groups follow each other as its links demand.

        A chain is group, link, group, link ...: link 0 is "directly after", n is "after at most n other words",
        and -n is "before or after, with at most n other words between".
        """
        deniable = self._deniable
        first = chain[0]
        spans = said.groups[first]
        if first in deniable:
            spans = [span for span in spans if self._denial(span, said) is None]
        for i in range(1, len(chain), 2):
            link, group = chain[i], chain[i + 1]
            joined: list[_Span] = []
            for start, end in spans:
                for s, e in said.groups[group]:
                    if s >= end and s - end <= abs(link):
                        span = (start, e)
                    elif link < 0 and e <= start and start - e <= -link:
                        span = (s, end)
                    else:
                        continue
                    if said.sentence[span[0]] != said.sentence[span[1] - 1]:
                        continue
                    if group in deniable:
                        denial = self._denial((s, e), said)
                        # "will not" in "my foot will not lift" is part of the sign, not a denial of "lift".
                        if denial is not None and not said.place[start] <= denial < said.place[end - 1] + 1:
                            continue
                    joined.append(span)
            spans = joined[:_MOST_PLACES]
        return spans

    def _denial(self, span: _Span, said: _Utterance) -> int | None:
        """Return where a symptom is denied ("no fever", "i do not have any", "has gone"), by full word, or ``None``."""
        if span not in said.denials:
            before = self._denied_before(span, said)
            said.denials[span] = len(said.full) if before is None and self._denied_after(span, said) else before
        return said.denials[span]

    def _denied_before(self, span: _Span, said: _Utterance) -> int | None:
        """Look back from the symptom over words that a denial reaches across ("no signs of", "do not have any").

        It reaches across another symptom only in a list with "or": "no fever or numbness" denies both,
        "no pain numb legs" denies one.
        """
        full, through = said.full, self._through
        start = said.place[span[0]]
        others = False
        listed = any(full[i] in ("or", "nor") for i in range(start + 1, min(len(full), said.place[span[1] - 1] + 4)))
        for i in range(start - 1, max(-1, start - 12), -1):
            word = full[i]
            kind = through.get(word)
            if kind is None and i not in said.covered:
                return None
            if kind == 2:  # a word that denies
                # "no my legs are numb" answers somebody, it denies nothing.
                answers = word == "no" and full[i + 1] in self._people
                return i if (listed or not others) and not answers else None
            if kind == 3:  # "or", "nor"
                listed = True
            elif kind is None:  # another symptom or a part of the body
                others = True
        return None

    def _denied_after(self, span: _Span, said: _Utterance) -> bool:
        """Tell whether it is over ("the fever has gone", "cancer was ruled out"), with at most a small word between."""
        for s, e in said.groups.get(self._special["gone"], ()):
            if not 0 <= s - span[1] <= 1 or said.sentence[s] != said.sentence[span[0]]:
                continue
            goes_on = e < len(said.lean) and said.place[e] in said.covered
            if not goes_on and (s == span[1] or said.lean[span[1]] in self._through):
                return True
        return False

    # -- told, asked about, or nothing --------------------------------------------------------------------------

    def _weigh(
        self, number: int, when_asked: int, spans: list[list[_Span]], said: _Utterance, asking: list[_Span]
    ) -> Found | None:
        sign = self._signs[number]
        # Of several places the one that was told counts; of several chains all have to be told.
        ways = [min((self._is_asked(span, said, asking), span) for span in chain) for chain in spans]
        asked = max(way[0] for way in ways)
        if when_asked and not asked:
            return None
        whole = (min(span[0] for _, span in ways), max(span[1] for _, span in ways))
        if self._of_an_animal(whole, said):
            return None
        if asked == 1 and sign.get("only_told"):
            return None
        if sign.get("needs_back") and not self._in_context(whole, said, asked == 1):
            return None
        heard = " ".join(said.lean[whole[0] : whole[1]])
        return Found(sign["id"], sign["level"], bool(asked), heard)

    def _asking(self, said: _Utterance) -> list[_Span]:
        """Return the question frames in the utterance ("is ... a warning sign", "what if"), by full word.

        The second number of a span is 1 where even "i" and "my" leave it a supposition: "what if i cannot pee".
        """
        frames: set[_Span] = set()
        words: list[str] = []
        place: list[int] = []
        for i, word in enumerate(said.full):
            if i == 0 or i in said.opening or said.full[i - 1] in self._openers:
                words.append("^")
                place.append(i)
                after = said.full[i + 1] if i + 1 < len(said.full) else ""
                if word in self._opening_verbs and after not in self._no_question:
                    frames.add((i, 0))
            if word not in self._fillers:
                words.append(word)
                place.append(i)
        groups: _Groups = {}
        _look_up(self._frames, words, None, groups)
        for supposed, chain in self._frame_rules:
            spans = groups.get(chain[0], [])
            for i in range(1, len(chain), 2):
                # Of several beginnings the last counts: in "my legs are numb is that a sign" only "that" is asked about.
                nexts = [(max((a for a, b in spans if 0 <= s - b <= chain[i]), default=-1), e) for s, e in groups.get(chain[i + 1], ())]
                spans = [span for span in nexts if span[0] >= 0]
            frames.update((place[start], supposed) for start, _ in spans)
        return sorted(frames)

    def _is_asked(self, span: _Span, said: _Utterance, asking: list[_Span]) -> int:
        """Return 0 when the symptom is told, 1 when it is asked about and nobody's in particular, 2 when supposed."""
        if not asking:
            return 0
        start, end = said.place[span[0]], said.place[span[1] - 1]
        before = [frame for frame in asking if frame[0] <= start]
        if not before:
            return 0
        if any(frame[1] for frame in before):
            return 2
        full = said.full
        opening = max(frame[0] for frame in before)
        own_from = max(opening + 1, start - _OWN_WORDS)
        for i in range(own_from, end + 1):
            if self._people.get(full[i]) == 1 and not self._in_the_frame(i, full):
                return 0
        return 1

    def _in_the_frame(self, i: int, full: list[str]) -> bool:
        """Tell whether the "i" or "my" at ``i`` belongs to the question ("should i worry about", "my back")."""
        after = full[i + 1] if i + 1 < len(full) else ""
        if self._people.get(after) == 2 or after in ("lower", "upper"):
            return True
        before = full[i - 1] if i else ""
        return self._people.get(before) == 3 or (before == "do" and i > 1 and full[i - 2] in ("how", "when", "where"))

    def _of_an_animal(self, span: _Span, said: _Utterance) -> bool:
        """Tell whether the sign is an animal's: one is named before it with no person between, or "in dogs" comes after."""
        animals = said.groups.get(self._special["animals"])
        if not animals:
            return False
        first = said.place[span[0]]
        for s, e in animals:
            at = said.place[s]
            if at <= first:
                between = said.full[said.place[e - 1] + 1 : first]
                if not any(self._people.get(w) == 1 for w in between):
                    return True
            elif any(w in ("of", "in", "for", "on") for w in said.full[max(0, at - 2) : at]):
                return True
        return False

    def _in_context(self, span: _Span, said: _Utterance, asked: bool) -> bool:
        """Tell whether a sign that only matters with back pain is said of a back.

        The back is named; or nothing else is, and somebody tells it of a person or says no more than it.
        """
        groups = said.groups
        if self._special["back"] in groups:
            return True
        if asked or self._special["elsewhere"] in groups:
            return False
        if any(self._people.get(w) == 1 for w in said.full):
            return True
        return span[0] == 0 and len(said.lean) - span[1] <= _FRAGMENT_WORDS


def _look_up(tree: Mapping[str, Any], words: list[str], sentence: list[int] | None, groups: _Groups) -> None:
    """Add to ``groups`` where each of the tree's phrases stands in ``words``."""
    count = len(words)
    for i in range(count):
        node = tree.get(words[i])
        j = i + 1
        while node is not None:
            for group in node.get("", ()):
                spans = groups.setdefault(group, [])
                if len(spans) < _MOST_PLACES:
                    spans.append((i, j))
            if j == count or (sentence is not None and sentence[j] != sentence[i]):
                break
            node = node.get(words[j])
            j += 1

