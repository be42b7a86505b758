"""The factor on births that pilot replications found, kept in the result folder: a resumed run needs no pilots."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sim.experiment.calibrate import Calibration
from sim.experiment.plan import Plan
from sim.experiment.replication import Instruments
from sim.experiment.store.shards import Recipe
from sim.experiment.store.write import write_json

NAME = "calibration.json"


def known(plan: Plan, tools: Instruments, folder: Path | None, find: Callable[[], Calibration]) -> Calibration:
    """What was found before by the same code on the same platform; else what `find` finds, which is kept."""
    if folder is None:
        return find()
    made_by = asdict(Recipe.of(plan, tools))
    kept = _read(folder / NAME)
    if kept is not None and kept[0] == made_by:
        return kept[1]
    found = find()
    if found.pilots:
        write_json(folder / NAME, {"made_by": made_by, "found": asdict(found)})
    return found


def _read(path: Path) -> tuple[Any, Calibration] | None:
    """The kept calibration; None for a file that is not there, or not what was written."""
    try:
        content = json.loads(path.read_bytes())
        found = content["found"]
        made = Calibration(float(found["factor"]), float(found["volume_ratio"]), int(found["pilots"]))
        return content["made_by"], made
    except (OSError, ValueError, KeyError, TypeError):
        return None
