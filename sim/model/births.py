# cython: nonecheck=False
"""Who is born when: the first contacts of a replication, and the source that brings them into the centre."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.config.units import DAY
from sim.ext.draws import normal
from sim.model.case import Case
from sim.model.centre import Centre
from sim.model.clock import ARRIVAL, ORDER_ARRIVAL
from sim.model.codes import ORIGIN_FIRST
from sim.model.draws import Draws
from sim.model.port import Entity
from sim.model.spec import Blueprint, IntentSpec, SegmentSpec
from sim.sampling.arrivals import arrival_times, busyness
from sim.sampling.streams import Streams


class Source(Entity):
    """Gives birth to cases at the times drawn for them, next arrival first."""

    __slots__ = ("_births", "_centre", "_next")

    def __init__(self, centre: Centre, births: Births) -> None:
        self._centre = centre
        self._births = births
        self._next = 0
        self._schedule()

    def _schedule(self) -> None:
        if self._next < self._births.count:
            self._centre.calendar.at(self._births.time(self._next), ORDER_ARRIVAL, ARRIVAL, self)

    def fire(self, kind: int, ticket: int) -> None:
        """One customer makes first contact."""
        self._next += 1
        self._schedule()
        self._births.case(self._centre, self._next - 1).begin(ORIGIN_FIRST)


class Births:
    """All first contacts of a replication in order of time; ties go by the intent's name.

    Fourteen bytes a birth: when, of which intent and which of it. Who it is follows from that address, at the birth.
    """

    __slots__ = ("_bounds", "_by_intent", "_by_share", "_intents", "_ks", "_times", "count", "k")

    def __init__(self, blueprint: Blueprint, streams: Streams, factor: float = 1.0) -> None:
        """Draw them. `factor` multiplies every rate (it deflates recorded volumes to first contacts)."""
        draws = Draws(streams)
        calendar = blueprint.scenario.calendar
        midnight = calendar.second_of_day
        days = int(np.ceil((midnight + blueprint.horizon) / DAY))
        factors = factor * busyness(streams.purpose("busyness"), 0, days, blueprint.scenario.busyness.day_cv)
        by_name = sorted(blueprint.intents, key=lambda intent: intent.name)
        drawn = [_times(intent, draws, factors, factor, midnight) for intent in by_name]
        counts = [times.size for times in drawn]
        times = np.concatenate(drawn)
        del drawn
        order = np.argsort(times, kind="stable")  # so that ties stay in order of name and k
        self.count = times.size
        self._times = times[order].data
        del times
        self._intents = np.repeat(np.array([intent.index for intent in by_name], np.int16), counts)[order].data
        self.k: NDArray[Any] = np.concatenate([np.arange(count, dtype=np.int32) for count in counts])[order]
        self._ks = self.k.data  # int32, by case number
        self._by_intent = blueprint.intents
        self._by_share = sorted(blueprint.segments, key=lambda segment: segment.name)  # a new order moves nobody
        self._bounds = np.cumsum([segment.share for segment in self._by_share])[:-1].data

    def time(self, number: int) -> float:
        """When this birth is due."""
        return self._times[number]

    def case(self, centre: Centre, number: int) -> Case:
        """The case of one birth."""
        intent = self._by_intent[self._intents[number]]
        k = self._ks[number]
        segment, difficulty, sentiment, patience = centre.draws.case.block(intent.key, k, 0)
        case = Case.__new__(Case)
        case.setup(
            centre,
            number,
            intent,
            k,
            self._segment(segment),
            intent.difficulty_sd * normal(difficulty),
            sentiment,
            patience,
        )
        return case

    def _segment(self, u: float) -> SegmentSpec:
        """The segment in whose share the uniform falls."""
        place = 0
        while place < len(self._bounds) and self._bounds[place] <= u:
            place += 1
        return self._by_share[place]


def _times(
    intent: IntentSpec, draws: Draws, factors: NDArray[np.float64], factor: float, midnight: float
) -> NDArray[np.float64]:
    if intent.trace is not None:
        return _thinned(intent, draws, factor)
    edges, rates = intent.edges, intent.rates
    if np.ptp(factors) > 0.0:
        midnights = np.arange(factors.size) * DAY - midnight
        edges = np.union1d(edges, midnights[(midnights > 0.0) & (midnights < edges[-1])])
        rates = intent.rates[np.searchsorted(intent.edges, edges[:-1], side="right") - 1]
    day = np.minimum(((edges[:-1] + midnight) // DAY).astype(int), factors.size - 1)
    return arrival_times(draws.arrival, intent.key, edges, rates * factors[day])


def _thinned(intent: IntentSpec, draws: Draws, factor: float) -> NDArray[np.float64]:
    """A recorded trace as it is; with a factor below 1 each arrival is kept with that probability, by its own draw."""
    assert intent.trace is not None
    kept = draws.arrival.blocks(intent.key, np.arange(intent.trace.size), 0)[:, 0] < factor
    return intent.trace[kept]
