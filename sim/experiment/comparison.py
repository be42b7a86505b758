"""The comparison table: every KPI and scope of every arm against the baseline, one row each.

Family-wise control (Holm) covers the decision only: the primary KPI and the guardrails at scope `all`, over
all arms. The primary's test is "no difference", a guardrail's "the difference equals the margin" (both
two-sided, so that each agrees with its interval). All other rows are exploratory: their p-values are not
adjusted and their family is empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import UsageError
from sim.experiment import estimate
from sim.experiment.estimate import Estimates, Floats
from sim.experiment.plan import Question
from sim.experiment.spending import PLAIN, Reading

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "kpi", "scope", "arm", "baseline", "n", "baseline_mean", "arm_mean", "difference", "ci_low", "ci_high",
    "p_adjusted", "verdict", "p_value", "family", "variance_reduction", "better", "unit", "margin",
    "standard_error", "p_margin", "joint_low", "joint_high",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cube:
    """Totals of one arm: one row a (scope, kpi) key, one column a replication."""

    numerator: Floats
    denominator: Floats
    value: Floats


def table(
    kpis: pd.DataFrame,
    arms: Sequence[str],
    question: Question,
    definitions: Sequence[Any],
    reading: Reading = PLAIN,
) -> pd.DataFrame:
    """Compare each arm with the first one; `kpis` has the columns of kpi.csv, only its totals are used.

    `reading` sets the level of a look that is one of several; every interval and p-value then allows for all looks.

    Returns a frame with `COLUMNS`, KPIs in the order of `definitions`, then scopes, then arms. An interval
    that is not defined (fewer than five replications, an empty denominator) is NaN.
    """
    import pandas as pd

    known = {definition.name: definition for definition in definitions}
    check(question, known)
    keys, cubes = cube(kpis, arms, list(known))
    ratios = np.array([known[kpi].kind == "ratio" for _scope, kpi in keys], dtype=bool)
    base = arms[0]
    parts = [_against(keys, base, arm, cubes[base], cubes[arm], ratios, question, known, reading) for arm in arms[1:]]
    frame = pd.concat(parts, ignore_index=True)
    frame["place"] = np.tile(np.arange(len(keys)), len(parts))
    frame = frame.sort_values("place", kind="stable", ignore_index=True)
    return _judge(frame, question, reading)[list(COLUMNS)]


def check(question: Question, known: Mapping[str, Any]) -> None:
    """Refuse a question about KPIs that are not known, or that have no better direction."""
    for role, name in [("primary", question.primary), *(("guardrail", name) for name in question.guardrails)]:
        if name is None:
            continue
        if name not in known:
            raise UsageError(f"{role} KPI {name!r} is not known{_nearest(name, known)}")
        if known[name].better not in ("higher", "lower"):
            raise UsageError(f"{role} KPI {name!r} has no better direction, so it cannot decide")
    if question.primary in question.guardrails:
        raise UsageError(f"guardrail KPI {question.primary!r} is the primary KPI; leave it out of the guardrails")


def cube(
    kpis: pd.DataFrame, arms: Sequence[str], order: Sequence[str]
) -> tuple[list[tuple[str, str]], dict[str, Cube]]:
    """Totals as arrays: (scope, kpi) keys in reading order, one `Cube` an arm, replications aligned."""
    import pandas as pd

    totals = kpis[(kpis["interval"] == "total") & kpis["kpi"].isin(list(order))]
    scopes = {scope: place for place, scope in enumerate(dict.fromkeys(totals["scope"]))}
    ranks = {kpi: place for place, kpi in enumerate(order)}
    pairs = dict.fromkeys(zip(totals["scope"], totals["kpi"], strict=True))
    keys = sorted(pairs, key=lambda key: (ranks[key[1]], key[0] != "all", scopes[key[0]]))
    replications = sorted(set(totals["replication"]))
    index = pd.MultiIndex.from_tuples(keys, names=["scope", "kpi"])
    made = {}
    for arm in arms:
        wide = totals[totals["arm"] == arm].set_index(["scope", "kpi", "replication"])
        made[arm] = Cube(
            *(_wide(wide[column], index, replications) for column in ("numerator", "denominator", "value"))
        )
    return keys, made


def estimates(cube: Cube, ratios: Any) -> Estimates:
    """Estimates of one arm: ratios of sums where the KPI is a ratio, plain means elsewhere."""
    value, pseudo = _pseudo(cube, ratios)
    return estimate.single(value, pseudo)


def _wide(column: pd.Series[Any], index: pd.MultiIndex, replications: Sequence[int]) -> Floats:
    wide = column.unstack("replication").reindex(index=index, columns=list(replications))
    return np.asarray(wide.to_numpy(dtype=np.float64))


def _pseudo(cube: Cube, ratios: Any) -> tuple[Floats, Floats]:
    ratio, ratio_pseudo = estimate.ratio_pseudo(cube.numerator, cube.denominator)
    mean, mean_pseudo = estimate.mean_pseudo(cube.value)
    return np.where(ratios, ratio, mean), np.where(ratios[:, None], ratio_pseudo, mean_pseudo)


def _against(
    keys: Sequence[tuple[str, str]],
    baseline: str,
    name: str,
    base: Cube,
    arm: Cube,
    ratios: Any,
    question: Question,
    known: Mapping[str, Any],
    reading: Reading,
) -> pd.DataFrame:
    """Rows of one arm; nothing in them depends on the other arms."""
    import pandas as pd

    left, right = _pseudo(arm, ratios), _pseudo(base, ratios)
    by_ratio, ratio_gain = estimate.difference(left, right)
    by_mean, mean_gain = estimate.paired_mean_difference(arm.value, base.value)
    gap = Estimates(
        np.where(ratios, by_ratio.value, by_mean.value),
        np.where(ratios, by_ratio.error, by_mean.error),
        np.where(ratios, by_ratio.n, by_mean.n),
    )
    width = estimate.half_width(gap, 1.0 - reading.nominal(1.0 - question.confidence))
    frame = pd.DataFrame(keys, columns=["scope", "kpi"])
    frame["arm"], frame["baseline"] = name, baseline
    frame["n"], frame["standard_error"] = gap.n, gap.error
    frame["baseline_mean"], frame["arm_mean"], frame["difference"] = right[0], left[0], gap.value
    frame["ci_low"], frame["ci_high"] = gap.value - width, gap.value + width
    frame["p_value"] = reading.overall(estimate.two_sided_p(gap))
    frame["variance_reduction"] = np.where(ratios, ratio_gain, mean_gain)
    frame["better"] = [known[kpi].better for kpi in frame["kpi"]]
    frame["unit"] = [known[kpi].unit for kpi in frame["kpi"]]
    return _family(frame, gap, question, reading)


def _family(frame: pd.DataFrame, gap: Estimates, question: Question, reading: Reading) -> pd.DataFrame:
    """Mark the rows that decide, and give guardrails their margin and the p-value of standing on it."""
    decides = frame["scope"] == "all"
    frame["family"] = ""
    frame.loc[decides & (frame["kpi"] == question.primary), "family"] = "primary"
    frame.loc[decides & frame["kpi"].isin(list(question.guardrails)), "family"] = "guardrail"
    guarded = frame["family"] == "guardrail"
    frame["margin"] = frame["kpi"].map(dict(question.guardrails)).astype(float).where(guarded)
    worse = np.where(frame["better"] == "lower", 1.0, -1.0)
    allowed = (frame["margin"] * worse).to_numpy(dtype=np.float64)
    at_margin = reading.overall(estimate.two_sided_p(gap, allowed))
    exact = (gap.error == 0.0) & np.isfinite(allowed) & (gap.n >= estimate.FEWEST)
    frame["p_margin"] = np.where(guarded, np.where(exact, 0.0, at_margin), np.nan)
    return frame


def _judge(frame: pd.DataFrame, question: Question, reading: Reading) -> pd.DataFrame:
    """Adjust the p-values of the family, widen its intervals to hold jointly, put rows into words."""
    member = (frame["family"] != "").to_numpy()
    deciding = np.where(frame["family"] == "guardrail", frame["p_margin"], frame["p_value"])
    adjusted = frame["p_value"].to_numpy(dtype=np.float64).copy()
    adjusted[member] = estimate.holm(deciding[member])
    frame["p_adjusted"] = adjusted
    joint = 1.0 - reading.nominal((1.0 - question.confidence) / max(int(member.sum()), 1))
    n = frame["n"].to_numpy(dtype=np.int64)
    width = estimate.quantile((1.0 + joint) / 2.0, n) * frame["standard_error"].to_numpy(dtype=np.float64)
    frame["joint_low"] = np.where(member, frame["difference"] - width, np.nan)
    frame["joint_high"] = np.where(member, frame["difference"] + width, np.nan)
    alpha = 1.0 - question.confidence
    frame["verdict"] = [_verdict(row, alpha) for row in frame.to_dict("records")]
    return frame


def _verdict(row: Mapping[Any, Any], alpha: float) -> str:
    """What one row says in a word or two, or why it says nothing."""
    if np.isnan(row["difference"]):
        return "not defined"
    if row["n"] < estimate.FEWEST or np.isnan(row["p_adjusted"]):
        return "too few replications"
    sign = {"higher": 1.0, "lower": -1.0}.get(row["better"], 0.0)
    if row["family"] == "guardrail":
        if row["p_adjusted"] > alpha:
            return "not settled"
        return "holds" if -sign * row["difference"] <= row["margin"] else "breaks"
    if row["p_adjusted"] > alpha:
        return "no difference shown"
    if sign == 0.0:
        return "differs"
    return "better" if sign * row["difference"] > 0.0 else "worse"


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    import difflib

    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"
