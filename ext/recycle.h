/* Plain C under recycle.pyx: a stack of freed objects for each of a few types, in place of Python's allocator.
 *
 * The two slots of a type that give and take memory are replaced. What is on a stack is no object: it is untracked, has
 * no references, and is zeroed before it becomes one again. Python's count of tracked objects is left alone both ways.
 */
#ifndef CCSIM_RECYCLE_H
#define CCSIM_RECYCLE_H

#include <Python.h>
#include <string.h>

#define RECYCLED_TYPES 4
#define RECYCLED_OBJECTS 512

typedef struct {
    PyTypeObject *type;
    int size;
    PyObject *objects[RECYCLED_OBJECTS];
} Recycled;

static Recycled recycled[RECYCLED_TYPES];

static inline Recycled *recycled_of(PyTypeObject *type) {
    for (int place = 0; place < RECYCLED_TYPES; place++) {
        if (recycled[place].type == type) {
            return &recycled[place];
        }
    }
    return NULL;
}

static PyObject *recycled_alloc(PyTypeObject *type, Py_ssize_t items) {
    Recycled *stack = recycled_of(type);
    if (stack == NULL || stack->size == 0) {
        return PyType_GenericAlloc(type, items);
    }
    PyObject *object = stack->objects[--stack->size];
    memset(object, 0, (size_t)type->tp_basicsize);
    PyObject_Init(object, type);
    PyObject_GC_Track(object);
    return object;
}

static void recycled_free(void *memory) {
    Recycled *stack = recycled_of(Py_TYPE((PyObject *)memory));
    if (stack == NULL || stack->size == RECYCLED_OBJECTS) {
        PyObject_GC_Del(memory);
    } else {
        stack->objects[stack->size++] = (PyObject *)memory;
    }
}

/* 0: not a static type with the usual slots, whose objects Python's collector tracks; or there is no stack left. */
static int recycle_objects_of(PyObject *kind) {
    PyTypeObject *type = (PyTypeObject *)kind;
    Recycled *stack = recycled_of(NULL);
    if (stack == NULL || PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) || PyType_HasFeature(type, Py_TPFLAGS_BASETYPE) ||
        !PyType_IS_GC(type) || type->tp_itemsize != 0 || type->tp_alloc != PyType_GenericAlloc ||
        type->tp_free != PyObject_GC_Del) {
        return 0;
    }
    stack->type = type;
    type->tp_alloc = recycled_alloc;
    type->tp_free = recycled_free;
    return 1;
}

#endif
