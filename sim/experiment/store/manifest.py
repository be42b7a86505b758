"""`manifest.json`: all that a reader of a result folder needs to know beside the numbers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import sim
from sim.experiment.plan import Plan
from sim.experiment.store.folder import fingerprint, resolved


def manifest(plan: Plan, definitions: Sequence[Any], engine: str, volume: str) -> dict[str, Any]:
    """All that a reader of the folder needs to know beside the numbers."""
    question, base = plan.question, plan.arms[0].loaded.scenario
    return {
        "kind": plan.kind,
        "name": plan.name,
        "title": question.title or base.title,
        "question": question.text,
        "description": base.description,
        "created_by": f"ccsim {sim.__version__}",
        "version": sim.__version__,
        "fingerprint": fingerprint(plan),
        "seed": plan.seed,
        "replications": len(plan.replications),
        "confidence": question.confidence,
        "arms": [{"name": arm.name, "label": arm.label, "overrides": list(arm.overrides)} for arm in plan.arms],
        "baseline": plan.baseline,
        "primary": {"kpi": question.primary, "matters": question.matters} if question.primary else None,
        "guardrails": dict(question.guardrails),
        "assumptions": [assumption.model_dump() for assumption in base.assumptions],
        "volume": base.volume,
        "volume_note": volume,
        "births_factor": plan.births_factor,
        "scenario": resolved(plan.arms[0]),
        "arms_scenarios": {arm.name: resolved(arm) for arm in plan.arms},
        "rules": [{"file": one.path, "sha256": one.sha256} for one in plan.rules],
        "names": plan.names,
        "engine": engine,
        "compiled": compiled(),
        "python": sys.version.split()[0],
        "definitions": [as_dict(definition) for definition in definitions],
    }


def compiled() -> bool:
    """Whether the contact flow runs as compiled code (`ccsim doctor` and the manifest say so)."""
    from sim.model.environment import COMPILED

    return COMPILED


def as_dict(definition: Any) -> dict[str, Any]:
    """A KPI's definition as plain data."""
    return asdict(definition) if is_dataclass(definition) else dict(vars(definition))  # type: ignore[arg-type]
