"""Signals: what rules see of agents. Estimates from observations, shrunk, with their error and their sample size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.errors import ModelError
from sim.quality.shrink import Estimate, Tally, shrink

Table = list[list[float]]
ALWAYS = ("handle_time", "resolution", "qa")


class Measured:
    """Tallies of what was observed, and the estimates as last refreshed; the contract is `sim.model.policy.Signals`.

    QA is scored per agent: one estimate, shown for every intent. So is `csat`, the mean mark (1 to 5) of those who
    answered the survey. `escalation` is the share of the agent's contacts of an intent that were passed on. These two
    are kept where the scenario asks for them (`quality.signals.also`) and know nothing from before the run.
    """

    def __init__(
        self,
        tiers: Sequence[int],
        prior_handle: NDArray[np.float64],
        prior_resolution: NDArray[np.float64],
        prior_qa: float,
        also: Sequence[str] = (),
        prior_csat: float = 0.0,
    ) -> None:
        agents, intents = prior_handle.shape
        self.names = (*ALWAYS, *(name for name in ("csat", "escalation") if name in also))
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

    def fade(self, factor: float) -> None:
        """Let what was observed so far weigh less."""
        tallies = (
            self.handle_tally, self.resolution_tally, self.qa_tally, self.csat_tally, self.escalation_tally,
        )  # fmt: skip
        for tally in tallies:
            if tally is not None:
                tally.fade(factor)

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
        if signal not in ("csat", "escalation"):
            raise AttributeError(name)
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
        self._exact = {
            "handle_time": handle,
            "resolution": resolution,
            "qa": np.broadcast_to(qa[:, None], handle.shape),
        }
        super().__init__(tiers, handle, resolution, 0.0)

    def refresh(self) -> None:
        """The truth does not change with what was observed."""
        for name, exact in self._exact.items():
            self._show(name, Estimate(exact, np.zeros(exact.shape), np.full(exact.shape, np.inf)))
