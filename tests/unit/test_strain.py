"""Strain: its course against closed forms and fine steps, what it does to a run, and that no size means no effect."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.config.schema import HardContacts, Strain
from sim.metrics import kpis
from sim.model.journal import LEG, AgentState, Journal, LegEnd
from sim.quality.strain import course, effect, hard_ones
from sim.simulate import simulate
from tests.relations.outcome import same, same_flow
from tests.scenarios import Data, centre, exponential
from tests.unit.worlds import needs_fast

Built = Callable[..., Loaded]
SPEC = Strain()
S = AgentState
NONE = {"slower": 0.0, "step": 0.0, "resolution": 0.0, "empathy": 0.0, "defects": 0.0}
FIERCE = {"slower": 2.0, "step": 0.5, "resolution": 2.0, "empathy": 2.0, "defects": 5.0, "limit": 0.3}


def desk(strain: Data | None, breaks: list[Data] | None = None, heads: int = 6, **quality: Any) -> Data:
    """A day shift of a busy desk; every third call is of high risk, and some are passed on to a second tier."""
    intents = {
        name: {
            "channel": "voice",
            "arrivals": {"kind": "constant", "per_hour": per_hour},
            "patience": exponential(600),
            "risk": risk,
            "path": {
                "front": {"talk": exponential(240), "wrap_up": exponential(40), "resolution": 0.7},
                "back": {"talk": exponential(300), "resolution": 0.8},
            },
        }
        for name, per_hour, risk in (("bill", 40, "low"), ("fault", 20, "high"))
    }
    return centre(
        calendar={"start": "2026-03-02T08:00", "length": "9 h", "interval": "1 h", "max_drain": "1 h"},
        intents=intents,
        queues={"front": {"tier": 1, "skills": ["calls"]}, "back": {"tier": 2, "skills": ["calls"]}},
        escalation={"agent_notices": 0.5},
        staff={
            "shifts": {
                "day": {"start": "08:00", "end": "16:00", "breaks": breaks or [{"at": "12:00", "length": "30 min"}]}
            },
            "groups": {
                "team": {"tier": 1, "skills": {"calls": 1.0}, "count": heads, "shift": "day"},
                "experts": {"tier": 2, "skills": {"calls": 1.0}, "count": 2},
            },
        },
        quality={
            "history": {"weeks": 0},
            "changes_every": "10 min",
            "survey": {"response": 1.0},
            **({} if strain is None else {"strain": strain}),
            **quality,
        },
    )


def value(journal: Journal, kpi: str, scope: str = "all") -> float:
    frame = kpis.table(journal)
    row = frame[(frame["kpi"] == kpi) & (frame["scope"] == scope) & (frame["interval"] == "total")]
    return float(row["value"].iloc[0])


# --- the course of strain --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [S.BUSY, S.WRAP_UP, S.AVAILABLE, S.BREAK, S.OFF, S.COACHING])
def test_a_stretch_is_what_many_small_steps_come_to(state: AgentState) -> None:
    spec = Strain(builds="30 min", recovers="10 min", memory="5 h")
    s, m, total = 0.3, 0.8, 0.0
    target = 1.0 if state in (S.BUSY, S.WRAP_UP) else 0.0
    away = state in (S.BREAK, S.OFF)
    for _ in range(50_000):  # 1,500 s in steps of 30 ms
        total += 0.0 if away else 0.03 * s
        s += 0.03 * (target - s) / (600.0 if away else 1800.0)
        m += 0.0 if away else 0.03 * (target - m) / 18000.0
    assert course(spec, state, 1500.0, 0.3, 0.8) == pytest.approx((s, m, total), rel=2e-4)


def test_one_stretch_is_two_halves() -> None:
    whole = course(SPEC, S.BUSY, 900.0, 0.2, 0.7)
    first = course(SPEC, S.BUSY, 400.0, 0.2, 0.7)
    second = course(SPEC, S.BUSY, 500.0, *first[:2])
    assert (second[0], second[1], first[2] + second[2]) == pytest.approx(whole, rel=1e-12)


def test_at_a_steady_load_strain_and_load_settle_at_the_occupancy() -> None:
    s = m = 0.0
    total = seconds = 0.0
    for turn in range(4000):  # 240 s of work, 60 s of idleness: 333 hours
        for state, length in ((S.BUSY, 240.0), (S.AVAILABLE, 60.0)):
            s, m, part = course(SPEC, state, length, s, m)
            if turn >= 3000:
                total, seconds = total + part, seconds + length
    assert total / seconds == pytest.approx(0.8, abs=1e-6)
    assert m == pytest.approx(0.8, abs=2e-3)  # it ends a cycle a little below its mean


def test_a_break_restores_with_its_own_time_constant_and_leaves_the_load_alone() -> None:
    s, m, on_duty = course(SPEC, S.BREAK, 1200.0, 0.9, 0.77)
    assert (s, m, on_duty) == (pytest.approx(0.9 * exp(-1.0)), 0.77, 0.0)


@pytest.mark.parametrize(("adds", "passed_on", "hard"), [(0.1, True, [1, 0, 1, 0, 1]), (0.1, False, [1, 0, 0, 0, 0])])
def test_hard_contacts_are_those_of_the_stated_risks_and_those_passed_on(
    adds: float, passed_on: bool, hard: list[int]
) -> None:
    legs = np.zeros(5, LEG)
    legs["intent"], legs["agent"] = [1, 0, 0, 1, 0], [0, 0, 1, -1, 1]
    legs["end"] = [LegEnd.RESOLVED, LegEnd.UNRESOLVED, LegEnd.ESCALATED, LegEnd.ABANDONED, LegEnd.TO_SUPERVISOR]
    found = hard_ones(legs, np.array([False, True]), HardContacts(adds=adds, passed_on=passed_on))
    assert found.tolist() == [bool(one) for one in hard]


# --- what it does ----------------------------------------------------------------------------------------------------


def test_effects_have_their_stated_sizes() -> None:
    spec = Strain(effects={"empathy": 1.5, "defects": 0.7})
    done = effect(spec, np.array([0.55, 0.75, 0.98]), np.full((3, 2), 5.0))
    assert done.handle[:, 0] == pytest.approx([0.0, 0.02, 0.043 + log(1.1)])
    assert done.resolution[:, 1] == pytest.approx([0.0, 0.0, -0.2 * 0.1 * 5.0])
    assert done.empathy == pytest.approx([0.0, 0.0, -0.15])
    assert done.defects == pytest.approx([0.0, 0.0, 0.07])


def test_the_stated_loss_of_resolution_is_a_loss_of_that_share(built: Built) -> None:
    """Three points of P(resolve), read off the long-run expectation of an average agent."""
    from sim.model import calibration
    from sim.quality.expectation import logits_per_share
    from sim.simulate import _Replication, prepare

    one = _Replication(prepare(built(desk(None))), 1, 0, 1.0)
    logits = logits_per_share(one.blueprint, one.centre.agents)
    for intent in one.blueprint.intents:
        step = intent.steps[0]
        tier_1 = next(agent.index for agent in one.centre.agents if agent.tier == 1)
        shares = calibration.mean_share(
            step.intercept + np.array([0.0, -0.03 * logits[tier_1, intent.index]]),
            intent.difficulty_sd,
            step.population,
        )
        assert shares[0] - shares[1] == pytest.approx(0.03, abs=1e-3)


def test_strain_without_effects_gives_the_bits_of_none(built: Built) -> None:
    without, within = (simulate(built(desk(strain)), 1, 0) for strain in (None, {"effects": NONE}))
    assert same_flow(without, within)
    assert within.conditions.size and not without.conditions.size


@pytest.mark.parametrize("name", ["slower", "step", "resolution", "empathy"])
def test_each_effect_changes_the_records(built: Built, name: str) -> None:
    sizes = {**NONE, name: FIERCE[name], "limit": 0.3, "step_above": 0.5}
    assert not same_flow(*(simulate(built(desk(strain)), 1, 0) for strain in ({"effects": NONE}, {"effects": sizes})))


def test_work_under_strain_takes_longer_and_resolves_less(built: Built) -> None:
    calm, worn = (simulate(built(desk({"effects": sizes})), 1, 0) for sizes in (NONE, FIERCE))
    assert value(worn, "aht") > 1.1 * value(calm, "aht")
    assert value(worn, "fcr_true") < value(calm, "fcr_true") - 0.1


# --- what is recorded ------------------------------------------------------------------------------------------------


def replayed(journal: Journal, spec: Strain, horizon: float) -> dict[int, tuple[float, float]]:
    """strain's integral and the time on duty up to the horizon, from the journal's records, second by second."""
    hard = journal.legs[
        (journal.legs["agent"] >= 0) & ((journal.legs["intent"] == 1) | np.isin(journal.legs["end"], (5, 6)))
    ]
    found = {}
    for agent in np.unique(journal.states["agent"]).tolist():
        states = journal.states[journal.states["agent"] == agent]
        jumps = sorted(hard["ended"][hard["agent"] == agent].tolist())
        s = integral = on_duty = 0.0
        for record in states:
            at, end = float(record["start"]), min(float(record["end"]), horizon)
            working = record["state"] in (2, 3, 4)
            present = working or record["state"] == 1
            while at < end:
                step = min(1.0, end - at)
                target, tau = (float(working), spec.builds) if present else (0.0, spec.recovers)
                after = s + (target - s) * (1.0 - exp(-step / tau))
                if present:
                    integral, on_duty = integral + 0.5 * step * (s + after), on_duty + step
                s, at = after, at + step
            while jumps and jumps[0] <= at:
                s += spec.hard.adds * (1.0 - s)
                jumps.pop(0)
        found[agent] = (integral, on_duty)
    return found


def test_recorded_strain_is_what_a_replay_of_the_journal_gives(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the recorder emptied often, so that what strain reads is cut into pieces."""
    monkeypatch.setattr("sim.simulate.PIECE", 50)
    journal = simulate(built(desk({})), 1, 0)
    horizon = 9 * 3600.0
    frame = kpis.agents_table(journal)
    for agent, (integral, on_duty) in replayed(journal, SPEC, horizon).items():
        name = f"agent:{journal.lexicon.agents[agent]}"
        row = frame[(frame["kpi"] == "strain") & (frame["scope"] == name)].iloc[0]
        assert row["denominator"] == pytest.approx(on_duty, rel=1e-9)
        assert row["numerator"] == pytest.approx(integral, rel=1e-4)


def test_the_run_is_the_same_however_its_journal_is_cut(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = built(desk({"effects": FIERCE}))
    whole = simulate(loaded, 1, 0)
    monkeypatch.setattr("sim.simulate.PIECE", 40)
    pieces = simulate(loaded, 1, 0)
    assert same(whole, pieces)
    assert np.array_equal(whole.conditions, pieces.conditions)


def test_recovery_breaks_lower_strain(built: Built) -> None:
    """One more head stands in, so that contacts in hand are much the same; three breaks more in a shift."""
    more = [{"at": at, "length": "10 min"} for at in ("09:30", "11:00", "14:30")]
    lunch = [{"at": "12:00", "length": "30 min"}]
    today, rested = (
        [value(simulate(built(desk({"effects": NONE}, breaks)), 1, r), "strain", "tier:1") for r in range(6)]
        for breaks in (lunch, [*lunch, *more])
    )
    apart = np.array(today) - np.array(rested)
    assert apart.mean() > 0.02 and apart.mean() > 4.0 * apart.std(ddof=1) / np.sqrt(6)


DIGEST = """
import hashlib, sys
import sim
from sim.simulate import simulate
journal = simulate(sim.load(sys.argv[1], ["calendar.length='4 h'"]), 1, 0)
streams = (journal.legs, journal.contacts, journal.states, journal.conditions)
print(hashlib.sha256(b"".join(s[n].tobytes() for s in streams for n in s.dtype.names)).hexdigest())
"""


@needs_fast
def test_plain_python_gives_the_bits_of_the_compiled(built: Built, tmp_path: Path) -> None:
    built(desk({"effects": FIERCE}))
    found = []
    for pure in ("0", "1"):
        call = [sys.executable, "-c", DIGEST, str(tmp_path / "made-0" / "made.yaml")]
        done = subprocess.run(call, env={**os.environ, "SIM_PURE": pure}, capture_output=True, text=True, check=True)
        found.append(done.stdout)
    assert found[0] == found[1] and len(found[0].strip()) == len(hashlib.sha256().hexdigest())
