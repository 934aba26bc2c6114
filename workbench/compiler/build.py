"""The whole line: content → checks → warning signs and trained weights → release and interaction models."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from workbench.compiler import ranking
from workbench.compiler.checks import check_content
from workbench.compiler.content import INTENTS, ROOT, WARNING_SIGNS, Content, load_content
from workbench.compiler.interaction_model import compile_model, frames, meanings, model_paths, model_text
from workbench.compiler.kept import CACHE, kept
from workbench.compiler.pretrained import Pretrained
from workbench.compiler.problems import ContentError, Problem, Problems
from workbench.compiler.release import compile_release, write_release
from workbench.compiler.training import Alarms, digest, train
from workbench.compiler.warning_signs import WarningSignsError, compile_warning_signs, misheard
from workbench.embeddings import PRETRAINED, VECTORS
from workbench.progress import Say, quiet
from workbench.standin import ears

RELEASE = "lambda/skill/release.json"
SOURCES = "sources"  # in CACHE: what the release was compiled from, a line for each file


def build(root: Path = ROOT, say: Say = quiet, *, models: bool = True) -> dict[str, Any]:
    """Compile ``content/`` under ``root`` into the bundled release and the interaction models; return the release.

    Raises:
        ContentError: with every error found; nothing is written then.
    """
    say("Reading content …")
    content, problems = load_content(root, say)
    problems.extend(check_content(content, datetime.date.today()))
    signs = compiled_signs(content, problems)
    if problems.errors:
        raise ContentError(problems)
    release = compile_release(content, signs, trained(content, say))
    write_release(release, root / RELEASE)
    (root / CACHE / SOURCES).write_text(_names(root, _sources(root)), encoding="utf-8")
    if models:
        text = model_text(compile_model(content))
        for path in model_paths(root, content):
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
    say(f"Release {release['version']}: {len(content.answers)} answers.")
    return release


def compiled_signs(content: Content, problems: Problems) -> dict[str, Any]:
    """Return the compiled warning signs; what is wrong with them, or not heard as written, is added to ``problems``."""
    if not content.signs:
        return {}
    try:
        signs = compile_warning_signs(content.signs)
    except WarningSignsError as error:
        problems.extend(_at_lines(content, error.problems))
        return {}
    problems.extend(_at_lines(content, misheard(signs, content.signs)))
    return signs


def _at_lines(content: Content, found: Iterable[tuple[str, str]]) -> Iterable[Problem]:
    for path, message in found:
        keys = [int(key) if key.isdigit() else key for key in path.split(".")]
        yield Problem(WARNING_SIGNS, content.lines[WARNING_SIGNS](*keys), message)


def trained(content: Content, say: Say = quiet) -> dict[str, Any]:
    """Return the weights trained on ``content``; they are kept, and trained anew only when what they learn from changes."""
    examples, elsewhere, hints = content.examples(), content.elsewhere, content.hints()
    alarms = Alarms.of(content)
    many = len(content.answers) > ranking.DENSE_MOST
    name = sha256((ranking.digest if many else digest)(examples, elsewhere, hints, alarms).encode())
    name.update(repr(frames(content)).encode() + Path(ears.__file__).read_bytes())

    def make() -> dict[str, Any]:
        say(f"Training on {len(examples):,} lines of ours and {sum(map(len, elsewhere.values())):,} of elsewhere …")
        reached = reaching(content)
        ours, others, sounds = as_they_reach(content, reached)
        if many:
            return ranking.rank(ours, others, hints, sounds, say)
        return train(ours, others, hints, sounds, Pretrained.read(PRETRAINED))

    return dict(kept(content.root, "understanding", name.hexdigest(), make))


def as_they_reach(
    content: Content, reached: Callable[[str], str]
) -> tuple[list[tuple[str, str]], dict[str, list[str]], Alarms]:
    """Return the examples of ``content``, its lines of elsewhere, and its alarms, each line as it has ``reached`` the function."""
    ours = [(reached(line), answer) for line, answer in content.examples()]
    elsewhere = {group: list(map(reached, lines)) for group, lines in content.elsewhere.items()}
    return ours, elsewhere, Alarms.of(content).each(reached)


def reaching(content: Content) -> Callable[[str], str]:
    """Return what reaches the function when somebody says a line in free words.

    Alexa keeps the words of a carrier phrase to itself, and the function reads those of its frame in their place: that is all
    that a model ever sees of a line, so that is what it learns.
    """
    return ears.free_text(ears.Ears(compile_model(content)), meanings(content))


def stale_models(root: Path = ROOT) -> list[Path]:
    """Return the committed interaction models that are not what the content gives."""
    content, _ = load_content(root)
    text = model_text(compile_model(content))
    return [p for p in model_paths(root, content) if not p.exists() or p.read_text(encoding="utf-8") != text]


def is_current(root: Path = ROOT) -> bool:
    """True when the bundled release is newer than everything that it is compiled from, and none of it was taken away."""
    release, listed = root / RELEASE, root / CACHE / SOURCES
    if not release.exists() or not listed.exists():
        return False
    sources, built = _sources(root), release.stat().st_mtime
    return listed.read_text(encoding="utf-8") == _names(root, sources) and all(
        path.stat().st_mtime <= built for path in sources
    )


def _sources(root: Path) -> list[Path]:
    """Return every file that a release is compiled from, the code that does it among them."""
    return sorted(
        [
            *(root / "content").rglob("*.md"),
            *(root / "content").rglob("*.yaml"),
            *(root / "workbench" / "compiler").rglob("*.py"),
            *(root / "lambda" / "skill" / "guide").rglob("*.py"),
            *(root / "workbench" / "embeddings").glob(PRETRAINED.name),
            *(root / "workbench" / "embeddings").glob(VECTORS.name),
            *root.glob(INTENTS),
        ]
    )


def _names(root: Path, sources: Iterable[Path]) -> str:
    return "".join(f"{path.relative_to(root).as_posix()}\n" for path in sources)
