"""Loading: where files are found, what is merged in which order, and what a loaded scenario holds."""

from __future__ import annotations

import hashlib
import json
import pickle
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.config import files, laws, schema, schema_json, series
from sim.config.load import load, load_experiment
from sim.config.tables import Tables, read_table
from sim.errors import ScenarioError, UsageError

SCENARIO = """\
title: Two intents
calendar: {start: "2024-01-01T08:00", length: "8 h"}
intent_defaults:
  channel: voice
  risk: high
  patience: {law: lognormal, mean: "3 min", cv: 1.5}
intents:
  billing:
    arrivals: {kind: constant, per_hour: 60}
    path: {front: {talk: {law: exponential, mean: "5 min"}}}
  sales:
    risk: low
    patience: {mean: "1 min"}
    arrivals: {kind: profile, file: day.csv, column: sales}
    path: {front: {talk: {law: exponential, mean: "4 min"}}}
  orders:
    patience: {law: deterministic, value: "30 s"}
    arrivals: {kind: constant, per_hour: 6}
    path: {front: {talk: {law: exponential, mean: "4 min"}}}
queues:
  front: {tier: 1, skills: [calls]}
staff:
  groups:
    team: {tier: 1, skills: {calls: 1.0}, count: 10}
"""
DAY = b"start,sales,note\n08:00,10,007\n08:30,12.5,NA\n"


def centre(folder: Path, text: str = SCENARIO, name: str = "two.yaml") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    if not (folder / "day.csv").exists():
        (folder / "day.csv").write_bytes(DAY)
    return str(folder / name)


def test_times_are_seconds_and_defaults_are_filled_in(tmp_path: Path) -> None:
    loaded = load(centre(tmp_path))
    assert loaded.name == "two"
    assert loaded.scenario.calendar.length == 28_800.0
    assert loaded.scenario.measures.answer_within == 20.0
    assert loaded.source.endswith("two.yaml")


def test_intent_defaults_lie_under_every_intent(tmp_path: Path) -> None:
    intents = load(centre(tmp_path)).scenario.intents
    assert [intent.risk for intent in intents.values()] == ["high", "low", "high"]
    assert intents["billing"].patience == schema.Lognormal(law="lognormal", mean="3 min", cv=1.5)
    assert intents["sales"].patience == schema.Lognormal(law="lognormal", mean="1 min", cv=1.5)


def test_an_intent_that_names_another_law_takes_nothing_of_the_default_law(tmp_path: Path) -> None:
    patience = load(centre(tmp_path)).scenario.intents["orders"].patience
    assert patience == schema.Deterministic(law="deterministic", value="30 s")


def test_overrides_come_after_the_defaults_and_defaults_can_be_overridden(tmp_path: Path) -> None:
    overrides = ["intents.billing.patience.mean=9 min", "intent_defaults.patience.cv=2.0"]
    intents = load(centre(tmp_path), overrides).scenario.intents
    assert intents["billing"].patience == schema.Lognormal(law="lognormal", mean="9 min", cv=2.0)
    assert intents["sales"].patience == schema.Lognormal(law="lognormal", mean="1 min", cv=2.0)


def test_loading_twice_gives_equal_scenarios_and_changes_nothing(tmp_path: Path) -> None:
    path = centre(tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert load(path).resolved() == load(path).resolved()
    assert load(path, ["title=other"]).resolved() != load(path).resolved()
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_loaded_scenario_survives_a_worker_process(tmp_path: Path) -> None:
    loaded = load(centre(tmp_path))
    again = pickle.loads(pickle.dumps(loaded))
    assert again.scenario == loaded.scenario
    assert again.tables.texts("day.csv", "note") == ["007", "NA"]


def test_the_resolved_scenario_is_plain_json(tmp_path: Path) -> None:
    resolved = load(centre(tmp_path)).resolved()
    assert json.loads(json.dumps(resolved, allow_nan=False)) == resolved
    assert resolved["calendar"]["start"] == "2024-01-01T08:00:00"
    assert "intent_defaults" not in resolved


def test_the_fingerprint_covers_the_bytes_of_every_table(tmp_path: Path) -> None:
    assert load(centre(tmp_path)).fingerprint_parts() == {"day.csv": hashlib.sha256(DAY).hexdigest()}


def test_tables_are_found_beside_the_file_then_in_data_then_among_the_shipped(tmp_path: Path) -> None:
    path = centre(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "day.csv").write_bytes(DAY.replace(b"10,", b"99,"))
    assert load(path).tables.numbers("day.csv", "sales")[0] == 10.0
    (tmp_path / "day.csv").unlink()
    assert load(path).tables.numbers("day.csv", "sales")[0] == 99.0
    (tmp_path / "data" / "day.csv").unlink()
    with pytest.raises(ScenarioError, match="no such CSV file"):
        load(path)
    shipped = next((files.shipped() / "data").glob("*.csv")).name
    with pytest.raises(ScenarioError) as caught:
        load(path, [f"intents.sales.arrivals.file={shipped}", "intents.sales.arrivals.column=nowhere"])
    assert "no such column" in str(caught.value)


def test_a_name_is_looked_up_in_the_callers_folder_before_the_shipped(tmp_path: Path) -> None:
    shipped = files.names("scenario")[0]
    centre(tmp_path / "scenario", name=f"{shipped}.yaml")
    assert load(shipped, folder=tmp_path).source == str(tmp_path / "scenario" / f"{shipped}.yaml")
    assert load(shipped, folder=tmp_path / "elsewhere").source != str(tmp_path / "scenario" / f"{shipped}.yaml")


@pytest.mark.parametrize("name", files.names("scenario"))
def test_every_shipped_scenario_loads(name: str) -> None:
    assert load(name).name == name


@pytest.mark.parametrize("name", files.names("experiment"))
def test_every_shipped_experiment_loads(name: str) -> None:
    assert len(load_experiment(name).arms) >= 2


def test_aliases_repeat_a_value_without_sharing_it(tmp_path: Path) -> None:
    text = SCENARIO.replace('{law: exponential, mean: "5 min"}', '&t {law: exponential, mean: "5 min"}')
    text = text.replace('{law: exponential, mean: "4 min"}', "*t", 1)
    intents = load(centre(tmp_path, text), ["intents.sales.path.front.talk.mean=1 min"]).scenario.intents
    assert intents["billing"].path["front"].talk == schema.Exponential(law="exponential", mean="5 min")
    assert intents["sales"].path["front"].talk == schema.Exponential(law="exponential", mean="1 min")


def test_a_byte_order_mark_and_windows_lines_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SCENARIO.replace("\n", "\r\n").encode())
    (tmp_path / "day.csv").write_bytes(b"\xef\xbb\xbf" + DAY.replace(b"\n", b"\r\n"))
    assert load(str(path)).tables.texts("day.csv", "start") == ["08:00", "08:30"]


@pytest.mark.parametrize(
    "content",
    [
        b"start;sales\n08:00;10,5\n08:30;12\n",
        b"start;sales\n08:00;10.5\n08:30;12\n",
        b"sep=;\r\nstart;sales\r\n08:00;10,5\r\n08:30;12\r\n",
        b"sep=,\nstart,sales\n08:00,10.5\n08:30,12\n",
        b"start,sales,\n08:00,10.5,\n08:30,12,\n,,\n\n",
        b'"start","sales"\n"08:00"," 10.5 "\n"08:30","12"\n',
    ],
)
def test_what_a_spreadsheet_writes_is_understood_where_it_has_one_meaning(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_bytes(content)
    tables = Tables({"day.csv": read_table(tmp_path / "day.csv")})
    assert tables.numbers("day.csv", "sales").tolist() == [10.5, 12.0]
    assert series.grid(tables, "day.csv") == (28_800.0, 1800.0)


def test_a_table_keeps_every_text_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,name\n007,NA\n1e5,null\n1_0,None\n=1+1,\n", encoding="utf-8")
    tables = Tables({"t.csv": read_table(tmp_path / "t.csv")})
    assert tables.texts("t.csv", "id") == ["007", "1e5", "1_0", "=1+1"]
    assert tables.texts("t.csv", "name") == ["NA", "null", "None", ""]
    assert tables.columns["t.csv", "id"] == ("007", "1e5", "1_0", "=1+1")
    assert tables.line("t.csv", 3) == 5


def test_recorded_times_come_sorted_in_seconds_since_the_start(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("at\n2024-01-01T09:00\n2024-01-01 08:00:01\n2023-12-31T08:00\n", encoding="utf-8")
    tables = Tables({"t.csv": read_table(tmp_path / "t.csv")})
    start = load(centre(tmp_path)).scenario.calendar.start
    assert series.times(tables, "t.csv", "at", start).tolist() == [-86_400.0, 1.0, 3600.0]


HALF = {"weight": 0.5}
TEN, THIRTY = ({"law": "deterministic", "value": value} for value in ("10 s", "30 s"))
LAWS: list[tuple[dict[str, Any], float, float]] = [
    ({"law": "exponential", "mean": "5 min"}, 300.0, 1.0),
    ({"law": "lognormal", "mean": "5 min", "cv": 0.8}, 300.0, 0.8),
    ({"law": "gamma", "mean": "5 min", "cv": 0.5}, 300.0, 0.5),
    ({"law": "erlang", "mean": "5 min", "stages": 4}, 300.0, 0.5),
    ({"law": "weibull", "shape": 1.0, "scale": "5 min"}, 300.0, 1.0),
    ({"law": "deterministic", "value": "5 min"}, 300.0, 0.0),
    ({"law": "uniform", "low": "0 s", "high": "10 min"}, 300.0, 1 / np.sqrt(3)),
    ({"law": "triangular", "low": "0 s", "mode": "5 min", "high": "10 min"}, 300.0, 1 / np.sqrt(6)),
    ({"law": "empirical", "file": "t.csv", "column": "s"}, 20.0, 0.5),
    ({"law": "hyperexponential", "parts": [{"weight": 1.0, "mean": "60 s"}]}, 60.0, 1.0),
    ({"law": "mixture", "parts": [HALF | {"of": TEN}, HALF | {"of": THIRTY}]}, 20.0, 0.5),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "mean", "cv"), LAWS, ids=lambda value: value["law"] if isinstance(value, dict) else ""
)
def test_every_law_of_the_schema_builds_with_its_mean_and_spread(
    spec: dict[str, Any], mean: float, cv: float, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text("s\n10\n30\n", encoding="utf-8")
    tables = Tables({"t.csv": read_table(tmp_path / "t.csv")})
    part = schema.Step.model_validate({"talk": spec}).talk
    law = laws.build(part, tables)
    assert law.mean == pytest.approx(mean, rel=1e-9)
    assert law.cv == pytest.approx(cv, rel=1e-6, abs=1e-12)


def test_the_table_of_laws_covers_the_schema() -> None:
    assert {spec["law"] for spec, _, _ in LAWS} == {s.model_fields["law"].annotation.__args__[0] for s in laws.SPECS}  # type: ignore[union-attr]


EXPERIMENT = """\
title: More heads
base: two
arms:
  now: {}
  more: {overrides: [staff.groups.team.count=12, 'calendar.length=4 h']}
primary: {kpi: service_level}
"""


def test_an_experiment_holds_one_whole_scenario_an_arm(tmp_path: Path) -> None:
    centre(tmp_path)
    (tmp_path / "test.yaml").write_text(EXPERIMENT, encoding="utf-8")
    found = load_experiment(str(tmp_path / "test.yaml"))
    assert (found.name, list(found.arms)) == ("test", ["now", "more"])
    assert [arm.scenario.staff.groups["team"].count for arm in found.arms.values()] == [10, 12]
    assert found.arms["more"].scenario.calendar.length == 14_400.0


def test_the_base_is_found_beside_the_experiments_folder(tmp_path: Path) -> None:
    centre(tmp_path / "scenario")
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "test.yaml").write_text(EXPERIMENT, encoding="utf-8")
    assert load_experiment("test", folder=tmp_path).arms["now"].source == str(tmp_path / "scenario" / "two.yaml")


def test_overrides_change_the_experiment_and_with_a_prefix_every_arm(tmp_path: Path) -> None:
    centre(tmp_path)
    (tmp_path / "test.yaml").write_text(EXPERIMENT, encoding="utf-8")
    overrides = ["+replications=7", "scenario.calendar.length=6 h", "+scenario.costs.currency=EUR"]
    found = load_experiment(str(tmp_path / "test.yaml"), overrides)
    assert found.experiment.replications == 7
    assert [arm.scenario.calendar.length for arm in found.arms.values()] == [21_600.0, 14_400.0]
    assert {arm.scenario.costs.currency for arm in found.arms.values()} == {"EUR"}


def test_an_unknown_experiment_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no experiment has this name"):
        load_experiment("no_such_experiment", folder=tmp_path)


def wide(intents: int) -> str:
    """A scenario of many intents with everything written out."""
    lines = SCENARIO.partition("  billing:\n")[0]
    for number in range(intents):
        lines += f"  intent_{number}:\n    arrivals: {{kind: profile, file: day.csv, column: sales}}\n    path:\n"
        for tier in (1, 2, 3):
            lines += f"      tier_{tier}:\n        talk: {{law: lognormal, mean: {tier + 3} min, cv: 0.8}}\n"
            lines += "        wrap_up: {law: exponential, mean: 40 s}\n        resolution: 0.7\n"
    lines += "queues:\n" + "".join(f"  tier_{t}: {{tier: {t}, skills: [calls]}}\n" for t in (1, 2, 3))
    lines += "staff:\n  groups:\n"
    return lines + "".join(f"    g{t}: {{tier: {t}, skills: {{calls: 1.0}}, count: 5}}\n" for t in (1, 2, 3))


def test_a_scenario_of_seventeen_intents_loads_within_a_quarter_of_a_second(tmp_path: Path) -> None:
    path = centre(tmp_path, wide(17))
    load(path)
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        load(path, ["title=x"])
        seconds.append(time.perf_counter() - begin)
    assert min(seconds) < 0.25


def test_importing_the_loader_imports_nothing_heavy() -> None:
    code = "import sys, sim.config.load; print([m for m in sys.modules if m in %r])"
    heavy = ("pandas", "scipy", "matplotlib", "hydra", "omegaconf", "pyarrow", "simpy")
    ran = subprocess.run([sys.executable, "-c", code % (heavy,)], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_editor_schema_knows_every_rule_and_writes_times_as_texts() -> None:
    found = schema_json.generate()
    routers = found["$defs"]["Scenario"]["properties"]["routing"]["oneOf"]
    assert "longest_idle" in {one["properties"]["rule"]["const"] for one in routers}
    assert found["$defs"]["Exponential"]["properties"]["mean"]["type"] == "string"
    assert "required" in found["$defs"]["Step"]
    assert "required" not in found["$defs"]["PartOfStep"]
    assert set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(found))) <= set(found["$defs"])


def test_the_shipped_editor_schema_is_up_to_date() -> None:
    shipped = (files.shipped() / schema_json.FILE).read_text(encoding="utf-8")
    assert shipped == schema_json.text(), "run: python -m sim.config.schema_json"


def test_the_editor_schema_can_be_written_anywhere(tmp_path: Path) -> None:
    assert schema_json.write(tmp_path).read_text(encoding="utf-8") == schema_json.text()
