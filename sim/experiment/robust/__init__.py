"""Robustness: is the new arm still better where uncertain inputs are not what the scenario says, and which one matters?

Worlds are drawn from the laws that the experiment states, shared by the arms, and each is simulated a few times.
Nothing here knows a file or a chart.
"""
