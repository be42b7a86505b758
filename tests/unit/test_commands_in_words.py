"""What the commands say in odd places: refusals by place, value and mend, empty tables, partial runs, exit codes.

Everything runs in this process; where a command would need a long run, only its outermost call is replaced.
"""

from __future__ import annotations

import builtins
import json
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from sim import __main__ as under_hydra
from sim import __version__, cli
from sim.command import actions, advise, explain, show
from sim.command.catalogue import LISTS
from sim.command.request import Request
from sim.errors import CcsimError, UsageError
from sim.experiment import advice, explained, search, study, sweep
from sim.experiment.finished import Failed
from sim.experiment.store import inventory, query
from tests.contracts.rules import forgetting
from tests.scenarios import centre, write
from tests.unit import fake_centre as fake
from tests.unit import fake_results
from tests.unit.fake_centre import Loaded

Captured = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch
EXPERIMENT = """
title: T
base: made
arms: {a: {}, b: {overrides: [staff.groups.agents.count=3]}}
primary: {kpi: wait_all, matters: 20}
guardrails: {abandonment: {margin: 0.05}}
replications: 5
"""
RULE = """
import sim


@sim.register("router", "rule_of_this_test")
class Mine:
    \"\"\"Takes whoever is first.\"\"\"
"""
STATUS = {
    "state": "finished", "points": 3, "replications": 10, "done": 4, "reused": 0, "failed": 0, "contacts": 100,
    "contacts_per_second": 50.0, "seconds": 2.0, "seconds_left": None, "primary": None, "half_width": None,
}  # fmt: skip


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A result folder that holds a status and nothing else."""
    folder = tmp_path / "results" / "fake" / "0123456789ab"
    folder.mkdir(parents=True)
    (folder / "status.json").write_text(json.dumps(STATUS))
    return folder


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: Patch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, centre())


@pytest.fixture
def experiment(scenario: Path) -> Path:
    path = scenario.parent / "asked.yaml"
    path.write_text(EXPERIMENT)
    return path


def results(held: Path, *words: str) -> int:
    return cli.main(["results", *words, f"results={held.parents[1]}"])


def at_a_terminal(monkeypatch: Patch, answer: str) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(builtins, "input", lambda _question: answer)


def failures(count: int) -> list[Failed]:
    return [Failed("a", k, f"no \x1b[31magents {k}", "", f"ccsim run x replication={k}") for k in range(count)]


def partial_comparison(results: Path | None) -> study.Comparison:
    setting = study.Setting("serial", None, results, None, fake.tools(fake.fails_at_two))
    with pytest.warns(UserWarning, match="1 replications failed"):
        return study.compare_plan(fake.comparison_plan(5, a=Loaded(), b=Loaded(effect=0.05)), setting)


# --- results and status ----------------------------------------------------------------------------------------------


def test_an_empty_root_is_said_to_be_empty_by_every_command(tmp_path: Path, capsys: Captured) -> None:
    root = f"results={tmp_path}"
    for words, said in (
        (["results"], f"no results in {tmp_path}"),
        (["status"], f"nothing has run in {tmp_path}"),
        (["results", "prune"], f"nothing to remove in {tmp_path}"),
    ):
        assert cli.main([*words, root]) == 0
        assert capsys.readouterr().out.startswith(said)


@pytest.mark.parametrize("words", [["results", "list", "a", "b"], ["results", "verify", "a", "b"], ["status", "b=1"]])
def test_a_word_too_many_is_named(tmp_path: Path, words: list[str], capsys: Captured) -> None:
    assert cli.main([*words, f"results={tmp_path}"]) == 2
    assert capsys.readouterr().err.strip() == f"{words[-1]}: one word too many"


def test_status_of_one_result_folder_shows_that_one_with_its_points(held: Path, capsys: Captured) -> None:
    assert cli.main(["status", str(held)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("fake/0123456789ab  partial · 4 of 10 replications · 3 points")
    assert "left" not in shown


@pytest.mark.parametrize(
    "damage",
    [{"weather": "fine"}, *({"state": "running", "host": "far", "seconds_left": float(x)} for x in ("nan", "inf"))],
)
def test_a_status_of_something_else_is_no_fault_of_the_program(
    damage: dict[str, Any], held: Path, capsys: Captured
) -> None:
    told = json.loads((held / "status.json").read_text())
    (held / "status.json").write_text(json.dumps(damage if "weather" in damage else told | damage))
    assert cli.main(["status", str(held)]) == 1
    assert capsys.readouterr().err.strip() == "ccsim: status.json is not one of ours"


def test_small_files_with_nonsense_in_them_are_listed_as_far_as_they_say(held: Path, capsys: Captured) -> None:
    told = json.loads((held / "status.json").read_text())
    here = {"state": "running", "host": socket.gethostname(), "process": "abc"}
    (held / "status.json").write_text(json.dumps(told | here))
    (held / "run.json").write_text('{"failures": null}')
    assert results(held) == 0
    assert "partial" in capsys.readouterr().out


def test_verify_says_when_shards_were_made_on_two_platforms(held: Path, monkeypatch: Patch, capsys: Captured) -> None:
    shards = [inventory.Checked(held / "0.parquet", "", "linux"), inventory.Checked(held / "1.parquet", "", "darwin")]
    monkeypatch.setattr(inventory, "check", lambda _folder: iter(shards))
    assert results(held, "verify") == 0
    assert "made on 2 platforms, of which one run uses one: darwin; linux" in capsys.readouterr().out


def test_a_query_without_sql_names_the_tables(held: Path, capsys: Captured) -> None:
    assert results(held, "query") == 2
    assert "no SQL is given; there are kpi, agent, flow, contacts" in capsys.readouterr().err


def test_a_query_is_a_table_at_a_terminal_that_cannot_steer_it_and_csv_elsewhere(
    held: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    monkeypatch.setattr(query, "query", lambda *_: pd.DataFrame({"arm": ["a\x1b[31m"], "n": [5]}))
    assert results(held, "query", "SELECT 1") == 0
    assert capsys.readouterr().out.splitlines()[0] == "arm,n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert results(held, "query", "SELECT 1") == 0
    shown = capsys.readouterr().out
    assert shown.split()[:2] == ["arm", "n"]
    assert "\x1b" not in shown


def test_prune_leaves_an_experiment_that_runs(held: Path, capsys: Captured) -> None:
    (held / "status.json").write_text(json.dumps(STATUS | {"state": "running", "host": "elsewhere", "process": 1}))
    assert results(held, "prune", "fake", "--yes") == 2
    assert capsys.readouterr().err.strip() == f"{held}: an experiment runs there; end it first"
    assert held.exists()


def test_prune_removes_only_after_a_yes(held: Path, monkeypatch: Patch, capsys: Captured) -> None:
    at_a_terminal(monkeypatch, "")
    assert results(held, "prune", "fake") == 1
    assert "nothing was removed" in capsys.readouterr().out
    assert held.exists()
    at_a_terminal(monkeypatch, " Yes ")
    assert results(held, "prune", "fake") == 0
    assert "removed 1" in capsys.readouterr().out
    assert not held.exists()


# --- run and compare -------------------------------------------------------------------------------------------------


def test_a_run_is_sent_to_explain_for_explanations(capsys: Captured) -> None:
    assert cli.main(["run", "single_queue", "explain=3"]) == 2
    assert capsys.readouterr().err.strip().startswith("explain=3: write ccsim explain single_queue")


def test_a_comparison_explains_no_more_than_ten_thousand_decisions(capsys: Captured) -> None:
    assert cli.main(["compare", "quality_routing", "explain=10001"]) == 2
    assert capsys.readouterr().err.strip() == "explain: 10001 is not a whole number from 0 to 10000"


def test_a_comparison_keeps_the_explanations_asked_for(experiment: Path, capsys: Captured) -> None:
    assert cli.main(["compare", str(experiment), "explain=2", "engine=serial"]) == 0
    report = Path(capsys.readouterr().out.rstrip().splitlines()[-1].removeprefix("Report: "))
    told = json.loads((report.parent / "explained.json").read_text())
    assert [arm["arm"] for arm in told["arms"]] == ["a", "b"]
    assert all(len(arm["decisions"]) == 2 for arm in told["arms"])


def test_a_comparison_with_a_failed_replication_has_no_verdict_and_is_1(
    tmp_path: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    found = partial_comparison(tmp_path)
    monkeypatch.setattr(study, "compare", lambda *_, **__: found)
    assert actions.compare_experiment(Request(experiment="quality_routing")) == 1
    shown = capsys.readouterr()
    assert "no verdict" in shown.out
    assert f"Report: {found.folder}" in shown.out
    assert "failed: arm b, replication 2: " in shown.err
    assert "no agents at all" in shown.err
    assert "repeat it: " in shown.err


def test_a_comparison_that_stores_nothing_has_no_place_for_explanations(monkeypatch: Patch) -> None:
    setting = study.Setting("serial", None, None, None, fake.TOOLS)
    found = study.compare_plan(fake.comparison_plan(5), setting)
    monkeypatch.setattr(study, "compare", lambda *_, **__: found)
    monkeypatch.setattr(explained, "keep", lambda *_: pytest.fail("explanations were kept"))
    with pytest.raises(UsageError, match="give it a results folder to get a report"):
        actions.compare_experiment(Request(experiment="quality_routing", explain=1))


@pytest.mark.parametrize("word", ["replication=3", "births_factor=0.5", "scenario=single_queue"])
def test_what_belongs_to_one_scenario_is_refused_beside_an_experiment(word: str, capsys: Captured) -> None:
    assert cli.main(["compare", "experiment=quality_routing", word]) == 2
    assert capsys.readouterr().err.startswith(f"{word.partition('=')[0]}=: this belongs to a run of one scenario")


def test_five_failures_are_told_and_the_rest_counted(capsys: Captured) -> None:
    assert show.failed(failures(7)) == 1
    told = capsys.readouterr().err
    assert told.count("repeat it: ccsim run x replication=") == 5
    assert "… and 2 more, see run.json" in told
    assert "\x1b" not in told
    assert show.failed(failures(5)) == 1
    assert "more, see" not in capsys.readouterr().err
    assert show.failed([]) == 0


def test_a_sweep_says_how_many_were_lost(capsys: Captured) -> None:
    assert show.lost(0) == 0
    assert capsys.readouterr().err == ""
    assert show.lost(3) == 1
    assert capsys.readouterr().err.startswith("3 replications failed; the column `failed` of points.csv")


def test_the_selection_of_the_best_is_told_below_the_cards(capsys: Captured) -> None:
    row = {"arm": "b", "label": "B", "in_the_race": True, "replications": 9, "from_the_best_low": 0.1}
    told = {
        "kpi": "fcr", "in_the_race": ["b"], "replications": 9, "best": "b", "guarantee": "right in 95 of 100",
        "arms": [row | {"from_the_best_high": 0.2}], "pareto": {"dominated": {}, "kpis": ["fcr"]},
    }  # fmt: skip
    setting = study.Setting("serial", None, None, None, fake.TOOLS)
    found = study.compare_plan(fake.comparison_plan(5), setting)
    show.cards(replace(found, selection=None))
    assert "Best by" not in capsys.readouterr().out
    show.cards(replace(found, selection=told))
    assert "Best by fcr: B (b), after 9 replications; right in 95 of 100." in capsys.readouterr().out


# --- sweep -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no scenario is named; write ccsim sweep NAME a.b=1,2,3"),
        (["quality_routing", "a.b=1,2"], "quality_routing is an experiment; a sweep takes a scenario"),
        (["single_queue", "objectives=service_level"], "a search needs a parameter with several values"),
        (["single_queue", "sampler=search", "staff.groups.agents.count=4,5"], "a search needs objectives"),
        (
            ["single_queue", "objectives=service_level", "points=many", "staff.groups.agents.count=range(4,9)"],
            "points=many: not a whole number; write points=64",
        ),
        (["single_queue", "points=p.csv", "staff.groups.agents.count=4,5"], "points=p.csv: the table brings"),
        (["single_queue", "points=p.csv", "sampler=grid"], "points=p.csv: the table brings"),
        (["single_queue", "points=p.csv"], "points=p.csv: there is no such file"),
        (["single_queue", "points=1e3", "staff.groups.agents.count=4,5"], "points=1e3: not a whole number"),
    ],
)
def test_a_sweep_refuses_what_it_cannot_run(
    words: list[str], said: str, tmp_path: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["sweep", *words]) == 2
    assert capsys.readouterr().err.startswith(said)
    assert not list(tmp_path.iterdir())


def test_a_sweep_says_which_code_it_loaded_before_it_runs(scenario: Path, monkeypatch: Patch, capsys: Captured) -> None:
    def stopped(*_: Any) -> Any:
        raise CcsimError("stopped here")

    monkeypatch.setattr(sweep, "run", stopped)
    Path("mine.py").write_text(RULE)
    with forgetting():
        assert cli.main(["sweep", str(scenario), "staff.groups.agents.count=2,3", "rules=mine.py"]) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0].startswith("code was loaded: mine.py (SHA-256 ")
    assert shown.out.splitlines()[1] == "2 points, 10 replications each"
    assert shown.err.strip() == "ccsim: stopped here"


def test_a_search_gets_the_objectives_and_fifty_points_if_nothing_is_said(
    scenario: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    heard: list[tuple[list[tuple[str, bool]], int, int]] = []

    def stopped(_planned: Any, _axes: Any, aims: Any, count: int, seed: int, _setting: Any) -> Any:
        heard.append(([(aim.kpi, aim.maximise) for aim in aims], count, seed))
        raise CcsimError("stopped here")

    monkeypatch.setattr(search, "run", stopped)
    words = ["sweep", str(scenario), "staff.groups.agents.count=range(2,5)", "objectives=service_level,asa:min"]
    assert cli.main(words) == 1
    assert cli.main([*words, "points=7", "seed=3"]) == 1
    aims = [("service_level", True), ("asa", False)]
    assert heard == [(aims, 50, 1), (aims, 7, 3)]
    assert "points: " not in capsys.readouterr().out


# --- explain ---------------------------------------------------------------------------------------------------------


def test_explain_asks_for_a_name(capsys: Captured) -> None:
    assert cli.main(["explain", "seed=1"]) == 2
    assert capsys.readouterr().err.startswith("nothing is named to explain; write: ccsim explain NAME")


def test_each_arm_of_an_experiment_is_explained(experiment: Path, capsys: Captured) -> None:
    assert cli.main(["explain", str(experiment), "sample=1", "engine=serial"]) == 0
    heads = [line for line in capsys.readouterr().out.splitlines() if "replication 0" in line]
    assert [head.split(" · ")[0] for head in heads] == ["a", "b"]


def test_a_day_with_a_time_is_a_moment_and_a_word_is_none() -> None:
    start = datetime(2026, 3, 2, 8)
    assert explain._moment("'2026-03-03 10:15'", start) == 86400 + 2.25 * 3600
    assert explain._moment("07:00", start) == 23 * 3600
    with pytest.raises(UsageError, match=r"at=soon: not a time; write at=10:15"):
        explain._moment("soon", start)


def test_moves_and_coaching_are_told_and_so_is_that_nothing_happened(
    scenario: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    nothing: dict[str, Any] = {"label": "L", "rule": "r", "decisions": [], "moves": [], "coaching": []}
    busy = nothing | {
        "moves": [{"time": "10:00", "sentence": "a break was moved"}],
        "coaching": [{"time": "11:00", "sentence": "Ann was coached"}],
    }
    monkeypatch.setattr(explained, "explain", lambda *_: {"seed": 1, "replication": 0, "arms": [nothing, busy]})
    assert cli.main(["explain", str(scenario), "engine=serial"]) == 0
    first, _, second = capsys.readouterr().out.partition("nothing of what was asked for happened in this replication")
    assert first.strip() == "L · rule r · seed 1, replication 0"
    assert "10:00  schedule: a break was moved" in second
    assert "11:00  coaching: Ann was coached" in second


# --- advise ----------------------------------------------------------------------------------------------------------


def test_a_pilot_with_failures_gives_no_advice(experiment: Path, monkeypatch: Patch, capsys: Captured) -> None:
    found = partial_comparison(None)
    monkeypatch.setattr(study, "compare_plan", lambda *_: found)
    assert cli.main(["advise", str(experiment)]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("failed: arm b, replication 2: ")


def test_without_a_difference_that_matters_no_number_follows() -> None:
    need = advice.Need("b", "wait", 0.0, 1.0, None)
    assert advise._said(need, "s", "B").startswith("B: wait: no smallest difference that matters is stated")
    assert advise._conclusion([need], 0.0).startswith("State primary.matters")
    assert advise._conclusion([replace(need, target=1.0, replications=7)], 1.0).startswith("Advice: replications=7,")


def test_a_series_too_short_for_advice_says_so(scenario: Path, capsys: Captured) -> None:
    assert cli.main(["advise", str(scenario), "engine=serial", "replications=5"]) == 0
    shown = capsys.readouterr().out
    assert "in 2 intervals of" in shown
    assert "\nNo advice: " in shown
    assert "calendar.warmup" not in shown


def test_the_series_is_of_the_first_kpi_that_all_intervals_define() -> None:
    columns = ["scope", "kpi", "interval", "numerator", "denominator"]
    asa = [("all", "asa", "1", 5.0, 1.0), ("all", "asa", "2", 0.0, 0.0)]
    occupancy = [("all", "occupancy", "1", 1.0, 2.0), ("all", "occupancy", "2", 3.0, 4.0)]
    name, series = advise._series(pd.DataFrame([*asa, *occupancy], columns=columns))
    assert (name, list(series)) == ("occupancy", [0.5, 0.75])
    name, series = advise._series(pd.DataFrame(asa, columns=columns))
    assert (name, len(series)) == ("occupancy", 0)


# --- words -----------------------------------------------------------------------------------------------------------


def test_words_with_a_unit_a_share_or_a_choice_are_read() -> None:
    asked = Request.read(["time_limit='10 min'", "births_factor=0.5", "names=show", "contacts=NO"])
    assert (asked.time_limit, asked.births_factor, asked.names, asked.contacts) == (600.0, 0.5, True, False)
    assert Request.read(["names=hide"]).names is False


@pytest.mark.parametrize(
    ("word", "mend"),
    [
        ("time_limit=soon", "time_limit=soon: not a duration; write one number and one unit"),
        ("names=maybe", "names=maybe: write names=show or names=hide"),
        ("births_factor=half", "births_factor=half: not a number above 0 and up to 1"),
        ("births_factor=nan", "births_factor=nan: not a number above 0 and up to 1"),
        ("results=a\tb", r"results='a\tb': not the name of a file or folder; write results=PATH"),
    ],
)
def test_a_value_that_cannot_be_read_is_told_with_its_key_and_mend(word: str, mend: str, capsys: Captured) -> None:
    assert cli.main(["run", "single_queue", word]) == 2
    assert capsys.readouterr().err.startswith(mend)


# --- ccsim itself ----------------------------------------------------------------------------------------------------


def test_the_version_is_printed_and_no_command_at_all_shows_the_help(capsys: Captured) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"ccsim {__version__}\n"
    assert cli.main([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "exit codes: 0 done, 1 failed" in shown.err


def test_a_list_of_everything_has_a_head_for_each_kind(capsys: Captured) -> None:
    assert cli.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [f"{what}:" for what in LISTS]


def test_several_comparisons_give_one_overview_where_they_all_lie(tmp_path: Path, capsys: Captured) -> None:
    small = fake_results.Plan(intents={}, segments={}, intervals=2, replications=5)
    folders = [fake_results.write(tmp_path / name / "f", small) for name in ("a", "b")]
    assert cli.main(["report", *map(str, folders)]) == 0
    written = Path(capsys.readouterr().out.strip().removeprefix("Overview: "))
    assert written.parent == tmp_path.resolve()
    assert written.is_file()
    (folders[1] / "comparison.csv").unlink()
    assert cli.main(["report", *map(str, folders)]) == 2
    assert capsys.readouterr().err.startswith(f"{folders[1]}: no comparison.csv here; name a finished comparison")


def test_the_report_of_a_sweep_is_written_again(tmp_path: Path, monkeypatch: Patch, capsys: Captured) -> None:
    from sim.report import swept

    (tmp_path / "sweep.json").write_text("{}")
    monkeypatch.setattr(swept, "write", lambda folder: folder / "report.html")
    assert cli.main(["report", str(tmp_path)]) == 0
    assert capsys.readouterr().out.strip() == f"Report: {tmp_path / 'report.html'}"


def raises(error: BaseException) -> Callable[[], int]:
    def work() -> int:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (CcsimError("a\nb\x1b[31m"), 1, "ccsim: a\nb"),
        (KeyboardInterrupt("3 of 9 are kept"), 130, "interrupted: 3 of 9 are kept\n"),
        (OSError(28, "No space left on device", "kpi.csv"), 1, "ccsim: kpi.csv: No space left on device\n"),
        (OSError("odd"), 1, "ccsim: a file: odd\n"),
    ],
)
def test_an_error_is_one_sentence_and_an_exit_code(
    error: BaseException, code: int, said: str, capsys: Captured
) -> None:
    assert cli.guarded(raises(error)) == code
    told = capsys.readouterr().err
    assert told.startswith(said)
    assert "Traceback" not in told and "\x1b" not in told


def test_a_reader_that_went_away_is_1_without_a_word(tmp_path: Path, monkeypatch: Patch, capsys: Captured) -> None:
    with (tmp_path / "out").open("w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert cli.guarded(raises(BrokenPipeError())) == 1
        out.write("what is left")
        out.flush()
        assert os.fstat(out.fileno()).st_rdev == os.stat(os.devnull).st_rdev
        monkeypatch.undo()
    assert (tmp_path / "out").read_text() == ""
    assert capsys.readouterr().err == ""


def test_an_output_that_knows_no_error_handling_is_left_as_it_is(monkeypatch: Patch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(write=heard.append, flush=lambda: None))
    code = cli.guarded(raises(UsageError("a=1: wrong")))
    assert (code, "".join(heard)) == (2, "a=1: wrong\n")


# --- python -m sim ---------------------------------------------------------------------------------------------------


def hydra(monkeypatch: Patch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["sim", *words])
    return under_hydra.main()


def test_without_a_scenario_the_experiment_of_the_configuration_is_meant() -> None:
    asked = under_hydra._request(["seed=3", "hydra.verbose=true", "experiment=none"], {"experiment": "quality_routing"})
    assert asked == Request(experiment="quality_routing", seed=3)


def test_an_interrupted_point_ends_the_sweep_with_130(scenario: Path, monkeypatch: Patch, capsys: Captured) -> None:
    asked: list[Request] = []

    def interrupted(request: Request) -> int:
        asked.append(request)
        raise KeyboardInterrupt

    monkeypatch.setattr(actions, "run_scenario", interrupted)
    assert hydra(monkeypatch, "-m", f"scenario={scenario}", "seed=1,2,3") == 130
    assert [request.seed for request in asked] == [1]
    shown = capsys.readouterr()
    assert f"point 1 of 3: scenario={scenario} seed=1" in shown.out
    assert "interrupted" in shown.err


def test_what_hydra_refuses_before_any_point_is_2(scenario: Path, monkeypatch: Patch, capsys: Captured) -> None:
    monkeypatch.setattr(actions, "run_scenario", lambda _: pytest.fail("it ran"))
    assert hydra(monkeypatch, f"scenario={scenario}", "hydra.nonsense=1") == 2
    assert "nonsense" in capsys.readouterr().err


def test_the_exit_code_of_a_sweep_is_that_of_its_worst_point(scenario: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr(actions, "run_scenario", lambda request: int(request.seed == 2))
    assert hydra(monkeypatch, "-m", f"scenario={scenario}", "seed=1,2,3") == 1
    assert hydra(monkeypatch, "-m", f"scenario={scenario}", "seed=1,3") == 0


def test_a_sweep_that_hydra_cannot_split_is_2(scenario: Path, monkeypatch: Patch, capsys: Captured) -> None:
    monkeypatch.setattr(actions, "run_scenario", lambda _: pytest.fail("it ran"))
    assert hydra(monkeypatch, "-m", f"scenario={scenario}", "staff.shrinkage=interval(0,1)") == 2
    told = capsys.readouterr().err
    assert "INTERVAL_SWEEP" in told
    assert "Traceback" not in told


def test_a_point_that_fails_in_a_process_of_a_launcher_is_heard_of_as_an_error(
    scenario: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    processes = count(1)
    monkeypatch.setattr(under_hydra, "os", SimpleNamespace(getpid=lambda: next(processes)))
    monkeypatch.setattr(actions, "run_scenario", lambda _: 1)
    assert hydra(monkeypatch, f"scenario={scenario}", "seed=1") == 1
    assert f"point failed: scenario={scenario} seed=1" in capsys.readouterr().err


@pytest.mark.parametrize(("more", "code"), [((), 2), (("hydra/launcher=joblib",), 1)])
def test_an_end_before_any_point_is_2_but_1_where_a_launcher_may_have_begun(
    scenario: Path, monkeypatch: Patch, more: tuple[str, ...], code: int
) -> None:
    def ends() -> None:
        raise SystemExit(1)

    monkeypatch.setattr("hydra.main", lambda **_: lambda _job: ends)
    assert hydra(monkeypatch, f"scenario={scenario}", *more) == code
