"""Compiled parts with nothing of the domain's rules in them: draws, the calendar, the journal's buffers.

Each has a twin in plain Python that gives the same bits; which of the two runs
is decided where it is imported.
"""
