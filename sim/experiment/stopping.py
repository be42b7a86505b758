"""An experiment that ends by itself: rounds of replications, a look after each, and why it ended.

Every look is read at its own level (`spending`), so that all looks together err no more often than one would. Hence
an experiment may end for any reason that shows in the data: a clear verdict, a narrow interval, an empty budget.
Replication k is the same in whichever round it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from sim.experiment import card, comparison, spending
from sim.experiment.finished import Finished, joined
from sim.experiment.plan import Plan, Stopping
from sim.experiment.spending import PLAIN, Reading

if TYPE_CHECKING:
    import pandas as pd

Card = dict[str, Any]
Round = Callable[[Plan, float | None], Finished]
SPENDINGS = {"obrien_fleming": "O'Brien and Fleming", "pocock": "Pocock"}


@dataclass(frozen=True, slots=True)
class Look:
    """What one look showed: replications, the primary's half-width of each arm, the verdict on each."""

    n: int
    half_widths: dict[str, float]
    verdicts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Ended:
    """How the last look is read, why it was the last, and all looks."""

    reading: Reading = PLAIN
    reason: str = ""
    looks: tuple[Look, ...] = ()


def carried(made: Plan, run: Round) -> tuple[Finished, Ended]:
    """Run the plan in the rounds of its stopping rule; all at once where it has none.

    `run` carries out a plan, given the factor on births that an earlier round found. A failed replication ends it.
    """
    rule = made.question.stopping
    if rule is None:
        return run(made, None), Ended()
    looks, seen = rule.looks, list[Look]()
    done: Finished | None = None
    for n, reading in zip(looks, spending.readings(looks, rule.spending), strict=True):
        begun = 0 if done is None else len(done.plan.replications)
        part = run(
            replace(made, replications=tuple(range(begun, n))), None if done is None else done.plan.births_factor
        )
        done = part if done is None else joined(done, part)
        if done.failures:
            return done, Ended(reading, "a replication failed", tuple(seen))
        table = read(done, reading)
        seen.append(look(table, done.plan, n))
        reason = why(seen[-1], rule)
        if reason:
            break
    assert done is not None
    return done, Ended(reading, reason, tuple(seen))


def read(finished: Finished, reading: Reading) -> pd.DataFrame:
    """The comparison table as this look is read."""
    names = [arm.name for arm in finished.plan.arms]
    return comparison.table(finished.kpis, names, finished.plan.question, finished.definitions, reading)


def look(table: pd.DataFrame, plan: Plan, n: int) -> Look:
    """What a table says of the primary and of every arm's verdict."""
    widths: dict[str, float] = {}
    verdicts: dict[str, str] = {}
    for arm in plan.arms[1:]:
        rows: list[Any] = table[(table["arm"] == arm.name) & (table["family"] != "")].to_dict("records")
        primary = next((row for row in rows if row["family"] == "primary"), None)
        guards = [row for row in rows if row["family"] == "guardrail"]
        if primary is not None:
            widths[arm.name] = float(primary["ci_high"] - primary["ci_low"]) / 2.0
            verdicts[arm.name] = card.decide(primary, guards, plan.question.matters)
    return Look(n, widths, verdicts)


def why(seen: Look, rule: Stopping) -> str:
    """The reason to end after this look; empty to go on."""
    if seen.verdicts and all(verdict != "not settled" for verdict in seen.verdicts.values()):
        return "the verdict on every arm is clear"
    widths = list(seen.half_widths.values())
    if rule.half_width is not None and widths and all(width <= rule.half_width for width in widths):
        return f"every half-width of the primary KPI is at most {rule.half_width:g}"
    return "the budget is spent" if seen.n >= rule.budget else ""


def told(cards: Sequence[Card], ended: Ended, plan: Plan) -> list[Card]:
    """The cards with how and why the experiment ended; unchanged where it had no stopping rule."""
    rule = plan.question.stopping
    if rule is None or not ended.looks:
        return list(cards)
    level = f"{100.0 * (1.0 - plan.question.confidence):g} %"
    sentence = (
        f"Ended after {ended.looks[-1].n:,} of at most {rule.budget:,} replications, at look {len(ended.looks)} of "
        f"{len(rule.looks)}: {ended.reason}. Intervals and verdicts allow for the looks "
        f"({SPENDINGS[rule.spending]} spending), so that all of them together err in at most {level} of experiments."
    )
    story = {"rule": asdict(rule), "reason": ended.reason, "looks": [asdict(one) for one in ended.looks]}
    return [one | {"reasons": [*one["reasons"], sentence], "stopping": story} for one in cards]
