"""What `import sim.ext.journal` finds where journal.pyx is not compiled: the twin."""

from sim.model.recorder import Evaluations, Recorder, Records

__all__ = ["Evaluations", "Recorder", "Records"]
