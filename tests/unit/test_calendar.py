"""What the flow and the processes beside it may rely on: the same on stock SimPy and on the compiled calendar."""

from __future__ import annotations

import gc
import itertools
import os
import random
import signal
import subprocess
import sys
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import simpy

from sim.errors import ModelError
from sim.model.environment import make
from sim.model.port import Calendar, Entity
from sim.model.simpy_calendar import At, until
from tests.unit.worlds import WORLDS, Logger, World, fast, needs_fast

INFINITY = float("inf")
NAN = float("nan")

in_both = pytest.mark.parametrize("world", WORLDS)
Make = Callable[..., World]


def names(log: list[Any]) -> list[str]:
    return [name for _, name, _, _ in log]


# --- order -----------------------------------------------------------------------------------------------------------


@in_both
def test_timers_fire_by_time_then_order_then_age(world: Make) -> None:
    env, calendar = world()
    wanted = [(time, order) for time in (3.0, 1.0, 2.0) for order in (9, 2, 255, 2, 9)]
    random.Random(1).shuffle(wanted)
    log: list[Any] = []
    for number, (time, order) in enumerate(wanted):
        calendar.at(time, order, 0, Logger(str(number), log, calendar))
    env.run()
    in_order = sorted(range(len(wanted)), key=lambda number: (*wanted[number], number))
    assert names(log) == [str(number) for number in in_order]


@in_both
def test_ten_thousand_random_timers_fire_in_order(world: Make) -> None:
    """Deep enough for all levels of the heap, with handlers that set none, one or two further timers."""
    env, calendar = world()
    source = random.Random(7)
    log: list[tuple[float, int, int]] = []
    ages = itertools.count()

    class Splitter(Entity):
        def __init__(self, time: float, order: int) -> None:
            self.key = (time, order, next(ages))
            calendar.at(time, order, 0, self)

        def fire(self, kind: int, ticket: int) -> None:
            log.append(self.key)
            for _ in range(source.choice((0, 1, 1, 2)) if len(log) < 10_000 else 0):
                Splitter(calendar.now + source.choice((0.0, 0.5, source.random())), self.key[1])

    for _ in range(500):
        Splitter(source.random(), source.randrange(2, 256))
    env.run()
    # A timer that is set at t for t stands behind what has already fired at t, but never before its own maker.
    assert len(log) > 5_000
    assert [time for time, _, _ in log] == sorted(time for time, _, _ in log)
    for (time, order, age), (time_after, order_after, age_after) in itertools.pairwise(log):
        if time == time_after and order > order_after:
            assert age_after > age  # made while this instant ran
        if (time, order) == (time_after, order_after):
            assert age_after > age


@in_both
def test_events_of_simpy_come_before_timers_of_the_instant(world: Make) -> None:
    env, calendar = world()
    log: list[Any] = []

    def process() -> Iterator[simpy.Event]:
        yield env.timeout(1.0)
        log.append((env.now, "process", 0, 0))
        calendar.at(1.0, 2, 0, Logger("set by the process", log, calendar))
        yield env.timeout(0)
        log.append((env.now, "process again", 0, 0))

    calendar.at(1.0, 2, 0, Logger("timer", log, calendar))
    env.process(process())
    env.run()
    assert names(log) == ["process", "process again", "timer", "set by the process"]


@in_both
def test_event_triggered_by_a_timer_comes_before_the_next_timer(world: Make) -> None:
    env, calendar = world()
    log: list[Any] = []
    bell = env.event()

    def process() -> Iterator[simpy.Event]:
        yield bell
        log.append((env.now, "process", 0, 0))

    env.process(process())
    calendar.at(1.0, 2, 0, Logger("first", log, calendar, bell.succeed))
    calendar.at(1.0, 2, 0, Logger("second", log, calendar))
    env.run()
    assert names(log) == ["first", "process", "second"]


@in_both
@pytest.mark.parametrize("priority", [2, 3, 200, 300])
def test_event_of_a_timers_priority_goes_by_age(world: Make, priority: int) -> None:
    """SimPy allows any priority: timers and events share one sequence, so that even this tie is defined."""
    env, calendar = world()
    log: list[Any] = []

    def event(name: str) -> None:
        made = env.event()
        made._ok, made._value = True, None
        made.callbacks.append(lambda _: log.append((env.now, name, 0, 0)))
        env.schedule(made, priority, At(1.0))

    event("a")
    calendar.at(1.0, 3, 0, Logger("b", log, calendar))
    event("c")
    calendar.at(1.0, 3, 0, Logger("d", log, calendar))
    env.run()
    assert names(log) == {2: ["a", "c", "b", "d"], 3: ["a", "b", "c", "d"]}.get(priority, ["b", "d", "a", "c"])


@in_both
def test_absolute_times_are_met_exactly(world: Make) -> None:
    """now + (t - now) may miss t by one unit in the last place; neither timers nor `until` do."""
    env, calendar = world()
    log: list[Any] = []
    source = random.Random(3)
    times = sorted(source.random() * 10 ** source.randrange(-3, 8) for _ in range(300))

    def process() -> Iterator[simpy.Event]:
        for time in times:
            yield from until(env, time)
            log.append((env.now, "process", 0, 0))

    env.process(process())
    for time in times:
        calendar.at(time, 2, 0, Logger("timer", log, calendar))
    env.run()
    assert [time for time, _, _, _ in log] == [time for time in times for _ in range(2)]


@in_both
@pytest.mark.parametrize("start", [-1e9, -0.5, -0.0, 1e-300])
def test_clock_may_start_anywhere(world: Make, start: float) -> None:
    env, calendar = world(start)
    log: list[Any] = []
    times = sorted({start, start / 2, -0.0, 5e-324, 1.0, 2.0} - {time for time in (-0.0,) if time < start})
    for time in reversed([time for time in times if time >= start]):
        calendar.at(time, 2, 0, Logger("", log, calendar))
    env.run()
    assert [time for time, _, _, _ in log] == [time for time in times if time >= start]


@in_both
def test_ticket_and_kind_come_back(world: Make) -> None:
    env, calendar = world()
    log: list[Any] = []
    tickets = [calendar.at(1.0, 2, kind, Logger("", log, calendar)) for kind in (0, 9, 255)]
    env.run()
    assert [(kind, ticket) for _, _, kind, ticket in log] == list(zip((0, 9, 255), tickets, strict=True))
    assert len(set(tickets)) == 3
    assert min(tickets) > 0


# --- refusals --------------------------------------------------------------------------------------------------------


@in_both
@pytest.mark.parametrize("time", [NAN, INFINITY, -INFINITY, 9.999, -1.0])
def test_impossible_times_are_refused(world: Make, time: float) -> None:
    env, calendar = world(10.0)
    with pytest.raises(ModelError, match="finite and never past"):
        calendar.at(time, 2, 0, Logger("", [], calendar))
    assert env.peek() == INFINITY


@in_both
@pytest.mark.parametrize(("order", "kind"), [(1, 0), (0, 0), (-1, 0), (256, 0), (2, -1), (2, 256)])
def test_impossible_orders_and_kinds_are_refused(world: Make, order: int, kind: int) -> None:
    env, calendar = world()
    with pytest.raises(ModelError, match="orders are 2 to 255"):
        calendar.at(1.0, order, kind, Logger("", [], calendar))
    assert env.peek() == INFINITY


@in_both
@pytest.mark.parametrize("who", [None, "nobody"])
def test_only_an_entity_can_be_woken(world: Make, who: object) -> None:
    env, calendar = world()
    with pytest.raises((ModelError, TypeError)):
        calendar.at(1.0, 2, 0, who)  # type: ignore[arg-type]
    assert env.peek() == INFINITY


@needs_fast
@pytest.mark.parametrize("delay", [NAN, -1, -1e-9, -INFINITY])
def test_events_for_nan_or_the_past_are_refused(delay: float) -> None:
    env, _ = fast(10)
    with pytest.raises(ModelError, match="never past"):
        env.schedule(env.event(), delay=delay)
    with pytest.raises((ModelError, ValueError)):
        env.timeout(delay)
    assert env.peek() == INFINITY


@needs_fast
@pytest.mark.parametrize("moment", [NAN, INFINITY, -INFINITY])
def test_clock_starts_at_a_finite_time(moment: float) -> None:
    with pytest.raises(ModelError, match="finite"):
        fast(moment)


@needs_fast
def test_run_until_nan_is_refused() -> None:
    env, _ = fast()
    with pytest.raises(ModelError):
        env.run(until=NAN)


@needs_fast
def test_process_may_sleep_until_it_is_interrupted() -> None:
    """SimPy's idiom for it is a timeout that never comes."""
    env, calendar = fast()
    woken = []

    def sleeper() -> Iterator[simpy.Event]:
        try:
            yield env.timeout(INFINITY)
        except simpy.Interrupt:
            woken.append(env.now)

    process = env.process(sleeper())
    calendar.at(2.5, 2, 0, Logger("", [], calendar, process.interrupt))
    env.run(until=3)
    assert woken == [2.5]


# --- exceptions ------------------------------------------------------------------------------------------------------


class Fault(Exception):
    """Raised by a handler."""


def fail() -> None:
    raise Fault


@in_both
@pytest.mark.parametrize("sets", [0, 1, 2])
def test_handler_that_raises_leaves_the_calendar_consistent(world: Make, sets: int) -> None:
    env, calendar = world()
    log: list[Any] = []

    def set_some_and_fail() -> None:
        for number in range(sets):
            calendar.at(1.5 + number, 2, 0, Logger(f"set {number}", log, calendar))
        fail()

    calendar.at(1.0, 2, 0, Logger("fails", log, calendar, set_some_and_fail))
    calendar.at(2.0, 2, 0, Logger("later", log, calendar))
    with pytest.raises(Fault):
        env.run()
    assert env.now == 1.0
    assert env.peek() == (1.5 if sets else 2.0)
    env.run()
    expected = [(1.0, "fails"), (1.5, "set 0"), (2.0, "later"), (2.5, "set 1")]
    assert [(time, name) for time, name, _, _ in log] == [
        (time, name) for time, name in expected if name in ("fails", "later") or int(name[-1]) < sets
    ]


@needs_fast
def test_handler_that_raises_leaves_no_stale_timer() -> None:
    env, calendar = fast()
    calendar.at(1.0, 2, 0, Logger("fails", [], calendar, fail))
    with pytest.raises(Fault):
        env.run()
    assert len(calendar) == 0
    with pytest.raises(simpy.core.EmptySchedule):
        env.step()


@needs_fast
def test_compiled_entity_that_raises_is_told_to_the_caller() -> None:
    """The port's own `Entity` is a compiled one, woken through C."""
    env, calendar = fast()
    calendar.at(1.0, 2, 0, Entity())
    calendar.at(1.0, 3, 0, Entity())
    with pytest.raises(NotImplementedError):
        env.run()
    assert len(calendar) == 1


@in_both
def test_run_within_a_handler_goes_on_afterwards(world: Make) -> None:
    """Nobody should, but SimPy allows it: the root's hole must be closed before the inner loop reads the heap."""
    env, calendar = world()
    log: list[Any] = []
    calendar.at(1.0, 2, 0, Logger("outer", log, calendar, env.step))
    for number in range(5):
        calendar.at(2.0 + number, 2, 0, Logger(f"inner {number}", log, calendar))
    env.run()
    assert names(log) == ["outer", *(f"inner {number}" for number in range(5))]


# --- run, step, peek -------------------------------------------------------------------------------------------------


@in_both
def test_run_until_a_number_stops_before_the_timers_of_that_instant(world: Make) -> None:
    env, calendar = world()
    log: list[Any] = []
    for time in (1.0, 2.0, 3.0):
        calendar.at(time, 2, 0, Logger(str(time), log, calendar))
    env.run(until=2)
    assert names(log) == ["1.0"]
    assert (env.now, calendar.now, env.peek()) == (2, 2.0, 2.0)
    env.run(until=3.5)
    assert names(log) == ["1.0", "2.0", "3.0"]
    assert env.now == 3.5


@in_both
def test_run_until_an_event_returns_its_value(world: Make) -> None:
    env, calendar = world()
    log: list[Any] = []
    done = env.event()
    calendar.at(1.0, 2, 0, Logger("rings", log, calendar, lambda: done.succeed("value")))
    calendar.at(1.0, 3, 0, Logger("not run", log, calendar))
    assert env.run(until=done) == "value"
    assert names(log) == ["rings"]
    with pytest.raises(RuntimeError, match="not triggered"):
        env.run(until=env.event())
    assert names(log) == ["rings", "not run"]


@in_both
def test_step_runs_one_timer_or_one_event(world: Make) -> None:
    env, calendar = world()
    log: list[Any] = []
    calendar.at(1.0, 2, 0, Logger("timer", log, calendar))
    calendar.at(1.0, 2, 0, Logger("timer 2", log, calendar))
    env.timeout(1.0).callbacks.append(lambda _: log.append((env.now, "event", 0, 0)))
    seen = []
    while env.peek() < INFINITY:
        env.step()
        seen.append(len(log))
    assert seen == [1, 2, 3]
    assert names(log) == ["event", "timer", "timer 2"]
    with pytest.raises(simpy.core.EmptySchedule):
        env.step()


@in_both
def test_peek_tells_the_earlier_of_both_queues(world: Make) -> None:
    env, calendar = world()
    assert env.peek() == INFINITY
    env.timeout(5)
    assert env.peek() == 5
    calendar.at(3.0, 2, 0, Logger("", [], calendar))
    assert env.peek() == 3.0
    env.timeout(2)
    assert env.peek() == 2


@in_both
def test_own_step_sees_each_timer_and_event(world: Make) -> None:
    """SimPy's guide to monitoring replaces `env.step`."""
    env, calendar = world()
    log: list[Any] = []
    moments = []
    original = env.step

    def traced() -> None:
        moments.append(env.peek())
        original()

    env.step = traced  # type: ignore[method-assign]
    calendar.at(1.0, 2, 0, Logger("", log, calendar))
    calendar.at(2.0, 2, 0, Logger("", log, calendar))
    env.timeout(1.5)
    env.run()
    assert moments == [1.0, 1.5, 2.0, INFINITY]
    assert len(log) == 2


@in_both
def test_whole_times_stay_whole_numbers(world: Make) -> None:
    env, calendar = world()
    assert repr(env.now) == "0"
    env.run(until=3)
    assert repr(env.now) == "3"
    calendar.at(4, 2, 0, Logger("", [], calendar))
    env.run()
    assert repr(env.now) == "4.0"


def test_made_environment_runs_timers() -> None:
    env, calendar = make()
    log: list[Any] = []
    calendar.at(1.0, 2, 0, Logger("", log, calendar))
    env.run()
    assert isinstance(env, simpy.Environment)
    assert env.now == calendar.now == 1.0
    assert len(log) == 1


# --- memory and signals ----------------------------------------------------------------------------------------------


class Held(Logger):
    """Can be watched with a weak reference."""


def cut_off(world: Make, timers: int) -> weakref.ref[Entity]:
    """A run that stops before most of its timers, whose entities hold the calendar in turn."""
    env, calendar = world()
    held = [Held("", [], calendar) for _ in range(timers)]
    for number, entity in enumerate(held):
        calendar.at(float(number), 2, 0, entity)
    env.run(until=timers / 2)
    return weakref.ref(held[-1])


@in_both
def test_run_that_was_cut_off_is_freed(world: Make) -> None:
    watched = cut_off(world, 100)
    gc.collect()
    assert watched() is None


@in_both
def test_runs_that_were_cut_off_leak_nothing(world: Make) -> None:
    cut_off(world, 2_000)
    gc.collect()
    tracemalloc.start()
    try:
        cut_off(world, 2_000)
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(20):
            cut_off(world, 2_000)
        gc.collect()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert after - before < 20_000  # one run's timers alone are 48,000 bytes


@in_both
def test_entity_is_let_go_once_it_has_fired(world: Make) -> None:
    env, calendar = world()
    watched = weakref.ref(entity := Held("", [], calendar))
    calendar.at(1.0, 2, 0, entity)
    del entity
    gc.collect()
    assert watched() is not None
    env.run()
    assert watched() is None


@needs_fast
def test_collection_during_a_handler_keeps_what_is_due() -> None:
    """While a handler runs, the heap's root is a hole: it must be neither visited nor freed."""
    env, calendar = fast()
    log: list[Any] = []

    def collect_twice() -> None:
        gc.collect()
        calendar.at(calendar.now + 0.5, 2, 0, Logger("set", log, calendar, gc.collect))
        gc.collect()

    for number in range(20):
        calendar.at(1.0 + number, 2, 0, Logger("", log, calendar, collect_twice))
    env.run()
    assert [time for time, _, _, _ in log] == [1.0 + number / 2 for number in range(40)]


@needs_fast
def test_growth_that_fails_is_a_memory_error_and_loses_nothing() -> None:
    testcapi = pytest.importorskip("_testcapi")
    env, calendar = fast()
    log: list[Any] = []
    entity = Logger("", log, calendar)
    for number in range(64):
        calendar.at(float(number), 2, 0, entity)
    testcapi.set_nomemory(0, 0)
    try:
        calendar.at(64.0, 2, 0, entity)
    except MemoryError:
        refused = True
    else:
        refused = False
    finally:
        testcapi.remove_mem_hooks()
    assert refused
    env.run()
    assert len(log) == 64


CTRL_C = """
import sys, threading, _thread
from sim.model.environment import make
from sim.model.port import Entity

class Endless(Entity):
    def fire(self, kind, ticket):
        calendar.at(calendar.now + 1.0, 2, 0, self)

env, calendar = make()
calendar.at(0.0, 2, 0, Endless())
try:
    print("running", flush=True)
    env.run()
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("pure", ["0", "1"])
def test_ctrl_c_stops_a_run(pure: str) -> None:
    root = Path(__file__).parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", CTRL_C],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "SIM_PURE": pure},
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "running\n"
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=30)
    finally:
        child.kill()
    assert out == "stopped\n"
    assert child.returncode == 0


def test_calendar_is_a_port() -> None:
    _, calendar = make()
    assert isinstance(calendar, Calendar)
