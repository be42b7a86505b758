"""Scenarios of several classes, pools or tiers in steady state."""

from __future__ import annotations

from tests.validation import laws
from tests.validation.laws import Data, seconds
from tests.validation.parts import MOST_CONTACTS, group, intent, queue, scenario, stationary, step, unit


def classes(title: str, model: Data, plan: Data) -> Data:
    """One pool, several classes, the first of which goes first (unless the plan says otherwise)."""
    scale, count = unit(model), len(model["lam"])
    names = [f"class{k + 1}" for k in range(count)]
    talks = _talks(model, scale)
    rates = model.get("patience_rate")
    patience = [laws.exponential(scale / rate) for rate in rates] if rates else [None] * count
    ranks = range(count, 0, -1) if plan.get("priority", True) else [0] * count
    within = {"measures": {"answer_within": seconds(model["T"] * scale)}} if "T" in model else {}
    return scenario(
        title,
        stationary(plan, sum(model["lam"]) / scale),
        {
            name: intent(rate / scale, {name: step(talk)}, gives_up)
            for name, rate, talk, gives_up in zip(names, model["lam"], talks, patience, strict=True)
        },
        {name: queue("calls", priority=rank) for name, rank in zip(names, ranks, strict=True)},
        {"agents": group(model["n"], "calls")},
        **within,
    )


def _talks(model: Data, scale: float) -> list[Data]:
    if "service" in model:
        return [laws.law(one["dist"], one["mean"] * scale) for one in model["service"]]
    rates = model["mu"] if isinstance(model["mu"], list) else [model["mu"]] * len(model["lam"])
    return [laws.exponential(scale / rate) for rate in rates]


def pools(title: str, model: Data, plan: Data) -> Data:
    """One line, pools of different speed."""
    scale = unit(model)
    leaves = model["patience_rate"]
    rate = model["lam"] / scale
    patience = laws.exponential(scale / leaves) if leaves else None
    return scenario(
        title,
        stationary(plan, rate),
        {"call": intent(rate, {"line": step(laws.exponential(scale))}, patience)},
        {"line": queue("calls")},
        {f"pool{k}": group(pool["n"], "calls", speed=pool["mu"]) for k, pool in enumerate(model["pools"], 1)},
        routing=_routing(model["routing"]),
    )


def resolving_pools(title: str, model: Data, plan: Data) -> Data:
    """Pools that differ in speed and in the share they resolve; who is not resolved calls again at once.

    A scenario cannot state a resolution by group. So all resolve as the weaker pool does, and what the better pool
    did not resolve gets a second look of no duration that makes up the difference (rule `second_look`).
    """
    scale, rate = unit(model), model["lam"] / unit(model)
    weaker, better = model["pools"]
    again = (better["p_resolve"] - weaker["p_resolve"]) / (1.0 - weaker["p_resolve"])
    path = {
        "line": step(laws.exponential(scale), weaker["p_resolve"]),
        "look": step(laws.constant(0.0), again),
    }
    groups = {f"pool{k}": group(pool["n"], "calls", speed=pool["mu"]) for k, pool in enumerate(model["pools"], 1)}
    return scenario(
        title,
        stationary(plan, rate),
        {"call": intent(rate, path)},
        {"line": queue("calls"), "look": queue("look", tier=2)},
        {**groups, "look": group(8, "look", tier=2)},
        returns={"repeat": {"probability": 1.0, "delay": laws.constant(0.0)}, "max_contacts": MOST_CONTACTS},
        escalation={"rule": {"rule": "second_look", "params": {"group": "pool2"}}},
        routing=_routing(model["routing"]),
    )


def _routing(words: str) -> Data:
    """The rule that a case describes in words."""
    if words.startswith(("fastest", "best-resolution")):
        first = ["pool1", "pool2"] if words.startswith("fastest") else ["pool2", "pool1"]
        return {"rule": "pool_order", "params": {"order": {"line": first}}}
    if words.startswith("uniform"):
        return {"rule": "random_idle"}
    raise ValueError(f"no rule for {words!r}")


def n_model(title: str, model: Data, plan: Data) -> Data:
    """Pool 1 serves A alone, pool 2 serves B before A."""
    scale = unit(model)
    return scenario(
        title,
        stationary(plan, sum(model["lam"].values()) / scale),
        {
            name: intent(
                rate / scale,
                {name: step(laws.exponential(scale))},
                laws.exponential(scale / model["patience_rate"][name]),
            )
            for name, rate in model["lam"].items()
        },
        {name: queue(name, priority=int(name == "B")) for name in model["lam"]},
        {
            f"pool{k}": group(pool["n"], *pool["skills"], speed=pool["mu"])
            for k, pool in enumerate(model["pools"], start=1)
        },
        routing={"rule": "pool_order", "params": {"order": {"A": ["pool1", "pool2"], "B": ["pool2"]}}},
    )


def tandem(title: str, model: Data, plan: Data) -> Data:
    """Tier 1 passes a share on to tier 2."""
    scale, up = unit(model), model["routing"][0][1]
    talks = [laws.exponential(scale / mu) for mu in model["mu"]]
    rate = model["gamma"][0] / scale
    return scenario(
        title,
        stationary(plan, rate),
        {"call": intent(rate, {"node1": step(talks[0], 1.0 - up), "node2": step(talks[1])})},
        {f"node{k}": queue(f"tier{k}", tier=k) for k in (1, 2)},
        {f"tier{k}": group(count, f"tier{k}", tier=k) for k, count in enumerate(model["n"], start=1)},
        escalation={"agent_notices": 1.0},
    )
