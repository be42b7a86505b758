"""Code of one's own runs where the command line names it, says so everywhere, and runs nowhere else."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from sim import cli
from sim.errors import UsageError
from sim.experiment import own_rules
from tests.contracts.rules import forgetting
from tests.scenarios import centre, write

RULE = """\
import sim
from sim.model.policy import Router

@sim.register("router", "last_by_name")
class LastByName(Router):
    "Whoever comes last in the alphabet."

    def choose_agent(self, view, contact):
        return max(view.free_agents(contact), key=lambda agent: agent.name, default=None)
"""


@pytest.fixture(autouse=True)
def _forgotten() -> object:
    """Rules entered by a test are gone after it."""
    modules = set(sys.modules)
    with forgetting():
        yield None
    for name in set(sys.modules) - modules:
        if name.startswith("ccsim_rules_"):
            del sys.modules[name]


def files(folder: Path, rule: str = RULE) -> tuple[Path, Path]:
    (folder / "my_rule.py").write_text(rule)
    return folder / "my_rule.py", write(folder, centre(routing={"rule": "last_by_name"}))


def test_a_scenario_alone_cannot_bring_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, scenario = files(tmp_path, RULE + f"open({str(tmp_path / 'marker')!r}, 'w')\n")
    assert cli.main(["run", str(scenario), f"results={tmp_path / 'out'}"]) == 2
    assert "no router rule has this name" in capsys.readouterr().err
    assert not (tmp_path / "marker").exists() and not (tmp_path / "out").exists()


@pytest.mark.parametrize("engine", ["serial", "local"])
def test_code_that_was_asked_for_runs_and_is_told_of(
    engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule, scenario = files(tmp_path)
    words = ["run", str(scenario), f"rules={rule}", "replications=2", f"engine={engine}", f"results={tmp_path / 'out'}"]
    assert cli.main(words) == 0
    digest = hashlib.sha256(rule.read_bytes()).hexdigest()
    assert f"code was loaded: {rule} (SHA-256 {digest})" in capsys.readouterr().out
    (manifest,) = (tmp_path / "out").rglob("manifest.json")
    assert json.loads(manifest.read_text())["rules"] == [{"file": str(rule), "sha256": digest}]


def test_another_text_of_a_rule_is_another_fingerprint(tmp_path: Path) -> None:
    folders = []
    for number, text in enumerate((RULE, RULE.replace("max(", "min("))):
        place = tmp_path / str(number)
        place.mkdir()
        rule, scenario = files(place, text)
        command = [sys.executable, "-m", "sim.cli", "run", str(scenario), f"rules={rule}", "replications=1",
                   "engine=serial", f"results={tmp_path / 'out'}"]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        folders.append({path.name for path in (tmp_path / "out" / "made").iterdir()})
    assert len(folders[1]) == 2


def test_a_worker_elsewhere_gets_the_text_of_the_rule(tmp_path: Path) -> None:
    rule, _ = files(tmp_path)
    sent = pickle.dumps(own_rules.read([str(rule)]))
    rule.unlink()
    code = (
        "import pickle, sys; from sim.experiment import own_rules; from sim import registry\n"
        "own_rules.enter(pickle.loads(sys.stdin.buffer.read())); registry.find('router', 'last_by_name')"
    )
    subprocess.run([sys.executable, "-c", code], input=sent, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", "it registers no rule"),
        ("def broken(:\n", "line 1: SyntaxError"),
        ("\n\nraise ValueError('no')\n", "line 3: ValueError: no"),
        (RULE.replace("last_by_name", "longest_idle"), "another"),
        (RULE.replace("last_by_name", "longest_idle").replace("LastByName", "LongestIdle"), "another rule"),
    ],
)
def test_a_file_that_brings_no_rule_of_its_own_is_refused(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule, scenario = files(tmp_path, text)
    assert cli.main(["run", str(scenario), f"rules={rule}", f"results={tmp_path / 'out'}"]) == 2
    told = capsys.readouterr().err
    assert "rules=" in told and said in told and "Traceback" not in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["nowhere.py", "folder", "made.yaml"])
def test_a_path_that_is_no_python_file_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    files(tmp_path)
    with pytest.raises(UsageError, match="no Python file is there"):
        own_rules.read([str(tmp_path / name)])


def test_validate_knows_the_rules_it_is_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule, scenario = files(tmp_path)
    assert cli.main(["validate", f"rules={rule}", str(scenario)]) == 0
    assert "a valid scenario" in capsys.readouterr().out
