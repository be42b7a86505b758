"""Where contacts go: queues, the bot, escalation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.config.schema.base import Clock, Duration, Label, Name, Points, Rule, Section, Share, Size
from sim.config.schema.demand import Step
from sim.config.schema.laws import LawSpec


class Overflow(Section):
    """Waited too long: move the contact to the end of another queue (wider skills, a higher tier); patience runs on."""

    after: Annotated[Duration, Field(ge=0)]
    to: Name


class Queue(Section):
    """A waiting line of one tier; an agent needs every skill named here. Higher priority is served first.

    `capacity`: contacts that may wait; further arrivals are blocked, moves from another queue are let in. `aging`:
    every so long a wait counts as one more level of priority, in proportion and not in steps.
    """

    label: Label = ""
    tier: Annotated[int, Field(ge=1, le=3)]
    skills: Annotated[list[Name], Field(min_length=1)]
    priority: Annotated[int, Field(ge=0, le=9)] = 0
    aging: Annotated[Duration, Field(gt=0)] | None = None
    capacity: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    overflow: Overflow | None = None


class Context(Section):
    """What the bot knows goes on to the human, or does not."""

    passed: Share = 0.7
    saves: Annotated[Duration, Field(ge=0)] = 30.0
    costs: Annotated[Duration, Field(ge=0)] = 23.0


class Outage(Section):
    """The bot is down from a clock time on ("06:00+1" is the second day), for so long."""

    at: Clock
    length: Annotated[Duration, Field(ge=0)]


class Failures(Section):
    """The bot fails by chance: it works for a time `up`, is out of order for a time `down`, and so on."""

    up: LawSpec
    down: LawSpec


class Review(Section):
    """Sessions are reviewed, and what the bot failed at is mended with the next release.

    `share` of sessions is reviewed; a failure found is known `lag` after the session. Each lifts what the bot can do
    for its intent by `gain` (logits), later ones by less: never more than `cap` together.
    """

    share: Share = 0.05
    lag: Annotated[Duration, Field(ge=0)] = 2 * 86400.0
    release_every: Annotated[Duration, Field(gt=0)] = 14 * 86400.0
    gain: Size = 0.02
    cap: Size = 0.5


class Bot(Section):
    """Tier 0. `policy` sends each case bot-first, human-first or lets the customer choose.

    Whoever finds all `sessions_at_once` taken, or the bot out of order, goes to people at once.
    """

    policy: Rule
    session: LawSpec
    turn: Annotated[Duration, Field(gt=0)] = 15.0
    max_turns: Annotated[int, Field(ge=1, le=1_000_000)] = 12
    asks_human: Share = 0.15
    sentiment_limit: Points = -1.5
    keyword_risk: Literal["none", "high", "medium"] = "high"
    vip_priority: Annotated[int, Field(ge=0, le=9)] | None = None
    hang_up: Share = 0.0
    context: Context = Context()
    sessions_at_once: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    outages: list[Outage] = Field(default_factory=list)
    failures: Failures | None = None
    review: Review | None = None


class Supervisor(Section):
    """Where contacts go that ask for, or are handed to, a supervisor."""

    queue: Name
    customer_asks: Share = 0.0
    agent_asks: Share = 0.0
    step: Step


class Escalation(Section):
    """Tier n to n + 1. Probabilities are given that the contact is not resolved and a higher tier exists.

    `warm`: share in which the sender stays until the receiver has been told, for a `handover` of both. `cold_costs`:
    what the receiver takes longer otherwise.
    """

    rule: Rule = Rule(rule="never")
    agent_notices: Share = 0.0
    customer_asks: Share = 0.0
    warm: Share = 0.0
    handover: LawSpec | None = None
    cold_costs: Annotated[Duration, Field(ge=0)] = 0.0
    supervisor: Supervisor | None = None
