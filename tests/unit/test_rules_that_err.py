"""A user's rule that errs is answered with an exception, compiled or not: never with a crash of the process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.errors import ModelError
from sim.model.policy import Router, ScoreRouter, View
from sim.registry import Params
from sim.simulate import simulate
from tests.contracts.rules import added, routed

ASKS: dict[str, Callable[[View, Any], object]] = {
    "urgency": lambda view, agent: view.urgency(None),  # type: ignore[arg-type]
    "lanes": lambda view, agent: view.lanes(None),  # type: ignore[arg-type]
    "kind": lambda view, agent: view.kind(None),  # type: ignore[arg-type]
    "most_urgent": lambda view, agent: view.most_urgent(None),  # type: ignore[arg-type]
    "can_take": lambda view, agent: agent.can_take(None),
    "serves": lambda view, agent: agent.lane.serves(None),
}


@pytest.mark.parametrize("ask", sorted(ASKS))
def test_nothing_where_a_contact_is_needed_is_an_error(ask: str, built: Any) -> None:
    class Careless(Router):
        """Asks about nobody."""

        def choose_agent(self, view: View, contact: Any) -> Any:
            for agent in view.free_agents(contact):
                ASKS[ask](view, agent)
            return None

    with added("router", "careless", Careless, Params) as name:
        made = routed(1, name)
        with pytest.raises((AttributeError, AssertionError, TypeError)):
            simulate(built(made.data, made.tables), 1, 0)


def test_an_agent_of_another_centre_is_refused(built: Any) -> None:
    class Poacher(Router):
        """Keeps the first agent it ever saw."""

        known: Any = None

        def choose_agent(self, view: View, contact: Any) -> Any:
            Poacher.known = Poacher.known or next(view.free_agents(contact), None)
            return Poacher.known

    with added("router", "poacher", Poacher, Params) as name:
        made = routed(1, name)
        loaded = built(made.data, made.tables)
        with pytest.raises(ModelError, match="Poacher"):
            for replication in range(2):
                simulate(loaded, 1, replication)


WRONG: dict[str, tuple[str, object]] = {
    "an agent's name": ("choose_agent", "Ann"),
    "a number for a contact": ("choose_contact", 7),
    "a word for a time": ("reconsider", "later"),
}


@pytest.mark.parametrize("case", sorted(WRONG))
def test_an_answer_of_the_wrong_kind_names_the_rule(case: str, built: Any) -> None:
    question, answer = WRONG[case]

    class Absurd(Router):
        """Answers one question with something else."""

        def choose_agent(self, view: View, contact: Any) -> Any:
            return next(view.free_agents(contact), None)

    setattr(Absurd, question, lambda self, view, about: answer)
    with added("router", "absurd", Absurd, Params) as name:
        made = routed(1, name)
        with pytest.raises(ModelError, match=f"Absurd.{question} answered"):
            simulate(built(made.data, made.tables), 1, 0)


def test_a_score_of_the_wrong_kind_names_the_rule(built: Any) -> None:
    class Wordy(ScoreRouter):
        """Scores in words."""

        def score(self, view: View, agent: Any, contact: Any) -> Any:
            return "good"

    with added("router", "wordy", Wordy, Params) as name:
        made = routed(1, name)
        with pytest.raises(ModelError, match=r"Wordy\.score"):
            simulate(built(made.data, made.tables), 1, 0)
