"""Who is coached, when, and what a session does."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.config.schema.base import Duration, NonNegative, Rule, Section, Share

WEEK = 7 * 86400.0


class CoachingGain(Section):
    """What coaching can bring at the most, how fast it comes, and how long it stays.

    Ceilings, for an average agent: `resolution` points of P(resolve), `handle` share of handle time, `qa` points of
    score, `defects` logarithm of the odds. After `hours` of coaching 63 % of a ceiling is reached. `focus`: share of a
    session that is about its intent. `weak_more`: by how much the ceiling is higher for somebody one standard deviation
    weaker. `response_sd`: how unequally agents respond. A session counts in full for `lasts`, then by its `half_life`.
    """

    resolution: Annotated[float, Field(ge=0.0, le=0.3)] = 0.02
    handle: Annotated[float, Field(ge=0.0, le=0.5)] = 0.06
    qa: Annotated[float, Field(ge=0.0, le=50.0)] = 2.0
    defects: Annotated[float, Field(ge=0.0, le=5.0)] = 0.1
    hours: Annotated[Duration, Field(gt=0)] = 10 * 3600.0
    focus: Share = 0.5
    weak_more: Share = 0.5
    response_sd: Annotated[float, Field(ge=0.0, le=1.0)] = 0.2
    lasts: Annotated[Duration, Field(ge=0)] = 20 * WEEK
    half_life: Annotated[Duration, Field(gt=0)] = 26 * WEEK


class Coaching(Section):
    """The rule is asked every so often whom to coach about what; leaders and slack decide how many get a window.

    `most_away`: agents of one team in coaching at one time. `least_slack`: heads that must be left beyond what the
    forecast requires; below 0, coaching may go where there is none.
    """

    rule: Rule = Rule(rule="lowest_first")
    every: Annotated[Duration, Field(gt=0)] = WEEK
    session: Annotated[Duration, Field(ge=0)] = 1800.0
    leaders: Annotated[int, Field(ge=0, le=10_000)] = 1
    hours_per_leader_week: Annotated[Duration, Field(ge=0)] = 6 * 3600.0
    leader_hourly_cost: NonNegative = 40.0
    most_away: Annotated[int, Field(ge=1)] = 1
    least_slack: float = 0.0
    gain: CoachingGain = CoachingGain()
