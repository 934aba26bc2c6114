"""Training goes on from a network that was trained before, as far as that is about the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from guide.understanding import Hints, Understanding, units
from tests.hints import hints
from workbench.compiler.features import BUCKETS, Features, Lines
from workbench.compiler.network import RATE, TUNED_RATE, beginning
from workbench.compiler.pretrained import Pretrained
from workbench.compiler.problems import ContentError
from workbench.compiler.training import Alarms, train
from workbench.embeddings import word_vectors

LINES = [f"{one} {other}" for one in ("heat", "ice", "sofa") for other in ("for my back", "does it help", "how long")]
EXAMPLES = [(line, "heat" if "heat" in line else "ice" if "ice" in line else "sitting") for line in LINES]
ELSEWHERE = {"body": ["what helps my knee", "why does my toe hurt"], "general": ["what time is it", "play music"]}
HINTS = hints(subject="back", questions="does how what why")
UNITS = ["heat", "ice", "gone", "for my"]
CLASSES = ["ice", "heat", "sitting", "body", "general", "an-answer-that-is-no-more"]


def held(classes: list[str] = CLASSES, signs: tuple[str, ...] = ("urgent",)) -> Pretrained:
    inputs = BUCKETS + len(UNITS), word_vectors()[1].shape[1]
    network = beginning(np.random.default_rng(1), inputs, len(classes) + len(signs))
    return Pretrained(UNITS, classes, signs, network._replace(bias=np.arange(len(network.bias), dtype=np.float32)))


def features() -> Features:
    lines = Lines(units(line.split(), Hints.of(HINTS)) for line in LINES * 3)
    return Features(lines, len(LINES) * 3)


def test_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = held()
    written.write(tmp_path / "pretrained.npz")
    found = Pretrained.read(tmp_path / "pretrained.npz")
    assert (list(found.units), list(found.classes), list(found.signs)) == (UNITS, CLASSES, ["urgent"])
    for one, other in zip(found.network, written.network, strict=True):
        np.testing.assert_allclose(one, other, atol=0.002)


@pytest.mark.parametrize("held_bytes", [b"", b"PK", b"version https://git-lfs"])
def test_a_damaged_file_is_named(tmp_path: Path, held_bytes: bytes) -> None:
    path = tmp_path / "pretrained.npz"
    path.write_bytes(held_bytes)
    with pytest.raises(ContentError, match=r"workbench/embeddings/pretrained\.npz: .*git checkout"):
        Pretrained.read(path)


def test_half_a_file_is_named_too(tmp_path: Path) -> None:
    path = tmp_path / "pretrained.npz"
    held().write(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ContentError, match=r"pretrained\.npz"):
        Pretrained.read(path)


class TestStart:
    def test_what_it_knows_stands_where_it_belongs_now(self) -> None:
        known, before = features(), held()
        start = before.start(known, ["heat", "ice", "sitting", "body", "general"], ["urgent"], 3)
        assert start is not None
        assert start.network.bias.tolist() == [1, 0, 2, 3, 4, 6]
        np.testing.assert_array_equal(start.network.outward[:, 0], before.network.outward[:, 1])
        row = BUCKETS + known.known.index("ice")
        np.testing.assert_array_equal(start.network.inward[row], before.network.inward[BUCKETS + 1])
        np.testing.assert_array_equal(start.network.inward[:BUCKETS], before.network.inward[:BUCKETS])
        assert not start.new_rows[row] and not start.new_scores.any()

    def test_what_is_new_learns_as_if_nothing_had_been_there(self) -> None:
        known = features()
        many = [f"answer-{i}" for i in range(10)]
        start = held(many).start(known, [*many, "new-answer"], ["new-sign"], 3)
        assert start is not None
        assert start.new_scores.tolist() == [False] * 10 + [True, True]
        rates = start.rates()
        assert rates.outward[0, -1] == np.float32(RATE) and rates.bias[0] < RATE / 10
        unheard = BUCKETS + known.known.index("back")
        assert start.new_rows[unheard]
        assert rates.inward[unheard, 0] == np.float32(RATE)
        assert rates.inward[0, 0] == np.float32(TUNED_RATE)

    def test_of_another_guide_it_is_left_aside(self) -> None:
        assert held(["aura", "triptans", "body", "general"]).start(features(), ["heat", "ice", "body"], [], 3) is None


class TestTraining:
    def test_without_anything_in_common_the_model_is_the_same(self) -> None:
        other = held(["aura", "triptans", "migraine"])
        assert train(EXAMPLES, ELSEWHERE, HINTS, pretrained=other) == train(EXAMPLES, ELSEWHERE, HINTS)

    def test_authored_lines_keep_their_answers(self) -> None:
        """Whatever the network took them for before."""
        wrong = held()
        wrong.network.bias[: len(CLASSES)] = [9, 0, 0, 0, 0, 0]
        model = Understanding(train(EXAMPLES, ELSEWHERE, HINTS, pretrained=wrong))
        assert [model.read(line).answers for line, _ in EXAMPLES] == [(answer,) for _, answer in EXAMPLES]

    def test_a_sign_that_it_does_not_know_is_learned(self) -> None:
        told = [f"{who} {what}" for who in ("i", "he", "she") for what in ("cannot breathe", "turned blue")]
        alarms = Alarms({"new-sign": told * 3}, ["my back turned out fine", "it is a blue pad"] * 9)
        model = Understanding(train(EXAMPLES, ELSEWHERE, HINTS, alarms, held()))
        assert model.sounds_like("my wife turned blue and cannot breathe") == "new-sign"

    def test_the_same_network_gives_the_same_bytes(self) -> None:
        assert train(EXAMPLES, ELSEWHERE, HINTS, pretrained=held()) == train(
            EXAMPLES, ELSEWHERE, HINTS, pretrained=held()
        )

    def test_it_is_not_changed_itself(self) -> None:
        before, fresh = held(), held()
        train(EXAMPLES, ELSEWHERE, HINTS, pretrained=before)
        assert all(np.array_equal(one, other) for one, other in zip(before.network, fresh.network, strict=True))
