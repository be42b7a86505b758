"""Signals: what rules see of agents. Estimates from observations, shrunk, with their error and their sample size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.errors import ModelError
from sim.quality.findings import Findings
from sim.quality.shrink import Estimate, Tally, shrink

Table = list[list[float]]
ALWAYS = ("handle_time", "resolution", "qa")
QUEUE_SIGNALS = ("queue_handle_time", "queue_escalation", "queue_wait")
OPTIONAL = ("csat", "escalation", "sentiment", *QUEUE_SIGNALS)  # kept where the scenario asks for them


class Measured:
    """Tallies of what was observed, and the estimates as last refreshed; the contract is `sim.model.policy.Signals`.

    QA is scored per agent: one estimate, shown for every intent. So are `csat`, the mean mark (1 to 5) of those who
    answered the survey, and `sentiment`, the mean of what speech analytics hears at the end of contacts (standard
    units). `escalation` is the share of the agent's contacts of an intent that were passed on. `queue_handle_time`,
    `queue_escalation` and `queue_wait` are of a queue: one column, `[queue.index][0]`. All these are kept where the
    scenario asks for them (`quality.signals.also`) and know nothing from before the run.

    `findings`: defects that released evaluations found.
    """

    def __init__(
        self,
        tiers: Sequence[int],
        prior_handle: NDArray[np.float64],
        prior_resolution: NDArray[np.float64],
        prior_qa: float,
        also: Sequence[str] = (),
        prior_csat: float = 0.0,
        queue_tiers: Sequence[int] = (),
    ) -> None:
        agents, intents = prior_handle.shape
        self.names = (*ALWAYS, *(name for name in ("csat", "escalation", "sentiment") if name in also))
        self._tiers = np.array(tiers, dtype=np.int64)
        self._prior_handle = prior_handle
        self._prior_resolution = prior_resolution
        self._prior_qa = np.full((agents, 1), prior_qa)
        self.handle_tally = Tally.empty(agents, intents)
        self.resolution_tally = Tally.empty(agents, intents)
        self.qa_tally = Tally.empty(agents, 1)
        self.csat_tally = Tally.empty(agents, 1) if "csat" in also else None
        self.escalation_tally = Tally.empty(agents, intents) if "escalation" in also else None
        self._prior_csat = np.full((agents, 1), prior_csat)
        self.sentiment_tally = Tally.empty(agents, 1) if "sentiment" in also else None
        self._queue_tiers = np.array(queue_tiers, dtype=np.int64)
        kept = QUEUE_SIGNALS if "queues" in also else ()
        self.queue_tallies = {name: Tally.empty(len(queue_tiers), 1) for name in kept}
        self.findings = Findings(agents, intents)
        self.refresh()

    def refresh(self) -> None:
        """Turn the tallies into the estimates that rules see from now on."""
        self._show("handle_time", shrink(self.handle_tally, self._tiers, self._prior_handle))
        self._show("resolution", shrink(self.resolution_tally, self._tiers, self._prior_resolution))
        self._show_agents("qa", shrink(self.qa_tally, self._tiers, self._prior_qa))
        if self.csat_tally is not None:
            self._show_agents("csat", shrink(self.csat_tally, self._tiers, self._prior_csat))
        if self.escalation_tally is not None:
            none = np.zeros(self._prior_handle.shape)
            self._show("escalation", shrink(self.escalation_tally, self._tiers, none))

        if self.sentiment_tally is not None:
            self._show_agents("sentiment", shrink(self.sentiment_tally, self._tiers, np.zeros(self._prior_csat.shape)))
        for name, tally in self.queue_tallies.items():
            self._show(name, shrink(tally, self._queue_tiers, np.zeros(tally.count.shape)))

    def fade(self, factor: float) -> None:
        """Let what was observed so far weigh less."""
        for tally in (*self._of_agents(), *self.queue_tallies.values()):
            tally.fade(factor)
        self.findings.fade(factor)

    def restart(self, agent: int) -> None:
        """Someone new takes the agent's seat: nothing is known of them."""
        for tally in self._of_agents():
            tally.restart(agent)
        self.findings.restart(agent)

    def _of_agents(self) -> list[Tally]:
        tallies = (
            self.handle_tally, self.resolution_tally, self.qa_tally, self.csat_tally, self.escalation_tally,
            self.sentiment_tally,
        )  # fmt: skip
        return [tally for tally in tallies if tally is not None]

    def _show_agents(self, name: str, estimate: Estimate) -> None:
        """One estimate an agent, shown for every intent."""
        shape = self._prior_handle.shape
        parts = (estimate.mean, estimate.error, estimate.count)
        self._show(name, Estimate(*(np.broadcast_to(part, shape) for part in parts)))

    def _show(self, name: str, estimate: Estimate) -> None:
        setattr(self, name, estimate.mean.tolist())
        setattr(self, f"{name}_error", estimate.error.tolist())
        setattr(self, f"{name}_count", estimate.count.tolist())

    def __getattr__(self, name: str) -> Table:
        """What is not kept: tell the rule's author which key of the scenario keeps it."""
        signal = name.removesuffix("_error").removesuffix("_count")
        if signal not in OPTIONAL:
            raise AttributeError(name)
        signal = "queues" if signal in QUEUE_SIGNALS else signal
        raise ModelError(
            f"the signal {signal!r} is not kept; quality.signals.also: [{signal}] keeps it (an oracle never)"
        )

    handle_time: Table
    handle_time_error: Table
    handle_time_count: Table
    resolution: Table
    resolution_error: Table
    resolution_count: Table
    qa: Table
    qa_error: Table
    qa_count: Table


class Oracle(Measured):
    """For researchers: the expected value of each measurement given the truth, without noise or delay."""

    def __init__(
        self,
        tiers: Sequence[int],
        handle: NDArray[np.float64],
        resolution: NDArray[np.float64],
        qa: NDArray[np.float64],
    ) -> None:
        self.know(handle, resolution, qa)
        super().__init__(tiers, handle, resolution, 0.0)

    def know(self, handle: NDArray[np.float64], resolution: NDArray[np.float64], qa: NDArray[np.float64]) -> None:
        """The truth as it is now; shown at the next refresh."""
        self._exact = {
            "handle_time": handle,
            "resolution": resolution,
            "qa": np.broadcast_to(qa[:, None], handle.shape),
        }

    def refresh(self) -> None:
        """The truth does not change with what was observed."""
        for name, exact in self._exact.items():
            self._show(name, Estimate(exact, np.zeros(exact.shape), np.full(exact.shape, np.inf)))
