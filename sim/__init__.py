"""Contact centres, simulated: compare routing and staffing rules before they go live.

    import sim

    centre = sim.load("single_queue", ["staff.groups.agents.count=48"])
    print(sim.run(centre, replications=10, seed=1).summary())

Importing this package imports nothing else; each name below loads what it needs when it is first used.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if os.environ.get("SIM_PURE", "0") not in ("", "0"):
    from sim.pure import install

    install(__name__)

if TYPE_CHECKING:
    from sim.config.load import Loaded as Scenario
    from sim.config.load import load, load_experiment
    from sim.experiment.rehearse.run import Rehearsal, rehearse
    from sim.experiment.robust.run import Robustness, robust
    from sim.experiment.study import Comparison, Run, compare, run
    from sim.registry import register

__version__ = "0.1.0"
__all__ = [
    "load", "load_experiment", "run", "compare", "rehearse", "robust", "register", "Scenario", "Run", "Comparison",
    "Rehearsal", "Robustness",
    "__version__",
]  # fmt: skip

_HOMES = {
    "load": ("sim.config.load", "load"),
    "load_experiment": ("sim.config.load", "load_experiment"),
    "Scenario": ("sim.config.load", "Loaded"),
    "run": ("sim.experiment.study", "run"),
    "compare": ("sim.experiment.study", "compare"),
    "rehearse": ("sim.experiment.rehearse.run", "rehearse"),
    "robust": ("sim.experiment.robust.run", "robust"),
    "Robustness": ("sim.experiment.robust.run", "Robustness"),
    "Rehearsal": ("sim.experiment.rehearse.run", "Rehearsal"),
    "Run": ("sim.experiment.study", "Run"),
    "Comparison": ("sim.experiment.study", "Comparison"),
    "register": ("sim.registry", "register"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
