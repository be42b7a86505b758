"""Signals: what rules see of agents. Estimates from observations, shrunk, with their error and their sample size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.quality.shrink import Estimate, Tally, shrink

Table = list[list[float]]


class Measured:
    """Tallies of what was observed, and the estimates as last refreshed; the contract is `sim.model.policy.Signals`.

    QA is scored per agent: one estimate, shown for every intent.
    """

    def __init__(
        self,
        tiers: Sequence[int],
        prior_handle: NDArray[np.float64],
        prior_resolution: NDArray[np.float64],
        prior_qa: float,
    ) -> None:
        agents, intents = prior_handle.shape
        self._tiers = np.array(tiers, dtype=np.int64)
        self._prior_handle = prior_handle
        self._prior_resolution = prior_resolution
        self._prior_qa = np.full((agents, 1), prior_qa)
        self.handle_tally = Tally.empty(agents, intents)
        self.resolution_tally = Tally.empty(agents, intents)
        self.qa_tally = Tally.empty(agents, 1)
        self.refresh()

    def refresh(self) -> None:
        """Turn the tallies into the estimates that rules see from now on."""
        self._show("handle_time", shrink(self.handle_tally, self._tiers, self._prior_handle))
        self._show("resolution", shrink(self.resolution_tally, self._tiers, self._prior_resolution))
        qa = shrink(self.qa_tally, self._tiers, self._prior_qa)
        shape = self._prior_handle.shape
        self._show("qa", Estimate(*(np.broadcast_to(part, shape) for part in (qa.mean, qa.error, qa.count))))

    def _show(self, name: str, estimate: Estimate) -> None:
        setattr(self, name, estimate.mean.tolist())
        setattr(self, f"{name}_error", estimate.error.tolist())
        setattr(self, f"{name}_count", estimate.count.tolist())

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
