"""Where a staff has slack: heads at work less heads required, for each team and interval.

A team is all people alike in tier and skills. What is required is the square-root rule, load + √load (Halfin and Whitt
1981; Borst, Mandelbaum, Reiman 2004), of the team's part of the load: a queue's work is shared out over the teams that
serve it as they have heads at work. Planned duties and breaks count; absence is not foreseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.config import schema
from sim.staff import tours
from sim.staff.person import Person
from sim.staffing import demand
from sim.staffing.forecast import Array, Heads

if TYPE_CHECKING:
    from sim.config.load import Loaded

Team = tuple[int, frozenset[str]]


@dataclass(frozen=True, eq=False)
class Slack:
    """`edges` of the planning intervals in seconds; `spare[team]`: heads beyond what is required, in each interval;
    `at_work[person]`: 1 where the person works through the whole interval, in the order of the staff."""

    edges: Array
    spare: dict[Team, Array]
    at_work: tuple[Heads, ...]


def team_of(person: Person) -> Team:
    """All people alike in tier and skills."""
    return person.tier, frozenset(person.skills)


def slack(loaded: Loaded, staff: Sequence[Person]) -> Slack:
    """The slack of a staff against its scenario's forecast."""
    grid = demand.edges(loaded.scenario.calendar)
    at_work = tuple(tours.at_work(person.duties, grid) for person in staff)
    teams = {team_of(person): person for person in staff}
    heads = {team: np.zeros(grid.size - 1) for team in teams}
    for person, working in zip(staff, at_work, strict=True):
        heads[team_of(person)] += working
    required = {team: np.zeros(grid.size - 1) for team in teams}
    for queue in loaded.scenario.queues:
        for team, load in _loads(loaded, queue, teams, heads).items():
            required[team] += load / np.diff(grid)
    return Slack(grid, {team: heads[team] - _heads_for(required[team]) for team in teams}, at_work)


def _loads(loaded: Loaded, queue: str, teams: dict[Team, Person], heads: dict[Team, Array]) -> dict[Team, Array]:
    """Seconds of heads that a queue asks of each team that serves it; where nobody is at work, in equal parts."""
    able = {team: _as_group(person) for team, person in teams.items()}
    able = {team: group for team, group in able.items() if _serves(loaded.scenario, group, queue)}
    total = sum((heads[team] for team in able), np.zeros(1))
    made = {}
    for team, group in able.items():
        share = np.divide(heads[team], total, out=np.full(heads[team].shape, 1.0 / len(able)), where=total > 0)
        made[team] = share * demand.work(loaded, group, (queue,))
    return made


def _serves(scenario: schema.Scenario, group: schema.Group, queue: str) -> bool:
    wanted = scenario.queues[queue]
    return wanted.tier == group.tier and set(wanted.skills) <= set(group.skills)


def _as_group(person: Person) -> schema.Group:
    return schema.Group(tier=person.tier, skills=dict(person.skills), count=1, slots=person.slots)


def _heads_for(load: Array) -> Array:
    return np.asarray(load + np.sqrt(load))
