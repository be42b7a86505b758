"""What `import sim.ext.recycle` finds where recycle.pyx is not compiled: the twin."""

from sim.model.recycle_pure import recycle

__all__ = ["recycle"]
