"""Compiled parts with nothing of the domain's rules in them: draws, the calendar, the journal's buffers.

Draws and journal have a twin in plain Python that gives the same bits: `draws.py` and `journal.py` are what an import
finds where nothing is compiled, or under SIM_PURE=1. The calendar's twin is stock SimPy (`sim.model.environment`).
"""
