"""The port of coaching rules: what a rule is shown, and what it answers.

To add a rule, write one file in `sim/coaching/`::

    from sim.coaching.port import CoachingRule, Known, Request
    from sim.registry import Params, register

    @register("coaching", "by_name")
    class ByName(CoachingRule):
        "Everybody in the order of their names."

        def choose(self, known):
            return [Request(agent, None, "next by name") for agent in range(len(known.agents))]

A rule gives an order, not a timetable: windows are put where the forecast has slack, for as many as leaders have hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.model.policy import Signals
from sim.quality.findings import Cluster, Findings, clusters
from sim.registry import Params

Array = NDArray[np.float64]
DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Request:
    """Coach this agent (by number) about this intent (None: the work in general), for a reason in a sentence."""

    agent: int
    intent: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when the rule is asked. Arrays are read-only and have the shape (agents, intents) unless stated.

    `serves`: 1 where the agent can serve the intent · `evaluated`: contacts scored and released so far in the run ·
    `defects`: of these, with a defect, shape (agents, intents, 4), in the order information, process, compliance,
    empathy · `hours`: of coaching so far, a session without intent in each · `had`: the same in all, each session
    once, shape (agents,) · `last`: when a session last ended, shape (agents,), minus infinity where none has ·
    `room`: sessions that leaders have time for before `until`, when they are asked again. `signals` only for rules
    that say `uses_signals = True`, `evaluated` and `defects` for those that say `uses_findings = True`.
    """

    now: float
    until: float
    agents: tuple[str, ...]
    tiers: tuple[int, ...]
    intents: tuple[str, ...]
    serves: Array
    signals: Signals
    evaluated: Array
    defects: Array
    hours: Array
    had: Array
    last: Array
    room: int

    def days_since(self, agent: int) -> float:
        """Days since the agent's last session; infinite where there was none."""
        return (self.now - float(self.last[agent])) / DAY

    def rested(self, agent: int, cool_down: float) -> bool:
        """Whether the last session ended so many seconds ago at least."""
        return self.now - float(self.last[agent]) >= cool_down

    def clusters(self, significance: float) -> list[Cluster]:
        """Intents and categories with more defects than chance finds, the most surprising first."""
        findings = Findings(*self.evaluated.shape)
        findings.evaluated, findings.found = self.evaluated, self.defects
        return clusters(findings, significance)


class CoachingRule:
    """Asked at a cadence for sessions, the most wanted first; the same question has the same answer."""

    uses_signals: ClassVar[bool] = False
    uses_findings: ClassVar[bool] = False

    def __init__(self, params: Params) -> None:
        self.params = params

    def choose(self, known: Known) -> list[Request]:
        """Sessions in the order in which they should get leaders and windows; more than find room may be named."""
        raise NotImplementedError

    def remarks(self, known: Known) -> list[str]:
        """What leaders should know that coaching cannot mend, in sentences; it goes into the log."""
        return []


CATEGORIES = ("information", "process", "compliance", "empathy")
