"""What `import sim.ext.journal` finds where journal.pyx is not compiled: the twin."""

from sim.model.recorder import Recorder

__all__ = ["Recorder"]
