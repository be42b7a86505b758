# cython: nonecheck=False, wraparound=False
"""Real numbers by row and column in one block of memory; sim/model/reals_pure.py is the twin."""

from cpython.mem cimport PyMem_Calloc, PyMem_Free


cdef class Reals:
    def __cinit__(self, list rows):
        """Rows of equal length."""
        self.rows = len(rows)
        self.columns = len(rows[0]) if rows else 0
        self.values = <double *>PyMem_Calloc(self.rows * self.columns + 1, sizeof(double))
        if self.values == NULL:
            raise MemoryError
        self.become(rows)

    def become(self, list rows):
        """Replace all numbers; the new table has the shape of the old one, else ValueError."""
        cdef Py_ssize_t row, column
        if len(rows) != self.rows:
            raise ValueError(f"{len(rows)} rows, not {self.rows}")
        for row in range(self.rows):
            if len(rows[row]) != self.columns:
                raise ValueError(f"row {row} has {len(rows[row])} numbers, not {self.columns}")
            for column in range(self.columns):
                self.values[row * self.columns + column] = rows[row][column]

    def __dealloc__(self):
        PyMem_Free(self.values)

    cpdef double at(self, Py_ssize_t row, Py_ssize_t column) except? -1.0:
        """One number."""
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            raise IndexError(f"({row}, {column}) in {self.rows} rows of {self.columns} numbers")
        return self.values[row * self.columns + column]
