"""What became of each case: against the whole journal, however it is cut, and matched between arms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.metrics.lives import Chronicle, Lives
from sim.model.journal import CaseEnd, ContactEnd, Journal
from sim.simulate import prepare
from tests.scenarios import Data, build, centre, exponential

BUSY = {
    "channel": "voice",
    "arrivals": {"kind": "constant", "per_hour": 80},
    "patience": exponential(60),
    "path": {"front": {"talk": exponential(100), "resolution": 0.7}},
}


def scenario() -> Data:
    segments = {"plain": {"share": 0.7}, "vip": {"share": 0.3, "priority": 1}}
    made = centre(intents={"call": BUSY, "other": BUSY}, segments=segments)
    made["staff"] = {"groups": {"early": _agents(2), "late": _agents(2)}}
    return made


def _agents(count: int) -> Data:
    return {"tier": 1, "skills": {"calls": 1.0}, "count": count}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Journal, list[str]]:
    prepared = prepare(build(tmp_path_factory.mktemp("lives"), scenario()))
    return prepared.run(5, 0), [person.group for person in prepared.staff]


def lives(journal: Journal, groups: list[str], cuts: int = 1) -> Lives:
    chronicle = Chronicle(journal.lexicon, groups)
    parts = [np.array_split(getattr(journal, name), cuts) for name in ("legs", "contacts", "cases")]
    for legs, contacts, cases in zip(*parts, strict=True):
        chronicle.take(replace(journal, legs=legs, contacts=contacts, cases=cases))
    return chronicle.lives()


def test_who_is_born_as_the_warm_up_ends_counts(run: tuple[Journal, list[str]]) -> None:
    journal, groups = run
    born = np.sort(journal.cases["born"])
    warm = replace(journal, lexicon=replace(journal.lexicon, warmup=float(born[5])))
    assert len(lives(warm, groups)) == born.size - 5


def test_each_case_is_what_its_records_say(run: tuple[Journal, list[str]]) -> None:
    journal, groups = run
    found = lives(*run)
    cases = np.sort(journal.cases, order="case")
    assert len(found) == len(cases) > 100
    for place, case in enumerate(cases):
        contacts = journal.contacts[journal.contacts["case"] == case["case"]]
        legs = journal.legs[(journal.legs["case"] == case["case"]) & (journal.legs["agent"] >= 0)]
        here = {name: column[place] for name, column in found.columns.items()}
        assert here["waited"] == pytest.approx(contacts["waited"].sum(), rel=1e-5)
        assert here["abandoned"] == (contacts["end"] == ContactEnd.ABANDONED).any()
        assert here["resolved"] == (case["end"] == CaseEnd.RESOLVED)
        assert here["segment"] == case["segment"]
        first = legs[(legs["attempt"] == 0)]
        assert here["group"] == (found.groups.index(groups[first["agent"][0]]) if len(first) else -1)
        assert here["tier"] == legs["tier"].max(initial=-1)


def test_k_counts_an_intents_births_from_nought(run: tuple[Journal, list[str]]) -> None:
    found = lives(*run)
    for intent in (0, 1):
        k = found.k[found.columns["intent"] == intent]
        assert list(k) == list(range(len(k)))


def test_pieces_change_nothing(run: tuple[Journal, list[str]]) -> None:
    whole, cut = lives(*run), lives(*run, cuts=7)
    for name, column in whole.columns.items():
        if column.dtype.kind == "f":
            np.testing.assert_allclose(cut.columns[name], column, rtol=1e-6)
        else:
            np.testing.assert_array_equal(cut.columns[name], column)


def test_only_cases_born_after_the_warm_up_count_but_their_number_does_not_change(
    run: tuple[Journal, list[str]],
) -> None:
    journal, groups = run
    later = replace(journal, lexicon=replace(journal.lexicon, warmup=1800.0))
    found, all_of_them = lives(later, groups), lives(*run)
    assert 0 < len(found) < len(all_of_them)
    last = {intent: all_of_them.k[all_of_them.columns["intent"] == intent].max() for intent in (0, 1)}
    for intent, highest in last.items():
        k = found.k[found.columns["intent"] == intent]
        assert list(k) == list(range(k[0], highest + 1))
        assert k[0] > 0


def test_the_first_agent_of_the_first_contact_names_the_group_whoever_follows(run: tuple[Journal, list[str]]) -> None:
    journal, groups = run
    answered = journal.legs[(journal.legs["agent"] >= 0) & (journal.legs["attempt"] == 0)]
    later = answered.copy()
    later["leg"] += 1
    later["agent"] = len(groups) - 1 - answered["agent"]  # somebody of the other group
    alone = lives(replace(journal, legs=answered), groups)
    both = lives(replace(journal, legs=np.concatenate([answered, later])), groups)
    np.testing.assert_array_equal(both.columns["group"], alone.columns["group"])
