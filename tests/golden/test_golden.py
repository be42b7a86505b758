"""Golden journals: an unchanged scenario gives unchanged bits, unless the change log says that it does not.

Kept apart from theory on purpose: a hash that differs is no error of the model, only a change that must be told.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.model.journal import Journal
from tests.golden import journals
from tests.golden.journals import ARITHMETIC, GOLDEN, Hashes, platform_key
from tests.relations.outcome import flow


@cache
def _journal(name: str) -> Journal:
    return GOLDEN[name].journal()


@pytest.mark.parametrize("name", GOLDEN)
def test_an_unchanged_scenario_gives_unchanged_bits(name: str) -> None:
    """If it fails with good reason: an entry (**Results change**) in CHANGELOG.md, then `python -m tests.golden`."""
    known = journals.stored()["platforms"].get(platform_key())
    if known is None:
        pytest.skip(f"no golden journals of this platform ({platform_key()}); python -m tests.golden --write adds them")
    assert journals.hashes(_journal(name)) == known[name]


def test_golden_journals_change_only_with_an_entry_of_the_change_log() -> None:
    entries = journals.logged(journals.CHANGELOG.read_text(encoding="utf-8"))
    assert journals.stored()["changed_in"] in entries
    assert journals.stored() == journals.sealed(journals.stored()), "changed by hand: python -m tests.golden --write"


def test_hashes_changed_past_the_change_log_break_the_seal() -> None:
    content = copy.deepcopy(journals.stored())
    next(iter(content["platforms"].values()))["one queue"]["legs"] = "0" * 64
    assert content != journals.sealed(content)


def test_every_platform_has_every_golden_journal() -> None:
    platforms = journals.stored()["platforms"]
    assert platforms
    for known in platforms.values():
        assert list(known) == list(GOLDEN)
        assert all(len(digest) == 64 for streams in known.values() for digest in streams.values())


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_journals_are_not_empty(name: str) -> None:
    journal = _journal(name)
    records = flow(journal)
    assert records["legs"].size > 1_000 and all(stream.size > 5 for stream in records.values())
    assert journal.conditions.size == journal.sessions.size == 0  # else they would have to be hashed too


# --- what the hashes are worth ---------------------------------------------------------------------------------------


def test_another_seed_has_other_hashes() -> None:
    golden = GOLDEN["one queue"]
    one, two = (journals.hashes(golden.journal(seed)) for seed in (1, 2))
    assert all(one[name] != two[name] for name in ("legs", "contacts", "cases", "states", "evaluations"))
    assert one["lexicon"] == two["lexicon"]


def test_the_last_bit_of_one_time_changes_a_hash_and_the_padding_does_not() -> None:
    records = flow(GOLDEN["one queue"].journal())
    before = journals.of_streams(records)
    padded = np.full(records["legs"].nbytes, 0xAA, np.uint8).view(records["legs"].dtype)
    for field in padded.dtype.names or ():
        padded[field] = records["legs"][field]
    assert padded.tobytes() != records["legs"].tobytes()
    assert journals.of_streams({**records, "legs": padded}) == before
    padded["ended"][7] = np.nextafter(padded["ended"][7], np.inf)
    assert journals.of_streams({**records, "legs": padded})["legs"] != before["legs"]


@pytest.mark.parametrize("name", ARITHMETIC)
def test_a_platform_whose_functions_differ_in_a_last_bit_has_another_key(name: str) -> None:
    def differing(grid: Any) -> Any:
        values = np.array(ARITHMETIC[name](grid), dtype=np.float64)
        values[-1] = np.nextafter(values[-1], np.inf)
        return values

    assert platform_key({**ARITHMETIC, name: differing}) != platform_key() == platform_key()


# --- the file --------------------------------------------------------------------------------------------------------

LOG = "# Changes\n\n## [1.0]\n\n- The first,\n  of two lines.\n- The second.\n"
OLD: Hashes = {"one queue": {"legs": "a"}}
NEW: Hashes = {"one queue": {"legs": "b"}}
BEFORE = {"changed_in": "The first, of two lines.", "platforms": {"here": OLD, "there": OLD}}


def test_entries_of_a_change_log_are_read_whole() -> None:
    assert journals.logged(LOG) == {"Changes", "[1.0]", "The first, of two lines.", "The second."}


def test_a_platform_more_needs_no_new_entry() -> None:
    after = journals.store("The first, of two lines.", OLD, "elsewhere", BEFORE, LOG)
    assert after == journals.sealed({**BEFORE, "platforms": {"here": OLD, "there": OLD, "elsewhere": OLD}})


def test_changed_hashes_need_an_entry_of_their_own_and_drop_the_old_ones() -> None:
    with pytest.raises(ValueError, match="entry of its own"):
        journals.store("The first, of two lines.", NEW, "here", BEFORE, LOG)
    after = journals.store("The second.", NEW, "here", copy.deepcopy(BEFORE), LOG)
    assert after == journals.sealed({"changed_in": "The second.", "platforms": {"here": NEW}})


def test_an_entry_that_the_change_log_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="not an entry"):
        journals.store("Nothing of the kind.", NEW, "here", BEFORE, LOG)
