"""docs/scenario.md: its example is a scenario that runs, and it names every key of the flow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from sim.config import schema
from sim.config.load import Loaded
from sim.config.schema import demand, laws, scenario, staff, tiers
from sim.metrics import kpis
from sim.model.journal import Journal, LegEnd

PAGE = (Path(__file__).resolve().parents[2] / "docs/scenario.md").read_text(encoding="utf-8")
EXAMPLE = yaml.safe_load(re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0])
ELSEWHERE = {"bot", "coaching", "quality", "plan", "tenure", "floor_manager", "absence", "attrition", "roster", "rule"}
WORDS = {
    "label",
    "description",
    "assumptions",
    "params",
    "file",
    "column",
    "law",
    "kind",
    "title",
    "days",
    "supervisor",
}
SECTIONS: list[type[BaseModel]] = [
    scenario.Scenario, demand.CalendarSection, demand.Measures, demand.ConstantArrivals, demand.ProfileArrivals,
    demand.CurveArrivals, demand.Busyness, demand.Segment, demand.Channel, demand.Step, demand.Return, demand.Returns,
    tiers.Overflow, tiers.Queue, tiers.Escalation, staff.Break, staff.Shift, staff.Group, staff.Staff, demand.Intent,
]  # fmt: skip


def keys() -> Iterator[str]:
    """The keys that this page has to explain."""
    names = {name for section in SECTIONS for name in section.model_fields}
    return iter(sorted(names - ELSEWHERE - WORDS))


@pytest.mark.parametrize("key", keys())
def test_every_key_of_the_flow_stands_on_the_page(key: str) -> None:
    assert re.search(rf"`[^`]*\b{key}\b[^`]*`|\b{key}: |\b{key}:\n", PAGE)


def test_every_law_and_its_parameters_stand_on_the_page() -> None:
    said = PAGE[PAGE.index("## Laws") : PAGE.index("## A contact's way")]
    for law in (
        schema.laws.LawSpec.__args__[0].__args__ if hasattr(schema, "laws") else laws.LawSpec.__args__[0].__args__
    ):
        assert f"`{law.model_fields['law'].annotation.__args__[0]}`" in said


def test_the_defaults_on_the_page_are_the_defaults() -> None:
    assert demand.CalendarSection.model_fields["max_drain"].default == 4 * 3600.0 and "`max_drain` (4 h)" in PAGE
    assert demand.CalendarSection.model_fields["interval"].default == 1800.0 and "`interval` (30 min)" in PAGE
    assert demand.Returns().max_contacts == 5 and "`max_contacts` (5)" in PAGE
    assert demand.Step.model_fields["resolution"].default == 1.0 and "`resolution` (1)" in PAGE


def test_the_kpis_that_the_page_names_exist() -> None:
    said = PAGE[PAGE.index("## How it is counted") : PAGE.index("## From paper to file")]
    names = {definition.name for definition in kpis.definitions()}
    for name in ("service_level", "sl_offered", "sl_good_abandon", "answered", "asa", "wait_all", "concurrency"):
        assert name in names and f"`{name}`" in said


def test_the_example_uses_every_part(built: Callable[..., Loaded], ran: Callable[..., Journal]) -> None:
    """It is loaded as it stands, and all ends of a visit but one happen in it."""
    example: dict[str, Any] = EXAMPLE
    assert built(example).scenario.title == "Every part of the flow once"
    example["queues"]["front"]["capacity"] = 2
    example["staff"]["groups"]["desk"]["count"] = 3
    ends = {LegEnd(end) for end in ran(example, 1, 0).legs["end"]}
    flow = {LegEnd.RESOLVED, LegEnd.UNRESOLVED, LegEnd.ESCALATED, LegEnd.ABANDONED, LegEnd.BLOCKED, LegEnd.OVERFLOWED}
    assert flow <= ends
