"""What each quantity of cases.json is: sums of one replication, and what is made of the sums over all replications.

Most are a ratio of two sums. `metric` finds the estimand of a quantity by its name, which may carry a scope
(`mean_wait_class2`, `occupancy_pool1`, `node2_p_wait`, `p_abandon_A`) or a moment (`mean_busy_t3`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from sim.model.journal import AgentState, ContactEnd
from tests.validation.facts import Facts, Floats, retried

GRID = np.linspace(0.5, 1.5, 101)  # around a quantile's stated value


@dataclass(frozen=True, slots=True)
class Context:
    """What an estimand needs to know of its case, in the case's unit."""

    threshold: float | None
    agents: int
    survival: Callable[[Floats], Floats] | None
    target: float


Sums = Callable[[Facts, Context], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Estimand:
    """`sums` of a replication; `combine` turns their totals over replications into the estimate."""

    sums: Sums
    combine: Callable[[Floats], float]
    what: str


def quotient(totals: Floats) -> float:
    """The ratio of two sums; NaN where there is nothing to divide by."""
    return float(totals[0] / totals[1]) if totals[1] else float("nan")


def variance(totals: Floats) -> float:
    """E[X²] − E[X]² from (ΣX², ΣX, n)."""
    square, plain, count = totals
    return float(square / count - (plain / count) ** 2)


def deviation(totals: Floats) -> float:
    """The standard deviation."""
    return float(np.sqrt(variance(totals)))


def difference(totals: Floats) -> float:
    """Of two ratios."""
    return float(totals[0] / totals[1] - totals[2] / totals[3])


# --- what a visit waits ---------------------------------------------------------------------------------------------


def _entering(f: Facts) -> Any:
    return ~f.blocked


def _share(which: Callable[[Facts, Context], Any], of: Callable[[Facts], Any] = _entering) -> Sums:
    return lambda f, c: (f.number(which(f, c) & of(f)), f.number(of(f)))


def _mean_wait(of: Callable[[Facts], Any]) -> Sums:
    return lambda f, c: (f.total(f.wait, of(f)), f.number(of(f)))


def _all(f: Facts) -> Any:
    return np.ones(len(f.entered), dtype=bool)


def _within(f: Facts, c: Context) -> Any:
    assert c.threshold is not None
    return f.wait <= c.threshold


def _good(f: Facts, c: Context) -> Any:
    return f.answered & _within(f, c)


def _sl_excluding(f: Facts, c: Context) -> tuple[float, float]:
    return f.number(_good(f, c)), f.number() - f.number(f.abandoned & _within(f, c))


def _square(of: Callable[[Facts], Any]) -> Sums:
    return lambda f, c: (f.total(f.wait**2, of(f)), f.total(f.wait, of(f)), f.number(of(f)))


def _offered_wait(f: Facts, c: Context) -> tuple[float, float]:
    """The wait of somebody who never gives up: answered waits, each weighted by 1 / P(patience > wait)."""
    assert c.survival is not None
    waits = f.wait[f.counted & f.answered]
    return float((waits / np.where(waits > 0.0, c.survival(waits), 1.0)).sum()), f.number()


def _quantile(level: float) -> Estimand:
    def sums(f: Facts, c: Context) -> tuple[float, ...]:
        waits = np.sort(f.wait[f.counted])
        below = np.searchsorted(waits, c.target * GRID, side="right") if c.target else [np.sum(waits == 0.0)]
        return (*map(float, below), float(len(waits)))

    def combine(totals: Floats) -> float:
        shares = totals[:-1] / totals[-1]
        if len(shares) == 1:
            return 0.0 if shares[0] >= level else float("nan")
        return float(np.interp(level, shares, GRID)) if shares[0] < level < shares[-1] else float("nan")

    return Estimand(sums, combine, f"wait that {level:.0%} do not exceed")


def _scaled_quantile(level: float, target: float) -> Estimand:
    plain = _quantile(level)
    return Estimand(plain.sums, lambda totals: plain.combine(totals) * (target or 1.0), plain.what)


# --- queues, agents, presence ---------------------------------------------------------------------------------------


def _busy(f: Facts, c: Context) -> tuple[float, float]:
    """Share of agent time with a contact, from the agents' own states; heads are of the group or tier looked at."""
    on = (AgentState.AVAILABLE, AgentState.BUSY, AgentState.WRAP_UP, AgentState.HANDOVER)
    return f.state_time(AgentState.BUSY), f.state_time(*on)


def _variance_of_presence(f: Facts, c: Context) -> tuple[float, float, float]:
    first, second = f.moments_of_presence()
    return second, first, f.time


def _orbit(f: Facts) -> float:
    rows = f.journal.contacts[retried(f.journal)]
    return f.within_across(rows["ended"], rows["next_due"])


def _sojourn(f: Facts, c: Context) -> tuple[float, float]:
    rows = f.journal.contacts
    rows = rows[rows["started"] >= f.journal.lexicon.warmup]
    return float((rows["ended"] - rows["started"]).sum()) / f.unit, float(len(rows))


def _contacts(f: Facts) -> Any:
    rows = f.journal.contacts
    return rows[rows["started"] >= f.journal.lexicon.warmup]


def _resolved_here(f: Facts) -> float:
    """Contacts resolved by the agents looked at, wherever a second look ended them."""
    rows = _contacts(f)
    good = rows[rows["end"] == ContactEnd.RESOLVED]
    first = f.journal.legs
    first = first[(first["first_human"] == 1) & (first["agent"] >= 0)]
    members = f.agents[first["agent"]]
    keys = first["case"].astype(np.int64) * 64 + first["attempt"]
    return float(np.isin(good["case"].astype(np.int64) * 64 + good["attempt"], keys[members]).sum())


def _per_issue(f: Facts, c: Context) -> tuple[float, float]:
    rows = _contacts(f)
    return float(len(rows)), float(np.count_nonzero(rows["attempt"] == 0))


def _resolution(f: Facts, c: Context) -> tuple[float, float]:
    rows = _contacts(f)
    return float(np.count_nonzero(rows["end"] == ContactEnd.RESOLVED)), float(len(rows))


def _time_to_resolution(f: Facts, c: Context) -> tuple[float, float]:
    rows = f.journal.cases
    rows = rows[(rows["born"] >= f.journal.lexicon.warmup) & np.isfinite(rows["resolved_at"])]
    return float((rows["resolved_at"] - rows["born"]).sum()) / f.unit, float(len(rows))


def _lost(f: Facts, c: Context) -> tuple[float, float]:
    rows = _contacts(f)
    gone = (rows["end"] == ContactEnd.ABANDONED) & ~np.isfinite(rows["next_due"])
    return float(np.count_nonzero(gone)), float(np.count_nonzero(rows["attempt"] == 0))


def _wait_per_client(f: Facts, c: Context) -> tuple[float, float]:
    return f.total(f.wait), f.number(f.attempt == 0)


def _primary_blocked(f: Facts, c: Context) -> tuple[float, float]:
    return f.number(f.blocked & (f.attempt == 0)), f.number(f.attempt == 0)


def _time_in_orbit(f: Facts, c: Context) -> tuple[float, float]:
    return _orbit(f), f.number(f.attempt == 0)


def _line(f: Facts) -> Facts:
    """Visits to the first queue alone: a second look is no visit."""
    return f.only(f.queue == 0)


SIMPLE: dict[str, tuple[Sums, str]] = {
    "offered_load": (lambda f, c: (f.busy(), f.time), "mean number of busy agents"),
    "occupancy": (_busy, "busy agent time / agent time, from the agents' states"),
    "rho_real": (_busy, "busy agent time / agent time"),
    "p_busy": (_busy, "busy agent time / agent time"),
    "p_block": (lambda f, c: (f.number(f.blocked), f.number()), "blocked / offered"),
    "p_wait": (_share(lambda f, c: f.wait > 0.0), "waited at all / entering"),
    "p_wait_offered": (_share(lambda f, c: f.wait > 0.0, _all), "waited at all / offered with the blocked"),
    "p_wait_entering": (_share(lambda f, c: f.wait > 0.0), "waited at all / entering"),
    "p_offered_wait_pos": (_share(lambda f, c: (f.wait > 0.0) | f.abandoned), "found nobody free / offered"),
    "delayed": (_share(lambda f, c: (f.wait > 0.0) | f.abandoned), "found nobody free / offered"),
    "mean_wait": (_mean_wait(_entering), "waits of answered and abandoned / entering"),
    "mean_wait_all": (_mean_wait(_entering), "waits of answered and abandoned / entering"),
    "mean_wait_entering": (_mean_wait(_entering), "waits of answered and abandoned / entering"),
    "mean_wait_per_contact": (lambda f, c: _mean_wait(_entering)(_line(f), c), "waits / contacts"),
    "mean_wait_per_attempt": (_mean_wait(_entering), "waits / attempts"),
    "mean_wait_per_arrival": (_mean_wait(_all), "waits / offered with the blocked"),
    "mean_wait_per_client": (_wait_per_client, "waits of all attempts / first attempts"),
    "mean_wait_given_wait": (_mean_wait(lambda f: f.wait > 0.0), "waits / those who waited"),
    "mean_wait_served": (_mean_wait(lambda f: f.answered), "waits of answered / answered"),
    "mean_wait_abandoned": (_mean_wait(lambda f: f.abandoned), "waits of abandoned / abandoned"),
    "mean_offered_wait": (_offered_wait, "virtual wait: answered waits weighted by 1 / P(patience > wait)"),
    "second_moment_wait": (lambda f, c: (f.total(f.wait**2), f.number()), "squared waits / offered"),
    "mean_queue": (lambda f, c: (f.waiting(), f.time), "time average of the number waiting"),
    "mean_in_system": (lambda f, c: (f.present(), f.time), "time average of the number waiting or served"),
    "mean_total_in_network": (lambda f, c: (f.present(), f.time), "time average over all tiers"),
    "mean_sojourn": (lambda f, c: (f.total(f.wait + f.talk), f.number()), "wait and handling / answered"),
    "mean_total_sojourn_per_contact": (_sojourn, "begin to end of a contact over all tiers"),
    "service_level": (_share(_within), "answered within T / answered"),
    "p_wait_le_T": (_share(_within), "answered or abandoned within T / offered"),
    "p_wait_gt_T": (_share(lambda f, c: ~_within(f, c)), "waited longer than T / offered"),
    "p_abandon": (_share(lambda f, c: f.abandoned), "abandoned / entering"),
    "p_abandon_entering": (_share(lambda f, c: f.abandoned), "abandoned / entering"),
    "p_abandon_offered": (_share(lambda f, c: f.abandoned, _all), "abandoned / offered with the blocked"),
    "p_abandon_per_attempt": (_share(lambda f, c: f.abandoned), "abandoned / attempts"),
    "p_abandon_per_contact": (_share(lambda f, c: f.abandoned), "abandoned / contacts"),
    "p_abandon_within_T": (_share(lambda f, c: f.abandoned & _within(f, c)), "abandoned within T / offered"),
    "p_served_within_T": (_share(_good), "answered within T / offered"),
    "p_served_offered": (lambda f, c: (f.number(f.answered), f.number()), "answered / offered with the blocked"),
    "sl_served_within_T_over_offered": (_share(_good), "answered within T / offered"),
    "sl_served_within_T_over_served": (_share(_good, lambda f: f.answered), "answered within T / answered"),
    "sl_excl_short_abandon": (_sl_excluding, "answered within T / (offered − abandoned within T)"),
    "sl_abandon_counts_good": (_share(_within), "(answered + abandoned within T) / offered"),
    "p_all_busy": (lambda f, c: (f.time_at(c.agents), f.time), "share of time with nobody free"),
    "p_all_busy_time": (lambda f, c: (_line(f).time_at(c.agents), f.time), "share of time with nobody free"),
    "throughput": (lambda f, c: (f.number(f.answered), f.time), "answered a unit of time"),
    "attempt_rate": (lambda f, c: (f.number(), f.time), "attempts a unit of time"),
    "contacts_rate_total": (lambda f, c: (_line(f).number(), f.time), "contacts a unit of time"),
    "resolved_rate": (lambda f, c: (_resolved_here(f), f.time), "contacts resolved by the pool a unit of time"),
    "first_contact_resolution": (_resolution, "resolved / contacts, repeats among them, as the source has it"),
    "contacts_per_issue": (_per_issue, "contacts / cases"),
    "mean_time_to_resolution": (_time_to_resolution, "birth to resolution of a case"),
    "p_lost_per_caller": (_lost, "abandoned for good / first attempts"),
    "mean_orbit": (lambda f, c: (_orbit(f), f.time), "time average of those about to call again"),
    "mean_time_in_orbit": (_time_in_orbit, "time between attempts / first attempts"),
    "p_primary_blocked": (_primary_blocked, "blocked / first attempts"),
    "expected_arrivals": (lambda f, c: (f.number(), f.days), "arrivals a day"),
    "expected_abandonments": (lambda f, c: (f.total(_abandoned_by(f, 8.0)), f.days), "abandoned by closing, a day"),
    "mean_busy_integral": (lambda f, c: (f.busy(), f.days), "agent time with contacts a day, until closing"),
}
CURVED: dict[str, Estimand] = {
    "var_wait": Estimand(_square(_entering), variance, "variance of waits"),
    **{
        f"sd_wait_{order}": Estimand(_square(_entering), deviation, "standard deviation of waits")
        for order in ("fifo", "random", "lifo")
    },
    "var_in_system": Estimand(_variance_of_presence, variance, "variance over time of the number waiting or served"),
}
ALIASES = {
    "E[W]": "mean_wait_per_arrival",
    "E[W] per client, all attempts": "mean_wait_per_client",
    "E[N_Q]": "mean_queue",
    "E[N]": "mean_in_system",
    "E[V]": "mean_sojourn",
    "P(A)": "p_abandon",
    "P(A) per attempt": "p_abandon",
    "P(blocked)": "p_block",
    "expected_abandonments_0_8": "expected_abandonments",
    "expected_arrivals_0_8": "expected_arrivals",
    "mean_busy_integral_0_8": "mean_busy_integral",
    "p_A_delayed": "delayed_A",
    "p_B_delayed": "delayed_B",
}


def _abandoned_by(f: Facts, offset: float) -> Any:
    """Abandoned before so many units of the day have passed."""
    begin, _ = f.spans.of(f.entered)
    return f.abandoned & (f.ended < begin + offset * f.unit)


def _at(what: str, offset: float) -> Sums:
    def sums(f: Facts, c: Context) -> tuple[float, float]:
        start = (f.entered + f.waited)[f.answered]
        if what == "mean_busy":
            return float(f.at(offset, start, f.ended[f.answered]).sum()), f.days
        if what == "mean_queue":
            return float(f.at(offset, f.entered, f.entered + f.waited).sum()), f.days
        if what == "p_all_busy":
            return float(np.sum(f.at(offset, start, f.ended[f.answered]) == c.agents)), f.days
        return float(f.at(offset, f.entered, f.ended).sum()), f.days

    return sums


SCOPES: list[tuple[str, Callable[[Facts, str], Facts]]] = [
    (r"(?P<name>.+)_(?P<scope>class\d)", lambda f, s: f.of_intent(s)),
    (r"(?P<name>.+)_(?P<scope>pool\d)", lambda f, s: f.of_group(s)),
    (r"(?P<scope>node\d)_(?P<name>.+)", lambda f, s: f.of_queue(s)),
    (r"(?P<name>.+)_(?P<scope>[AB])", lambda f, s: f.of_intent(s)),
]
MOMENTS = re.compile(r"(?P<name>mean_busy|mean_in_system|mean_queue|p_all_busy)_t(?P<time>\d+)")
QUANTILES = re.compile(r"wait_q(\d+)")


def metric(name: str, target: float) -> Estimand | None:
    """The estimand of a quantity of cases.json; None where the model cannot show it."""
    name = ALIASES.get(name, name)
    if name in SIMPLE:
        return Estimand(SIMPLE[name][0], quotient, SIMPLE[name][1])
    if name in CURVED:
        return CURVED[name]
    if found := QUANTILES.fullmatch(name):
        return _scaled_quantile(int(found[1]) / 100.0, target)
    if found := MOMENTS.fullmatch(name):
        return Estimand(_at(found["name"], float(found["time"])), quotient, f"{found['name']} at {found['time']}")
    for pattern, cut in SCOPES:
        found = re.fullmatch(pattern, name)
        if found and (found["name"] in SIMPLE):
            sums, what = SIMPLE[found["name"]]
            return Estimand(partial(_scoped, sums, cut, found["scope"]), quotient, f"{what}, of {found['scope']}")
    return None


def _scoped(sums: Sums, cut: Callable[[Facts, str], Facts], scope: str, f: Facts, c: Context) -> tuple[float, ...]:
    return sums(cut(f, scope), c)
