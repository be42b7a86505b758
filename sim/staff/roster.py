"""The roster file: named agents, one a row, as a workforce planner's tool exports them.

Columns: `name`, `tier`, `skills` (`billing:1.0|network:0.8`; the proficiency may be left out) and, where
wanted, `group`, `slots`, `hourly_cost`, `shift` (a name of the scenario) or `start` and `end` (clock times),
`breaks` (`10:00/15|12:30/30`: clock time and minutes) and `tenure` (`6 w`: time in the job at the
start). A fault is named by its line in the file and its column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from sim.config import units
from sim.config.schema import Break, Group, Shift
from sim.config.suggest import nearest
from sim.errors import Problem
from sim.staff import duties
from sim.staff.person import Duty, Person

if TYPE_CHECKING:
    from sim.config.load import Loaded

NEEDED = ("name", "tier", "skills")
OPTIONAL = ("group", "slots", "hourly_cost", "shift", "start", "end", "breaks", "tenure")
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. '-]{0,63}")
HOURLY_COST: float = Group.model_fields["hourly_cost"].default

T = TypeVar("T")


@dataclass(slots=True)
class _Row:
    """One row being read: texts by column, and where its faults are collected."""

    place: str
    texts: dict[str, str]
    problems: list[Problem] = field(default_factory=list)

    def read(self, column: str, parse: Callable[[str], T], otherwise: T, rule: str) -> T:
        """The parsed cell; `otherwise` where it is empty or (with a problem) where it cannot be read."""
        text = self.texts.get(column, "").strip()
        if not text:
            return otherwise
        try:
            return parse(text)
        except units.UnitError as error:
            self.fault(column, text, error.rule, error.mend)
        except ValueError as error:
            self.fault(column, text, str(error) or "it cannot be read", f"write {rule}")
        return otherwise

    def fault(self, column: str, value: object, rule: str, mend: str = "") -> None:
        self.problems.append(Problem(f"{self.place}: {column}", value, rule, mend))


def listed(loaded: Loaded, file: str, problems: list[Problem]) -> list[Person]:
    """Everybody in the roster file; what cannot be read is added to `problems`."""
    missing = [column for column in NEEDED if (file, column) not in loaded.tables.columns]
    if missing:
        problems.append(
            Problem(file, ", ".join(missing), "the roster lacks these columns", "name them in its first line")
        )
        return []
    rows = list(_rows(loaded, file))
    people = [_person(loaded, row) for row in rows]
    for row in rows:
        problems.extend(row.problems)
    return people


def _rows(loaded: Loaded, file: str) -> Iterator[_Row]:
    present = [column for column in (*NEEDED, *OPTIONAL) if (file, column) in loaded.tables.columns]
    cells = zip(*(loaded.tables.texts(file, column) for column in present), strict=True)
    for number, texts in enumerate(cells):
        place = f"{file}:{loaded.tables.line(file, number)}"
        yield _Row(place, dict(zip(present, texts, strict=True)))


def _person(loaded: Loaded, row: _Row) -> Person:
    known = {skill for queue in loaded.scenario.queues.values() for skill in queue.skills}
    return Person(
        name=_name(row),
        group=row.texts.get("group", "").strip() or "roster",
        tier=_needed(row, "tier", _tier, 1, "a whole number 1, 2 or 3"),
        skills=_skills(row, known),
        slots=row.read("slots", _slots, 1, "a whole number from 1 to 20"),
        hourly_cost=row.read("hourly_cost", _money, HOURLY_COST, "a number, 0 or more"),
        duties=_duties(loaded, row),
        tenure=row.read("tenure", units.duration, None, 'a duration such as "6 w" or "400 d"'),
        personal=True,
    )


def _needed(row: _Row, column: str, parse: Callable[[str], T], otherwise: T, rule: str) -> T:
    if not row.texts[column].strip():
        row.fault(column, "", "there is nothing here", f"write {rule}")
    return row.read(column, parse, otherwise, rule)


def _name(row: _Row) -> str:
    name = row.texts["name"].strip()
    if NAME.fullmatch(name) is None:
        row.fault("name", name, "a name starts with a letter or digit and has up to 64 characters", "rename this agent")
    return name


def _skills(row: _Row, known: set[str]) -> dict[str, float]:
    rule = "skills like billing:1.0|network:0.8"
    nothing: dict[str, float] = {}
    skills = _needed(row, "skills", _parse_skills, nothing, rule)
    for skill in sorted(set(skills) - known):
        row.fault("skills", skill, "no queue of the scenario asks for this skill", nearest(skill, sorted(known)))
    return skills


def _duties(loaded: Loaded, row: _Row) -> tuple[Duty, ...]:
    calendar = loaded.scenario.calendar
    shift = _shift(row, loaded.scenario.staff.shifts)
    if shift is None:
        return duties.always(calendar)
    for problem in duties.faults("", shift):
        row.fault(problem.path.strip(".") or "shift", problem.value, problem.rule, problem.mend)
    return duties.repeated(shift, calendar)


def _shift(row: _Row, shifts: dict[str, Shift]) -> Shift | None:
    """The named shift or the one that `start` and `end` spell, with the row's breaks; None: always on."""
    named = row.texts.get("shift", "").strip()
    if named and named not in shifts:
        row.fault("shift", named, "no such shift", f"one of {', '.join(sorted(shifts)) or 'none is defined'}")
        return None
    own = [row.texts.get(column, "").strip() for column in ("start", "end")]
    if any(own) and (named or not all(own)):
        row.fault("start", "|".join(own), "half of a shift", "give `shift`, or both `start` and `end`")
        return None
    shift = shifts[named] if named else _spelt(row) if all(own) else None
    none: list[Break] = []
    breaks = row.read("breaks", _parse_breaks, none, "breaks such as 10:00/15|12:30/30")
    if breaks and shift is None:
        row.fault("breaks", row.texts["breaks"], "someone who is always on duty has no breaks", "name a shift")
    return shift.model_copy(update={"breaks": breaks}) if shift is not None and breaks else shift


def _spelt(row: _Row) -> Shift | None:
    count = len(row.problems)
    start = row.read("start", units.clock, 0.0, "a clock time")
    end = row.read("end", units.clock, units.DAY, "a clock time")
    return None if len(row.problems) > count else Shift.model_construct(start=start, end=end, breaks=[], days=None)


def _parse_skills(text: str) -> dict[str, float]:
    skills: dict[str, float] = {}
    for part in text.split("|"):
        skill, _, proficiency = part.partition(":")
        skill = skill.strip()
        if skill in skills:
            raise ValueError(f"{skill!r} stands there twice")
        skills[skill] = _within(_real(proficiency or "1"), above=0.0)
    return skills


def _parse_breaks(text: str) -> list[Break]:
    pauses = (part.partition("/") for part in text.split("|"))
    return [
        Break.model_construct(at=units.clock(at.strip()), length=60.0 * _within(_real(minutes), above=0.0))
        for at, _, minutes in pauses
    ]


def _tier(text: str) -> int:
    return _between(_digits(text), 1, 3)


def _slots(text: str) -> int:
    return _between(_digits(text), 1, 20)


def _money(text: str) -> float:
    amount = _real(text)
    return amount if amount == 0.0 else _within(amount, above=0.0)


def _digits(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) is None:
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _real(text: str) -> float:
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{0,9})?", text.strip(), re.ASCII) is None:
        raise ValueError(f"{text!r} is not a number such as 1.5")
    return float(text)


def _between(number: int, least: int, most: int) -> int:
    if not least <= number <= most:
        raise ValueError(f"{number} is not from {least} to {most}")
    return number


def _within(number: float, above: float) -> float:
    if not above < number < float("inf"):
        raise ValueError(f"{number} is not a positive number")
    return number
