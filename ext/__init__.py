"""Compiled parts with nothing of the domain's rules in them: draws, the calendar, the journal's buffers.

Draws and journal have a twin in plain Python that gives the same bits; where the compiled module is missing, or under
SIM_PURE=1, the twin stands here in its place, so that every import reads alike. The calendar's twin is stock SimPy
(`sim.model.environment`).
"""

import importlib
import sys
from importlib.util import find_spec

TWINS = {"draws": "sim.sampling.draws_pure", "journal": "sim.model.recorder"}


def _compiled(name: str) -> bool:
    try:
        return find_spec(f"{__name__}.{name}") is not None
    except ModuleNotFoundError:  # SIM_PURE: see sim/pure.py
        return False


for _name, _twin in TWINS.items():
    if not _compiled(_name):
        sys.modules[f"{__name__}.{_name}"] = importlib.import_module(_twin)
