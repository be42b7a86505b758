"""The report of a result folder: one page for people, charts as files. Reads stored results only."""
