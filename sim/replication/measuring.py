"""What rules are told in a replication: signals of people and bot, and the ledger of lines, each where a rule reads it.

What nobody reads is not measured, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import simpy

from sim.model.ledger import Ledger
from sim.quality.bot_signals import BotMeasured, BotMeasurement
from sim.quality.measurement import Following, Measurement
from sim.quality.signals import Measured, Oracle

if TYPE_CHECKING:
    from sim.coaching.port import CoachingRule
    from sim.model.centre import Centre
    from sim.quality.condition import Condition
    from sim.quality.feedback import Feedback


class Measuring:
    """All that is measured for the rules of one replication."""

    def __init__(
        self, env: simpy.Environment, centre: Centre, coach: CoachingRule | None, hourly_costs: Sequence[float]
    ) -> None:
        """`coach`: the rule of coaching, if there is one; `hourly_costs` of the agents."""
        self._env, self._centre, self._hourly_costs = env, centre, hourly_costs
        self._told = coach is not None and (coach.uses_signals or coach.uses_findings)
        self._refresh = centre.blueprint.scenario.quality.signals.refresh
        self._people: Measurement | None = None
        self._bot: BotMeasurement | None = None
        self._ledger: Ledger | None = None
        self.signals: Measured | None = None  # of people; None where no rule reads them

    def start(self, first: Callable[[], Measured], feedback: Feedback, condition: Condition | None) -> None:
        """Give the centre what its rules read, and refresh it while it runs; `first` makes the signals of second 0."""
        centre = self._centre
        if centre.router.uses_ledger:
            self._ledger = Ledger(centre)
            centre.view.lend(self._ledger)
        if centre.router.uses_signals or self._told:
            self.signals = first()
            self._follow_people(self.signals, feedback, condition)
        if centre.bot_policy is not None and centre.bot_policy.uses_signals:
            self._follow_bot(BotMeasured(len(centre.blueprint.intents)))

    def _follow_people(self, signals: Measured, feedback: Feedback, condition: Condition | None) -> None:
        centre, router = self._centre, self._centre.router
        if router.uses_signals:
            centre.signals = signals
            router.refresh(centre.view)
        if isinstance(signals, Oracle):
            if condition is not None:
                self._env.process(Following(centre, signals, condition).run(self._env, self._refresh))
        elif self._refresh < centre.blueprint.limit:
            self._people = Measurement(centre, signals, feedback)
            self._env.process(self._people.run(self._env, self._refresh))

    def _follow_bot(self, signals: BotMeasured) -> None:
        """Bot and people by intent."""
        self._centre.bot_signals = signals
        if self._refresh < self._centre.blueprint.limit:
            self._bot = BotMeasurement(self._centre, signals, self._hourly_costs)
            self._env.process(self._bot.run(self._env, self._refresh))

    def restart(self, agent: int) -> None:
        """Someone new is on the seat, of whom nothing is known."""
        if self.signals is None:
            return
        if self._people is not None:
            self._people.forget_agent(agent)
        self.signals.restart(agent)
        self.signals.refresh()
        self._centre.router.refresh(self._centre.view)
        self._centre.offer_who_waits()

    def read(self) -> None:
        """The recorder is about to be emptied."""
        for reader in (self._people, self._ledger, self._bot):
            if reader is not None:
                reader.read()
                reader.forget()
