"""Which effects change the agents of a scenario: one entry a reason, in the order in which they are added up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.model.centre import Centre
    from sim.quality.condition import Effect
    from sim.sampling.streams import Streams
    from sim.staff.person import Person


def of(centre: Centre, staff: Sequence[Person], streams: Streams) -> list[Effect]:
    """The effects that the scenario asks for; none where it asks for none."""
    return []
