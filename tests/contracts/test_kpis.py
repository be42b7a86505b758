"""What every registered KPI promises; a new KPI is tested the moment its file exists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim import registry
from sim.errors import UsageError
from sim.metrics import kpis
from sim.metrics.base import Kpi
from sim.metrics.columns.cells import TIMED
from sim.metrics.facts import Facts
from tests.metrics.journals import journal, random_journal

NAMES = registry.names("kpi")
SCOPES = {"all", "channel", "bot", "tier", "queue", "intent", "segment", "agent"}
UNITS = {"share", "s", "count", "money", "hours", "points", "marks", "contacts", "moves"}
FULL, EMPTY = random_journal(7), journal()
TABLES = {id(book): kpis.table(book).astype({"scope": str, "interval": str, "kpi": str}) for book in (FULL, EMPTY)}
PARTS = {"all": ("channel", "intent", "segment"), "tier": ("queue",)}


@pytest.fixture(params=NAMES)
def kpi(request: pytest.FixtureRequest) -> Kpi:
    """Every registered KPI in turn."""
    return kpis.find(request.param)


def rows(kpi: Kpi, book: object = FULL) -> pd.DataFrame:
    """The rows of one KPI, in plain text labels."""
    frame = TABLES[id(book)]
    return frame[frame["kpi"] == kpi.name]


def test_it_owns_a_complete_definition(kpi: Kpi) -> None:
    definition = kpi.definition()
    assert definition.name == kpi.name and registry.find("kpi", kpi.name).name == kpi.name
    assert definition.title and definition.window and len(definition.definition) >= 20
    assert definition.unit in UNITS and definition.better in {"higher", "lower", "neither"}
    assert set(kpi.scopes) <= SCOPES and "all" in kpi.scopes


def test_its_definition_names_a_numerator_and_a_denominator_or_says_why_not(kpi: Kpi) -> None:
    words = {"ratio": " / ", "mean": "per run", "statistic": "statistic"}
    assert words[kpi.kind] in kpi.definition().definition


def test_its_sums_are_finite_and_denominators_never_negative(kpi: Kpi) -> None:
    fold = kpi.fold(Facts.of(FULL, own=kpi.own))
    assert np.isfinite(fold.numerator).all() and (fold.denominator >= 0.0).all()


def test_it_is_defined_somewhere_in_a_busy_centre(kpi: Kpi) -> None:
    assert rows(kpi)["value"].notna().any()


def test_nothing_happened_means_not_defined_and_never_zero(kpi: Kpi) -> None:
    values = rows(kpi, EMPTY)["value"]
    if kpi.kind == "mean":
        assert (values == 0.0).all()
    else:
        assert values.isna().all()


def test_a_share_lies_between_zero_and_one(kpi: Kpi) -> None:
    if kpi.unit == "share":
        assert rows(kpi)["value"].dropna().between(0.0, 1.0).all()


def test_its_interval_rows_sum_to_the_total(kpi: Kpi) -> None:
    columns = ["numerator"] if kpi.kind == "mean" else ["numerator", "denominator"]
    frame = rows(kpi)
    timed = frame["scope"].str.split(":").str[0].isin(TIMED) & ~frame["scope"].eq("tier:0")
    inner = frame["interval"] != "total"
    assert bool(inner.any()) == kpi.by_interval
    if kpi.by_interval:
        totals = frame[timed & ~inner].groupby("scope")[columns].sum()
        np.testing.assert_allclose(frame[inner].groupby("scope")[columns].sum(), totals, rtol=1e-12, atol=1e-9)


def parts(kpi: Kpi, kind: str) -> np.ndarray:
    """Sums over the total rows of one kind of scope."""
    frame = rows(kpi)
    mine = frame["scope"].eq(kind) | frame["scope"].str.startswith(f"{kind}:")
    return frame[mine & frame["interval"].eq("total")][["numerator", "denominator"]].sum().to_numpy()


def test_disjoint_scopes_add_up(kpi: Kpi) -> None:
    width = {"mean": 1, "ratio": 2, "statistic": 0}[kpi.kind]
    for whole, kinds in PARTS.items():
        for kind in set(kinds) & set(kpi.scopes):
            np.testing.assert_allclose(parts(kpi, kind)[:width], parts(kpi, whole)[:width], rtol=1e-12, atol=1e-9)


def test_it_can_be_built_as_the_loader_builds_a_rule(kpi: Kpi) -> None:
    assert type(registry.build("kpi", kpi.name, {})) is type(kpi)


def test_the_thresholds_stand_in_the_titles() -> None:
    titles = {definition.name: definition.title for definition in kpis.definitions(20.0, 7 * 86400.0)}
    assert "20 s" in titles["service_level"] and "7 d" in titles["fcr_measured"]
    assert not any("{" in title for title in titles.values())


def test_a_misspelt_kpi_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="service_level"):
        kpis.find("servicelevel")
