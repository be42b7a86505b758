"""Columns: a journal's records, filtered and grouped, before any KPI is defined."""
