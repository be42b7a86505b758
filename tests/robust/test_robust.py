"""Robustness over worlds: planted answers are found, by hand and in simulation, and what is wrong is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import cli
from sim.config.load import LoadedExperiment, load_experiment
from sim.config.schema.uncertain import Uncertain
from sim.errors import UsageError
from sim.experiment.robust import alter, judge, worlds
from sim.experiment.robust.run import robust
from tests.scenarios import build, centre, exponential, write

VOLUME = {"scales": "volume", "law": {"law": "uniform", "low": 0.5, "high": 1.5}, "evidence": "C", "source": "made up"}
PATIENT = {"scales": "patience", "law": {"law": "lognormal", "mean": 1.0, "cv": 0.2}, "evidence": "C", "source": ""}


def inputs(**laws: dict[str, Any]) -> dict[str, Uncertain]:
    """Uncertain inputs that scale the volume, by these laws."""
    return {name: Uncertain.model_validate({**VOLUME, "law": law}) for name, law in laws.items()}


def two_teams(folder: Path, uncertain: dict[str, Any]) -> LoadedExperiment:
    """Ten slow agents today, five quick ones tomorrow: few calls favour the ten, many calls the five.

    Capacity is 10 / 100 s against 5 / 45 s, so near saturation the five win; with few calls more servers win.
    """
    data = centre(calendar={"start": "2026-03-02T08:00", "length": "8 h", "interval": "1 h", "max_drain": "8 h"})
    data["intents"]["call"]["arrivals"]["per_hour"] = 230
    data["staff"]["groups"]["agents"]["count"] = 10
    write(folder, data)
    arms = {
        "ten": {"overrides": []},
        "five": {"overrides": ["staff.groups.agents.count=5", "intents.call.path.front.talk.mean=45 s"]},
    }
    asked = {"title": "T", "base": "made", "arms": arms, "primary": {"kpi": "asa"}, "seed": 5, "uncertain": uncertain}
    lines = [f"{key}: {json.dumps(value)}" for key, value in asked.items()]
    (folder / "asked.yaml").write_text("\n".join(lines) + "\n")
    return load_experiment(str(folder / "asked.yaml"))


def erlang_c_wait(per_second: float, servers: int, service: float) -> float:
    """Mean wait in M/M/c, from Erlang's formula written out."""
    load = per_second * service
    if load >= servers:
        return math.inf
    terms = [load**k / math.factorial(k) for k in range(servers)]
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(terms) + last) * service / (servers - load)


def test_a_difference_that_turns_with_the_volume_is_found(tmp_path: Path) -> None:
    """Where it turns is known from Erlang C; the share of worlds beyond is too, within four standard errors."""
    found = robust(two_teams(tmp_path, {"volume": VOLUME, "patience": PATIENT}), 40, 3, engine="serial")
    grid = np.linspace(0.5, 1.5, 2001)
    waits = [(erlang_c_wait(230 / 3600 * x, 5, 45), erlang_c_wait(230 / 3600 * x, 10, 100)) for x in grid]
    wins = np.array([five < ten or math.isinf(ten) for five, ten in waits])
    expected = wins.mean()
    assert 0.2 < expected < 0.8 and (np.diff(wins.astype(int)) != 0).sum() == 1
    verdict = found.verdict
    assert verdict.wins.value == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / 40))
    assert verdict.bars[0].name == "volume" and verdict.bars[0].effect_high < 0.0
    assert verdict.bars[1].effect_low < 0.0 < verdict.bars[1].effect_high, "nobody here is impatient"
    table = found.table.sort_values("volume")
    assert (table["difference"][:8] > -1.0).all() and (table["difference"][-8:] < 0.0).all()
    assert verdict.clear_wins + verdict.clear_losses + verdict.open == 40


def test_noise_alone_makes_no_worlds_that_differ() -> None:
    """The same small true win in each of 400 worlds under noise twice as large: counted, a third would lose."""
    draws = np.random.default_rng(1)
    gaps = 1.0 + draws.normal(0.0, 2.0, 400)
    found = judge.judge(gaps, np.full(400, 4.0) * draws.chisquare(7, 400) / 7, 7, "higher", _columns(draws, 400), 0.95)
    assert found.counted.value < 0.75, "the planted fault: worlds counted as they came"
    assert found.wins.value > 0.9
    assert found.clear_losses <= 0.05 * 400 and abs(found.between) < 1.0


def test_worlds_that_do_differ_are_not_drawn_together_too_far() -> None:
    """True differences N(0.5, 1), noise 1: 69 % win; 0.08 is four standard errors of a corrected share of 1,000."""
    draws = np.random.default_rng(2)
    gaps = draws.normal(0.5, 1.0, 1000) + draws.normal(0.0, 1.0, 1000)
    found = judge.judge(gaps, draws.chisquare(3, 1000) / 3, 3, "higher", _columns(draws, 1000), 0.95)
    assert found.wins.value == pytest.approx(0.691, abs=0.08)
    assert found.between == pytest.approx(1.0, abs=0.2) and found.noise == pytest.approx(1.0, abs=0.1)
    lower = judge.judge(-gaps, draws.chisquare(3, 1000) / 3, 3, "lower", _columns(draws, 1000), 0.95)
    assert lower.counted == found.counted


def test_a_tornado_is_the_regression_it_says_it_is() -> None:
    draws = np.random.default_rng(3)
    columns = {"small": draws.uniform(0, 1, 50), "large": draws.uniform(0, 1, 50), "none": draws.uniform(0, 1, 50)}
    gaps = 3.0 + 0.5 * columns["small"] - 4.0 * columns["large"]
    found = judge.judge(gaps, np.full(50, 1e-12), 3, "higher", columns, 0.95)
    assert [bar.name for bar in found.bars] == ["large", "small", "none"]
    large = found.bars[0]
    assert large.effect == pytest.approx(-4.0 * (large.high - large.low))
    assert large.at_high - large.at_low == pytest.approx(large.effect)
    assert found.explained == pytest.approx(1.0)


def _columns(draws: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    return {"x": draws.uniform(0.0, 1.0, count)}


def test_each_part_of_a_law_is_visited_once_and_a_new_input_moves_no_other() -> None:
    """A Latin hypercube: of 40 worlds one lies in each fortieth."""
    laws = {
        "uniform": {"law": "uniform", "low": 0.5, "high": 1.5},
        "normal": {"law": "normal", "mean": 1.0, "sd": 0.1},
        "lognormal": {"law": "lognormal", "mean": 1.0, "cv": 0.3},
        "triangular": {"law": "triangular", "low": 0.5, "mode": 0.9, "high": 1.5},
    }
    found = worlds.draw(inputs(**laws), 40, 7)
    for name, law in inputs(**laws).items():
        edges = worlds.quantile(law.law, np.linspace(1e-12, 1 - 1e-12, 41))
        assert (np.histogram(found[name], edges)[0] == 1).all(), name
    assert found["lognormal"].mean() == pytest.approx(1.0, abs=0.02)
    alone = worlds.draw(inputs(normal=laws["normal"]), 40, 7)
    assert (alone["normal"] == found["normal"]).all()
    assert (worlds.draw(inputs(**laws), 40, 8)["normal"] != found["normal"]).any()
    assert abs(np.corrcoef(found["uniform"], found["normal"])[0, 1]) < 0.6


def test_what_is_scaled_changes_and_nothing_else_does(tmp_path: Path) -> None:
    data = centre(quality={"truth": {"speed_sd": 0.2, "resolution_sd": 0.05}, "history": {"weeks": 0}})
    data["intents"]["call"]["path"]["front"] |= {"resolution": 0.6, "wrap_up": exponential(20)}
    loaded = build(tmp_path, data)
    step = loaded.scenario.intents["call"].path["front"]
    for what, factor in (
        ("handle_time", 1.5),
        ("resolution", 2.0),
        ("patience", 0.5),
        ("ability", 2.0),
        ("volume", 3.0),
    ):
        one = {"x": Uncertain.model_validate({**VOLUME, "scales": what})}
        other, births = alter.altered(loaded, one, {"x": factor})
        new = other.scenario.intents["call"].path["front"]
        assert births == (3.0 if what == "volume" else 1.0)
        assert new.talk.mean / step.talk.mean == new.wrap_up.mean / step.wrap_up.mean  # type: ignore[union-attr]
        assert new.talk.mean / step.talk.mean == (1.5 if what == "handle_time" else 1.0)  # type: ignore[union-attr]
        assert new.resolution == pytest.approx(0.75 if what == "resolution" else 0.6)
        assert other.scenario.segments["all"].patience_factor == (0.5 if what == "patience" else 1.0)
        assert other.scenario.quality.truth.speed_sd == (0.4 if what == "ability" else 0.2)
        same, _ = alter.altered(loaded, one, {"x": 1.0})
        assert same.scenario == loaded.scenario or what == "resolution", "by a last bit"


def test_a_number_of_the_scenario_can_be_set(tmp_path: Path) -> None:
    path = "intents.call.path.front.talk.mean"
    law = {"law": "uniform", "low": 60, "high": 200}
    talk = {"sets": path, "unit": "s", "law": law, "evidence": "C", "source": ""}
    found = robust(two_teams(tmp_path, {"talk": talk}), 8, 2, engine="serial")
    assert found.verdict.bars[0].name == "talk" and found.verdict.bars[0].low < 100.0 < found.verdict.bars[0].high
    assert found.table["baseline"].nunique() == 8


@pytest.mark.parametrize(
    ("uncertain", "told"),
    [
        ({}, "states no uncertain input"),
        ({"volume": {**VOLUME, "sets": "a.b"}}, "either `scales` or `sets`"),
        ({"volume": {**VOLUME, "law": {"law": "normal", "mean": 1.0, "sd": 0.5}}}, "make the spread smaller"),
        ({"volume": {**VOLUME, "law": {"law": "triangular", "low": 1, "mode": 3, "high": 2}}}, "low ≤ mode ≤ high"),
    ],
)
def test_inputs_stated_wrongly_are_refused(uncertain: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=told):
        robust(two_teams(tmp_path, uncertain), engine="serial")


def test_the_command_prints_stores_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    two_teams(tmp_path, {"volume": VOLUME, "patience": PATIENT})
    words = [str(tmp_path / "asked.yaml"), f"results={tmp_path / 'results'}", "engine=serial", "worlds=12"]
    assert cli.main(["robust", *words, "replications=2"]) == 0
    printed = capsys.readouterr().out
    (folder,) = (tmp_path / "results" / "asked").iterdir()
    facts = json.loads((folder / "robustness.json").read_text())
    assert f"wins in {round(100 * facts['wins']['value'])}" in printed.replace("\u202f", " ")
    assert (folder / "charts" / "robustness.png").is_file()
    assert len((folder / "robustness.csv").read_text().splitlines()) == 13
    assert cli.main(["robust", *words, "worlds=3"]) == 2
    assert "worlds: 3 is not a whole number from 7" in capsys.readouterr().err
