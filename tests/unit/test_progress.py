"""The progress bar: seen where it was asked for, and nowhere else."""

from __future__ import annotations

import pytest

from sim.experiment import progress


def test_a_bar_that_was_asked_for_counts_to_the_end_on_standard_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich draws for terminals only
    with progress.follow("billing", 3, True) as meter:
        for _ in range(3):
            meter.step(contacts=1000)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "billing: replications" in shown.err
    assert "3/3" in shown.err
    assert "contacts/s" in shown.err


@pytest.mark.parametrize(("total", "wanted"), [(3, False), (3, None), (1, True)])
def test_pipes_short_runs_and_callers_who_do_not_want_it_get_silence(
    capsys: pytest.CaptureFixture[str], total: int, wanted: bool | None
) -> None:
    with progress.follow("billing", total, wanted) as meter:
        meter.step()
    assert capsys.readouterr() == ("", "")
