"""A sweep visits the points it was asked for, each as if it were run alone, and goes on where it was ended."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim import cli
from sim.errors import UsageError
from sim.experiment import points, search
from sim.experiment.points import Parameter
from tests.faults import sweeps
from tests.scenarios import centre, write

AXES = (Parameter("a.b", ("7", "8")), Parameter("c", ("x", "y", "z")))
BROAD = (Parameter("a", ends=(0.0, 1.0)), Parameter("b", ends=(60.0, 300.0), unit="s"))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("a.b=7,8,9", Parameter("a.b", ("7", "8", "9"))),
        ("a=choice(x, y)", Parameter("a", ("x", "y"))),
        ("a='1 d','2 d'", Parameter("a", ("'1 d'", "'2 d'"))),
        ("a=[1,2],[3]", Parameter("a", ("[1,2]", "[3]"))),
        ("a={b: 1, c: 2},{b: 3}", Parameter("a", ("{b: 1, c: 2}", "{b: 3}"))),
        ("a=range(1,4)", Parameter("a", ("1", "2", "3"))),
        ("a=range(3)", Parameter("a", ("0", "1", "2"))),
        ("a=range(0.1,0.35,0.1)", Parameter("a", ("0.1", "0.2", "0.3"))),
        ("a=range(5,1,-2)", Parameter("a", ("5", "3"))),
        ("a=interval(0.1, 0.9)", Parameter("a", ends=(0.1, 0.9))),
        ("a=interval(60 s, 300 s)", Parameter("a", ends=(60.0, 300.0), unit="s")),
    ],
)
def test_a_word_with_several_values_is_a_parameter(word: str, expected: Parameter) -> None:
    assert points.parameters([word]) == ([expected], [])


@pytest.mark.parametrize("word", ["a=1", "a='x, y'", "a=[1,2]", "a={b: 1, c: 2}", "~a", "a="])
def test_a_word_with_one_value_holds_for_all_points(word: str) -> None:
    assert points.parameters([word]) == ([], [word])


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("a=range(1,1)", "0 values"),
        ("a=range(0,1,0)", "range"),
        ("a=range(x)", "write range"),
        ("a=range(0,1e9)", "a range has"),
        ("a=interval(1)", "two ends"),
        ("a=interval(2, 1)", "above the first"),
        ("a=interval(1 s, 2 min)", "same unit"),
        ("a=interval(0, 1e999)", "above the first"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(word: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        points.parameters([word])


def test_a_grid_visits_every_combination_the_last_parameter_fastest() -> None:
    assert points.sampled("grid", AXES, None, 1) == [(a, b) for a in ("7", "8") for b in ("x", "y", "z")]


def test_a_latin_hypercube_visits_every_slice_of_every_parameter_once() -> None:
    drawn = points.sampled("lhs", BROAD, 50, 3)
    for column, (low, high) in enumerate(((0.0, 1.0), (60.0, 300.0))):
        values = [float(point[column].strip("' s")) for point in drawn]
        slices = sorted(int((value - low) / (high - low) * 50 - 1e-9) for value in values)
        assert slices == list(range(50))


def test_sobol_points_spread_better_than_drawn_ones() -> None:
    """The star discrepancy of one coordinate is at most 2/n, whatever the shift; that of n draws is near 1/sqrt(n)."""
    values = np.sort([float(point[0]) for point in points.sampled("sobol", BROAD, 256, 3)])
    steps = np.arange(1, 257) / 256
    assert np.abs(values - steps).max() < 2.0 / 256
    drawn = np.sort(np.random.default_rng(1).random(256))
    assert np.abs(drawn - steps).max() > 2.0 / 256  # the planted bug: mere draws would not pass


@pytest.mark.parametrize("sampler", ["lhs", "sobol"])
def test_points_are_those_of_their_seed(sampler: str) -> None:
    assert points.sampled(sampler, BROAD, 16, 5) == points.sampled(sampler, BROAD, 16, 5)
    assert points.sampled(sampler, BROAD, 16, 5) != points.sampled(sampler, BROAD, 16, 6)


def test_another_parameter_moves_no_draw_of_the_others() -> None:
    one, both = points.sampled("lhs", BROAD[:1], 20, 1), points.sampled("lhs", (BROAD[1], BROAD[0]), 20, 1)
    assert [point[0] for point in one] == [point[1] for point in both]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "needs a parameter"),
        (["staff.groups.agents.count=2,x"], "point 1"),
        (["staff.groups.agents.count=0,2,-1"], "point 2"),
        (["staff.groups.agnets.count=2,3"], "did you mean `staff.groups.agents`"),
        (["staff.groups.agents.count=2,3", "staff.groups.agents.count=4,5"], "stands twice"),
        (["staff.groups.agents.count=2,3", "points=5"], "every combination"),
        (["staff.groups.agents.count=interval(1, 3)", "sampler=grid"], "a grid needs values"),
        (["staff.groups.agents.count=2,3", "sampler=lhs"], "how many points"),
        (["staff.groups.agents.count=2,3", "sampler=best"], "not known"),
        (["points=nowhere.csv"], "no such file"),
        (["staff.groups.agents.count=2,3", "name=../x"], "names a folder"),
        (["staff.groups.agents.count=2,3", "contacts=true"], "not to a sweep"),
        (["title=${oc.env:HOME},x"], "interpolations"),
    ],
)
def test_every_point_is_judged_before_the_first_runs(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path, centre())
    assert cli.main(["sweep", str(path), *words]) == 2
    assert said in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


SMALL = ["staff.groups.agents.count=1,2,3", "replications=3", "seed=4", "engine=serial"]


def swept(folder: Path, *words: str) -> Path:
    """Run the sweep and return its folder."""
    path = folder / "made.yaml"
    if not path.exists():
        write(folder, centre())
    assert cli.main(["sweep", str(path), f"results={folder / 'out'}", *words]) == 0
    (place,) = (folder / "out" / "made").iterdir()
    return place


def table(place: Path) -> pd.DataFrame:
    return pd.read_csv(place / "points.csv")


def test_a_point_is_what_its_run_alone_is(tmp_path: Path) -> None:
    place = swept(tmp_path, *SMALL, "replications=5")
    row = table(place).iloc[1]
    alone = sim.run(str(tmp_path / "made.yaml"), 5, 4, "serial", overrides=["staff.groups.agents.count=2"]).summary()
    for kpi in ("service_level", "asa", "occupancy"):
        (expected,) = alone[(alone["kpi"] == kpi) & (alone["scope"] == "all")].to_dict("records")
        assert (row[kpi], row[f"{kpi}_low"], row[f"{kpi}_high"]) == (
            expected["mean"], expected["ci_low"], expected["ci_high"],
        )  # fmt: skip
    assert list(table(place)["staff.groups.agents.count"]) == [1, 2, 3]
    told = json.loads((place / "sweep.json").read_text())
    assert (told["points"], told["replications"], told["sampler"]) == (3, 5, "grid")


def test_what_is_lost_is_computed_again_and_nothing_else(tmp_path: Path) -> None:
    place = swept(tmp_path, *SMALL)
    before = (place / "points.csv").read_bytes()
    shards = sorted(place.rglob("*.parquet"))
    assert len(shards) == 9
    kept = {path: path.stat().st_mtime_ns for path in shards[1:]}
    shards[0].unlink()
    (place / "points.csv").unlink()
    assert swept(tmp_path, *SMALL) == place
    assert (place / "points.csv").read_bytes() == before
    assert {path: path.stat().st_mtime_ns for path in shards[1:]} == kept


def test_engines_agree_on_every_byte(tmp_path: Path) -> None:
    places = []
    for engine in ("serial", "local"):
        (tmp_path / engine).mkdir()
        places.append(swept(tmp_path / engine, *SMALL, f"engine={engine}", "workers=2"))
    assert (places[0] / "points.csv").read_bytes() == (places[1] / "points.csv").read_bytes()


def test_points_come_from_a_table(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("staff.groups.agents.count,calendar.length\n1,1 h\n2,30 min\n")
    place = swept(tmp_path, f"points={tmp_path / 'mine.csv'}", "replications=1", "engine=serial")
    assert table(place)["calendar.length"].tolist() == ["1 h", "30 min"]


def test_points_that_coincide_share_their_shards(tmp_path: Path) -> None:
    place = swept(tmp_path, "staff.groups.agents.count=2,2", "replications=2", "engine=serial")
    assert len(list(place.rglob("*.parquet"))) == 2
    first, second = table(place).drop(columns="point").to_dict("records")
    assert str(first) == str(second)


@pytest.mark.slow
def test_a_sweep_killed_five_times_ends_with_the_bytes_of_one_left_alone(tmp_path: Path) -> None:
    """Here a tenth of the 200 points that `python -m tests.faults killed_sweep` visits."""
    assert "same bytes" in sweeps.killed(tmp_path, ("staff.groups.agents.count=range(1,21)",))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["ray", "dask"])
def test_a_sweep_has_the_same_hash_on_a_cluster(tmp_path: Path, engine: str) -> None:
    pytest.importorskip(sweeps.CLUSTERS[engine], reason=f"pip install 'ccsim[{engine}]'")
    found = sweeps.everywhere(tmp_path, ("serial", "local", engine))
    assert len(found) == 3
    assert len(set(found.values())) == 1


def test_the_hash_of_a_sweep_notices_one_bit(tmp_path: Path) -> None:
    place = swept(tmp_path, *SMALL)
    before, shard = sweeps.digest(place), next(place.rglob("*.parquet"))
    content = bytearray(shard.read_bytes())
    content[100] ^= 1
    shard.write_bytes(content)
    assert sweeps.digest(place) != before


@pytest.mark.parametrize(
    ("workers", "said"),
    [("0", "1 to 4096"), ("5000", "1 to 4096"), ("1e9", "whole number"), ("-1", "1 to 4096")],
)
def test_an_impossible_number_of_workers_is_refused_on_serial_too(
    workers: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["staff.groups.agents.count=1,2", "engine=serial", f"workers={workers}", f"results={tmp_path / 'x'}"]
    assert cli.main(["sweep", str(write(tmp_path, centre())), *words]) == 2
    told = capsys.readouterr().err
    assert f"workers={workers}" in told or "workers: " in told
    assert said in told
    assert not (tmp_path / "x").exists()


def searched(folder: Path, count: int, results: str = "out") -> Path:
    path = folder / "made.yaml"
    if not path.exists():
        write(folder, centre())
    words = [str(path), "staff.groups.agents.count=range(1,9)", "intents.call.arrivals.per_hour=interval(20, 90)",
             "seed=4", "replications=2", "engine=serial", "objectives=service_level:max,occupancy:max"]  # fmt: skip
    assert cli.main(["sweep", *words, f"points={count}", f"results={folder / results}"]) == 0
    (place,) = (folder / results / "made").iterdir()
    return place


def test_an_objective_without_a_side_goes_the_way_its_kpi_calls_better() -> None:
    better = {"service_level": "higher", "aht": "lower", "occupancy": "neither"}
    found = search.objectives("service_level, aht, service_level:min, occupancy:max", better)
    assert [(one.kpi, one.maximise) for one in found] == [
        ("service_level", True), ("aht", False), ("service_level", False), ("occupancy", True),
    ]  # fmt: skip


def test_a_search_marks_the_points_that_nothing_beats_and_goes_on_where_it_was(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    first = table(searched(tmp_path, 10))
    assert len(first) == 10
    more = table(searched(tmp_path, 13))
    pd.testing.assert_frame_equal(more.drop(columns="front")[:10], first.drop(columns="front"), check_dtype=False)
    assert len(more) == 13
    both = more[["service_level", "occupancy"]].to_numpy()
    beaten = [bool(((both >= one).all(axis=1) & (both > one).any(axis=1)).any()) for one in both]
    assert [not front for front in more["front"]] == beaten


def test_a_search_is_repeatable_by_its_seed(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    one, other = (searched(tmp_path, 9, name) for name in ("one", "other"))
    assert (one / "points.csv").read_bytes() == (other / "points.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["objectives=service_levle:max"], "no KPI is named"),
        (["sampler=search"], "needs objectives"),
        (["objectives=service_level:up"], "service_level:max"),
    ],
)
def test_a_search_without_a_possible_objective_is_refused(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, centre())
    assert cli.main(["sweep", str(path), "staff.groups.agents.count=1,2", *words, f"results={tmp_path / 'x'}"]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
