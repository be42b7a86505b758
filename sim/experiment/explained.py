"""Explanations of the arms of a plan: one replication of each is run again under an observer; `explained.json`.

The runs are those that made the KPIs, decision for decision. They are made anew, so that a comparison that nobody asks
for explanations pays nothing; asking costs one replication an arm.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import CcsimError
from sim.experiment import engines, store
from sim.experiment.plan import Plan
from sim.experiment.replication import names
from sim.staff import ids

if TYPE_CHECKING:
    from sim.explain.observer import Wanted

NAME = "explained.json"


@dataclass(frozen=True, slots=True)
class _Orders:
    plan: Plan
    wanted: Wanted
    replication: int


def explain(made: Plan, wanted: Wanted, replication: int, engine: str = "serial", workers: int = 1) -> dict[str, Any]:
    """What was decided in one replication of each arm, and why; `made` has its volume calibrated. Plain data."""
    arms = [arm.name for arm in made.arms]
    found = engines.run(_explain, _Orders(made, wanted, replication), arms, engine, workers, lambda: None)
    lost = [one.item for one in found if isinstance(one, engines.Killed)]
    if lost:
        raise CcsimError(f"{made.name}: explaining arm {lost[0]} failed: the worker process was killed")
    return {"seed": made.seed, "replication": replication, "arms": found}


def keep(made: Plan, wanted: Wanted, folder: Path, engine: str = "serial", workers: int = 1) -> Path:
    """Explain the first replication of each arm and store it in the folder of its results."""
    store.write_json(folder / NAME, explain(made, wanted, made.replications[0], engine, workers))
    return folder / NAME


def _explain(orders: _Orders, name: str) -> dict[str, Any]:
    from sim.explain.observer import Observer
    from sim.simulate import prepare

    arm = orders.plan.arm(name)
    observer = Observer(orders.wanted)
    prepare(arm.loaded).stream(
        orders.plan.seed, orders.replication, orders.plan.births_factor, lambda _: None, observer
    )
    rule = arm.loaded.scenario.routing.rule
    told = observer.told()
    if not orders.plan.names:
        told = ids.pseudonymous_data(told, {person: one for one, person in names(arm.loaded).items()})
    return {"arm": name, "label": arm.label, "rule": rule, **told}
