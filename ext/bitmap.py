"""What `import sim.ext.bitmap` finds where bitmap.pyx is not compiled: the twin."""

from sim.model.bitmap_pure import Bitmap

__all__ = ["Bitmap"]
