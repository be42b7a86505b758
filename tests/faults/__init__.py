"""Faults, injected for real: `python -m tests.faults` prints a row each, the default suite runs quick ones."""
