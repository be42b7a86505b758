"""The two command lines: exit codes, no tracebacks for people's mistakes, start-up time, one meaning of overrides."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from sim import cli
from sim.command.request import Request
from sim.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
TINY = ("calendar.length='1 h'", "calendar.warmup='0 s'", "calendar.max_drain='30 min'")
EXPERIMENT = """
title: More agents
question: Do two more agents help?
base: single_queue
arms:
  today: {}
  more: {label: Two more, overrides: [staff.groups.agents.count=52]}
primary: {kpi: abandonment, matters: 0.001}
guardrails: {total_cost: {margin: 1000}}
replications: 6
"""


def call(module: str, *words: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"} | more
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)


def ccsim(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return call("sim.cli", *words, cwd=cwd)


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    path = tmp_path / "more_agents.yaml"
    path.write_text(EXPERIMENT)
    return path


# --- reading words ---------------------------------------------------------------------------------------------------


def test_our_keys_are_read_and_all_else_is_an_override() -> None:
    asked = Request.read(["scenario=x", "replications=7", "staff.shrinkage=0.2", "~bot", "+a.b=1", "seed=3"])
    assert (asked.scenario, asked.replications, asked.seed) == ("x", 7, 3)
    assert asked.overrides == ("staff.shrinkage=0.2", "~bot", "+a.b=1")


def test_null_leaves_a_choice_to_the_file() -> None:
    assert Request.read(["replications=null", "workers="]) == Request()


@pytest.mark.parametrize("word", ["result=x", "Replications=10", "seeds=1", "worker=2"])
def test_a_misspelt_key_of_ours_is_no_override(word: str) -> None:
    with pytest.raises(UsageError, match="did you mean"):
        Request.read([word])


@pytest.mark.parametrize("word", ["replications=ten", "seed=1.5", "contacts=maybe", "births_factor=2", "workers=x"])
def test_an_unreadable_value_is_refused_by_name(word: str) -> None:
    with pytest.raises(UsageError, match=word.split("=", maxsplit=1)[0]):
        Request.read([word])


def test_interrupting_is_130_and_a_fault_of_ours_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    def faulty() -> int:
        raise ZeroDivisionError

    assert cli.guarded(interrupted) == 130
    assert cli.guarded(faulty) == 1
    assert "fault of the program" in capsys.readouterr().err


# --- ccsim -----------------------------------------------------------------------------------------------------------


def test_run_prints_kpis_and_writes_them(tmp_path: Path) -> None:
    words = ("run", "scenario=single_queue", "replications=5", "seed=2", "results=out", "workers=2", *TINY)
    done = ccsim(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "±" in done.stdout
    assert "service_level" in done.stdout
    (written,) = (tmp_path / "out" / "single_queue").glob("*/kpi.csv")
    assert list(pd.read_csv(written).columns) == [
        "arm", "replication", "scope", "interval", "kpi", "numerator", "denominator", "value",
    ]  # fmt: skip
    assert done.stdout.rstrip().endswith("kpi.csv")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "scenario=single_queu"), "did you mean 'single_queue'"),
        (("run",), "write scenario=NAME"),
        (("run", "single_queue", "staff.groups.agnts.count=3"), "did you mean `staff.groups.agents`"),
        (("run", "single_queue", "replications=0"), "replications"),
        (("run", "single_queue", "engine=cloud"), "engine"),
        (("run", "single_queue", "result=elsewhere"), "did you mean results=?"),
        (("run", "single_queue", "--seed", "3"), "key=value"),
        (("run", "quality_routing"), "write: ccsim compare quality_routing"),
        (("compare", "single_queue"), "write: ccsim run single_queue"),
        (("compare", "scenario=x"), "write experiment=NAME"),
        (("validate", "missing.yaml"), "missing.yaml"),
        (("report", "."), "manifest.json"),
        (("fly",), "invalid choice"),
    ],
)
def test_a_wrong_argument_is_2_and_shows_no_traceback(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = ccsim(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    began = time.perf_counter()
    done = ccsim("run", "single_queue", "replications=1000", "results=file", cwd=tmp_path)
    assert (done.returncode, "writable folder" in done.stderr) == (2, True)
    assert time.perf_counter() - began < 20.0


def test_a_name_that_is_a_file_of_this_folder_is_answered_with_its_path(tmp_path: Path, experiment: Path) -> None:
    assert "write more_agents.yaml" in ccsim("compare", "more_agents", cwd=tmp_path).stderr


def test_ctrl_c_is_130_ends_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "sim.cli", "run", "single_queue", "replications=1000"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - a background job ignores it
    )  # fmt: skip
    while not (tmp_path / "results").exists():
        time.sleep(0.05)
    time.sleep(1.0)
    os.killpg(process.pid, signal.SIGINT)
    assert "interrupted" in process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert not list(tmp_path.iterdir())


def test_compare_ends_with_the_card_and_the_report(tmp_path: Path, experiment: Path) -> None:
    done = ccsim("compare", str(experiment), "workers=2", *TINY, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    last = done.stdout.rstrip().splitlines()[-1]
    assert last.startswith("Report: ")
    assert (tmp_path / last.removeprefix("Report: ")).is_file()
    (folder,) = (tmp_path / "results" / "more_agents").iterdir()
    (card,) = json.loads((folder / "card.json").read_text())
    assert card["arm"] == "more"
    assert ccsim("report", str(folder), cwd=tmp_path).returncode == 0


def test_validate_list_and_doctor_answer(tmp_path: Path, experiment: Path) -> None:
    assert "2 arms" in ccsim("validate", str(experiment), "single_queue", cwd=tmp_path).stdout
    assert "single_queue" in ccsim("list", "scenarios", cwd=tmp_path).stdout
    assert "longest_idle" in ccsim("list", "routers", cwd=tmp_path).stdout
    assert "contact flow:" in ccsim("doctor", cwd=tmp_path).stdout


def test_help_has_examples(tmp_path: Path) -> None:
    for words in (("--help",), ("run", "--help"), ("compare", "--help")):
        done = ccsim(*words, cwd=tmp_path)
        assert done.returncode == 0
        assert "examples:" in done.stdout


def test_start_up_takes_less_than_four_tenths_of_a_second(tmp_path: Path) -> None:
    def once() -> float:
        began = time.perf_counter()
        assert ccsim("--version", cwd=tmp_path).returncode == 0
        return time.perf_counter() - began

    assert min(once() for _ in range(5)) < 0.4


def test_importing_the_package_imports_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys, sim, sim.cli; print([m for m in ('numpy', 'pandas', 'pydantic', 'hydra') if m in sys.modules])"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# --- python -m sim ---------------------------------------------------------------------------------------------------


def test_a_sweep_gives_one_result_folder_a_point_with_shared_arrivals(tmp_path: Path) -> None:
    words = ("-m", "scenario=single_queue", "staff.groups.agents.count=48,50,52", "replications=2", *TINY)
    done = call("sim", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folders = sorted((tmp_path / "results" / "single_queue").iterdir())
    assert len(folders) == 3
    offered = [_total(folder, "contacts") for folder in folders]
    assert offered[0] == offered[1] == offered[2]
    assert len({tuple(_total(folder, "abandoned")) for folder in folders}) > 1
    litter = [path for path in tmp_path.rglob("*") if path.name in (".hydra", "outputs", "multirun", "sim.log")]
    assert not litter
    assert {path.name for path in tmp_path.iterdir()} == {"results"}


def _total(folder: Path, kpi: str) -> list[float]:
    kpis = pd.read_csv(folder / "kpi.csv")
    rows = kpis[(kpis["kpi"] == kpi) & (kpis["scope"] == "all") & (kpis["interval"] == "total")]
    return list(rows["value"])


def test_both_command_lines_give_the_same_bytes(tmp_path: Path) -> None:
    words = ("scenario=single_queue", "staff.groups.agents.count=49", "replications=2", "seed=4", *TINY)
    assert ccsim("run", *words, "results=a", cwd=tmp_path).returncode == 0
    assert call("sim", *words, "results=b", "engine=serial", cwd=tmp_path).returncode == 0
    (one,), (other,) = (list((tmp_path / root / "single_queue").iterdir()) for root in "ab")
    assert one.name == other.name
    assert (one / "kpi.csv").read_bytes() == (other / "kpi.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("scenario=single_queue", "a=]"), "a=]"),
        (("scenario=single_queue", "staff.groups.agnts.count=3"), "did you mean"),
        (("scenario=single_queue", "staff.groups.agents.count=4,5"), "-m"),
        (("-m", "scenario=single_queue", "staff.groups.agents.count=4,-5"), "must be at least 0"),
        (("scenario=single_queue", "experiment=x"), "exclude each other"),
        (("scenario=single_queue", "hydra.nonsense=1"), "nonsense"),
        (("--config-dir=.", "scenario=single_queue"), "are not read"),
        (("--experimental-rerun", "x.pickle"), "are not read"),
    ],
)
def test_hydras_complaints_and_ours_are_2_without_a_traceback_and_before_anything_is_written(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = call("sim", *words, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_hydra_raises_when_asked_for_its_full_errors_is_still_no_fault_of_ours(tmp_path: Path) -> None:
    done = call("sim", "scenario=single_queue", "hydra.nonsense=1", cwd=tmp_path, HYDRA_FULL_ERROR="1")
    assert done.returncode == 2, done.stderr
    assert "hydra.nonsense" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_scenario_by_path_runs_under_hydra_too(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text((ROOT / "scenarios/scenario/single_queue.yaml").read_text())
    done = call("sim", f"scenario={own}", "replications=2", "staff.groups.agents.count=40", *TINY, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "results" / "mine").iterdir())) == 1


def test_an_experiment_runs_under_hydra_and_ends_with_its_report(tmp_path: Path, experiment: Path) -> None:
    words = (f"experiment={experiment}", "replications=5", "primary.matters=0.5", *TINY)
    done = call("sim", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().splitlines()[-1].startswith("Report: ")
    (folder,) = (tmp_path / "results" / "more_agents").iterdir()
    assert json.loads((folder / "manifest.json").read_text())["primary"]["matters"] == 0.5


def test_the_composed_configuration_can_be_shown(tmp_path: Path) -> None:
    done = call("sim", "scenario=single_queue", "staff.groups.agents.count=40", "--cfg", "job", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "count: 40" in done.stdout
