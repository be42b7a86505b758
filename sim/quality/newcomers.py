"""A new agent on an old seat: traits drawn anew, addressed by seat and holder, the same in all arms.

Speed and ability are changed in the truth itself, which the flow reads at the moment of need. QA trait and empathy are
read long after the contact, so they are changed by an effect, which the diary dates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.quality import ability
from sim.quality.condition import Change
from sim.sampling.streams import Streams, entity_key
from sim.staff.seats import Seats

if TYPE_CHECKING:
    from sim.model.centre import Centre


class Newcomers:
    """Draws whoever takes a seat."""

    def __init__(self, centre: Centre, seats: Seats, streams: Streams) -> None:
        self._centre, self._seats = centre, seats
        self._spec = centre.blueprint.scenario.quality.truth
        self._streams = ability.source(self._spec, streams)
        self._change = Change.none(len(centre.agents), len(centre.blueprint.intents))

    def change(self, now: float) -> Change:
        """QA trait and empathy of the present holders less those of the first; see `Effect`."""
        return self._change

    def joined(self, agent: int) -> None:
        """Someone new takes the seat."""
        truth = self._centre.truth
        key = entity_key(f"{self._centre.agents[agent].name} / {self._seats.holder[agent]}")
        fresh = ability.draw(self._spec, [key], self._centre.blueprint.intents, self._streams)
        truth.speed[agent], truth.ability[agent] = fresh.speed[0], fresh.ability[0]
        self._centre.ability.become(truth.ability)
        self._change.qa[agent] = fresh.qa[0] - truth.qa[agent]
        self._change.empathy[agent] = fresh.empathy[0] - truth.empathy[agent]
