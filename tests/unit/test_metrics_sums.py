"""Sums over records: cut anywhere, compiled or not, the bits are the same; a KPI may bring a column of its own."""

from __future__ import annotations

import importlib.util
import pickle
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

import sim
from sim import simulate
from sim.metrics import flows, kpis, sums
from sim.metrics.base import ContactKpi, Fold
from sim.metrics.columns.own import Own
from sim.metrics.facts import Facts, _in_order
from sim.model import recorder
from sim.model.journal import STREAMS, Journal
from tests.contracts.rules import added
from tests.metrics.journals import random_journal
from tests.unit.worlds import needs_fast

SIGNALS = ["routing.rule=p_mu", "+quality.signals.refresh='40 min'", "+quality.evaluation.per_agent_week=200"]


@pytest.fixture(scope="module")
def whole() -> Journal:
    """A run with a bot, tiers, returns and signals, in one piece."""
    return simulate.simulate(sim.load("tech_support", SIGNALS), 5, 0)


@pytest.fixture
def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at what has closed every 37 births."""
    monkeypatch.setattr(simulate, "PIECE", 37)


def streamed() -> Facts:
    """The facts of the same run as `whole`, taken while it runs."""
    prepared = simulate.prepare(sim.load("tech_support", SIGNALS))
    facts = kpis.begin(prepared.lexicon)
    prepared.stream(5, 0, 1.0, facts.take)
    return facts


def plain_python() -> ModuleType:
    """`sim.metrics.sums` from its source, whatever is compiled beside it."""
    source = Path(__file__).parents[2] / "sim" / "metrics" / "sums.py"
    spec = importlib.util.spec_from_file_location("plain_sums", source)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def folded(book: Journal) -> Facts:
    """The facts of a whole journal, with the columns that KPIs bring themselves."""
    facts = kpis.begin(book.lexicon)
    facts.take(_in_order(book))
    return facts


def assert_same(first: Facts, second: Facts) -> None:
    """Every table of the two, bit for bit."""
    for one, other in zip(kpis.tables(first), kpis.tables(second), strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    pd.testing.assert_frame_equal(flows.table(first), flows.table(second))


@pytest.mark.usefixtures("in_small_pieces")
def test_looking_at_a_run_does_not_change_it(whole: Journal) -> None:
    """The signals of this run are made from the records that were taken away."""
    cut = simulate.simulate(sim.load("tech_support", SIGNALS), 5, 0)
    assert len(whole.evaluations) > 20
    for stream in STREAMS:
        one, other = getattr(cut, stream), getattr(whole, stream)
        for field in one.dtype.names:  # what lies between the fields is nobody's
            assert one[field].tobytes() == other[field].tobytes(), f"{stream}.{field}"


@pytest.mark.usefixtures("in_small_pieces")
def test_pieces_fold_to_the_bits_of_the_whole(whole: Journal) -> None:
    facts = streamed()
    assert_same(facts, folded(whole))
    assert facts.taken == len(whole.contacts)


@needs_fast
def test_plain_python_gives_the_bits_of_the_compiled(whole: Journal) -> None:
    plain = plain_python()
    plain.Records = recorder.Records  # type: ignore[attr-defined]
    assert sums.COMPILED and not plain.COMPILED
    for book in (whole, random_journal(4, warmup=1900.0)):
        compiled, slow = folded(book), kpis.begin(book.lexicon)
        slow.sums = plain.Sums(slow.cells)
        slow.take(_in_order(book))
        assert_same(compiled, slow)


@needs_fast
def test_a_record_that_fits_no_cell_is_refused() -> None:
    book = random_journal(1)
    book.contacts["channel"][0] = 31_000
    with pytest.raises(IndexError):
        Facts.of(book)


class LongWaits(Own):
    """Contacts that waited at least a minute, by intent."""

    def take(self, piece: Journal) -> None:
        contacts, cells = piece.contacts, self.cells
        long = (contacts["waited"] >= 60.0) & cells.measured(contacts["started"])
        self.sums += cells.sum(cells.place("intent", contacts["intent"]), long)


class LongWaitRate(ContactKpi):
    """Contacts that waited at least a minute / contacts."""

    name, title, unit, better = "long_wait_rate", "Long waits", "share", "lower"
    scopes, own = ("all", "intent"), (LongWaits,)

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.own(LongWaits), facts.contacts.contacts)


@pytest.mark.usefixtures("in_small_pieces")
def test_a_kpi_may_bring_a_column_of_its_own(whole: Journal) -> None:
    contacts = whole.contacts
    with added("kpi", "long_wait_rate", LongWaitRate):
        tables = kpis.table(whole), kpis.table(streamed())
    for table in tables:
        mine = table[(table["kpi"] == "long_wait_rate") & (table["scope"] != "all")]
        expected = [int(((contacts["waited"] >= 60.0) & (contacts["intent"] == i)).sum()) for i in range(len(mine))]
        assert mine["numerator"].tolist() == expected and sum(expected) > 0


def test_results_travel_without_their_labels() -> None:
    for results, table in zip(kpis.results(random_journal(3)), kpis.tables(random_journal(3)), strict=True):
        sent = pickle.dumps(results)
        assert len(sent) < 16 * len(table) + 4_000
        pd.testing.assert_frame_equal(pickle.loads(sent).frame(), table)


@pytest.mark.parametrize("piece", [37, 500, 10**6])
def test_stops_lie_within_the_measured_time_one_a_piece(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "PIECE", piece)
    run = simulate._Replication(simulate.prepare(sim.load("tech_support")), 1, 0, 1.0)
    stops = run._stops()
    assert stops.size == run.births.k.size // piece
    assert ((stops > 0.0) & (stops < run.blueprint.horizon)).all() and (np.diff(stops) > 0.0).all()
