"""Absence: as many as stated, by day, the same people in every arm, and nobody paid."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.config.schema import Absence
from sim.model.journal import AgentState, Journal
from sim.sampling.streams import Streams, entity_key
from sim.simulate import simulate
from sim.staff.absence import Absence as Absence_
from sim.staff.absence import of_day, worn
from tests.relations.outcome import same
from tests.scenarios import centre
from tests.unit.noon_shop import DAY, shop, total

Built = Callable[..., Loaded]


def test_the_share_of_a_day_has_the_stated_mean_and_correlation() -> None:
    spec = Absence(share=0.1, day_correlation=0.2)
    middles = (np.arange(20_000) + 0.5) / 20_000
    shares = np.array([of_day(spec, u) for u in middles.tolist()])
    assert shares.mean() == pytest.approx(0.1, rel=1e-3)
    assert shares.var() == pytest.approx(0.2 * 0.1 * 0.9, rel=5e-3)  # beta-binomial: correlation = var / p(1-p)


def test_absence_grows_by_the_stated_factor_for_each_five_points_of_load() -> None:
    spec = Absence()
    assert [worn(spec, load) for load in (0.3, 0.85, 0.9, 0.95)] == pytest.approx([1.0, 1.0, 1.1, 1.21])


def test_absence_holds_for_a_day_of_the_calendar_and_not_for_24_hours_of_the_run() -> None:
    """The run starts at eight: a duty late in the evening is of the first day, one after midnight of the second."""
    keys = [entity_key(f"agent {number}") for number in range(200)]
    away = Absence_(Absence(share=0.5, day_correlation=0.0), keys, 8 * 3600.0, Streams(3, 0), lambda agent: 0.0)
    begins = (0.0, 16 * 3600.0 - 1.0, 16 * 3600.0, 40 * 3600.0 - 1.0)
    morning, evening, night, next_evening = ([away.misses(agent, at) for agent in range(200)] for at in begins)
    assert morning == evening != night == next_evening


def test_as_many_are_absent_as_stated(built: Built) -> None:
    """Of agent-days: 60 agents on 28 days, whose shares vary from day to day."""
    spec = {"share": 0.1, "day_correlation": 0.05}
    journal = simulate(built(shop(weeks=4, heads=60, per_hour=1.0, staff={"absence": spec})), 5, 0)
    away, planned = total(journal, "absence_rate")
    assert planned == pytest.approx(60 * 28 * 105 * 60.0)  # two hours less a break of 15 min
    error = np.sqrt(0.09 / (60 * 28) * (1.0 + 59 * 0.05))
    assert abs(away / planned - 0.1) < 4.0 * error


def test_the_absent_take_no_contact_and_are_not_paid(built: Built) -> None:
    journal = simulate(built(shop(per_hour=60.0, staff={"absence": {"share": 0.4}})), 2, 0)
    missed = journal.states[(journal.states["state"] == AgentState.OFF) & (journal.states["scheduled"] == 1)]
    assert missed.size > 50
    by_day = {(int(row["agent"]), int(row["start"] // DAY)) for row in missed}
    answered = journal.legs[journal.legs["agent"] >= 0]
    assert not by_day & {(int(leg["agent"]), int(leg["answered"] // DAY)) for leg in answered}
    paid, _ = total(journal, "paid_hours")
    assert paid == pytest.approx(2.0 * (14 * 10 - len(by_day)), abs=5.0)  # the last call of a shift is taken to its end


def test_a_shift_as_long_as_the_run_may_be_missed_and_who_has_none_always_comes(built: Built) -> None:
    """Else who is absent would depend on where the run ends."""
    data = centre(calendar={"start": "2026-03-02T08:00", "length": "2 h", "interval": "1 h", "max_drain": "0 s"})
    group = {"tier": 1, "skills": {"calls": 1.0}, "count": 6}
    data["staff"] = {
        "groups": {"always": group, "shifted": group | {"shift": "long"}},
        "shifts": {"long": {"start": "08:00", "end": "20:00"}},
        "absence": {"share": 0.6, "day_correlation": 0.0},
    }
    away = {name.partition("-")[0] for name, _ in absences(simulate(built(data), 1, 0))}
    assert away == {"shifted"}


def test_nobody_absent_gives_the_bits_of_no_absence(built: Built) -> None:
    none, zero = (simulate(built(shop(staff=staff)), 1, 0) for staff in ({}, {"absence": {"share": 0.0}}))
    assert same(none, zero)


def absences(journal: Journal) -> set[tuple[str, int]]:
    rows = journal.states[(journal.states["state"] == AgentState.OFF) & (journal.states["scheduled"] == 1)]
    return {(journal.lexicon.agents[row["agent"]], int(row["start"] // DAY)) for row in rows}


def test_arms_share_who_is_absent_when(built: Built) -> None:
    """More calls and colleagues: the same people miss the same days. A higher share adds days, and takes none away."""
    spec = {"share": 0.15}
    first = absences(simulate(built(shop(staff={"absence": spec})), 1, 0))
    more = absences(simulate(built(shop(heads=14, per_hour=20.0, staff={"absence": spec})), 1, 0))
    often = absences(simulate(built(shop(staff={"absence": {"share": 0.3}})), 1, 0))
    assert first and first == {one for one in more if one[0] <= "team-010"}
    assert first < often
    assert absences(simulate(built(shop(staff={"absence": spec})), 1, 1)) != first
