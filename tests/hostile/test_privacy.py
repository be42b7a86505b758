"""People's names stay in the roster: whatever a run leaves holds ids, unless names were asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import sim
from sim import cli
from sim.config.load import Loaded
from sim.simulate import prepare
from sim.staff import ids
from sim.staff.person import Person
from tests.scenarios import centre, write

PEOPLE = ("Ada Novak", "Ben O'Hara", "Cleo Young")


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Three people of a roster beside two counted agents."""
    data = centre(staff={"groups": {"team": {"tier": 1, "skills": {"calls": 1.0}, "count": 2}}, "roster": "roster.csv"})
    roster: dict[str, list[Any]] = {"name": list(PEOPLE), "tier": [1] * 3, "skills": ["calls"] * 3}
    return write(tmp_path, data, {"roster.csv": roster})


def everything(folder: Path) -> str:
    """The text of every file of a result folder, tables of contacts included."""
    texts = []
    for path in folder.rglob("*"):
        if path.suffix == ".parquet":
            texts.append(pq.read_table(path).to_pandas().to_csv())
        elif path.is_file():
            texts.append(path.read_bytes().decode("utf-8", errors="replace"))
    return "\n".join(texts)


def test_no_file_of_a_run_names_anybody(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", str(scenario), "replications=2", "engine=serial", "contacts=true"]) == 0
    written, told = everything(tmp_path / "results"), capsys.readouterr()
    assert "agent:team-001" in written and "agent:agent-" in written
    for name in PEOPLE:
        assert name not in written + told.out + told.err


def test_names_are_shown_to_whoever_asks(scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["run", str(scenario), "replications=1", "engine=serial", "contacts=true"]
    assert cli.main([*words, "names=show"]) == 0
    (folder,) = (tmp_path / "results" / "made").iterdir()
    agents, contacts = (folder / "agents.csv").read_text(), pq.read_table(folder / "contacts" / "made.parquet")
    assert all(f"agent:{name}" in agents for name in PEOPLE)
    assert set(PEOPLE) & set(contacts.to_pandas()["agent"].astype(str))
    assert json.loads((folder / "manifest.json").read_text())["names"] is True
    assert not any(name in everything(folder / "shards") for name in PEOPLE)
    assert cli.main(words) == 0  # and are gone again from tables that are made anew without asking
    assert not any(name in everything(folder) for name in PEOPLE)


def test_names_change_no_number(scenario: Path) -> None:
    loaded = sim.load(str(scenario))
    hidden, shown = (sim.run(loaded, 2, engine="serial", names=names) for names in (False, True))
    assert hidden.kpis.equals(shown.kpis)
    assert hidden.agents.drop(columns="scope").equals(shown.agents.drop(columns="scope"))
    assert not hidden.agents["scope"].equals(shown.agents["scope"])


def test_an_id_is_the_same_whoever_else_works_there(scenario: Path) -> None:
    def named(*people: str) -> dict[str, str]:
        return {p.name: p.shown for p in ids.called([_person(name) for name in people])}

    alone = named("Ada Novak")
    assert alone["Ada Novak"] == named(*PEOPLE)["Ada Novak"] == named(*reversed(PEOPLE))["Ada Novak"]
    assert set(named(*PEOPLE).values()) == {p.shown for p in hired(sim.load(str(scenario))) if p.personal}


def test_two_people_never_share_an_id() -> None:
    crowd = ids.called([_person(f"Name {n}") for n in range(5000)])
    assert len({person.shown for person in crowd}) == 5000
    first = ids.called([_person("Ada")])[0].shown
    group = Person(first, "agent", 1, {}, 1, 0.0, ())
    assert ids.called([group, _person("Ada")])[1].shown != first


def test_an_error_names_nobody(scenario: Path) -> None:
    people = {p.name: p.shown for p in hired(sim.load(str(scenario))) if p.personal}
    told = ids.pseudonymous("Mad chose Ada Novak, not Ada Novaks or Ben O'Hara.", people)
    assert told == f"Mad chose {people['Ada Novak']}, not Ada Novaks or {people[PEOPLE[1]]}."


def test_evaluations_and_survey_answers_are_not_kept(scenario: Path, tmp_path: Path) -> None:
    """What a run leaves is sums: no table has a row an evaluation, and none a row a contact unless asked for."""
    found = sim.run(sim.load(str(scenario)), 1, engine="serial", results=tmp_path / "out")
    assert found.folder is not None
    kept = {path.relative_to(found.folder).parts[0] for path in found.folder.rglob("*") if path.is_file()}
    expected = {
        "kpi.csv",
        "agents.csv",
        "flows.csv",
        "manifest.json",
        "run.json",
        "run.log",
        "shards",
        "status.json",
        ".lock",
    }
    assert kept - expected == set(), "a new file: does it hold evaluations?"
    for shard in found.folder.glob("shards/*/*.parquet"):
        assert "kpi" in pq.read_schema(shard).names and "case" not in pq.read_schema(shard).names


def hired(loaded: Loaded) -> tuple[Person, ...]:
    return prepare(loaded).staff


def _person(name: str) -> Person:
    return Person(name, "roster", 1, {"calls": 1.0}, 1, 28.0, (), personal=True)


@pytest.mark.parametrize(("word", "named"), [("names=hide", False), ("names=show", True)])
def test_an_explanation_names_nobody_unless_asked(
    word: str, named: bool, scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["explain", str(scenario), "sample=20", word]) == 0
    told = capsys.readouterr().out
    assert any(name in told for name in PEOPLE) == named
    assert "agent-" in told or named
