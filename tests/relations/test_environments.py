"""`FastEnvironment` and stock SimPy run the same world alike, event for event, on random worlds full of ties.

Times are mostly small whole numbers, so nearly everything happens at an instant with much else.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import simpy

from sim.model.port import Calendar, Entity
from sim.model.simpy_calendar import At, until
from tests.relations.relation import partner, relation
from tests.unit.worlds import World, fast, needs_fast, stock

pytestmark = needs_fast

Steps = Iterator[simpy.Event]
DELAYS = (0, 0, 1, 1, 1, 2, 0.5, 0.1, 3)


class Fault(Exception):
    """Planted."""


class Timer(Entity):
    """Wakes a few times; now and then rings a bell, interrupts a process, starts one, or fails."""

    def __init__(self, toy: Toy, name: str) -> None:
        self.toy = toy
        self.name = name
        self.left = toy.source.randrange(1, 8)
        self.ticket = 0
        self.set()

    def set(self) -> None:
        source, calendar = self.toy.source, self.toy.calendar
        time = calendar.now + source.choice(DELAYS)
        self.ticket = calendar.at(time, source.choice((2, 2, 3, 4, 8, 255)), source.randrange(10), self)

    def fire(self, kind: int, ticket: int) -> None:
        toy = self.toy
        toy.note(self.name, kind, ticket == self.ticket)
        self.left -= 1
        sets_first = toy.source.random() < 0.5
        if self.left > 0 and sets_first:
            self.set()
        toy.do_something(self.name)
        if self.left > 0 and not sets_first:
            self.set()
        if self.left > 0 and toy.source.random() < 0.1:
            self.set()  # the former ticket is forgotten, its timer fires all the same


class Toy:
    """A world of timers, processes, conditions, interrupts and resources, drawn from a seed as it runs.

    The draws come in the order of what happens: a difference in order soon shows everywhere.
    """

    def __init__(self, seed: int, world: World) -> None:
        self.env, self.calendar = world
        self.source = random.Random(seed)
        self.log: list[Any] = []
        self.processes: list[simpy.Process] = []
        self.bell = self.env.event()
        self.fails = self.source.random() < 0.3
        self.desk = simpy.PriorityResource(self.env, capacity=2)
        self.preempted = simpy.PreemptiveResource(self.env, capacity=1)
        self.store = simpy.FilterStore(self.env, capacity=3)
        self.tank = simpy.Container(self.env, capacity=10, init=5)
        for number in range(self.source.randrange(1, 12)):
            Timer(self, f"timer {number}")
        for number in range(self.source.randrange(6)):
            self.start(f"process {number}")

    def note(self, *what: Any) -> None:
        self.log.append((self.env.now, self.calendar.now, *what))

    def start(self, name: str) -> None:
        self.processes.append(self.env.process(self.live(name)))

    def do_something(self, name: str) -> None:
        """What a handler may do to the processes' world."""
        choice = self.source.random()
        if choice < 0.25:
            self.ring(name)
        elif choice < 0.4 and self.processes:
            victim = self.source.choice(self.processes)
            if victim.is_alive and victim is not self.env.active_process:
                victim.interrupt(name)
        elif choice < 0.5 and len(self.processes) < 15:
            self.start(f"process {len(self.processes)}")
        elif choice < 0.55:
            event = self.env.event()
            event._ok, event._value = True, None
            event.callbacks.append(lambda _: self.note("own event of", name))
            self.env.schedule(event, self.source.choice((0, 1, 2, 3, 8)), At(self.env.now + self.source.choice(DELAYS)))
        elif choice < 0.57 and self.fails:
            self.note("fails", name)
            raise Fault(name)

    def ring(self, name: str) -> None:
        bell, self.bell = self.bell, self.env.event()
        bell.succeed(name)

    def live(self, name: str) -> Steps:
        for _ in range(self.source.randrange(1, 8)):
            try:
                yield from self.source.choice(
                    (self.sleep, self.wait, self.wait_for_all, self.use, self.fight, self.trade, self.pour)
                )(name)
                self.note(name, "goes on")
                self.do_something(name)
            except simpy.Interrupt as interrupt:
                cause = interrupt.cause
                self.note(name, "interrupted", cause if isinstance(cause, str) else type(cause).__name__)

    def sleep(self, name: str) -> Steps:
        if self.source.random() < 0.3:
            yield from until(self.env, self.env.now + self.source.choice(DELAYS))
        else:
            yield self.env.timeout(self.source.choice(DELAYS))

    def wait(self, name: str) -> Steps:
        answer = yield self.bell | self.env.timeout(self.source.choice(DELAYS), "late")
        self.note(name, "heard", list(answer.values()))

    def wait_for_all(self, name: str) -> Steps:
        yield self.env.all_of([self.env.timeout(self.source.choice(DELAYS)) for _ in range(3)])

    def use(self, name: str) -> Steps:
        with self.desk.request(priority=self.source.randrange(2)) as request:
            answer = yield request | self.env.timeout(1)
            self.note(name, "served", request in answer)
            if request in answer:
                yield self.env.timeout(self.source.choice(DELAYS))

    def fight(self, name: str) -> Steps:
        with self.preempted.request(priority=self.source.randrange(3)) as request:
            yield request
            yield self.env.timeout(1)

    def trade(self, name: str) -> Steps:
        if self.source.random() < 0.5:
            yield self.store.put(self.source.randrange(3)) | self.env.timeout(1)
        else:
            wanted = self.source.randrange(3)
            got = yield self.store.get(lambda item: item == wanted) | self.env.timeout(1)
            self.note(name, "got", list(got.values()))

    def pour(self, name: str) -> Steps:
        move = self.tank.put if self.source.random() < 0.5 else self.tank.get
        yield move(self.source.randrange(1, 5)) | self.env.timeout(1)
        self.note(name, "level", self.tank.level)


def run_out(toy: Toy) -> None:
    toy.env.run()


def run_in_pieces(toy: Toy) -> None:
    for more in (1, 0.5, 0.5, 2, 4.25):
        toy.env.run(until=toy.env.now + more)
        toy.note("until", toy.env.peek())


def run_to_bells(toy: Toy) -> None:
    for _ in range(4):
        toy.note("bell", toy.env.run(until=toy.bell), toy.env.peek())


def run_by_steps(toy: Toy) -> None:
    for _ in range(150):
        toy.note("next", toy.env.peek())
        toy.env.step()


def run_mixed(toy: Toy) -> None:
    for number in range(40):
        toy.env.step()
        if number % 10 == 9:
            toy.env.run(until=toy.env.now + 1)
            toy.note("mixed", toy.env.peek())


WAYS: list[Callable[[Toy], None]] = [run_out, run_in_pieces, run_to_bells, run_by_steps, run_mixed]


def history(seed: int, make: Callable[..., World]) -> list[Any]:
    """The log of one world, run one way; after an exception the run goes on, as a user's might."""
    toy = Toy(seed, make(0 if seed % 3 else 2.5))
    way = WAYS[seed % len(WAYS)]
    for _ in range(5):
        try:
            way(toy)
        except (Fault, RuntimeError, simpy.core.EmptySchedule, simpy.core.StopSimulation) as error:
            toy.note("raised", type(error).__name__, str(error).split(":")[0])
        else:
            break
    toy.note("end", repr(toy.env.now), toy.env.peek())
    return toy.log


def differing(seeds: range) -> list[int]:
    return [seed for seed in seeds if history(seed, stock) != history(seed, fast)]


@relation
def test_random_worlds_have_one_history() -> None:
    """Timers, processes, conditions, interrupts and resources have one history on the C calendar and on stock SimPy."""
    assert differing(range(100)) == []


@relation
@pytest.mark.slow
def test_a_thousand_random_worlds_have_one_history() -> None:
    """The same over a thousand random worlds."""
    assert differing(range(100, 1_100)) == []


@partner
def test_worlds_are_full_of_ties_and_of_everything() -> None:
    """Else the comparison above would say little."""
    logs = [history(seed, stock) for seed in range(100)]
    entries = [entry for log in logs for entry in log]
    for word in ("interrupted", "heard", "served", "got", "level", "own event of", "fails", "raised", "goes on"):
        assert sum(word in entry for entry in entries) > 20, word
    instants = sum(len({entry[0] for entry in log}) for log in logs)
    assert len(entries) > 4 * instants


@partner
def test_comparison_finds_a_calendar_that_breaks_ties_otherwise() -> None:
    """The planted bug."""

    class Reversed(Calendar):
        def __init__(self, calendar: Calendar) -> None:
            self.calendar = calendar

        @property
        def now(self) -> float:  # type: ignore[override]
            return self.calendar.now

        def at(self, time: float, order: int, kind: int, who: Entity) -> int:
            return self.calendar.at(time, 257 - order, kind, who)

    def planted(initial_time: float) -> World:
        env, calendar = fast(initial_time)
        return env, Reversed(calendar)

    assert any(history(seed, stock) != history(seed, planted) for seed in range(20))
