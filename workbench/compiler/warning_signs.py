"""From ``content/en/warning_signs.yaml`` to what ``guide.warning_signs.WarningSigns`` reads.

The header of that file teaches the pattern language. Here its word groups are written out into one tree of phrases, and
each pattern becomes a rule: groups that have to stand near each other, groups that only have to be there, and groups
that must not. Everything slow happens here, so that the function has nothing to build when it starts.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from guide.warning_signs import LEVELS, WarningSigns
from guide.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NEAR = 2
"""Other words that may stand between the two sides of ``~`` and of ``>``."""
FAR = 6
"""Other words that may stand between the two sides of ``~~`` and of ``>>``."""
FRAME = 9
"""Other words that a question may hold between its parts ("can ... cause", "is ... a warning sign")."""

_MOST_VARIANTS = 6_000
_MOST_SLOT_CHARACTERS = 140
_LEAST_SLOT_VALUES = 8
_FUZZY_LETTERS = 6

_TEXTS = ("name", "say", "if_asked")
_NAME = re.compile(r"[A-Z][A-Z0-9-]+")
_SLOT_VALUE = re.compile(r"[a-z' ]+")
_PIECE = re.compile(r"\(([^()]*)\)|([^\s()]+)")
_ANY = "+"
_OPENING = "^"
_ADJACENT = 0
_LINKS = {">": NEAR, ">>": FAR, "~": -NEAR, "~~": -FAR}

Problems = list[tuple[str, str]]
"""Where in the YAML (keys and list indexes joined by dots), and what is wrong there."""


class WarningSignsError(ValueError):
    """The source cannot be compiled; ``problems`` says what is wrong, and where."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("; ".join(f"{path}: {message}" for path, message in problems))
        self.problems = problems


def compile_warning_signs(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return the compiled form of ``source`` (the parsed YAML), ready for JSON and for ``WarningSigns``.

    Raises ``WarningSignsError`` with every problem that was found.
    """
    compiler = _Compiler(source)
    compiled = compiler.compiled()
    if compiler.problems:
        raise WarningSignsError(compiler.problems)
    return compiled


def misheard(compiled: Mapping[str, Any], source: Mapping[str, Any]) -> Problems:
    """Return the authored lines that are not heard as written.

    Each ``says`` value, in the carriers that Alexa uses for it, and each example has to be heard as its own
    sign or as one that the file lists before it, so that what Alexa's ears catch and what the function hears never
    differ; each line of ``harmless`` has to be heard as nothing.
    """
    signs = WarningSigns(compiled)
    problems: Problems = []
    urgency = {sign["id"]: number for number, sign in enumerate(source["signs"])}
    for number, sign in enumerate(source["signs"]):
        for path, line, asked in _authored(number, sign):
            found = signs.find(line)
            heard = "nothing" if found is None else f"{found.sign}{', asked about' if found.asked else ''}"
            if found is None or found.asked != asked or urgency[found.sign] > number:
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
        self.endings: list[list[str]] = [[e, m] for e, m in source.get("endings", {}).items()]
        self.ignored = frozenset(str(source.get("ignored", "")).replace(",", " ").split())
        self.joined = frozenset(str(source.get("joined_with_not", "")).split())
        self.groups: dict[str, int] = {}
        self.variants: dict[str, list[tuple[str, ...]]] = {}
        self.texts: dict[str, tuple[str, str]] = {}
        self.named: set[str] = set()
        self.deniable: set[int] = set()
        self._spellings()

    # -- words --------------------------------------------------------------------------------------------------

    def _spellings(self) -> None:
        for word, others in self.source.get("same", {}).items():
            for other in str(others).split():
                if other in self.same:
                    self._problem(f"same.{word}", f"“{other}” is already read as “{self.same[other]}”")
                self.same[other] = str(word)

    def _read(self, phrase: str, *, lean: bool = True) -> tuple[str, ...]:
        """Bring a phrase to the form in which the function sees it; see ``WarningSigns._read``."""
        full: list[str] = []
        for token in words(phrase):
            for word in self._spelled(token):
                if word == "not" and full and full[-1] in self.joined:
                    full[-1] += "not"
                else:
                    full.append(word)
        return tuple(w for w in full if not lean or w not in self.ignored)

    def _spelled(self, token: str) -> list[str]:
        if token in self.same:
            return self.same[token].split()
        if "'" in token:
            for ending, meaning in self.endings:
                if token.endswith(ending):
                    return [*self._spelled(token[: -len(ending)]), *meaning.split()]
            return self._spelled(token.replace("'", ""))
        return [token]

    # -- groups -------------------------------------------------------------------------------------------------

    def _group(self, name: str) -> int:
        return self.groups.setdefault(name, len(self.groups))

    def _collect(self, section: str) -> None:
        for name, text in (self.source.get(section) or {}).items():
            path = f"{section}.{name}"
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                self._problem(path, "a group's name is two or more capitals, digits and hyphens")
            elif name in self.texts:
                self._problem(path, "this group is defined twice")
            else:
                self.named.add(name)
                self.texts[name] = (path, str(text))

    def _expanded(self, name: str, trail: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        """Return every phrase of a group, with the groups inside it written out."""
        if name in self.variants:
            return self.variants[name]
        path, text = self.texts[name]
        if name in trail:
            self._problem(path, f"{name} is defined by itself")
            return []
        phrases: dict[tuple[str, ...], None] = {}
        for phrase in text.split(","):
            for variant in self._phrase(phrase, path, (*trail, name)):
                phrases[variant] = None
        if len(phrases) > _MOST_VARIANTS:
            self._problem(
                path, f"{len(phrases)} phrases, more than {_MOST_VARIANTS}; use + or ~ in the pattern instead"
            )
        self.variants[name] = list(phrases)
        return self.variants[name]

    def _phrase(self, phrase: str, path: str, trail: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        """Write out the options, alternatives and groups of one phrase."""
        if phrase == _OPENING:
            return [(_OPENING,)]
        lean = path[:6] != "asking"
        slots: list[list[tuple[str, ...]]] = []
        for optional, plain in _PIECE.findall(phrase):
            slot = [
                variant for choice in (optional or plain).split("/") for variant in self._choice(choice, path, trail)
            ]
            slots.append([*slot, ()] if optional else slot)
        # Joined to text again before it is read: "can not" only becomes one word once its parts stand side by side.
        read = (
            self._read(" ".join(itertools.chain(*parts)), lean=path[:6] != "asking")
            for parts in itertools.product(*slots)
        )
        found = list(dict.fromkeys(variant for variant in read if variant))
        last = phrase.split()[-1] if phrase.split() else ""
        if found and lean and not set("/()") & set(last) and last not in self.named and not self._read(last):
            self._problem(path, f"the last word of “{phrase.strip()}” is an ignored one: it does not count")
        if not found and phrase.strip():
            self._problem(path, f"nothing is left of “{phrase.strip()}” once the ignored words are dropped")
        return found

    def _choice(self, choice: str, path: str, trail: tuple[str, ...]) -> list[tuple[str, ...]]:
        if choice in self.named:
            return self._expanded(choice, trail)
        if _NAME.fullmatch(choice):
            self._problem(path, f"there is no group {choice}")
        elif choice != choice.lower():
            self._problem(path, f"“{choice}” is neither a group nor lower case")
        return [tuple(choice.split())]

    # -- patterns -----------------------------------------------------------------------------------------------

    def _pattern(self, line: str, path: str) -> tuple[list[list[int]], list[int]]:
        """Return the chains and the excluded groups of one pattern line."""
        wanted, *unwanted = re.split(r"\s-\s", f" {line} ")
        chains = [self._chain(part, path) for part in wanted.split(_ANY) if part.strip()]
        excluded = [self._term(part.strip(), path) for part in unwanted]
        return chains, excluded

    def _chain(self, text: str, path: str) -> list[int]:
        chain: list[int] = []
        link = _ADJACENT
        literal: list[str] = []

        def close() -> None:
            if literal:
                add(self._term(" ".join(literal), path))
                literal.clear()

        def add(group: int) -> None:
            nonlocal link
            if chain:
                chain.append(link)
            chain.append(group)
            link = _ADJACENT

        for piece in re.findall(r"\([^()]*\)|\S+", text):
            if piece in _LINKS:
                close()
                link = _LINKS[piece]
            elif piece in self.named or piece == _OPENING:
                close()
                add(self._term(piece, path))
            else:
                literal.append(piece)
        close()
        return chain

    def _term(self, text: str, path: str) -> int:
        """Return the group that ``text`` names, or a nameless group that is made of its words."""
        if text not in self.texts:
            self.texts[text] = (path, text)
        return self._group(text)

    # -- the whole ----------------------------------------------------------------------------------------------

    def compiled(self) -> dict[str, Any]:
        """Return the compiled form; look at ``problems`` before using it."""
        for section in ("words", "symptoms", "asking_words"):
            self._collect(section)
        special = {key: self._term(name, f"special.{key}") for key, name in self.source["special"].items()}
        signs, rules = [], []
        for number, sign in enumerate(self.source["signs"]):
            signs.append(self._sign(number, sign))
            rules.extend(self._rules(number, sign))
        frame_rules = [
            [supposed, [FRAME if i % 2 and link else link for i, link in enumerate(chain)]]
            for supposed, key in enumerate(("asking", "supposing"))
            for i, line in enumerate(self.source.get(key, ()))
            for chain in self._pattern(line, f"asking.{key}.{i}")[0]
        ]
        self._in_order()
        self._slot_values()
        frame_groups = {g for _, chain in frame_rules for g in chain[::2]}
        phrases = self._tree(g for g in self.groups.values() if g not in frame_groups)
        frames = self._tree(iter(sorted(frame_groups)))
        self.deniable = {g for name, g in self.groups.items() if name not in self.source["words"]}
        named = {*self.source["symptoms"], *self.source["denial"]["parts"].split()} - {self.source["special"]["gone"]}
        rules_of: dict[str, list[int]] = {}
        for number, rule in enumerate(rules):
            rules_of.setdefault(str(self._rarest(rule[2])), []).append(number)
        return {
            "signs": signs,
            "same": self.same,
            "endings": self.endings,
            "known": self._known(),
            "near": self._near(),
            "phrases": phrases,
            "frames": frames,
            "rules": rules,
            "rules_of": rules_of,
            "frame_rules": frame_rules,
            "deniable": sorted(self.deniable),
            "symptoms": sorted(g for name, g in self.groups.items() if name in named),
            "special": special,
            "through": self._through(),
            "people": self._people(),
            **{key: self._listed(key) for key in ("openers", "fillers", "opening_verbs", "no_question")},
        }

    def _sign(self, number: int, sign: Mapping[str, Any]) -> dict[str, Any]:
        path = f"signs.{number}"
        for key in ("id", "level", *_TEXTS, "says", "heard", "sources"):
            if not sign.get(key):
                self._problem(path, f"“{key}” is missing")
        if sign.get("level") not in LEVELS:
            self._problem(f"{path}.level", f"one of {', '.join(LEVELS)}")
        if sign.get("level") == "emergency" and not str(sign.get("say")).startswith(
            "Call {emergency} now, or your local"
        ):
            self._problem(f"{path}.say", "starts with “Call {emergency} now, or your local emergency number.”")
        kept = {key: sign.get(key, "") for key in ("id", "level", *_TEXTS)}
        return {**kept, **{key: True for key in ("needs_back", "only_told") if sign.get(key)}}

    def _rules(self, number: int, sign: Mapping[str, Any]) -> Iterator[list[Any]]:
        for key in ("heard", "heard_when_asked"):
            for i, line in enumerate(sign.get(key) or ()):
                chains, excluded = self._pattern(str(line), f"signs.{number}.{key}.{i}")
                needed = sorted({g for chain in chains for g in chain[::2]})
                yield [number, int(key == "heard_when_asked"), needed, chains, excluded]

    def _in_order(self) -> None:
        levels = [LEVELS.index(sign["level"]) for sign in self.source["signs"] if sign.get("level") in LEVELS]
        if levels != sorted(levels):
            self._problem("signs", f"the signs stand in the order {', '.join(LEVELS)}")

    def _slot_values(self) -> None:
        seen: dict[str, str] = {}
        ids: set[str] = set()
        for number, sign in enumerate(self.source["signs"]):
            path = f"signs.{number}"
            if sign.get("id") in ids:
                self._problem(path, f"the id “{sign.get('id')}” is used twice")
            ids.add(sign.get("id"))
            values = sign.get("says") or ()
            if len(values) < _LEAST_SLOT_VALUES:
                self._problem(f"{path}.says", f"{len(values)} values, fewer than {_LEAST_SLOT_VALUES}")
            for i, value in enumerate(values):
                here = f"{path}.says.{i}"
                if not _SLOT_VALUE.fullmatch(str(value)) or len(str(value)) > _MOST_SLOT_CHARACTERS:
                    self._problem(here, "lower-case letters, spaces and apostrophes only, at most 140 characters")
                if value in seen:
                    self._problem(here, f"“{value}” is also in {seen[value]}")
                seen[value] = here

    def _rarest(self, needed: list[int]) -> int:
        """Return the group by which a rule is found: the one with the fewest phrases is seldom there in vain."""
        names = {number: name for name, number in self.groups.items()}
        return min(needed, key=lambda g: (names[g] in ("BACK", "PAIN", "CANNOT"), g))

    def _tree(self, groups: Iterator[int]) -> dict[str, Any]:
        names = {number: name for name, number in self.groups.items()}
        tree: dict[str, Any] = {}
        for group in groups:
            for variant in self._expanded(names[group]):
                node: dict[str, Any] = {"": tree}
                children = tree
                for word in variant:
                    node = children.setdefault(word, {})
                    children = node
                ends = node.setdefault("", [])
                if group not in ends:
                    ends.append(group)
        return tree

    # -- lists of words -----------------------------------------------------------------------------------------

    def _vocabulary(self) -> set[str]:
        return {word for variants in self.variants.values() for variant in variants for word in variant}

    def _known(self) -> dict[str, int]:
        ordinary = set(str(self.source.get("ordinary", "")).split())
        known = dict.fromkeys(sorted(self._vocabulary() | ordinary | {j + "not" for j in self.joined}), 1)
        known.update(dict.fromkeys(sorted(self.ignored), 0))
        return known

    def _near(self) -> dict[str, str]:
        """Return each long symptom word under itself less one letter, so that one wrong letter is forgiven."""
        near: dict[str, str] = {}
        known = self._known()
        targets = str(self.source.get("often_misspelled", "")).split()
        for word in (w for w in targets if len(w) >= _FUZZY_LETTERS):
            meant = self.same.get(word, word)
            for shorter in [word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))]:
                if shorter == word or (shorter not in known and shorter not in self.same):
                    near.setdefault(shorter, meant)
        return {short: meant for short, meant in near.items() if " " not in meant}

    def _through(self) -> dict[str, int]:
        denial = self.source["denial"]
        through: dict[str, int] = {}
        for kind, key in ((1, "through"), (3, "or"), (2, "before")):
            through.update({self._read(w, lean=False)[0]: kind for w in denial[key].split()})
        return dict(sorted(through.items()))

    def _people(self) -> dict[str, int]:
        people: dict[str, int] = {}
        for kind, key in ((3, "asks"), (2, "belongings"), (1, "words")):
            for word in self.source["people"][key].split():
                people[self._read(word, lean=False)[0]] = kind
        return dict(sorted(people.items()))

    def _listed(self, key: str) -> dict[str, int]:
        return dict.fromkeys(str(self.source[key]).split(), 1)

    def _problem(self, path: str, message: str) -> None:
        self.problems.append((path, message))
