"""Which effects change the agents of a scenario: one entry a reason, in the order in which they are added up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.quality import coached
from sim.quality.knowledge import Knowledge

if TYPE_CHECKING:
    from sim.config.schema import Coaching
    from sim.config.schema import Knowledge as KnowledgeSpec
    from sim.model.centre import Centre
    from sim.quality.bot_condition import BotEffect
    from sim.quality.bot_review import BotReview
    from sim.quality.condition import Effect
    from sim.sampling.streams import Streams
    from sim.staff.person import Person


def of(centre: Centre, staff: Sequence[Person], streams: Streams) -> list[Effect]:
    """The effects that the scenario asks for; none where it asks for none."""
    scenario = centre.blueprint.scenario
    quality = scenario.quality
    found: list[Effect] = []
    if quality.knowledge is not None:
        found.append(_knowledge(quality.knowledge, centre))
    if scenario.coaching is not None and takes_place(scenario.coaching):
        found.append(coached.draw(centre, staff, streams, scenario.coaching.gain))
    return found


def of_bot(centre: Centre, review: BotReview | None) -> list[BotEffect]:
    """The effects on the bot: what reviews found, and what there is to look up; none where there is no bot."""
    scenario = centre.blueprint.scenario
    found: list[BotEffect] = []
    if review is not None:
        found.append(review)
    if scenario.bot is not None and scenario.quality.knowledge is not None:
        found.append(_knowledge(scenario.quality.knowledge, centre))
    return found


def _knowledge(spec: KnowledgeSpec, centre: Centre) -> Knowledge:
    return Knowledge(spec, [intent.name for intent in centre.blueprint.intents], len(centre.agents))


def takes_place(coaching: Coaching) -> bool:
    """Whether anybody can be coached at all."""
    hours = coaching.leaders * coaching.hours_per_leader_week
    return coaching.rule.rule != "none" and coaching.session > 0.0 and hours > 0.0
