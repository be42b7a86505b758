"""Memory of small objects that come and go by the million, kept for the next of their kind.

Cython's own freelists serve root classes only. sim/model/recycle_pure.py is the twin, which does nothing: nothing that
can be seen depends on where an object lies.
"""

from cpython.object cimport PyObject

cdef extern from "recycle.h":
    int recycle_objects_of(PyObject *kind) noexcept


def recycle(type kind not None):
    """From now on keep the memory of objects of a final compiled class that are freed, as long as it is not much."""
    if not recycle_objects_of(<PyObject *>kind):
        raise TypeError(f"{kind.__name__} is not a compiled class that can be recycled, or too many are")
