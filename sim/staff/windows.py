"""Where a session fits: the agent at work throughout, a leader free, few colleagues away, and most slack first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.config.schema import Coaching
from sim.staff.person import Person
from sim.staffing.forecast import Heads
from sim.staffing.slack import Slack, team_of


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of planning intervals, from number `first` on; `start` in seconds."""

    agent: int
    first: int
    start: float


class Windows:
    """Windows taken so far, and the search for the next one."""

    def __init__(self, spec: Coaching, slack: Slack, staff: Sequence[Person]) -> None:
        self._spec = spec
        self._slack = slack
        self._teams = [team_of(person) for person in staff]
        step = float(slack.edges[1] - slack.edges[0])
        self.span = max(1, int(np.ceil(spec.session / step - 1e-9)))
        count = slack.edges.size - 1
        self._away = {team: np.zeros(count, dtype=np.int64) for team in slack.spare}
        self._leaders = np.zeros(count, dtype=np.int64)
        self._taken = [np.zeros(count, dtype=np.int64) for _ in staff]

    def find(self, agent: int, after: float, before: float) -> Window | None:
        """The window with most slack that begins at `after` or later and ends by `before`; None: there is none.

        Slack of a window is that of its tightest interval, colleagues in coaching taken off; of equals the first.
        """
        edges, team = self._slack.edges, self._teams[agent]
        low, high = int(np.searchsorted(edges, after - 1e-6)), int(np.searchsorted(edges, before + 1e-6)) - 1
        if high - low < self.span:
            return None
        at = slice(low, high)
        away = self._away[team][at]
        free = (self._slack.at_work[agent][at] > 0) & (self._taken[agent][at] == 0)
        free &= (away < self._spec.most_away) & (self._leaders[at] < self._spec.leaders)
        left = np.where(free, self._slack.spare[team][at] - away - 1.0, -np.inf)
        tightest = np.lib.stride_tricks.sliding_window_view(left, self.span).min(axis=1)
        best = int(np.argmax(tightest))
        if not tightest[best] >= self._spec.least_slack or not np.isfinite(tightest[best]):
            return None
        return Window(agent, low + best, float(edges[low + best]))

    def take(self, window: Window) -> None:
        """Nobody else gets its leader and its place."""
        self._mark(window, 1)

    def give_back(self, window: Window) -> None:
        """The session will not take place."""
        self._mark(window, -1)

    def _mark(self, window: Window, by: int) -> None:
        at = slice(window.first, window.first + self.span)
        counts: list[Heads] = [self._away[self._teams[window.agent]], self._leaders, self._taken[window.agent]]
        for count in counts:
            count[at] += by
