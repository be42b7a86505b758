"""Any other rule within guardrails: which scores may matter, how fast they change, how far work may move.

Scores first. An agent with too few observations, or not approved, is shown to the inner rule as the average of the
tier. A score moves by a part of the news at each change (exponential smoothing: Brown 1959), and changes keep a
cool-down. Then the choice: an agent far above an equal share of contacts, or above a cap of recent occupancy, gives way
to another free one, and one far below the equal share comes first. No guardrail makes a contact wait or leaves an agent
idle, unless `leave` says how long it may.

Data minimisation: the inner rule sees estimates, their errors and counts. Raw evaluations never come here; they are
dropped when they enter the tallies (`sim.quality.measurement`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from sim import registry
from sim.config.schema import Duration, Rule
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Router, Signals, View, longest_idle
from sim.model.reason import Reason
from sim.registry import Params, Place, register
from sim.routing.choice import RecentOccupancy, Table, colleagues


class GuardedParams(Params):
    """`inner`: the rule within. Scores: `min_count` observations before one may matter; `smoothing`: part of the news
    that a change takes in (1: all); `cool_down` between changes; `approved`: names of agents whose scores may matter
    (all where left out). Work: `max_share_move`, how far an agent's contacts may move from an equal share for the time
    on duty (0.5: half as many to half as many again; left out: any), where fewer than `share_after` contacts count as
    so many; `max_occupancy` over the last one to two `window`s (left out: any); `leave`, how long a contact may wait
    beside an agent who is over one of these limits, while a colleague on duty is not (0: never)."""

    inner: Rule = Rule(rule="longest_idle")
    min_count: Annotated[float, Field(ge=0.0)] = 20.0
    smoothing: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5
    cool_down: Annotated[Duration, Field(ge=0.0)] = 86_400.0
    approved: list[str] | None = None
    max_share_move: Annotated[float, Field(ge=0.0)] | None = 0.5
    share_after: Annotated[float, Field(ge=0.0)] = 10.0
    max_occupancy: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    window: Annotated[Duration, Field(gt=0.0)] = 1800.0
    leave: Annotated[Duration, Field(ge=0.0)] = 0.0

    def named_agents(self) -> Iterator[tuple[Place, str]]:
        """Those approved, here and by a rule within."""
        for at, name in enumerate(self.approved or ()):
            yield ("approved", at), name
        within = registry.find("router", self.inner.rule).params.model_validate(self.inner.params)
        for place, name in within.named_agents():
            yield ("inner", "params", *place), name


class GuardedSignals:
    """What the inner rule sees: the contract of `sim.model.policy.Signals`, for every signal that is kept."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self._kept: Signals | None = None

    def update(self, signals: Signals, means: dict[str, Table]) -> None:
        """Show these means; errors and counts are as measured."""
        self._kept, self.names = signals, signals.names
        for name, mean in means.items():
            setattr(self, name, mean)
            for part in (f"{name}_error", f"{name}_count"):
                setattr(self, part, getattr(signals, part))

    def __getattr__(self, name: str) -> Any:
        """A signal that is not kept: the rule's author is told as if there were no guardrails."""
        return getattr(self.__dict__["_kept"], name)


@register("router", "guarded", GuardedParams)
class Guarded(Router):
    """Another rule within guardrails on its scores and on how far it may move work; looks at every idle agent."""

    uses_ledger = True

    def __init__(self, params: GuardedParams) -> None:
        super().__init__(params)
        self._spec = params
        self._inner: Router = registry.build("router", params.inner.rule, params.inner.params)
        self.uses_signals = self._inner.uses_signals
        self._recent = RecentOccupancy(params.window)
        self._shown = GuardedSignals()
        self._changed_at: float | None = None
        self._within: View | None = None

    # --- scores ------------------------------------------------------------------------------------------------------

    def refresh(self, view: View) -> None:
        """Take in the news, unless the last change is too fresh."""
        if self._changed_at is not None and view.now < self._changed_at + self._spec.cool_down:
            return
        first, self._changed_at = self._changed_at is None, view.now
        part = 1.0 if first else self._spec.smoothing
        signals = view.signals
        self._shown.update(signals, {name: self._next(view, signals, name, part) for name in signals.names})
        self._within = None
        self._inner.refresh(self._inside(view))

    def _next(self, view: View, signals: Signals, name: str, part: float) -> Table:
        """What is shown of a signal from now on: this part of the news."""
        news = self._admitted(view, getattr(signals, name), getattr(signals, f"{name}_count"))
        if part == 1.0:
            return news
        old: Table = getattr(self._shown, name)
        return [[b + part * (a - b) for a, b in zip(*rows, strict=True)] for rows in zip(news, old, strict=True)]

    def _admitted(self, view: View, mean: Table, count: Table) -> Table:
        """The scores that may matter, and the average of the tier for the rest."""
        averages = {tier: _average(view, mean, tier) for tier in dict.fromkeys(agent.tier for agent in view.agents)}
        approved = self._spec.approved
        return [
            [
                score if enough >= self._spec.min_count and (approved is None or agent.name in approved) else average
                for score, enough, average in zip(
                    mean[agent.index], count[agent.index], averages[agent.tier], strict=True
                )
            ]
            for agent in view.agents
        ]

    def _inside(self, view: View) -> View:
        """The view of the inner rule."""
        if self._within is None:
            self._within = view.with_signals(self._shown) if self.uses_signals else view
        return self._within

    # --- work --------------------------------------------------------------------------------------------------------

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        """The inner rule's agent, unless that one must give way or another is overdue."""
        chosen = self._inner.choose_agent(self._inside(view), contact)
        if chosen is None or (self._spec.leave == 0.0 and _is_alone(view, contact)):
            return chosen
        pace = self._pace(view, contact)
        overdue = longest_idle(self._overdue(view, contact, pace))
        if overdue is not None:
            return overdue
        if self._may(view, chosen, pace):
            return chosen
        other = longest_idle(agent for agent in view.free_agents(contact) if self._may(view, agent, pace))
        if other is not None:
            return other
        return None if self._is_left(view, contact, pace) else chosen

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        """The inner rule's; an agent over a limit takes only what has been left long enough."""
        chosen = self._inner.choose_contact(self._inside(view), agent)
        if chosen is None or self._spec.leave == 0.0 or not self._leaves(view, agent, chosen):
            return chosen
        best: Contact | None = None
        for head in view.heads(agent):
            if not self._leaves(view, agent, head) and self._inner.choose_agent(self._inside(view), head) is not None:
                best = view.more_urgent(best, head)
        return best

    def reconsider(self, view: View, contact: Contact) -> float:
        """The inner rule's time, or when the contact has been left long enough."""
        due = self._inner.reconsider(self._inside(view), contact)
        left = contact.since + self._spec.leave
        return min(due, left) if view.now < left else due

    def explain(self, view: View, contact: Contact, chosen: Agent | None) -> Reason:
        """The inner rule's reason, or the guardrail that bound."""
        inside = self._inside(view)
        wanted = self._inner.choose_agent(inside, contact)
        reason = self._as_shown(self._inner.explain(inside, contact, wanted))
        if chosen is wanted or wanted is None:
            return reason
        if chosen is None:
            return replace(reason, because=f"{self._limit(view, wanted)}; it is left to colleagues for a while")
        pace = self._pace(view, contact)
        if chosen in self._overdue(view, contact, pace):
            share = f"{view.ledger.taken(chosen)} contacts, an equal share is {self._equal(view, chosen, pace):.0f}"
            return replace(
                reason, because=f"the agent has had too few ({share}); the rule within would take {wanted.name}"
            )
        limit = self._limit(view, wanted)
        return replace(reason, because=f"{limit}; of those within the limits the agent had been idle longest")

    def explain_contact(self, view: View, agent: Agent, chosen: Contact | None) -> Reason:
        """The inner rule's reason, or the guardrail that bound."""
        inside = self._inside(view)
        wanted = self._inner.choose_contact(inside, agent)
        reason = self._as_shown(self._inner.explain_contact(inside, agent, wanted))
        if chosen is wanted:
            return reason
        return replace(reason, because=f"{self._limit(view, agent)}, who leaves what came just now to colleagues")

    def _as_shown(self, reason: Reason) -> Reason:
        return replace(reason, seen=self._shown) if self.uses_signals and reason.seen is None else reason

    def _limit(self, view: View, agent: Agent) -> str:
        """Which guardrail holds back this agent."""
        cap = self._spec.max_occupancy
        if cap is not None and (busy := self._recent.peek(view, agent)) > cap:
            return (
                f"{agent.name} was busy {100.0 * busy:.0f} % of the time lately, above the cap of {100.0 * cap:.0f} %"
            )
        return f"{agent.name} has had more than the share allowed ({view.ledger.taken(agent)} contacts)"

    def _equal(self, view: View, agent: Agent, pace: float) -> float:
        return pace * view.ledger.duty_time(agent)

    def _leaves(self, view: View, agent: Agent, contact: Contact) -> bool:
        """Whether this agent leaves the contact to others for now."""
        pace = self._pace(view, contact)
        return not self._may(view, agent, pace) and self._is_left(view, contact, pace)

    def _is_left(self, view: View, contact: Contact, pace: float) -> bool:
        """Whether the contact may go on waiting for a colleague within the limits; one is on duty."""
        if view.now >= contact.since + self._spec.leave:
            return False
        return any(agent.on_duty() and self._may(view, agent, pace) for agent in colleagues(view, contact))

    def _pace(self, view: View, contact: Contact) -> float:
        """Contacts for each second on duty, over all who may serve the contact."""
        if self._spec.max_share_move is None:
            return 0.0
        taken, duty = view.ledger.totals(colleagues(view, contact))
        return taken / duty if duty > 0.0 else 0.0

    def _overdue(self, view: View, contact: Contact, pace: float) -> Iterator[Agent]:
        """Free agents who are too far below an equal share."""
        move = self._spec.max_share_move
        if move is not None and pace > 0.0:
            for agent in view.free_agents(contact):
                equal = pace * view.ledger.duty_time(agent)
                tired = self._is_tired(view, agent)
                if equal >= self._spec.share_after and view.ledger.taken(agent) < (1.0 - move) * equal and not tired:
                    yield agent

    def _may(self, view: View, agent: Agent, pace: float) -> bool:
        """Whether one contact more keeps the agent within the guardrails."""
        move = self._spec.max_share_move
        if move is not None and pace > 0.0:
            equal = max(pace * view.ledger.duty_time(agent), self._spec.share_after)
            if view.ledger.taken(agent) >= (1.0 + move) * equal:
                return False
        return not self._is_tired(view, agent)

    def _is_tired(self, view: View, agent: Agent) -> bool:
        cap = self._spec.max_occupancy
        return cap is not None and self._recent.of(view, agent) > cap


def _is_alone(view: View, contact: Contact) -> bool:
    """Whether only one agent is free: then no guardrail on work has a choice."""
    free = view.free_agents(contact)
    return next(free, None) is None or next(free, None) is None


def _average(view: View, mean: Table, tier: int) -> list[float]:
    rows = [mean[agent.index] for agent in view.agents if agent.tier == tier]
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]
