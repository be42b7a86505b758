"""Who gains, who pays: planted gains and harms are found in their subgroup, chance alone is named seldom."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.experiment import estimate, plan, who
from sim.experiment.plan import Plan, Task
from sim.experiment.replication import Outcome
from sim.metrics.lives import Lives
from tests.unit.fake_centre import Loaded, Scenario

CASES = 400
SHARES = {"resolved": 0.7, "resolved_first": 0.6, "abandoned": 0.1}
INTENTS, SEGMENTS = ("calls", "claims", "cards"), ("plain", "vip")


def asked(replications: int) -> Plan:
    intents = {name: SimpleNamespace(risk=risk) for name, risk in zip(INTENTS, ("low", "high", "low"), strict=True)}
    named = {"segments": dict.fromkeys(SEGMENTS), "channels": {"voice": None}, "intents": intents}
    scenario = SimpleNamespace(**named, **{name: getattr(Scenario(), name) for name in ("title", "costs", "calendar")})
    arms = {"a": Loaded(scenario=scenario), "b": Loaded(scenario=scenario)}  # type: ignore[arg-type]
    return plan.of_arms(arms, plan.Question(primary="x"), replications, 1, "made")  # type: ignore[arg-type]


def lived(draw: np.random.Generator, **moved: Any) -> Lives:
    """Cases of one arm; `moved` replaces columns."""
    columns = {
        "intent": draw.integers(0, 3, CASES).astype(np.int16),
        "segment": draw.integers(0, 2, CASES).astype(np.int16),
        "channel": np.zeros(CASES, dtype=np.int16),
        "group": draw.integers(-1, 2, CASES).astype(np.int16),
        "tier": draw.integers(1, 3, CASES).astype(np.int8),
        **{name: draw.random(CASES) < share for name, share in SHARES.items()},
        "waited": draw.exponential(30.0, CASES).astype(np.float32),
        "satisfaction": draw.normal(3.5, 0.5, CASES).astype(np.float32),
    }
    return lives(columns | moved)


def lives(columns: dict[str, Any], first: tuple[int, ...] = (0, 0, 0), intents: tuple[str, ...] = INTENTS) -> Lives:
    return Lives(columns, first, intents, ("early", "late"))


def changed(base: Lives, draw: np.random.Generator, noise: float, effect: float = 0.0) -> Lives:
    """The same customers in another arm: random moves, and `effect` seconds more wait for claims."""
    claims = base.columns["intent"] == 1
    shift = noise * draw.normal(0.0, 1.0) + noise * draw.normal(0.0, 10.0, CASES) + effect * claims
    again = draw.random(CASES) < 0.1 * (noise > 0.0)  # whose fate is drawn again, by the same law
    flipped = {name: np.where(again, draw.random(CASES) < share, base.columns[name]) for name, share in SHARES.items()}
    felt = base.columns["satisfaction"] + noise * draw.normal(0.0, 0.1, CASES)
    return lives(base.columns | flipped | {"waited": base.columns["waited"] + shift, "satisfaction": felt})


def finished(seed: int, replications: int = 8, noise: float = 1.0, effect: float = 0.0) -> Any:
    draw, outcomes = np.random.default_rng(seed), []
    for replication in range(replications):
        base = lived(draw)
        arms = {"a": base, "b": changed(base, draw, noise, effect)}
        outcomes += [Outcome(Task(arm, replication), lives=one) for arm, one in arms.items()]
    return SimpleNamespace(plan=asked(replications), outcomes=outcomes)


def test_arms_that_do_the_same_leave_everybody_exactly_where_they_were() -> None:
    rows = who.table(finished(1, noise=0.0))
    assert (rows["difference"] == 0.0).all()
    assert (rows[["share_better", "share_worse"]] == 0.0).all(axis=None)
    assert (rows["verdict"] == "no difference shown").all()


def test_a_planted_harm_is_named_in_its_subgroup_and_nowhere_else() -> None:
    rows = who.table(finished(2, effect=20.0)).set_index(["kpi", "kind", "name"])
    harmed = rows.loc["waited", "intent", "claims"]
    assert harmed["verdict"] == "loses"
    assert harmed["ci_low"] < 20.0 < harmed["ci_high"]
    assert harmed["share_worse"] > 0.9
    assert rows.loc["waited", "intent", "calls"]["verdict"] == "no difference shown"
    assert rows.loc["waited", "risk", "high"]["verdict"] == "loses"


def test_the_difference_is_that_of_the_cases_counted_by_hand() -> None:
    made = finished(3, replications=6, effect=5.0)
    rows = who.table(made).set_index(["kpi", "kind", "name"])
    gaps, sizes = [], []
    for base, arm in zip(made.outcomes[::2], made.outcomes[1::2], strict=True):
        vip = base.lives.columns["segment"] == 1
        gap = arm.lives.columns["waited"].astype(float) - base.lives.columns["waited"].astype(float)
        gaps.append(gap[vip])
        sizes.append(vip.sum())
    row = rows.loc["waited", "segment", "vip"]
    every = np.concatenate(gaps)
    assert row["n"] == sum(sizes)
    assert row["difference"] == pytest.approx(every.mean())
    assert row["share_worse"] == pytest.approx((every >= 5.0).mean())
    assert row["share_better"] == pytest.approx((every <= -5.0).mean())


def moved_exactly(by_intent: list[float], replications: int = 8, sizes: tuple[int, ...] = (100, 100, 100)) -> Any:
    """Waits of whole seconds that move by a stated number in each intent, in every replication; nothing else moves."""
    intent = np.repeat(np.arange(3), sizes).astype(np.int16)
    draw, outcomes = np.random.default_rng(7), []
    for replication in range(replications):
        whole = {name: np.resize(column, intent.size) for name, column in lived(draw).columns.items()}
        base = whole | {"intent": intent, "waited": np.full(intent.size, 60.0, dtype=np.float32)}
        arm = base | {"waited": base["waited"] + np.array(by_intent, dtype=np.float32)[intent]}
        outcomes += [
            Outcome(Task("a", replication), lives=lives(base)),
            Outcome(Task("b", replication), lives=lives(arm)),
        ]
    return SimpleNamespace(plan=asked(replications), outcomes=outcomes)


def test_five_seconds_are_a_notable_wait_and_less_is_none() -> None:
    rows = who.table(moved_exactly([5.0, -5.0, 4.75])).set_index(["kpi", "kind", "name"])
    shares = rows.loc["waited"].loc["intent"][["share_better", "share_worse"]]
    assert shares.loc["calls"].tolist() == [0.0, 1.0]
    assert shares.loc["claims"].tolist() == [1.0, 0.0]
    assert shares.loc["cards"].tolist() == [0.0, 0.0]


def test_a_subgroup_of_fewer_than_thirty_cases_is_too_small_to_be_named() -> None:
    """Eight replications of three cases are 24, of four 32."""
    for few, said in ((3, "too few"), (4, "loses")):
        rows = who.table(moved_exactly([20.0, 20.0, 20.0], sizes=(100, 100, few))).set_index(["kpi", "kind", "name"])
        assert rows.loc["waited", "intent", "cards"]["n"] == 8 * few
        assert rows.loc["waited", "intent", "cards"]["verdict"] == said
        assert rows.loc["waited", "intent", "calls"]["verdict"] == "loses"


def test_all_rows_of_an_arm_are_adjusted_together() -> None:
    rows = who.table(finished(2, effect=20.0))
    np.testing.assert_allclose(rows["p_adjusted"], estimate.benjamini_hochberg(rows["p_value"]))
    assert (rows["p_adjusted"] > 1.5 * rows["p_value"]).sum() > 5


def test_the_card_names_nobody_by_what_happened_in_the_baseline() -> None:
    """Who met the first tier waits longer: the table says so of the tier, the card of groups known at birth alone."""
    draw, outcomes = np.random.default_rng(8), []
    for replication in range(8):
        base = lived(draw)
        later = base.columns["waited"] + 60.0 * (base.columns["tier"] == 1) + draw.normal(0.0, 1.0)
        outcomes += [
            Outcome(Task("a", replication), lives=base),
            Outcome(Task("b", replication), lives=lives(base.columns | {"waited": later})),
        ]
    rows = who.table(SimpleNamespace(plan=asked(8), outcomes=outcomes))  # type: ignore[arg-type]
    assert rows.set_index(["kpi", "kind", "name"]).loc["waited", "tier", "tier 1"]["verdict"] == "loses"
    (card,) = who.told([{"arm": "b"}], rows)
    born = (rows["verdict"] == "loses") & rows["kind"].isin(["intent", "segment", "risk"])
    assert card["who"]["loses_count"] == born.sum() > 0


def test_customers_of_one_day_are_not_independent_so_days_are_the_unit_of_error() -> None:
    """All cases of a replication move together by a normal amount; counted as independent they would look certain."""
    draw, outcomes = np.random.default_rng(4), []
    for replication in range(8):
        base = lived(draw)
        moved = base.columns["waited"] + draw.normal(0.0, 10.0)
        outcomes += [
            Outcome(Task("a", replication), lives=base),
            Outcome(Task("b", replication), lives=lives(base.columns | {"waited": moved})),
        ]
    rows = who.table(SimpleNamespace(plan=asked(8), outcomes=outcomes)).set_index(["kpi", "kind", "name"])  # type: ignore[arg-type]
    row = rows.loc["waited", "all", "all"]
    assert row["ci_high"] - row["ci_low"] > 5.0


def test_births_of_another_number_are_matched_by_intent_and_birth() -> None:
    """The other arm has lost the first five births of every intent, and the last fifty of all."""
    base = lived(np.random.default_rng(5))
    keep = (base.k >= 5) & (np.arange(CASES) < CASES - 50)
    fewer = lives({name: column[keep] for name, column in base.columns.items()}, (5, 5, 5))
    left, right = who.matched(base, fewer)
    assert len(left) == keep.sum()
    for name in ("intent", "waited"):
        np.testing.assert_array_equal(base.columns[name][left], fewer.columns[name][right])


def test_intents_in_another_order_are_matched_by_name() -> None:
    base = lived(np.random.default_rng(6))
    turned = lives(base.columns | {"intent": (2 - base.columns["intent"]).astype(np.int16)}, intents=INTENTS[::-1])
    left, right = who.matched(base, turned)
    assert len(left) == CASES
    np.testing.assert_array_equal(left, right)


def test_the_card_names_harms_first_and_how_many_were_tested() -> None:
    rows = who.table(finished(2, effect=20.0))
    (card,) = who.told([{"arm": "b"}], rows)
    assert card["who"]["loses"][0].startswith("intent claims: time waited +")
    assert card["who"]["tested"] == rows["p_adjusted"].notna().sum()


def false_names(adjust: bool, experiments: int = 150) -> float:
    """Share of experiments without any effect in which at least one subgroup is named."""
    named = 0
    for seed in range(experiments):
        rows = who.table(finished(1000 + seed))
        named += bool(((rows["p_adjusted"] if adjust else rows["p_value"]) <= 0.05).any())
    return named / experiments


@pytest.mark.slow
def test_without_any_effect_a_subgroup_is_named_in_five_of_a_hundred_experiments() -> None:
    """Chance names one in far more where nobody adjusts; the bound is one in a thousand of 150 at 5 %."""
    assert false_names(adjust=True) <= stats.binom.ppf(0.999, 150, 0.05) / 150
    assert false_names(adjust=False) > 0.5


def test_benjamini_and_hochberg_by_hand() -> None:
    """Their step-up on four values; what is not defined stays out."""
    found = estimate.benjamini_hochberg([0.01, np.nan, 0.04, 0.03, 0.5])
    np.testing.assert_allclose(found, [0.04, np.nan, 0.16 / 3, 0.16 / 3, 0.5])
