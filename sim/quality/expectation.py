"""What measurement would show of each agent and intent in the long run: the bridge from truth to signals.

Used to draw the pre-history, for the `oracle` signals, and (with all agents alike) as the prior of agents nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model import calibration
from sim.model.agent import Agent
from sim.model.blueprint import expected_arrivals
from sim.model.spec import Blueprint, IntentSpec, StepSpec
from sim.model.truth import Truth
from sim.quality.condition import Change
from sim.sampling.laws import Law

Array = NDArray[np.float64]
NUDGE = 1e-3  # logits by which an intercept is moved to see what that does to a share


@dataclass(frozen=True, slots=True)
class Expectation:
    """Arrays of shape (agents, intents); cells an agent cannot serve hold the intent's first step and a weight of 0.

    `handle`: mean seconds of one contact · `handle_sd`: between contacts of one agent · `resolution`: share of the
    contacts that end with the agent (not passed on) without a further contact within the window · `weight`: share of
    the agent's contacts.
    """

    handle: Array
    handle_sd: Array
    resolution: Array
    weight: Array


def expect(blueprint: Blueprint, agents: Sequence[Agent], truth: Truth, change: Change | None = None) -> Expectation:
    """Long-run averages of what would be measured of each agent, as drawn or changed like this."""
    shape = (len(agents), len(blueprint.intents))
    result = Expectation(*(np.zeros(shape) for _ in range(4)))
    speed, ability = np.array(truth.speed).reshape(shape), np.array(truth.ability).reshape(shape)
    shift = np.zeros(shape)
    if change is not None:
        speed, shift = speed * np.exp(change.handle), change.resolution
    proficiency = _proficiency(blueprint, agents)
    for intent in blueprint.intents:
        _expect_intent(blueprint, intent, proficiency, speed, ability, shift, result)
    totals = result.weight.sum(axis=1, keepdims=True)
    np.divide(result.weight, totals, out=result.weight, where=totals > 0)
    return result


def logits_per_share(blueprint: Blueprint, agents: Sequence[Agent]) -> Array:
    """By agent and intent: logits that raise P(resolve) by 1, as far as it is linear, for an average agent.

    0 where a step's share is 0 or 1, which nothing changes.
    """
    result = np.zeros((len(agents), len(blueprint.intents)))
    proficiency = _proficiency(blueprint, agents)
    for intent in blueprint.intents:
        places = _places_on_path(intent, proficiency)
        slopes = [_slope(intent, step) for step in intent.steps]
        result[:, intent.index] = [1.0 / slopes[place] if slopes[place] > 0.0 else 0.0 for place in places]
    return result


def _slope(intent: IntentSpec, step: StepSpec) -> float:
    around = step.intercept + NUDGE * np.array([-1.0, 1.0])
    below, above = calibration.mean_share(around, intent.difficulty_sd, step.population)
    return float(above - below) / (2.0 * NUDGE)


def _proficiency(blueprint: Blueprint, agents: Sequence[Agent]) -> Array:
    return np.array([agent.proficiency for agent in agents]).reshape(len(agents), len(blueprint.queues))


def _expect_intent(
    blueprint: Blueprint,
    intent: IntentSpec,
    proficiency: Array,
    speed: Array,
    ability: Array,
    shift: Array,
    result: Expectation,
) -> None:
    column = intent.index
    returns = _returns_within(blueprint)
    places = _places_on_path(intent, proficiency)
    for place, step in enumerate(intent.steps):
        rows = np.flatnonzero(places == place)
        if rows.size == 0:
            continue
        skilled = proficiency[rows, step.queue]
        factor = speed[rows, column] / np.where(skilled > 0.0, skilled, 1.0)
        result.handle[rows, column] = step.mean_handle * factor
        result.handle_sd[rows, column] = _handle_sd(step) * factor
        result.weight[rows, column] = np.where(skilled > 0.0, expected_arrivals(intent), 0.0)
        logits = step.intercept + step.ability_scale * ability[rows, column] + shift[rows, column]
        failed = 1.0 - calibration.mean_share(logits, intent.difficulty_sd, step.population)
        passed_on = _passed_on(blueprint, intent, step)
        kept = 1.0 - failed * passed_on
        back = failed * (1.0 - passed_on) * returns
        result.resolution[rows, column] = 1.0 - back / np.where(kept > 0.0, kept, 1.0)


def _places_on_path(intent: IntentSpec, proficiency: Array) -> NDArray[np.intp]:
    """The first step of the path that each agent can serve; the first of all for who cannot serve any."""
    return np.asarray(np.argmax(proficiency[:, [step.queue for step in intent.steps]] > 0.0, axis=1))


def _passed_on(blueprint: Blueprint, intent: IntentSpec, step: StepSpec) -> float:
    """P(a contact that this step did not resolve goes to a supervisor or up)."""
    spec = blueprint.escalation
    supervisor = spec.supervisor_customer + spec.supervisor_agent if intent.supervisor is not None else 0.0
    up = spec.agent_notices + spec.customer_asks if step is not intent.steps[-1] else 0.0
    return supervisor + (1.0 - supervisor) * up


def _handle_sd(step: StepSpec) -> float:
    parts = [(law.mean * law.cv) ** 2 for law in (step.talk, step.wrap_up) if law is not None]
    return float(np.sqrt(sum(parts)))


def _returns_within(blueprint: Blueprint) -> float:
    """P(a customer whose contact did not resolve is back within the repeat window)."""
    if blueprint.repeat is None or blueprint.max_contacts == 1:
        return 0.0
    window = blueprint.scenario.measures.repeat_window
    return blueprint.repeat.probability * _cdf(blueprint.repeat.delay, window)


def _cdf(law: Law, x: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        if 0.0 < middle < 1.0 and law.quantile(middle) <= x:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
