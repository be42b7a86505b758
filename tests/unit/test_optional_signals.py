"""Signals that are kept only where the scenario asks for them: sentiment, and those of queues."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.errors import ModelError
from sim.model.journal import LegEnd
from sim.simulate import _Replication, prepare
from tests.relations.outcome import same
from tests.unit.test_quality_loop import desk, signals_after

Built = Callable[..., Loaded]
ALL = {"also": ["sentiment", "queues"]}


def test_queue_signals_are_the_means_of_the_journal(built: Built) -> None:
    """Of what had closed at the last refresh, and with one queue a tier nothing is shrunk."""
    loaded = built(desk({}, ALL))
    one = _Replication(prepare(loaded), 1, 0, 1.0)
    legs: list[np.ndarray] = []
    one.run(lambda piece: legs.append(piece.legs.copy()))
    signals, spec = one.centre.signals, loaded.scenario.quality.signals
    last = one.calendar.now // spec.refresh * spec.refresh
    known = np.concatenate(legs)
    known = known[(known["ended"] <= last) & (known["queue"] == 0)]
    begun = np.where(np.isnan(known["answered"]), known["ended"], known["answered"])
    handled = known[np.isin(known["end"], (LegEnd.RESOLVED, LegEnd.UNRESOLVED, LegEnd.ESCALATED))]
    handle = handled["ended"] - handled["answered"] + handled["wrap_up"]
    assert signals.queue_wait[0][0] == pytest.approx((begun - known["entered"]).mean(), rel=1e-9)
    assert signals.queue_handle_time[0][0] == pytest.approx(handle.mean(), rel=1e-9)
    assert signals.queue_handle_time_count[0][0] == handled.size > 100
    assert signals.queue_escalation[0][0] == 0.0  # one tier: nobody is passed on


def test_sentiment_is_heard_with_the_stated_correlation(built: Built) -> None:
    one = _Replication(prepare(built(desk({}, ALL))), 1, 0, 1.0)
    felt, heard = [], []

    def take(piece: object) -> None:
        served = piece.contacts[(piece.contacts["agent"] >= 0) & (piece.contacts["satisfaction"] > 0)]
        felt.append(served["satisfaction"].copy())
        heard.append(one.feedback.sentiment(served))

    one.run(take)
    satisfaction, mood = np.concatenate(felt), np.concatenate(heard)
    inside = (satisfaction > 1.0) & (satisfaction < 5.0)  # the ends of the scale hold more than a point
    standard = (satisfaction[inside] - 4.3) / 0.8
    error = mood[inside] - 0.7 * standard
    assert inside.sum() > 300
    assert abs(error.mean()) < 4.0 * np.sqrt(0.51 / error.size)
    assert error.var() == pytest.approx(0.51, rel=4.0 * np.sqrt(2.0 / error.size))
    assert abs(np.corrcoef(error, standard)[0, 1]) < 4.0 / np.sqrt(error.size)


def test_an_agent_with_more_empathy_is_heard_to_have_happier_customers(built: Built) -> None:
    data = desk({}, ALL)
    data["quality"]["truth"] = {"empathy_sd": 1.0}
    loaded = built(data)
    one = _Replication(prepare(loaded), 1, 0, 1.0)
    one.run(lambda piece: None)
    mood = [row[0] for row in one.centre.signals.sentiment]
    assert np.corrcoef(mood, one.truth.empathy)[0, 1] > 0.8


def test_signals_that_nobody_reads_change_no_record(built: Built) -> None:
    _, plain = signals_after(built(desk()))
    _, kept = signals_after(built(desk({}, ALL)))
    assert same(plain, kept)


def test_a_signal_that_is_not_kept_tells_how_to_keep_it(built: Built) -> None:
    signals, _ = signals_after(built(desk()))
    for name, key in (("sentiment", "sentiment"), ("queue_wait", "queues")):
        with pytest.raises(ModelError, match=f"also: .{key}"):
            getattr(signals, name)
