"""Every escalation rule keeps its contract, and each of ours does what its name says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from sim import registry
from sim.config.load import Loaded
from sim.model.journal import Initiator, LegEnd
from sim.model.policy import EscalationRule, View
from sim.registry import Params
from sim.simulate import simulate
from tests.contracts.rules import NUMBERS, added, imports, peeks, stub
from tests.relations.test_arms import same, teams
from tests.scenarios import Data, Made, exponential

Built = Callable[..., Loaded]
EVERY = pytest.mark.parametrize("name", registry.names("escalation"))


def _made(number: int, rule: str, params: Data | None = None) -> Made:
    made = Made(number)
    made.data["escalation"]["rule"] = {"rule": rule, "params": params or {}}
    return made


@EVERY
def test_builds_with_default_parameters_and_says_in_a_line_what_it_does(name: str) -> None:
    assert isinstance(registry.build("escalation", name, {}), EscalationRule)
    assert len(registry.find("escalation", name).summary) > 10


@EVERY
def test_refuses_a_parameter_it_does_not_know(name: str) -> None:
    with pytest.raises(ValidationError):
        registry.build("escalation", name, {"no_such_parameter": 1})


@EVERY
def test_does_not_reach_behind_the_view(name: str) -> None:
    rule = registry.find("escalation", name).build
    assert peeks(rule) == []
    assert not [module for module in imports(rule) if module.startswith(("sim.quality", "sim.model.truth"))]


class TwiceParams(Params):
    """Which rule is asked twice."""

    inner: str


class Twice(EscalationRule):
    """Asks another rule twice."""

    def __init__(self, params: TwiceParams) -> None:
        super().__init__(params)
        self._inner: EscalationRule = registry.build("escalation", params.inner, {})

    def escalates(self, view: View, contact: Any, agent: Any) -> bool:
        first = self._inner.escalates(view, contact, agent)
        assert self._inner.escalates(view, contact, agent) is first
        return first


@EVERY
@pytest.mark.parametrize("number", NUMBERS)
def test_is_deterministic_and_answers_the_same_when_asked_twice(name: str, number: int, built: Built) -> None:
    made = _made(number, name)
    one = simulate(built(made.data, made.tables), 4, number)
    with added("escalation", "twice", Twice, TwiceParams):
        twice = _made(number, "twice", {"inner": name})
        assert same(one, simulate(built(twice.data, twice.tables), 4, number))


def _ruled(rule: Data) -> Data:
    data = teams(escalation={"rule": rule}, returns={"repeat": {"probability": 0.9, "delay": exponential(60)}})
    data["queues"]["side"].pop("overflow")
    return data


def test_never_leaves_it_to_agents_and_customers(built: Built) -> None:
    legs = simulate(built(_ruled({"rule": "never"})), 1, 0).legs
    assert not (legs["end"] == LegEnd.ESCALATED).any()


def test_high_risk_escalates_every_unresolved_contact_of_risky_intents_and_no_other(built: Built) -> None:
    journal = simulate(built(_ruled({"rule": "high_risk"})), 1, 0)
    legs = journal.legs[journal.legs["tier"] == 1]
    risky = legs["intent"] == journal.lexicon.intents.index("move")
    assert (legs["end"][risky] == LegEnd.ESCALATED).any()
    assert not (legs["end"][risky] == LegEnd.UNRESOLVED).any()
    assert not (legs["end"][~risky] == LegEnd.ESCALATED).any()
    assert (legs["initiator"][legs["end"] == LegEnd.ESCALATED] == Initiator.RULE).all()


@pytest.mark.parametrize("contacts", [1, 2, 3])
def test_after_contacts_escalates_from_the_nth_contact_of_a_case_on(contacts: int, built: Built) -> None:
    journal = simulate(built(_ruled({"rule": "after_contacts", "params": {"contacts": contacts}})), 1, 0)
    legs = journal.legs[journal.legs["tier"] == 1]
    late = legs["attempt"] + 1 >= contacts
    assert (legs["end"][late] == LegEnd.ESCALATED).any()
    assert not (legs["end"][late] == LegEnd.UNRESOLVED).any()
    assert not (legs["end"][~late] == LegEnd.ESCALATED).any()


def test_the_lowest_risk_class_of_high_risk_is_a_parameter() -> None:
    contact = stub(intent=stub(risk=1))
    assert registry.build("escalation", "high_risk", {"risk": "medium"}).escalates(None, contact, None)
    assert not registry.build("escalation", "high_risk", {}).escalates(None, contact, None)


class Always(EscalationRule):
    """Up with everything."""

    def escalates(self, view: View, contact: Any, agent: Any) -> bool:
        return True


def test_a_rule_of_one_class_runs(built: Built) -> None:
    with added("escalation", "always", Always):
        legs = simulate(built(_ruled({"rule": "always"})), 1, 0).legs
    assert not (legs["end"][legs["tier"] == 1] == LegEnd.UNRESOLVED).any()
