"""Intents to the better-measured of bot and people: what is measured, and that the rule follows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.errors import ModelError
from sim.model.journal import ContactEnd, Journal, Origin
from sim.model.policy import BotPolicy, View
from sim.quality.bot_signals import BotMeasured
from sim.replication import measuring
from sim.simulate import simulate
from tests.contracts.rules import added
from tests.scenarios import Data, centre, exponential, fixed

Built = Callable[..., Loaded]
HOUR = 3600.0
GOOD, BAD = 0, 1  # intents: one that the bot settles, one that it only seems to settle


def data(**params: Any) -> Data:
    """A day; who was not helped is back within the hour that is the repeat window. Lines are never long."""
    made = centre(
        calendar={"start": "2026-03-02T00:00", "length": "24 h", "max_drain": "2 h"},
        measures={"repeat_window": "1 h"},
        returns={"repeat": {"probability": 0.9, "delay": fixed(600)}, "max_contacts": 3},
        bot={"policy": {"rule": "better_measured", "params": {"fewest": 30, "explore": 0.2, **params}},
             "session": exponential(60), "sentiment_limit": -20.0, "asks_human": 0.5, "hang_up": 0.1},
        quality={"history": {"weeks": 0}, "signals": {"refresh": "30 min"}},
    )  # fmt: skip
    call = made["intents"].pop("call")
    call["path"]["front"]["resolution"] = 0.7
    made["intents"] = {
        "good": {**call, "bot": {"containment": 0.9}},
        "bad": {**call, "bot": {"containment": 0.9, "false_containment": 0.9}},
    }
    made["staff"]["groups"]["agents"]["count"] = 12
    return made


class Kept:
    """A run, with the signals it ended with."""

    def __init__(self, loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
        kept: list[BotMeasured] = []

        class Keeping(BotMeasured):
            def __init__(self, intents: int) -> None:
                super().__init__(intents)
                kept.append(self)

        monkeypatch.setattr(measuring, "BotMeasured", Keeping)
        self.journal = simulate(loaded, 5, 0)
        (self.signals,) = kept


def to_bot(journal: Journal, intent: int, since: float = 6 * HOUR) -> float:
    contacts = journal.contacts
    firsts = contacts[(contacts["origin"] == Origin.FIRST) & (contacts["intent"] == intent)]
    return float((firsts["bot"][firsts["started"] > since] == 1).mean())


def test_each_intent_ends_with_the_better_but_for_the_customers_it_explores_with(built: Built) -> None:
    journal = simulate(built(data()), 5, 0)
    found = to_bot(journal, GOOD), to_bot(journal, BAD)
    error = (0.1 * 0.9 / (18 * 60)) ** 0.5
    assert abs(found[0] - 0.9) < 4.0 * error and abs(found[1] - 0.1) < 4.0 * error


def test_customers_are_split_evenly_until_both_are_measured(built: Built) -> None:
    journal = simulate(built(data(fewest=100_000)), 5, 0)
    for intent in (GOOD, BAD):
        assert abs(to_bot(journal, intent, 0.0) - 0.5) < 4.0 * (0.25 / (24 * 60)) ** 0.5


def test_what_makes_no_difference_goes_to_the_cheaper(built: Built) -> None:
    cheap, dear = data(tie=1.0), data(tie=1.0)
    dear["costs"] = {"bot_session": 50.0}
    shares = [to_bot(simulate(built(made), 5, 0), BAD) for made in (cheap, dear)]
    assert shares[0] > 0.8 and shares[1] < 0.2


def test_containment_asks_more_of_the_bot_than_resolution_does(built: Built) -> None:
    """A bot that contains half and hands over the rest at once: with people behind it, it resolves as much as they."""
    shares = []
    for by in ("resolution", "containment"):
        made = data(by=by)
        made["intents"]["good"]["bot"] = {"containment": 0.5}
        made["bot"]["hang_up"] = 0.0
        shares.append(to_bot(simulate(built(made), 5, 0), GOOD))
    assert shares[0] > 0.8 and shares[1] < 0.2


def test_signals_are_what_the_journal_says_of_contacts_whose_window_is_over(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Kept(built(data(fewest=100_000)), monkeypatch)
    contacts = run.journal.contacts
    last = np.floor(run.journal.states["end"].max() / 1800.0) * 1800.0
    ended = (ContactEnd.RESOLVED, ContactEnd.UNRESOLVED, ContactEnd.CONTAINED, ContactEnd.HUNG_UP)
    kept = contacts[(contacts["origin"] == Origin.FIRST) & np.isin(contacts["end"], ended)]
    kept = kept[kept["ended"] + HOUR <= last]
    settled = ~(kept["next_due"] < kept["ended"] + HOUR) & (kept["end"] != ContactEnd.HUNG_UP)
    for intent in (GOOD, BAD):
        for bot, column in ((1, 0), (0, 1)):
            which = (kept["intent"] == intent) & (kept["bot"] == bot)
            tally = run.signals.resolution_tally
            assert tally.count[intent, column] == which.sum() > 100
            assert tally.total[intent, column] == (settled & which).sum()
        contained = (kept["end"] == ContactEnd.CONTAINED) & (kept["intent"] == intent) & settled
        assert run.signals.containment_tally.total[intent, 0] == contained.sum()
    assert run.signals.containment_tally.count[:, 1].sum() == 0.0


def test_costs_are_sessions_and_handling(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls of constant length: 100 s at 36 an hour are 1; with the bot first, a session of 0.5 and the same again."""
    made = data(fewest=100_000)
    made["costs"] = {"bot_session": 0.5}
    made["staff"]["groups"]["agents"]["hourly_cost"] = 36.0
    made["bot"]["context"] = {"passed": 1.0, "saves": "0 s"}
    for intent in made["intents"].values():
        intent["path"]["front"] |= {"talk": fixed(90), "wrap_up": fixed(10)}
        intent["bot"] = {"containment": 0.0}
    made["bot"]["hang_up"] = 0.0
    signals = Kept(built(made), monkeypatch).signals
    assert signals.cost_human == pytest.approx([1.0, 1.0]) and signals.cost_bot == pytest.approx([1.5, 1.5])


def test_what_fades_is_worth_less(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    made = data(fewest=100_000)
    lasting = Kept(built(made), monkeypatch).signals.resolution_bot_count[GOOD]
    made["quality"]["signals"]["half_life"] = "2 h"
    assert Kept(built(made), monkeypatch).signals.resolution_bot_count[GOOD] < 0.6 * lasting


class Curious(BotPolicy):
    """Looks at signals and does not say so."""

    def sends_to_bot(self, view: View, contact: Any, choice: float) -> bool:
        return view.bot_signals.resolution_bot[0] > 0.5


def test_a_policy_that_looks_without_saying_so_is_told(built: Built) -> None:
    made = data()
    made["bot"]["policy"] = {"rule": "curious"}
    with added("bot", "curious", Curious), pytest.raises(ModelError, match="this bot policy asked for the signal"):
        simulate(built(made), 1, 0)
