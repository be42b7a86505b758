"""Valid scenarios and experiments with one to three random mistakes, each made anew from its number alone.

A mistake changes the tree of values (a leaf, a key, a whole section), the text (characters, lines), or the bytes of a
CSV file. Choices are addressed: mutation `n` is the same on every machine, alone or among ten thousand.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from sim.config import files

Tree = Any
Spot = tuple[Any, Any]  # a container and one of its keys

ODD: tuple[Any, ...] = (
    None, True, False, "", " ", 0, -1, 1, 2, 7, 0.5, 1.5, -0.0, 1e-9, 1e9, 1e308, 10**30, float("nan"), float("inf"),
    "yes", "no", "null", "NA", "007", "1,5", "12:30", 750, "5 min", "5", "-5 min", "0 s", "1e300 s", "24:00", "25:00",
    "06:00+1", "2024-02-30T08:00", "2024-03-31T02:30", "x", "a.b", "a b", "../x", "=1+1", "${oc.env:HOME}", "{", "[a",
    "<b>", "\u202e", "\x1b[31m", "day.csv", "voice", "longest_idle", [], {}, [[]], [1], ["a", "a"], {"law": "x"},
    {"law": "exponential", "mean": "1 min"}, {"rule": "p_mu"}, {"kind": "constant", "per_hour": 5}, {"a": {"b": 1}},
)  # fmt: skip
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
FACTORS = (0, -1, 0.5, 2, 10, 1000, 1e6, 1e12, 1e-6, 1.0000001)
UNITS = ("ms", "s", "min", "h", "d", "w", "m", "sec", "")
MARKS = "{}[]:,-\n\t \"'#&*!|>%@`~?0123456789.abcxyz_=$\0\x85\ufeff\u00a0é"


class Choices:
    """Uniform choices of mutation `number`: a counter-based generator keyed by it."""

    def __init__(self, number: int) -> None:
        self._draw = np.random.Generator(np.random.Philox(key=[number, 0x4057]))

    def of(self, options: Any) -> Any:
        """One of the options."""
        return options[self.below(len(options))]

    def below(self, end: int) -> int:
        """A whole number from 0 up to, not including, `end`."""
        return int(self._draw.integers(end))


@dataclass
class Mutant:
    """One damaged file in memory: what it was, what was done, and what is to be written."""

    number: int
    group: str
    name: str
    text: str = ""
    done: list[str] = field(default_factory=list)
    changed: list[tuple[tuple[Any, ...], Any, Any]] = field(default_factory=list)  # path, old and new of plain values
    table: tuple[str, bytes] | None = None

    def write(self, folder: Path) -> Path:
        """Write it with all shipped tables, and the base scenarios of experiments, into an empty folder."""
        (folder / "data").mkdir(parents=True)
        for path in (files.shipped() / "data").glob("*.csv"):
            shutil.copy(path, folder / "data")
        if self.group == "experiment":
            for path in (files.shipped() / "scenario").glob("*.yaml"):
                shutil.copy(path, folder)
        if self.table is not None:
            (folder / "data" / self.table[0]).write_bytes(self.table[1])
        path = folder / f"{self.name}.yaml"
        path.write_text(self.text, encoding="utf-8", newline="")
        return path


@cache
def sources() -> tuple[tuple[str, str, str], ...]:
    """Group, name and text of every shipped scenario and experiment."""
    found = []
    for group in ("scenario", "experiment"):
        for name in files.names(group):
            found.append((group, name, files.find(name, group).path.read_text(encoding="utf-8")))
    return tuple(found)


def mutant(number: int) -> Mutant:
    """The damaged file of this number."""
    choose = Choices(number)
    group, name, text = choose.of(sources())
    made = Mutant(number, group, name, text)
    for _ in range(1 + choose.below(3)):
        choose.of(WAYS)(made, choose)
    return made


# --- the tree of values ----------------------------------------------------------------------------------------------


def _in_tree(act: Callable[[Tree, list[Spot], Choices, Mutant], str]) -> Callable[[Mutant, Choices], None]:
    def way(made: Mutant, choose: Choices) -> None:
        try:
            tree = yaml.load(made.text, _LOADER)
        except yaml.YAMLError:
            return  # damaged as text already
        if not isinstance(tree, dict) or not tree:
            return
        tree = copy.deepcopy(tree)  # aliases become copies
        spots = list(_spots(tree))
        made.done.append(act(tree, spots, choose, made))
        made.text = yaml.dump(tree, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, default_flow_style=None)

    return way


def _spots(node: Tree) -> Iterator[Spot]:
    for key, item in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(item, dict | list):
            yield from _spots(item)


def _leaves(spots: list[Spot]) -> list[Spot]:
    return [(holder, key) for holder, key in spots if not isinstance(holder[key], dict | list)]


@_in_tree
def odd_value(tree: Tree, spots: list[Spot], choose: Choices, made: Mutant) -> str:
    """Any value replaced by an odd one."""
    holder, key = choose.of(spots)
    old, holder[key] = holder[key], copy.deepcopy(choose.of(ODD))
    _note(tree, holder, key, old, made)
    return f"{key}: {str(old)[:40]!r} became {holder[key]!r}"


@_in_tree
def scaled(tree: Tree, spots: list[Spot], choose: Choices, made: Mutant) -> str:
    """A number, or the number of a duration, multiplied."""
    numbers = [(h, k) for h, k in _leaves(spots) if _scalable(h[k])]
    if not numbers:
        return "nothing to scale"
    holder, key = choose.of(numbers)
    old, factor = holder[key], choose.of(FACTORS)
    if isinstance(old, str):
        holder[key] = f"{float(old.split()[0]) * factor:g} {choose.of(UNITS) if choose.below(2) else old.split()[1]}"
    else:
        holder[key] = type(old)(old * factor) if abs(old * factor) < 1e300 else old
    _note(tree, holder, key, old, made)
    return f"{key}: {old!r} became {holder[key]!r}"


def _scalable(value: Any) -> bool:
    if isinstance(value, str):
        words = value.split()
        return len(words) == 2 and words[0].replace(".", "", 1).isdigit()
    return isinstance(value, int | float) and not isinstance(value, bool)


@_in_tree
def taken_out(tree: Tree, spots: list[Spot], choose: Choices, made: Mutant) -> str:
    """A key or an item removed."""
    holder, key = choose.of(spots)
    del holder[key]
    return f"{key} taken out"


@_in_tree
def misspelt(tree: Tree, spots: list[Spot], choose: Choices, made: Mutant) -> str:
    """A key or a text with a letter lost, doubled or exchanged."""
    holder, key = choose.of(spots)
    if isinstance(holder, dict) and isinstance(key, str) and (choose.below(2) or not isinstance(holder[key], str)):
        holder[_typo(key, choose)] = holder.pop(key)
    elif isinstance(holder[key], str):
        holder[key] = _typo(holder[key], choose)
    return f"{key} misspelt"


def _typo(word: str, choose: Choices) -> str:
    at = choose.below(max(1, len(word)))
    return choose.of((word[:at] + word[at + 1 :], word[: at + 1] + word[at:], word[:at] + choose.of(MARKS) + word[at:]))


@_in_tree
def swapped(tree: Tree, spots: list[Spot], choose: Choices, made: Mutant) -> str:
    """One value copied to another place."""
    (a, b), (c, d) = choose.of(spots), choose.of(spots)
    a[b] = copy.deepcopy(c[d])
    return f"{b} got the value of {d}"


@_in_tree
def added(tree: Tree, spots: list[Spot], choose: Choices, made: Mutant) -> str:
    """A key from elsewhere in the file added to a section."""
    (a, b), (c, d) = choose.of(spots), choose.of(spots)
    target = a[b] if isinstance(a[b], dict) else a if isinstance(a, dict) else tree
    target.setdefault(str(d), copy.deepcopy(c[d]))
    return f"{d} added"


def _note(tree: Tree, holder: Any, key: Any, old: Any, made: Mutant) -> None:
    made.changed.append((_path_to(tree, holder, key), old, holder[key]))


def _path_to(tree: Tree, holder: Any, key: Any, path: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    if tree is holder:
        return (*path, key)
    for k, item in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if isinstance(item, dict | list) and (found := _path_to(item, holder, key, (*path, k))):
            return found
    return ()


# --- the text, and tables --------------------------------------------------------------------------------------------


def characters(made: Mutant, choose: Choices) -> None:
    """Some characters cut out, some put in."""
    at, cut = choose.below(len(made.text) + 1), choose.below(30)
    new = "".join(choose.of(MARKS) for _ in range(choose.below(6)))
    made.text = made.text[:at] + new + made.text[at + cut :]
    made.done.append(f"{cut} characters at {at} became {new!r}")


def lines(made: Mutant, choose: Choices) -> None:
    """A line doubled, lost, moved or indented."""
    rows = made.text.split("\n")
    at = choose.below(len(rows))
    row = rows.pop(at)
    kept: list[str] = choose.of(([], [row, row], [" " + row], [row.strip()], ["\t" + row], ["- " + row]))
    rows[at:at] = kept
    if choose.below(4) == 0:
        rows.insert(choose.below(len(rows) + 1), row)
    made.text = "\n".join(rows)
    made.done.append(f"line {at + 1} became {kept!r}")


def table(made: Mutant, choose: Choices) -> None:
    """Cells, rows or bytes of one CSV file damaged."""
    path = choose.of(sorted((files.shipped() / "data").glob("*.csv")))
    content = path.read_bytes()
    at, cut = choose.below(len(content) + 1), choose.of((0, 0, 1, 2, 5, 40))
    new: bytes = choose.of(CELLS)
    if choose.below(3) == 0:
        content = content.replace(b",", b";") if choose.below(2) else content.replace(b"\n", b"\r\n")
    made.table = (path.name, content[:at] + new + content[at + cut :])
    made.done.append(f"{path.name}: {cut} bytes at {at} became {new!r}")


CELLS = (b"", b",", b";", b"\n", b"\r", b'"', b"NA", b"-1", b"1e999", b"1,5", b"1.500,5", b"\x00", b"\xff",
         b"\xef\xbb\xbf", b"=1+1", b"x", b" ", b"\t", b"24:00", b"99999999", b"\xc3\xa9", b"0.5", b"nan")  # fmt: skip

WAYS = (odd_value, odd_value, scaled, scaled, taken_out, misspelt, swapped, added, characters, lines, table)
