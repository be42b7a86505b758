"""Counts by group are the KPIs of the house: over all groups they add up to what the table of KPIs says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.experiment.rehearse import counts
from sim.metrics import kpis
from sim.model.journal import Journal, LegEnd
from sim.replication.rules import Trial
from sim.routing.sides import DESIGNS, Days, Design, Ints
from sim.simulate import Prepared, prepare
from tests.metrics.journals import journal as journal_of
from tests.metrics.journals import visit
from tests.rehearsal import centres
from tests.scenarios import build

DAYS = Days.of(22 * 3600.0, 3600.0, 2 * 86400.0, 10)  # three calendar days, the first of two hours
NAMES = ("service_level", "asa", "aht", "fcr_true", "fcr_measured", "resolution_rate", "csat", "abandonment")
ALL = [pytest.param(replace(design, washout=0.0), id=design.name) for design in DESIGNS]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    data = centres.everything()
    data["calendar"]["warmup"] = "1 h"
    data["quality"]["survey"] = {"response": 0.5}
    return prepare(build(tmp_path_factory.mktemp("made"), data))


@pytest.fixture(scope="module")
def journal(prepared: Prepared) -> Journal:
    return prepared.run(5, 0)


def first_queues(prepared: Prepared) -> Ints:
    return np.array([intent.steps[0].queue for intent in prepared.blueprint.intents])


def totals(journal: Journal, name: str) -> tuple[float, float]:
    """Numerator and denominator of the whole centre, from the table of KPIs."""
    table = kpis.table(journal)
    row = table[(table["kpi"] == name) & (table["scope"] == "all") & (table["interval"] == "total")].iloc[0]
    return row["numerator"], row["denominator"]


@pytest.mark.parametrize("design", ALL)
def test_groups_add_up_to_the_centre(design: Design, prepared: Prepared, journal: Journal) -> None:
    sides = Trial(None, design, DAYS).sides(prepared, 5, 0)  # type: ignore[arg-type]
    for name in ("aht", "resolution_rate") if design.by == "agent" else NAMES:
        found = counts.by_group(journal, kpis.find(name), sides, first_queues(prepared))
        assert found.sums.sum(axis=(1, 2)) == pytest.approx(totals(journal, name)), name
        assert found.sums.shape[1:] == found.sides.shape
        assert set(np.unique(found.sides)) == {0, 1}


def test_days_add_up_to_the_centre(journal: Journal) -> None:
    for name in NAMES:
        found = counts.by_day(journal, kpis.find(name), DAYS).sums
        assert found.shape == (2, 1, 3) and (found[1] > 0.0).all()
        assert found.sum(axis=(1, 2)) == pytest.approx(totals(journal, name)), name


def test_a_washout_leaves_records_out(prepared: Prepared, journal: Journal) -> None:
    hour = next(design for design in DESIGNS if design.name == "switchback_hour")
    read = [
        counts.by_group(
            journal,
            kpis.find("aht"),
            Trial(None, replace(hour, washout=seconds), DAYS).sides(prepared, 5, 0),  # type: ignore[arg-type]
            first_queues(prepared),
        ).sums[1].sum()
        for seconds in (0.0, 600.0, 1800.0)
    ]  # fmt: skip
    assert read[0] > read[1] > read[2] > 0.4 * read[0]


def test_only_contacts_split_one_by_one_cross_over(prepared: Prepared, journal: Journal) -> None:
    """Of returning contacts half come back on the other side; four standard errors of 500 coins are 0.09."""
    crossed = {}
    for design in DESIGNS:
        sides = Trial(None, design, DAYS).sides(prepared, 5, 0)  # type: ignore[arg-type]
        found = counts.by_group(journal, kpis.find("aht"), sides, first_queues(prepared))
        assert found.returned > 500
        crossed[design.name] = found.crossed / found.returned
    assert crossed["customer"] == crossed["customer_ramp"] == crossed["queue"] == 0.0
    assert crossed["contact"] == pytest.approx(0.5, abs=0.09)
    assert 0.0 < crossed["switchback_day"] < crossed["switchback_hour"]


def test_who_overflows_belongs_to_the_day_and_the_slice_of_the_first_queue() -> None:
    """Two stays over midnight, moved once and twice, and one that nothing moves."""
    end = {"end": LegEnd.OVERFLOWED}
    night = 2 * 3600.0  # of a run that begins at 22:00
    book = journal_of(
        legs=[
            visit(night - 50.0, 40.0, case=0, **end),
            visit(night - 20.0, 40.0, case=1, **end),
            visit(night + 20.0, 30.0, 60.0, case=1, leg=1, first_human=0),
            visit(night - 10.0, 40.0, case=0, leg=1, first_human=0, **end),
            visit(night + 30.0, 10.0, case=0, leg=2, first_human=0),
            visit(night + 5.0, 9.0, case=2),
        ]
    )
    assert counts.begun(book.legs).tolist() == [night + of for of in (-50.0, -20.0, -20.0, -50.0, -50.0, 5.0)]
    days = Days.of(22 * 3600.0, 0.0, 2 * 86400.0, 10)
    words = replace(book, lexicon=replace(book.lexicon, horizon=2 * 86400.0))
    assert counts.by_day(words, kpis.find("abandonment"), days).sums.tolist() == [[[1.0, 1.0, 0.0]], [[2.0, 1.0, 0.0]]]
