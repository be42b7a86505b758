"""Defects: by agent, by a fault of the process, and what evaluations make of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.model.journal import ContactEnd, Journal
from sim.quality.findings import Findings, clusters, named
from sim.simulate import known, simulate
from tests.relations.outcome import same
from tests.unit.test_quality_loop import desk

Built = Callable[..., Loaded]
NONE = {"information": 0.0, "process": 0.0, "compliance": 0.0, "empathy": 0.0}


def ran(built: Built, defects: Any, **changes: Any) -> Journal:
    data = desk({"share": 1.0}, **changes)
    data["quality"]["defects"] = defects
    return simulate(built(data), 1, 0)


def handled(journal: Journal) -> np.ndarray:
    contacts = journal.contacts
    return contacts[(contacts["agent"] >= 0) & np.isin(contacts["end"], (ContactEnd.RESOLVED, ContactEnd.UNRESOLVED))]


def test_agents_alike_and_no_cluster_are_as_none(built: Built) -> None:
    plain = ran(built, {})
    later = {"intent": "bill", "category": "process", "share": 1.0, "since": "9 h"}
    assert same(plain, ran(built, {"agent_sd": 0.0, "clusters": []}))
    assert same(plain, ran(built, {"clusters": [later]}))
    assert not same(plain, ran(built, {"agent_sd": 1.0}))


def test_the_stated_share_comes_back_whatever_agents_differ_by(built: Built) -> None:
    """Over many agents: the spread of the agents' own shares is the largest part of the error."""
    staff = {"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 400}}}
    shares = []
    for seed in range(6):
        data = desk({}, staff=staff)
        data["quality"]["defects"] = {**NONE, "process": 0.2, "agent_sd": 1.0}
        data["routing"] = {"rule": "longest_idle"}
        shares.append((handled(simulate(built(data), seed, 0))["defects"] > 0).mean())
    error = np.std(shares, ddof=1) / np.sqrt(len(shares))
    assert abs(np.mean(shares) - 0.2) < 4.0 * error < 0.05


def test_able_agents_make_fewer_defects_by_the_stated_correlation(built: Built) -> None:
    data = desk({"share": 1.0})
    data["quality"]["defects"] = {**NONE, "process": 0.3, "agent_sd": 2.0, "resolution_correlation": 1.0}
    data["quality"]["truth"] = {"resolution_sd": 0.1}
    loaded = built(data)
    journal, (truth, _) = simulate(loaded, 1, 0), known(loaded, 1, 0)
    rows = handled(journal)
    able = np.mean(truth.ability, axis=1)
    shares = [(rows["defects"][rows["agent"] == agent] > 0).mean() for agent in range(len(able))]
    assert np.corrcoef(able, shares)[0, 1] < -0.8


def test_a_fault_of_the_process_hits_its_intent_in_its_time_and_nothing_else(built: Built) -> None:
    fault = {"intent": "bill", "category": "process", "share": 1.0, "since": "1 h", "until": "2 h"}
    rows = handled(ran(built, {**NONE, "clusters": [fault]}))
    hit = (rows["intent"] == 0) & (rows["ended"] >= 3600.0) & (rows["ended"] < 7200.0)
    assert hit.sum() > 50
    assert (rows["defects"][hit] == 2).all() and not rows["defects"][~hit].any()


def test_evaluations_tell_a_fault_of_the_process_from_one_of_a_person() -> None:
    def found(by_agent: np.ndarray) -> Findings:
        findings = Findings(20, 3)
        findings.evaluated[:, :] = 40.0
        findings.found[:, :, 0] = 1.0
        findings.found[:, 1, 0] = by_agent
        return findings

    (process,) = clusters(found(np.full(20, 8.0)))
    person = np.ones(20)
    person[7] = 30.0
    (own,) = clusters(found(person))
    assert (process.intent, process.category, process.process) == (1, "information", True)
    assert (own.process, own.agents[0]) == (False, 7)
    assert not clusters(found(np.ones(20)))
    assert "look at the process" in named([process], ["a", "b", "c"])[0]
    assert named([own], ["a", "b", "c"])[0].startswith("b, information: 49 defects in 800 evaluations, ")


@pytest.mark.slow
def test_clusters_of_chance_are_found_as_seldom_as_stated() -> None:
    """Defects thrown at random: one table in a hundred, at most, shows a cluster."""
    dice = np.random.default_rng(5)
    false = 0
    for _ in range(1000):
        findings = Findings(15, 4)
        findings.evaluated[:, :] = 25.0
        findings.found[:, :, :] = dice.binomial(25, 0.04, findings.found.shape)
        false += bool(clusters(findings))
    assert false <= 10 + 4 * np.sqrt(10)
