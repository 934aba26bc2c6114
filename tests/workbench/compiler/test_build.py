"""The whole line, from content to the files that are deployed and committed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from guide.release import Release
from tests.content_copies import ContentCopy
from workbench.compiler.build import RELEASE, SOURCES, build, compiled_signs, is_current, stale_models, trained
from workbench.compiler.content import PHRASES, ROOT, WARNING_SIGNS
from workbench.compiler.kept import CACHE
from workbench.compiler.problems import ContentError

FILES = (
    "content/en/answers/heat.md",
    "content/places.yaml",
    "interaction_model/intents.yaml",
    "lambda/skill/guide/words.py",
    "workbench/compiler/build.py",
    "workbench/embeddings/pretrained.npz",
)
"""What a small project is compiled from, in order."""

LOCALES = ("en-AU", "en-CA", "en-GB", "en-IN", "en-US")


def models(root: Path) -> list[Path]:
    return [root / "interaction_model" / f"{locale}.json" for locale in LOCALES]


@pytest.fixture
def trained_copy(buildable_copy: ContentCopy, tmp_path_factory: pytest.TempPathFactory) -> ContentCopy:
    """A buildable copy whose weights are kept already: those of the first test that trained them."""
    kept = tmp_path_factory.getbasetemp() / "kept-weights"
    if not kept.exists():
        content, _ = buildable_copy.load()
        trained(content)
        (buildable_copy.root / CACHE).rename(kept)
    (buildable_copy.root / CACHE).mkdir()
    for weights in kept.iterdir():
        (buildable_copy.root / CACHE / weights.name).write_bytes(weights.read_bytes())
    return buildable_copy


def weights_kept(copy: ContentCopy) -> Path:
    """The file of the weights, of which there must be one."""
    (weights,) = (copy.root / CACHE).glob("understanding-*")
    return weights


def test_release_and_models_are_written(trained_copy: ContentCopy) -> None:
    release = build(trained_copy.root)
    stored = json.loads((trained_copy.root / RELEASE).read_bytes())
    assert stored.pop("contents")
    assert stored == json.loads(json.dumps(release))
    assert Release(stored).understanding.read("does heat help a back spasm").outcome
    texts = {path.read_text(encoding="utf-8") for path in models(trained_copy.root)}
    assert len(texts) == 1
    assert json.loads(texts.pop())["interactionModel"]["languageModel"]["invocationName"] == "back spasm guide"
    assert stale_models(trained_copy.root) == []


def test_same_content_gives_the_same_bytes(trained_copy: ContentCopy) -> None:
    build(trained_copy.root)
    files = [trained_copy.root / RELEASE, *models(trained_copy.root)]
    before = [file.read_bytes() for file in files]
    for file in (trained_copy.root / CACHE).iterdir():
        file.unlink()
    build(trained_copy.root)
    assert [file.read_bytes() for file in files] == before


def test_model_that_is_as_it_should_be_is_not_touched(trained_copy: ContentCopy) -> None:
    build(trained_copy.root)
    for path in models(trained_copy.root):
        os.utime(path, (1, 1))
    build(trained_copy.root)
    assert {path.stat().st_mtime for path in models(trained_copy.root)} == {1}


def test_models_may_be_left_alone(trained_copy: ContentCopy) -> None:
    build(trained_copy.root, models=False)
    assert not any(path.exists() for path in models(trained_copy.root))


def test_progress_is_said(trained_copy: ContentCopy) -> None:
    said: list[str] = []
    release = build(trained_copy.root, said.append)
    assert said[0] == "Reading content …"
    assert said[-1] == f"Release {release['version']}: {len(release['answers'])} answers."


class TestStaleModels:
    def test_missing(self, content_copy: ContentCopy) -> None:
        assert stale_models(content_copy.root) == [
            content_copy.root / "interaction_model" / f"{locale}.json"
            for locale in ("en-US", "en-GB", "en-CA", "en-AU", "en-IN")
        ]

    def test_content_has_moved_on(self, trained_copy: ContentCopy) -> None:
        build(trained_copy.root)
        trained_copy.insert_after("heat", "ask:", "  - is a warm brick good for a back")
        assert sorted(stale_models(trained_copy.root)) == models(trained_copy.root)

    def test_changed_by_hand(self, trained_copy: ContentCopy) -> None:
        build(trained_copy.root)
        by_hand = models(trained_copy.root)[2]
        by_hand.write_text(
            by_hand.read_text(encoding="utf-8").replace("back spasm guide", "my guide"), encoding="utf-8"
        )
        assert stale_models(trained_copy.root) == [by_hand]

    def test_words_that_are_only_spoken_do_not_matter(self, trained_copy: ContentCopy) -> None:
        build(trained_copy.root)
        trained_copy.section("heat", "More", "Heat may help. [^fda-heat]")
        assert stale_models(trained_copy.root) == []


class TestErrors:
    def test_all_are_told_and_nothing_is_written(self, buildable_copy: ContentCopy) -> None:
        card = buildable_copy.section("heat", "Card", "It heals. [^fda-heat]")
        next_ = buildable_copy.replace_line("ice", "next:", "next: [heat, nowhere]")
        before = sorted(buildable_copy.root.rglob("*"))
        with pytest.raises(ContentError) as caught:
            build(buildable_copy.root)
        told = [str(problem) for problem in caught.value.problems]
        assert told[0].startswith(buildable_copy.said("heat", card, "the card says 'heals'"))
        assert told[1].startswith(buildable_copy.said("ice", next_, "'next' leads to 'nowhere'"))
        assert len(told) == 2
        assert str(caught.value) == "\n".join(told)
        assert sorted(buildable_copy.root.rglob("*")) == before

    def test_release_of_before_stays(self, buildable_copy: ContentCopy) -> None:
        (buildable_copy.root / RELEASE).write_text("the last good one")
        buildable_copy.write(PHRASES, "")
        with pytest.raises(ContentError):
            build(buildable_copy.root)
        assert (buildable_copy.root / RELEASE).read_text() == "the last good one"

    def test_warning_alone_does_not_keep_a_release_back(self, trained_copy: ContentCopy) -> None:
        trained_copy.replace_line("heat", "  due:", "  due: 2026-01-01")
        trained_copy.replace_line("heat", "  checked:", "  checked: 2025-01-01")
        assert build(trained_copy.root)["answers"]["heat"]


class TestWarningSigns:
    """What compiling the signs finds is told of at its line."""

    def told(self, content_copy: ContentCopy) -> list[str]:
        return content_copy.sign_problems()

    def test_as_they_are(self, buildable_copy: ContentCopy) -> None:
        assert self.told(buildable_copy) == []

    def test_group_that_is_not_there(self, buildable_copy: ContentCopy) -> None:
        line = buildable_copy.insert_after(WARNING_SIGNS, "    heard:", "      - NO-SUCH-GROUP ~ stopped breathing")
        assert self.told(buildable_copy) == [
            buildable_copy.said(WARNING_SIGNS, line, "there is no group NO-SUCH-GROUP")
        ]

    def test_unknown_level(self, buildable_copy: ContentCopy) -> None:
        line = buildable_copy.replace_line(WARNING_SIGNS, "    level:", "    level: urgent")
        assert self.told(buildable_copy) == [buildable_copy.said(WARNING_SIGNS, line, "one of emergency, today, soon")]

    def test_example_that_is_heard_as_nothing(self, buildable_copy: ContentCopy) -> None:
        line = buildable_copy.insert_after(WARNING_SIGNS, "    examples:", "      - what a lovely day")
        assert self.told(buildable_copy) == [
            buildable_copy.said(WARNING_SIGNS, line, "“what a lovely day” is heard as nothing")
        ]

    def test_harmless_line_that_is_heard_as_a_sign(self, buildable_copy: ContentCopy) -> None:
        line = buildable_copy.insert_after(WARNING_SIGNS, "harmless:", "  - he has stopped breathing")
        (told,) = self.told(buildable_copy)
        assert told.startswith(
            buildable_copy.said(WARNING_SIGNS, line, "“he has stopped breathing” is heard as not-breathing")
        )

    def test_what_follows_a_sign_of_the_wrong_shape_is_told_of_at_its_line(self, buildable_copy: ContentCopy) -> None:
        shapeless = buildable_copy.insert_after(WARNING_SIGNS, "signs:", "  - numb legs")
        line = buildable_copy.replace_line(WARNING_SIGNS, "    level:", "    level: urgent")
        read, compiled = self.told(buildable_copy)
        assert read.startswith(buildable_copy.said(WARNING_SIGNS, shapeless, "a sign needs an 'id'"))
        assert compiled == buildable_copy.said(WARNING_SIGNS, line, "one of emergency, today, soon")

    def test_value_that_alexa_cannot_take_is_left_to_the_check_of_lines(self, buildable_copy: ContentCopy) -> None:
        buildable_copy.insert_after(WARNING_SIGNS, "    says:", "      - 2 blue lips")
        assert self.told(buildable_copy) == []

    def test_no_signs_are_told_of_by_the_reader_alone(self, buildable_copy: ContentCopy) -> None:
        buildable_copy.write(WARNING_SIGNS, "")
        content, problems = buildable_copy.load()
        before = len(problems.found)
        assert compiled_signs(content, problems) == {}
        assert len(problems.found) == before == 1


class TestTraining:
    def test_weights_are_kept_and_used_again(self, trained_copy: ContentCopy) -> None:
        content, _ = trained_copy.load()
        kept = weights_kept(trained_copy)
        kept.write_text('{"these": "were kept"}')
        assert trained(content) == {"these": "were kept"}

    def test_spoken_words_do_not_matter(self, trained_copy: ContentCopy) -> None:
        trained_copy.section("heat", "More", "Heat may help. [^fda-heat]")
        content, _ = trained_copy.load()
        said: list[str] = []
        trained(content, said.append)
        assert said == []

    @pytest.mark.parametrize("kind", ["ours", "elsewhere"])
    def test_another_line_trains_anew_and_the_old_weights_go(self, trained_copy: ContentCopy, kind: str) -> None:
        old = weights_kept(trained_copy)
        if kind == "ours":
            trained_copy.insert_after("heat", "ask:", "  - is a warm brick good for a back")
        else:
            trained_copy.append("content/en/elsewhere.yaml", "added:\n- is a warm brick good for a house")
        content, problems = trained_copy.load()
        assert not problems
        said: list[str] = []
        weights = trained(content, said.append)
        assert len(said) == 1 and said[0].startswith("Training on ")
        new = weights_kept(trained_copy)
        assert new != old and json.loads(new.read_bytes()) == json.loads(json.dumps(weights))


class TestIsCurrent:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        """A project whose release is newer than everything else."""
        for file in (*FILES, RELEASE, f"{CACHE}/{SOURCES}"):
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(f"{name}\n" for name in FILES))
        for path in tmp_path.rglob("*"):
            os.utime(path, (100, 100))
        os.utime(tmp_path / RELEASE, (200, 200))
        return tmp_path

    def test_newer_than_everything(self, project: Path) -> None:
        assert is_current(project)

    def test_no_release(self, project: Path) -> None:
        (project / RELEASE).unlink()
        assert not is_current(project)

    @pytest.mark.parametrize("file", FILES)
    def test_something_was_changed(self, project: Path, file: str) -> None:
        os.utime(project / file, (300, 300))
        assert not is_current(project)

    @pytest.mark.parametrize("file", [*FILES, f"{CACHE}/{SOURCES}"])
    def test_something_was_taken_away(self, project: Path, file: str) -> None:
        (project / file).unlink()
        assert not is_current(project)

    def test_something_older_was_added(self, project: Path) -> None:
        path = project / "content/en/answers/ice.md"
        path.write_text("x")
        os.utime(path, (100, 100))
        assert not is_current(project)

    def test_another_file_does_not_matter(self, project: Path) -> None:
        (project / "README.md").write_text("x")
        assert is_current(project)

    @pytest.mark.parametrize("folder", ["workbench/compiler", "workbench/embeddings", "lambda/skill/guide"])
    def test_byte_code_does_not_matter(self, project: Path, folder: str) -> None:
        # A clone has none, and who runs the first test makes it.
        (project / folder).mkdir(parents=True, exist_ok=True)
        (project / folder / "__pycache__").mkdir()
        (project / folder / "__pycache__" / "words.cpython-313.pyc").write_bytes(b"x")
        assert is_current(project)


def test_the_release_of_this_project_is_current_after_a_build(built: Path) -> None:
    assert is_current(ROOT)
