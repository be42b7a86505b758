"""What `import sim.ext.reals` finds where reals.pyx is not compiled: the twin."""

from sim.model.reals_pure import Reals

__all__ = ["Reals"]
