"""When the bot is out of order, and what that does: an ordinary SimPy process that switches it off and on.

Planned outages stand in the scenario; chance ones follow one another as working and repair times, each pair of an
address of its own, so that all arms see the same ones. What happens to customers is the model's business.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import simpy

from sim.model.centre import Centre
from sim.model.simpy_calendar import until
from sim.model.spec import BotTierSpec
from sim.sampling.streams import Streams

Window = tuple[float, float]


def start(env: simpy.Environment, centre: Centre, streams: Streams) -> None:
    """Let the bot fail as its scenario says; without an outage there is no process."""
    tier = centre.blueprint.bot
    down = windows(tier, streams, centre.blueprint.limit) if tier is not None else []
    if down:
        env.process(_switch(env, centre, down))


def windows(tier: BotTierSpec, streams: Streams, end: float) -> list[Window]:
    """When the bot is down (from, to), in order and apart, between 0 and `end`; what takes no time is no outage."""
    joined: list[Window] = []
    every = (*tier.outages, *_by_chance(tier, streams, end))
    for begins, ends in sorted((max(begins, 0.0), min(ends, end)) for begins, ends in every):
        if begins >= ends:
            continue
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((begins, ends))
    return joined


def _by_chance(tier: BotTierSpec, streams: Streams, end: float) -> Iterator[Window]:
    if tier.up is None or tier.down is None:
        return
    purpose = streams.purpose("bot_failures")  # how long it works, how long it is out of order
    moment, count = 0.0, 0
    while moment < end:
        works, lasts, _, _ = purpose.block(0, count, 0)
        fails = moment + tier.up.quantile(works)
        moment = fails + tier.down.quantile(lasts)
        count += 1
        yield fails, moment


def _switch(env: simpy.Environment, centre: Centre, down: list[Window]) -> Generator[simpy.Event, Any, None]:
    for begins, ends in down:
        yield from until(env, begins)
        centre.stop_bot()
        yield from until(env, ends)
        centre.bot_down = False
