"""The edges of experiments: what is refused, killed, lost or found by chance while one is planned, run and stored.

First the plan and its points, then carrying out and the store, then workers and the watch, robustness and rehearsal;
last, rules, people and laws in corners that no scenario of the other tests visits.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import math
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import registry
from sim.config import schema
from sim.config.load import LoadedExperiment
from sim.config.schema.uncertain import Uncertain
from sim.errors import CcsimError, LawError, ModelError, ScenarioError, UsageError
from sim.experiment import carry, engines, plan, points, progress, store, study, watchdog
from sim.experiment.calibrate import Calibration
from sim.experiment.carry import Assignment, Interrupted
from sim.experiment.engines import Where, local
from sim.experiment.engines.port import Job, Raised
from sim.experiment.plan import Plan, Task
from sim.experiment.points import Parameter
from sim.experiment.progress import Precision
from sim.experiment.rehearse import possible, reading, work
from sim.experiment.rehearse.run import rehearse
from sim.experiment.robust import alter
from sim.experiment.robust import run as robustness
from sim.experiment.store import calibration, inventory
from sim.experiment.store.folder import entered
from sim.experiment.store.folder import made as made_folder
from sim.experiment.store.folder import place as place_of
from sim.experiment.store.shards import Packed, Recipe, Shelf
from sim.experiment.watchdog import Limits, watched
from sim.metrics import kpis
from sim.routing.choice import HoldingRouter, estimate
from sim.routing.sides import DESIGNS
from sim.sampling import laws, tables
from sim.staff import people
from tests.contracts.rules import stub
from tests.rehearsal import centres
from tests.scenarios import build, centre, exponential, fixed
from tests.unit import fake_centre as fake

INFINITY = math.inf
CALLS: list[int] = []
ARRIVES: list[tuple[Path, Path]] = []
VOLUME = {"scales": "volume", "law": {"law": "uniform", "low": 0.5, "high": 1.5}, "evidence": "C", "source": ""}


def two_arms(replications: int = 3) -> Plan:
    return fake.comparison_plan(replications, a=fake.Loaded(), b=fake.Loaded(effect=0.05))


def setting(root: Path | None, simulate: Any = fake.simulate) -> study.Setting:
    return study.Setting("serial", None, root, None, fake.tools(simulate))


def queues(folder: Path, treated: Sequence[str], **sections: Any) -> LoadedExperiment:
    """An hour in a centre of two first queues."""
    data = centre(**sections)
    data["intents"]["chat"] = {**data["intents"]["call"], "path": {"desk": {"talk": exponential(100)}}}
    data["queues"]["desk"] = {"tier": 1, "skills": ["calls"]}
    return centres.experiment(folder, data, list(treated))


def killed(_work: Any, _shared: Any, items: Sequence[Any], *_rest: Any) -> list[Any]:
    """Engines whose workers all die."""
    return [engines.Killed(item) for item in items]


# --- points, the plan, progress --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "value"), [(0.0, "7"), (0.5, "8"), (0.99, "9"), (1.0, "9")])
def test_a_place_in_the_unit_interval_picks_one_of_the_values(place: float, value: str) -> None:
    assert Parameter("a", ("7", "8", "9")).at(place) == value


def test_a_grid_of_too_many_points_is_refused_and_another_sampler_named() -> None:
    axes = [Parameter(name, tuple(map(str, range(50)))) for name in "abc"]
    with pytest.raises(UsageError, match=r"the grid has 125000 points, at most 100000; choose sampler=sobol points=N"):
        points.sampled("grid", axes, None, 1)


def test_a_table_of_points_needs_a_row() -> None:
    with pytest.raises(UsageError, match=r"points=p\.csv: the table has no row; write a row a point"):
        points.listed("p.csv", {"a.b": ()})


def test_a_cell_that_no_override_could_hold_is_put_in_quotes() -> None:
    _axes, rows = points.listed("p.csv", {"a": ("7", "it's {")})
    assert rows == [("7",), ("'it\\'s {'",)]


def test_the_half_width_of_a_mean_is_that_of_its_quotients() -> None:
    precision = Precision("cost", False, ("a", "b"), 0.95)
    for number in range(6):
        precision.add("a", number, (10.0 + number, 1.0))
        precision.add("b", number, (12.0 + number + 0.1 * (-1) ** number, 1.0))
    assert precision.half_width() == pytest.approx(2.5706 * 0.1 * math.sqrt(6 / 5) / math.sqrt(6), rel=1e-3)


def test_failures_are_told_beside_the_bar() -> None:
    status = {"contacts": 0, "half_width": None, "failed": 2}
    assert progress.said(status) == "2 failed"


def test_a_meter_whose_work_fails_says_so_in_its_status_and_its_log(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such thing"), progress.follow("billing", 2, False, tmp_path):
        raise ValueError("no such thing")
    assert json.loads((tmp_path / "status.json").read_text())["state"] == "failed"
    assert "failed: ValueError: no such thing" in (tmp_path / "run.log").read_text()


def test_pilots_whose_workers_die_end_the_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan.of_scenario(build(tmp_path, centre(volume="offered")), 2, 1)
    monkeypatch.setattr(engines, "gather", killed)
    with pytest.raises(CcsimError, match=r"made: a pilot replication of the baseline failed: .*memory ran out"):
        study.births_factor(made, study.Setting("serial", None, None, None))


def test_an_experiment_that_is_loaded_already_is_taken_as_it_is(tmp_path: Path) -> None:
    asked = centres.experiment(tmp_path, centre(), ["staff.groups.agents.count=3"])
    found = study.compare(asked, 2, engine="serial")
    assert set(found.table["arm"]) == {"new"} and set(found.kpis["replication"]) == {0, 1}


# --- carrying out ----------------------------------------------------------------------------------------------------


def interrupted(*_given: Any) -> Any:
    raise KeyboardInterrupt


def counted(loaded: fake.Loaded, seed: int, replication: int, births_factor: float = 1.0) -> Any:
    """`fake.simulate` that is counted, and in whose first call another process finishes everything."""
    CALLS.append(replication)
    for source, target in ARRIVES:
        shutil.copytree(source, target, dirs_exist_ok=True)
    ARRIVES.clear()
    return fake.simulate(loaded, seed, replication, births_factor)


def test_ctrl_c_without_a_folder_says_that_nothing_is_kept() -> None:
    with pytest.raises(Interrupted, match=r"^nothing was stored$"):
        study.compare_plan(two_arms(), setting(None, interrupted))


def test_beside_another_process_work_begins_at_the_end_and_takes_what_the_other_has(tmp_path: Path) -> None:
    """The other finishes all but what is computed here first: one replication of six, and the same tables."""
    whole = study.compare_plan(two_arms(), setting(tmp_path / "other", counted)).folder
    mine = store.folder(tmp_path / "mine", two_arms())
    assert whole is not None and whole.name == mine.name
    CALLS.clear()
    ARRIVES.append((whole / "shards", mine / "shards"))
    with (mine / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        study.compare_plan(two_arms(), setting(tmp_path / "mine", counted))
    assert CALLS == [2]
    assert (mine / "kpi.csv").read_bytes() == (whole / "kpi.csv").read_bytes()


def test_a_shard_that_the_other_process_took_away_again_is_computed_here(tmp_path: Path) -> None:
    made = two_arms()
    recipe = Recipe.of(made, fake.TOOLS)
    shelf = Shelf(tmp_path, recipe)
    bench = carry._Bench(carry._Orders(made, fake.TOOLS, recipe, Limits(), shelf), shelf, {}, [])
    found = carry._stored(bench, Packed(Task("a", 1)), progress.Meter("fake", 1))
    assert found.failure is None and found.contacts == fake.simulate(fake.Loaded(), 1, 1).taken
    assert shelf.path(Task("a", 1)).is_file()


def test_a_full_disk_says_how_much_is_stored_and_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_shelf: Shelf, _packed: Packed) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device", "/far/0.parquet")

    monkeypatch.setattr(Shelf, "save", full)
    told = r"/far/0\.parquet: No space left on device; 0 of 6 replications are stored: mend that, and the same command"
    with pytest.raises(CcsimError, match=told):
        study.compare_plan(two_arms(), setting(tmp_path))


def no_flows(_journal: Any) -> Any:
    return fake.Framed(None)  # type: ignore[arg-type]


def test_tables_that_cannot_be_packed_fail_their_replication_and_no_other(tmp_path: Path) -> None:
    made = two_arms(1)
    tools = replace(fake.TOOLS, flows=no_flows)
    (found,) = carry.carry_out([Assignment(made, tmp_path)], tools, Where("serial", 1), False)
    assert [one.task for one in found] == list(made.tasks())
    assert all(one.failure is not None and one.failure.message.startswith("TypeError") for one in found)
    assert all(one.failure is not None and "in pack" in one.failure.trace for one in found)


# --- the store -------------------------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match=r"results=.*x cannot be written; name a writable folder"):
        made_folder(tmp_path, tmp_path / "x")


@pytest.mark.parametrize("numbers", [True, False])
def test_failed_work_leaves_no_folder_unless_numbers_are_in_it(tmp_path: Path, numbers: bool) -> None:
    with pytest.raises(RuntimeError), place_of(tmp_path, two_arms()) as place:
        assert place is not None
        (place / "shards" / "a").mkdir(parents=True)
        (place / ("kpi.csv" if numbers else "status.json")).write_text("x")
        raise RuntimeError
    assert tmp_path.is_dir()
    assert place is not None and place.exists() is numbers and (tmp_path / "fake").exists() is numbers
    assert not (place / "shards").exists()


def test_without_locks_nobody_is_known_to_work_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with entered(tmp_path) as company:
            assert company
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, "fcntl", None)
            with entered(tmp_path) as company:
                assert not company
    monkeypatch.setattr(fcntl, "flock", _no_locks)
    with entered(tmp_path) as company:
        assert not company


def _no_locks(*_: Any) -> None:
    raise OSError(errno.ENOTSUP, "Operation not supported")


def test_results_that_are_not_there_are_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"billing: no such results under .*; there is: nothing"):
        inventory.folders(tmp_path, "billing")
    (tmp_path / "chats" / "0123456789ab").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"billing: no such results under .*; there is: chats"):
        inventory.folders(tmp_path, "billing")
    assert inventory.folders(tmp_path, "chats") == [tmp_path / "chats" / "0123456789ab"]


def test_a_run_is_complete_without_a_comparison_and_unreadable_files_make_it_partial(tmp_path: Path) -> None:
    store.write_json(tmp_path / "manifest.json", {"kind": "run"})
    store.write_json(tmp_path / "run.json", {"complete": True})
    (tmp_path / "kpi.csv").write_text("arm\n")
    assert inventory.held(tmp_path).state == "complete"
    (tmp_path / "run.json").write_text("{")
    assert inventory.held(tmp_path).state == "partial"
    store.write_json(tmp_path / "run.json", ["complete"])
    assert inventory.held(tmp_path).state == "partial"


def test_a_shard_under_the_number_of_another_is_found_out(tmp_path: Path) -> None:
    place = study.compare_plan(two_arms(), setting(tmp_path)).folder
    assert place is not None
    shutil.copy(place / "shards" / "a" / "0.parquet", place / "shards" / "a" / "7.parquet")
    wrong = {one.path.name: one.wrong for one in inventory.check(place) if one.wrong}
    assert wrong == {"7.parquet": "it belongs to another experiment or replication"}


def test_a_factor_that_pilots_found_is_found_once_for_each_recipe(tmp_path: Path) -> None:
    found = [Calibration(0.8, 1.01, 4), Calibration(0.7, 1.0, 2)]
    first = calibration.known(two_arms(), fake.TOOLS, tmp_path, lambda: found[0])
    again = calibration.known(two_arms(), fake.TOOLS, tmp_path, lambda: found[1])
    assert first == again == found[0]
    other = replace(two_arms(), seed=2)
    assert calibration.known(other, fake.TOOLS, tmp_path, lambda: found[1]) == found[1]
    (tmp_path / calibration.NAME).write_text("{}")
    assert calibration.known(two_arms(), fake.TOOLS, tmp_path, lambda: found[1]) == found[1]


# --- workers and the watch -------------------------------------------------------------------------------------------


def doubled(_shared: Any, item: int) -> Any:
    return (lambda: item) if item < 0 else 2 * item


def test_a_worker_hands_over_results_and_names_one_that_cannot_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = _served(monkeypatch)
    ours.send([(0, 4), (1, -1)])
    ours.send(None)
    local._serve(theirs, Job(doubled, None, ""))
    assert ours.recv() == (0, 8)
    place, raised = ours.recv()
    assert place == 1 and isinstance(raised, Raised)
    assert "a result cannot travel between processes" in str(raised.error)
    assert ours.recv() is None


def test_a_worker_ends_with_the_pipe_and_with_its_main_process(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = _served(monkeypatch)
    gone, end = multiprocessing.Pipe()
    end.close()
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: stub(sentinel=gone))
    local._serve(theirs, Job(doubled, None, ""))
    assert not ours.poll()
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: None)
    ours.close()
    local._serve(theirs, Job(doubled, None, ""))
    assert not theirs.closed


def _served(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """Both ends of a pipe, for a worker in this process, which is to live on and to hear Ctrl-C."""
    monkeypatch.setattr(local, "_die_with_parent", lambda: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    return multiprocessing.Pipe()


def test_only_linux_is_asked_to_end_a_worker_with_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    library = stub(prctl=lambda *given: asked.append(given))
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    for platform, times in (("darwin", 0), ("linux", 1)):
        monkeypatch.setattr(sys, "platform", platform)
        local._die_with_parent()
        assert asked == [(1, signal.SIGKILL)] * times


def test_a_worker_that_is_gone_without_a_word_is_reported_dead_and_let_go() -> None:
    let_go: list[str] = []
    process = stub(
        is_alive=lambda: False, join=lambda: let_go.append("join"), close=lambda: let_go.append("process")
    )  # fmt: skip
    pipe: Any = stub(poll=lambda: False, close=lambda: let_go.append("pipe"))
    pool = local.Local(Job(doubled, None, ""), Where("local", 2))
    worker = local._Worker(process, pipe, bundle=3)
    pool._workers.append(worker)
    report = pool._heard(worker)
    assert (report.bundle, report.died, report.over) == (3, True, False)
    assert let_go == ["join", "process", "pipe"] and not pool._workers


def test_an_error_that_comes_as_the_watch_begins_is_told_and_the_watch_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(watch: Any) -> None:
        watch.found = "too long"
        raise watchdog._StuckError

    monkeypatch.setattr(watchdog._Watch, "start", start)
    with pytest.raises(ModelError, match=r"^too long$"):
        watched(Limits(), lambda _thread: None, lambda: 1)


def test_an_error_that_comes_as_the_watch_ends_changes_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    stops: list[bool] = []
    usual = watchdog._Watch.stop

    def stop(watch: Any) -> None:
        stops.append(True)
        if len(stops) == 1:
            raise watchdog._StuckError
        usual(watch)

    monkeypatch.setattr(watchdog._Watch, "stop", stop)
    assert watched(Limits(look=0.01), lambda _thread: None, lambda: 7) == 7
    assert len(stops) == 2


def test_nothing_is_raised_into_work_that_is_over() -> None:
    watch = watchdog._Watch(Limits(), lambda _thread: None)
    watch.over = True
    watch._raise("too late")
    watchdog._let_come()
    assert watch.found == ""


def test_an_error_that_comes_late_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[int] = []

    def steps(count: int) -> Any:
        came.append(count)
        raise watchdog._StuckError

    monkeypatch.setattr(watchdog, "range", steps, raising=False)
    watchdog._let_come()
    assert came == [watchdog.STEPS]


def test_where_no_thread_has_a_clock_of_its_own_the_time_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "pthread_getcpuclockid")
    assert watchdog._processor(0) is time.monotonic


# --- robustness ------------------------------------------------------------------------------------------------------


def test_an_arm_or_a_kpi_that_robustness_cannot_take_is_refused(tmp_path: Path) -> None:
    uncertain = {"volume": VOLUME}
    asked = centres.experiment(tmp_path, centre(), ["staff.groups.agents.count=3"], uncertain=uncertain)
    with pytest.raises(UsageError, match="arm=today: not an arm to hold against today; one of new"):
        robustness.robust(asked, 8, 2, engine="serial", arm="today")
    primary = {"kpi": "best_fifth_occupancy_gap"}
    asked = centres.experiment(
        tmp_path, centre(), ["staff.groups.agents.count=3"], uncertain=uncertain, primary=primary
    )  # fmt: skip
    with pytest.raises(UsageError, match=r"primary\.kpi: best_fifth_occupancy_gap is a statistic.*name another"):
        robustness.robust(asked, 8, 2, engine="serial")


def test_the_volume_of_worlds_and_of_rehearsals_is_calibrated_as_that_of_the_comparison(tmp_path: Path) -> None:
    """Nobody is resolved at first and everybody comes back once: a birth brings nearly two contacts."""
    made = plan.of_experiment(_recorded(tmp_path), 2, 3)
    factor = robustness._factor(made, "serial", 1)
    assert 0.5 <= factor < 0.8
    assert work._factor(made, Where("serial", 1)) == factor
    assert study.births_factor(made, study.Setting("serial", None, None, None)) == factor


def test_workers_that_die_end_a_robustness_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan.of_experiment(_recorded(tmp_path), 2, 3)
    monkeypatch.setattr(engines, "run", killed)
    with pytest.raises(CcsimError, match="asked: a worker was killed while the volume was calibrated"):
        robustness._factor(made, "local", 2)
    with pytest.raises(CcsimError, match="asked: the worker on world 0 was killed"):
        robustness._carry_out("asked", stub(), 2, "local", 2, False)


def _recorded(tmp_path: Path) -> LoadedExperiment:
    repeat = {"probability": 1.0, "delay": fixed(60)}
    data = centre(volume="offered", returns={"repeat": repeat, "max_contacts": 2})
    data["intents"]["call"]["path"]["front"]["resolution"] = 0.0
    return centres.experiment(tmp_path, data, ["+routing.rule=fastest_first"])


def test_a_recorded_trace_has_no_rate_to_scale(tmp_path: Path) -> None:
    data = centre()
    data["intents"]["call"]["arrivals"] = {"kind": "trace", "file": "t.csv", "column": "moment"}
    loaded = build(tmp_path, data, {"t.csv": {"moment": ["2026-03-02T08:10"]}})
    with pytest.raises(UsageError, match=r"uncertain\.v: arrivals of call are a recorded trace, which has no rate"):
        alter.check(loaded, {"v": Uncertain.model_validate(VOLUME)})


def test_laws_of_parts_are_scaled_part_by_part_and_data_are_not() -> None:
    parts = [{"weight": 0.5, "mean": "10 s"}, {"weight": 0.5, "mean": "30 s"}]
    hyper = schema.Hyperexponential.model_validate({"law": "hyperexponential", "parts": parts})
    assert [part.mean for part in alter.scaled(hyper, 2.0).parts] == [20.0, 60.0]
    parts = [{"weight": 0.25, "of": fixed(5)}, {"weight": 0.75, "of": exponential(7)}]
    mixed = schema.Mixture.model_validate({"law": "mixture", "parts": parts})
    first, second = alter.scaled(mixed, 2.0).parts
    assert (first.of.value, second.of.mean, first.weight) == (10.0, 14.0, 0.25)
    data = schema.Empirical.model_validate({"law": "empirical", "file": "talk.csv", "column": "s"})
    with pytest.raises(UsageError, match=r"talk\.csv are data and cannot be scaled; leave handle_time out"):
        alter.scaled(data, 2.0)


def test_handle_times_that_are_data_are_refused_before_any_world_is_drawn(tmp_path: Path) -> None:
    data = centre()
    data["intents"]["call"]["path"]["front"]["talk"] = {"law": "empirical", "file": "talk.csv", "column": "s"}
    loaded = build(tmp_path, data, {"talk.csv": {"s": [60, 90, 120]}})
    resolution, handle_time = (
        {"x": Uncertain.model_validate({**VOLUME, "scales": scales})} for scales in ("resolution", "handle_time")
    )
    alter.check(loaded, resolution)
    assert alter.altered(loaded, resolution, {"x": 1.0})[1] == 1.0
    with pytest.raises(UsageError, match=r"durations of talk\.csv are data and cannot be scaled"):
        alter.check(loaded, handle_time)


# --- rehearsal -------------------------------------------------------------------------------------------------------


def test_a_rehearsal_whose_worker_dies_says_on_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan.of_experiment(_recorded(tmp_path), 2, 3)
    base = made.arms[0].loaded
    monkeypatch.setattr(engines, "gather", killed)
    with pytest.raises(CcsimError, match="asked: a worker was killed while the volume was calibrated"):
        work._factor(made, Where("serial", 1))
    monkeypatch.setattr(work, "_factor", lambda *_: 1.0)
    with pytest.raises(CcsimError, match=r"asked: the worker on replication 0 \(today everywhere\) was killed"):
        work.carry_out(made, base, made.arms[1].loaded, [], stub(), "aht", "serial", 1, False)


def test_a_pilot_by_queue_is_read_against_the_time_before_it(tmp_path: Path) -> None:
    found = rehearse(
        queues(tmp_path, ["+routing.rule=fastest_first"]), weeks=1, replications=10, engine="serial", designs=["queue"]
    )
    (row,) = found.rows
    assert row.design == "queue" and row.pilots == 2
    assert row.bias == pytest.approx(row.reading - found.question.truth.value)


def test_what_cannot_be_read_by_a_design_says_why(tmp_path: Path) -> None:
    design = {one.by: one for one in DESIGNS}
    base = build(tmp_path / "a", centre(bot={"policy": {"rule": "bot_first"}, "session": exponential(30)}))
    other = build(tmp_path / "b", centre(bot={"policy": {"rule": "human_first"}, "session": exponential(30)}))
    kpi = kpis.find("aht")
    assert "so agents cannot be split by it" in possible.why_not(design["agent"], kpi, base, other, 10)
    told = possible.why_not(design["customer"], kpi, base, base, 40_000)
    assert told == "40000 groups in one replication are more than 32000; shorten the scenario"
    assert possible.why_not(design["customer"], kpi, base, base, 10) == ""


def test_readings_of_nothing_are_not_a_number() -> None:
    nothing = reading.alone(np.zeros((2, 5)))
    assert math.isnan(nothing.value) and nothing.free == 0.0 and math.isnan(nothing.half_width(0.95))
    one = reading.of_values([3.0, math.nan])
    assert one.value == 3.0 and math.isnan(one.error)
    assert math.isnan(reading.of_values([math.nan]).value)


# --- rules, people, laws ---------------------------------------------------------------------------------------------


def lane(index: int = 0, skills: str = "a", **more: Any) -> Any:
    return stub(index=index, skills=frozenset(skills), agents=[1, 2], **more)


def waiting(name: str = "front", since: float = 0.0, **more: Any) -> Any:
    return stub(queue=stub(name=name, index=0, waiting=1), since=since, number=1, channel=stub(whole=True), **more)


def test_a_pool_with_a_negative_affinity_waits_for_ever_where_waiting_has_no_weight() -> None:
    given = {"affinity": {"front": {"a": -10.0}}, "waiting_weight": {"front": 0.0}}
    router: Any = registry.build("router", "waiting_and_idle", given)
    view = stub(now=5.0, lanes=lambda _: [lane()])
    assert router.reconsider(view, waiting()) == INFINITY
    assert "its affinity is negative for so short a wait" in router.explain(view, waiting(), None).because


def test_rules_that_give_a_contact_to_nobody_say_so() -> None:
    router: Any = registry.build("router", "queue_and_idleness", {})
    nobody = stub(lane=lane(queues=[]))
    view = stub(now=0.0, heads=lambda _: [])
    assert router.choose_contact(view, nobody) is None
    assert router.explain(view, waiting(), None).because == "the rule gave it to nobody"
    assert router.explain_contact(view, nobody, None).because == "the rule gave it to nobody"
    other: Any = registry.build("router", "waiting_and_idle", {})
    assert other.explain_contact(view, nobody, None).because == "all who wait are to wait longer for other pools"


class Held(HoldingRouter):
    """Holds every contact for the agents of its list."""

    def __init__(self, hold: float, wanted: list[Any]) -> None:
        super().__init__(registry.Params(), hold)
        self._wanted = wanted

    def wanted(self, view: Any, contact: Any) -> list[Any]:
        """The list."""
        return self._wanted


def test_a_contact_that_is_held_says_for_whom_and_why_it_was_given() -> None:
    mine, other = (stub(name=name, on_duty=lambda: True, has_room=lambda _: True) for name in ("Ada", "Bob"))
    view = stub(now=5.0, free_agents=lambda _: iter([mine, other]))
    router: Any = Held(10.0, [mine])
    contact = waiting()
    assert router.explain(view, contact, mine).because == "the contact is wanted by the agent"
    assert router.explain(view, contact, other).because == "it is held for nobody, who had been free longest of 2"
    assert router.explain_contact(view, other, None).because == "all who wait are held for others"
    assert router.explain_contact(view, mine, contact).because.startswith("it was held for this agent")
    view.now = 20.0
    assert router.explain_contact(view, mine, contact).because.startswith("none is held for this agent")


def test_quality_is_estimated_from_evaluations_where_a_rule_asks_for_them() -> None:
    signals: Any = stub(qa=[[0.9]], qa_error=[[0.1]], qa_count=[[7.0]])
    assert estimate(signals, "qa") == ([[0.9]], [[0.1]], [[7.0]])


def test_a_shift_that_is_not_there_or_impossible_stops_hiring(tmp_path: Path) -> None:
    data = centre()
    data["staff"]["shifts"] = {"early": {"start": "08:00", "end": "16:00"}}
    data["staff"]["groups"]["agents"]["shift"] = "early"
    loaded = build(tmp_path, data)
    (duty, *_rest) = people.hire(loaded)[0].duties
    assert (duty.start, duty.end) == (0.0, 8 * 3600.0)
    staff = loaded.scenario.staff
    group = staff.groups["agents"].model_copy(update={"shift": "late"})
    shift = staff.shifts["early"].model_copy(update={"end": 7 * 3600.0})
    for change, path, value in (
        ({"groups": {"agents": group}}, "staff.groups.agents.shift", "late"),
        ({"shifts": {"early": shift}}, "staff.shifts.early.end", 7.0),
    ):
        scenario = loaded.scenario.model_copy(update={"staff": staff.model_copy(update=change)})
        with pytest.raises(ScenarioError) as caught:
            people.hire(replace(loaded, scenario=scenario))
        assert {(one.path, one.value) for one in caught.value.problems} == {(path, value)}
        assert all(one.mend for one in caught.value.problems)


def test_a_law_of_which_no_table_is_exact_enough_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LawError, match=r"gamma: shape is 1e-08; no quantile table of it is exact enough"):
        tables.gamma_table(1e-8)
    monkeypatch.setattr(tables, "refine", lambda _curve: (None, None, 2.0))
    with pytest.raises(LawError, match=r"mixture: no quantile table is exact enough near 7\.389"):
        tables._cover([(1.0, laws.exponential(1.0))], 0.0, 1.0, [])


def test_a_lognormal_without_spread_is_an_atom_of_its_mixture() -> None:
    mixed = laws.mixture([(1.0, laws.lognormal(5.0, 0.0)), (3.0, laws.deterministic(1.0))])
    assert [mixed.quantile(u) for u in (0.1, 0.74, 0.76, 0.9)] == pytest.approx([1.0, 1.0, 5.0, 5.0])
    assert mixed.mean == pytest.approx(2.0)


def test_a_law_whose_largest_values_overflow_asks_for_milder_parameters() -> None:
    def overflows(_u: float) -> float:
        raise OverflowError

    law: Any = stub(quantile=overflows, mean=1.0, cv=1.0)
    with pytest.raises(LawError, match="beyond what a float can hold; choose milder parameters"):
        laws._checked(law)
