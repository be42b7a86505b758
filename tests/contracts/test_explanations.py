"""Every router explains its own decisions, and whoever asks it changes nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from sim import registry
from sim.config.load import Loaded
from sim.explain.observer import Observer, Wanted
from sim.model.journal import Journal
from sim.model.policy import Router, ScoreRouter
from sim.replication.pieces import joined
from sim.simulate import prepare, simulate
from tests.contracts.rules import added, routed
from tests.relations.test_arms import same

Built = Callable[..., Loaded]
EVERY = pytest.mark.parametrize("name", registry.names("router"))
ALL = Wanted(sample=10_000, at=0.0)
NUMBERS = (4, 10)
TIGHT = {
    "inner": {"rule": "relief"}, "max_share_move": 0.1, "share_after": 1.0, "max_occupancy": 0.5, "window": "10 min",
    "leave": "30 s", "cool_down": "0 s",
}  # fmt: skip


def watched(loaded: Loaded, seed: int, replication: int, wanted: Wanted = ALL) -> tuple[Journal, dict[str, Any]]:
    """A run under an observer, and what it tells."""
    pieces: list[Journal] = []
    observer = Observer(wanted)
    prepare(loaded).stream(seed, replication, 1.0, pieces.append, observer)
    return joined(pieces), observer.told()


@EVERY
@pytest.mark.parametrize("number", NUMBERS)
def test_an_observer_of_every_decision_changes_nothing_and_gets_a_sentence_for_each(
    name: str, number: int, built: Built
) -> None:
    made = routed(number, name)
    loaded = built(made.data, made.tables)
    journal, told = watched(loaded, 4, number)
    assert same(journal, simulate(loaded, 4, number))
    assert len(told["decisions"]) > 20
    for one in told["decisions"]:
        assert one["rule"] == name
        _check(one)
        if issubclass(registry.find("router", name).build, ScoreRouter):  # type: ignore[arg-type]
            _check_scores(one)


def _check(one: dict[str, Any]) -> None:
    """The sentence names who took it, or says why it waits; whoever was chosen stands first among the candidates."""
    sentence, chosen = one["sentence"], one["chosen"]
    assert sentence.endswith(".") and " because " in sentence
    assert len(sentence.split(" because ")[1]) > 10
    agent = one["about"] if one["question"] == "contact selection" else chosen
    assert agent is None or sentence.startswith(agent)
    assert chosen is None or (chosen in sentence and one["candidates"][0]["name"] == chosen)
    assert one["chosen"] is not None or "waits because" in sentence or "took none" in sentence


def _check_scores(one: dict[str, Any]) -> None:
    """The chosen agent's is as high as any idle one's."""
    if one["question"] == "agent selection" and one["could"] > 1:
        idle = [who["score"] for who in one["candidates"] if not who["busy"]]
        assert one["candidates"][0]["score"] >= max(idle, default=-math.inf)
        assert one["score"] in one["sentence"]


@pytest.mark.parametrize("number", NUMBERS)
def test_guardrails_that_bind_are_named_and_asking_changes_nothing(number: int, built: Built) -> None:
    made = routed(number, "guarded", TIGHT)
    loaded = built(made.data, made.tables)
    journal, told = watched(loaded, 4, number)
    assert same(journal, simulate(loaded, 4, number))
    said = " ".join(one["sentence"] for one in told["decisions"])
    assert "has had too few" in said or "more than the share allowed" in said or "above the cap" in said


class LastName(Router):
    """The idle agent whose name comes last."""

    def choose_agent(self, view: Any, contact: Any) -> Any:
        return max(view.free_agents(contact), key=lambda agent: agent.name, default=None)


def test_a_rule_that_explains_nothing_is_explained_by_its_own_first_line(built: Built) -> None:
    with added("router", "last_name", LastName):
        made = routed(4, "last_name")
        _, told = watched(built(made.data, made.tables), 4, 4)
    said = [one["sentence"] for one in told["decisions"] if one["question"] == "agent selection" and one["could"] > 1]
    assert said and all("the rule says: The idle agent whose name comes last." in sentence for sentence in said)
