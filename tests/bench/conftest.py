"""Fixtures of the benchmarks: one core, turns through pytest-benchmark, and one ledger for all rows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.bench.report import Ledger
from tests.bench.timing import Turns, Work

_ledger = Ledger()
Take = Callable[..., Turns]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-docs", action="store_true", help="keep the tables in docs/performance.md")
    parser.addoption("--rounds", type=int, default=7, help="rounds of each benchmark; medians are taken over them")


@pytest.fixture(scope="session", autouse=True)
def _one_core() -> Iterator[None]:
    """The last core this process may use, where the system lets us choose."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    yield
    os.sched_setaffinity(0, allowed)


@pytest.fixture
def all_cores() -> Iterator[None]:
    """For what is about several processes."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    one = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    yield
    os.sched_setaffinity(0, one)


@pytest.fixture
def ledger() -> Ledger:
    """Where rows go."""
    return _ledger


@pytest.fixture
def take_turns(benchmark: Any, request: pytest.FixtureRequest) -> Take:
    """`take_turns({name: work, …})`: a warm-up and then rounds in which each piece of work runs once."""

    def take(work: Mapping[str, Work], rounds: int = 0, clock: Callable[[], float] = time.process_time) -> Turns:
        turns = Turns(work, clock)
        turns.round()
        turns.forget()
        benchmark.pedantic(turns.round, rounds=rounds or request.config.getoption("rounds", 7), iterations=1)
        benchmark.extra_info.update({name: turns.median(name) for name in work})
        return turns

    return take


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if not _ledger.rows:
        return
    terminalreporter.write_line("\n" + _ledger.text())
    if config.getoption("write_docs", False):
        _ledger.write()
        terminalreporter.write_line("Kept in docs/performance.md")
