"""The decision card of each arm: ship, hold, not settled, or settled that no difference matters.

The rules, in order:
1. a guardrail breaks with confidence → hold;
2. the primary's joint interval is inside ± `matters`, every guardrail holds → no difference that matters;
3. the primary is worse with confidence → hold;
4. the primary is better with confidence and every guardrail holds → ship;
5. anything else → not settled, with the number of further replications that would settle it.

"With confidence" is family-wise over the primary and the guardrails of all arms.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim.experiment import containment, estimate
from sim.experiment.plan import Arm, Plan, Question
from sim.experiment.wording import between, change, number, size

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

Verdict = Literal["ship", "hold", "not settled", "no difference that matters"]
Row = Mapping[str, Any]
Card = dict[str, Any]

MOST_REPLICATIONS = 100_000
_COLOURS = {"ship": "green", "hold": "red", "not settled": "yellow", "no difference that matters": "cyan"}


def cards(table: pd.DataFrame, plan: Plan, definitions: Sequence[Any]) -> list[Card]:
    """One card for each arm but the baseline; none when the question names no primary KPI."""
    if plan.question.primary is None:
        return []
    titles = {definition.name: definition.title for definition in definitions}
    family = _with_currency(table[table["family"] != ""], plan).to_dict("records")
    return [
        _warned(_card(arm, plan, [row for row in family if row["arm"] == arm.name], len(family), titles), table)
        for arm in plan.arms[1:]
    ]


def _warned(card: Card, table: pd.DataFrame) -> Card:
    """With what is to be said of a bot that contains at its customers' expense."""
    said = containment.warning(table[table["arm"] == card["arm"]].to_dict("records"))
    return card if said is None else card | {"reasons": [*card["reasons"], said]}


def _with_currency(family: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The unit "money" spelt as the scenario's currency."""
    return family.replace({"unit": {"money": plan.arms[0].loaded.scenario.costs.currency}})


def _card(arm: Arm, plan: Plan, rows: list[Any], family: int, titles: Mapping[str, str]) -> Card:
    question = plan.question
    primary = next((row for row in rows if row["family"] == "primary"), None)
    guards = [row for row in rows if row["family"] == "guardrail"]
    if primary is None:
        return _silent(arm, question, titles)
    verdict = decide(primary, guards, question.matters)
    more = further(primary, guards, question, family) if verdict == "not settled" else 0
    sentences = [_primary_sentence(primary, question, titles), *(_guard_sentence(g, titles) for g in guards)]
    if verdict == "not settled":
        sentences.append(_more_sentence(more, primary, question))
    return {
        "verdict": verdict,
        "arm": arm.name,
        "label": arm.label,
        "baseline": plan.baseline,
        "headline": _headline(verdict, arm, primary, guards, titles, question.matters),
        "reasons": sentences,
        "primary": _facts(primary, titles) | {"matters": question.matters},
        "guardrails": [_facts(g, titles) | _risk(g) for g in guards],
        "replications": int(primary["n"]),
        "confidence": question.confidence,
        "more_replications": more,
    }


def decide(primary: Row, guards: Sequence[Row], matters: float) -> Verdict:
    """The verdict from the verdicts of the rows, by the rules at the top of this file."""
    holding = all(guard["verdict"] == "holds" for guard in guards)
    if any(guard["verdict"] == "breaks" for guard in guards):
        return "hold"
    if holding and _inside(primary, matters):
        return "no difference that matters"
    if primary["verdict"] == "worse" and not _inside(primary, matters):
        return "hold"
    if primary["verdict"] == "better" and holding:
        return "ship"
    return "not settled"


def further(primary: Row, guards: Sequence[Row], question: Question, family: int) -> int | None:
    """How many more replications would settle it, from the half-widths: they shrink with the root of n.

    An upper bound while the differences stay where they are now: the half-width is the joint one
    (Bonferroni over the family). None when no number up to 100,000 would do.
    """
    n = int(primary["n"])
    if n < estimate.FEWEST:
        return estimate.FEWEST - n
    needs = [_needed(guard, _distance_to_margin(guard)) for guard in guards if guard["verdict"] == "not settled"]
    if primary["verdict"] == "no difference shown" and not _inside(primary, question.matters):
        gap = abs(primary["difference"])
        needs.append(_needed(primary, max(gap, question.matters - gap)))
    total = max(needs, default=math.inf)
    return None if total > MOST_REPLICATIONS else max(1, int(total) - n)


def render(card: Card) -> RenderableType:
    """The card as a box for a terminal."""
    from rich.box import ROUNDED
    from rich.panel import Panel
    from rich.text import Text

    body = Text(card["headline"] + "\n", style="bold")
    for reason in card["reasons"]:
        body.append(f"\n• {reason}", style="not bold")
    if card.get("effects"):
        body.append(f"\n\nA month of this ({100.0 * card['confidence']:g} % intervals, each read on its own):")
        body.append(f"\n{card['month']}", style="italic not bold")
    for effect in card.get("effects", ()):
        body.append(f"\n• {effect['text']}", style="not bold")
        body.append(f"; {effect['basis']}" if effect["basis"] else "", style="italic not bold")
    for side, head in (("loses", "Who pays"), ("gains", "Who gains")):
        named = card.get("who", {}).get(side, ())
        if named:
            body.append(f"\n\n{head}, the same customers in both arms ({card['who'][f'{side}_count']} subgroups):")
            body.append("".join(f"\n• {one}" for one in named), style="not bold")
    title = Text(f" {card['verdict'].upper()} · {card['arm']} ")
    return Panel(body, title=title, title_align="left", box=ROUNDED, border_style=_COLOURS[card["verdict"]])


def _inside(row: Row, matters: float) -> bool:
    return bool(-matters <= row["joint_low"] and row["joint_high"] <= matters)


def _distance_to_margin(row: Row) -> float:
    worse = row["difference"] if row["better"] == "lower" else -row["difference"]
    return float(abs(row["margin"] - worse))


def _needed(row: Row, target: float) -> float:
    """Replications for a joint half-width of `target`, rounded up."""
    width = (row["joint_high"] - row["joint_low"]) / 2.0
    if not math.isfinite(width) or target <= 0.0:
        return math.inf
    return float(math.ceil(row["n"] * (width / target) ** 2)) + 1.0


def _risk(row: Row) -> dict[str, Any]:
    return {"margin": row["margin"], "probability_breaks": _breaks(row)}


def _breaks(row: Row) -> float | None:
    """Probability that the true difference is worse than the margin (Student's t around the estimate)."""
    worse = row["difference"] if row["better"] == "lower" else -row["difference"]
    gap = estimate.Estimates(np.array([worse]), np.array([row["standard_error"]]), np.array([row["n"]]))
    chance = float(estimate.probability_above(gap, row["margin"])[0])
    return chance if math.isfinite(chance) else None


def _facts(row: Row, titles: Mapping[str, str]) -> dict[str, Any]:
    """What the card's file says of one deciding row; NaN becomes null."""
    kept = ("kpi", "unit", "better", "n", "baseline_mean", "arm_mean", "difference", "ci_low", "ci_high",
            "joint_low", "joint_high", "p_adjusted", "verdict", "variance_reduction")  # fmt: skip
    facts = {name: _plain(row[name]) for name in kept}
    return {"title": titles[row["kpi"]]} | facts


def _plain(value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def _silent(arm: Arm, question: Question, titles: Mapping[str, str]) -> Card:
    """A card for an arm whose primary KPI has no row at all."""
    title = titles.get(str(question.primary), question.primary)
    reason = f"{title} was not measured in this run at scope all."
    return {
        "verdict": "not settled", "arm": arm.name, "label": arm.label, "baseline": "",
        "headline": f"Not settled: {reason}", "reasons": [reason], "primary": {"kpi": question.primary},
        "guardrails": [], "more_replications": None,
    }  # fmt: skip


def _headline(
    verdict: Verdict, arm: Arm, primary: Row, guards: Sequence[Row], titles: Mapping[str, str], matters: float
) -> str:
    moved = f"{titles[primary['kpi']]} {_moved(primary)}"
    if verdict == "ship":
        held = _all_hold(len(guards))
        return f"Ship {arm.label}: {moved}{held}{_short_of(primary, matters)}."
    if verdict == "hold":
        broken = [titles[guard["kpi"]] for guard in guards if guard["verdict"] == "breaks"]
        why = f"{' and '.join(broken)} would break" if broken else f"{moved} is worse"
        return f"Hold {arm.label}: {why}."
    if verdict == "no difference that matters":
        return f"{arm.label}: settled, no difference that matters; {moved}."
    return f"{arm.label}: not settled yet; {moved} so far."


def _moved(row: Row) -> str:
    """The difference of a row with its sign, with the digits of the report page."""
    return change(row["difference"], row["unit"], half_width=(row["ci_high"] - row["ci_low"]) / 2.0)


def _all_hold(guards: int) -> str:
    if guards == 0:
        return ""
    return ", and the guardrail holds" if guards == 1 else f", and all {guards} guardrails hold"


def _short_of(row: Row, matters: float) -> str:
    """What a "ship" does not claim: better for certain, but not for certain by as much as matters."""
    least = min(abs(row["joint_low"]), abs(row["joint_high"])) if _one_sided(row) else 0.0
    if least >= matters:
        return ""
    return f"; whether it reaches the {size(matters, row['unit'])} that matter is not settled"


def _one_sided(row: Row) -> bool:
    """Whether the joint interval lies on one side of zero."""
    return bool(row["joint_low"] * row["joint_high"] > 0.0)


def _primary_sentence(row: Row, question: Question, titles: Mapping[str, str]) -> str:
    unit, level = row["unit"], f"{100.0 * question.confidence:g} %"
    head = (
        f"{titles[row['kpi']]}: {number(row['baseline_mean'], unit)} → {number(row['arm_mean'], unit)}, "
        f"a difference of {_moved(row)}"
    )
    if not math.isfinite(row["ci_low"]):
        return f"{head}; {row['n']} replications are too few for an interval (at least {estimate.FEWEST})."
    sure = f"({level} interval {between(row['ci_low'], row['ci_high'], unit)}{_jointly(row)})"
    matters = f"; {size(question.matters, unit)} or more would matter" if question.matters else ""
    return f"{head} {sure}: {row['verdict']}{_at_least(row)}{matters}."


def _jointly(row: Row) -> str:
    """The interval that decides, where several hypotheses decide together."""
    low, high = row["joint_low"], row["joint_high"]
    if not math.isfinite(low) or (low, high) == (row["ci_low"], row["ci_high"]):
        return ""
    return f", jointly with all that decides {between(low, high, row['unit'])}"


def _at_least(row: Row) -> str:
    """By how much at least, with the family-wise confidence of the decision."""
    least = min(abs(row["joint_low"]), abs(row["joint_high"]))
    claimed = _one_sided(row) and row["verdict"] in ("better", "worse")
    return f" by at least {size(least, row['unit'])}" if claimed else ""


def _guard_sentence(row: Row, titles: Mapping[str, str]) -> str:
    unit = row["unit"]
    margin = size(row["margin"], unit)
    sure = f" ({between(row['joint_low'], row['joint_high'], unit)} jointly)" if math.isfinite(row["joint_low"]) else ""
    head = f"Guardrail {titles[row['kpi']]}: {_moved(row)}{sure}, may worsen by {margin}"
    chance = _breaks(row)
    if chance is None:
        return f"{head}: {row['verdict']}."
    return f"{head}: {row['verdict']} (probability that it breaks {_chance(chance)})."


def _chance(value: float) -> str:
    if value < 0.001:
        return "below 0.1 %"
    return "above 99.9 %" if value > 0.999 else f"{100.0 * value:.1f} %"


def _more_sentence(more: int | None, primary: Row, question: Question) -> str:
    """What more replications would do, and what it costs to read twice: docs/statistics.md measures it."""
    if int(primary["n"]) < estimate.FEWEST:
        return f"At least {more} more replications are needed before anything can be said."
    if more is None:
        return f"No number of replications up to {MOST_REPLICATIONS:,} would settle it at these differences."
    settle = f"About {more:,} more replications would settle it, if the differences stay as they are"
    if question.stopping is not None:
        return f"{settle}; they take a new experiment, with another seed and a larger stopping.max_replications."
    level = f"{100.0 * (1.0 - question.confidence):g} %"
    return (
        f"{settle}; but who adds them and reads again errs in about twice {level}. An experiment begun with "
        f"stopping.max_replications={int(primary['n']) + more} may look on its way and keeps to {level}."
    )
