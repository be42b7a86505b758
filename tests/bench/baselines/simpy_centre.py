"""The reference centre in SimPy as its documentation teaches: a generator per contact, a FilterStore of agents a tier,
`yield get | timeout`. Records are tuples in a list; no KPI is computed.

It routes by longest idle because a FilterStore hands out what was put first; the other two rules look through
`store.items` as a user would, and know each agent's true speed and resolution (there are no signals to read).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import simpy

from tests.bench.baselines.parameters import Centre, Intent

TOP_SHARE, RESERVED_FOR = 0.4, 30.0  # the defaults of `quality_tier`
BOT, RESOLVED, UNRESOLVED, ESCALATED, ABANDONED = range(5)
Filter = Callable[["Agent"], bool]


class Agent:
    """Somebody of a tier."""

    def __init__(self, tier: int, skills: frozenset[str], speed: float, resolves: dict[str, float]) -> None:
        self.tier = tier
        self.skills = skills
        self.speed = speed  # multiplies talk
        self.resolves = resolves  # by intent
        self.scores: dict[str, float] = {}  # resolved per second of talk
        self.steady: set[str] = set()  # intents for which this agent is of the quality tier


class Model:
    """The centre, its agents, and what happened in it."""

    def __init__(self, env: simpy.Environment, centre: Centre, rule: str, seed: int) -> None:
        self.env = env
        self.centre = centre
        self.random = random.Random(seed)
        self.stores = [simpy.FilterStore(env) for _ in range(3)]
        self.records: list[tuple[Any, ...]] = []
        self.contacts = 0
        self.busy = 0.0
        self.find = {"longest_idle": self.longest_idle, "p_mu": self.p_mu, "quality_tier": self.quality_tier}[rule]
        for agent in hire(centre, self.random):
            self.stores[agent.tier].put(agent)

    def arrivals(self, times: list[float], intents: list[Intent]) -> Iterator[Any]:
        """Cases at the times drawn for them."""
        for time, intent in zip(times, intents, strict=True):
            yield self.env.timeout(time - self.env.now)
            self.env.process(self.contact(intent, 1))

    def contact(self, intent: Intent, attempt: int) -> Iterator[Any]:
        """One contact: the bot on the first attempt, then as many tiers as it takes."""
        self.contacts += 1
        env, uniform = self.env, self.random.random
        if attempt == 1:  # who comes back goes straight to people
            began = env.now
            yield env.timeout(self.random.lognormvariate(*self.centre.session))
            contained = uniform() < intent.contained
            self.records.append((intent.name, 1, 0, BOT, contained, began, began, env.now))
            if contained:
                return
        for tier, step in enumerate(intent.steps):
            entered = env.now
            patience = env.timeout(self.random.expovariate(1.0 / intent.patience))
            agent = yield from self.find(intent, tier, patience)
            if agent is None:
                self.records.append((intent.name, attempt, tier + 1, ABANDONED, None, entered, None, env.now))
                self.again(intent, attempt, self.centre.retrial)
                return
            answered = env.now
            yield env.timeout(self.random.lognormvariate(step.mu, step.sigma) * agent.speed)
            end = RESOLVED if uniform() < agent.resolves[intent.name] else UNRESOLVED
            if end == UNRESOLVED and tier + 1 < len(intent.steps) and uniform() < self.centre.escalates:
                end = ESCALATED
            self.records.append((intent.name, attempt, tier + 1, end, agent, entered, answered, env.now))
            env.process(self.wrap_up(agent, step.wrap_up, answered))
            if end == ESCALATED:
                continue
            if end == UNRESOLVED:
                self.again(intent, attempt, self.centre.repeat)
            return

    def wrap_up(self, agent: Agent, mean: float, answered: float) -> Iterator[Any]:
        """Write the notes, then be free again."""
        yield self.env.timeout(self.random.expovariate(1.0 / mean))
        self.busy += self.env.now - answered
        yield self.stores[agent.tier].put(agent)

    def again(self, intent: Intent, attempt: int, law: tuple[float, float]) -> None:
        """Perhaps the customer comes back."""
        if attempt < self.centre.most and self.random.random() < law[0]:
            self.env.process(self.later(intent, attempt + 1, self.random.expovariate(1.0 / law[1])))

    def later(self, intent: Intent, attempt: int, delay: float) -> Iterator[Any]:
        """The next contact of a case, if it falls into the day."""
        yield self.env.timeout(delay)
        if self.env.now < self.centre.length:
            self.env.process(self.contact(intent, attempt))

    # --- rules -------------------------------------------------------------------------------------------------------

    def longest_idle(self, intent: Intent, tier: int, patience: simpy.Timeout) -> Iterator[Any]:
        """Whoever was put into the store first."""
        return (yield from self.wait(tier, _skilled(intent), patience))

    def p_mu(self, intent: Intent, tier: int, patience: simpy.Timeout) -> Iterator[Any]:
        """The highest score among the idle."""
        name = intent.name
        idle = [agent for agent in self.stores[tier].items if name in agent.skills]
        if idle:
            best = max(idle, key=lambda agent: agent.scores[name])
            return (yield from self.wait(tier, lambda agent: agent is best, patience))
        return (yield from self.wait(tier, _skilled(intent), patience))

    def quality_tier(self, intent: Intent, tier: int, patience: simpy.Timeout) -> Iterator[Any]:
        """High risk waits for the steady; others prefer agents whom nobody else needs."""
        name, store = intent.name, self.stores[tier]
        if intent.high_risk:
            reserved = self.env.timeout(RESERVED_FOR)
            agent = yield from self.wait(tier, lambda agent: name in agent.steady, patience | reserved)
            if agent is not None or patience.processed:
                return agent
        elif any(name in agent.skills and not agent.steady for agent in store.items):
            return (yield from self.wait(tier, lambda agent: name in agent.skills and not agent.steady, patience))
        return (yield from self.wait(tier, _skilled(intent), patience))

    def wait(self, tier: int, suits: Filter, patience: simpy.Event) -> Iterator[Any]:
        """An agent, or None when patience runs out first."""
        request = self.stores[tier].get(suits)
        yield request | patience
        if request.triggered:
            return request.value
        request.cancel()
        return None


def hire(centre: Centre, rng: random.Random) -> list[Agent]:
    """Agents with their own speed and shares resolved."""
    found = []
    for group in centre.groups:
        agents = [_agent(centre, group.tier, group.skills, rng) for _ in range(group.count)]
        for name in sorted(group.skills):
            agents.sort(key=lambda agent: -agent.resolves[name])
            for agent in agents[: max(1, round(TOP_SHARE * len(agents)))]:
                if any(intent.high_risk and intent.name == name for intent in centre.intents):
                    agent.steady.add(name)
        rng.shuffle(agents)
        found += agents
    return found


def _agent(centre: Centre, tier: int, skills: frozenset[str], rng: random.Random) -> Agent:
    speed = float(np.exp(rng.gauss(0.0, centre.speed_sd) - centre.speed_sd**2 / 2.0))
    resolves = {
        intent.name: min(0.98, max(0.02, intent.steps[tier].resolution + rng.gauss(0.0, centre.resolution_sd)))
        for intent in centre.intents
        if intent.name in skills
    }
    agent = Agent(tier, skills, speed, resolves)
    for intent in centre.intents:
        if intent.name in skills:
            step = intent.steps[tier]
            agent.scores[intent.name] = resolves[intent.name] / (np.exp(step.mu + step.sigma**2 / 2.0) * speed)
    return agent


def _skilled(intent: Intent) -> Filter:
    name = intent.name
    return lambda agent: name in agent.skills


def births(centre: Centre, seed: int) -> tuple[list[float], list[Intent]]:
    """A day's arrivals, drawn at once: Poisson counts an interval, uniform within it."""
    rng = np.random.default_rng(seed)
    found: list[tuple[float, Intent]] = []
    for intent in centre.intents:
        counts = rng.poisson(np.array(intent.rates) * intent.every)
        times = (np.repeat(np.arange(counts.size), counts) + rng.random(counts.sum())) * intent.every
        found += [(time, intent) for time in times.tolist()]
    found.sort(key=lambda birth: birth[0])
    return [time for time, _ in found], [intent for _, intent in found]


def run(centre: Centre, seed: int, rule: str = "longest_idle") -> Model:
    """One day, until everybody has left."""
    env = simpy.Environment()
    model = Model(env, centre, rule, seed)
    env.process(model.arrivals(*births(centre, seed)))
    env.run()
    return model
