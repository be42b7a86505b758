"""The example notebook, run as its readers run it."""
