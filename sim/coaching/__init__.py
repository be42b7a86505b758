"""Whom to coach about what: one rule a file. Rules see measurements only; hours and windows bind elsewhere."""
