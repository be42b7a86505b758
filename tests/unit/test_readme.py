"""The README is run: its files are written, its commands and its Python executed, its links and promises looked up."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*) -->\n)?^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
COPIED = ("sim", "scenarios", "tests", "ext", "pyproject.toml")


class Block(NamedTuple):
    """A code block, and the comment before it that says how it is meant."""

    mark: str
    language: str
    body: str


BLOCKS = [Block(*(part or "" for part in found.groups())) for found in BLOCK.finditer(README)]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository, to write into."""
    place = tmp_path_factory.mktemp("readme") / "repository"
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", "*.c"))
        else:
            shutil.copy(source, place / name)
    return place


def call(command: list[str], folder: Path, repository: Path) -> subprocess.CompletedProcess[str]:
    """Run as a reader would, with the virtual environment active and the copy in place of the repository."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(repository), "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def work(block: Block, folder: Path, repository: Path) -> None:
    """Do what a block says; an unknown mark fails."""
    if block.mark.startswith("file: "):
        name = block.mark.removeprefix("file: ")
        place = (repository if name.startswith("sim/") else folder) / name
        place.write_text(block.body, encoding="utf-8")
        return
    where = {"run": folder, "run python": folder, "run in the repository": repository}[block.mark]
    commands = [["python", "-c", block.body]] if block.language == "python" else _lines(block.body)
    for command in commands:
        done = call(command, where, repository)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def _lines(body: str) -> list[list[str]]:
    return [["sh", "-c", line] for line in body.splitlines() if line]


def test_every_block_of_the_readme_works(tmp_path: Path, repository: Path) -> None:
    for block in BLOCKS:
        if block.mark != "make":
            work(block, tmp_path, repository)
    assert (tmp_path / "report.html").is_file()
    assert list(tmp_path.glob("results/one_more/*/report.html"))
    assert len(list(tmp_path.glob("results/my_centre/*/kpi.csv"))) >= 3


def test_the_two_commands_are_targets_that_the_continuous_integration_runs() -> None:
    """They set up an environment and take minutes, so they are run there, in a fresh clone, and not here."""
    (block,) = [block for block in BLOCKS if block.mark == "make"]
    makefile, pipeline = ((ROOT / name).read_text() for name in ("Makefile", ".ci/run"))
    for line in block.body.splitlines():
        target = line.removeprefix("make ")
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
        assert re.search(rf"^{line}\b", pipeline, re.MULTILINE)


def test_a_block_that_does_not_work_is_noticed(tmp_path: Path, repository: Path) -> None:
    with pytest.raises(AssertionError):
        work(Block("run", "sh", "ccsim run no_such_scenario\n"), tmp_path, repository)
    with pytest.raises(KeyError):
        work(Block("", "sh", "true\n"), tmp_path, repository)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(tests/\S+?\.py::\w+)`", README))))
def test_the_test_behind_a_promise_exists(name: str) -> None:
    file, test = name.split("::")
    assert re.search(rf"^def {test}\(", (ROOT / file).read_text(), re.MULTILINE)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_a_link_leads_to_a_file(link: str) -> None:
    assert link.startswith("https://") or (ROOT / link).is_file()


def test_the_map_names_every_room_and_no_other() -> None:
    said = set(re.findall(r"`(?:sim/)?(\w+)/`", README.split("## Which room does what")[1].split("##")[0]))
    rooms = {path.name for path in (ROOT / "sim").iterdir() if (path / "__init__.py").is_file()}
    assert said == rooms | {"scenarios", "ext", "tests"}


def test_the_picture_is_small() -> None:
    assert (ROOT / "docs/images/card.png").stat().st_size < 150_000
