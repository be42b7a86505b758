"""An experiment of which a replication failed: the page counts, names the line that repeats it, and has no verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.experiment import study
from tests.unit import fake_centre as fake
from tests.unit.fake_centre import Loaded


@pytest.fixture
def page(tmp_path: Path) -> str:
    setting = study.Setting("serial", None, tmp_path, None, fake.tools(fake.fails_at_two))
    with pytest.warns(UserWarning, match="1 replications failed"):
        found = study.compare_plan(fake.comparison_plan(6, a=Loaded(), b=Loaded(effect=0.05)), setting)
    return found.report().read_text(encoding="utf-8")


def test_it_counts_and_withholds_the_verdict(page: str) -> None:
    assert "11 of 12 replications, 1 failed: no verdict" in page
    assert "ship" not in page.lower().split("<body>")[1]


def test_it_names_what_failed_and_the_line_that_repeats_it(page: str) -> None:
    assert "<bdi>b</bdi>, replication 2" in page
    assert "ZeroDivisionError: no agents at all" in page
    assert "ccsim run scenario=/elsewhere/fake.yaml replication=2 seed=1" in page


def test_it_may_load_nothing(page: str) -> None:
    assert 'Content-Security-Policy" content="default-src &#39;none&#39;' in page
    assert "<script" not in page
