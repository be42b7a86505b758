"""Quantities that others printed under their own names: which counts each is, by its printed name.

A name is `what | scope`; scopes are types of contacts, periods of arrival or groups of agents. Sources of the
definitions stand in the cases' notes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.model.journal import AgentState
from tests.validation.estimands import Context, Estimand, quotient
from tests.validation.facts import Facts

WEEK_HOURS = 168.0
BILINGUAL = {"English": ("English",), "Spanish": ("Spanish",), "all types": ("English", "Spanish")}
SPEAKERS = {
    "English-only": ("English-",),
    "Spanish-only": ("Spanish-",),
    "bilingual": ("English_and",),
    "all groups": ("",),
}
BANK = {"savings": "savings", "checking": "checking", "account balance": "balance", "balance": "balance"}
ACCEPTABLE = {"savings": 1.0, "checking": 1.5, "balance": 0.5}  # minutes
WAGE = {"savings": 0.2, "checking": 0.125}  # a minute
DAYS_A_WEEK = 5.0
EXPECTED_CALLS = 1660.0

Sums = Callable[[Facts, Context], tuple[float, float]]


def printed(case: str, name: str) -> Estimand | None:
    """The estimand of a printed quantity; None where the model cannot show it."""
    what, _, scope = name.partition(" | ")
    for beginning, find in FINDERS.items():
        if case.startswith(beginning):
            found = find(what, scope)
            return Estimand(found[0], quotient, found[1]) if found else None
    return None


def _in_target(f: Facts, c: Context) -> Any:
    assert c.threshold is not None
    return f.answered & (f.wait <= c.threshold)


def _late(f: Facts, c: Context) -> Any:
    assert c.threshold is not None
    return f.abandoned & (f.wait > c.threshold)


def _dropped(f: Facts) -> Any:
    return ~(f.answered | f.abandoned | f.blocked)


def _weeks(f: Facts) -> float:
    """Weeks of opening days."""
    return f.days / DAYS_A_WEEK


# --- one line, a day from empty -------------------------------------------------------------------------------------

DAY: dict[str, tuple[Sums, str]] = {
    "Number of contacts in target": (lambda f, c: (f.number(_in_target(f, c)), f.days), "answered within T, a day"),
    "Number of contacts having abandoned": (lambda f, c: (f.number(f.abandoned), f.days), "abandoned, a day"),
    "Number of disconnected contacts": (
        lambda f, c: (f.number(_dropped(f)), f.days),
        "still waiting at closing, a day",
    ),
    "Service level": (lambda f, c: (f.number(_in_target(f, c)), f.number(f.answered)), "within T / answered"),
    "Service level with abandonment": (
        lambda f, c: (f.number(_in_target(f, c)), f.number(f.answered | _late(f, c))),
        "within T / (answered + abandoned later than T)",
    ),
    "Service level with disconnected contacts": (
        lambda f, c: (f.number(_in_target(f, c)), f.number(f.answered | _dropped(f))),
        "within T / (answered + disconnected)",
    ),
    "Speed of answer": (lambda f, c: (f.total(f.wait, f.answered), f.number(f.answered)), "waits of answered"),
    "Occupancy ratio": (lambda f, c: (f.busy(), c.agents * f.time), "agent time with contacts until closing"),
}
SSJ: dict[str, tuple[Sums, str]] = {
    "Number of arrivals per day": (lambda f, c: (f.number(), f.days), "arrivals, a day"),
    "Average waiting time per customer": (
        lambda f, c: (f.total(f.wait), EXPECTED_CALLS * f.days),
        "waits of all / 1,660 expected calls",
    ),
    "Proportion of waiting times < s": (
        lambda f, c: (f.number(f.wait < (c.threshold or 0.0)), EXPECTED_CALLS * f.days),
        "waited less than s, answered or not / 1,660",
    ),
    "Proportion of calls lost": (lambda f, c: (f.number(f.abandoned), EXPECTED_CALLS * f.days), "abandoned / 1,660"),
}


def _listed(table: dict[str, tuple[Sums, str]]) -> Callable[[str, str], tuple[Sums, str] | None]:
    return lambda what, scope: table.get(what)


# --- two languages --------------------------------------------------------------------------------------------------


def _bilingual(what: str, scope: str) -> tuple[Sums, str] | None:
    if what == "Agents' occupancy ratio":
        names = SPEAKERS[scope]
        return lambda f, c: _percent(
            *_group_busy(f, names)
        ), "time with contacts, also after closing / opening hours, %"
    counts: dict[str, Callable[[Facts, Context], Any]] = {
        "Number of arrived contacts": lambda f, c: np.ones(len(f.entered), dtype=bool),
        "Number of retrials after abandonment": lambda f, c: f.attempt > 0,
        "Number of served contacts": lambda f, c: f.answered,
        "Number of disconnected contacts": lambda f, c: _dropped(f),
        "Number of abandoned contacts": lambda f, c: f.abandoned,
        "Number of contacts in target": lambda f, c: f.answered & (_all_waits(f) < (c.threshold or 0.0)),
    }
    names, expected = BILINGUAL[scope], 2500.0 * len(BILINGUAL[scope])
    if what == "Service level":
        inside = counts["Number of contacts in target"]
        return (
            lambda f, c: _percent(_counted(f, c, names, inside), expected),
            "answered within T of waits in all attempts / expected arrivals, %",
        )
    if what not in counts:
        return None
    which = counts[what]
    return lambda f, c: (_counted(f, c, names, which), _weeks(f)), f"{what.lower()}, a week"


def _counted(f: Facts, c: Context, names: tuple[str, ...], which: Callable[[Facts, Context], Any]) -> float:
    part = f.of_intent(*names)
    return part.number(which(part, c))


def _all_waits(f: Facts) -> Any:
    """Waits of a case's attempts so far, summed, at each visit."""
    case = f.journal.legs["case"][f.journal.legs["queue"] >= 0]
    everybody = f.journal.legs[f.journal.legs["queue"] >= 0]
    waits = (
        np.where(np.isfinite(everybody["answered"]), everybody["answered"], everybody["ended"]) - everybody["entered"]
    )
    total = np.bincount(case, waits, minlength=int(case.max()) + 1)
    of_intent = np.isin(everybody["intent"], np.unique(f.intent))
    return total[case[of_intent]] / f.unit


def _group_busy(f: Facts, names: tuple[str, ...]) -> tuple[float, float]:
    part = f.of_group(*names)
    return part.total(part.talk), part.agents.sum() * part.time


def _percent(top: float, bottom: float) -> tuple[float, float]:
    return 100.0 * top, bottom


# --- specialists ----------------------------------------------------------------------------------------------------


def _bank(what: str, scope: str) -> tuple[Sums, str] | None:
    scope = scope.removesuffix(", all periods")
    if what in ("Number of busy trunks", "Number of available trunks"):
        lines = 15.0 if "available" in what else 0.0
        sign = -1.0 if lines else 1.0
        return (
            lambda f, c: (lines + sign * f.total(f.wait + f.talk) / (WEEK_HOURS * 60.0), 1.0),
            "lines in use over the whole week" if not lines else "15 − lines in use over the whole week",
        )
    if what in BANK_GROUPS:
        pool = scope.split()[0]
        return lambda f, c: BANK_GROUPS[what](f, pool), BANK_TEXTS[what]
    if what == "Occupancy ratio per contact type":
        pool, kind = scope.split("/")
        return lambda f, c: _pool_on_type(f, pool.split()[0], kind), "agent time with the type / opening hours, %"
    if what in BANK_TYPES:
        kinds = list(ACCEPTABLE) if scope == "all types" else [BANK[scope]]
        return lambda f, c: BANK_TYPES[what](f, kinds), BANK_TEXTS[what]
    return None


def _pool(f: Facts, pool: str) -> Facts:
    return f.of_group("" if pool == "all" else pool)


def _bank_occupancy(f: Facts, pool: str) -> tuple[float, float]:
    part = _pool(f, pool)
    return 100.0 * part.busy(), part.agents.sum() * part.time


def _bank_cost(busy: bool) -> Callable[[Facts, str], tuple[float, float]]:
    def cost(f: Facts, pool: str) -> tuple[float, float]:
        total = 0.0
        for name in WAGE if pool == "all" else [pool]:
            part = f.of_group(name)
            total += WAGE[name] * (part.busy() if busy else part.agents.sum() * part.time - part.busy())
        return total, 1.0

    return cost


def _pool_on_type(f: Facts, pool: str, kind: str) -> tuple[float, float]:
    part = _pool(f, pool)
    return 100.0 * part.of_intent(BANK[kind]).busy(), part.agents.sum() * part.time


def _bank_served_in_time(f: Facts, kinds: list[str]) -> tuple[float, float]:
    good, offered = 0.0, 0.0
    for kind in kinds:
        part = f.of_intent(kind)
        good += part.number(part.answered & (part.wait <= ACCEPTABLE[kind]))
        offered += part.number()
    return 100.0 * good, offered


def _of_types(f: Facts, kinds: list[str]) -> Facts:
    return f.of_intent(*kinds)


BANK_GROUPS: dict[str, Callable[[Facts, str], tuple[float, float]]] = {
    "Agents' occupancy ratio": _bank_occupancy,
    "Idle cost of agents": _bank_cost(busy=False),
    "Busy cost of agents": _bank_cost(busy=True),
}
BANK_TYPES: dict[str, Callable[[Facts, list[str]], tuple[float, float]]] = {
    "Number of arrived contacts": lambda f, kinds: (_of_types(f, kinds).number(), 1.0),
    "Number of abandoned contacts": lambda f, kinds: (_of_types(f, kinds).number(_of_types(f, kinds).abandoned), 1.0),
    "Number of disconnected contacts": lambda f, kinds: (
        _of_types(f, kinds).number(_dropped(_of_types(f, kinds))),
        _weeks(f),
    ),
    "Service level": _bank_served_in_time,
    "Service time": lambda f, kinds: (
        _of_types(f, kinds).total(_of_types(f, kinds).talk),
        _of_types(f, kinds).number(_of_types(f, kinds).answered),
    ),
    "Average waiting time": lambda f, kinds: (
        _of_types(f, kinds).total(_of_types(f, kinds).wait, _of_types(f, kinds).answered),
        _of_types(f, kinds).number(_of_types(f, kinds).answered),
    ),
}
BANK_TEXTS = {
    "Agents' occupancy ratio": "agent time with contacts / opening hours, %",
    "Idle cost of agents": "wage of opening hours without a contact, a week",
    "Busy cost of agents": "wage of opening hours with a contact, a week",
    "Number of arrived contacts": "arrivals, a week",
    "Number of abandoned contacts": "abandoned, a week",
    "Number of disconnected contacts": "still waiting at closing, a week",
    "Service level": "answered within the type's threshold / arrived, %",
    "Service time": "mean talk, min",
    "Average waiting time": "waits of answered / answered, min",
}


# --- three types ----------------------------------------------------------------------------------------------------


def _three_types(what: str, scope: str) -> tuple[Sums, str] | None:
    if what == "Number of contacts meeting target service level":
        kind, period = (part.split()[-1] for part in scope.split(", "))
        name = f"type{kind}_period{period}"
        return lambda f, c: (_counted(f, c, (name,), _in_target), f.days), "answered within T, a day"
    table: dict[str, tuple[Sums, str]] = {
        "Number of served contacts": (lambda f, c: (f.number(f.answered), f.days), "answered, a day"),
        "Number of contacts having abandoned": (lambda f, c: (f.number(f.abandoned), f.days), "abandoned, a day"),
        "Service level": DAY["Service level with abandonment"],
        "Occupancy ratio": (_occupancy_to_the_end, "group 0: busy / on duty, until the day's last contact has left"),
    }
    return table.get(what)


def _occupancy_to_the_end(f: Facts, c: Context) -> tuple[float, float]:
    part = f.until_empty().of_group("group0")
    return part.state_time(AgentState.BUSY), part.state_time(AgentState.BUSY, AgentState.AVAILABLE)


# --- two tiers ------------------------------------------------------------------------------------------------------


def _urgent_care(what: str, scope: str) -> tuple[Sums, str] | None:
    queue = "nurses" if "nurse" in what else "operators"
    if what.endswith("_util"):
        return lambda f, c: _completed(f, queue), "services completed in the window / heads × window, %"
    return lambda f, c: _started(f, queue), "waits of those answered within the window, min"


def _started(f: Facts, queue: str) -> tuple[float, float]:
    part = f.of_queue(queue)
    inside = part.answered & (part.entered + part.waited <= part.spans.of(part.entered)[1])
    return part.total(part.wait, inside), part.number(inside)


def _completed(f: Facts, queue: str) -> tuple[float, float]:
    part = f.of_queue(queue)
    inside = part.answered & (part.ended <= part.spans.of(part.entered)[1])
    return 100.0 * part.total(part.talk, inside), part.agents.sum() * part.time


FINDERS: dict[str, Callable[[str, str], tuple[Sums, str] | None]] = {
    "PUB-CC-MMC": _listed(DAY),
    "PUB-SSJ": _listed(SSJ),
    "PUB-CC-Bilingual": _bilingual,
    "PUB-CC-Bank": _bank,
    "PUB-CC-SimpleMSK": _three_types,
    "PUB-111": _urgent_care,
}
