"""A bot with a limit is a loss system: who finds all sessions taken goes to people, as Erlang's first formula says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.model.journal import Journal, LegEnd
from tests.oracles import birth_death
from tests.scenarios import Data, exponential, fixed
from tests.theory.lines import line
from tests.theory.measuring import Agree, Sums, measure, refuted

Built = Callable[..., Loaded]
LOAD, PLACES = 4.0, 5


def bot(**more: Any) -> Data:
    """Everybody begins with a bot that hands everybody over after a session of 100 s; people never keep anyone long."""
    data = line(LOAD, 50, 20)
    data["intents"]["call"]["bot"] = {"containment": more.pop("containment", 0.0)}
    data["bot"] = {"policy": {"rule": "bot_first"}, "session": exponential(100.0), "sentiment_limit": -20.0,
                   "max_turns": 1_000_000, "asks_human": 1.0, **more}  # fmt: skip
    return data


def turned_away(journal: Journal) -> Sums:
    """Contacts that did not begin with the bot, of all after the warm-up."""
    contacts = journal.contacts[journal.contacts["started"] >= journal.lexicon.warmup]
    return {"blocking": (np.count_nonzero(contacts["bot"] == 0), contacts.size)}


def erlang_b(places: int) -> float:
    """Blocking by so many places."""
    return birth_death.line(LOAD / 100.0, 100.0, places, waiting_room=0).blocking


@pytest.mark.parametrize("law", ["exponential", "constant"])
def test_sessions_at_once_turn_away_as_many_as_erlang_b_says(built: Built, agree: Agree, law: str) -> None:
    session = exponential(100.0) if law == "exponential" else fixed(100.0)
    found = measure(built(bot(sessions_at_once=PLACES, session=session)), turned_away)
    agree(law, found, {"blocking": erlang_b(PLACES)})
    for wrong in (PLACES - 1, PLACES + 1):
        assert refuted(found, {"blocking": erlang_b(wrong)})


def test_a_bot_that_fails_is_down_for_its_share_of_the_time(built: Built, agree: Agree) -> None:
    """Who arrives at random finds the bot down with probability down / (up + down)."""
    failures = {"up": exponential(300.0), "down": exponential(100.0)}
    found = measure(built(bot(failures=failures)), turned_away)
    agree("failures", found, {"blocking": 0.25})
    assert refuted(found, {"blocking": 1.0 / 3.0})


def sessions(journal: Journal) -> Sums:
    legs = journal.legs[(journal.legs["queue"] < 0) & (journal.legs["entered"] >= journal.lexicon.warmup)]
    return {"containment": (np.count_nonzero(legs["end"] == LegEnd.CONTAINED), legs.size)}


def test_containment_is_as_typed(built: Built, agree: Agree) -> None:
    found = measure(built(bot(containment=0.35)), sessions)
    agree("containment", found, {"containment": 0.35}, part=0.02)
    assert refuted(found, {"containment": 0.40})
