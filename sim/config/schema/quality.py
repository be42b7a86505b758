"""How the quality of work is measured, and the section that has it all; how agents are stands in `condition.py`."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from sim.config.schema.base import Duration, Name, NonNegative, Points, Section, Share, Spread
from sim.config.schema.condition import Learning, Strain, Truth
from sim.config.schema.knowledge import Knowledge

Category = Literal["information", "process", "compliance", "empathy"]
CATEGORIES: tuple[str, ...] = get_args(Category)  # of defects, in the order of their bits


class RiskWeights(Section):
    """How often a contact is evaluated by its intent's risk, relative to others; the expected number stays."""

    low: NonNegative = 1.0
    medium: NonNegative = 1.0
    high: NonNegative = 1.0


class Raters(Section):
    """The people who score: each has a lasting bias (severity), which a calibration session takes down to a share.

    Between sessions the bias drifts back with time constant `drift`. `assigned`: a rater is drawn for each contact,
    or each agent has one rater for good.
    """

    count: Annotated[int, Field(ge=1, le=10_000)] = 5
    severity_sd: Spread = 0.0
    assigned: Literal["contact", "agent"] = "contact"
    calibrate_every: Annotated[Duration, Field(gt=0)] | None = None
    calibration_leaves: Share = 0.5
    drift: Annotated[Duration, Field(gt=0)] = 13 * 7 * 86400.0


class Machine(Section):
    """A machine scores `share` of all contacts, and people none; `agent_bias_sd`: its lasting errors about agents."""

    share: Share = 1.0
    noise_sd: Spread = 8.7
    agent_bias_sd: Spread = 3.0
    lag: Annotated[Duration, Field(ge=0)] = 600.0


class Item(Section):
    """One line of the scorecard: `skill` gives points as far as they were earned, a category of defects all or none.

    `critical`: a fault found fails the whole evaluation. `detected`: share of faults that a rater finds; `false_alarm`:
    share of contacts without the fault in which one is found all the same.
    """

    checks: Literal["skill"] | Category
    weight: NonNegative = 1.0
    critical: bool = False
    detected: Share = 0.85
    false_alarm: Share = 0.02


class Evaluation(Section):
    """QA by random sampling: expected evaluations per agent and week, with rater noise and a release lag.

    `share`, where given, is the share of all contacts instead of a number per agent and week. Without a `scorecard` the
    score is one of skill (`mean`, `contact_sd`) and `auto_fail` a share at random; with one, its critical items fail.
    """

    per_agent_week: NonNegative = 1.25
    share: Share | None = None
    risk_weights: RiskWeights = RiskWeights()
    mean: Points = 85.0
    contact_sd: Spread = 12.0
    rater_sd: Spread = 5.0
    raters: Raters = Raters()
    machine: Machine | None = None
    auto_fail: Share = 0.03
    scorecard: Annotated[dict[Name, Item], Field(max_length=16)] = Field(default_factory=dict)
    lag: Annotated[Duration, Field(ge=0)] = 2 * 86400.0


class History(Section):
    """Pre-history: weeks of work whose evaluations, handle times and repeats the signals start from."""

    weeks: Annotated[float, Field(ge=0, le=260)] = 8.0
    contacts_per_agent_week: Annotated[float, Field(ge=0.0, le=100_000.0)] = 250.0


class Signals(Section):
    """How measurements become estimates: refreshed at a cadence, shrunk towards the group's mean.

    `half_life`: an observation counts half so long after it became known. `also`: signals kept beside handle time,
    resolution and QA.
    """

    refresh: Annotated[Duration, Field(gt=0)] = 86400.0
    half_life: Annotated[Duration, Field(gt=0)] | None = None
    also: list[Literal["csat", "escalation", "sentiment", "queues"]] = Field(default_factory=list)
    oracle: bool = False


class Survey(Section):
    """Who answers, and how satisfaction arises (points on a 1 to 5 scale); `lag`: until a signal knows the answer."""

    response: Share = 0.15
    bias: Points = 0.25
    base: Points = 4.3
    unresolved: float = -1.6
    wait_per_minute: float = -0.05
    free_wait: Annotated[Duration, Field(ge=0)] = 120.0
    transfer: float = -0.4
    repeat: float = -0.75
    after_bot: float = -0.3
    noise_sd: Spread = 0.8
    lag: Annotated[Duration, Field(ge=0)] = 86400.0


class DefectCluster(Section):
    """A fault of the process, not of a person: `share` of an intent's contacts have the defect, whoever handles them.

    From `since` to `until`, counted from the scenario's start; without `until`, to its end.
    """

    intent: Name
    category: Category
    share: Share
    since: Annotated[Duration, Field(ge=0)] = 0.0
    until: Annotated[Duration, Field(gt=0)] | None = None


class Defects(Section):
    """Share of handled contacts with a defect of each category.

    `agent_sd`: standard deviation between agents, logits; `resolution_correlation`: of making few with resolving much.
    """

    information: Share = 0.04
    process: Share = 0.05
    compliance: Share = 0.01
    empathy: Share = 0.03
    agent_sd: Annotated[float, Field(ge=0.0, le=5.0)] = 0.0
    resolution_correlation: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    clusters: list[DefectCluster] = Field(default_factory=list)


class Quality(Section):
    """How good agents are, how they change, and how that is measured. `changes_every`: how often changes take hold."""

    truth: Truth = Truth()
    learning: Learning | None = None
    strain: Strain | None = None
    changes_every: Annotated[Duration, Field(gt=0)] = 1800.0
    knowledge: Knowledge | None = None
    evaluation: Evaluation = Evaluation()
    history: History = History()
    signals: Signals = Signals()
    survey: Survey = Survey()
    defects: Defects = Defects()
