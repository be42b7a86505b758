"""The frontier and the price of fairness: who is beaten, what the curve follows, where labels lie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.report import canvas, figures, frontier, scatter, stored
from sim.report.figures import Findings
from sim.report.scatter import Mark
from tests.unit.test_figures import problems

KPIS = {
    "asa": ("Average speed of answer", "s", "lower"),
    "fcr_true": ("First-contact resolution", "share", "higher"),
    "cost_per_resolved_case": ("Cost per resolved case", "money", "lower"),
    "occupancy_gini": ("Inequality of occupancy", "share", "lower"),
}
COMMON = (-2.0, 1.0, 0.5, -0.5, 2.0, -1.0)  # what a replication's customers do to every arm
OWN = (0.3, -0.2, 0.1, -0.3, 0.2, -0.1)  # and what is left between arms


def found(
    tmp_path: Path, arms: dict[str, tuple[float, ...]], noise: float = 1.0, routing: dict[str, Any] | None = None
) -> Findings:
    """A result folder of six replications; `arms`: means of wait, resolution, cost and Gini."""
    manifest = {
        "arms": [{"name": name, "label": f"Rule {name}"} for name in arms],
        "baseline": next(iter(arms)),
        "primary": {"kpi": "fcr_true", "matters": 0.01},
        "definitions": [
            {"name": kpi, "title": title, "unit": unit, "better": better, "kind": "mean"}
            for kpi, (title, unit, better) in KPIS.items()
        ],
        "arms_scenarios": {name: {"routing": (routing or {}).get(name, {"rule": name})} for name in arms},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    lines = ["arm,replication,scope,interval,kpi,numerator,denominator,value"]
    for place, (arm, means) in enumerate(arms.items()):
        for number in range(6):
            for kpi, mean in zip(KPIS, means, strict=True):
                scale = 0.01 if KPIS[kpi][1] == "share" else 1.0
                own = noise * OWN[(number + place) % 6]
                lines.append(f"{arm},{number},all,total,{kpi},0,1,{mean + scale * (COMMON[number] + own)}")
    (tmp_path / "kpi.csv").write_text("\n".join(lines) + "\n")
    return figures.gather(stored.read(tmp_path))


ARMS = {
    "slow": (40.0, 0.70, 5.0, 0.05),
    "quick": (20.0, 0.72, 5.0, 0.20),
    "good": (30.0, 0.80, 5.0, 0.15),
    "dear": (40.0, 0.72, 9.0, 0.10),
}


def test_a_rule_that_another_beats_in_everything_is_struck_out(tmp_path: Path) -> None:
    chart = frontier.frontier(found(tmp_path, ARMS))
    assert chart is not None
    plain = chart.finding.replace("\u2068", "").replace("\u2069", "")
    assert plain == "“Rule quick” beats Rule slow; “Rule good” beats Rule dear."
    assert "Rule dear: Average speed of answer 40" in chart.alternative.replace("\u2068", "").replace("\u2069", "")


def test_a_rule_that_is_clearly_cheaper_is_not_beaten(tmp_path: Path) -> None:
    chart = frontier.frontier(found(tmp_path, ARMS | {"slow": (40.0, 0.70, 2.0, 0.05)}))
    assert chart is not None and "Rule slow" not in chart.finding.replace("beats \u2068Rule slow", "")
    assert "Rule dear" in chart.finding


def test_differences_within_their_noise_strike_nobody_out(tmp_path: Path) -> None:
    """Shared customers do not count as noise: with it the same arms are told apart."""
    arms = {"a": (30.0, 0.700, 5.0, 0.1), "b": (29.8, 0.701, 5.0, 0.1), "c": (30.1, 0.699, 5.0, 0.1)}
    noisy = frontier.frontier(found(tmp_path, arms, noise=3.0))
    assert noisy is not None and noisy.finding == "None of the 3 rules is clearly beaten by another."
    exact = frontier.frontier(found(tmp_path, arms, noise=0.01))
    assert exact is not None and "beats" in exact.finding


def test_two_arms_have_no_frontier(tmp_path: Path) -> None:
    assert frontier.frontier(found(tmp_path, {name: ARMS[name] for name in ("slow", "quick")})) is None


def _guarded(value: float | None) -> dict[str, Any]:
    return {"rule": "guarded", "params": {"inner": {"rule": "p_mu", "params": {}}, "max_share_move": value}}


def test_the_curve_follows_the_one_parameter_in_which_a_rules_arms_differ(tmp_path: Path) -> None:
    routing = {"quick": _guarded(None), "good": _guarded(0.1), "dear": _guarded(0.5)}
    seen = found(tmp_path, ARMS, routing=routing)
    arms = [seen.stored.baseline, *seen.stored.others]
    name, curve = frontier._curve(seen.stored.manifest, arms)
    assert (name, [arm.name for arm in curve]) == ("max_share_move", ["good", "dear", "quick"])
    chart = frontier.price_of_fairness(seen)
    assert chart is not None
    said = chart.finding.replace("\u2068", "").replace("\u2069", "").replace("\u202f", " ")
    assert said.startswith("From “Rule quick” to “Rule dear”: Inequality of occupancy −10")
    assert said.endswith("(no clear difference). Tighter still, inequality rises again.")


@pytest.mark.parametrize("inner", ["p_nu", "p_mu"])
def test_arms_that_differ_in_more_or_in_nothing_have_no_curve(tmp_path: Path, inner: str) -> None:
    other = {"rule": "guarded", "params": {"inner": {"rule": inner, "params": {}}, "max_share_move": 0.2}}
    more = {"quick": _guarded(None), "good": _guarded(0.1), "dear": other}
    routing = more if inner == "p_nu" else dict.fromkeys(ARMS, other)
    assert frontier.price_of_fairness(found(tmp_path, ARMS, routing=routing)) is None


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
def test_labels_of_many_rules_on_one_spot_do_not_overlap(tmp_path: Path, width: float) -> None:
    arms = {f"r{k}": (30.0 + 0.02 * k, 0.7 + 0.0001 * k, 5.0 + k, 0.1) for k in range(9)} | {"far": ARMS["good"]}
    chart = frontier.frontier(found(tmp_path, arms))
    assert chart is not None
    assert problems(chart.draw(width)) == []


def test_the_larger_mark_is_the_dearer_one(tmp_path: Path) -> None:
    seen = found(tmp_path, ARMS)
    arms = [seen.stored.baseline, *seen.stored.others]
    assert frontier._sizes(seen, arms, seen.stored.kpis["cost_per_resolved_case"]) == pytest.approx([0, 0, 0, 1])
    looks = list(seen.looks.values())
    assert scatter._points(Mark(0, 0, looks[0], 1.0)) > 2 * scatter._points(Mark(0, 0, looks[0], 0.0))
