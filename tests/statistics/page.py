"""Writes docs/statistics.md: `python -m tests.statistics.page`. Every figure in it is a share of experiments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sim.experiment import card, estimate, spending
from tests.statistics import arms, looks, measure, synthetic
from tests.statistics.measure import Followed, Stopped

PAGE = Path(__file__).resolve().parents[2] / "docs" / "statistics.md"
SIZES = (5, 10, 20, 40, 80)
PRECISION = {"mean wait": 4.7, "wait in overload": 9.5, "service level": 0.025, "abandonment": 0.01, "cost": 80.0}
GAP = {"mean wait": 3.0, "wait in overload": 5.0, "service level": 0.018, "abandonment": 0.005, "cost": 90.0}
MATTERS = {"mean wait": 3.0, "service level": 0.01}
BUDGET, CARD_BUDGET = 150, 600
SMALL = 0.9  # the better arm waits a tenth less
SEED = 2026


class Figures(NamedTuple):
    """A table of shares: `share(row, column, seed, experiments)`; `written` experiments behind a printed figure."""

    title: str
    text: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    share: Callable[[str, str, int, int], float]
    written: int

    @property
    def cells(self) -> Iterator[tuple[str, str]]:
        """Row and column of every figure."""
        return ((row, column) for row in self.rows for column in self.columns)


def _by_size(share: Callable[[str, int, int, int], float], row: str, column: str, seed: int, experiments: int) -> float:
    return share(row, seed, experiments, int(column.removeprefix("n = ")))


def _false_positives(kpi: str, seed: int, experiments: int, n: int) -> float:
    return float((measure.null_p_values(kpi, seed, experiments, n) <= 0.05).mean())


def _stopped(row: str, column: str, seed: int, experiments: int) -> float:
    what, first = column.split(", from ")
    if what == "one arm":
        done = measure.to_precision(row, seed, experiments, PRECISION[row], int(first), BUDGET)
        return done.coverage(synthetic.truth(row))
    done = measure.paired_to_precision(row, seed, experiments, GAP[row], int(first), BUDGET)
    return done.coverage(measure.gap(row))


def _peeked(row: str, column: str, seed: int, experiments: int) -> float:
    first, last = column.split(" to ")
    done: Stopped = measure.until_significant(row, seed, experiments, int(first), int(last))
    return float((done.p <= 0.05).mean())


def _followed(row: str, column: str, seed: int, experiments: int) -> float:
    first = int(re.findall(r"\d+", column)[0])
    budget = first if column.startswith("only") else CARD_BUDGET
    done: Followed = measure.following_the_card(row, seed, experiments, first, MATTERS[row], budget)
    return done.share("ship", "hold")


def _looked(row: str, column: str, seed: int, experiments: int) -> float:
    """False differences of a rule, of the same looks read naively, or of the budget read once."""
    count, budget = map(int, re.findall(r"\d+", column))
    levels = looks.naive if "naively" in column else spending.readings
    first = 10 if count > 1 else budget
    return looks.ended(row, seed, experiments, looks.rule(budget, count, first=first), levels=levels).claims


def _held(row: str, column: str, seed: int, experiments: int) -> float:
    """Coverage on ending, of a true gap: by verdict or by half-width."""
    if column.startswith("half-width"):
        asked, effect = looks.rule(BUDGET, int(re.findall(r"\d+", column)[0]), GAP[row]), measure.EFFECT
    else:
        count, budget = map(int, re.findall(r"\d+", column))
        asked, effect = looks.rule(budget, count), SMALL
    return looks.ended(row, seed, experiments, asked, effect).coverage(measure.gap(row, effect))


def _saved(row: str, column: str, seed: int, experiments: int) -> float:
    """What looking buys: differences found, and the share of the budget that was run."""
    count = 1 if "once" in column else 10
    done = looks.ended(row, seed, experiments, looks.rule(200, count, first=10 if count > 1 else 200), SMALL)
    return float(done.n.mean() / 200.0) if column.startswith("share") else done.claims


def _chosen(row: str, column: str, seed: int, experiments: int) -> float:
    """Best arms chosen, the same with a corridor for twice the gap, intervals that hold together."""
    made = arms.FIELDS[row]
    if column.startswith("all intervals"):
        return arms.mcb_holds(made, seed, experiments, 10)
    return arms.correct(arms.races(made, seed, experiments, gap=arms.GAP * (2.0 if "twice" in column else 1.0)))


SIZED = tuple(f"n = {n}" for n in SIZES)
SECTIONS = (
    Figures(
        "Intervals of one arm",
        "Share of 95 % intervals that hold the true value, after n replications.",
        synthetic.KPIS, SIZED, partial(_by_size, measure.single_coverage), 20_000,
    ),
    Figures(
        "Intervals of a paired difference",
        "Share of 95 % intervals that hold the true difference between two arms on the same customers.",
        synthetic.KPIS, SIZED, partial(_by_size, measure.paired_coverage), 20_000,
    ),
    Figures(
        "False alarms",
        "Share of experiments with p ≤ 5 % between arms that do not differ: 5 % is what is meant.",
        synthetic.KPIS, SIZED, partial(_by_size, _false_positives), 20_000,
    ),
    Figures(
        "Stopping when the interval is narrow enough",
        f"Share of final 95 % intervals that hold the truth, looking after 5 or 10 replications and after every further"
        f" one, until the half-width is small enough (or {BUDGET} replications are run).",
        synthetic.KPIS,
        ("one arm, from 5", "one arm, from 10", "difference, from 5", "difference, from 10"),
        _stopped, 4_000,
    ),
    Figures(
        "Stopping when p is small enough",
        "Share of experiments in which arms that do not differ are called different, looking after every replication"
        " of a range and stopping at p ≤ 5 %.",
        synthetic.KPIS, ("5 to 50", "10 to 100"), _peeked, 4_000,
    ),
    Figures(
        "Doing what the decision card asks",
        "Share of experiments in which the card says ship or hold although the arms do not differ: reading it once,"
        f" and running as many more replications as it asks for (at most {CARD_BUDGET} in all) and reading it again.",
        tuple(MATTERS), ("only n = 10", "n = 10, then on", "only n = 30", "n = 30, then on"), _followed, 4_000,
    ),
    Figures(
        "A stopping rule: false alarms",
        "Share of experiments in which arms that do not differ are called different by an experiment that ends itself"
        " (first look at 10 replications, O'Brien-Fleming spending), beside its budget read once and its looks read"
        " naively, each as if it were the only one.",
        synthetic.KPIS,
        ("1 look at 60", "5 looks to 60", "26 looks to 60", "10 looks to 200", "5 naively to 60"),
        _looked, 4_000,
    ),
    Figures(
        "A stopping rule: intervals",
        "Share of the 95 % intervals stated on ending that hold the true difference: ended by a verdict (the arm waits"
        " a tenth less), or by a verdict or a half-width (a fifth less, Pocock spending, at most"
        f" {BUDGET} replications).",
        synthetic.KPIS,
        ("5 looks to 60", "10 looks to 200", "half-width, 5 looks", "half-width, 29 looks"),
        _held, 4_000,
    ),
    Figures(
        "A stopping rule: what it saves",
        "An arm that waits a tenth less, at most 200 replications: share of experiments that find the difference, and"
        " the share of the budget that is run on average.",
        synthetic.KPIS, ("found, read once", "found, 10 looks", "share run, 10 looks"), _saved, 4_000,
    ),
    Figures(
        "The best of many arms",
        "Share of races of normal arms (first stage of 10) that the best arm wins, at a promise of 95 %; the same with"
        " a corridor made for twice the indifference, a planted mistake; and share of experiments with 10 replications"
        " in which the 95 % intervals of all arms' differences from the best hold together.",
        tuple(arms.FIELDS), ("best chosen", "corridor for twice the gap", "all intervals hold"), _chosen, 1_000,
    ),
)  # fmt: skip

INTRODUCTION = f"""# How far the statistics can be trusted

Synthetic experiments of known truth are put through the product's own estimators, and the shares below count how often
these were right. This page is written by `python -m tests.statistics.page`; a test holds its figures. Data:
`tests/statistics/synthetic.py`. The coefficient of variation between replications is 0.41 (mean wait), 0.88 (wait in
overload), 0.09 (service level), 0.46 (abandonment) and 0.33 (cost); skewness 1.0, 2.7, −0.6, 0.8 and 1.0.

What they say:

* **A paired difference can be taken at its word** from n = 5 on: between arms that share their customers the skewness
  largely cancels. False alarms are as rare as promised, and rarer for wait in overload.
* **An interval of one arm is too narrow with few replications** where a KPI is skewed: read the first table before
  quoting one from fewer than 40. No interval at all is stated below {estimate.FEWEST} replications.
* **Fix the number of replications beforehand, or let a stopping rule end the experiment.** Stopping by hand once the
  interval is narrow costs coverage (fourth table), because it favours samples that happen to look quiet; stopping
  once p is small makes the p-value worthless (fifth table).
* **"About N more replications would settle it" is a forecast, no licence to add up**: who runs them and reads the same
  card again errs more often than 5 % (sixth table), as N depends on what was seen; a new seed does not cure it, since a
  second reading is a second chance to err. The card looks up to {card.MOST_REPLICATIONS:,} replications ahead.
* **A stopping rule holds the error by construction** (`stopping:` in an experiment). Each look is read at a nominal
  level of its own, from a spending function (Lan and DeMets 1983); intervals are repeated confidence intervals
  (Jennison and Turnbull 1989), which hold at all looks together, so the experiment may end for any reason: a clear
  verdict, a narrow interval, an empty budget. Adjusted p-values are the smallest overall error rates at which the look
  would reject, and Holm works on those. Measured: 4 to 5 % false alarms whether there are 5, 10 or 26 looks, where
  naive looks err in 13 to 15 % (seventh table), at next to no loss of power (last table). Ended by a half-width, the
  interval is wider than it need be. Two-stage sampling (Stein 1945) would be exact for a half-width but gives no
  verdict on the way; confidence sequences allow a look after every replication but cost more than half as much again
  in width. What stays: an estimate on an early end exaggerates, here by a tenth at most, and the rule must be set
  before the first look.
* **The best of many arms** is chosen as often as promised (`select:` in an experiment; Kim and Nelson 2001), in the
  slippage configuration too, where the best is better by just the indifference and all others are equal; by skewed
  KPIs likewise (`test_selection.py`). The promise is void where the best is better by less than the indifference.
* **Over several KPIs and arms** Holm's adjustment keeps the family-wise error: three arms, a primary KPI and two
  guardrails that stand exactly on their margins err in at most 5 % of experiments (`test_decisions.py`).

The same holds for the simulator itself where its truth is known exactly: an impatient queue that opens empty
(`tests/statistics/transient.py`), 1,000 experiments (`test_simulated.py`).
"""


def section(figures: Figures, seed: int = SEED) -> str:
    """One table, measured now."""
    head = f"| | {' | '.join(figures.columns)} |\n|---{'|---' * len(figures.columns)}|"
    rows = [_line(figures, row, seed) for row in figures.rows]
    count = f"{figures.written:,} experiments a figure."
    return "\n".join([f"## {figures.title}", "", f"{figures.text} {count}", "", head, *rows, ""])


def _line(figures: Figures, row: str, seed: int) -> str:
    shares = (figures.share(row, column, seed, figures.written) for column in figures.columns)
    return f"| {row} | {' | '.join(f'{share:.3f}' for share in shares)} |"


def printed(page: str, figures: Figures) -> dict[tuple[str, str], float]:
    """The figures of one table as they stand on the page."""
    after = page.partition(f"## {figures.title}\n")[2].partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in after.splitlines() if re.match(r"\| \w", line)]
    return {
        (row, column): float(text) for row, *texts in lines for column, text in zip(figures.columns, texts, strict=True)
    }


def main() -> None:
    """Measure and write."""
    PAGE.write_text("\n".join([INTRODUCTION, *map(section, SECTIONS)]))


if __name__ == "__main__":
    main()
