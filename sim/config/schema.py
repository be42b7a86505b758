"""What a scenario may say: frozen pydantic models, one class a section, seconds inside and units at the
edge.

The loader (`load.py`) hands these models a plain dict; they refuse unknown keys and impossible values.
Cross-references (a queue that no agent can serve, an arm that names a missing intent) are checked in
`references.py`, so that each message can name both places.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from sim.config import units

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,63}$")]
_DURATION = {"type": "string", "pattern": units.DURATION_PATTERN, "examples": ["6 min", "20 s", "1.5 h"]}
_CLOCK = {"type": "string", "pattern": units.CLOCK_PATTERN, "examples": ["07:30", "06:00+1"]}
_MOMENT = {"type": "string", "pattern": units.MOMENT_PATTERN, "examples": ["2003-06-02T07:00"]}
Duration = Annotated[float, BeforeValidator(units.duration), WithJsonSchema(_DURATION)]
Clock = Annotated[float, BeforeValidator(units.clock), WithJsonSchema(_CLOCK)]
Start = Annotated[datetime, BeforeValidator(units.moment), WithJsonSchema(_MOMENT)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Risk = Literal["low", "medium", "high"]
RISKS: tuple[str, ...] = get_args(Risk)  # rising
CsvFile = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}\.csv$")]


class Section(BaseModel):
    """Base of every section: unknown keys are refused, nothing is converted in silence, nothing ever changes.

    Strict: `count: yes` is not 1 and `"5"` is not 5. Finite: `.nan` and `.inf` are no numbers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


# --- laws of durations ----------------------------------------------------------------------------


class Exponential(Section):
    law: Literal["exponential"]
    mean: Duration


class Lognormal(Section):
    law: Literal["lognormal"]
    mean: Duration
    cv: Positive


class Gamma(Section):
    law: Literal["gamma"]
    mean: Duration
    cv: Positive


class Erlang(Section):
    law: Literal["erlang"]
    mean: Duration
    stages: Annotated[int, Field(ge=1, le=1000)]


class Weibull(Section):
    law: Literal["weibull"]
    shape: Positive
    scale: Duration


class Deterministic(Section):
    law: Literal["deterministic"]
    value: Duration


class Uniform(Section):
    law: Literal["uniform"]
    low: Duration
    high: Duration


class Triangular(Section):
    law: Literal["triangular"]
    low: Duration
    mode: Duration
    high: Duration


class Empirical(Section):
    """Durations in seconds, one a row, from a column of a CSV file."""

    law: Literal["empirical"]
    file: CsvFile
    column: str


class ExponentialPart(Section):
    weight: Share
    mean: Duration


class Hyperexponential(Section):
    law: Literal["hyperexponential"]
    parts: Annotated[list[ExponentialPart], Field(min_length=1)]


class Part(Section):
    weight: Share
    of: LawSpec


class Mixture(Section):
    law: Literal["mixture"]
    parts: Annotated[list[Part], Field(min_length=1)]


LawSpec = Annotated[
    Exponential
    | Lognormal
    | Gamma
    | Erlang
    | Weibull
    | Deterministic
    | Uniform
    | Triangular
    | Empirical
    | Hyperexponential
    | Mixture,
    Field(discriminator="law"),
]


# --- rules ----------------------------------------------------------------------------------------


class Rule(Section):
    """A registered rule by name, with its parameters; which ones exist depends on the rule (`ccsim list`)."""

    rule: str
    params: dict[str, Any] = Field(default_factory=dict)


# --- time and measures ----------------------------------------------------------------------------


class CalendarSection(Section):
    """When the scenario starts (local clock), how long it is measured, and how it ends."""

    start: Start
    length: Annotated[Duration, Field(gt=0)]
    interval: Annotated[Duration, Field(gt=0)] = 1800.0
    warmup: Annotated[Duration, Field(ge=0)] = 0.0
    max_drain: Annotated[Duration, Field(ge=0)] = 4 * 3600.0

    @property
    def second_of_day(self) -> float:
        """Clock time of the scenario's second 0, in seconds since midnight."""
        return self.start.hour * 3600.0 + self.start.minute * 60.0 + self.start.second + self.start.microsecond / 1e6


class Measures(Section):
    """Thresholds that definitions of KPIs need."""

    answer_within: Annotated[Duration, Field(ge=0)] = 20.0
    repeat_window: Annotated[Duration, Field(gt=0)] = 7 * 86400.0


# --- demand ---------------------------------------------------------------------------------------


class ConstantArrivals(Section):
    kind: Literal["constant"]
    per_hour: NonNegative


class ProfileArrivals(Section):
    """Mean counts per interval of the day, from a CSV: columns `start` (HH:MM, evenly spaced) and counts."""

    kind: Literal["profile"]
    file: CsvFile
    column: str
    factor: NonNegative = 1.0


class CurveArrivals(Section):
    """Calls per hour, one number an interval from clock time `begins`, repeated every day."""

    kind: Literal["curve"]
    begins: Clock
    every: Annotated[Duration, Field(gt=0)]
    per_hour: Annotated[list[NonNegative], Field(min_length=1)]


class TraceArrivals(Section):
    """Recorded arrivals: one a row, ISO 8601 local time, in the named column; replayed as they are."""

    kind: Literal["trace"]
    file: CsvFile
    column: str


Arrivals = Annotated[ConstantArrivals | ProfileArrivals | CurveArrivals | TraceArrivals, Field(discriminator="kind")]


class Busyness(Section):
    """Day-level factor on all arrival rates: gamma, mean 1, shared by all intents and by all arms."""

    day_cv: NonNegative = 0.0


class Segment(Section):
    label: str = ""
    share: Share
    priority: Annotated[int, Field(ge=0, le=9)] = 0
    patience_factor: Positive = 1.0


class Channel(Section):
    """`whole`: a contact blocks its agent; `slot`: it takes one of the agent's slots and slows with load."""

    takes: Literal["whole", "slot"] = "whole"
    slowdown: list[Positive] = Field(default_factory=list)


class Step(Section):
    """What one queue of an intent's path does: durations, and the share it resolves (observed, no logit)."""

    talk: LawSpec
    hold: LawSpec | None = None
    hold_share: Share = 1.0
    wrap_up: LawSpec | None = None
    resolution: Share = 1.0


class BotSkill(Section):
    """What the bot does for this intent, as observed over the sessions that no rule hands off at once.

    (Rules: keyword risk, VIP, sentiment.) `false_containment` is the share of the contained that is not resolved.
    """

    containment: Share
    false_containment: Share = 0.0


class Intent(Section):
    label: str = ""
    arrivals: Arrivals
    channel: Name
    risk: Risk = "low"
    difficulty_sd: NonNegative = 0.0
    patience: LawSpec | None = None
    bot: BotSkill | None = None
    path: Annotated[dict[Name, Step], Field(min_length=1)]


class Return(Section):
    """A customer who comes back: with what probability, after which delay."""

    probability: Share
    delay: LawSpec


class Returns(Section):
    """Coming back: after abandoning (retrial), after no resolution (repeat), after a false containment."""

    retrial: Return | None = None
    repeat: Return | None = None
    false_containment: Return | None = None
    max_contacts: Annotated[int, Field(ge=1, le=50)] = 5
    patience: Literal["per_case", "per_attempt"] = "per_attempt"
    priority_boost: Annotated[int, Field(ge=0, le=9)] = 0


# --- tiers ----------------------------------------------------------------------------------------


class Overflow(Section):
    """Waited too long: move the contact to another queue (wider skills, or a higher tier)."""

    after: Annotated[Duration, Field(ge=0)]
    to: Name


class Queue(Section):
    """A waiting line of one tier; an agent needs every skill named here. Higher priority is served first.

    `capacity`: contacts that may wait; further arrivals are blocked, moves from another queue are let in. `aging`:
    every so long a wait counts as one more level of priority.
    """

    label: str = ""
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


class Bot(Section):
    """Tier 0. `policy` sends each case bot-first, human-first or lets the customer choose."""

    policy: Rule
    session: LawSpec
    turn: Annotated[Duration, Field(gt=0)] = 15.0
    max_turns: Annotated[int, Field(ge=1, le=1_000_000)] = 12
    asks_human: Share = 0.15
    sentiment_limit: float = -1.5
    keyword_risk: Literal["none", "high", "medium"] = "high"
    vip_priority: Annotated[int, Field(ge=0, le=9)] | None = None
    hang_up: Share = 0.0
    context: Context = Context()


class Supervisor(Section):
    """Where contacts go that ask for, or are handed to, a supervisor."""

    queue: Name
    customer_asks: Share = 0.0
    agent_asks: Share = 0.0
    step: Step


class Escalation(Section):
    """Tier n to n + 1. Probabilities are given that the contact is not resolved and a higher tier exists."""

    rule: Rule = Rule(rule="never")
    agent_notices: Share = 0.0
    customer_asks: Share = 0.0
    warm: Share = 0.0
    handover: LawSpec | None = None
    cold_costs: Annotated[Duration, Field(ge=0)] = 0.0
    supervisor: Supervisor | None = None


# --- people ---------------------------------------------------------------------------------------


class Break(Section):
    at: Clock
    length: Annotated[Duration, Field(gt=0)]


class Shift(Section):
    """Clock times; an end past midnight is written "06:00+1". `days` counts Monday as mon."""

    start: Clock
    end: Clock
    breaks: list[Break] = Field(default_factory=list)
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] | None = None


class Plan(Section):
    """Heads from a staffing rule, not a fixed count. Without `shift_length`, tours follow them exactly."""

    rule: str
    params: dict[str, Any] = Field(default_factory=dict)
    shift_length: Annotated[Duration, Field(gt=0)] | None = None
    breaks: list[Break] = Field(default_factory=list)


class Group(Section):
    """Agents alike in tier, skills and shift. Exactly one of `count` and `plan` is given.

    Skills map to a proficiency: handle time is divided by it.
    """

    label: str = ""
    tier: Annotated[int, Field(ge=1, le=3)]
    skills: Annotated[dict[Name, Positive], Field(min_length=1)]
    count: Annotated[int, Field(ge=0)] | None = None
    shift: Name | None = None
    plan: Plan | None = None
    slots: Annotated[int, Field(ge=1, le=20)] = 1
    hourly_cost: NonNegative = 28.0


class BusyTeam(Section):
    """A team is busy when `waiting` contacts wait for it, or one has waited for `longest_wait`."""

    waiting: Annotated[int, Field(ge=1)] = 5
    longest_wait: Annotated[Duration, Field(gt=0)] = 60.0


class QuietTeam(Section):
    """A team is quiet when nothing waits for it and the occupied share of those on duty is at most `occupancy`."""

    occupancy: Annotated[float, Field(gt=0.0, le=1.0)] = 0.7


class BreakMoves(Section):
    """How far a break may be moved from where the roster has it."""

    later: Annotated[Duration, Field(ge=0)] = 1800.0
    earlier: Annotated[Duration, Field(ge=0)] = 1800.0


class ShiftEndMoves(Section):
    """How far the end of a shift may be moved: `later` is overtime, `earlier` voluntary time off."""

    later: Annotated[Duration, Field(ge=0)] = 0.0
    earlier: Annotated[Duration, Field(ge=0)] = 0.0


class FloorManager(Section):
    """Looks at each team every so often and acts `delay` later.

    A team is all agents alike in tier and skills. Busy, its breaks and ends of shifts are put off; quiet, they are
    brought forward.
    """

    every: Annotated[Duration, Field(gt=0)] = 300.0
    delay: Annotated[Duration, Field(ge=0)] = 0.0
    busy: BusyTeam = BusyTeam()
    quiet: QuietTeam = QuietTeam()
    breaks: BreakMoves = BreakMoves()
    shift_end: ShiftEndMoves = ShiftEndMoves()


class Staff(Section):
    """Who works when: groups, a roster CSV of named agents, or both. A group without shift is always on."""

    groups: dict[Name, Group] = Field(default_factory=dict)
    roster: CsvFile | None = None
    shifts: dict[Name, Shift] = Field(default_factory=dict)
    shrinkage: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    floor_manager: FloorManager | None = None


# --- quality --------------------------------------------------------------------------------------


class Truth(Section):
    """How agents differ (latent). `drawn`: anew each replication, the same in all arms; `fixed`: one draw."""

    draw: Literal["drawn", "fixed"] = "drawn"
    speed_sd: NonNegative = 0.0
    resolution_sd: Annotated[float, Field(ge=0.0, le=0.3)] = 0.0
    qa_sd: NonNegative = 5.0
    empathy_sd: NonNegative = 0.15
    speed_resolution_correlation: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    qa_resolution_correlation: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.15
    intent_share: Share = 0.5


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
    severity_sd: NonNegative = 0.0
    assigned: Literal["contact", "agent"] = "contact"
    calibrate_every: Annotated[Duration, Field(gt=0)] | None = None
    calibration_leaves: Share = 0.5
    drift: Annotated[Duration, Field(gt=0)] = 13 * 7 * 86400.0


class Machine(Section):
    """A machine scores `share` of all contacts, and people none; `agent_bias_sd`: its lasting errors about agents."""

    share: Share = 1.0
    noise_sd: NonNegative = 8.7
    agent_bias_sd: NonNegative = 3.0
    lag: Annotated[Duration, Field(ge=0)] = 600.0


class Evaluation(Section):
    """QA by random sampling: expected evaluations per agent and week, with rater noise and a release lag.

    `share`, where given, is the share of all contacts instead of a number per agent and week.
    """

    per_agent_week: NonNegative = 1.25
    share: Share | None = None
    risk_weights: RiskWeights = RiskWeights()
    mean: float = 85.0
    contact_sd: NonNegative = 12.0
    rater_sd: NonNegative = 5.0
    raters: Raters = Raters()
    machine: Machine | None = None
    auto_fail: Share = 0.03
    lag: Annotated[Duration, Field(ge=0)] = 2 * 86400.0


class History(Section):
    """Pre-history: weeks of work whose evaluations, handle times and repeats the signals start from."""

    weeks: Annotated[float, Field(ge=0, le=260)] = 8.0
    contacts_per_agent_week: NonNegative = 250.0


class Signals(Section):
    """How measurements become estimates: refreshed at a cadence, shrunk towards the group's mean.

    `half_life`: an observation counts half so long after it became known. `also`: signals kept beside handle time,
    resolution and QA.
    """

    refresh: Annotated[Duration, Field(gt=0)] = 86400.0
    half_life: Annotated[Duration, Field(gt=0)] | None = None
    also: list[Literal["csat", "escalation"]] = Field(default_factory=list)
    oracle: bool = False


class Survey(Section):
    """Who answers, and how satisfaction arises (points on a 1 to 5 scale); `lag`: until a signal knows the answer."""

    response: Share = 0.15
    bias: float = 0.25
    base: float = 4.3
    unresolved: float = -1.6
    wait_per_minute: float = -0.05
    free_wait: Annotated[Duration, Field(ge=0)] = 120.0
    transfer: float = -0.4
    repeat: float = -0.75
    after_bot: float = -0.3
    noise_sd: NonNegative = 0.8
    lag: Annotated[Duration, Field(ge=0)] = 86400.0


class Defects(Section):
    """Share of handled contacts with a defect of each category."""

    information: Share = 0.04
    process: Share = 0.05
    compliance: Share = 0.01
    empathy: Share = 0.03


class Quality(Section):
    truth: Truth = Truth()
    evaluation: Evaluation = Evaluation()
    history: History = History()
    signals: Signals = Signals()
    survey: Survey = Survey()
    defects: Defects = Defects()


class Costs(Section):
    """Money per unit, in the scenario's currency. Wages stand with the groups, per paid hour."""

    currency: str = "USD"
    bot_session: NonNegative = 0.5
    line_minute: NonNegative = 0.0


class Assumption(Section):
    """One number of the scenario: what it is, how good the evidence is, and where it comes from."""

    what: str
    evidence: Literal["measured", "A", "B", "C"]
    source: str


class Scenario(Section):
    """A contact centre: what arrives, who works, how contacts flow, what quality is and what it costs."""

    title: str
    description: str = ""
    assumptions: list[Assumption] = Field(default_factory=list)
    calendar: CalendarSection
    measures: Measures = Measures()
    volume: Literal["offered", "first_contacts"] = "first_contacts"
    busyness: Busyness = Busyness()
    segments: dict[Name, Segment] = Field(default_factory=lambda: {"all": Segment(share=1.0)})
    channels: dict[Name, Channel] = Field(default_factory=lambda: {"voice": Channel()})
    intents: Annotated[dict[Name, Intent], Field(min_length=1)]
    returns: Returns = Returns()
    queues: Annotated[dict[Name, Queue], Field(min_length=1)]
    bot: Bot | None = None
    escalation: Escalation = Escalation()
    routing: Rule = Rule(rule="longest_idle")
    staff: Staff
    quality: Quality = Quality()
    costs: Costs = Costs()


# --- experiments ----------------------------------------------------------------------------------


class Arm(Section):
    """One version of the scenario: dotted overrides such as `routing.rule=quality_tier`."""

    label: str = ""
    overrides: list[str] = Field(default_factory=list)


class Primary(Section):
    """The KPI the decision is about, and the smallest difference that matters."""

    kpi: str
    matters: NonNegative = 0.0


class Guardrail(Section):
    """A KPI that must not become worse by more than `margin` (in its own unit)."""

    margin: NonNegative


class Experiment(Section):
    """A question, a base scenario, arms, a primary KPI and guardrails. The first arm is the baseline."""

    title: str
    question: str = ""
    base: Name
    arms: Annotated[dict[Name, Arm], Field(min_length=2)]
    primary: Primary
    guardrails: dict[Name, Guardrail] = Field(default_factory=dict)
    replications: Annotated[int, Field(ge=2, le=100_000)] = 20
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    confidence: Annotated[float, Field(gt=0.5, lt=1.0)] = 0.95
