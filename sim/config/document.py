"""Strict YAML: one document of plain values, every key once, and the line and the original text of each
value.

Reads the events that `scan.py` let through. Numbers, booleans and null resolve as in OmegaConf (and so as
in Hydra), except where that would be a trap: `12:30` and `010` are refused instead of becoming 750 and 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml  # type: ignore[import-untyped]

from sim.config.scan import scan
from sim.errors import Problem, ScenarioError

Path = tuple[str | int, ...]
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
_FALSE = frozenset({"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", re.ASCII)
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+", re.ASCII)
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9_]*|0b[0-1_]+|0x[0-9a-fA-F_]+)", re.ASCII)
_FLOAT = re.compile(
    r"[-+]?[0-9]+(?:_[0-9]+)*\.[0-9_]*(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9]+(?:_[0-9]+)*[eE][-+]?[0-9]+"
    r"|\.[0-9]+(?:_[0-9]+)*(?:[eE][-+][0-9]+)?",
    re.ASCII,
)
LONGEST_NUMBER = 60  # characters; Python itself gives up at 4,300 digits
_SPECIAL = re.compile(r"([-+]?)\.(?:(inf|Inf|INF)|nan|NaN|NAN)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written (`demo.yaml:12`, or an override), its text there, and its path if it was moved."""

    origin: str
    written: str | None = None
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Plain values, and the place of every path in them; `problems` were found while reading."""

    data: dict[str, Any]
    places: dict[Path, Place]
    problems: tuple[Problem, ...]


def read(content: bytes, source: str) -> Document:
    """Read one YAML file; raises ScenarioError when it cannot be read at all or holds what is refused."""
    scanned = scan(content, source)
    if scanned.problems:
        raise ScenarioError(source, scanned.problems)
    composer = _Composer(source, iter(scanned.events))
    data = composer.document()
    if not isinstance(data, dict):
        raise ScenarioError(source, (_not_a_mapping(source, data),))
    return Document(data, composer.places, tuple(composer.problems))


def _not_a_mapping(source: str, data: object) -> Problem:
    if data is None:
        return Problem(f"{source}:1", None, "the file is empty", "start with a line `title: …`")
    return Problem(f"{source}:1", data, "the file is not a mapping of keys to values", "start with `title: …`")


def dotted(path: Path) -> str:
    """`("teams", 2, "end")` as people read it: `teams[2].end`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


@dataclass(slots=True)
class _Composer:
    source: str
    events: Iterator[Any]
    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, tuple[Any, Path]] = field(default_factory=dict)

    def document(self) -> Any:
        data, documents = None, 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 1:
                    data = self._node(next(self.events), ())
                else:
                    rule = "a second document begins (`---`)"
                    self._complain(event, (), None, rule, "keep one document a file")
                    break
        return data

    def _node(self, event: Any, path: Path) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        written = event.value if isinstance(event, yaml.ScalarEvent) else None
        self.places[path] = Place(self._origin(event), written)
        value = self._value(event, path)
        if event.anchor:
            self.anchors[event.anchor] = (value, path)
        return value

    def _value(self, event: Any, path: Path) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path)
            value_event = next(self.events)
            if key in items:
                self._duplicate(event, (*path, key))
                self._node(value_event, ("",))
            else:
                items[key] = self._node(value_event, (*path, key))
                self._locate_key(event, (*path, key))
        return items

    def _locate_key(self, event: Any, path: Path) -> None:
        place = self.places.get(path)
        self.places[path] = Place(self._origin(event), place.written if place else None)

    def _key(self, event: Any, path: Path) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._complain(event, path, None, "a key must be a plain word", "write `name: value`")
            self._node(event, ("",))
            return "?"
        if event.value == "<<" and event.implicit[0]:
            mend = "write the keys out, or use intent_defaults"
            self._complain(event, path, "<<", "merge keys are not read", mend)
        self._check_key(event, path)
        return str(event.value)

    def _check_key(self, event: Any, path: Path) -> None:
        read = resolve(event.value) if event.implicit[0] else event.value
        if not isinstance(read, str):
            rule = f"a name cannot look like a number, a boolean or null: YAML reads it as {read!r}"
            self._complain(event, (*path, event.value), event.value, rule, "choose a name that begins with a letter")

    def _alias(self, event: Any, path: Path) -> Any:
        value, original = self.anchors.get(event.anchor, (None, None))
        if original is None:
            self._complain(event, path, f"*{event.anchor}", "an alias without its anchor", "write the value out")
            return None
        here = {k: v for k, v in self.places.items() if k[: len(original)] == original}
        self.places.update({(*path, *k[len(original) :]): v for k, v in here.items()})
        return _copy(value)

    def _scalar(self, event: Any, path: Path) -> Any:
        text = event.value
        if not event.implicit[0]:
            return text
        if len(text) > LONGEST_NUMBER and _number(text):
            rule = f"a number of {len(text)} characters"
            self._complain(event, path, text, rule, "write it shorter, or quote a text")
            return text
        if _SEXAGESIMAL.fullmatch(text):
            rule = f"YAML reads {text} without quotes as {_sexagesimal(text):g}"
            self._complain(event, path, text, rule, f'write it in quotes: "{text}"')
            return text
        if _LEADING_ZERO.fullmatch(text):
            rule = "a number with a leading zero: YAML may read it as octal"
            self._complain(event, path, text, rule, f'write {text.lstrip("0") or "0"}, or quote a text: "{text}"')
            return int(text.replace("_", ""))
        return resolve(text)

    def _duplicate(self, event: Any, path: Path) -> None:
        first = self.places[path].origin
        self._complain(event, path, path[-1], f"the key stands twice (first at {first})", "keep one of them")

    def _complain(self, event: Any, path: Path, value: object, rule: str, mend: str) -> None:
        self.problems.append(Problem(located(self._origin(event), path), value, rule, mend))

    def _origin(self, event: Any) -> str:
        return f"{self.source}:{event.start_mark.line + 1}"


def located(origin: str, path: Path) -> str:
    """The place and the path of a value as the head of a message: `demo.yaml:12: queues.sales.tier`."""
    return f"{origin}: {dotted(path)}" if path else origin


def resolve(text: str) -> Any:
    """The value of a plain scalar, as OmegaConf's YAML loader reads it (timestamps stay text)."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if len(text) > LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        return int(text.replace("_", ""), 0)
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    return _special(text)


def _number(text: str) -> bool:
    return any(pattern.fullmatch(text) for pattern in (_SEXAGESIMAL, _LEADING_ZERO, _INT, _FLOAT))


def _special(text: str) -> Any:
    match = _SPECIAL.fullmatch(text)
    if match is None:
        return float(_sexagesimal(text)) if _SEXAGESIMAL.fullmatch(text) else text
    sign = -1.0 if match.group(1) == "-" else 1.0
    return sign * float("inf" if match.group(2) else "nan")


def _sexagesimal(text: str) -> float:
    total = 0.0
    for part in text.lstrip("+-").replace("_", "").split(":"):
        total = total * 60 + float(part)
    return -total if text.startswith("-") else total


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value
