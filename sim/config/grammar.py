"""The grammar of one override: Hydra's, without what only makes sense on a command line.

A value is a number, a boolean, null, a text, a list or a mapping. Quotes make a text of anything; a backslash takes
the meaning from `\\ ( ) [ ] { } : = ,` and from a space. Nothing is applied here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sim.config.document import LONGEST_NUMBER, Path
from sim.config.scan import CODE_KEYS
from sim.errors import UsageError, shortened


class OverrideError(UsageError):
    """An override that cannot be read or applied: the override, the rule it breaks, and the mend."""

    def __init__(self, text: str, rule: str, mend: str = "") -> None:
        super().__init__(text, rule, mend)
        self.text = text
        self.rule = rule
        self.mend = mend

    def __str__(self) -> str:
        return f"override {shortened(repr(self.text), 120)}: {self.rule}" + (f"; {self.mend}" if self.mend else "")


class Kind(Enum):
    """What an override does: change what is there, add what is not, set in any case, or delete."""

    CHANGE = ""
    ADD = "+"
    FORCE = "++"
    DELETE = "~"


@dataclass(frozen=True, slots=True)
class Override:
    """One override as read; a deletion without a value has `valued` False."""

    text: str
    kind: Kind
    path: Path
    value: Any
    valued: bool


LONGEST = 20_000  # characters of one override
_PART = r"(?:[A-Za-z_][A-Za-z0-9_-]*|0|[1-9](?:_?[0-9])*)"
_HEAD = re.compile(rf"(\+\+|\+|~)?({_PART}(?:\.{_PART})*)(=[ \t]*)?", re.ASCII)
_GROUP = re.compile(r"[+~]*[\w.$-]*[/@:]", re.ASCII)
_UINT = r"(?:0|[1-9](?:_?[0-9])*)"
_POINT = rf"(?:{_UINT}?\.[0-9](?:_?[0-9])*|{_UINT}\.)"
_TOKENS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.ASCII | re.DOTALL))
    for name, pattern in (
        ("(", r"[ \t]*\([ \t]*|[ \t]+\("),
        (",", r"[ \t]*,[ \t]*"),
        (")", r"[ \t]*\)"),
        ("[", r"\[[ \t]*"),
        ("]", r"[ \t]*\]"),
        ("{", r"\{[ \t]*"),
        ("}", r"[ \t]*\}"),
        (":", r"[ \t]*:[ \t]*"),
        ("=", r"[ \t]*=[ \t]*"),
        (
            "float",
            rf"[+-]?(?:(?:{_POINT}|{_UINT})[eE][+-]?[0-9](?:_?[0-9])*|{_POINT}|[Ii][Nn][Ff]|[Nn][Aa][Nn])",
        ),
        ("int", rf"[+-]?{_UINT}"),
        ("bool", r"[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]"),
        ("null", r"[Nn][Uu][Ll][Ll]"),
        ("char", r"[/\-\\+.$%*@?|]"),
        ("id", r"[A-Za-z_][A-Za-z0-9_-]*"),
        ("escape", r"(?:\\[\\()\[\]{}:=, \t])+"),
        ("space", r"[ \t]+"),
        ("quoted", r"\"(?:(?:\\\\)*|.*?[^\\](?:\\\\)*)\"|'(?:(?:\\\\)*|.*?[^\\](?:\\\\)*)'"),
    )
)
_IN_KEY = frozenset({"id", "null", "int", "float", "bool", "char", "escape", "space"})
_IN_VALUE = _IN_KEY | {":"}
_QUOTE = "put the value in quotes of its own, such as `a.b='6 min, or so'`"


@dataclass(frozen=True, slots=True)
class _Token:
    name: str
    text: str


def parse(text: str) -> Override:
    """Read one override; raises OverrideError with the reason."""
    if len(text) > LONGEST:
        raise OverrideError(text, f"longer than {LONGEST} characters", "put so much into the scenario file")
    _forbid_interpolation(text)
    override = _parsed(text)
    _forbid_code(text, override.path, override.value)
    return override


def _parsed(text: str) -> Override:
    head = _HEAD.match(text)
    if head is None or (head.group(3) is None and head.end() != len(text)):
        raise _bad_key(text)
    kind = Kind(head.group(1) or "")
    if head.group(3) is None and kind is not Kind.DELETE:
        raise OverrideError(text, "it has no value", f"write `{text}=VALUE`, or `~{head.group(2)}` to delete")
    rest = text[head.end() :]
    value = _Values(text, rest).whole() if rest else ""
    return Override(text, kind, _path(head.group(2)), value, head.group(3) is not None)


def _path(key: str) -> Path:
    return tuple(key.split("."))


def _forbid_interpolation(text: str) -> None:
    if "${" in text:
        raise OverrideError(text, "interpolations `${…}` are not read in an override", "write the value itself")
    if "???" in text:
        raise OverrideError(text, "`???` marks a missing value", "write the value")


def _forbid_code(text: str, path: Path, value: Any) -> None:
    if path[0] == "hydra" or not CODE_KEYS.isdisjoint(map(str, (*path, *_keys(value)))):
        rule = "this key would name code or change the program's own configuration"
        raise OverrideError(text, rule, "override values of the scenario only")


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(item)


def _bad_key(text: str) -> OverrideError:
    if _GROUP.match(text):
        return OverrideError(text, "a slash, colon or @ before `=` chooses files", "write a dotted path: `a.b=c`")
    if "=" not in text:
        return OverrideError(text, "not an override", "write `a.b=c`, `+a.b=c`, `++a.b=c` or `~a.b`")
    key = text.split("=", 1)[0]
    return OverrideError(text, f"{key!r} is not a dotted path of names", "write `a.b=c` without spaces around `=`")


def _tokens(text: str, rest: str) -> Iterator[_Token]:
    """Longest match first, then the order of the table: as Hydra's lexer does."""
    at = 0
    while at < len(rest):
        matches = [(name, m.group()) for name, pattern in _TOKENS if (m := pattern.match(rest, at)) and m.group()]
        if not matches:
            raise OverrideError(text, f"the character {rest[at]!r} needs quotes", _QUOTE)
        name, found = max(matches, key=lambda match: len(match[1]))
        yield _Token(name, found)
        at += len(found)


class _Values:
    """Recursive descent over the tokens of one value."""

    def __init__(self, text: str, rest: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text, rest))
        self.at = 0

    def whole(self) -> Any:
        value = self._element(0)
        following = self._peek()
        if following == ",":
            raise self._refuse("a comma makes a sweep, which only the command line does (`-m`)", _QUOTE)
        if following is not None:
            raise self._refuse(f"unexpected {self.tokens[self.at].text!r}", _QUOTE)
        return value

    def _element(self, depth: int) -> Any:
        if depth > 40:
            raise self._refuse("nested deeper than 40 levels", "flatten the value")
        name = self._peek()
        if name == "[":
            return self._list(depth)
        if name == "{":
            return self._mapping(depth)
        if name == "id" and self._peek(1) == "(":
            function = self.tokens[self.at].text
            raise self._refuse(f"`{function}(…)` is a function of Hydra's sweeps", "write the value itself")
        if name == "quoted":
            return _unquoted(self._take().text)
        return self._primitive(_IN_VALUE)

    def _list(self, depth: int) -> list[Any]:
        self._take()
        items: list[Any] = []
        while not self._closes("]", bool(items)):
            items.append(self._element(depth + 1))
        return items

    def _mapping(self, depth: int) -> dict[str, Any]:
        self._take()
        items: dict[str, Any] = {}
        while not self._closes("}", bool(items)):
            key = self._primitive(_IN_KEY)
            if not isinstance(key, str):
                raise self._refuse(f"{key!r} is not a name", "names begin with a letter")
            self._expect(":")
            items[key] = self._element(depth + 1)
        return items

    def _closes(self, bracket: str, needs_comma: bool) -> bool:
        if self._peek() == bracket:
            self._take()
            return True
        if needs_comma:
            self._expect(",")
        return False

    def _primitive(self, allowed: frozenset[str]) -> Any:
        start = self.at
        while self._peek() in allowed:
            self.at += 1
        tokens = self.tokens[start : self.at]
        if tokens and tokens[0].name == "space":
            tokens = tokens[1:]
        if tokens and tokens[-1].name == "space":
            tokens = tokens[:-1]
        if not tokens:
            raise self._refuse("a value is missing or starts with a character that needs quotes", _QUOTE)
        return _scalar(tokens[0]) if len(tokens) == 1 else "".join(_plain(token) for token in tokens)

    def _expect(self, name: str) -> None:
        if self._peek() != name:
            raise self._refuse(f"`{name}` expected", "check brackets and commas, and quote texts that hold them")
        self._take()

    def _peek(self, ahead: int = 0) -> str | None:
        at = self.at + ahead
        return self.tokens[at].name if at < len(self.tokens) else None

    def _take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _refuse(self, rule: str, mend: str) -> OverrideError:
        return OverrideError(self.text, rule, mend)


def _scalar(token: _Token) -> Any:
    if len(token.text) > LONGEST_NUMBER:
        return _plain(token)
    if token.name == "int":
        return int(token.text)
    if token.name == "float":
        return float(token.text)
    if token.name == "bool":
        return token.text.lower() == "true"
    return None if token.name == "null" else _plain(token)


def _plain(token: _Token) -> str:
    return token.text[1::2] if token.name == "escape" else token.text


def _unquoted(text: str) -> str:
    """Strip the quotes; backslashes count only in front of a quote, and there they escape each other."""
    quote, inner = text[0], text[1:]

    def unescape(match: re.Match[str]) -> str:
        return match.group()[1::2]

    return re.sub(rf"(?:\\\\)*\\{quote}|(?:\\\\)+(?={quote}$)", unescape, inner)[:-1]
