"""The rehearsal of a live test: the pilot itself is simulated, with the reading that a sensible team would take of it.

Two arms run side by side within one centre, by several designs; each design's naive reading is set against the true
difference between today's rules everywhere and the new rules everywhere. Nothing here knows a file or a chart.
"""
