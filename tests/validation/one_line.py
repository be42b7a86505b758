"""Scenarios of one queue of equal agents: loss, Erlang, M/G/n and M/G/n+G, redial and orbit."""

from __future__ import annotations

from typing import Any

from tests.validation import laws
from tests.validation.laws import Data, seconds
from tests.validation.parts import MOST_CONTACTS, group, intent, queue, scenario, stationary, step, unit

NEVER_GIVES_UP = 1e9  # a mean patience beyond this, in the case's unit, means nobody gives up


def line(title: str, model: Data, plan: Data, talk: Data, **more: Any) -> Data:
    """One queue of equal agents."""
    rate = model["lam"] / unit(model)
    given_up = model.get("patience")
    patience = laws.patience(given_up, unit(model)) if given_up and given_up["mean"] < NEVER_GIVES_UP else None
    patience = more.pop("patience", patience)
    room = more.pop("capacity", None)
    within = {"measures": {"answer_within": seconds(model["T"] * unit(model))}} if "T" in model else {}
    calls = {"call": intent(rate, {"line": step(talk)}, patience)}
    if plan.get("probe"):
        calls["probe"] = intent(rate, {"line": step(laws.constant(0.0))})
    if "trace" in plan:
        calls["call"]["arrivals"] = {"kind": "trace", "file": plan["trace"], "column": "moment"}
    if "routing" in plan:
        more["routing"] = plan["routing"]
    return scenario(
        title,
        stationary(plan, rate),
        calls,
        {"line": queue("calls", **({"capacity": room} if room is not None else {}))},
        {"agents": group(model["n"], "calls")},
        **within,
        **more,
    )


def markovian(title: str, model: Data, plan: Data) -> Data:
    """M/M/n, M/M/n+G, M/M/n/K+M and M/M/n/n."""
    room: Data = {}
    if "K_total" in model:
        room = {"capacity": model["K_total"] - model["n"]}
    if "queue_capacity" in model:
        room = {"capacity": model["queue_capacity"]}
    named = plan.get("service", "exponential")
    return line(title, model, plan, laws.law(named, model["aht"] * unit(model), _cv(named)), **room)


def general_service(title: str, model: Data, plan: Data) -> Data:
    """M/G/n without abandonment."""
    service = model["service"]
    mean = service.get("mean") or service["moments"][0]
    return line(title, model, plan, laws.law(service["dist"], mean * unit(model)))


def general(title: str, model: Data, plan: Data) -> Data:
    """M/G/n+G of the workload recursion: laws as (name, mean, parameters)."""
    talk = _drawn(model["service"], unit(model))
    return line(title, {**model, "patience": None}, plan, talk, **_patience(model))


def _patience(model: Data) -> Data:
    spec = model["patience"]
    return {} if spec[0] == "inf" else {"patience": _drawn(spec, unit(model))}


def _drawn(spec: list[Any], scale: float) -> Data:
    name, mean, more = spec
    return laws.law(name, mean * scale, more.get("cv") or more.get("k"))


def _cv(named: str) -> float | None:
    """The squared coefficient of variation of a hyperexponential law stands in its name."""
    return float(named.rstrip(")").split("cv2=")[1]) if "cv2=" in named else None


def redial(title: str, model: Data, plan: Data) -> Data:
    """Who abandons calls again with a probability, after an exponential time, with a fresh patience."""
    scale = unit(model)
    patience = laws.exponential(scale / model["patience_rate"])
    back = {"probability": model["redial_prob"], "delay": laws.exponential(scale / model["redial_rate"])}
    returns = {"retrial": back, "max_contacts": MOST_CONTACTS}
    return line(title, model, plan, laws.exponential(scale / model["mu"]), patience=patience, returns=returns)


def orbit(title: str, model: Data, plan: Data) -> Data:
    """No waiting room; who finds all busy calls again until served."""
    scale = unit(model)
    back = {"probability": 1.0, "delay": laws.exponential(scale / model["nu"])}
    returns = {"retrial": back, "max_contacts": MOST_CONTACTS}
    talk = laws.exponential(scale / model["mu"])
    return line(title, {"n": 1, **model}, plan, talk, capacity=0, returns=returns)
