"""Rules by name: whether each exists, whether its parameters fit, and which CSV files it reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pydantic import BaseModel, ValidationError

from sim import registry
from sim.config import schema
from sim.config.document import Path
from sim.config.plain import Places, explain
from sim.config.suggest import nearest
from sim.errors import Problem

NamedFile = tuple[Path, str, dict[str, str]]
"""Path of a file's name, the file, and the columns it must have (by the key that names them)."""


def check(scenario: schema.Scenario, places: Places, problems: list[Problem]) -> list[tuple[Path, BaseModel]]:
    """The validated parameters of every rule, with their path; what is wrong goes to `problems`."""
    checked: list[tuple[Path, BaseModel]] = []
    for kind, rule, path in named_rules(scenario):
        checked.extend(_checked(kind, rule, path, scenario, places, problems))
    return checked


def _checked(
    kind: str,
    rule: schema.Rule | schema.Plan,
    path: Path,
    scenario: schema.Scenario,
    places: Places,
    problems: list[Problem],
) -> Iterator[tuple[Path, BaseModel]]:
    """The parameters of a rule, and of the rules of its kind that stand within them."""
    params = _rule(kind, rule, path, places, problems)
    if params is None:
        return
    path = (*path, "params")
    problems.extend(_unknown_parts(params, path, scenario, places))
    yield path, params
    for name in type(params).model_fields:
        within = getattr(params, name)
        if isinstance(within, schema.Rule):
            yield from _checked(kind, within, (*path, name), scenario, places, problems)


def _unknown_parts(params: BaseModel, path: Path, scenario: schema.Scenario, places: Places) -> Iterator[Problem]:
    """Intents, segments and queues that a rule names and the scenario does not have: the rule would never meet them."""
    known: dict[str, Collection[str]] = {
        "intent": scenario.intents,
        "segment": scenario.segments,
        "queue": scenario.queues,
    }
    for place, what, name in params.named_parts() if isinstance(params, registry.Params) else ():
        if name not in known[what]:
            yield places.problem((*path, *place), name, f"no {what} has this name", nearest(name, known[what]))


def named_rules(scenario: schema.Scenario) -> Iterator[tuple[str, schema.Rule | schema.Plan, Path]]:
    """Every rule that a scenario names, with its kind and path."""
    yield "router", scenario.routing, ("routing",)
    yield "escalation", scenario.escalation.rule, ("escalation", "rule")
    if scenario.bot is not None:
        yield "bot", scenario.bot.policy, ("bot", "policy")
    if scenario.coaching is not None:
        yield "coaching", scenario.coaching.rule, ("coaching", "rule")
    for name, group in scenario.staff.groups.items():
        if group.plan is not None:
            yield "staffing", group.plan, ("staff", "groups", name, "plan")


def _rule(
    kind: str, rule: schema.Rule | schema.Plan, path: Path, places: Places, problems: list[Problem]
) -> BaseModel | None:
    known = registry.names(kind)
    if rule.rule not in known:
        mend = nearest(rule.rule, known) or f"no {kind} rule is installed"
        problems.append(places.problem((*path, "rule"), rule.rule, f"no {kind} rule has this name", mend))
        return None
    params = registry.find(kind, rule.rule).params
    try:
        return params.model_validate(rule.params)
    except ValidationError as error:
        problems.extend(explain(error, params, rule.params, places, (*path, "params")))
        return None


def files(rules: list[tuple[Path, BaseModel]]) -> Iterator[NamedFile]:
    """CSV files that rules read: by convention the parameter `file`, with its `column` where there is one."""
    for path, params in rules:
        file, column = getattr(params, "file", None), getattr(params, "column", None)
        if isinstance(file, str):
            yield (*path, "file"), file, {"column": column} if isinstance(column, str) else {}
