"""Pay-back from stored tables: what a contact saves, when it outweighs what was spent, and when it never does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.metrics.coaching import CoachingLost, Sessions
from sim.metrics.facts import Facts
from sim.model.journal import SESSION, SessionEnd
from sim.report import payback
from tests.unit.coached_desk import coached_desk

DAYS = 10


def rows(arm: str, aht: float, repeats: float, cost: list[float], replications: int = 8) -> list[tuple[Any, ...]]:
    """100 contacts of so many seconds a day, so many of them repeats; 20 an hour for 80 paid hours."""
    made: list[tuple[Any, ...]] = []
    for k in range(replications):
        for day in range(DAYS):
            at = f"2026-03-{day + 2:02d}T00:00:00"
            made.append((arm, k, "all", at, "aht", aht * 100, 100.0))
            made.append((arm, k, "all", at, "repeat_contacts", repeats, 1.0))
            made.append((arm, k, "all", at, "coaching_cost", cost[day], 1.0))
        made.append((arm, k, "all", "total", "coaching_hours", sum(cost) / 60.0, 1.0))
        made.append((arm, k, "all", "total", "paid_hours", 80.0, 1.0))
        made.append((arm, k, "tier:1", "total", "total_cost", 1600.0, 1.0))
        made.append((arm, k, "tier:0", "total", "total_cost", 999.0, 1.0))
    return made


def found(cost: list[float], aht: float = 360.0, repeats: float = 10.0) -> list[payback.Payback]:
    names = ["arm", "replication", "scope", "interval", "kpi", "numerator", "denominator"]
    kpi = pd.DataFrame(rows("base", 400.0, 20.0, [0.0] * DAYS) + rows("coach", aht, repeats, cost), columns=names)
    arms = (SimpleNamespace(name="base"), SimpleNamespace(name="coach"))
    stored: Any = SimpleNamespace(kpi=kpi, baseline=arms[0], others=arms[1:], manifest={})
    return payback.paybacks(stored)


def test_saving_is_shorter_contacts_and_fewer_repeats_at_the_mean_wage() -> None:
    """A day saves 100 · 40 s and 10 repeats of 400 s: 8,000 s at 20 an hour."""
    (one,) = found([60.0] * DAYS)
    np.testing.assert_allclose(one.saved[:, -1], DAYS * 8000.0 / 3600.0 * 20.0)
    np.testing.assert_allclose(one.repeats, 10.0 * DAYS)
    np.testing.assert_allclose(one.cost[:, -1], 600.0)


def test_breaks_even_on_the_day_on_which_savings_have_outrun_the_cost() -> None:
    """200 on the first day, 44.44 saved a day: even after the fifth."""
    (one,) = found([200.0] + [0.0] * (DAYS - 1))
    assert one.breaks_even() == 5.0 == one.surely()
    assert "paid for themselves after 5 days" in payback.sentence(one, "Coached")


def test_never_even_is_said_and_no_day_is_made_up() -> None:
    (one,) = found([60.0] * DAYS)
    assert one.breaks_even() is None and one.surely() is None
    assert payback.sentence(one, "Coached").endswith("they do not pay for themselves within that time")


def test_what_was_even_and_is_in_the_red_again_is_not_even() -> None:
    (one,) = found([40.0] * (DAYS - 1) + [500.0])
    assert one.breaks_even() is None


def test_an_arm_that_does_not_coach_has_no_pay_back() -> None:
    assert found([0.0] * DAYS) == []


def test_kpis_of_sessions_count_what_was_lost_and_what_it_cost(built: Any) -> None:
    from dataclasses import replace

    from sim.simulate import simulate

    journal = simulate(built(coached_desk(rule={"rule": "none"})), 1, 0)
    ends = (SessionEnd.HELD, SessionEnd.HELD, SessionEnd.CALLED_OFF, SessionEnd.MISSED, SessionEnd.CUT_SHORT)
    made = [(0, 1, -1, end, 0.0, day * 86400.0, 0.0, 0.0, 10.0) for day, end in enumerate(ends[:4])]
    made.append((0, 1, -1, ends[4], 0.0, 99 * 86400.0, 0.0, 0.0, 10.0))  # after the horizon
    facts = Facts.of(replace(journal, sessions=np.array(made, SESSION)), own=(Sessions,))
    fold = CoachingLost().fold(facts)
    total = facts.cells.grid("all", fold.numerator)[0, 0], facts.cells.grid("all", fold.denominator)[0, 0]
    assert total == (2.0, 4.0)
    assert facts.cells.grid("all", facts.own(Sessions)[2])[0].tolist() == pytest.approx([40.0, 10.0, 10.0, 10.0, 10.0])
