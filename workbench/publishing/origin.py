"""Who publishes, when, and from which commit, as far as it is known."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from workbench.compiler.content import ROOT
from workbench.publishing import Origin, now

_GIT_SECONDS = 10


def origin(root: Path = ROOT) -> Origin:
    """Return the origin of what is published now.

    Who: ``$GUIDE_WHO``, or git's user, or nobody. The commit is that of ``root``, with ``+changes`` when the content
    there differs from it.
    """
    who = os.environ.get("GUIDE_WHO") or _git(root, "config", "user.name")
    commit = _git(root, "rev-parse", "--short=12", "HEAD")
    changed = commit and _git(root, "status", "--porcelain", "--", "content", "interaction_model")
    return Origin(who, now(), f"{commit}+changes" if changed else commit)


def said(origin: Origin) -> str:
    """Return ``origin`` in a few words."""
    parts = [
        origin.when.replace("T", " ").replace("Z", " UTC"),
        origin.who,
        f"from {origin.commit}" if origin.commit else "",
    ]
    return ", ".join(part for part in parts if part)


def _git(root: Path, *arguments: str) -> str:
    try:
        command = ["git", *arguments]
        ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=_GIT_SECONDS)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
