cimport cython
from sim.model.centre cimport Centre
from sim.model.contact cimport Contact
from sim.model.queue cimport Queue


@cython.final
cdef class CentreView:
    cdef Centre _centre

    cpdef list lanes(self, Contact contact)
    @cython.locals(aging=double)
    cpdef double urgency(self, Contact contact) except? -1
