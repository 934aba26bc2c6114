"""What is wrong with the content, said so that an editor knows where to look and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Problem:
    """One thing an editor should mend."""

    file: str
    """Path from the project's root, with forward slashes."""
    line: int
    """Line in that file, counted from 1; 0 when the file as a whole is meant."""
    message: str
    """What is wrong, and what to do about it."""
    warning: bool = False
    """True when a release may still be built with it (``--strict`` makes it an error)."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {'warning: ' if self.warning else ''}{self.message}"


@dataclass
class Problems:
    """Everything found so far; finding one problem never hides the next."""

    found: list[Problem] = field(default_factory=list)

    def add(self, file: str, line: int, message: str, *, warning: bool = False) -> None:
        self.found.append(Problem(file, line, message, warning))

    def extend(self, more: Iterable[Problem]) -> None:
        self.found.extend(more)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.found if not problem.warning]

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(set(self.found)))

    def __bool__(self) -> bool:
        return bool(self.found)


class ContentError(Exception):
    """The content cannot be compiled; ``problems`` says why, file by file."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
