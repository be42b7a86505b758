"""Two sets of rules at work in one centre: where both are the same, nothing may show that there is a pilot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.journal import STREAMS, Journal
from sim.model.policy import Router, View
from sim.replication.rules import Trial
from sim.routing import pilot
from sim.routing.sides import DESIGNS, Days, Design
from sim.simulate import prepare, simulate
from tests.rehearsal import centres
from tests.scenarios import build

DAYS = Days.of(22 * 3600.0, 0.0, 2 * 86400.0, 10)
BY_NAME = [pytest.param(design, id=design.name) for design in DESIGNS]


def same(one: Journal, other: Journal) -> bool:
    """Whether two journals agree field by field."""
    return all(
        np.array_equal(a[name], b[name], equal_nan=a[name].dtype.kind == "f")
        for a, b in ((getattr(one, stream), getattr(other, stream)) for stream in STREAMS)
        for name in a.dtype.names or ()
    )


@pytest.mark.parametrize("design", BY_NAME)
def test_two_arms_alike_are_no_pilot_at_all(design: Design, tmp_path: Path) -> None:
    loaded = build(tmp_path, centres.everything())
    assert same(prepare(loaded).run(5, 0, trial=Trial(loaded, design, DAYS)), simulate(loaded, 5, 0))


@pytest.mark.parametrize("name", ["switchback_hour", "contact", "queue"])
def test_nor_are_they_under_a_score(name: str, tmp_path: Path) -> None:
    """Not so by agent: each rule names its best, and the longer idle of the two is taken."""
    loaded = build(tmp_path, {**centres.everything(), "routing": {"rule": "p_mu"}})
    design = next(one for one in DESIGNS if one.name == name)
    assert same(prepare(loaded).run(5, 0, trial=Trial(loaded, design, DAYS)), simulate(loaded, 5, 0))


def test_who_is_treated_changes_what_happens(tmp_path: Path) -> None:
    arms = centres.experiment(tmp_path, centres.everything(), ["routing.rule=p_mu"]).arms
    plain = simulate(arms["today"], 5, 0)
    for design in DESIGNS:
        assert not same(prepare(arms["today"]).run(5, 0, trial=Trial(arms["new"], design, DAYS)), plain), design.name


@pytest.mark.parametrize("by", ["customer", "contact"])
@pytest.mark.parametrize(("share", "arm"), [(0.0, "today"), (1.0, "new")])
def test_a_pilot_of_nobody_or_of_everybody_is_that_arm(by: str, share: float, arm: str, tmp_path: Path) -> None:
    arms = centres.experiment(tmp_path, centres.everything(), ["routing.rule=p_mu"]).arms
    design = replace(next(one for one in DESIGNS if one.name == by), share=share)
    assert same(prepare(arms["today"]).run(5, 0, trial=Trial(arms["new"], design, DAYS)), simulate(arms[arm], 5, 0))


def test_two_rules_by_score_do_not_share_a_ranking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arms = centres.experiment(tmp_path, centres.everything(), ["routing.rule=p_mu"]).arms
    scored = centres.experiment(tmp_path, {**centres.everything(), "routing": {"rule": "skill_rank"}}, []).arms["today"]
    trial = Trial(arms["new"], next(one for one in DESIGNS if one.name == "customer"), DAYS)
    apart = prepare(scored).run(5, 0, trial=trial)
    monkeypatch.setattr(pilot.PilotRouter, "_ask", lambda self, view, side: self._rules[side])  # the planted bug
    assert not same(apart, prepare(scored).run(5, 0, trial=trial))


def test_a_reservation_ends_when_the_other_rule_takes_over(tmp_path: Path) -> None:
    """Held for ever by one rule, a contact is answered within the hour in which the other rule begins."""
    data = centres.everything()
    data["intents"]["call"].pop("patience")
    held = ["routing.rule=quality_tier", "+routing.params={top_share: 0.01, min_count: 0, overflow_after: 20 h}"]
    arms = centres.experiment(tmp_path, data, held).arms
    hour = next(one for one in DESIGNS if one.name == "switchback_hour")
    trial = Trial(arms["new"], replace(hour, order="alternating"), DAYS)
    legs = prepare(arms["today"]).run(5, 0, trial=trial).legs
    waits = (legs["answered"] - legs["entered"])[(legs["tier"] == 1) & (legs["answered"] >= 0.0)]
    alone = simulate(arms["new"], 5, 0).legs
    longest = np.nanmax((alone["answered"] - alone["entered"])[alone["tier"] == 1])
    assert waits.max() < longest
    # who waits at a switch is offered there: some answers fall on the stroke of the hour, which no draw would give
    on_the_hour = np.isclose(legs["answered"] % 3600.0, 0.0)
    assert on_the_hour.any()


def test_escalation_and_bot_go_by_the_side_too(tmp_path: Path) -> None:
    data = centres.everything()
    data["escalation"]["rule"] = {"rule": "never"}
    data["intents"]["chat"]["risk"] = "high"
    arms = centres.experiment(tmp_path, data, ["escalation.rule.rule=high_risk"]).arms
    for design in DESIGNS:
        trial = Trial(arms["new"], design, DAYS)
        by_rule = prepare(arms["today"]).run(5, 0, trial=trial).legs["initiator"] == 3
        everywhere = simulate(arms["new"], 5, 0).legs["initiator"] == 3
        assert 0 < by_rule.sum() < everywhere.sum(), design.name


class Watched:
    """A rule whose choices of a contact are noted: whether each is of the rule's own side."""

    def __init__(self, rule: Router, side: int, seen: list[bool]) -> None:
        self._rule, self._side, self._seen = rule, side, seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rule, name)

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        chosen = self._rule.choose_contact(view, agent)
        self._seen.append(chosen is None or chosen.side == self._side)
        return chosen


@pytest.mark.parametrize("name", ["customer", "contact", "queue"])
def test_a_rule_serves_the_contacts_of_its_own_side_only(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arms = centres.experiment(tmp_path, centres.everything(), ["routing.rule=p_mu"]).arms
    seen: list[bool] = []
    ask = pilot.PilotRouter._ask
    monkeypatch.setattr(pilot.PilotRouter, "_ask", lambda self, view, side: Watched(ask(self, view, side), side, seen))
    design = next(one for one in DESIGNS if one.name == name)
    prepare(arms["today"]).run(5, 0, trial=Trial(arms["new"], design, DAYS))
    assert len(seen) > 500 and all(seen)
