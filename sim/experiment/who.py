"""Who gains and who pays: the same customers in both arms, case by case, by subgroup.

A case is (intent, k-th birth), so arms that share their customers can be laid side by side: what became of this very
customer here and there. Differences are summed by subgroup within a replication, and replications are the unit of
error: customers of one day share its queues. All KPIs and subgroups of an arm are one family, adjusted after Benjamini
and Hochberg (1995): of the gains and harms named, 5 % are expected to be false (at a confidence of 95 %).

Subgroups by tier and agent group are formed by what happened in the baseline. Who met bad luck there meets average
luck here, so a part of their gain is a return to the mean; subgroups known at birth are free of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment import estimate
from sim.experiment.plan import Plan
from sim.experiment.wording import change
from sim.metrics.lives import Lives

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.finished import Finished
    from sim.experiment.replication import Followed

COLUMNS = (
    "arm", "kpi", "kind", "name", "basis", "replications", "n", "share_better", "share_worse", "baseline_mean",
    "difference", "ci_low", "ci_high", "p_value", "p_adjusted", "verdict", "unit", "better",
)  # fmt: skip
BIRTH, BASELINE = "known at birth", "by what happened in the baseline"
BASIS = {
    "all": BIRTH, "intent": BIRTH, "segment": BIRTH, "channel": BIRTH, "risk": BIRTH, "tier": BASELINE,
    "agents": BASELINE,
}  # fmt: skip
FEWEST_CASES = 30  # a subgroup's, over all replications
NAMED = 3  # sentences a side on the card
Floats = NDArray[np.float64]
Codes = tuple[NDArray[np.int64], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is compared of a case; smaller moves than `notable` make nobody better or worse off."""

    name: str
    title: str
    unit: str
    better: str
    notable: float


OUTCOMES = (
    Outcome("resolved", "Need met", "share", "higher", 0.5),
    Outcome("resolved_first", "Need met at first contact", "share", "higher", 0.5),
    Outcome("abandoned", "Gave up waiting", "share", "lower", 0.5),
    Outcome("waited", "Time waited", "s", "lower", 5.0),
    Outcome("satisfaction", "Satisfaction (latent, 1 to 5)", "points", "higher", 0.25),
)


def table(finished: Finished) -> pd.DataFrame:
    """Rows of who.csv for every arm but the baseline, over the replications in which cases were followed."""
    import pandas as pd

    plan = finished.plan
    followed: dict[str, dict[int, Followed]] = {}
    for outcome in finished.outcomes:
        if outcome.lives is not None:
            followed.setdefault(outcome.task.arm, {})[outcome.task.replication] = outcome.lives
    frames = [_arm(plan, arm.name, followed) for arm in plan.arms[1:]]
    return pd.concat(frames, ignore_index=True)[list(COLUMNS)] if frames else pd.DataFrame(columns=list(COLUMNS))


def told(cards: Sequence[dict[str, Any]], who: pd.DataFrame) -> list[dict[str, Any]]:
    """The cards with `who`: the clearest gains and harms as sentences."""
    return [card | {"who": _short(who[who["arm"] == card["arm"]])} if len(who) else card for card in cards]


def matched(base: Lives, arm: Lives) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the same cases, (intent, k), in both arms."""
    here, there = base.columns["intent"], arm.columns["intent"]
    if base.intents == arm.intents and base.first == arm.first and np.array_equal(here, there):
        everybody = np.arange(len(base))
        return everybody, everybody
    place = {name: number for number, name in enumerate(base.intents)}
    translated = np.array([place.get(name, len(place)) for name in arm.intents], dtype=np.int64)
    left, right = (here.astype(np.int64) << 32) | base.k, (translated[there] << 32) | arm.k
    _shared, mine, other = np.intersect1d(left, right, assume_unique=True, return_indices=True)
    return mine.astype(np.int64), other.astype(np.int64)


def subgroups(plan: Plan, base: Lives) -> dict[str, Codes]:
    """Every kind of subgroup: a code for each case of the baseline (-1: in none), and what the codes are called."""
    scenario, columns = plan.arms[0].loaded.scenario, base.columns
    risks = tuple(dict.fromkeys(intent.risk for intent in scenario.intents.values()))
    risk_of = np.array([risks.index(intent.risk) for intent in scenario.intents.values()])
    highest = int(columns["tier"].max(initial=0))
    named = {
        "intent": (columns["intent"], tuple(scenario.intents)),
        "segment": (columns["segment"], tuple(scenario.segments)),
        "channel": (columns["channel"], tuple(scenario.channels)),
        "risk": (risk_of[columns["intent"]], risks),
        "tier": (columns["tier"], tuple(f"tier {tier}" for tier in range(highest + 1))),
        "agents": (columns["group"], base.groups),
    }
    everybody: Codes = (np.zeros(len(base), dtype=np.int64), ("all",))
    several = {kind: (codes.astype(np.int64), names) for kind, (codes, names) in named.items() if len(names) > 1}
    return {"all": everybody} | several  # a kind with one member says nothing that `all` does not


def _arm(plan: Plan, arm: str, followed: Mapping[str, Mapping[int, Followed]]) -> pd.DataFrame:
    """All rows of one arm, adjusted together."""
    import pandas as pd

    here, there = followed.get(plan.baseline, {}), followed.get(arm, {})
    sums: dict[tuple[str, str, str], dict[int, Floats]] = {}
    shared = [replication for replication in here if replication in there]
    for replication in shared:
        for key, row in _sums(plan, here[replication].read(), there[replication].read()):
            sums.setdefault(key, {})[replication] = row
    if not sums:
        return pd.DataFrame(columns=list(COLUMNS))
    nothing = np.zeros(5)
    cube = np.array([[by.get(replication, nothing) for replication in shared] for by in sums.values()])
    frame = _estimated(list(sums), cube, plan.question.confidence)
    return frame.assign(arm=arm)


def _sums(plan: Plan, base: Lives, arm: Lives) -> Iterator[tuple[tuple[str, str, str], Floats]]:
    """By KPI and subgroup: cases, sum of differences, better, worse, sum in the baseline.

    Cases that are alike in every kind of subgroup are summed first; subgroups are sums of those.
    """
    left, right = matched(base, arm)
    kinds = {kind: (codes[left], names) for kind, (codes, names) in subgroups(plan, base).items()}
    shape = [len(names) + 1 for _codes, names in kinds.values()]
    joint = np.ravel_multi_index([codes + 1 for codes, _names in kinds.values()], shape)
    _cells, example, cell = np.unique(joint, return_index=True, return_inverse=True)
    for outcome in OUTCOMES:
        alike = _by_cell(outcome, base.columns[outcome.name][left], arm.columns[outcome.name][right], cell)
        for kind, (codes, names) in kinds.items():
            member = codes[example]
            rows = np.zeros((len(names), alike.shape[1]))
            np.add.at(rows, member[member >= 0], alike[member >= 0])
            for name, row in zip(names, rows, strict=True):
                if row[0] > 0.0:
                    yield (outcome.name, kind, name), row


def _by_cell(outcome: Outcome, before: Any, after: Any, cell: NDArray[np.int64]) -> Floats:
    """The five sums of the cases in each cell; who has no such outcome in either arm is left out."""
    before, after = before.astype(np.float64), after.astype(np.float64)
    known = np.isfinite(before) & np.isfinite(after)
    before, gap = np.where(known, before, 0.0), np.where(known, after - before, 0.0)
    gain = gap if outcome.better == "higher" else -gap
    weights = (known, gap, gain >= outcome.notable, -gain >= outcome.notable, before)
    return np.array([np.bincount(cell, weight) for weight in weights]).T


def _estimated(keys: Sequence[tuple[str, str, str]], cube: Floats, confidence: float) -> pd.DataFrame:
    """Rows from sums of shape (row, replication, 5): ratios of sums with jackknife errors over replications."""
    import pandas as pd

    known = {outcome.name: outcome for outcome in OUTCOMES}
    n, gap, better, worse, before = np.moveaxis(cube, 2, 0)
    found = estimate.single(*estimate.ratio_pseudo(gap, n))
    width = estimate.half_width(found, confidence)
    cases = n.sum(axis=1)
    frame = pd.DataFrame(keys, columns=["kpi", "kind", "name"])
    frame["basis"] = [BASIS[kind] for kind in frame["kind"]]
    frame["replications"], frame["n"] = found.n, cases.astype(np.int64)
    frame["share_better"], frame["share_worse"] = better.sum(axis=1) / cases, worse.sum(axis=1) / cases
    frame["baseline_mean"], frame["difference"] = before.sum(axis=1) / cases, found.value
    frame["ci_low"], frame["ci_high"] = found.value - width, found.value + width
    enough = cases >= FEWEST_CASES
    frame["p_value"] = np.where(enough, estimate.two_sided_p(found), np.nan)
    frame["p_adjusted"] = estimate.benjamini_hochberg(frame["p_value"].to_numpy(dtype=np.float64))
    frame["better"] = [known[kpi].better for kpi in frame["kpi"]]
    frame["unit"] = [known[kpi].unit for kpi in frame["kpi"]]
    frame["verdict"] = [_verdict(row, 1.0 - confidence) for row in frame.to_dict("records")]
    return frame


def _verdict(row: Mapping[Any, Any], error: float) -> str:
    if not np.isfinite(row["p_adjusted"]):
        return "too few"
    if row["p_adjusted"] > error:
        return "no difference shown"
    return "gains" if (row["difference"] > 0.0) == (row["better"] == "higher") else "loses"


def _short(rows: pd.DataFrame) -> dict[str, Any]:
    """The clearest subgroups known at birth on either side; the rest stands in who.csv."""
    born = rows[(rows["basis"] == BIRTH) & (rows["kind"] != "all")]
    sides: dict[str, Any] = {}
    for side in ("loses", "gains"):
        clear = born[born["verdict"] == side]
        order = np.argsort(-np.abs((clear["difference"] / _scale(clear)).to_numpy(dtype=np.float64)), kind="stable")
        several: list[Any] = clear.iloc[order].to_dict("records")
        sides[side] = [_sentence(row) for row in several[:NAMED]]
        sides[f"{side}_count"] = len(several)
    return sides | {"tested": int(rows["p_adjusted"].notna().sum())}


def _scale(rows: pd.DataFrame) -> Any:
    """What makes KPIs of different units comparable: their half-width."""
    return (rows["ci_high"] - rows["difference"]).where(lambda width: width > 0.0, 1e-12)


def _sentence(row: Mapping[Any, Any]) -> str:
    title = next(outcome.title for outcome in OUTCOMES if outcome.name == row["kpi"])
    moved = change(row["difference"], row["unit"], half_width=row["ci_high"] - row["difference"])
    return (
        f"{row['kind']} {row['name']}: {title.lower()} {moved}; {100 * row['share_better']:.1f} % are better off, "
        f"{100 * row['share_worse']:.1f} % worse"
    )
