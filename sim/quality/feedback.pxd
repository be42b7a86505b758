cimport cython
from libc.stdint cimport int32_t, uint64_t

from sim.ext.draws cimport Purpose
from sim.ext.journal cimport Contact, Evaluations, Records
from sim.quality.evaluation cimport Scorecard
from sim.quality.survey cimport Customers

cdef int CONTACT_CONTAINED, CONTACT_RESOLVED, CONTACT_UNRESOLVED  # set when the module is imported
cdef double HEARD


@cython.final
cdef class Feedback:
    cdef const uint64_t[::1] _keys
    cdef const int32_t[::1] _k
    cdef list _empathy
    cdef Customers _customers
    cdef Scorecard _scorecard
    cdef object _severity, _diary, _propensity, _card, _survey
    cdef bint _lasting, _varies, _itemised
    cdef double _information, _process, _compliance, _unkind
    cdef bint _defective
    cdef Purpose _asked, _found, _sampled, _heard
    cdef Evaluations _evaluations

    cdef object _evaluated(self, Records records, Py_ssize_t count)
    @cython.locals(i=Py_ssize_t, end=int, contact=Contact, answers=double, noise=double, taste=double, ease=double,
                   felt=double, customers=Customers, changing=bint, empathy=double)
    cdef int _ask(self, Records records, Py_ssize_t count) except -1
    @cython.locals(i=Py_ssize_t, contact=Contact)
    cdef int _inspect(self, Records records, Py_ssize_t count) except -1
    @cython.locals(first=double, second=double, third=double, fourth=double, information=double, process=double,
                   compliance=double, unkind=double)
    cdef int _defects(self, int agent, int intent, int number, int attempt, double ended) except -1
    @cython.locals(i=Py_ssize_t, contact=Contact, card=Scorecard, lasting=double, picked=double, of_contact=double, of_rater=double,
                   fails=double, true_score=double, score=double, auto_fail=bint, found=int,
                   changing=bint, gained=double)
    cdef int _sample(self, Records records, Py_ssize_t count) except -1
