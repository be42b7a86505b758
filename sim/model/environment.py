"""Which environment the flow runs on: the compiled calendar where it is there, stock SimPy where it is not."""

from __future__ import annotations

import importlib

import simpy

from sim.model import port
from sim.model.port import Calendar
from sim.model.simpy_calendar import SimpyCalendar

COMPILED: bool = not str(port.__file__).endswith(".py")


def make() -> tuple[simpy.Environment, Calendar]:
    """A new environment at time 0, and the calendar on it.

    A compiled flow reads its clock as a C double, which stock SimPy does not keep; so it has the one environment,
    and a broken `sim.ext.calendar` is an ImportError, no reason to run on another.
    """
    if COMPILED:
        env = importlib.import_module("sim.ext.calendar").FastEnvironment()
        return env, env.calendar
    env = simpy.Environment()
    return env, SimpyCalendar(env)
