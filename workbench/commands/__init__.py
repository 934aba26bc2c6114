"""The subcommands of ``guide``, a module each: ``add`` declares its arguments, ``run`` carries it out."""

from __future__ import annotations

import sys

from workbench.compiler.content import ROOT


def progress(line: str) -> None:
    """Print a line of progress where it does not mix with results; a bar is drawn where somebody can see it move."""
    if not line.endswith("\r"):
        print(line, file=sys.stderr, flush=True)
    elif sys.stderr.isatty():
        print(line, end="", file=sys.stderr, flush=True)


def ensure_built() -> None:
    """Compile the content if the release is missing or older than what it is compiled from.

    Raises:
        SystemExit: with the content's problems printed, when it cannot be compiled.
    """
    from workbench.compiler.build import build, is_current
    from workbench.compiler.problems import ContentError

    if is_current(ROOT):
        return
    try:
        build(ROOT, progress, models=True)
    except ContentError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        progress("The content cannot be compiled until these are mended.")
        raise SystemExit(1) from None
