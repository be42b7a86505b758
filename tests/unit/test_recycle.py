"""Memory of freed contacts and cases is used again, and nothing of its last owner is left in it."""

from __future__ import annotations

import gc

import pytest
from sim.ext.recycle import recycle

from sim.config.load import load
from sim.model.births import Source
from sim.model.case import Case
from sim.model.contact import Contact
from sim.simulate import _Replication, prepare
from tests.unit.worlds import needs_fast

pytestmark = needs_fast


@pytest.mark.parametrize("kind", [Contact, Case])
def test_a_thousand_objects_come_and_go_and_the_collector_knows_the_living(kind: type) -> None:
    for _ in range(3):
        objects = [kind.__new__(kind) for _ in range(1_000)]
        assert all(gc.is_tracked(one) for one in objects)
        assert len({id(one) for one in objects}) == 1_000
        del objects
    first = kind.__new__(kind)
    place = id(first)
    del first
    assert id(kind.__new__(kind)) == place


def test_an_object_in_used_memory_is_blank() -> None:
    contact = Contact.__new__(Contact)
    contact.ahead = contact.line = None
    other = Contact.__new__(Contact)
    contact.behind = other
    del contact
    again = Contact.__new__(Contact)
    assert (again.behind, again.ahead, again.attempt, again.waited) == (None, None, 0, 0.0)


def test_a_class_written_in_python_is_refused() -> None:
    class Plain:
        pass

    with pytest.raises(TypeError, match="Plain"):
        recycle(Plain)


def test_a_run_that_was_cut_off_is_freed() -> None:
    run = _Replication(prepare(load("single_queue")), 1, 0, 1.0)
    Source(run.centre, run.births)
    run.env.run(until=run.blueprint.horizon / 2)
    assert _living() > 0
    del run
    gc.collect()
    assert _living() == 0


def _living() -> int:
    return sum(isinstance(one, Contact | Case) for one in gc.get_objects())
