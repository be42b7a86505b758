"""Both environments with their calendars, for tests of what they promise alike."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import pytest
import simpy

from sim.model.environment import COMPILED
from sim.model.port import Calendar, Entity
from sim.model.simpy_calendar import SimpyCalendar

World = tuple[simpy.Environment, Calendar]

HAS_FAST = COMPILED and importlib.util.find_spec("sim.ext.calendar") is not None
needs_fast = pytest.mark.skipif(not HAS_FAST, reason="nothing is compiled here: there is but stock SimPy")


class Logger(Entity):
    """Python-written: notes when it is woken, then does what it was told to."""

    def __init__(self, name: str, log: list[Any], calendar: Calendar, then: Callable[[], object] | None = None) -> None:
        self.name = name
        self.log = log
        self.calendar = calendar
        self.then = then

    def fire(self, kind: int, ticket: int) -> None:
        self.log.append((self.calendar.now, self.name, kind, ticket))
        if self.then is not None:
            self.then()


def stock(initial_time: float = 0) -> World:
    """Stock SimPy and the calendar on it."""
    env = simpy.Environment(initial_time)
    return env, SimpyCalendar(env)


def fast(initial_time: float = 0) -> World:
    """The compiled environment and its calendar."""
    from sim.ext.calendar import FastEnvironment

    env = FastEnvironment(initial_time)
    return env, env.calendar


WORLDS = [pytest.param(stock, id="stock"), pytest.param(fast, id="fast", marks=needs_fast)]
