"""Any idle agent with equal chances; after Ward and Armony 2013: fair to nobody in particular, and blind."""

from __future__ import annotations

import numpy as np

from sim import registry
from tests.contracts.rules import stub
from tests.routing.arms import answered, contacts, one_pool, rule, run

LONGEST_IDLE = rule("longest_idle")


def test_every_agent_has_the_same_chance() -> None:
    """Chi-square with nine degrees of freedom over some 700 contacts of alike agents, most of whom are idle."""
    data = one_pool(per_hour=40, truth={"speed_sd": 0.0})
    taken = sum(contacts(run(data, rule("random_agent"), number)) for number in range(6))
    expected = taken.mean()
    assert ((taken - expected) ** 2 / expected).sum() < 9 + 4 * np.sqrt(18)
    turns = sum(contacts(run(data, LONGEST_IDLE, number)) for number in range(6))
    assert turns.std() < taken.std()


def test_every_place_has_the_same_chance() -> None:
    """Also when who stands in it changes all the time."""
    router = registry.build("router", "random_agent", {})
    free = [stub(index=index, used=0) for index in range(4)]
    draws = [(n + 0.5) / 20 for n in range(20)]
    views = [stub(free_agents=lambda contact: iter(free), uniform=lambda contact, u=u: u) for u in draws]
    assert [router.choose_agent(view, None).index for view in views] == [n // 5 for n in range(20)]


def test_the_customers_own_draw_decides() -> None:
    """Arms that differ in what no choice depends on choose alike; longest idle would, too, so another seed differs."""
    data = one_pool(per_hour=40)
    other = {**data, "costs": {"bot_session": 9.0}}
    one, two, third = (
        answered(run(data, rule("random_agent"))),
        answered(run(other, rule("random_agent"))),
        answered(run(data, rule("random_agent"), 1)),
    )
    assert np.array_equal(one["agent"], two["agent"])
    assert not np.array_equal(one["agent"][:50], third["agent"][:50])
