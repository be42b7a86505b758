"""Fixtures of the theory tests: whoever agrees with a formula stands in a ledger, which can be kept as a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.theory.measuring import Agree, Ledger

_ledger = Ledger()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--theory-table", type=Path, help="write what was compared with theory to this file; not with -n")


@pytest.fixture
def agree(request: pytest.FixtureRequest) -> Agree:
    """`agree(what, found, truth)`: see `Agree`."""
    return Agree(_ledger, request.node.originalname)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(config: pytest.Config) -> None:
    path = config.getoption("theory_table", None)
    if path is not None:
        path.write_text(_ledger.text(), encoding="utf-8")
