"""What rules choose in a few floors laid out by hand: ties, limits met exactly, and from when a wait is counted."""

from __future__ import annotations

from typing import Any

import pytest

from sim import registry
from sim.routing import expected_delay
from sim.routing.choice import highest
from tests.contracts.rules import stub


def agent(index: int, rank: int = 0, used: int = 0, **more: Any) -> Any:
    return stub(index=index, name=f"agent-{index}", rank=rank, used=used, **more)


def test_among_equals_the_idle_come_first_and_then_the_longest_idle() -> None:
    floor = [agent(0, rank=1, used=1), agent(1, rank=9), agent(2, rank=4), agent(3, rank=2)]
    assert highest(floor, lambda who: 1.0).index == 3  # type: ignore[union-attr]
    assert highest(floor, lambda who: float(who.index == 1)).index == 1  # type: ignore[union-attr]
    assert highest([], lambda who: 1.0) is None


@pytest.mark.parametrize(("caution", "chosen"), [(0.0, 0), (1.0, 1)])
def test_caution_takes_errors_off_a_prediction(caution: float, chosen: int) -> None:
    """0.6 with an error of 0.1 against 0.55 that is certain."""
    router: Any = registry.build("router", "predictive", {"caution": caution})
    signals = stub(resolution=[[0.6], [0.55]], resolution_error=[[0.1], [0.0]], resolution_count=[[9.0], [9.0]])
    contact = stub(intent=stub(index=0))
    assert router.prefer(stub(signals=signals), contact, [agent(0), agent(1)]).index == chosen


def test_waiting_and_idle_counts_the_wait_in_this_queue() -> None:
    """A pool may have the contact 10 s after it came to the queue, however long ago its case began."""
    router: Any = registry.build("router", "waiting_and_idle", {"affinity": {"front": {"a": -10.0}}})
    lane = stub(idle=stub(head=agent(0, idle_since=0.0)), partly=[], skills=frozenset("a"))
    contact = stub(queue=stub(name="front"), since=100.0, case=stub(born=0.0), channel=stub(whole=True))

    def chosen(now: float) -> Any:
        return router.choose_agent(stub(now=now, lanes=lambda _: [lane]), contact)

    assert chosen(109.0) is None and chosen(110.0).index == 0
    assert router.reconsider(stub(now=100.0, lanes=lambda _: [lane]), contact) == 110.0


def test_expected_delay_is_work_in_hand_and_waiting_for_each_on_duty() -> None:
    """Two on duty of three, 100 and 200 s a contact; one has a contact of 200 s in hand, and two of 150 s wait."""
    staff = [agent(0, on_duty=lambda: True), agent(1, used=1, on_duty=lambda: True), agent(2, on_duty=lambda: False)]
    queue: Any = stub(lanes=[stub(agents=staff)], waiting=2)
    view: Any = stub(signals=stub(handle_time=[[100.0], [200.0], [900.0]]))
    assert expected_delay._pressure(view, queue) == (200.0 + 2 * 150.0) / 2


def test_who_has_as_many_contacts_on_record_as_stated_is_no_new_hire() -> None:
    router: Any = registry.build("router", "experience", {"new_below": 50.0, "easy_share": 1.0})
    floor = [agent(0, rank=1), agent(1, rank=2)]
    for seen, chosen in (([50.0, 80.0], 1), ([49.0, 80.0], 0)):
        view = stub(
            agents=floor, signals=stub(handle_time_count=[[count] for count in seen]), uniform=lambda _: 0.5,
            free_agents=lambda _: iter(floor),
        )  # fmt: skip
        router.refresh(view)
        assert router.choose_agent(view, stub(intent=stub(risk=0))).index == chosen


def test_c_mu_takes_the_more_urgent_of_equal_indices() -> None:
    """Both cost alike and take alike; the second head has waited longer."""
    router: Any = registry.build("router", "c_mu", {})
    heads = [stub(intent=stub(index=0, name="x", risk=0), segment=stub(name="s"), since=since) for since in (5.0, 2.0)]
    view = stub(
        now=10.0, heads=lambda _: iter(heads), signals=stub(handle_time=[[100.0]]),
        more_urgent=lambda best, other: other if best is None or other.since < best.since else best,
    )  # fmt: skip
    assert router.choose_contact(view, agent(0)) is heads[1]
