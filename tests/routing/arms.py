"""Arms of small experiments on routing: the same customers under several rules, and how sure a difference is."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.journal import Journal, LegEnd
from sim.simulate import simulate
from tests.scenarios import Data, build, centre, exponential, fixed

Numbers = NDArray[np.float64]
Measure = Callable[[Journal], float]
SURE = 3.0  # standard errors
SEED = 7
MORNING = {"start": "2026-03-02T08:00", "length": "3 h", "interval": "30 min", "max_drain": "3 h"}


LATER = {"repeat": {"probability": 1.0, "delay": fixed(86_400)}}  # failures are known by signals, and not served
SOON = {"repeat": {"probability": 1.0, "delay": exponential(600)}, "max_contacts": 10}


def one_pool(count: int = 10, per_hour: float = 150.0, returns: Data = LATER, **more: Any) -> Data:
    """One queue and one pool of agents who differ in speed and resolution, which signals show exactly."""
    truth = {"speed_sd": 0.3, "resolution_sd": 0.12, **more.pop("truth", {})}
    quality = {"truth": truth, "signals": {"oracle": True}, **more.pop("quality", {})}
    return centre(
        calendar=MORNING,
        intents={"call": intent(per_hour, resolution=0.6)},
        staff={"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": count}}},
        returns=returns,
        quality=quality,
        **more,
    )


def two_pools(plain: float = 90.0, rare: float = 45.0) -> Data:
    """Plain calls that both pools serve, and rare ones that only the flexible pool does."""
    return centre(
        calendar=MORNING,
        intents={"plain": intent(plain, "a"), "rare": intent(rare, "b")},
        queues={"a": {"tier": 1, "skills": ["x"]}, "b": {"tier": 1, "skills": ["y"]}},
        staff={
            "groups": {
                "ones": {"tier": 1, "skills": {"x": 1.0}, "count": 5},
                "both": {"tier": 1, "skills": {"x": 1.0, "y": 1.0}, "count": 4},
            }
        },
        quality={"signals": {"oracle": True}},
    )


def two_queues(count: int = 7) -> Data:
    """Dear and cheap calls in a queue each, one pool for both."""
    return centre(
        calendar=MORNING,
        intents={"dear": intent(50, "a"), "cheap": intent(90, "b")},
        queues={"a": {"tier": 1, "skills": ["s"]}, "b": {"tier": 1, "skills": ["s"]}},
        staff={"groups": {"agents": {"tier": 1, "skills": {"s": 1.0}, "count": count}}},
        quality={"signals": {"oracle": True}},
    )


def intent(per_hour: float, queue: str = "front", talk: float = 180.0, resolution: float = 1.0, **more: Any) -> Data:
    """Calls at a constant rate into one queue."""
    return {
        "channel": "voice",
        "arrivals": {"kind": "constant", "per_hour": per_hour},
        "difficulty_sd": 0.5,
        "path": {queue: {"talk": exponential(talk), "resolution": resolution}},
        **more,
    }


def rule(name: str, **params: Any) -> Data:
    """As a scenario names it."""
    return {"rule": name, "params": params}


def run(data: Data, routing: Data, replication: int = 0) -> Journal:
    """One replication under a rule."""
    with tempfile.TemporaryDirectory() as folder:
        return simulate(build(Path(folder), {**deepcopy(data), "routing": routing}), SEED, replication)


def measured(data: Data, routing: Data, measure: Measure, replications: int = 8) -> Numbers:
    """A measure in each replication; equal replications of two arms share their customers."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = build(Path(folder), {**deepcopy(data), "routing": routing})
        return np.array([measure(simulate(loaded, SEED, number)) for number in range(replications)])


def compared(data: Data, one: Data, other: Data, measure: Measure, replications: int = 16) -> float:
    """How many standard errors the first rule's measure is above the other's."""
    return z(measured(data, one, measure, replications) - measured(data, other, measure, replications))


def z(differences: Numbers) -> float:
    """Mean difference in standard errors."""
    return float(differences.mean() / (differences.std(ddof=1) / np.sqrt(differences.size)))


# --- measures --------------------------------------------------------------------------------------------------------


def answered(journal: Journal, intent: str | None = None) -> NDArray[np.void]:
    """Legs that an agent handled to their end."""
    legs = journal.legs[(journal.legs["agent"] >= 0) & (journal.legs["end"] != LegEnd.UNFINISHED)]
    return legs if intent is None else legs[legs["intent"] == journal.lexicon.intents.index(intent)]


def wait(journal: Journal, intent: str | None = None) -> float:
    """Mean seconds until an answer."""
    legs = answered(journal, intent)
    return float((legs["answered"] - legs["entered"]).mean())


def resolution(journal: Journal) -> float:
    """Share of handled contacts that were resolved."""
    return float((answered(journal)["end"] == LegEnd.RESOLVED).mean())


def waits(journal: Journal, intent: str) -> Numbers:
    """Seconds that each answered contact of an intent waited."""
    legs = answered(journal, intent)
    return np.asarray(legs["answered"] - legs["entered"])


def handle_time(journal: Journal) -> float:
    """Mean seconds of a handled contact."""
    legs = answered(journal)
    return float((legs["ended"] - legs["answered"]).mean())


def idle_share(journal: Journal, of: Sequence[int]) -> float:
    """Share of all agents' idleness in the measured time that is these agents'."""
    idle = 1.0 - work(journal) / journal.lexicon.horizon
    return float(idle[list(of)].sum() / idle.sum())


def named(journal: Journal, prefix: str) -> list[int]:
    """The agents of a group."""
    return [index for index, name in enumerate(journal.lexicon.agents) if name.startswith(prefix)]


def work(journal: Journal) -> Numbers:
    """Seconds handled within the measured time, by agent."""
    legs = answered(journal)
    ends = np.minimum(legs["ended"], journal.lexicon.horizon)
    seconds = np.maximum(ends - legs["answered"], 0.0)
    return np.bincount(legs["agent"], seconds, len(journal.lexicon.agents))


def contacts(journal: Journal) -> NDArray[np.int64]:
    """Contacts handled, by agent."""
    return np.bincount(answered(journal)["agent"], minlength=len(journal.lexicon.agents))
