"""Experiments: replications of a scenario or of the arms of a comparison, and what follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.experiment.study import Comparison, Run, compare, run

__all__ = ["run", "compare", "Run", "Comparison"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from sim.experiment import study

        return getattr(study, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
