"""Routing rules: agent selection and contact selection, one a file; the recipe stands in `sim.model.policy`."""
