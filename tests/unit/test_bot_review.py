"""Quality assurance of the bot: which sessions count as failures, when a finding takes hold, and by how much."""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from typing import Any

import numpy as np
import pytest

from sim import simulate
from sim.config.load import Loaded
from sim.model.journal import ContactEnd, Initiator, Journal, LegEnd
from sim.quality import effects
from sim.quality.bot_review import BotReview
from tests.relations.outcome import same
from tests.scenarios import Data, centre, exponential

Built = Callable[..., Loaded]
HOUR = 3600.0
ALL: Data = {"share": 1.0, "lag": "0 s", "release_every": "2 h", "gain": 0.1, "cap": 1.0}


def data(review: Data | None, **bot: Any) -> Data:
    """Ten hours of a bot that half contains, with failures of every kind, in front of enough people."""
    made = centre(
        calendar={"start": "2026-03-02T00:00", "length": "10 h", "max_drain": "1 h"},
        quality={"history": {"weeks": 0}, "changes_every": "10 min"},
        bot={"policy": {"rule": "bot_first"}, "session": exponential(60), "keyword_risk": "high", "hang_up": 0.2,
             "asks_human": 0.3, "max_turns": 6, **bot},
    )  # fmt: skip
    if review is not None:
        made["bot"]["review"] = review
    call = made["intents"]["call"]
    call |= {"bot": {"containment": 0.4, "false_containment": 0.4}, "difficulty_sd": 1.0}
    made["intents"]["risky"] = {**call, "risk": "high"}
    made["staff"]["groups"]["agents"]["count"] = 8
    return made


class Kept:
    """A run whose review is kept, with what it said at each refresh."""

    def __init__(self, built: Built, review: Data | None, patch: pytest.MonkeyPatch, **bot: Any) -> None:
        self.said: list[tuple[float, list[float]]] = []
        of_bot = effects.of_bot

        def listening(centre: Any, found: BotReview | None) -> list[Any]:
            if found is not None:
                logits = found.logits
                patch.setattr(found, "logits", lambda now: self._note(now, logits(now)), raising=False)
            return of_bot(centre, found)

        patch.setattr(effects, "of_bot", listening)
        self.journal: Journal = simulate.simulate(built(data(review, **bot)), 3, 0)

    def _note(self, now: float, logits: Any) -> Any:
        self.said.append((now, logits.tolist()))
        return logits

    def at(self, moment: float) -> list[float]:
        return [logits for now, logits in self.said if now <= moment][-1]


def failures(journal: Journal, until: float) -> list[int]:
    """Failures by intent, counted by hand from the journal."""
    legs = journal.legs[(journal.legs["tier"] == 0) & (journal.legs["ended"] <= until)]
    given_up = np.isin(legs["initiator"], (Initiator.CONFIDENCE, Initiator.TURNS, Initiator.CUSTOMER))
    contained = (journal.contacts["end"] == ContactEnd.CONTAINED) & (journal.contacts["resolved"] == 0)
    contacts = journal.contacts[contained & (journal.contacts["ended"] <= until)]
    return np.bincount(np.concatenate([legs["intent"][given_up], contacts["intent"]]), minlength=2).tolist()


@pytest.mark.parametrize("review", [{"gain": 0.0}, {"share": 0.0}, {"cap": 0.0}, {"release_every": "30 h"}])
def test_a_review_that_finds_or_mends_nothing_gives_the_bits_of_none(built: Built, review: Data) -> None:
    none, some = (simulate.simulate(built(data(each)), 3, 0) for each in (None, {**ALL, **review}))
    assert same(none, some)
    assert not same(none, simulate.simulate(built(data(ALL)), 3, 0))


def test_each_release_holds_what_was_known_by_then(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Kept(built, ALL, monkeypatch)
    assert run.at(2 * HOUR - 1.0) == [0.0, 0.0]
    for moment in (2 * HOUR, 4 * HOUR):
        found = failures(run.journal, moment)
        assert found[0] > 10 and found[1] == 0  # a rule keeps the bot off the risky one: nothing to be learnt there
        assert run.at(moment) == pytest.approx([1.0 - exp(-0.1 * count) for count in found])


def test_a_release_between_two_looks_holds_no_later_finding(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """Released after 125 min, seen after 130: what was found in the five minutes between waits for the next one."""
    run = Kept(built, {**ALL, "release_every": "125 min", "gain": 0.01}, monkeypatch)
    released, later = (failures(run.journal, minutes * 60.0)[0] for minutes in (125, 130))
    assert released < later
    assert run.at(130 * 60.0)[0] == pytest.approx(1.0 - exp(-0.01 * released))


def test_a_finding_waits_for_its_lag(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Kept(built, {**ALL, "lag": "90 min"}, monkeypatch)
    assert run.at(4 * HOUR)[0] == pytest.approx(1.0 - exp(-0.1 * failures(run.journal, 2.5 * HOUR)[0]))


def test_a_larger_share_of_sessions_contains_the_smaller_one(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a gain too small to change the run, so that both see the same sessions."""
    found = []
    for share in (0.2, 0.5):
        with pytest.MonkeyPatch.context() as patch:
            run = Kept(built, {**ALL, "share": share, "gain": 1e-12, "cap": 10.0}, patch)
        found.append(round(run.at(8 * HOUR)[0] / 1e-12))
    every = failures(run.journal, 8 * HOUR)[0]
    assert 0 < found[0] < found[1] < every
    assert abs(found[1] - 0.5 * every) < 4.0 * (0.25 * every) ** 0.5


def test_outages_are_no_findings(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot that would always contain, in front of outages: what breaks off there says nothing about it."""
    outages = [{"at": f"0{hour}:30", "length": "20 min"} for hour in range(8)]
    made = data(ALL, outages=outages, hang_up=0.5, asks_human=0.0, sentiment_limit=-20.0)
    made["intents"]["call"]["bot"] = {"containment": 1.0}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "data", lambda review, **bot: made)
        run = Kept(built, ALL, patch)
    legs = run.journal.legs[(run.journal.legs["tier"] == 0) & (run.journal.legs["initiator"] == Initiator.OUTAGE)]
    assert {LegEnd.HANDED_OFF, LegEnd.HUNG_UP} == set(legs["end"].tolist())
    assert run.at(10 * HOUR) == [0.0, 0.0]


def test_the_bot_contains_more_after_releases_and_never_more_than_the_cap_allows(built: Built) -> None:
    none, some = (simulate.simulate(built(data(each)), 3, 0) for each in (None, {**ALL, "cap": 3.0, "gain": 1.0}))
    late = [
        journal.legs[(journal.legs["tier"] == 0) & (journal.legs["entered"] > 3 * HOUR)] for journal in (none, some)
    ]
    shares = [(legs["end"][legs["intent"] == 0] == LegEnd.CONTAINED).mean() for legs in late]
    assert shares[1] > shares[0] + 0.2
