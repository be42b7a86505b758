"""One agent, any law of service: Pollaczek and Khinchine. With classes that go first: Cobham, one agent or many.

A mean wait here knows the second moment of service, so it also checks the law that is drawn; what nobody's order can
change (the waits weighted by load) and what it does change are told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from sim.config.load import Loaded
from sim.model.journal import Journal
from tests.oracles import priority
from tests.oracles.priority import Service
from tests.scenarios import Data, exponential, fixed, seconds
from tests.theory.lines import SERVICE, hyperexponential, line
from tests.theory.measuring import Agree, Found, Sums, both, kpi_sums, measure, p_wait, refuted

Built = Callable[..., Loaded]


def lognormal(cv: float) -> Data:
    return {"law": "lognormal", "mean": f"{SERVICE} s", "cv": cv}


LAWS: dict[str, tuple[Data, float, float]] = {  # law, coefficient of variation, hours a replication
    "constant": (fixed(SERVICE), 0.0, 700),
    "erlang": ({"law": "erlang", "mean": f"{SERVICE} s", "stages": 4}, 0.5, 800),
    "lognormal": (lognormal(0.5), 0.5, 800),
    "hyperexponential": (hyperexponential(SERVICE), 2.0, 2100),
}
CASES = [
    *((0.3, law) for law in LAWS),
    *(pytest.param(0.6, law, marks=pytest.mark.slow) for law in LAWS),
]


@pytest.mark.parametrize(("load", "law"), CASES)
def test_the_wait_for_one_agent_is_pollaczeks_and_khinchines(built: Built, agree: Agree, load: float, law: str) -> None:
    talk, cv, hours = LAWS[law]
    hours *= 1 if load < 0.5 else 3
    loaded = built(line(load, 1, hours, law=talk))
    found = measure(loaded, both(kpi_sums("wait_all", "occupancy"), p_wait))

    def truth(load: float, cv: float) -> dict[str, float]:
        wait = priority.pollaczek_khinchine(load / SERVICE, Service.of(SERVICE, cv))
        return {"wait_all": wait, "occupancy": load, "p_wait": load}

    agree(f"M/{law}/1, {load:.0%} busy", found, truth(load, cv))
    assert set(refuted(found, truth(1.05 * load, cv))) == {"wait_all", "occupancy", "p_wait"}
    assert set(refuted(found, truth(load, cv + 0.3))) == {"wait_all"}


def classes(loads: Sequence[float], laws: Sequence[Data], agents: int, hours: float, levels: Sequence[int]) -> Data:
    """One team and a queue, an intent and a level of priority for each class."""
    data = line(1.0, agents, hours)
    names = [f"class_{n}" for n in range(len(loads))]
    data["queues"] = {
        name: {"tier": 1, "skills": ["calls"], "priority": level} for name, level in zip(names, levels, strict=True)
    }
    data["intents"] = {
        name: {
            "channel": "voice",
            "arrivals": {"kind": "constant", "per_hour": 3600.0 * rate},
            "path": {name: {"talk": law, "resolution": 1.0}},
        }
        for name, rate, law in zip(names, loads, laws, strict=True)
    }
    return data


def wait_of(scope: str) -> Callable[[Journal], Sums]:
    """The mean wait in one scope, under its own name."""
    read = kpi_sums("wait_all", scope=scope)
    return lambda journal: {f"wait of {scope}": read(journal)["wait_all"]}


def by_class(loaded: Loaded, count: int) -> Found:
    """Mean wait of each class."""
    return measure(loaded, both(*(wait_of(f"queue:class_{n}") for n in range(count))))


def named(waits: Sequence[float]) -> dict[str, float]:
    return {f"wait of queue:class_{n}": wait for n, wait in enumerate(waits)}


MIXED_RATES = [0.0015, 0.0012, 0.0006]  # per second: 45 % busy
MIXED = [
    (exponential(SERVICE), Service.of(SERVICE, 1.0)),
    ({"law": "erlang", "mean": seconds(150.0), "stages": 4}, Service.of(150.0, 0.5)),
    (fixed(200.0), Service.of(200.0, 0.0)),
]


def test_classes_with_laws_of_their_own_wait_for_one_agent_as_cobham_says(built: Built, agree: Agree) -> None:
    laws, services = [law for law, _ in MIXED], [service for _, service in MIXED]
    found = by_class(built(classes(MIXED_RATES, laws, 1, 1200, [2, 1, 0])), 3)
    agree("M/G/1, three classes", found, named(priority.single_server(MIXED_RATES, services)))
    turned = priority.single_server(MIXED_RATES[::-1], services[::-1])[::-1]
    assert len(refuted(found, named(turned))) == 3
    wider = [Service.of(service.mean, 0.7) for service in services]
    assert len(refuted(found, named(priority.single_server(MIXED_RATES, wider)))) == 3


EQUAL = [0.003, 0.005]  # per second, for two agents: 40 % busy


def test_classes_wait_for_many_agents_as_cobham_says(built: Built, agree: Agree) -> None:
    found = by_class(built(classes(EQUAL, [exponential(SERVICE)] * 2, 2, 1200, [1, 0])), 2)
    agree("M/M/2, two classes", found, named(priority.many_servers(EQUAL, SERVICE, 2)))
    assert len(refuted(found, named(priority.many_servers(EQUAL, 1.04 * SERVICE, 2)))) == 2
    assert len(refuted(found, named(priority.many_servers([sum(EQUAL), 0.0], SERVICE, 2)))) == 2


def test_classes_of_the_same_level_wait_alike(built: Built, agree: Agree) -> None:
    """The planted fault: levels that are equal must not look like Cobham's."""
    found = by_class(built(classes(EQUAL, [exponential(SERVICE)] * 2, 2, 1100, [1, 1])), 2)
    alike = priority.many_servers([sum(EQUAL)], SERVICE, 2) * 2
    agree("M/M/2, one level", found, named(alike))
    assert len(refuted(found, named(priority.many_servers(EQUAL, SERVICE, 2)))) == 2


def test_segments_that_go_first_wait_as_cobham_says(built: Built, agree: Agree) -> None:
    data = line(0.5, 1, 900)
    data["segments"] = {"urgent": {"share": 0.4, "priority": 1}, "other": {"share": 0.6, "priority": 0}}
    found = measure(built(data), both(wait_of("segment:urgent"), wait_of("segment:other")))
    memoryless = Service.of(SERVICE, 1.0)
    urgent, other = priority.single_server([0.4 * 0.5 / SERVICE, 0.6 * 0.5 / SERVICE], [memoryless] * 2)
    agree("M/M/1, segments", found, {"wait of segment:urgent": urgent, "wait of segment:other": other})
    alike = priority.pollaczek_khinchine(0.5 / SERVICE, memoryless)
    assert len(refuted(found, dict.fromkeys(found, alike))) == 2
