"""Registering a rule: one name, one rule, of a kind that exists."""

from __future__ import annotations

import pytest

import sim
from sim.errors import UsageError
from tests.contracts.rules import added


def test_a_kind_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(UsageError, match=r"unknown kind 'roter'.*'router'"):
        sim.register("roter", "mine")


def test_two_rules_cannot_have_one_name() -> None:
    from sim.registry import Params

    class Mine:
        pass

    class Yours:
        pass

    with added("router", "claimed", Mine, Params), pytest.raises(UsageError, match="two rules claim router 'claimed'"):
        sim.register("router", "claimed")(Yours)


def test_the_package_lists_its_public_names_and_knows_no_other() -> None:
    assert set(dir(sim)) >= {"load", "run", "compare", "register"}
    assert sim.load.__name__ == "load"
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        _ = sim.lod
