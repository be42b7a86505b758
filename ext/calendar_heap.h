/* Plain C under calendar.pyx: the order of timers and a heap of them with four children a node.
 *
 * A heap owns one reference to each timer's entity; whoever puts a timer in or takes it out keeps the count.
 */
#ifndef CCSIM_CALENDAR_HEAP_H
#define CCSIM_CALENDAR_HEAP_H

#include <Python.h>
#include <stdint.h>
#include <string.h>

/* (high, low) reads as one unsigned 128-bit number: time, then order (8 bits), sequence (48 bits), kind (8 bits). */
typedef struct {
    uint64_t low;
    uint64_t high;
    PyObject *who;
} Timer;

/* Doubles as unsigned integers of the same order. Adding zero makes -0.0 the same instant as 0.0. */
static inline uint64_t instant_of(double time) {
    uint64_t bits;
    time += 0.0;
    memcpy(&bits, &time, sizeof bits);
    return bits ^ ((uint64_t)((int64_t)bits >> 63) | 0x8000000000000000u);
}

static inline double time_of(uint64_t instant) {
    double time;
    instant ^= (instant >> 63) ? 0x8000000000000000u : 0xFFFFFFFFFFFFFFFFu;
    memcpy(&time, &instant, sizeof time);
    return time;
}

static inline int is_before(const Timer *x, const Timer *y) {
#if defined(__SIZEOF_INT128__) && !defined(CCSIM_NO_INT128)
    unsigned __int128 a = ((unsigned __int128)x->high << 64) | x->low;
    unsigned __int128 b = ((unsigned __int128)y->high << 64) | y->low;
    return a < b;
#else
    return x->high < y->high || (x->high == y->high && x->low < y->low);
#endif
}

/* Put a timer at the end, place `size`, and let it rise. */
static inline void heap_push(Timer *heap, Py_ssize_t size, Timer timer) {
    Py_ssize_t place = size;
    while (place > 0) {
        Py_ssize_t parent = (place - 1) >> 2;
        if (!is_before(&timer, &heap[parent])) {
            break;
        }
        heap[place] = heap[parent];
        place = parent;
    }
    heap[place] = timer;
}

/* Put a timer at the root, whose own timer is gone, and let it sink. */
static inline void heap_replace(Timer *heap, Py_ssize_t size, Timer timer) {
    Py_ssize_t place = 0;
    for (;;) {
        Py_ssize_t first = 4 * place + 1, best;
        if (first + 3 < size) { /* a tournament of four, without a branch to mispredict */
            Py_ssize_t left = first + is_before(&heap[first + 1], &heap[first]);
            Py_ssize_t right = first + 2 + is_before(&heap[first + 3], &heap[first + 2]);
            best = is_before(&heap[right], &heap[left]) ? right : left;
        } else if (first < size) {
            best = first;
            for (Py_ssize_t child = first + 1; child < size; child++) {
                if (is_before(&heap[child], &heap[best])) {
                    best = child;
                }
            }
        } else {
            break;
        }
        if (!is_before(&heap[best], &timer)) {
            break;
        }
        heap[place] = heap[best];
        place = best;
    }
    heap[place] = timer;
}

/* Classes made by a Python `class` statement: their `fire` is looked up by name, and may return anything. */
static inline int is_python_class(PyObject *who) {
    return PyType_HasFeature(Py_TYPE(who), Py_TPFLAGS_HEAPTYPE);
}

#endif
