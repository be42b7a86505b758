"""How many heads an interval needs: one rule a file. `sim.staff.tours` turns heads into tours."""
