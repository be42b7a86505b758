"""The scenario in integers: what the flow reads on its way. Data only; `blueprint.py` drafts it from a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.config import schema
    from sim.ext.draws import Law


@dataclass(frozen=True, eq=False, repr=False)
class StepSpec:
    """One queue of an intent's path."""

    queue: int
    tier: int
    talk: Law
    hold: Law | None
    hold_share: float
    wrap_up: Law | None
    resolution: float
    intercept: float
    ability_scale: float
    population: NDArray[np.float64]  # of difficulty, see calibration.py

    @property
    def mean_handle(self) -> float:
        """Seconds of talk, hold and wrap-up of an average agent."""
        hold = self.hold_share * self.hold.mean if self.hold is not None else 0.0
        return float(self.talk.mean + hold + (self.wrap_up.mean if self.wrap_up is not None else 0.0))


@dataclass(frozen=True, eq=False, repr=False)
class BotSpec:
    """What the bot does for one intent: P(resolve) = logistic(intercept - difficulty), and the share of the rest
    that it ends without having resolved (false containment)."""

    intercept: float
    false_share: float


@dataclass(frozen=True, eq=False, repr=False)
class IntentSpec:
    """One intent: who calls about it, when, how hard it is, and where it goes."""

    index: int
    name: str
    key: int
    channel: int
    risk: int
    difficulty_sd: float
    patience: Law | None
    bot: BotSpec | None
    steps: tuple[StepSpec, ...]
    supervisor: StepSpec | None
    edges: NDArray[np.float64]
    rates: NDArray[np.float64]
    trace: NDArray[np.float64] | None


@dataclass(frozen=True, eq=False, repr=False)
class SegmentSpec:
    index: int
    name: str
    share: float
    priority: int
    patience_factor: float


@dataclass(frozen=True, eq=False, repr=False)
class ChannelSpec:
    index: int
    name: str
    whole: bool
    slowdown: tuple[float, ...]


@dataclass(frozen=True, eq=False, repr=False)
class QueueSpec:
    index: int
    name: str
    tier: int
    skills: frozenset[str]
    priority: int
    aging: float
    capacity: int
    overflow_after: float
    overflow_to: int


@dataclass(frozen=True, eq=False, repr=False)
class ReturnSpec:
    probability: float
    delay: Law


@dataclass(frozen=True, eq=False, repr=False)
class BotTierSpec:
    """Tier 0 as a whole."""

    session: Law
    turn: float
    max_turns: int
    asks_human: float
    hang_up: float
    sentiment_limit: float
    keyword_risk: int
    vip_priority: int
    context_passed: float
    context_saves: float
    context_costs: float
    sessions_at_once: int  # -1: no limit
    outages: tuple[tuple[float, float], ...]  # planned: from, to, in seconds since the start
    up: Law | None
    down: Law | None


@dataclass(frozen=True, eq=False, repr=False)
class EscalationSpec:
    agent_notices: float
    customer_asks: float
    warm: float
    handover: Law | None
    cold_costs: float
    supervisor_customer: float
    supervisor_agent: float


@dataclass(frozen=True, eq=False, repr=False)
class Blueprint:
    """A contact centre, ready to be built any number of times."""

    scenario: schema.Scenario
    horizon: float
    limit: float
    intents: tuple[IntentSpec, ...]
    segments: tuple[SegmentSpec, ...]
    channels: tuple[ChannelSpec, ...]
    queues: tuple[QueueSpec, ...]
    bot: BotTierSpec | None
    escalation: EscalationSpec
    retrial: ReturnSpec | None
    repeat: ReturnSpec | None
    false_containment: ReturnSpec | None
    max_contacts: int
    patience_per_case: bool
    priority_boost: int
