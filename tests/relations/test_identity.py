"""One source, two paths: the compiled flow on its C calendar and the uncompiled one on stock SimPy write one journal.

Random scenarios, half of whose times are 0, 1, 5 or 900 s, so that nearly everything ties with something. Journals
are compared field by field and bit by bit; a run that ends in an exception must end in the same one, at the same
moment, with the same records behind it.
"""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from sim.model.environment import COMPILED
from sim.model.journal import AgentState, ContactEnd, LegEnd
from tests.relations.outcome import FAULT_EVERY, Outcome, differences
from tests.relations.relation import partner, relation

ROOT = Path(__file__).parents[2]
SEED = 11
FEW, MANY = range(12), range(12, 330)
Batch = dict[int, Outcome]

pytestmark = pytest.mark.skipif(not COMPILED, reason="nothing is compiled here: there is but one path")


# --- running ---------------------------------------------------------------------------------------------------------


def halves(folder: Path, numbers: Sequence[int]) -> tuple[Batch, Batch]:
    """The same scenarios compiled and pure, each batch in a process of its own, both at once."""
    files = folder / "compiled.pickle", folder / "pure.pickle"
    running = [_start(file, pure, SEED, numbers) for file, pure in zip(files, ("0", "1"), strict=True)]
    compiled, pure = (_finish(process, file) for process, file in zip(running, files, strict=True))
    return compiled, pure


def _start(file: Path, pure: str, seed: int, numbers: Sequence[int]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.relations.twins", str(file), str(seed), *map(str, numbers)]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "SIM_PURE": pure}, stderr=subprocess.PIPE, text=True)


def _finish(process: subprocess.Popen[str], file: Path) -> Batch:
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    batch: Batch = pickle.loads(file.read_bytes())
    return batch


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """The compiled half of the default run alone."""
    file = tmp_path_factory.mktemp("compiled") / "compiled.pickle"
    return _finish(_start(file, "0", SEED, FEW), file)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> tuple[Batch, Batch]:
    """Scenarios of the default run."""
    return halves(tmp_path_factory.mktemp("few"), FEW)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Batch, Batch]:
    """Scenarios of the slow run."""
    return halves(tmp_path_factory.mktemp("many"), MANY)


def assert_same(batches: tuple[Batch, Batch], numbers: Sequence[int]) -> None:
    compiled, pure = batches
    assert list(compiled) == list(pure) == list(numbers)
    assert all(each.compiled for each in compiled.values()) and not any(each.compiled for each in pure.values())
    found = {number: differences(compiled[number], pure[number]) for number in numbers}
    assert {number: words for number, words in found.items() if words} == {}


# --- the two paths ---------------------------------------------------------------------------------------------------


@relation
def test_both_paths_write_one_journal(few: tuple[Batch, Batch]) -> None:
    """Compiled on the C calendar and uncompiled on stock SimPy: one journal, or one exception."""
    assert_same(few, FEW)


@relation
@pytest.mark.slow
def test_both_paths_write_one_journal_of_very_many_scenarios(many: tuple[Batch, Batch]) -> None:
    """The same over hundreds of random scenarios."""
    assert_same(many, MANY)


# --- what the comparison is worth ------------------------------------------------------------------------------------


@partner
def test_few_scenarios_are_full_of_contacts_ties_and_faults(compiled: Batch) -> None:
    assert sum(each.streams["legs"].size for each in compiled.values() if each.streams) > 1_000
    for name, fewest in (("sessions", 5), ("conditions", 100)):
        assert sum(each.streams[name].size for each in _finished(compiled)) > fewest, name
    assert sum(each.error is not None for each in compiled.values()) >= len(FEW) // FAULT_EVERY - 1
    assert _ties(compiled) > 0.3


@partner
@pytest.mark.slow
def test_many_scenarios_meet_everything_a_run_can_do(many: tuple[Batch, Batch]) -> None:
    compiled, _ = many
    legs, contacts, states = (
        np.concatenate([each.streams[name] for each in compiled.values() if name in each.streams])
        for name in ("legs", "contacts", "states")
    )
    assert set(legs["end"]) == set(LegEnd)
    assert set(contacts["end"]) == set(ContactEnd)
    assert set(states["state"]) == set(AgentState)
    assert contacts["attempt"].max() >= 3 and legs["leg"].max() >= 3 and states["load"].max() >= 3
    assert sum(each.streams["evaluations"].size for each in compiled.values() if each.error is None) > 1_000
    kinds = Counter(each.error[0] for each in compiled.values() if each.error is not None)
    assert min(kinds[name] for name in ("Planted", "ModelError", "KeyboardInterrupt")) >= 5, kinds
    unfinished = [(each.streams["contacts"]["end"] == ContactEnd.UNFINISHED).any() for each in _finished(compiled)]
    assert 0.1 < np.mean(unfinished) < 0.9  # cut-off runs, and others
    assert _ties(compiled) > 0.3


def _finished(batch: Batch) -> list[Outcome]:
    return [each for each in batch.values() if each.error is None]


def _ties(batch: Batch) -> float:
    """Share of legs that end at an instant at which another leg begins, is answered or ends."""
    tied = total = 0
    for each in _finished(batch):
        legs = each.streams["legs"]
        moments = Counter(moment for field in ("entered", "ended") for moment in set(legs[field].tolist()))
        ends = Counter(legs["ended"].tolist())
        tied += sum(moments[end] > 1 or ends[end] > 1 for end in legs["ended"].tolist())
        total += legs.size
    return tied / total


def _longest(batch: Batch) -> Outcome:
    return max(_finished(batch), key=lambda each: each.streams["legs"].size)


def _other_float(outcome: Outcome) -> None:
    """The last bit of one time."""
    ended = outcome.streams["legs"]["ended"]
    ended[-1] = np.nextafter(ended[-1], np.inf)


def _other_flag(outcome: Outcome) -> None:
    outcome.streams["states"]["scheduled"][0] ^= 1


def _other_zero(outcome: Outcome) -> None:
    hold = outcome.streams["legs"]["hold"]
    hold[np.flatnonzero(hold == 0.0)[0]] = -0.0


def _other_order(outcome: Outcome) -> None:
    outcome.streams["contacts"][:] = np.roll(outcome.streams["contacts"], 1)


def _one_less(outcome: Outcome) -> None:
    outcome.streams["cases"] = outcome.streams["cases"][:-1]


@partner
@pytest.mark.parametrize("change", [_other_float, _other_flag, _other_zero, _other_order, _one_less])
def test_a_planted_difference_is_seen(compiled: Batch, change: Callable[[Outcome], None]) -> None:
    original = _longest(compiled)
    changed = copy.deepcopy(original)
    assert differences(original, changed) == []
    change(changed)
    assert len(differences(original, changed)) >= 1


@partner
def test_another_message_of_an_exception_is_seen(compiled: Batch) -> None:
    failed = next(each for each in compiled.values() if each.error is not None)
    assert failed.error is not None
    other = failed._replace(error=(failed.error[0], failed.error[1] + " "))
    assert len(differences(failed, other)) == 1


@partner
def test_padding_between_fields_is_no_difference(compiled: Batch) -> None:
    original = _longest(compiled)
    changed = copy.deepcopy(original)
    legs = changed.streams["legs"]
    padded = np.full(legs.nbytes, 0xAA, np.uint8).view(legs.dtype)
    for field in legs.dtype.names or ():
        padded[field] = legs[field]
    assert padded.tobytes() != legs.tobytes()
    changed.streams["legs"] = padded
    assert differences(original, changed) == []


@partner
def test_another_seed_is_another_journal(tmp_path: Path, compiled: Batch) -> None:
    """The partner: equality over two paths says something only where unequal runs are told apart."""
    file = tmp_path / "other.pickle"
    other = _finish(_start(file, "0", SEED + 1, FEW), file)
    for number, each in compiled.items():
        if each.error is None and each.streams["legs"].size > 50:
            assert differences(each, other[number]) != []
