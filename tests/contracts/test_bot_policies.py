"""Every bot policy keeps its contract, and each of ours does what its name says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim import registry
from sim.config.load import Loaded
from sim.model.journal import Initiator, Journal, LegEnd, Origin
from sim.model.policy import BotPolicy, View
from sim.registry import Params
from sim.simulate import simulate
from tests.contracts.rules import added, imports, peeks
from tests.relations.test_arms import same, teams
from tests.scenarios import Data, exponential, fixed

Built = Callable[..., Loaded]
EVERY = pytest.mark.parametrize("name", registry.names("bot"))


def _with(rule: str, params: Data | None = None, **bot: Any) -> Data:
    data = teams(
        bot={
            "policy": {"rule": rule, "params": params or {}},
            "session": exponential(60),
            "keyword_risk": "none",
            **bot,
        },
        returns={"repeat": {"probability": 0.9, "delay": exponential(60)}},
    )
    for intent in data["intents"].values():
        intent["bot"] = {"containment": 0.4, "false_containment": 0.5}
    return data


@EVERY
def test_builds_with_default_parameters_and_says_in_a_line_what_it_does(name: str) -> None:
    assert isinstance(registry.build("bot", name, {}), BotPolicy)
    assert len(registry.find("bot", name).summary) > 10


@EVERY
def test_refuses_a_parameter_it_does_not_know(name: str) -> None:
    with pytest.raises(ValidationError):
        registry.build("bot", name, {"no_such_parameter": 1})


@EVERY
def test_does_not_reach_behind_the_view(name: str) -> None:
    rule = registry.find("bot", name).build
    assert peeks(rule) == []
    assert not [module for module in imports(rule) if module.startswith(("sim.quality", "sim.model.truth"))]


class TwiceParams(Params):
    """Which policy is asked twice."""

    inner: str


class Twice(BotPolicy):
    """Asks another policy twice."""

    def __init__(self, params: TwiceParams) -> None:
        super().__init__(params)
        self._inner: BotPolicy = registry.build("bot", params.inner, {})
        self.uses_signals = self._inner.uses_signals

    def sends_to_bot(self, view: View, contact: Any, choice: float) -> bool:
        first = self._inner.sends_to_bot(view, contact, choice)
        assert self._inner.sends_to_bot(view, contact, choice) is first
        return first


@EVERY
def test_is_deterministic_and_answers_the_same_when_asked_twice(name: str, built: Built) -> None:
    one = simulate(built(_with(name)), 4, 0)
    with added("bot", "twice", Twice, TwiceParams):
        assert same(one, simulate(built(_with("twice", {"inner": name})), 4, 0))


def _sent(journal: Journal) -> set[tuple[int, int]]:
    bot = journal.contacts[journal.contacts["bot"] == 1]
    return {(int(contact["case"]), int(contact["attempt"])) for contact in bot}


def test_human_first_sends_nobody(built: Built) -> None:
    assert not _sent(simulate(built(_with("human_first")), 1, 0))


def test_bot_first_sends_everybody_but_who_comes_back(built: Built) -> None:
    journal = simulate(built(_with("bot_first")), 1, 0)
    assert ((journal.contacts["bot"] == 1) == (journal.contacts["origin"] == Origin.FIRST)).all()
    again = simulate(built(_with("bot_first", {"repeats_to_human": False})), 1, 0)
    assert (again.contacts["bot"] == 1).all()


def test_a_larger_share_of_choosers_contains_the_smaller_one(built: Built) -> None:
    shares = (0.2, 0.5, 1.0)
    sent = [_sent(simulate(built(_with("customer_choice", {"bot_share": share})), 1, 0)) for share in shares]
    firsts = [{case for case, attempt in one if attempt == 0} for one in sent]
    assert firsts[0] < firsts[1] < firsts[2]


def test_an_intent_the_bot_does_not_know_never_meets_it(built: Built) -> None:
    data = _with("bot_first")
    del data["intents"]["move"]["bot"]
    journal = simulate(built(data), 1, 0)
    unknown = journal.contacts["intent"] == journal.lexicon.intents.index("move")
    assert not journal.contacts["bot"][unknown].any()


@pytest.mark.parametrize(
    ("bot", "initiator"),
    [
        ({"keyword_risk": "high"}, Initiator.KEYWORD),
        ({"vip_priority": 0}, Initiator.VIP),
        ({"sentiment_limit": 20.0}, Initiator.SENTIMENT),
    ],
)
def test_a_rule_hands_off_after_the_first_turn(bot: Data, initiator: Initiator, built: Built) -> None:
    journal = simulate(built(_with("bot_first", turn="10 s", **bot)), 1, 0)
    legs = journal.legs[journal.legs["tier"] == 0]
    handed = legs[legs["initiator"] == initiator]
    assert handed.size
    assert (handed["end"] == LegEnd.HANDED_OFF).all()
    assert (handed["ended"] - handed["entered"] <= 10.0 + 1e-9).all()


def test_too_many_turns_hand_off_at_the_last_one(built: Built) -> None:
    bot = {"session": fixed(100.0), "turn": "10 s", "max_turns": 3, "asks_human": 0.0, "sentiment_limit": -20.0}
    legs = simulate(built(_with("bot_first", **bot)), 1, 0).legs
    legs = legs[legs["tier"] == 0]
    turned = legs[legs["initiator"] == Initiator.TURNS]
    assert turned.size and np.allclose(turned["ended"] - turned["entered"], 30.0)
    assert not (legs["initiator"] == Initiator.CONFIDENCE).any()


class Odd(BotPolicy):
    """Sends every other customer to the bot, by the number of the case."""

    def sends_to_bot(self, view: View, contact: Any, choice: float) -> bool:
        return bool(contact.case.number % 2)


def test_a_policy_of_one_class_runs(built: Built) -> None:
    with added("bot", "odd", Odd):
        assert all(case % 2 for case, _ in _sent(simulate(built(_with("odd")), 1, 0)))
