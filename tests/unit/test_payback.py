"""Pay-back from stored tables: what a contact saves, when it outweighs what was spent, and when it never does."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.metrics.coaching import CoachingLost, Sessions
from sim.metrics.facts import Facts
from sim.model.journal import SESSION, SessionEnd
from sim.report import canvas, figures, page, payback, payback_section, stored
from tests.unit import fake_results
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
    result: Any = SimpleNamespace(kpi=kpi, baseline=arms[0], others=arms[1:], manifest={})
    return payback.paybacks(result)


def test_saving_is_shorter_contacts_and_fewer_repeats_at_the_mean_wage() -> None:
    """A day saves 100 · 40 s and 10 repeats of 400 s: 8,000 s at 20 an hour."""
    (one,) = found([60.0] * DAYS)
    np.testing.assert_allclose(one.saved[:, -1], DAYS * 8000.0 / 3600.0 * 20.0)
    np.testing.assert_allclose(one.repeats, 10.0 * DAYS)
    np.testing.assert_allclose(one.cost[:, -1], 600.0)


def test_the_band_is_students_at_the_stated_confidence() -> None:
    """Eight replications, 7 degrees of freedom: 2.365 standard errors at 95 %, 1.895 at 90 %."""
    (one,) = found([60.0] * DAYS)
    money = np.arange(8.0)[:, None] * np.ones(DAYS)
    error = np.arange(8.0).std(ddof=1) / np.sqrt(8.0)
    for confidence, reach in ((0.95, 2.3646), (0.90, 1.8946)):
        np.testing.assert_allclose(one.half_width(money, confidence), reach * error, rtol=1e-4)


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
    ends = (SessionEnd.HELD, SessionEnd.CUT_SHORT, SessionEnd.CALLED_OFF, SessionEnd.MISSED, SessionEnd.CUT_SHORT)
    made = [(0, 1, -1, end, 0.0, day * 86400.0, 0.0, 0.0, 10.0) for day, end in enumerate(ends[:4])]
    made.append((0, 1, -1, ends[4], 0.0, 99 * 86400.0, 0.0, 0.0, 10.0))  # after the horizon
    facts = Facts.of(replace(journal, sessions=np.array(made, SESSION)), own=(Sessions,))
    fold = CoachingLost().fold(facts)
    total = facts.cells.grid("all", fold.numerator)[0, 0], facts.cells.grid("all", fold.denominator)[0, 0]
    assert total == (3.0, 4.0)
    assert facts.cells.grid("all", facts.own(Sessions)[2])[0].tolist() == pytest.approx([40.0, 10.0, 10.0, 10.0, 10.0])


# --- on the page -----------------------------------------------------------------------------------------------------


def shown(several: list[payback.Payback], label: str = "Coached") -> Any:
    """What the section needs of a result, around these pay-backs."""
    result = SimpleNamespace(confidence=0.95, currency="USD")
    return SimpleNamespace(stored=result, looks={one.arm: canvas.look(1, label) for one in several})


def section(monkeypatch: pytest.MonkeyPatch, several: list[payback.Payback]) -> Any:
    monkeypatch.setattr(payback, "paybacks", lambda stored: several)
    return payback_section.section(shown(several))


def test_the_figure_sets_cost_against_saving_and_marks_the_day_of_even(monkeypatch: pytest.MonkeyPatch) -> None:
    several = found([200.0] + [0.0] * (DAYS - 1))
    told = section(monkeypatch, several)
    assert told.chart.finding == "Coaching pays for itself within 10 days"
    assert told.sentences == [payback.sentence(several[0], "Coached", "USD")]
    for width in (canvas.WIDE, canvas.NARROW):
        (axes,) = told.chart.draw(width).figure.axes
        saved, cost, even = axes.lines
        np.testing.assert_allclose(saved.get_ydata()[-1], 444.44, rtol=1e-4)
        np.testing.assert_allclose(cost.get_ydata(), 200.0)
        assert list(even.get_xdata()) == [5.0, 5.0]


def test_what_is_not_paid_back_is_not_marked_and_says_how_much_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told = section(monkeypatch, found([60.0] * DAYS))
    assert told.chart.finding == "Coaching does not pay for itself in agents’ time within 10 days"
    assert len(told.chart.draw(canvas.WIDE).figure.axes[0].lines) == 2
    assert payback_section._returned(found([60.0] * DAYS)[0]).startswith("not paid back in 10 days: 74")


def small(folder: Path) -> Any:
    few = {"intents": {"a": "Cards"}, "replications": 5, "intervals": 4, "tiers": (1,)}
    plan = fake_results.Plan(arms={"base": "As it is", "coach": EVIL}, **few)  # type: ignore[arg-type]
    return figures.gather(stored.read(fake_results.write(folder / "f", plan)))


EVIL = "<script>alert(1)</script>"


def test_where_nobody_is_coached_there_is_no_section(tmp_path: Path) -> None:
    result = small(tmp_path)
    assert payback_section.section(result) is None
    assert "chart-payback" not in page._render(result, page.Shown())


def test_the_page_shows_the_section_once_with_labels_as_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    several, result = found([60.0] * DAYS), small(tmp_path)
    monkeypatch.setattr(payback, "paybacks", lambda stored: several)
    told = payback_section.section(result)
    assert told is not None
    text = page._render(result, page.Shown(payback=(told, page.picture(told.chart, tmp_path))))
    assert text.count('id="chart-payback"') == 1 and EVIL not in text
    assert "hours of coaching cost" in text and (tmp_path / "payback.svg").is_file()


def test_a_single_replication_has_a_sentence_without_an_interval() -> None:
    one = found([60.0] * DAYS)[0]
    alone = payback.Payback(one.arm, one.days, one.cost[:1], one.saved[:1], one.hours, one.repeats[:1])
    assert "±" not in payback.sentence(alone, "Coached") and "±" in payback.sentence(one, "Coached")
    assert np.isnan(alone.half_width(alone.net, 0.95)).all() and alone.surely() is None
