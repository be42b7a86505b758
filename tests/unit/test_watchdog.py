"""A replication that would never end is a failure like any other, and a busy one is left alone."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import simpy

from sim import simulate
from sim.config.load import Loaded, load
from sim.errors import ModelError
from sim.experiment import plan, study, watchdog
from sim.experiment.plan import Task
from sim.experiment.replication import Instruments, perform, real
from sim.experiment.watchdog import Limits, watched
from sim.metrics import kpis
from sim.simulate import prepare

SHORT = ["calendar.length='1 h'", "calendar.warmup='10 min'"]
QUICK = Limits(still=0.1, look=0.02)


def goes_round(env: simpy.Environment) -> Iterator[Any]:
    """Waits until a quarter of an hour is over, and then for no time at all, for ever."""
    yield env.timeout(900.0)
    while True:
        yield env.timeout(0.0)


def endless(loaded: Loaded, seed: int, replication: int, births_factor: float = 1.0) -> Any:
    """A replication in which, in number 1, a process never lets time pass."""
    one = simulate._Replication(prepare(loaded), seed, replication, births_factor)
    facts = kpis.begin(one.lexicon)
    if replication == 1:
        one.env.process(goes_round(one.env))
    one.run(facts.take)
    return facts


def tools() -> Instruments:
    usual = real()
    return Instruments(endless, endless, usual.results, usual.flows, usual.definitions)


def test_a_loop_without_delay_ends_as_a_failure_that_names_its_moment_and_its_place() -> None:
    made = plan.of_scenario(load("single_queue", SHORT), 3, 1)
    failure = perform(made, tools(), Task("single_queue", 1), QUICK).failure
    assert failure is not None
    assert "simulated time stands still at 900 s" in failure.message
    assert "env.run" in failure.trace


def test_the_replications_beside_it_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "Limits", lambda seconds: QUICK)
    with pytest.warns(UserWarning, match="1 replications failed"):
        found = study.run("single_queue", 3, 1, "local", workers=2, overrides=SHORT, instruments=tools())
    assert [failed.replication for failed in found.failures] == [1]
    assert set(found.kpis["replication"]) == {0, 2}


def test_a_replication_that_takes_too_long_ends_too() -> None:
    with pytest.raises(ModelError, match=r"longer than time_limit=0\.2 s"):
        watched(Limits(seconds=0.2, look=0.05), lambda _thread: None, _busy)


def test_time_that_moves_is_no_standstill_and_work_before_and_after_a_run_is_none_either() -> None:
    clock = iter(range(10**6))
    watched(QUICK, lambda _thread: float(next(clock)), lambda: _busy(0.25))
    watched(QUICK, lambda _thread: None, lambda: _busy(0.25))


def test_waiting_without_working_is_no_standstill() -> None:
    watched(QUICK, lambda _thread: 1.0, lambda: time.sleep(0.3))


def test_a_rule_that_catches_everything_cannot_stay() -> None:
    def catches() -> None:
        for _ in range(3):
            try:
                _busy()
            except Exception:
                continue

    with pytest.raises(ModelError, match="stands still"):
        watched(QUICK, lambda _thread: 1.0, lambda: (catches(), _busy()))


def test_nothing_is_raised_after_the_watch_is_over() -> None:
    for _ in range(20):
        with pytest.raises(ModelError):
            watched(Limits(still=0.0, look=0.001), lambda _thread: 1.0, _busy)
        _busy(0.01)


PROFILED = """
import cProfile
from sim.experiment.watchdog import USUAL, watched
profile = cProfile.Profile()
profile.enable()
watched(USUAL, lambda _thread: None, lambda: sum(range(1000)))
profile.disable()
print("over")
"""


def test_a_watched_replication_can_be_profiled() -> None:
    """An interpreter that is told to take back what was never raised stands still here."""
    done = subprocess.run([sys.executable, "-c", PROFILED], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout == "over\n"


def test_the_usual_limits_are_far_from_what_a_busy_instant_takes() -> None:
    assert watchdog.USUAL.still >= 10.0
    assert watchdog.USUAL.seconds is None


def _busy(seconds: float = 5.0) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
