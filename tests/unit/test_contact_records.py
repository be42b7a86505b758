"""Contact records in words: what a researcher gets from `sim.run(…, contacts=True)` and from the Parquet file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.config.load import Loaded
from sim.errors import UsageError
from sim.simulate import simulate
from tests.scenarios import Made, centre

Built = Callable[..., Loaded]


def test_records_say_in_words_what_the_journal_says_in_numbers(built: Built, tmp_path: Path) -> None:
    made = Made(3)
    loaded = built(made.data, made.tables)
    run = sim.run(loaded, 2, 1, engine="serial", contacts=True, results=tmp_path, births_factor=1.0)
    journals = [simulate(loaded, 1, replication) for replication in (0, 1)]
    assert len(run.contacts) == sum(len(journal.contacts) for journal in journals)
    words, raw = journals[0].lexicon, journals[0].contacts
    first = run.contacts[run.contacts["replication"] == 0]
    assert list(first["intent"]) == [words.intents[code] for code in raw["intent"]]
    assert list(first["channel"]) == [words.channels[code] for code in raw["channel"]]
    assert list(first["resolved"]) == [code == 1 for code in raw["resolved"]]
    assert set(first["end"]) <= {"resolved", "unresolved", "contained", "hung_up", "abandoned", "blocked", "unfinished"}
    assert run.folder is not None
    stored = pd.read_parquet(next(run.folder.glob("contacts/*.parquet")))
    assert list(stored["started"]) == list(run.contacts["started"])


def test_who_never_met_an_agent_has_none_in_the_records(built: Built) -> None:
    nobody = centre(staff={"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 1}}})
    nobody["intents"]["call"]["patience"] = {"law": "deterministic", "value": "1 s"}
    run = sim.run(built(nobody), 1, 1, engine="serial", contacts=True)
    gone = run.contacts[run.contacts["end"] == "abandoned"]
    assert len(gone) and gone["agent"].isna().all()
    assert run.failures == ()
    assert set(run.agents["scope"]) == {"agent:agents-001"}


def test_overrides_of_a_scenario_that_is_loaded_already_are_refused_with_the_mend(built: Built) -> None:
    with pytest.raises(UsageError, match=r"sim\.load"):
        sim.run(built(centre()), 1, overrides=["title=other"])
