"""Which rules decide in a replication: the scenario's own, or in a pilot both arms' side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim import registry
from sim.config.document import dotted
from sim.config.rules import named_rules
from sim.config.suggest import closest
from sim.errors import Problem, ScenarioError
from sim.routing import pilot
from sim.routing.sides import Days, Design, Member, Sides

if TYPE_CHECKING:
    from sim.coaching.port import CoachingRule
    from sim.config.load import Loaded
    from sim.config.schema import Rule, Scenario
    from sim.model.spec import Blueprint
    from sim.simulate import Prepared
    from sim.staff.person import Person
    from sim.staffing.slack import Slack

Rules = tuple[Any, Any, Any]  # router, escalation rule and bot policy


@dataclass(frozen=True, slots=True)
class Trial:
    """A pilot: the rules of another arm side by side with the scenario's own, by a design over days."""

    treated: Loaded
    design: Design
    days: Days

    def sides(self, prepared: Prepared, seed: int, replication: int) -> Sides:
        """Who is treated in one replication."""
        members = [Member(person.key, (person.tier, frozenset(person.skills))) for person in prepared.staff]
        first = [intent.steps[0].queue for intent in prepared.blueprint.intents]
        return Sides(self.design, self.days, seed, replication, members, first)


def of(scenario: Scenario) -> Rules:
    """Router, escalation rule and bot policy that a scenario names."""
    bot = None if scenario.bot is None else build("bot", scenario.bot.policy)
    return build("router", scenario.routing), build("escalation", scenario.escalation.rule), bot


def deciding(blueprint: Blueprint, trial: Trial | None, sides: Sides | None) -> Rules:
    """Router, escalation rule and bot policy: the scenario's, or both arms' in a pilot."""
    own = of(blueprint.scenario)
    if trial is None or sides is None:
        return own
    routers, escalations, bots = zip(own, of(trial.treated.scenario), strict=True)
    kinds = len(blueprint.queues) * len(blueprint.intents)
    bot = None if bots[0] is None else pilot.PilotBot(sides, bots)
    return pilot.router(sides, routers, kinds), pilot.PilotEscalation(sides, escalations), bot


def hired(loaded: Loaded, staff: Sequence[Person]) -> None:
    """Raise ScenarioError where a rule names agents whom nobody hired."""
    problems = tuple(_strangers(loaded.scenario, staff))
    if problems:
        raise ScenarioError(loaded.source, problems)


def _strangers(scenario: Scenario, staff: Sequence[Person]) -> Iterator[Problem]:
    names = {person.name for person in staff}
    ids = {person.shown for person in staff}
    for kind, rule, path in named_rules(scenario):
        params = registry.find(kind, rule.rule).params.model_validate(rule.params)
        for place, name in params.named_agents():
            if name not in names:
                near = closest(name, sorted(names))
                mend = "write the name that the roster has, not the id" if name in ids else _mend(near)
                yield Problem(dotted((*path, "params", *place)), name, "no agent has this name", mend)


def _mend(near: str | None) -> str:
    hint = "" if near is None else f"did you mean {near!r}? "
    return f"{hint}names are those of the roster, or the group's with a number: `agents-001`"


def coaching(scenario: Scenario, slack: Slack | None) -> CoachingRule | None:
    """The rule that says whom to coach; None where there is no room for anybody."""
    spec = scenario.coaching
    return build("coaching", spec.rule) if spec is not None and slack is not None else None


def build(kind: str, rule: Rule) -> Any:
    """A rule of this kind, from what a scenario says of it."""
    return registry.build(kind, rule.rule, rule.params)
