"""Byte code for a built function: of the modules that its answers need, and of nothing else.

Without byte code every cold start compiles what it imports, since Lambda's folder cannot be written to. With byte code
for everything the folder would be twice as big, and Lambda fetches it before each cold start. So the function is asked
everything in events/, and what it imports for that is compiled, never to be compared with its source again (PEP 552:
the folder does not change). Docstrings are left out: they are a third of the byte code of Amazon's models. So are columns,
a fifth of the rest: a traceback names the line, and does not point into it.

``sam build`` runs this with Python 3.13, so it imports nothing but the standard library; only the interpreter's own option
``-X no_debug_ranges`` leaves columns out (lambda/skill/Makefile).
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import py_compile
import sys
from collections.abc import Iterator
from pathlib import Path

# Where Lambda has the folder; tracebacks name it.
TASK = Path("/var/task")

# What would have the function refuse the events, or look for a content table.
_SETTINGS = ("SKILL_ID", "CONTENT_TABLE", "CONTENT_WITHDRAWN")

_WITHOUT_DOCSTRINGS = 2


def compile_needed(folder: Path, events: Path) -> int:
    """Compile what the function in ``folder`` imports to answer ``events``, and all of our own; return how many modules."""
    needed = {*imported(folder, events), *own(folder)}
    for source in needed:
        py_compile.compile(
            str(source),
            cfile=importlib.util.cache_from_source(str(source)),
            dfile=str(TASK / source.relative_to(folder)),
            doraise=True,
            optimize=_WITHOUT_DOCSTRINGS,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    return len(needed)


def imported(folder: Path, events: Path) -> Iterator[Path]:
    """Yield the files in ``folder`` that the function has imported once it has answered all of ``events``."""
    for setting in _SETTINGS:
        os.environ.pop(setting, None)
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder))
    import skill_function

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for event in sorted(events.glob("*.json")):
            skill_function.handler(json.loads(event.read_bytes()), None)
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and Path(file).is_relative_to(folder):
            yield Path(file)


def own(folder: Path) -> Iterator[Path]:
    """Yield our own modules in ``folder``: those that only a failure or the content table needs, too."""
    for package in ("alexa", "guide", "stores"):
        yield from (folder / package).rglob("*.py")


if __name__ == "__main__":
    compile_needed(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
