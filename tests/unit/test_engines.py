"""Engines: the order of results, bundles, what happens when a worker dies or never comes back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sim.errors import CcsimError, UsageError
from sim.experiment import engines
from sim.experiment.engines import Killed, Where
from sim.experiment.engines.loop import Loop
from sim.experiment.engines.port import Placed, Report

TWO = Where("local", 2)


def doubled(_shared: Any, item: int) -> int:
    return 2 * item


def dies_at_three(_shared: Any, item: int) -> int:
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def dies_once(shared: Path, item: int) -> int:
    """Kills its worker at the first call for item 3 only."""
    if item == 3 and not shared.exists():
        shared.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def hangs_at_three(_shared: Any, item: int) -> int:
    if item == 3:
        signal.pause()
    return item


def raises(_shared: Any, item: int) -> int:
    raise ZeroDivisionError(f"no agents for {item}")


def cannot_travel(_shared: Any, item: int) -> Any:
    return lambda: item


@pytest.mark.parametrize("where", [Where("serial"), Where("local", 1), TWO, Where("local", 5)])
def test_results_stand_in_the_order_of_the_items(where: Where) -> None:
    counted: list[None] = []
    assert engines.gather(doubled, None, range(40), where, lambda: counted.append(None)) == [2 * i for i in range(40)]
    assert len(counted) == 40


def test_no_items_need_no_workers() -> None:
    assert engines.gather(doubled, None, [], TWO) == []


def test_only_the_item_that_kills_its_worker_is_lost() -> None:
    found = engines.gather(dies_at_three, None, range(8), TWO)
    assert [item for item in found if not isinstance(item, Killed)] == [0, 1, 2, 4, 5, 6, 7]
    assert isinstance(found[3], Killed)
    assert found[3].item == 3


def test_a_worker_that_is_killed_from_outside_costs_nothing_but_time(tmp_path: Path) -> None:
    assert engines.gather(dies_once, tmp_path / "killed", range(8), TWO) == list(range(8))


def test_a_worker_that_never_comes_back_is_ended_and_the_others_finish() -> None:
    found = engines.gather(hangs_at_three, None, range(6), Where("local", 2, patience=2.0))
    assert [item for item in found if not isinstance(item, Killed)] == [0, 1, 2, 4, 5]
    assert isinstance(found[3], Killed)
    assert "longer than 2 s" in found[3].why


def test_what_the_work_raises_is_raised_here_with_the_workers_traceback() -> None:
    with pytest.raises(ZeroDivisionError, match="no agents for 0") as caught:
        engines.gather(raises, None, [0], TWO)
    assert any("in a worker" in note and "test_engines.py" in note for note in caught.value.__notes__)


def test_a_result_that_cannot_travel_says_so() -> None:
    with pytest.raises(CcsimError, match="cannot travel"):
        engines.gather(cannot_travel, None, [0], TWO)


@pytest.mark.parametrize(
    ("engine", "address", "said"),
    [("warp", None, "one of local, serial, ray, dask"), ("local", "here:1", "engine=local has no address")],
)
def test_an_engine_or_address_that_cannot_be_is_refused(engine: str, address: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        engines.asked(engine, None, address)


def test_an_engine_that_is_not_installed_names_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines.importlib.util, "find_spec", lambda _name: None)
    for name in ("ray", "dask"):
        with pytest.raises(UsageError, match=rf"pip install 'ccsim\[{name}\]'"):
            engines.asked(name, None)


class Imagined:
    """A pool whose time is counted: every item takes as long as it says, in the loop's own clock."""

    depth = 1
    grain = 1.5

    def __init__(self, slots: int, clock: list[float]) -> None:
        self.slots, self._clock = slots, clock
        self.sizes: list[int] = []
        self.most = 0
        self._given: list[tuple[int, Sequence[Placed]]] = []

    def submit(self, bundle: int, items: Sequence[Placed]) -> None:
        self.sizes.append(len(items))
        self._given.append((bundle, items))
        self.most = max(self.most, len(self._given))

    def wait(self) -> Sequence[Report]:
        bundle, items = self._given.pop(0)
        self._clock[0] += sum(item for _place, item in items)
        return [Report(bundle, items, over=True)]

    def close(self, at_once: bool) -> None: ...


@pytest.mark.parametrize(("seconds", "size"), [(0.01, 150), (0.3, 5), (2.0, 1), (60.0, 1)])
def test_a_bundle_holds_one_and_a_half_seconds_of_work_or_one_item(
    monkeypatch: pytest.MonkeyPatch, seconds: float, size: int
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    pool = Imagined(1, clock)
    assert len(list(Loop(pool, [seconds] * 2000).run())) == 2000
    assert pool.sizes[1] == pytest.approx(size, abs=1)
    assert pool.sizes[-1] <= 2


def test_no_more_bundles_are_in_flight_than_there_are_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    pool = Imagined(4, clock)
    list(Loop(pool, [1.0] * 100).run())
    assert pool.most == 4


def test_listening_no_more_ends_the_workers() -> None:
    coming = engines.stream(hangs_at_three, None, range(8), TWO)
    next(coming)
    began = time.monotonic()
    coming.close()
    assert time.monotonic() - began < 5.0
