"""Coaching as booked capacity: heads beyond what contacts need, where the plan has most slack.

An agent's week of coaching is a share `hours / week` of its paid time, so a plan of H head-seconds books
H · hours / week of them, in sessions. Each session goes where planned occupancy, with the sessions placed before, is
lowest; never more than `at_once` of the heads are in coaching.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from sim.config.schema import Duration, Share
from sim.errors import UsageError
from sim.registry import Params
from sim.staffing.forecast import Array, Forecast, Heads
from sim.staffing.levers import occupancy


class CoachingLever(Params):
    """`hours` of coaching in each agent's `week` of paid time, in sessions of `session`.

    `at_once`: largest share of the heads in coaching at one time, but one person where two or more are planned.
    Defaults: 30 min a week in one session (80 % of supervisors spend under 2 h a day on all coaching; range 15 to
    60 min), of a week of 40 h; a tenth at once is a bracket.
    """

    hours: Annotated[Duration, Field(gt=0)] = 1800.0
    week: Annotated[Duration, Field(gt=0)] = 40 * 3600.0
    session: Annotated[Duration, Field(gt=0)] = 1800.0
    at_once: Annotated[Share, Field(gt=0.0)] = 0.10

    @model_validator(mode="after")
    def _fits(self) -> CoachingLever:
        if self.hours >= self.week:
            raise ValueError(f"{self.hours / 3600:g} h of coaching do not fit into a week of {self.week / 3600:g} h")
        return self


def booked(forecast: Forecast, heads: Heads, lever: CoachingLever) -> Heads:
    """Heads in coaching in each interval; UsageError where the plan has no room for all sessions."""
    most = np.where(heads >= 2, np.maximum(1, np.floor(lever.at_once * heads + 1e-9)), 0).astype(np.int64)
    span = max(1, int(np.ceil(lever.session / forecast.lengths[0] - 1e-9)))
    seconds = float(heads @ forecast.lengths) * lever.hours / lever.week
    wanted = int(np.ceil(seconds / lever.session - 1e-9))
    placed = np.zeros_like(heads)
    for number in range(wanted):
        at = _quietest(occupancy.planned(forecast, heads + placed), placed < most, span)
        if at is None:
            raise UsageError(
                f"coaching: {wanted} sessions of {lever.session / 60:g} min are wanted and {number} find room; "
                "allow more at_once, or book fewer hours"
            )
        placed[at : at + span] += 1
    return placed


def _quietest(busy: Array, room: np.ndarray[tuple[int], np.dtype[np.bool_]], span: int) -> int | None:
    """First interval of the `span` in a row that all have room and are least busy together; None: there are none."""
    if busy.size < span:
        return None
    windows = np.lib.stride_tricks.sliding_window_view
    together = np.where(windows(room, span).all(axis=1), windows(busy, span).sum(axis=1), np.inf)
    at = int(np.argmin(together))
    return at if np.isfinite(together[at]) else None
