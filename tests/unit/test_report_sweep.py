"""The pages of a sweep and over several experiments: charts that fit, effects that are true, links that hold."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.report import overview, surface, swept
from tests.unit import fake_results
from tests.unit.test_report_page import Tree, small

KPIS = [
    {"name": "service_level", "title": "Service level", "unit": "share", "better": "higher"},
    {"name": "cost_per_resolved_case", "title": "Cost per resolved case", "unit": "money", "better": "lower"},
]


def folder(place: Path, parameters: dict[str, list[str]]) -> Path:
    """A sweep over a grid: more of anything gives more service and costs more; every interval is 0.02 wide."""
    place.mkdir(parents=True)
    columns = ["point", *parameters, "replications", "failed"]
    columns += [f"{one['name']}{end}" for one in KPIS for end in ("", "_low", "_high")]
    lines = [",".join(columns)]
    for number, point in enumerate(product(*(range(len(values)) for values in parameters.values()))):
        typed = [values[k] for k, values in zip(point, parameters.values(), strict=True)]
        levels = (0.5 + 0.05 * sum(point), 3 + 0.2 * sum(point))
        numbers = [f"{level + shift:.4f}" for level in levels for shift in (0, -0.01, 0.01)]
        lines.append(",".join([str(number), *typed, "5", "0", *numbers]))
    (place / "points.csv").write_text("\n".join(lines) + "\n")
    told = {"name": "s", "title": "A <b>sweep</b>", "replications": 5, "seed": 1, "sampler": "grid", "kpis": KPIS}
    (place / "sweep.json").write_text(json.dumps(told | {"parameters": [{"path": path} for path in parameters]}))
    return place


GRIDS = {
    "response": {"staff.count": ["7", "8", "9"]},
    "heat-service_level": {"staff.count": ["7", "8", "9"], "patience": ["1 min", "2 min"]},
    "effects-service_level": {"a": ["1", "2", "3"], "b": ["1", "2"], "c": ["1", "2"]},
}


@pytest.mark.parametrize("chart", GRIDS)
def test_the_chart_fits_the_number_of_parameters(tmp_path: Path, chart: str) -> None:
    made = folder(tmp_path / "s", GRIDS[chart])
    tree = Tree(swept.write(made).read_text(encoding="utf-8"))
    assert (made / "charts" / f"{chart}.svg").is_file()
    assert "A <b>sweep</b>" in tree.text
    assert not {"script", "link"} & {tag for tag, _ in tree.elements}


def test_effects_are_those_that_were_planted() -> None:
    a, b = (np.array(column, float) for column in zip(*product((0, 5, 10), (1, 2, 3)), strict=True))
    y = 10 + 3 * (a / 5 - 1) - 2 * (b - 2) + 0.5 * (a / 5 - 1) * (b - 2)
    axes = [surface.Axis("a", "a", a, ()), surface.Axis("b", "b", b, ())]
    found = {one.title: one.value for one in surface.effects(y, axes)}
    assert found == {"a": pytest.approx(6), "b": pytest.approx(-4), "a × b": pytest.approx(1)}


def test_too_few_points_give_no_effects() -> None:
    axes = [surface.Axis(name, name, np.array([0.0, 1.0]) * k, ()) for k, name in enumerate("ab", 1)]
    assert surface.effects(np.array([1.0, 2.0]), axes) == []


def test_the_front_holds_what_nothing_beats(tmp_path: Path) -> None:
    made = folder(tmp_path / "s", {"x": ["1", "2", "3"]})
    text = (made / "points.csv").read_text().replace("0.6000,0.5900,0.6100", "0.5000,0.4900,0.5100")
    (made / "points.csv").write_text(text)  # the dearest point now serves no better than the cheapest
    told, table = swept._read(made)
    assert swept.front(table, swept.responses(told, table)) == [True, True, False]


def test_a_table_without_its_parameter_is_refused_by_name(tmp_path: Path) -> None:
    made = folder(tmp_path / "s", {"x": ["1", "2"]})
    (made / "points.csv").write_text((made / "points.csv").read_text().replace("point,x", "point,y"))
    with pytest.raises(ScenarioError, match="run the sweep again"):
        swept.write(made)


def test_the_overview_has_a_line_an_arm_and_links_that_lead_to_the_reports(tmp_path: Path) -> None:
    folders = [fake_results.write(tmp_path / name / "f", small(question=f"Is {name} better?")) for name in ("b", "a")]
    (folders[0] / "report.html").write_text("x")
    path = overview.write(folders, tmp_path / overview.NAME)
    tree = Tree(path.read_text(encoding="utf-8"))
    links = [one["href"] for one in tree.all("a")]
    assert sorted(links) == ["a/f/report.html", "b/f/report.html"]
    assert (path.parent / "b/f/report.html").is_file()
    assert "Is a better?" in tree.text and "3 of 3 hold" in tree.text and "Quality-informed routing" in tree.text
