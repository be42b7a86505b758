"""Who answers a survey, and how that bends what it shows: satisfaction is everybody's, answers are the responders'."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.model.journal import Journal
from tests.scenarios import Data, centre, exponential

Ran = Callable[..., Journal]


def surveyed(**survey: Any) -> Data:
    """Three hundred contacts an hour, half of them resolved: half satisfied, half not."""
    intent = {
        "channel": "voice",
        "arrivals": {"kind": "constant", "per_hour": 300},
        "path": {"front": {"talk": exponential(10), "resolution": 0.5}},
    }
    spec = {"response": 0.5, "bias": 0.0, "base": 4.5, "unresolved": -2.0, "noise_sd": 0.2, **survey}
    quality = {"history": {"weeks": 0}, "survey": spec}
    return centre(intents={"call": intent}, quality=quality, staff={"groups": {"agents": _agents()}})


def _agents() -> Data:
    return {"tier": 1, "skills": {"calls": 1.0}, "count": 5}


def test_a_wait_costs_what_is_beyond_the_free_part_of_it(ran: Ran) -> None:
    """Two minutes are free, and each one after them costs a tenth of a point; nobody's mood differs."""
    data = surveyed(noise_sd=0.0, wait_per_minute=-0.1, free_wait="2 min", unresolved=-1.0)
    data["intents"]["call"]["path"]["front"]["talk"] = exponential(70)
    data["quality"]["truth"] = {"empathy_sd": 0.0}
    served = ran(data).contacts
    served = served[served["satisfaction"] > 0.0]
    waited = served["waited"]
    assert (waited > 300.0).any() and ((waited > 60.0) & (waited < 120.0)).any()
    expected = 4.5 - (served["resolved"] == 0) - 0.1 * np.maximum(waited - 120.0, 0.0) / 60.0
    np.testing.assert_allclose(served["satisfaction"], expected, atol=1e-6)


def shares_that_answer(journal: Journal) -> tuple[float, float]:
    """Share of those who answer among the satisfied, and among the others."""
    served = journal.contacts[journal.contacts["satisfaction"] > 0]
    content = served["satisfaction"] > 3.5
    answered = served["csat"] > 0
    assert content.any() and not content.all()
    return float(answered[content].mean()), float(answered[~content].mean())


def test_a_positive_bias_lets_the_satisfied_speak_and_a_negative_one_the_others(ran: Ran) -> None:
    for bias in (1.0, -1.0):
        content, others = shares_that_answer(ran(surveyed(bias=bias)))
        assert np.sign(content - others) == np.sign(bias)
        assert abs(content - others) > 0.2  # in truth: the odds differ by e², .6 against .2


def test_without_a_bias_everybody_answers_alike(ran: Ran) -> None:
    content, others = shares_that_answer(ran(surveyed()))
    assert abs(content - others) < 4.0 * np.sqrt(0.25 / 150 * 2)
    assert content == pytest.approx(0.5, abs=4.0 * np.sqrt(0.25 / 150))


@pytest.mark.parametrize("response", [0.0, 1.0])
def test_nobody_and_everybody_are_exact_whatever_the_bias(ran: Ran, response: float) -> None:
    assert shares_that_answer(ran(surveyed(response=response, bias=2.0))) == (response, response)
