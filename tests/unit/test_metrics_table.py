"""The whole table against an oracle in plain Python, over random journals, warm-ups and odd intervals."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from sim.metrics import kpis
from sim.metrics.columns.agent_time import AgentTime
from sim.metrics.columns.cases import Cases
from sim.metrics.columns.cells import Cells
from sim.metrics.columns.spread import Spread
from sim.metrics.columns.visits import Visits
from sim.metrics.facts import Facts
from sim.metrics.strain import Leavers, OnDuty
from sim.model.journal import Journal
from tests.metrics.journals import LEXICON, journal, random_journal, visit
from tests.metrics.kpi_oracle import recompute

SETTINGS = [
    {},
    {"warmup": 1800.0},
    {"warmup": 2000.0, "interval": 700.0},
    {"interval": 7200.0},
    {"horizon": 5000.0, "interval": 900.0, "answer_within": 0.0},
    {"answer_within": 45.0, "repeat_window": 60.0, "line_minute_cost": 0.0},
]
KINDS = {definition.name: definition.kind for definition in kpis.definitions()}


def both(book: Journal) -> pd.DataFrame:
    """The table with the agents' rows below."""
    return pd.concat([frame.astype({"scope": str, "interval": str, "kpi": str}) for frame in kpis.tables(book)])


def near(found: float, expected: float) -> bool:
    """Equal but for the order of summation; never true of NaN."""
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-6)


def disagreements(book: Journal) -> set[str]:
    """KPIs of which any row differs from the oracle's."""
    expected = recompute(book)
    wrong = set()
    for row in both(book).itertuples(index=False):
        numerator, denominator = expected.get((row.scope, row.interval, row.kpi), [0.0, 0.0])
        denominator = 1.0 if KINDS[row.kpi] == "mean" else denominator
        if not (near(row.numerator, numerator) and near(row.denominator, denominator)):
            wrong.add(row.kpi)
    return wrong


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_every_row_agrees_with_plain_python(seed: int, setting: dict[str, float]) -> None:
    assert disagreements(random_journal(seed, **setting)) == set()


def timeless(spread: Spread, kind: str, member: int, rows: np.ndarray) -> None:
    """Adds up as `Spread.timed` does, but into the first interval."""
    spread.cells.grid(kind, spread.values)[:, member, 1] += rows.sum(axis=0)


def forgetful(facts: Facts, piece: Journal) -> None:
    """Takes records in as `Facts.take` does, but takes each case's last contact for one that was served."""
    facts.sums.take(dataclasses.replace(piece, contacts=piece.contacts[piece.contacts["agent"] >= 0]))


def counts_who_joins(leavers: Leavers, piece: Journal) -> None:
    """Adds up as `Leavers.take` does, but every change of a seat's holder."""
    leavers.add(piece, piece.conditions["moment"] > 0, np.ones(piece.conditions.size))


def one_look_one_weight(looks: OnDuty, piece: Journal) -> None:
    """Adds up as `OnDuty.take` does, but looks in place of seconds."""
    looks.add(piece, piece.conditions["moment"] == 0, np.ones(piece.conditions.size))


PLANTED = [
    (Visits, "wait_answered", property(lambda visits: visits.handle_time), {"asa"}),
    (Visits, "offered", property(lambda visits: visits.answered), {"service_level", "abandonment", "wait_all"}),
    (Visits, "handled", property(lambda visits: visits.answered), {"aht", "handled"}),
    (Spread, "timed", timeless, {"offered", "containment"}),
    (Cases, "due", property(lambda cases: np.zeros(cases.cases.size)), {"cost_per_resolved_case"}),
    (Facts, "take", forgetful, {"repeat_rate", "retrial_rate"}),
    (AgentTime, "absent", property(lambda time: time.scheduled), {"absence_rate"}),
    (Leavers, "take", counts_who_joins, {"attrition"}),
    (OnDuty, "take", one_look_one_weight, {"strain"}),
]


@pytest.mark.parametrize(("owner", "name", "bug", "seen"), PLANTED, ids=lambda value: getattr(value, "__name__", ""))
def test_the_oracle_notices_a_planted_bug(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str, bug: object, seen: set[str]
) -> None:
    monkeypatch.setattr(owner, name, bug)
    found = set().union(*(disagreements(random_journal(seed, warmup=2000.0)) for seed in range(3)))
    assert seen <= found


def test_the_oracle_meets_every_kpi_in_random_journals() -> None:
    met = {key[2] for seed in range(4) for key, (num, _) in recompute(random_journal(seed)).items() if num}
    assert set(KINDS) - met == set()


def test_value_is_numerator_over_denominator_and_undefined_without_one() -> None:
    frame = both(random_journal(1))
    empty = frame["denominator"] == 0
    assert empty.any() and frame.loc[empty, "value"].isna().all()
    full = frame[~empty]
    np.testing.assert_array_equal(full["value"], full["numerator"] / full["denominator"])


def test_columns_stand_in_the_agreed_order() -> None:
    assert tuple(kpis.table(random_journal(0)).columns) == kpis.COLUMNS


def test_rows_are_the_same_for_every_replication_of_a_scenario() -> None:
    keys = ["scope", "interval", "kpi"]
    pd.testing.assert_frame_equal(kpis.table(random_journal(0))[keys], kpis.table(journal())[keys])


def test_no_row_stands_twice() -> None:
    assert not both(random_journal(0)).duplicated(["scope", "interval", "kpi"]).any()


def test_agents_have_a_table_of_their_own() -> None:
    main, agents = kpis.tables(random_journal(0))
    assert not main["scope"].astype(str).str.startswith("agent:").any()
    assert agents["scope"].astype(str).str.startswith("agent:").all()
    wanted = {"occupancy", "handled", "aht", "resolution_rate", "qa_score", "csat"}
    assert wanted <= set(agents["kpi"].astype(str))


def test_both_tables_at_once_equal_each_alone() -> None:
    book = random_journal(3)
    main, agents = kpis.tables(book)
    pd.testing.assert_frame_equal(main, kpis.table(book))
    pd.testing.assert_frame_equal(agents, kpis.agents_table(book))


def test_intents_and_segments_have_totals_only() -> None:
    frame = both(random_journal(0))
    timed = frame[frame["interval"] != "total"]
    assert set(timed["scope"].str.split(":").str[0]) == {"all", "channel", "tier", "queue"}


def test_intervals_are_labelled_with_their_local_start() -> None:
    labels = Cells(LEXICON).interval_labels()[1]
    ends = ["2003-06-02T07:00:00", "2003-06-02T08:30:00"]
    assert labels[0] == "total" and [labels[1], labels[-1]] == ends and len(labels) == 5


def test_intervals_before_the_warm_up_are_not_printed() -> None:
    labels = Cells(dataclasses.replace(LEXICON, warmup=1900.0)).interval_labels()[1]
    assert labels[1] == "2003-06-02T07:30:00"


def test_a_shorter_last_interval_is_printed() -> None:
    assert Cells(dataclasses.replace(LEXICON, horizon=7201.0)).intervals == 5


def test_a_visit_on_the_border_belongs_to_the_interval_that_begins() -> None:
    book = journal(legs=[visit(1800.0, 5.0, 60.0), visit(math.nextafter(1800.0, 0.0), 5.0, 60.0)])
    rows = kpis.table(book)
    offered = rows[(rows["kpi"] == "offered") & (rows["scope"] == "all")]["numerator"].tolist()
    assert offered == [2.0, 1.0, 1.0, 0.0, 0.0]


def test_folds_of_two_halves_add_up_to_the_fold_of_the_whole() -> None:
    whole = random_journal(5)
    half = whole.legs["case"] < 30
    first, second = (dataclasses.replace(whole, legs=whole.legs[part]) for part in (half, ~half))
    tables = [kpis.table(book) for book in (first, second, whole)]
    visits = tables[0]["kpi"].isin(["service_level", "asa", "aht", "abandonment", "wait_all"])
    for column in ("numerator", "denominator"):
        halves = tables[0].loc[visits, column] + tables[1].loc[visits, column]
        np.testing.assert_allclose(halves, tables[2].loc[visits, column], rtol=1e-12)


def test_the_order_of_records_does_not_matter() -> None:
    book = random_journal(6)
    turned = dataclasses.replace(
        book, legs=book.legs[::-1], contacts=book.contacts[::-1], cases=book.cases[::-1], states=book.states[::-1]
    )
    np.testing.assert_allclose(kpis.table(book)["numerator"], kpis.table(turned)["numerator"], rtol=1e-9, atol=1e-9)


def test_a_million_rows_of_labels_take_a_few_megabytes() -> None:
    frame = kpis.table(random_journal(0))
    assert frame[["scope", "interval", "kpi"]].memory_usage(index=False).sum() < 6 * len(frame) + 5000


def test_a_centre_without_agents_or_tiers_still_has_a_table() -> None:
    empty = dataclasses.replace(LEXICON, agents=(), agent_tiers=(), agent_hourly_costs=(), queues=(), queue_tiers=())
    frame = kpis.table(journal(empty))
    assert (frame.loc[frame["kpi"] == "offered", "value"] == 0.0).all()
    assert kpis.agents_table(journal(empty)).empty
