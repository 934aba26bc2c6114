"""From ``content/en/warning_signs.yaml`` to what ``guide.warning_signs.WarningSigns`` reads.

The header of that file teaches the pattern language. Here its word groups are written out into a table of phrases, and
each pattern becomes a rule: groups that have to stand near each other, groups that only have to be there, and groups that
must not. Everything slow happens here, so that the function has nothing to build when it starts.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from guide.spelling import Spelling
from guide.warning_signs import LEAST_LETTERS, LEVELS, WarningSigns, number_and_unit
from guide.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

NEAR = 2
"""Other words that may stand between the two sides of ``~`` and of ``>``."""
FAR = 6
"""Other words that may stand between the two sides of ``~~`` and of ``>>``."""
WIDE = 12
"""Other words that may stand between the two sides of ``~~~`` and of ``>>>``: for words that hardly mean anything else."""
FRAME = 9
"""Other words that a question may hold between its parts ("can ... cause", "is ... a warning sign")."""

MOST_VARIANTS = 6_000
"""Phrases that a group may be written out into, so that the release stays small."""
LEAST_SLOT_VALUES = 8

FIRST_WORDS = "Call {emergency} now, or your local emergency number."
"""How an emergency begins: the action, then why."""

_TEXTS = ("name", "say", "if_asked")
_FLAGS = ("needs_back", "only_told")
_SECTIONS = ("words", "symptoms", "asking_words")
_NAME = re.compile(r"[A-Z][A-Z0-9-]+")
_PIECE = re.compile(r"\(([^()]*)\)|([^\s()]+)")
_EXCEPT = re.compile(r"\s-\s")
_OPENING = "^"
_ADJACENT = 0
_LINKS = {">": NEAR, ">>": FAR, ">>>": WIDE, "~": -NEAR, "~~": -FAR, "~~~": -WIDE}
_ASKED, _SUPPOSED, _NO_TALK = 1, 2, 3

# Without these nothing can be compiled; the rest may be left out.
_PARTS = (
    "words",
    "symptoms",
    "denial",
    "people",
    "special",
    "openers",
    "fillers",
    "opening_verbs",
    "no_question",
    "signs",
)
_OTHER_PARTS = (
    "same",
    "endings",
    "joined_with_not",
    "together",
    "ignored",
    "often_misspelled",
    "ordinary",
    "asking_words",
    "asking",
    "supposing",
    "no_talk",
    "harmless",
)
_NEEDED = ("id", "level", *_TEXTS, "says", "heard", "sources")
_FIELDS = (*_NEEDED, *_FLAGS, "general", "heard_when_asked", "examples", "note")

Problems = list[tuple[str, str]]
"""Where in the YAML (keys and list indexes joined by dots), and what is wrong there."""
Phrase = tuple[str, ...]


class WarningSignsError(ValueError):
    """The source cannot be compiled; ``problems`` says what is wrong, and where."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("; ".join(f"{path}: {message}" for path, message in problems))
        self.problems = problems


def compile_warning_signs(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return the compiled form of ``source`` (the parsed YAML), ready for JSON and for ``WarningSigns``.

    Raises ``WarningSignsError`` with every problem that was found.
    """
    missing = [(part, f"“{part}” is missing") for part in _PARTS if not source.get(part)]
    if missing:
        raise WarningSignsError(missing)
    compiler = _Compiler(source)
    compiled = compiler.compiled()
    if compiler.problems:
        raise WarningSignsError(list(dict.fromkeys(compiler.problems)))
    return compiled


def misheard(compiled: Mapping[str, Any], source: Mapping[str, Any]) -> Problems:
    """Return the authored lines that are not heard as written.

    Each ``says`` value, in the carriers that Alexa uses for it, and each example has to be heard as its own sign or as
    one that the file lists before it, so that what Alexa's ears catch and what the function hears never differ; each
    line of ``harmless`` has to be heard as nothing.
    """
    signs = WarningSigns(compiled)
    problems: Problems = []
    urgency = {sign["id"]: number for number, sign in enumerate(source["signs"])}
    for number, sign in enumerate(source["signs"]):
        for path, line, asked in _authored(number, sign):
            found = signs.find(line)
            if found is None or found.asked != asked or urgency[found.sign] > number:
                heard = "nothing" if found is None else f"{found.sign}{', asked about' if found.asked else ''}"
                problems.append((path, f"“{line}” is heard as {heard}"))
    for number, line in enumerate(source.get("harmless", ())):
        found = signs.find(line)
        if found is not None:
            problems.append((f"harmless.{number}", f"“{line}” is heard as {found.sign} ({found.heard})"))
    return problems


def _authored(number: int, sign: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Yield path, line and whether it asks, for each authored line of a sign."""
    for i, value in enumerate(sign.get("says", ())):
        path = f"signs.{number}.says.{i}"
        yield path, f"i have {value}", False
        yield path, f"my husband has {value}", False
        yield path, f"what if i have {value}", True
    for i, line in enumerate(sign.get("examples", ())):
        yield f"signs.{number}.examples.{i}", line, False


class _Compiler:
    """One run over one source."""

    def __init__(self, source: Mapping[str, Any]) -> None:
        self.source = source
        self.problems: Problems = []
        self.same: dict[str, str] = {}
        self.endings: dict[str, str] = dict(source.get("endings", {}))
        self.together: dict[str, str] = {}  # of two words, the one that they are read as
        self.ignored = self._listed("ignored")
        self.joined = self._listed("joined_with_not")
        self.numbers: dict[str, int] = {}  # of each group that a pattern uses
        self.texts: dict[str, tuple[str, str]] = {}  # of each group, where it is written and as what
        self.named: set[str] = set()  # groups that the file names; the others are the plain words of a pattern
        self.variants: dict[str, list[Phrase]] = {}
        self._spellings()
        self._pairs()
        for section in _SECTIONS:
            self._collect(section)

    def compiled(self) -> dict[str, Any]:
        """Return the compiled form; look at ``problems`` before using it."""
        special = {key: self._number(name, f"special.{key}") for key, name in self.source["special"].items()}
        signs = [self._sign(number, sign) for number, sign in enumerate(self.source["signs"])]
        rules = [rule for number, sign in enumerate(self.source["signs"]) for rule in self._rules(number, sign)]
        frame_rules = [
            *self._frame_rules("asking", _ASKED),
            *self._frame_rules("supposing", _SUPPOSED),
            *self._frame_rules("no_talk", _NO_TALK),
        ]
        self._in_order()
        self._unknown(self.source, (*_PARTS, *_OTHER_PARTS))
        misspelled = self._listed("often_misspelled")
        in_frames = {group for _, chain in frame_rules for group in chain[::2]}
        in_rules = {group for rule in rules for chains in rule[3:] for chain in chains for group in chain[::2]}
        phrases, lengths = self._table(sorted({*in_rules, *special.values()}))
        frames, frame_lengths = self._table(sorted(in_frames))
        compiled = {
            "signs": signs,
            "same": self.same,
            "endings": self.endings,
            "together": self.together,
            "ignored": " ".join(sorted(self.ignored)),
            "known": " ".join(self._known(Spelling(misspelled, LEAST_LETTERS))),
            "misspelled": " ".join(sorted(misspelled)),
            "phrases": phrases,
            "lengths": lengths,
            "frames": frames,
            "frame_lengths": frame_lengths,
            "rules": rules,
            "rules_of": {},
            "frame_rules": frame_rules,
            "undeniable": sorted(n for name, n in self.numbers.items() if name in self.source["words"]),
            "symptoms": self._symptoms(),
            "parts": self._parts(),
            "special": special,
            "lists": self._lists(),
        }
        return compiled | {"rules_of": self._rules_of(rules, self._held(compiled))}

    # -- words --------------------------------------------------------------------------------------------------

    def _listed(self, key: str) -> frozenset[str]:
        return frozenset(str(self.source.get(key, "")).replace(",", " ").split())

    def _spellings(self) -> None:
        for word, others in self.source.get("same", {}).items():
            for other in str(others).split():
                if other in self.same:
                    self._problem(f"same.{word}", f"“{other}” is already read as “{self.same[other]}”")
                self.same[other] = str(word)

    def _pairs(self) -> None:
        for word, pairs in self.source.get("together", {}).items():
            for pair in str(pairs).split(","):
                read = self._read(pair, lean=False)
                if len(read) == len(pair.split()) == 2:
                    self.together[" ".join(read)] = str(word)
                else:
                    self._problem(f"together.{word}", f"“{pair.strip()}” is not two words")

    def _read(self, phrase: str, *, lean: bool = True) -> Phrase:
        """Bring a phrase to the form in which the function sees it; see ``WarningSigns._read``."""
        full: list[str] = []
        for token in words(phrase):
            for word in self._spelled(token):
                if word == "not" and full and full[-1] in self.joined:
                    full[-1] += "not"
                else:
                    full.append(self.together.get(f"{full[-1]} {word}", word) if full else word)
        return tuple(word for word in full if not lean or word not in self.ignored)

    def _spelled(self, token: str) -> list[str]:
        if token in self.same:
            return self.same[token].split()
        if "'" in token:
            for ending, meaning in self.endings.items():
                if token.endswith(ending):
                    return [*self._spelled(token[: -len(ending)]), *meaning.split()]
            return self._spelled(token.replace("'", ""))
        if token[0].isdigit() and not token.isdigit():
            number, unit = number_and_unit(token)
            return [number, *self._spelled(unit)]
        return [token]

    # -- groups -------------------------------------------------------------------------------------------------

    def _collect(self, section: str) -> None:
        for name, text in (self.source.get(section) or {}).items():
            path = f"{section}.{name}"
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                self._problem(path, "a group's name is two or more capitals, digits and hyphens")
            elif name in self.named:
                self._problem(path, "this group is defined twice")
            else:
                self.named.add(name)
                self.texts[name] = (path, str(text))

    def _number(self, text: str, path: str) -> int:
        """Return the number of the group that ``text`` names, or of a nameless group that is made of its words."""
        self.texts.setdefault(text, (path, text))
        return self.numbers.setdefault(text, len(self.numbers))

    def _expanded(self, name: str, trail: Phrase = ()) -> list[Phrase]:
        """Return every phrase of a group, with the groups inside it written out."""
        if name in self.variants:
            return self.variants[name]
        path, text = self.texts[name]
        if name in trail:
            self._problem(path, f"{name} is defined by itself")
            return []
        parts = [part.strip() for part in text.split(",")]
        phrases = list(dict.fromkeys(v for part in parts if part for v in self._phrase(part, path, (*trail, name))))
        if len(phrases) > MOST_VARIANTS:
            self._problem(path, f"{len(phrases)} phrases, more than {MOST_VARIANTS}; use + or ~ in the pattern instead")
        self.variants[name] = phrases
        return phrases

    def _phrase(self, phrase: str, path: str, trail: Phrase = ()) -> list[Phrase]:
        """Write out the options, alternatives and groups of one phrase."""
        if phrase == _OPENING:
            return [(_OPENING,)]
        lean = not path.startswith("asking")
        slots: list[list[Phrase]] = []
        for optional, plain in _PIECE.findall(phrase):
            slot = [phrase for choice in (optional or plain).split("/") for phrase in self._choice(choice, path, trail)]
            slots.append([*slot, ()] if optional else slot)
        # Joined to text again before it is read: "can not" only becomes one word once its parts stand side by side.
        read = (self._read(" ".join(itertools.chain(*parts)), lean=lean) for parts in itertools.product(*slots))
        found = list(dict.fromkeys(variant for variant in read if variant))
        self._check_phrase(phrase, path, found, lean)
        return found

    def _check_phrase(self, phrase: str, path: str, found: list[Phrase], lean: bool) -> None:
        """Report a phrase of which too little is left: "so much blood" would hear every mention of blood."""
        last = phrase.split()[-1]
        choices = [choice for _, plain in _PIECE.findall(phrase) if "/" in plain for choice in plain.split("/")]
        for choice in choices if lean else ():
            if choice not in self.named and not self._read(choice):
                self._problem(path, f"“{choice}” is an ignored word: as one of several it stands for nothing at all")
        if not found:
            self._problem(path, f"nothing is left of “{phrase}” once the ignored words are dropped")
        elif set("/()") & set(phrase) or phrase in self.named or not lean:
            return
        elif last not in self.named and not self._read(last):
            self._problem(path, f"the last word of “{phrase}” is an ignored one: it does not count")
        elif len(self._read(phrase, lean=False)) > 1 and all(len(variant) == 1 for variant in found):
            self._problem(path, f"only “{found[0][0]}” is left of “{phrase}”, the other words are ignored ones")

    def _choice(self, choice: str, path: str, trail: Phrase) -> list[Phrase]:
        if choice in self.named:
            return self._expanded(choice, trail)
        if _NAME.fullmatch(choice):
            self._problem(path, f"there is no group {choice}")
        elif choice != choice.lower():
            self._problem(path, f"“{choice}” is neither a group nor lower case")
        return [tuple(choice.split())]

    def _table(self, numbers: Iterable[int]) -> tuple[dict[str, Any], dict[str, list[int]]]:
        """Return the groups of each phrase (one number, or a list of them), and how long a word's phrases are, if longer than it."""
        names = {number: name for name, number in self.numbers.items()}
        groups: dict[str, list[int]] = {}
        lengths: dict[str, set[int]] = {}
        for number in numbers:
            for variant in self._expanded(names[number]):
                groups.setdefault(" ".join(variant), []).append(number)
                lengths.setdefault(variant[0], set()).add(len(variant))
        table = {phrase: of[0] if len(of) == 1 else of for phrase, of in sorted(groups.items())}
        return table, {word: sorted(of) for word, of in sorted(lengths.items()) if of != {1}}

    # -- patterns -----------------------------------------------------------------------------------------------

    def _rules(self, number: int, sign: Mapping[str, Any]) -> Iterator[list[Any]]:
        """Yield a rule for each pattern: sign, whether it only counts in a question, groups, chains, exclusions."""
        for key in ("heard", "heard_when_asked"):
            for i, line in enumerate(sign.get(key) or ()):
                path = f"signs.{number}.{key}.{i}"
                wanted, *unwanted = _EXCEPT.split(f" {line} ")
                chains = [self._chain(part, path) for part in wanted.split("+") if part.strip()]
                excluded = [self._chain(part, path) for part in unwanted]
                needed = sorted({group for chain in chains for group in chain[::2]})
                yield [number, int(key == "heard_when_asked"), needed, chains, excluded]

    def _frame_rules(self, key: str, way: int) -> Iterator[list[Any]]:
        """Yield how questions begin; what stands between their parts may be longer than in a sign."""
        for i, line in enumerate(self.source.get(key, ())):
            chain = self._chain(line, f"asking.{key}.{i}")
            yield [way, [FRAME if i % 2 and link else link for i, link in enumerate(chain)]]

    def _chain(self, text: str, path: str) -> list[int]:
        """Return group, link, group, link ... of one part of a pattern; plain words in a row become one group."""
        chain: list[int] = []
        literal: list[str] = []
        link = _ADJACENT

        def add(*texts: str) -> None:
            nonlocal link
            for group in texts:
                chain.extend([link] if chain else [])
                chain.append(self._number(group, path))
                link = _ADJACENT

        def close() -> None:
            if literal:
                add(" ".join(literal))
                literal.clear()

        for piece in re.findall(r"\([^()]*\)|\S+", text):
            if piece in _LINKS:
                close()
                link = _LINKS[piece]
            elif piece in self.named or piece == _OPENING:
                close()
                add(piece)
            else:
                literal.append(piece)
        close()
        return chain

    def _rules_of(self, rules: list[list[Any]], held: Counter[int]) -> dict[str, list[int]]:
        """Return, for each group, the rules it brings up: each rule under that of its groups which the fewest lines hold.

        ``held`` tells in how many of the authored lines a group is found; looked for by a group that nearly every line holds,
        a rule would be tried nearly every time.
        """
        rules_of: dict[str, list[int]] = {}
        for number, rule in enumerate(rules):
            rarest = min(rule[2], key=lambda group: (held[group], group))
            rules_of.setdefault(str(rarest), []).append(number)
        return rules_of

    def _held(self, compiled: Mapping[str, Any]) -> Counter[int]:
        """Return in how many of the lines that the file gives as examples each group is found."""
        lines = [line for sign in self.source["signs"] for line in sign.get("examples", ())]
        signs = WarningSigns(compiled)
        return Counter(group for line in (*lines, *self.source.get("harmless", ())) for group in signs.groups_in(line))

    # -- signs --------------------------------------------------------------------------------------------------

    def _sign(self, number: int, sign: Mapping[str, Any]) -> dict[str, Any]:
        path = f"signs.{number}"
        for key in _NEEDED:
            if not sign.get(key):
                self._problem(path, f"“{key}” is missing")
        if len(sign.get("says") or ()) < LEAST_SLOT_VALUES:
            self._problem(f"{path}.says", f"{len(sign.get('says') or ())} values, fewer than {LEAST_SLOT_VALUES}")
        self._unknown(sign, _FIELDS, f"{path}.")
        if sign.get("level") not in LEVELS:
            self._problem(f"{path}.level", f"one of {', '.join(LEVELS)}")
        if sign.get("level") == "emergency" and not str(sign.get("say")).startswith(FIRST_WORDS):
            self._problem(f"{path}.say", f"starts with “{FIRST_WORDS}”")
        kept = {key: sign.get(key, "") for key in ("id", "level", *_TEXTS)}
        return {**kept, **{key: True for key in _FLAGS if sign.get(key)}}

    def _in_order(self) -> None:
        levels = [LEVELS.index(sign["level"]) for sign in self.source["signs"] if sign.get("level") in LEVELS]
        if levels != sorted(levels):
            self._problem("signs", f"the signs stand in the order {', '.join(LEVELS)}")
        ids = [sign.get("id") for sign in self.source["signs"]]
        for number, name in enumerate(ids):
            if name in ids[:number]:
                self._problem(f"signs.{number}", f"the id “{name}” is used twice")

    def _unknown(self, written: Iterable[str], known: Phrase, inside: str = "") -> None:
        """Report what nothing reads, such as a misspelled "heard": it would be lost without a word."""
        for key in written:
            if key not in known:
                self._problem(f"{inside}{key}", f"unknown field “{key}”; the fields are {', '.join(known)}")

    # -- lists --------------------------------------------------------------------------------------------------

    def _known(self, spelling: Spelling) -> list[str]:
        """Return the words that would be taken for misspellings of others, and are not."""
        used = {word for variants in self.variants.values() for variant in variants for word in variant}
        return sorted(word for word in used | self.ignored | self._listed("ordinary") if spelling.meant(word) != word)

    def _symptoms(self) -> list[int]:
        """Return the groups across which a denial reaches in a list ("no fever, numb legs or ..."), and parts of the body."""
        listed = {*self.source["symptoms"], *self.source["denial"]["parts"].split()} - {self.source["special"]["gone"]}
        return sorted(number for name, number in self.numbers.items() if name in listed)

    def _parts(self) -> list[int]:
        """Return the groups of parts of the body; a denial reaches over them to the symptom ("no leg numbness")."""
        named = self.source["denial"]["parts"].split()
        return sorted(number for name, number in self.numbers.items() if name in named)

    def _lists(self) -> dict[str, str]:
        """Return the lists of single words by which denials, questions and people are told, as the function reads them."""
        lists = {
            **{key: self.source["denial"][key] for key in ("before", "through", "or")},
            **{
                key: self.source["people"][key]
                for key in ("people", "belongings", "asks", "how", "of_animals", "by_animals")
            },
            **{key: self.source[key] for key in ("openers", "fillers", "opening_verbs", "no_question")},
        }
        read = {key: (self._read(word, lean=False) for word in str(text).split()) for key, text in lists.items()}
        listed = {key: " ".join(sorted({phrase[0] for phrase in phrases})) for key, phrases in read.items()}
        return {**listed, "joined": " ".join(sorted(self.joined))}

    def _problem(self, path: str, message: str) -> None:
        self.problems.append((path, message))
