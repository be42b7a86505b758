"""A replication's journal: its words, and its pieces put together. Nothing here knows how a replication runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.model.journal import STREAMS, Journal, Lexicon

if TYPE_CHECKING:
    from sim.model.spec import Blueprint
    from sim.staff.person import Person


def joined(pieces: list[Journal]) -> Journal:
    """One journal of all pieces, which are let go one stream after the other."""
    names = (*STREAMS, "conditions", "sessions")
    streams = [[getattr(piece, stream) for piece in pieces] for stream in names]
    lexicon = pieces[0].lexicon
    pieces.clear()
    return Journal(lexicon, *(_end_to_end(streams.pop(0)) for _ in names))


def _end_to_end(records: list[NDArray[np.void]]) -> NDArray[np.void]:
    """Joined as bytes: field by field takes longer, and leaves what lies between fields to chance."""
    return np.concatenate([part.view(np.uint8) for part in records]).view(records[0].dtype)


def lexicon(blueprint: Blueprint, staff: tuple[Person, ...]) -> Lexicon:
    """What the numbers in records stand for, and what KPIs need of the scenario."""
    scenario = blueprint.scenario
    return Lexicon(
        intents=tuple(scenario.intents),
        segments=tuple(scenario.segments),
        channels=tuple(scenario.channels),
        queues=tuple(scenario.queues),
        queue_tiers=tuple(queue.tier for queue in blueprint.queues),
        agents=tuple(person.shown for person in staff),
        agent_tiers=tuple(person.tier for person in staff),
        agent_hourly_costs=tuple(person.hourly_cost for person in staff),
        start=scenario.calendar.start.isoformat(),
        horizon=blueprint.horizon,
        warmup=scenario.calendar.warmup,
        interval=scenario.calendar.interval,
        answer_within=scenario.measures.answer_within,
        repeat_window=scenario.measures.repeat_window,
        bot_session_cost=scenario.costs.bot_session,
        line_minute_cost=scenario.costs.line_minute,
    )
