"""Traits of agents that go together as stated; what cannot be said of agents' careers is refused."""

from __future__ import annotations

from collections.abc import Callable
from math import log

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.errors import ScenarioError
from sim.simulate import known
from tests.scenarios import Data
from tests.unit.noon_shop import shop

Built = Callable[..., Loaded]


def test_traits_have_the_stated_correlations(built: Built) -> None:
    wanted = {
        "speed_resolution_correlation": 0.3,
        "qa_resolution_correlation": 0.8,
        "empathy_resolution_correlation": 0.25,
        "empathy_speed_correlation": -0.2,
        "empathy_qa_correlation": 0.6,
    }
    data = shop(heads=4000, quality={"truth": {"speed_sd": 0.2, "resolution_sd": 0.05, "intent_share": 0.0, **wanted}})
    truth, _ = known(built(data), 1, 0)
    traits = {
        "speed": [-log(row[0]) for row in truth.speed],
        "resolution": [row[0] for row in truth.ability],
        "qa": truth.qa,
        "empathy": truth.empathy,
    }
    for name, correlation in wanted.items():
        one, two = name.split("_")[:2]
        found = float(np.corrcoef(traits[one], traits[two])[0, 1])
        assert abs(found - correlation) < 4.0 * (1.0 - correlation**2) / np.sqrt(4000), name
    assert np.std(truth.empathy) == pytest.approx(0.15, rel=0.05)


@pytest.mark.parametrize(
    ("staff", "quality", "path"),
    [
        ({"absence": {}, "groups": {"t": {"tier": 1, "skills": {"calls": 1.0}, "count": 2}}}, {}, "staff.absence"),
        ({"attrition": {}, "groups": {"t": {"tier": 1, "skills": {"calls": 1.0}, "count": 2}}}, {}, "staff.attrition"),
        (
            {},
            {"truth": {"empathy_resolution_correlation": 0.9, "empathy_qa_correlation": -0.9}},
            "quality.truth.empathy_resolution_correlation",
        ),
        (
            {},
            {"truth": {"speed_resolution_correlation": 1.0, "empathy_speed_correlation": 0.5}},
            "quality.truth.empathy_resolution_correlation",
        ),
        ({"attrition": {"refill": "3 h"}}, {}, "staff.attrition.refill"),
        ({"absence": {"per_5_points": 0.9}}, {}, "staff.absence.per_5_points"),
        ({"absence": {"share": 1.0}}, {}, "staff.absence.share"),
        ({}, {"strain": {"hard": {"risks": ["hgh"]}}}, "quality.strain.hard.risks"),
        ({}, {"strain": {"builds": "0 s"}}, "quality.strain.builds"),
        ({}, {"learning": {"resolution": 0.6}}, "quality.learning.resolution"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(built: Built, staff: Data, quality: Data, path: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        built(shop(staff=staff, quality=quality))
    (problem,) = caught.value.problems
    assert problem.path.startswith(path) or f": {path}" in problem.path or path in str(problem)
    assert problem.rule and problem.mend
