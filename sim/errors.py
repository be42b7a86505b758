"""The one family of errors. Every message names the place, the value, the rule and the mend.

Positional arguments only: an exception with keyword-only arguments cannot be pickled back from a worker process.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


class CcsimError(Exception):
    """Anything this package refuses to do; the command line turns it into exit code 1 or 2 without a traceback."""


class LawError(CcsimError, ValueError):
    """A law of durations with impossible parameters."""


class UsageError(CcsimError):
    """A wrong argument of a command or of a function of the Python API (exit code 2)."""


class ModelError(CcsimError):
    """A policy or a process asked the model for something impossible; the rule and the moment are named."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file: where it stands, what was read, which rule it breaks and how to mend it."""

    path: str
    value: object
    rule: str
    mend: str = ""

    def __str__(self) -> str:
        shown = "" if self.value is None else f" (read: {_short(self.value)})"
        mend = f"; {self.mend}" if self.mend else ""
        return literal(f"{shortened(self.path, 300)}: {self.rule}{shown}{mend}")


class ScenarioError(CcsimError):
    """All the problems of a scenario or experiment file at once (exit code 2)."""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(source, problems)
        self.source = source
        self.problems = problems

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{self.source}: {count} problem{'s' if count != 1 else ''}"
        return "\n".join([head, *(f"  {problem}" for problem in self.problems)])


def literal(text: str) -> str:
    """The text as one line that a terminal shows and does not obey: control and direction marks are spelt out."""
    return "".join(c if _visible(c) else c.encode("unicode_escape").decode() for c in text)


def _visible(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


def shortened(text: str, longest: int) -> str:
    """The text, its end left out where it is longer."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _short(value: object) -> str:
    return shortened(repr(value), 60)
