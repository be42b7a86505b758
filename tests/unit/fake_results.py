"""A result folder by the contract, made of plausible numbers without running the simulator.

`write(folder, …)` gives what a comparison or a run stores, small enough for unit tests: the report's tests read it.
The numbers know their arms only through `EFFECTS`, so a test can plant a gain, a loss or exactly nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

INTENTS = {
    "balance": "Balance and transactions",
    "card_lost": "Lost or stolen card",
    "card_block": "Card blocked abroad",
    "fraud": "Suspected fraud",
    "loan_new": "New loan or mortgage application",
    "loan_terms": "Change of loan terms",
    "mortgage": "Mortgage servicing",
    "transfer": "Transfers and standing orders",
    "login": "Login and two-factor problems",
    "app": "Mobile app does not work as expected",
    "address": "Change of address or name",
    "fees": "Fees and charges disputed",
    "complaint": "Complaint",
    "invest": "Securities and brokerage",
    "business": "Business account opening",
    "closing": "Closing an account",
    "other": "Something else",
}
SEGMENTS = {
    "private": "Private customers",
    "business": "Business customers",
    "priority": "Priority customers",
}
ARMS = {
    "longest_idle": "Longest idle agent",
    "quality": "Quality-informed routing",
    "staffing": "Eight more agents at the peak",
}
DEFINITIONS: tuple[tuple[str, str, str, str, str, str], ...] = (
    (
        "service_level",
        "Service level (20 s)",
        "share",
        "higher",
        "ratio",
        "Contacts answered within 20 s / (contacts offered to a human queue − abandoned within 20 s).",
    ),
    (
        "sl_offered",
        "Service level of all offered",
        "share",
        "higher",
        "ratio",
        "Answered within 20 s / offered.",
    ),
    (
        "abandonment",
        "Abandonment",
        "share",
        "lower",
        "ratio",
        "Contacts abandoned / contacts offered to a human queue.",
    ),
    ("asa", "Average speed of answer", "s", "lower", "mean", "Sum of waits of answered contacts / answered."),
    ("wait", "Wait of everyone", "s", "lower", "mean", "Sum of waits of all contacts / offered."),
    ("aht", "Average handle time", "s", "lower", "mean", "Sum of talk, hold and wrap-up / contacts handled."),
    ("occupancy", "Occupancy", "share", "neither", "ratio", "Handle time / (handle time + available time)."),
    ("utilisation", "Utilisation", "share", "neither", "ratio", "Handle time / paid time."),
    (
        "containment",
        "Containment",
        "share",
        "higher",
        "ratio",
        "Bot sessions that ended without a handoff / sessions.",
    ),
    (
        "true_containment",
        "True containment",
        "share",
        "higher",
        "ratio",
        "Contained and resolved / sessions.",
    ),
    (
        "fcr_true",
        "First-contact resolution (true)",
        "share",
        "higher",
        "ratio",
        "Cases resolved first time / cases.",
    ),
    (
        "fcr_measured",
        "First-contact resolution (measured)",
        "share",
        "higher",
        "ratio",
        "Cases without return / cases.",
    ),
    ("escalation", "Escalation rate", "share", "lower", "ratio", "Contacts escalated / contacts handled."),
    ("repeat_rate", "Repeat contacts per case", "contacts", "lower", "ratio", "Repeat contacts / cases."),
    ("csat", "Customer satisfaction", "points", "higher", "mean", "Sum of survey answers / answers."),
    (
        "time_to_resolution",
        "Time to resolution",
        "s",
        "lower",
        "mean",
        "Sum over resolved cases / resolved cases.",
    ),
    (
        "cost_per_contact",
        "Cost per contact",
        "money",
        "lower",
        "ratio",
        "Paid time × rate + bot + line / contacts.",
    ),
    ("cost_per_resolved", "Cost per resolved case", "money", "lower", "ratio", "All cost / resolved cases."),
    ("offered", "Offered", "count", "neither", "statistic", "Contacts offered to a human queue."),
    ("gini_occupancy", "Inequality of occupancy (Gini)", "index", "lower", "statistic", "Gini over agents."),
)
LEVELS = {
    "service_level": 0.78,
    "sl_offered": 0.75,
    "abandonment": 0.061,
    "asa": 38.0,
    "wait": 41.0,
    "aht": 372.0,
    "occupancy": 0.84,
    "utilisation": 0.71,
    "containment": 0.34,
    "true_containment": 0.27,
    "fcr_true": 0.68,
    "escalation": 0.12,
    "repeat_rate": 0.19,
    "csat": 3.91,
    "time_to_resolution": 34_000.0,
    "cost_per_contact": 5.12,
    "cost_per_resolved": 7.41,
    "offered": 8210.0,
    "gini_occupancy": 0.083,
}
EFFECTS: dict[str, dict[str, float]] = {
    "longest_idle": {},
    "quality": {
        "fcr_true": 0.013,
        "repeat_rate": -0.010,
        "service_level": -0.012,
        "sl_offered": -0.012,
        "asa": 3.1,
        "wait": 3.2,
        "aht": 4.0,
        "gini_occupancy": 0.021,
        "csat": 0.03,
    },
    "staffing": {
        "service_level": 0.071,
        "sl_offered": 0.07,
        "abandonment": -0.022,
        "asa": -16.0,
        "wait": -17.0,
        "occupancy": -0.035,
        "utilisation": -0.03,
        "cost_per_contact": 0.22,
        "cost_per_resolved": 0.3,
    },
}


@dataclass
class Plan:
    """What a fake folder holds; every field is a thing a report must cope with."""

    arms: dict[str, str] = field(default_factory=lambda: dict(list(ARMS.items())[:2]))
    intents: dict[str, str] = field(default_factory=lambda: dict(INTENTS))
    segments: dict[str, str] = field(default_factory=lambda: dict(SEGMENTS))
    effects: dict[str, dict[str, float]] = field(default_factory=lambda: dict(EFFECTS))
    tiers: tuple[int, ...] = (1, 2, 3)
    bot: bool = True
    intervals: int = 34
    days: int = 1
    replications: int = 12
    closed: tuple[int, ...] = ()
    noise: float = 1.0
    primary: str = "fcr_true"
    verdict: str = ""
    kind: str = "compare"
    title: str = "Quality-informed routing in a bank's contact centre"
    question: str = "Does routing high-risk intents to steady agents raise resolution without making customers wait?"


def write(folder: Path, plan: Plan | None = None) -> Path:
    """Write the files of one result folder and return it."""
    plan = plan or Plan()
    folder.mkdir(parents=True, exist_ok=True)
    kpi = pd.DataFrame(_rows(plan))
    kpi.to_csv(folder / "kpi.csv", index=False)
    pd.DataFrame(_flows(plan)).to_csv(folder / "flows.csv", index=False)
    _dump(folder / "manifest.json", _manifest(plan))
    _dump(folder / "run.json", {"seconds": 12.4, "workers": 2, "contacts": 240_000})
    if plan.kind == "compare":
        table = _comparison(kpi, plan)
        table.to_csv(folder / "comparison.csv", index=False)
        _dump(folder / "card.json", _cards(table, plan))
    return folder


def _dump(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")


def _normal(*address: object) -> float:
    """A standard normal number that is a function of its address alone."""
    digest = hashlib.blake2b("/".join(map(str, address)).encode(), digest_size=6).digest()
    return float(special.ndtri((int.from_bytes(digest, "big") + 0.5) / 2**48))


def _moves(kpi: str, plan: Plan) -> float:
    return plan.noise * max(LEVELS[kpi] * 0.02, 0.004)


def _level(plan: Plan, arm: str, replication: int, kpi: str, scope: str) -> float:
    shared = _normal("shared", replication, kpi, scope) * _moves(kpi, plan)
    effect = plan.effects.get(arm, {}).get(kpi, 0.0)
    differs = bool(plan.effects.get(arm)) and kpi != "offered"
    wide = 0.4 if scope == "all" else 1.2
    own = _normal(arm, replication, kpi, scope) * wide * _moves(kpi, plan) if differs else 0.0
    place = _normal("place", kpi, scope) * 0.05 * LEVELS[kpi]
    tilt = 1.0 if scope == "all" else 1.0 + 1.2 * _normal("tilt", kpi, scope)
    top = 0.995 if LEVELS[kpi] < 1 else np.inf
    return float(np.clip(LEVELS[kpi] + place * (scope != "all") + shared + effect * tilt + own, 0.0, top))


def _row(arm: str, replication: int, scope: str, interval: str, kpi: str, value: float) -> dict[str, object]:
    size = 1000.0 if np.isfinite(value) else 0.0
    return {
        "arm": arm,
        "replication": replication,
        "scope": scope,
        "interval": interval,
        "kpi": kpi,
        "numerator": value * size if size else 0.0,
        "denominator": size,
        "value": value,
    }


def _rows(plan: Plan) -> Iterator[dict[str, object]]:
    scopes = ["all", *(f"intent:{x}" for x in plan.intents), *(f"segment:{x}" for x in plan.segments)]
    scopes += [f"tier:{tier}" for tier in plan.tiers]
    for arm in plan.arms:
        for replication in range(plan.replications):
            for kpi, *_ in DEFINITIONS:
                yield from _totals(plan, arm, replication, kpi, scopes)
            for scope in ["all", *(f"tier:{tier}" for tier in plan.tiers)]:
                yield from _through_the_day(plan, arm, replication, scope)


def _totals(plan: Plan, arm: str, replication: int, kpi: str, scopes: list[str]) -> Iterator[dict[str, object]]:
    undefined = kpi == "fcr_measured" or (not plan.bot and "containment" in kpi)
    for scope in scopes:
        value = np.nan if undefined else _level(plan, arm, replication, kpi, scope)
        yield _row(arm, replication, scope, "total", kpi, value)


def _through_the_day(plan: Plan, arm: str, replication: int, scope: str) -> Iterator[dict[str, object]]:
    begins = np.datetime64("2003-06-02T07:00")
    for day in range(plan.days):
        for k in range(plan.intervals):
            start = str(begins + np.timedelta64(day * 1440 + 30 * k, "m")) + ":00"
            peak = np.exp(-(((k - 8) / 6) ** 2)) + 0.5 * np.exp(-(((k - 18) / 5) ** 2))
            for kpi in ("service_level", "asa", "occupancy", "offered", "abandonment"):
                value = np.nan if k in plan.closed else _bent(plan, arm, replication, kpi, scope, peak)
                yield _row(arm, replication, scope, start, kpi, value)


def _bent(plan: Plan, arm: str, replication: int, kpi: str, scope: str, peak: float) -> float:
    level = _level(plan, arm, replication, kpi, scope)
    bend = {"service_level": -0.25, "asa": 60.0, "occupancy": 0.12, "offered": 400.0, "abandonment": 0.06}[kpi]
    start = {"service_level": 0.12, "asa": -25.0, "occupancy": -0.12, "offered": -LEVELS["offered"] + 60}.get(kpi, 0.0)
    wiggle = _normal("wiggle", replication, kpi, scope, f"{peak:.5f}") * _moves(kpi, plan)
    top = 0.99 if LEVELS[kpi] < 1 else np.inf
    return float(np.clip(level + start + bend * peak + wiggle, 0.0, top))


def _flows(plan: Plan) -> Iterator[dict[str, object]]:
    for arm in plan.arms:
        for replication in range(plan.replications):
            wobble = 1 + 0.02 * _normal("flow", replication)
            helped = 1 - 3 * plan.effects.get(arm, {}).get("fcr_true", 0.0)
            for (source, target), count in _edges(plan, helped).items():
                row = {"arm": arm, "replication": replication, "source": source, "target": target}
                yield row | {"count": round(count * wobble)}


def _edges(plan: Plan, helped: float) -> dict[tuple[str, str], float]:
    edges: dict[tuple[str, str], float] = {}
    people = 12_000.0
    if plan.bot:
        edges |= {("arrival", "bot"): 9000, ("arrival", "tier 1"): 3000, ("bot", "resolved"): 2500}
        edges |= {("bot", "unresolved"): 560, ("bot", "left"): 240, ("bot", "tier 1"): 5700}
        people = 8700.0
    else:
        edges["arrival", "tier 1"] = people
    share = 1.0
    for place, tier in enumerate(plan.tiers):
        entering = people * share
        last = place == len(plan.tiers) - 1
        up = 0.0 if last else entering * 0.13 * helped
        if not last:
            edges[f"tier {tier}", f"tier {plan.tiers[place + 1]}"] = up
        edges[f"tier {tier}", "abandoned"] = entering * 0.06
        edges[f"tier {tier}", "unresolved"] = entering * 0.16 * helped
        edges[f"tier {tier}", "unfinished"] = entering * 0.004
        edges[f"tier {tier}", "resolved"] = entering * (0.776 - 0.16 * (helped - 1)) - up
        share *= 0.13 * helped
    return edges


def _comparison(kpi: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    totals = kpi[kpi["interval"] == "total"]
    wide = totals.pivot_table(index=["kpi", "scope", "replication"], columns="arm", values="value", dropna=False)
    baseline, *others = plan.arms
    rows = [_compared(name, scope, group, arm, baseline) for (name, scope), group in wide.groupby(level=[0, 1])
            for arm in others]  # fmt: skip
    return pd.DataFrame(rows)


def _compared(kpi: str, scope: str, group: pd.DataFrame, arm: str, baseline: str) -> dict[str, object]:
    gaps = (group[arm] - group[baseline]).to_numpy(float)
    n = len(gaps)
    mean = gaps.mean()
    half = special.stdtrit(n - 1, 0.975) * gaps.std(ddof=1) / np.sqrt(n) if n >= 5 else np.nan
    better = next(d[3] for d in DEFINITIONS if d[0] == kpi)
    return {
        "kpi": kpi,
        "scope": scope,
        "arm": arm,
        "baseline": baseline,
        "n": n,
        "baseline_mean": group[baseline].mean(),
        "arm_mean": group[arm].mean(),
        "difference": mean,
        "ci_low": mean - half,
        "ci_high": mean + half,
        "p_adjusted": np.nan,
        "verdict": _word(mean, half, better),
    }


def _word(mean: float, half: float, better: str) -> str:
    if not np.isfinite(half):
        return "not defined"
    if abs(mean) <= half:
        return "no clear difference"
    if better == "neither":
        return "changed"
    return "better" if (mean > 0) == (better == "higher") else "worse"


GUARDRAILS = {"abandonment": 0.01, "asa": 5.0, "cost_per_contact": 0.1}


def _cards(table: pd.DataFrame, plan: Plan) -> list[dict[str, object]]:
    whole = table[table["scope"] == "all"].set_index(["arm", "kpi"])
    return [_card(whole.loc[arm], arm, plan) for arm in list(plan.arms)[1:]]


def _card(rows: pd.DataFrame, arm: str, plan: Plan) -> dict[str, object]:
    primary = rows.loc[plan.primary]
    rails = [_rail(name, margin, rows.loc[name]) for name, margin in GUARDRAILS.items()]
    broken = [rail for rail in rails if rail["verdict"] == "broken"]
    settled = "no difference that matters" if abs(primary["difference"]) < 0.005 else "ship"
    verdict = plan.verdict or ("hold" if broken else settled)
    return {
        "verdict": verdict,
        "arm": arm,
        "headline": f"{plan.arms[arm]}: {verdict}.",
        "reasons": [f"{rail['kpi']} may become worse than its margin" for rail in broken] or ["All guardrails hold."],
        "primary": {"kpi": plan.primary} | {key: float(primary[key]) for key in ("difference", "ci_low", "ci_high")},
        "guardrails": rails,
        "more_replications": 24 if verdict == "not settled" else None,
    }


def _rail(kpi: str, margin: float, row: Any) -> dict[str, object]:
    broken = bool(row["ci_high"] > margin)
    numbers = {key: float(row[key]) for key in ("difference", "ci_low", "ci_high")}
    return {"kpi": kpi, "margin": margin, "verdict": "broken" if broken else "holds"} | numbers | {
        "probability_breaks": 0.93 if broken else 0.002
    }  # fmt: skip


def _manifest(plan: Plan) -> dict[str, Any]:
    scenario = {
        "title": plan.title,
        "costs": {"currency": "USD"},
        "intents": {name: {"label": label} for name, label in plan.intents.items()},
        "segments": {name: {"label": label} for name, label in plan.segments.items()},
        "calendar": {"interval": 1800.0},
    }
    names = ("name", "title", "unit", "better", "kind", "definition")
    return {
        "kind": plan.kind,
        "name": "bank_quality_ab",
        "title": plan.title,
        "question": plan.question if plan.kind == "compare" else "",
        "description": "A bank with 17 intents, a bot and three human tiers, on recorded arrivals of one Monday.",
        "created_by": "ccsim 0.1.0",
        "seed": 20030602,
        "replications": plan.replications,
        "confidence": 0.95,
        "arms": [
            {"name": name, "label": label, "overrides": [f"routing.rule={name}"] if k else []}
            for k, (name, label) in enumerate(plan.arms.items())
        ],
        "baseline": next(iter(plan.arms)),
        "primary": {"kpi": plan.primary, "matters": 0.005},
        "guardrails": GUARDRAILS,
        "assumptions": [
            {"what": "Arrivals per 15 minutes", "evidence": "measured", "source": "US bank 2003, one Monday"},
            {
                "what": "A customer calls back with .60 if unresolved",
                "evidence": "C",
                "source": "bracket .40 to .80",
            },
            {
                "what": "Agents differ in resolution by 5 points",
                "evidence": "B",
                "source": "Anonymous Bank 1999",
            },
            {"what": "Handle times are lognormal, cv 1.0", "evidence": "A", "source": "Brown et al. 2005"},
        ],
        "births_factor": 0.861,
        "volume": "offered",
        "engine": "local",
        "compiled": True,
        "scenario": scenario,
        "definitions": [dict(zip(names, row, strict=True)) | {"window": ""} for row in DEFINITIONS],
    }
