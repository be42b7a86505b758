"""`python -m sim -m`: Hydra's sweeps with its basic launcher and, where it is installed, with joblib's."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from tests.scenarios import centre, write

JOBLIB = importlib.util.find_spec("hydra_plugins") and importlib.util.find_spec("hydra_plugins.hydra_joblib_launcher")
LAUNCHERS = [
    [],
    pytest.param(
        ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
        marks=pytest.mark.skipif(JOBLIB is None, reason="pip install '.[joblib]'"),
    ),
]
BROKEN = """\
import sim
from sim.model.policy import Router

@sim.register("router", "broken")
class Broken(Router):
    "Raises."

    def choose_agent(self, view, contact):
        raise ValueError("as told")
"""


def multirun(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "sim",
        "-m",
        *words,
        "replications=1",
        "engine=serial",
        f"results={folder / 'out'}",
    ]
    environment = os.environ | {"PYTHONPATH": str(Path(sim.__file__).parents[1])}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_every_point_of_a_sweep_is_run(launcher: list[str], tmp_path: Path) -> None:
    path = write(tmp_path, centre())
    done = multirun(tmp_path, *launcher, f"scenario={path}", "staff.groups.agents.count=1,2")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "out").rglob("kpi.csv"))) == 2


@pytest.mark.slow
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_point_that_fails_is_heard_of(launcher: list[str], tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(BROKEN)
    path = write(tmp_path, centre())
    words = [f"scenario={path}", f"rules={tmp_path / 'broken.py'}", "+routing.rule=longest_idle,broken"]
    done = multirun(tmp_path, *launcher, *words)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "as told" in done.stderr + done.stdout
