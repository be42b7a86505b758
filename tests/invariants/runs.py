"""What holds in every run, whatever the scenario: each invariant a function that yields, in words, what broke it.

The functions stand in the modules beside this one, by what they are about; `INVARIANTS` has them all by name. What they
compare is recomputed from the legs, the roster, the draws and the scenario's text (`account`), or counted by watching
the run itself: the same replication runs twice, the second time with an observer that looks before every moment at
which the first one changed.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
import simpy

from sim.config.load import Loaded
from sim.metrics import kpis
from sim.model.agent import Agent
from sim.model.journal import Journal
from sim.model.simpy_calendar import At
from sim.simulate import simulate
from sim.staff import shifts
from tests.invariants.account import Account
from tests.scenarios import FORCED, Data, Made, Wide, fixed, seconds

SEED = 7
URGENT = 0  # before anything else that happens at that instant


class Sight(NamedTuple):
    """What an observer saw just before anything happened at `moment`: lengths of queues, contacts in agents' hands."""

    moment: float
    waiting: tuple[int, ...]
    in_hand: tuple[int, ...]


class Watched(NamedTuple):
    """A run that was observed."""

    sights: list[Sight]
    journal: Journal


class Run:
    """A random scenario, its journal, and what is seen when it runs again.

    `events`: how many timers and SimPy events the undisturbed run set.
    """

    def __init__(self, made: Made, account: Account, events: int, watch: Callable[[], Watched]) -> None:
        self.made = made
        self.account = account
        self.events = events
        self.watch = watch

    @cached_property
    def watched(self) -> Watched:
        """The second run: what was seen, and its journal."""
        return self.watch()

    @cached_property
    def table(self) -> pd.DataFrame:
        """The KPIs of the journal, a row each."""
        return kpis.table(self.account.journal)

    @cached_property
    def kpi(self) -> dict[tuple[str, str, str], float]:
        """Numerators by KPI, scope and interval."""
        table = self.table
        keys = zip(table.kpi.astype(str), table.scope.astype(str), table.interval.astype(str), strict=True)
        return dict(zip(keys, table.numerator.tolist(), strict=True))


Invariant = Callable[[Run], Iterator[str]]
INVARIANTS: dict[str, Invariant] = {}


def invariant(claim: Invariant) -> Invariant:
    """Add to the list."""
    INVARIANTS[claim.__name__] = claim
    return claim


READ_THE_PLAN = (
    "states_and_loads_are_what_legs_and_plan_say",
    "agents_answer_only_while_on_duty",
    "a_session_held_is_time_in_coaching_and_all_time_in_coaching_is_one",
    "nobody_waits_while_an_agent_who_could_serve_is_free",
    "cost_is_what_roster_bot_and_line_come_to",
    "the_number_of_events_is_bounded",
)  # which a floor manager changes while the run goes on


def broken(run: Run, but: Sequence[str] = ()) -> dict[str, str]:
    """The first violation of each invariant that does not hold, those named in `but` left out."""
    found = {name: next(claim(run), None) for name, claim in INVARIANTS.items() if name not in but}
    return {name: words for name, words in found.items() if words is not None}


# --- running ---------------------------------------------------------------------------------------------------------


def run(number: int, lie: Callable[[Made], object] | None = None, kind: type[Tied] | None = None) -> Run:
    """Build and run random scenario `number`.

    `lie` changes the scenario that is played, not the one that the account is told of: to see it found out.
    """
    told, played = scenario(number, kind), scenario(number, kind)
    if lie is not None:
        lie(played)
    with tempfile.TemporaryDirectory() as folder:
        believed, loaded = told.load(Path(folder) / "told"), played.load(Path(folder) / "played")
    environments: list[simpy.Environment] = []
    journal = _play(loaded, number, lambda env, _: environments.append(env))
    law = told.data["escalation"].get("handover")
    account = Account(believed, journal, SEED, number, 0.0 if law is None else float(law["value"].split()[0]))
    return Run(told, account, next(environments[0]._eid), partial(_watched, loaded, number, _moments(journal)))


def _watched(loaded: Loaded, number: int, moments: list[float]) -> Watched:
    sights: list[Sight] = []
    journal = _play(loaded, number, lambda env, agents: env.process(_observe(env, agents, moments, sights)))
    return Watched(sights, journal)


@lru_cache(maxsize=20)
def honest(number: int) -> Run:
    """A true run, kept for the next test."""
    return run(number)


def scenario(number: int, kind: type[Tied] | None = None) -> Made:
    """Random scenario `number`, with prices of its own."""
    made = (kind or Tied)(number)
    price(made)
    return made


class Tied(Wide):
    """A random scenario half of whose times are of `FORCED`: a third of `Wide`'s laws are, and every fourth of all.

    More of its lines overflow than those of `Wide`, or are full, and every other one has a warm-up. No floor manager
    changes the plan, which some invariants read; `Managed` has one.
    """

    managed = False

    def _scenario(self) -> Data:
        data = super()._scenario()
        if not self.managed:
            data["staff"].pop("floor_manager", None)
        data["calendar"]["warmup"] = random.Random(f"warm-up {self.number}").choice(["0 s", "0 s", "10 min", "30 min"])
        return data

    def _queues(self) -> Data:
        queues = super()._queues()
        lines = sorted(name for name in queues if name != "lead")
        for name, to in pairwise(lines):
            if self._chance(0.4):
                queues[name]["overflow"] = {"after": seconds(self._random.choice([0, 1, 5, 60])), "to": to}
            if self._chance(0.3):
                queues[name]["capacity"] = self._random.choice([0, 1, 5])
        return queues

    def _law(self, *means: float) -> Data:
        return fixed(self._random.choice(FORCED)) if self._chance(0.25) else super()._law(*means)


class Managed(Tied):
    """The same with a floor manager, who moves breaks and ends of shifts: always where anybody works in shifts."""

    managed = True

    def _scenario(self) -> Data:
        data = super()._scenario()
        if any("shift" in group or "plan" in group for group in data["staff"]["groups"].values()):
            data["staff"].setdefault("floor_manager", self._floor_manager())
        return data


def price(made: Made) -> None:
    """Give everything a price, other than the default ones."""
    pick = random.Random(f"prices {made.number}").choice
    made.data["costs"] = {"bot_session": pick([0.0, 0.35]), "line_minute": pick([0.0, 0.07])}
    staff = made.data["staff"]
    staff["shrinkage"] = pick([0.0, 0.2])
    for group in staff["groups"].values():
        group["hourly_cost"] = pick([0.0, 17.5, 41.0])
    if "roster" in staff:
        people = made.tables[staff["roster"]]
        people["hourly_cost"] = [pick([0.0, 23.25]) for _ in people["name"]]


def _play(loaded: Loaded, number: int, watch: Callable[[simpy.Environment, list[Agent]], object]) -> Journal:
    """Run it; `watch` is called before the first moment."""
    start = shifts.start

    def begin(env: simpy.Environment, agents: list[Agent], *more: Any) -> Any:
        watch(env, agents)
        return start(env, agents, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shifts, "start", begin)
        return simulate(loaded, SEED, number)


def _moments(journal: Journal) -> list[float]:
    """Every moment at which a record begins or ends, in order."""
    legs, states = journal.legs, journal.states
    moments = {*legs["entered"].tolist(), *legs["answered"].tolist(), *legs["ended"].tolist()}
    return sorted(moment for moment in moments | set(states["end"].tolist()) if moment >= 0.0)


def _observe(
    env: simpy.Environment, agents: list[Agent], moments: list[float], sights: list[Sight]
) -> Iterator[simpy.Event]:
    for moment in moments:
        event = simpy.Event(env)
        event._ok, event._value = True, None
        env.schedule(event, URGENT, At(moment))
        yield event
        waiting = tuple(queue.waiting for queue in agents[0].centre.queues)
        sights.append(Sight(moment, waiting, tuple(agent.in_hand for agent in agents)))
