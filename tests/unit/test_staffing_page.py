"""docs/staffing.md: its examples are run, and it names every rule, every lever and every parameter."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim import registry
from sim.config.load import Loaded
from sim.staff.people import hire
from sim.staffing.senior_mix import SeniorMixParams
from sim.staffing.with_levers import BaseRule, WithLeversParams
from tests.unit.test_staffing_rules import scenario

PAGE = (Path(__file__).resolve().parents[2] / "docs/staffing.md").read_text(encoding="utf-8")
PLAN, SENIORS = (yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def desk(**groups: Any) -> dict[str, Any]:
    """The page's front line, on a queue that it can serve."""
    queues = {"front": {"tier": 1, "skills": ["network"]}}
    return scenario(queues=queues, staff={"groups": {**PLAN["staff"]["groups"], **groups}})


def test_the_example_of_a_plan_has_more_people_than_its_base_rule(built: Callable[..., Loaded]) -> None:
    plain = desk()
    plain["staff"]["groups"]["frontline"] = {
        **PLAN["staff"]["groups"]["frontline"],
        "plan": PLAN["staff"]["groups"]["frontline"]["plan"]["params"]["base"],
    }
    assert len(hire(built(desk()))) > len(hire(built(plain)))


def test_the_example_of_seniors_puts_them_at_the_peak(built: Callable[..., Loaded]) -> None:
    people = hire(built(desk(**SENIORS)))
    assert {person.group for person in people} == {"frontline", "frontline_senior"}


def test_the_page_states_the_defaults_of_the_senior_mix() -> None:
    params = SENIORS["frontline_senior"]["plan"]["params"]
    assert params == SeniorMixParams(group="frontline").model_dump()


@pytest.mark.parametrize("name", registry.names("staffing"))
def test_every_rule_stands_on_the_page(name: str) -> None:
    assert f"| `{name}` |" in PAGE


def _settings() -> list[str]:
    """Levers and their parameters, by name."""
    names = []
    for lever, field in WithLeversParams.model_fields.items():
        names.append(lever)
        for model in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if model is not BaseRule:
                names.extend(getattr(model, "model_fields", ()))
    return names


@pytest.mark.parametrize("setting", _settings())
def test_every_lever_and_parameter_stands_on_the_page(setting: str) -> None:
    assert re.search(rf"`{setting}`|\b{setting}: ", PAGE)
