# cython: nonecheck=False, wraparound=False
"""A set of numbers below a fixed size that gives its lowest member at once: 64 numbers a word, 64 words a summary bit.

A change costs two words; the lowest of 100,000 is found in at most 25 looks. On top of it a ladder: first come, first
served on each rung, lowest rung first. sim/model/bitmap_pure.py is the twin.
"""

cimport cython
from cpython.mem cimport PyMem_Calloc, PyMem_Free
from libc.stdint cimport uint64_t

cdef uint64_t ONE = 1


cdef extern from *:
    """
    /* Position of the lowest set bit of a word that is not 0. */
    static inline int lowest_bit(uint64_t word) {
    #if defined(__GNUC__)
        return __builtin_ctzll(word);
    #else
        int place = 0;
        for (int width = 32; width; width >>= 1) {
            if ((word & ((UINT64_C(1) << width) - 1)) == 0) {
                word >>= width;
                place += width;
            }
        }
        return place;
    #endif
    }
    """
    int lowest_bit(uint64_t word) noexcept


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


cdef enum:
    NOBODY = -1
    AWAY = -2  # as a member's neighbour: the member is not on the ladder


@cython.final
cdef class Ladder:
    def __cinit__(self, list rungs not None):
        """`rungs`: where each member belongs, from 0; nobody is on the ladder yet."""
        cdef Py_ssize_t member, rung
        self.size = len(rungs)
        self.taken = Bitmap(max(rungs) + 1 if rungs else 0)
        self.places = <Place *>PyMem_Calloc(self.size + 1, sizeof(Place))
        self.rungs = <Rung *>PyMem_Calloc(self.taken.size + 1, sizeof(Rung))
        if self.places == NULL or self.rungs == NULL:
            raise MemoryError
        for member in range(self.size):
            self.taken.check(rungs[member])
            self.places[member] = Place(rungs[member], AWAY, NOBODY)
        for rung in range(self.taken.size):
            self.rungs[rung] = Rung(NOBODY, NOBODY)

    def __dealloc__(self):
        PyMem_Free(self.places)
        PyMem_Free(self.rungs)

    cdef int check(self, Py_ssize_t member) except -1:
        if not 0 <= member < self.size:
            raise IndexError(f"{member} on a ladder of {self.size}")
        return 0

    cpdef int add(self, Py_ssize_t member) except -1:
        """Stand last on one's rung."""
        self.check(member)
        cdef Place *place = self.places + member
        cdef Rung *rung = self.rungs + place.rung
        if place.before != AWAY:
            return 0
        place.before, place.after = rung.tail, NOBODY
        if rung.tail == NOBODY:
            rung.head = member
            self.taken.add(place.rung)
        else:
            self.places[rung.tail].after = member
        rung.tail = member
        return 0

    cpdef int discard(self, Py_ssize_t member) except -1:
        """Leave the ladder, from anywhere."""
        self.check(member)
        cdef Place *place = self.places + member
        cdef Rung *rung = self.rungs + place.rung
        if place.before == AWAY:
            return 0
        if place.before == NOBODY:
            rung.head = place.after
        else:
            self.places[place.before].after = place.after
        if place.after == NOBODY:
            rung.tail = place.before
        else:
            self.places[place.after].before = place.before
        if rung.head == NOBODY:
            self.taken.discard(place.rung)
        place.before = AWAY
        return 0

    cpdef Py_ssize_t first(self) noexcept:
        """Who has stood longest on the lowest rung that is not empty; -1 where nobody stands on any."""
        cdef Py_ssize_t lowest = self.taken.first()
        return NOBODY if lowest < 0 else self.rungs[lowest].head
