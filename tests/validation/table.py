"""docs/validation.md: the verdicts as tables, one a kind of case."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

import numpy as np

from sim import __version__
from tests.validation.cases import cases
from tests.validation.run import AGREES, DIFFERS, EXPLAINED, HELD, LACKING, SKIPPED, WIDE, Row, Z

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "validation.md"
IMAGE = DOCS / "images" / "validation.png"

KINDS = {
    "closed-form": "Closed forms",
    "exact-numeric": "Exact by numerical solution",
    "published-sim": "Simulations that others published",
    "published-analytic": "Tables that others published",
    "peer-sim": "An independent recursion",
    "ab-pair": "Pairs of arms with a known effect",
    "approximation": "Fluid limits",
    "invariant": "Identities",
    "data": "Real data",
}
VERDICTS = (AGREES, WIDE, EXPLAINED, DIFFERS, HELD, LACKING, SKIPPED)
HEAD = """# Validation

What the simulator says, beside what formulas, exact solutions and other people's programs say. `make validate` runs all
of it, writes this page and ends with an error when a verdict is *DIFFERS*.

![One mark a quantity: how many standard errors it is from the stated value, by group of cases](images/validation.png)

"""
RULES = """
## How to read the tables

* Each case of `tests/cases.json` that the model can act out is a scenario file in `tests/validation/scenarios`, for
  `ccsim run` like any other. Those with a rule of `tests/validation/rules.py` (pools in order, a random idle agent,
  specialists, a second look, another order of the line, heads that fall otherwise) are run by
  `python -m tests.validation NAME`, which registers the rule.
* Some quantities have a run of their own (`variants` in `plan.yaml`, a file with a longer name): served in another
  order, seen by probes, days that end at closing time. Arrivals that are no Poisson process are recorded ones, drawn
  anew for each replication; the file beside the scenario is one of them, cut short.
* *Ours* is estimated from the journal over at least 30 replications; ± is its standard error (jackknife over
  replications), in brackets its 95 % interval. *Theirs* is the exact value where there is one, else what was printed,
  with its 95 % interval in brackets. Times are in the case's own unit.
* z = (ours − theirs) / √(SE² + SE_theirs²), after half a unit of the last printed digit. **agrees**: |z| ≤ 4. With this
  many quantities, |z| ≤ 2 for all would itself be suspicious. **agrees, wide**: the same, but the standard error
  exceeds 1 % of a mean, 3 % of a variance or quantile, or half a point of a share; it takes a longer run to say more.
  `python -m tests.validation NAME --other 1` asks again, of other customers: what is off by chance does not stay off.
* **differs, explained**: theirs and ours answer different questions; the note says which, and
  `tests/validation/test_explanations.py` computes it: counted as they do, their numbers come out. **not modelled**: the
  note names the missing mechanics. **held by a test**: an identity that the suite checks on random scenarios.
* Four definitions of service level differ by up to several points on one and the same run. Each row follows its name:
  `sl_served_within_T_over_offered` answered within T / offered; `sl_served_within_T_over_served` / answered;
  `sl_excl_short_abandon` / (offered − abandoned within T); `sl_abandon_counts_good` (answered + abandoned within T) /
  offered. How each other quantity is counted stands at the end of this page.
"""


def page(rows: Sequence[Row], spent: float, wall: float, scale: float = 1.0) -> str:
    """The whole page."""
    parts = [HEAD, _summary(rows), "", _spread(rows), "", _when(spent, wall, scale), RULES]
    for kind, title in KINDS.items():
        parts.extend(_section(title, [row for row in rows if row.kind == kind]))
    parts.extend(_definitions(rows))
    return "\n".join(parts).rstrip() + "\n"


def _when(spent: float, wall: float, scale: float) -> str:
    took = f"{spent / 60:.1f} minutes of processor time, {wall / 60:.1f} minutes by the clock"
    short = "" if scale == 1.0 else f', at {scale:g} of the planned length (`VALIDATE_ARGS="--scale {scale:g}"`)'
    return f"Run on {date.today().isoformat()} by ccsim {__version__}{short}: {took}."


def _summary(rows: Sequence[Row]) -> str:
    lines = [f"| kind | cases | {' | '.join(VERDICTS)} |", "|---|" + "---:|" * (len(VERDICTS) + 1)]
    for kind, title in KINDS.items():
        mine = [row for row in rows if row.kind == kind]
        lines.append(_counts(title, len({row.case for row in mine}), Counter(row.verdict for row in mine)))
    lines.append(_counts("**all**", len({row.case for row in rows}), Counter(row.verdict for row in rows)))
    return "\n".join(lines)


def _counts(title: str, count: int, verdicts: Counter[str]) -> str:
    return f"| {title} | {count} | {' | '.join(str(verdicts[name] or '') for name in VERDICTS)} |"


def _spread(rows: Sequence[Row]) -> str:
    """How the z values lie, against what chance alone would give."""
    judged = [row for row in rows if row.verdict in (AGREES, WIDE) and row.z is not None and row.error > 0.0]
    scores = [[abs(row.z or 0.0) for row in mine] for _, mine in groupby(judged, key=lambda row: row.case)]
    return spread([scored for scored in scores if scored])


def spread(scores: Sequence[Sequence[float]]) -> str:
    """In words, from the |z| of each case's estimates."""
    count = sum(map(len, scores))
    shares = " · ".join(f"|z| > {limit}: {_beyond(scores, limit)} ({chance})" for limit, chance in CHANCE)
    largest = f"The largest is {max(map(max, scores)):.2f}." if scores else ""
    return (
        f"Of {count} estimates of {len(scores)} cases that agree, {shares}; in brackets what chance alone gives;"
        f" estimates of one case hang together, so ± is the standard error over cases. {largest}"
    )


def _beyond(scores: Sequence[Sequence[float]], limit: float) -> str:
    """The share of all estimates beyond a limit, and its jackknife error over cases."""
    hits = np.array([sum(z > limit for z in case) for case in scores], dtype=float)
    sizes = np.array([len(case) for case in scores], dtype=float)
    if len(scores) < 2:
        return f"{hits.sum() / max(sizes.sum(), 1.0):.1%}"
    without = (hits.sum() - hits) / (sizes.sum() - sizes)
    error = np.sqrt((len(scores) - 1) / len(scores) * ((without - without.mean()) ** 2).sum())
    return f"{hits.sum() / sizes.sum():.1%} ± {error:.1%}"


LAWS = ("deterministic", "lognormal", "hyperexp")  # of service, where a case is run by several
NORMAL = 1.96  # of a 95 % interval
CHANCE = ((1, "31.7 %"), (2, "4.6 %"), (3, "0.3 %"))


def _section(title: str, rows: Sequence[Row]) -> Iterable[str]:
    if not rows:
        return
    yield f"\n## {title}\n"
    for case, mine in groupby(rows, key=lambda row: row.case):
        yield from _case(case, list(mine))


def _case(name: str, rows: Sequence[Row]) -> Iterable[str]:
    one = next(one for one in cases() if one.name == name)
    yield f"\n**{name}** · {one.group} · {_cell(one.title)}\n"
    yield "| quantity | theirs | ours ± SE [95 %] | z | verdict | note |"
    yield "|---|---:|---:|---:|---|---|"
    for row in rows:
        cells = (_cell(_named(row)), _theirs(row), _ours(row), _z(row), _verdict(row), _cell(row.note))
        yield f"| {' | '.join(cells)} |"


def _named(row: Row) -> str:
    law = row.run.removeprefix(row.case).lstrip("-")
    return f"{row.quantity}, {law} service" if law in LAWS else row.quantity


def _definitions(rows: Sequence[Row]) -> Iterable[str]:
    """What each name means, once; scopes (a class, a pool, a type of contact) left out."""
    yield "\n## How each quantity is counted\n"
    yield "| quantity | counted as |"
    yield "|---|---|"
    for name, what in dict.fromkeys(_defined(row) for row in rows if row.definition and row.kind not in UNLISTED):
        yield f"| {_cell(name)} | {_cell(what)} |"


def _defined(row: Row) -> tuple[str, str]:
    what, _, scope = row.definition.partition(", of ")
    name = row.quantity.partition(" | ")[0]
    return (name.replace(f"_{scope}", "").replace(f"{scope}_", "") if scope else name), what


UNLISTED = ("invariant", "ab-pair")


def _verdict(row: Row) -> str:
    return f"**{row.verdict}**" if row.verdict == DIFFERS else row.verdict


def _theirs(row: Row) -> str:
    if row.theirs is None:
        return ""
    text = _number(row.theirs, _digits(row))
    if row.interval is not None:
        text += f" [{row.interval[0]:.6g}, {row.interval[1]:.6g}]"
    if row.printed is not None and not math.isclose(row.printed, row.theirs, rel_tol=1e-5):
        text += f" (printed {row.printed:g})"
    return text


def _ours(row: Row) -> str:
    if row.ours is None:
        return ""
    digits = _digits(row)
    if not row.error:
        return _number(row.ours, digits)
    low, high = (_number(row.ours + side * NORMAL * row.error, digits) for side in (-1.0, 1.0))
    return f"{_number(row.ours, digits)} ± {row.error:.2g} [{low}, {high}]"


def _digits(row: Row) -> int:
    """Decimals that the standard error leaves worth printing."""
    if not row.error or not math.isfinite(row.error):
        return 6
    return max(0, 2 - math.floor(math.log10(row.error)))


def _number(value: float, digits: int) -> str:
    return f"{value:.{min(digits, 8)}f}" if abs(value) > 1e-9 or value == 0.0 else f"{value:.2g}"


def _z(row: Row) -> str:
    if row.z is None or row.ours is None:
        return ""
    return f"{row.z:+.2f}" if math.isfinite(row.z) else "∞"


def _cell(text: str) -> str:
    return text.replace("|", "·").replace("\n", " ")


def printed_row(row: Row) -> str:
    """A row for a terminal."""
    return f"{row.run:24} {row.quantity:44} {_theirs(row):>32} {_ours(row):>24} {_z(row):>7} {row.verdict} {row.note}"


__all__ = ["IMAGE", "PAGE", "Z", "page", "printed_row"]
