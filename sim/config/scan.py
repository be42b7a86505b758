"""The trust boundary: what a scenario file may not hold is refused here, before anything is composed or
written.

A YAML file handed to Hydra can name classes, set callbacks, read the environment or blow up through
aliases. This pass looks at the parser's events only: it builds nothing and recurses nowhere. Values are
judged later, by the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml  # type: ignore[import-untyped]

from sim.errors import Problem

LARGEST_FILE = 1_000_000
DEEPEST = 40
MOST_NODES = 100_000
_PACKAGE = re.compile(r"^\s*#\s*@package\b", re.MULTILINE)
CODE_KEYS = frozenset({"_target_", "_partial_", "_recursive_", "_convert_", "_args_"})
_HYDRA_KEYS = frozenset({"hydra", "defaults"})
_DATA = "a scenario is data and never names code"
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scanned:
    """The events of a file, and what is wrong with it; with problems the events may be incomplete."""

    events: tuple[Any, ...]
    problems: tuple[Problem, ...]


def scan(content: bytes, source: str) -> Scanned:
    """Check the bytes of one YAML file called `source`; every finding is a Problem with `source:line`."""
    if len(content) > LARGEST_FILE:
        return _refused(source, None, f"a file is at most {LARGEST_FILE} bytes", _LONG)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return _refused(f"{source}:{line}", None, "not UTF-8 text", "save the file as UTF-8")
    return _scan_text(text, source)


_LONG = "move curves, rosters and lists into CSV files"


def _refused(path: str, value: object, rule: str, mend: str) -> Scanned:
    return Scanned((), (Problem(path, value, rule, mend),))


def _scan_text(text: str, source: str) -> Scanned:
    problems = list(_packages(text, source))
    events: list[Any] = []
    watch = _Watch(source)
    try:
        for event in yaml.parse(text, Loader=_PARSER):
            events.append(event)
            problems.extend(watch.see(event))
            if watch.gave_up:
                break
    except yaml.YAMLError as error:
        problems.append(_syntax(error, text, source))
    return Scanned(tuple(events), tuple(problems))


def _packages(text: str, source: str) -> Iterator[Problem]:
    for match in _PACKAGE.finditer(text):
        line = text[: match.start()].count("\n") + 1 + match.group().count("\n")
        rule = "a Hydra package line could place this file anywhere in the configuration"
        yield Problem(f"{source}:{line}", match.group().strip(), rule, "take the line out; none is needed")


def _syntax(error: yaml.YAMLError, text: str, source: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed")
    row = text[: getattr(error, "position", 0)].count("\n") if mark is None else mark.line
    written = text.splitlines()[row] if row < len(text.splitlines()) else ""
    return Problem(f"{source}:{row + 1}", None, f"not valid YAML: {said}", _syntax_mend(said, written))


def _syntax_mend(said: str, written: str) -> str:
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return "indent with spaces, never with tabs"
    if "mapping values are not allowed" in said:
        return "put quotes around a text that holds a colon, and check the indentation of this line"
    if "control characters" in said or "special characters" in said:
        return "take the invisible control character out"
    if "undefined alias" in said:
        return "write the value itself, or name an anchor that stands above"
    return "check quotes, brackets and indentation on this line and the one before"


class _Watch:
    """Follows the nesting of events and says what is not allowed; sizes count every alias in full."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.gave_up = False
        self.nodes = 0
        self.sizes: dict[str, int] = {}
        self.open: list[_Level] = []

    def see(self, event: Any) -> Iterator[Problem]:
        if isinstance(event, yaml.AliasEvent):
            yield from self._alias(event)
        elif isinstance(event, yaml.ScalarEvent):
            yield from self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            yield from self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()

    def _alias(self, event: Any) -> Iterator[Problem]:
        if any(level.anchor == event.anchor for level in self.open):
            self.gave_up = True
            yield self._problem(event, f"*{event.anchor}", "an alias that holds itself", "write the value out")
        self._count(self.sizes.get(event.anchor, 1))
        yield from self._too_many(event)
        self._place()

    def _scalar(self, event: Any) -> Iterator[Problem]:
        yield from self._tag(event)
        if "${" in event.value:
            rule = f"interpolations such as ${{oc.env:…}} are not read; {_DATA}"
            yield self._problem(event, event.value, rule, "write the value itself")
        if self._place():
            yield from self._key(event)
        self._count(1)
        if event.anchor:
            self.sizes[event.anchor] = 1
        yield from self._too_many(event)

    def _start(self, event: Any) -> Iterator[Problem]:
        yield from self._tag(event)
        self._place()
        self._count(1)
        self.open.append(_Level(isinstance(event, yaml.MappingStartEvent), event.anchor, self.nodes - 1))
        if len(self.open) > DEEPEST:
            self.gave_up = True
            yield self._problem(event, None, f"nested deeper than {DEEPEST} levels", "flatten this part")

    def _end(self) -> None:
        level = self.open.pop()
        if level.anchor:
            self.sizes[level.anchor] = self.nodes - level.before

    def _place(self) -> bool:
        """Whether the node that begins now is a key of a mapping."""
        if not self.open or not self.open[-1].mapping:
            return False
        level = self.open[-1]
        level.at_key = not level.at_key
        return not level.at_key

    def _key(self, event: Any) -> Iterator[Problem]:
        if event.value in CODE_KEYS:
            yield self._problem(event, event.value, f"this key would build an object; {_DATA}", "take it out")
        elif (event.value in _HYDRA_KEYS and len(self.open) == 1) or event.value.startswith("hydra/"):
            rule = "this key would change the program's own configuration"
            yield self._problem(event, event.value, rule, "take it out; set such things on the command line")

    def _tag(self, event: Any) -> Iterator[Problem]:
        if event.tag is not None:
            rule = f"YAML tags are not read; {_DATA}"
            yield self._problem(event, event.tag, rule, "take the tag out and write a plain value")

    def _count(self, size: int) -> None:
        self.nodes += size

    def _too_many(self, event: Any) -> Iterator[Problem]:
        if self.nodes > MOST_NODES and not self.gave_up:
            self.gave_up = True
            rule = f"aliases and all, the file holds more than {MOST_NODES} values"
            yield self._problem(event, None, rule, _LONG)

    def _problem(self, event: Any, value: object, rule: str, mend: str) -> Problem:
        return Problem(f"{self.source}:{event.start_mark.line + 1}", value, rule, mend)


@dataclass(slots=True)
class _Level:
    mapping: bool
    anchor: str | None
    before: int
    at_key: bool = True
