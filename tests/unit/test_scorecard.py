"""The scorecard: points for skill, all or nothing for defects, critical items, and raters who overlook things."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.config.schema import Item
from sim.model.journal import ContactEnd, Journal
from sim.quality.scorecard import Card, scale
from sim.sampling.streams import Streams
from sim.simulate import simulate
from tests.relations.outcome import same
from tests.unit.test_quality_loop import desk

Built = Callable[..., Loaded]
EVERY = {"share": 1.0, "rater_sd": 0.0}
SHARP = {"detected": 1.0, "false_alarm": 0.0}
SKILL = {"checks": "skill", "weight": 3.0}
SCORECARD = {
    "skill": SKILL,
    "facts": {"checks": "information", "weight": 1.0, **SHARP},
    "law": {"checks": "compliance", "weight": 1.0, "critical": True, **SHARP},
}


def ran(built: Built, evaluation: Any, **quality: Any) -> Journal:
    data = desk({**EVERY, **evaluation})
    data["quality"].update(quality)
    return simulate(built(data), 1, 0)


def defects_of_evaluated(journal: Journal) -> np.ndarray:
    """The true defects of each evaluated contact."""
    known = {(row["case"], row["attempt"]): row["defects"] for row in journal.contacts}
    return np.array([known[row["case"], row["attempt"]] for row in journal.evaluations])


def test_a_scorecard_of_skill_alone_scores_as_none_does_and_finds_no_defect(built: Built) -> None:
    plain, skill = ran(built, {"auto_fail": 0.0}), ran(built, {"scorecard": {"all": {"checks": "skill"}}})
    skill.evaluations["found"] = plain.evaluations["found"]
    assert same(plain, skill)
    assert not same(plain, ran(built, {"scorecard": SCORECARD}))


def test_every_item_is_noticed_by_a_draw_of_its_own() -> None:
    """Nine items of one fault, each found in half of the cases: no two of them by the same draw.

    The weights are powers of two, so that a score says which were found; pairs agree half of the time.
    """
    items = {
        f"item {place}": Item(checks="information", weight=2.0**place, detected=0.5, false_alarm=0.0)
        for place in range(9)
    }
    card: Any = SimpleNamespace(evaluation=SimpleNamespace(scorecard=items))
    judged = Card(card, Streams(3, 0))
    n = 1500
    points = np.array([judged.judge(0.0, 0.0, 1, 77, k, attempt=k % 3).score for k in range(n)]) / 100.0 * 511.0
    seen = (np.round(points).astype(int)[:, None] >> np.arange(9)) & 1 == 0
    assert np.abs(seen.mean(axis=0) - 0.5).max() < 4.5 * 0.5 / np.sqrt(n)
    alike = [(seen[:, one] == seen[:, other]).mean() for one in range(9) for other in range(one)]
    assert np.abs(np.array(alike) - 0.5).max() < 4.5 * 0.5 / np.sqrt(n)


def test_a_score_is_the_weighted_share_of_points(built: Built) -> None:
    plain = ran(built, {"auto_fail": 0.0})
    carded = ran(built, {"scorecard": SCORECARD})
    skill = {(row["case"], row["attempt"]): row["score"] for row in plain.evaluations}
    both = [row for row in carded.evaluations if (row["case"], row["attempt"]) in skill]
    known = dict(zip(map(tuple, carded.evaluations[["case", "attempt"]]), defects_of_evaluated(carded), strict=True))
    checked = 0
    for row in both:
        defects = known[row["case"], row["attempt"]]
        if defects & 4:
            assert (row["score"], row["true_score"], row["auto_fail"]) == (0.0, 0.0, 1)
            checked += 1
        elif row["agent"] == _agent(plain, row):
            points = 3.0 * skill[row["case"], row["attempt"]] + 100.0 * (not defects & 1) + 100.0
            assert row["score"] == pytest.approx(points / 5.0, abs=1e-9)
    assert checked > 0


def _agent(journal: Journal, row: np.void) -> int:
    same_contact = (journal.contacts["case"] == row["case"]) & (journal.contacts["attempt"] == row["attempt"])
    return int(journal.contacts["agent"][same_contact][0])


def test_raters_overlook_and_imagine_defects_at_the_stated_shares(built: Built) -> None:
    card = {"skill": SKILL, "facts": {"checks": "information", "detected": 0.6, "false_alarm": 0.1}}
    journal = ran(built, {"scorecard": card}, defects={"information": 0.3})
    there = (defects_of_evaluated(journal) & 1) > 0
    seen = (journal.evaluations["found"] & 1) > 0
    for stated, share, n in ((0.6, seen[there].mean(), there.sum()), (0.1, seen[~there].mean(), (~there).sum())):
        assert abs(share - stated) < 4.0 * np.sqrt(stated * (1.0 - stated) / n)
    assert abs(seen[~there].mean() - 0.6) > 0.3  # the two shares are not mixed up


def test_without_a_scorecard_an_evaluation_finds_the_defects_that_are_there(built: Built) -> None:
    journal = ran(built, {})
    assert np.array_equal(journal.evaluations["found"], defects_of_evaluated(journal))
    assert journal.evaluations["found"].any()


def test_a_larger_scorecard_moves_no_rater_of_the_first_item(built: Built) -> None:
    first = {"facts": {"checks": "information", "detected": 0.5}}
    more = {**first, **{f"item{i}": {"checks": "process"} for i in range(7)}}
    small, large = (ran(built, {"scorecard": card}).evaluations["found"] & 1 for card in (first, more))
    assert np.array_equal(small, large)


def test_the_expected_score_is_what_evaluations_come_to(built: Built) -> None:
    card = {
        "skill": SKILL,
        "facts": {"checks": "information", "detected": 0.8, "false_alarm": 0.05},
        "way": {"checks": "process", "weight": 2.0},
    }
    data = desk({"share": 1.0, "scorecard": card, "mean": 60.0})
    data["quality"]["truth"] = {"qa_sd": 0.0, "resolution_sd": 0.0}
    data["quality"]["defects"] = {"information": 0.2, "process": 0.1}
    loaded = built(data)
    scores = simulate(loaded, 1, 0).evaluations["score"]
    expected = scale(loaded.scenario.quality)
    error = scores.std() / np.sqrt(scores.size)
    assert abs(scores.mean() - (expected.level + expected.slope * 60.0)) < 4.0 * error
    spread = np.hypot(expected.slope * np.hypot(12.0, 5.0), expected.noise_sd)
    assert scores.std() == pytest.approx(spread, rel=4.0 / np.sqrt(2.0 * scores.size))


def test_contacts_that_nobody_handled_are_not_scored(built: Built) -> None:
    journal = ran(built, {"scorecard": SCORECARD})
    ends = {(row["case"], row["attempt"]): row["end"] for row in journal.contacts}
    handled = (ContactEnd.RESOLVED, ContactEnd.UNRESOLVED)
    assert all(ends[row["case"], row["attempt"]] in handled for row in journal.evaluations)
