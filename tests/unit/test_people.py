"""Who is on duty when: groups, shifts over midnight, rosters, and what a wrong roster is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.config.load import Loaded
from sim.errors import ScenarioError
from sim.staff.people import Duty, Person, hire
from tests.scenarios import centre

Built = Callable[..., Loaded]
HOUR = 3600.0


def at(start: str, length: str, **staff: Any) -> dict[str, Any]:
    """A scenario that starts at a moment, with the staff section given."""
    calendar = {"start": start, "length": length, "interval": "30 min", "max_drain": "1 h"}
    return centre(calendar=calendar, staff=staff)


def group(**more: Any) -> dict[str, Any]:
    return {"tier": 1, "skills": {"calls": 1.0}, "count": 1, **more}


def night(**more: Any) -> dict[str, Any]:
    return {"start": "22:00", "end": "06:00+1", **more}


def roster(built: Built, **columns: list[Any]) -> tuple[Person, ...]:
    """Hire from a roster of these columns; `name`, `tier` and `skills` are filled in where left out."""
    count = len(next(iter(columns.values())))
    filled = {
        "name": [f"p{n}" for n in range(count)],
        "tier": [1] * count,
        "skills": ["calls"] * count,
        **columns,
    }
    data = at("2026-03-02T00:00", "24 h", roster="roster.csv", shifts={"night": night()})
    return hire(built(data, {"roster.csv": filled}))


def told(built: Built, **columns: list[Any]) -> str:
    with pytest.raises(ScenarioError) as caught:
        roster(built, **columns)
    return str(caught.value)


def test_a_group_without_a_shift_is_on_duty_to_the_end_of_the_drain(built: Built) -> None:
    people = hire(built(at("2026-03-02T08:00", "2 h", groups={"a": group()})))
    assert people[0].duties == (Duty(0.0, 3 * HOUR, always=True),)


def test_names_are_sorted_and_do_not_depend_on_how_many_there_are(built: Built) -> None:
    few, many = (
        [p.name for p in hire(built(at("2026-03-02T08:00", "2 h", groups={"b": group(count=n), "a": group()})))]
        for n in (2, 3)
    )
    assert few == ["a-001", "b-001", "b-002"]
    assert many == ["a-001", "b-001", "b-002", "b-003"]


def test_a_night_shift_that_began_yesterday_covers_the_first_morning(built: Built) -> None:
    data = at("2026-03-02T00:00", "24 h", groups={"n": group(shift="night")}, shifts={"night": night()})
    duties = hire(built(data))[0].duties
    assert duties == (Duty(0.0, 6 * HOUR), Duty(22 * HOUR, 30 * HOUR))


def test_a_break_after_midnight_belongs_to_the_same_night(built: Built) -> None:
    shift = night(breaks=[{"at": "02:00", "length": "30 min"}, {"at": "23:00", "length": "15 min"}])
    data = at("2026-03-02T12:00", "24 h", groups={"n": group(shift="night")}, shifts={"night": shift})
    duties = hire(built(data))[0].duties
    assert duties[0] == Duty(10 * HOUR, 18 * HOUR, ((11 * HOUR, 11.25 * HOUR), (14 * HOUR, 14.5 * HOUR)))


def test_a_duty_that_began_before_the_scenario_is_cut_at_its_start_with_its_breaks(built: Built) -> None:
    breaks = [{"at": "07:00", "length": "15 min"}, {"at": "07:50", "length": "20 min"}]
    shifts = {"early": {"start": "06:00", "end": "14:00", "breaks": breaks}}
    data = at("2026-03-02T08:00", "2 h", groups={"e": group(shift="early")}, shifts=shifts)
    assert hire(built(data))[0].duties == (Duty(0.0, 6 * HOUR, ((0.0, 600.0),)),)


def test_a_shift_repeats_every_day_and_keeps_off_the_days_it_does_not_name(built: Built) -> None:
    shifts = {
        "daily": {"start": "09:00", "end": "17:00"},
        "week": {"start": "09:00", "end": "17:00", "days": ["fri", "mon"]},
    }
    groups = {"all": group(shift="daily"), "some": group(shift="week")}
    everyday, some = hire(built(at("2026-03-06T00:00", "4 d", groups=groups, shifts=shifts)))
    assert [duty.start / HOUR for duty in everyday.duties] == [9, 33, 57, 81]
    assert [duty.start / HOUR for duty in some.duties] == [9, 81]  # Friday and Monday


def test_a_night_shift_of_a_named_day_is_counted_by_the_day_it_starts(built: Built) -> None:
    shifts = {"night": night(days=["sun"])}
    data = at("2026-03-02T00:00", "24 h", groups={"n": group(shift="night")}, shifts=shifts)  # a Monday
    assert hire(built(data))[0].duties == (Duty(0.0, 6 * HOUR),)


def test_shrinkage_makes_an_hour_on_duty_dearer_and_takes_nobody_off_duty(built: Built) -> None:
    groups = {"a": group(count=10, hourly_cost=28.0)}
    people = hire(built(at("2026-03-02T08:00", "2 h", groups=groups, shrinkage=0.3)))
    assert len(people) == 10
    assert people[0].hourly_cost == pytest.approx(40.0)


def test_a_roster_names_people_with_their_own_skills_shifts_and_breaks(built: Built) -> None:
    ada, ben, cleo = roster(
        built,
        name=["ada", "cleo", "ben"],
        tier=[1, 1, 1],
        skills=["calls:0.8", "calls", "calls:1.2"],
        slots=["", 3, 1],
        hourly_cost=[30, "", 20.5],
        shift=["night", "", ""],
        start=["", "08:00", ""],
        end=["", "12:00", ""],
        breaks=["01:00/30", "10:00/15|11:00/5", ""],
    )
    assert (ada.skills, ada.slots, ada.hourly_cost, ada.group) == ({"calls": 0.8}, 1, 30.0, "roster")
    assert ada.duties[0] == Duty(0.0, 6 * HOUR, ((HOUR, 1.5 * HOUR),))
    assert (ben.skills, ben.duties) == ({"calls": 1.2}, (Duty(0.0, 25 * HOUR, always=True),))
    assert (cleo.slots, cleo.hourly_cost) == (3, 28.0)
    assert cleo.duties[0].breaks == ((10 * HOUR, 10.25 * HOUR), (11 * HOUR, 11 * HOUR + 300))


def test_every_fault_of_a_roster_is_told_with_its_line_and_column(built: Built) -> None:
    text = told(
        built,
        slots=["1", "none", "1", "1"],
        hourly_cost=["28", "28", "-3", "28"],
        start=["09:00", "", "", "17:00"],
        end=["", "", "", "09:00"],
    )
    assert "roster.csv:2: start" in text
    assert "roster.csv:3: slots" in text and "'none'" in text
    assert "roster.csv:4: hourly_cost" in text
    assert "roster.csv:5: end" in text and '"06:00+1"' in text


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("breaks", "10:00", "breaks"),
        ("breaks", "23:30/15|23:40/15", "breaks"),
        ("breaks", "12:00/15", "breaks"),
        ("shift", "nigt", "shift"),
        ("tier", "4", "tier"),
        ("skills", "calls:fast", "skills"),
        ("skills", "calls|calls", "skills"),
        ("skills", "calls:0", "skills"),
        ("name", "=cmd()", "name"),
    ],
)
def test_a_cell_that_cannot_be_meant_is_refused(built: Built, column: str, cell: str, rule: str) -> None:
    columns: dict[str, list[Any]] = {"name": ["ada", "ben"], "shift": ["night", "night"], column: ["", cell]}
    columns[column][0] = {"tier": 1, "skills": "calls", "name": "ada"}.get(column, "")
    text = told(built, **columns)
    assert "roster.csv" in text and rule in text


def test_two_people_of_one_name_are_refused(built: Built) -> None:
    assert "2 agents have this name" in told(built, name=["ada", "ada"])
