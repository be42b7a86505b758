"""What `import sim.ext.bitmap` finds where bitmap.pyx is not compiled: the twin."""

from sim.model.bitmap_pure import Bitmap, Ladder

__all__ = ["Bitmap", "Ladder"]
