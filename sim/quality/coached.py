"""What coaching does to agents: gains that saturate with hours, differ by intent, and fade.

Let h be an agent's hours of coaching on an intent, each session counted in full for `lasts` and halved every
`half_life` after that. The agent differs from the drawn one by ceiling · (1 - exp(-h / hours)).

A session without intent counts its hours in every intent. Of a session about an intent, the share `focus` goes into
that intent, and counts there 1 / (its share of the agent's work) as much: an hour about complaints alone does for
complaints what many hours about everything would. So weighted with the work, every session teaches the same to begin
with.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np

from sim.model import calibration
from sim.quality.condition import Array, Change
from sim.quality.expectation import expect
from sim.sampling.streams import normals

if TYPE_CHECKING:
    from sim.config.schema import CoachingGain
    from sim.config.schema import Truth as TruthSpec
    from sim.model.centre import Centre
    from sim.model.spec import IntentSpec
    from sim.sampling.streams import Streams
    from sim.staff.person import Person

HOUR = 3600.0


class Coached:
    """The effect of all sessions so far; see `sim.quality.condition.Effect`."""

    def __init__(self, gain: CoachingGain, ceiling: Change, share: Array) -> None:
        """`ceiling`: what can be gained at the most · `share`: of each agent's work by intent; rows sum to 1 or 0."""
        self._gain = gain
        self._ceiling = ceiling
        self._share = share
        self._ended: list[float] = []
        self._agents: list[int] = []
        self._doses: list[Array] = []

    def taught(self, agent: int, intent: int | None, seconds: float, ended: float) -> None:
        """A session took place."""
        self._ended.append(ended)
        self._agents.append(agent)
        self._doses.append(self.dose(agent, intent, seconds))

    def forget(self, agent: int) -> None:
        """Someone new is on the seat: what was taught has left."""
        for at, who in enumerate(self._agents):
            if who == agent:
                self._doses[at] = np.zeros(self._share.shape[1])

    def dose(self, agent: int, intent: int | None, seconds: float) -> Array:
        """Hours of a session as they count in each intent."""
        hours = np.full(self._share.shape[1], seconds / HOUR)
        if intent is not None and self._share[agent, intent] > 0.0:
            hours *= 1.0 - self._gain.focus
            hours[intent] += self._gain.focus * seconds / HOUR / self._share[agent, intent]
        return hours

    def hours(self, now: float) -> Array:
        """Hours that still count, shape (agents, intents)."""
        total = np.zeros(self._share.shape)
        if self._ended:
            weights = kept(now - np.array(self._ended), self._gain.lasts, self._gain.half_life)
            np.add.at(total, np.array(self._agents), weights[:, None] * np.array(self._doses))
        return total

    def change(self, now: float) -> Change:
        """See `Effect.change`."""
        hours, scale = self.hours(now), self._gain.hours / HOUR
        by_intent = -np.expm1(-hours / scale)
        by_agent = -np.expm1(-(hours * self._share).sum(axis=1) / scale)
        most = self._ceiling
        return Change(
            most.handle * by_intent,
            most.resolution * by_intent,
            most.qa * by_agent,
            most.empathy * by_agent,
            most.defects * by_agent,
        )


def kept(age: Array, lasts: float, half_life: float) -> Array:
    """Share of a session that still counts, by its age in seconds."""
    return np.asarray(0.5 ** (np.maximum(age - lasts, 0.0) / half_life))


def draw(centre: Centre, staff: Sequence[Person], streams: Streams, gain: CoachingGain) -> Coached:
    """The effect for one replication's agents: who gains more is drawn, addressed by the agent's name."""
    blueprint, truth = centre.blueprint, centre.truth
    shape = (len(staff), len(blueprint.intents))
    spec = blueprint.scenario.quality.truth
    response = _response(gain, staff, streams)
    able = np.array(truth.ability).reshape(shape)
    weak = _headroom(gain, able)
    slow = _headroom(gain, -_slowness(np.array(truth.speed).reshape(shape), spec))
    own = response[:, None] * weak
    of_agent = response * weak.mean(axis=1)
    ceiling = Change.none(*shape)
    ceiling.handle[...] = log(1.0 - gain.handle) * response[:, None] * slow
    ceiling.resolution[...] = own * np.array([logits(intent, gain.resolution) for intent in blueprint.intents])
    ceiling.qa[...] = gain.qa * of_agent
    ceiling.defects[...] = -gain.defects * of_agent
    return Coached(gain, ceiling, expect(blueprint, centre.agents, truth).weight)


def _response(gain: CoachingGain, staff: Sequence[Person], streams: Streams) -> Array:
    """How strongly each agent responds: lognormal with mean 1."""
    purpose, sd = streams.purpose("coaching_response"), gain.response_sd
    z = normals(np.array([purpose.block(person.key, 0, 0)[0] for person in staff], dtype=np.float64))
    return np.array([exp(sd * each - 0.5 * sd * sd) for each in z.tolist()])


def _headroom(gain: CoachingGain, standing: Array) -> Array:
    """Factor on a ceiling: the weaker, the more there is to gain; 1 at the mean, between 0 and 2."""
    return np.asarray(np.clip(1.0 - gain.weak_more * standing, 0.0, 2.0))


def _slowness(speed: Array, spec: TruthSpec) -> Array:
    """In standard units of the law of speeds; 0 where all are alike."""
    sd = spec.speed_sd
    return (np.log(speed) + 0.5 * sd * sd) / sd if sd > 0.0 else np.zeros(speed.shape)


def logits(intent: IntentSpec, points: float) -> float:
    """What raises the stated share of an intent's first step by so many points, at the most to 0.999."""
    step = intent.steps[0]
    if not 0.0 < step.resolution < 1.0 or points == 0.0:
        return 0.0
    spread = intent.difficulty_sd
    base = float(calibration.mean_share(step.intercept, spread, step.population))
    wanted, low, high = min(base + points, max(base, 0.999)), 0.0, 30.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if float(calibration.mean_share(step.intercept + middle, spread, step.population)) < wanted:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
