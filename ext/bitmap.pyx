"""A set of numbers below a fixed size that gives its lowest member at once: 64 numbers a word, 64 words a summary bit.

A change costs two words; the lowest of 100,000 is found in at most 25 looks. sim/model/bitmap_pure.py is the twin.
"""

cimport cython
from cpython.mem cimport PyMem_Calloc, PyMem_Free
from libc.stdint cimport uint64_t

cdef uint64_t ONE = 1


cdef int lowest_bit(uint64_t word) noexcept:
    """Position of the lowest set bit of a word that is not 0; portable, six steps."""
    cdef int place = 0, width = 32
    while width:
        if word & ((ONE << width) - 1) == 0:
            word >>= width
            place += width
        width >>= 1
    return place


@cython.final
cdef class Bitmap:
    def __cinit__(self, Py_ssize_t size):
        """An empty set of numbers from 0 to size - 1."""
        if size < 0:
            raise ValueError(f"a bitmap of {size} numbers")
        self.size = size
        self.blocks = size // 4096 + 1
        self.words = <uint64_t *>PyMem_Calloc(self.blocks * 64, sizeof(uint64_t))
        self.summary = <uint64_t *>PyMem_Calloc(self.blocks, sizeof(uint64_t))
        if self.words == NULL or self.summary == NULL:
            raise MemoryError

    def __dealloc__(self):
        PyMem_Free(self.words)
        PyMem_Free(self.summary)

    cdef int check(self, Py_ssize_t number) except -1:
        if not 0 <= number < self.size:
            raise IndexError(f"{number} in a bitmap of {self.size}")
        return 0

    cpdef int add(self, Py_ssize_t number) except -1:
        """Take a number in."""
        self.check(number)
        self.words[number >> 6] |= ONE << (number & 63)
        self.summary[number >> 12] |= ONE << (number >> 6 & 63)
        return 0

    cpdef int discard(self, Py_ssize_t number) except -1:
        """Leave a number out."""
        self.check(number)
        self.words[number >> 6] &= ~(ONE << (number & 63))
        if self.words[number >> 6] == 0:
            self.summary[number >> 12] &= ~(ONE << (number >> 6 & 63))
        return 0

    cpdef bint has(self, Py_ssize_t number) except -1:
        """Whether a number is in."""
        self.check(number)
        return self.words[number >> 6] >> (number & 63) & ONE

    cpdef Py_ssize_t first(self) noexcept:
        """The lowest number that is in; -1 where none is."""
        cdef Py_ssize_t block, word
        for block in range(self.blocks):
            if self.summary[block]:
                word = (block << 6) + lowest_bit(self.summary[block])
                return (word << 6) + lowest_bit(self.words[word])
        return -1
