"""Who is born when: the first contacts of a replication, and the source that brings them into the centre."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.config.units import DAY
from sim.model.case import Case
from sim.model.centre import Centre
from sim.model.clock import ARRIVAL, ORDER_ARRIVAL
from sim.model.codes import ORIGIN_FIRST
from sim.model.draws import Draws
from sim.model.port import Entity
from sim.model.spec import Blueprint, IntentSpec
from sim.sampling.arrivals import arrival_times, busyness
from sim.sampling.streams import Streams, normals


class Source(Entity):
    """Gives birth to cases at the times drawn for them, next arrival first."""

    __slots__ = ("_births", "_centre", "_next")

    def __init__(self, centre: Centre, births: Births) -> None:
        self._centre = centre
        self._births = births
        self._next = 0
        self._schedule()

    def _schedule(self) -> None:
        if self._next < len(self._births.times):
            self._centre.calendar.at(self._births.times[self._next], ORDER_ARRIVAL, ARRIVAL, self)

    def fire(self, kind: int, ticket: int) -> None:
        """One customer makes first contact."""
        number = self._next
        self._next = number + 1
        self._schedule()
        self._births.case(self._centre, number).begin(ORIGIN_FIRST)


class Births:
    """All first contacts of a replication in order of time; ties go by the intent's name."""

    __slots__ = ("_difficulties", "_intents", "_ks", "_patiences", "_segments", "_sentiments", "_spec", "k", "times")

    def __init__(self, blueprint: Blueprint, streams: Streams, factor: float = 1.0) -> None:
        """Draw them. `factor` multiplies every rate (it deflates recorded volumes to first contacts)."""
        draws = Draws(streams)
        calendar = blueprint.scenario.calendar
        midnight = calendar.second_of_day
        days = int(np.ceil((midnight + blueprint.horizon) / DAY))
        factors = factor * busyness(streams.purpose("busyness"), 0, days, blueprint.scenario.busyness.day_cv)
        drawn = [_times(intent, draws, factors, factor, midnight) for intent in blueprint.intents]
        intents = np.repeat(np.arange(len(drawn)), [times.size for times in drawn])
        k = np.concatenate([np.arange(times.size) for times in drawn])
        traits = np.concatenate(
            [_traits(intent, times.size, draws) for intent, times in zip(blueprint.intents, drawn, strict=True)]
        )
        times = np.concatenate(drawn)
        names = np.argsort(np.argsort([intent.name for intent in blueprint.intents]))
        order = np.lexsort((k, names[intents], times))
        segments = _segments(blueprint, traits[:, 0])
        self.times: list[float] = times[order].tolist()
        self._spec = blueprint
        self._intents: list[int] = intents[order].tolist()
        self.k: NDArray[np.int64] = k[order].astype(np.int64)  # by case number
        self._ks: list[int] = self.k.tolist()
        self._segments: list[int] = segments[order].tolist()
        self._difficulties: list[float]
        self._sentiments: list[float]
        self._patiences: list[float]
        self._difficulties, self._sentiments, self._patiences = traits[order, 1:].T.tolist()

    def case(self, centre: Centre, number: int) -> Case:
        """The case of one birth."""
        spec = self._spec
        case = Case.__new__(Case)
        case.setup(
            centre,
            number,
            spec.intents[self._intents[number]],
            self._ks[number],
            spec.segments[self._segments[number]],
            self._difficulties[number],
            self._sentiments[number],
            self._patiences[number],
        )
        return case


def _segments(blueprint: Blueprint, u: NDArray[np.float64]) -> NDArray[np.int64]:
    """The segment of each birth; shares are laid out by name, so the order of declaration moves nobody."""
    by_name = sorted(blueprint.segments, key=lambda segment: segment.name)
    bounds = np.cumsum([segment.share for segment in by_name])[:-1]
    return np.array([segment.index for segment in by_name])[np.searchsorted(bounds, u, side="right")]


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


def _traits(intent: IntentSpec, count: int, draws: Draws) -> NDArray[np.float64]:
    """Per birth: segment's uniform, difficulty (logits), sentiment (standard units), patience's uniform."""
    blocks = draws.case.blocks(intent.key, np.arange(count), 0)
    traits = np.array(blocks)
    traits[:, 1] = intent.difficulty_sd * normals(np.ascontiguousarray(blocks[:, 1]))
    traits[:, 2] = normals(np.ascontiguousarray(blocks[:, 2]))
    return traits
