"""Parameters of rules: as strict as the sections of a scenario."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from sim.config.schema import Duration
from sim.registry import Params


class Some(Params):
    """One parameter of each sort."""

    share: Annotated[float, Field(ge=0.0)] = 0.5
    count: int = 1
    on: bool = False
    after: Duration = 30.0


@pytest.mark.parametrize(
    "given", [{"share": "0.4"}, {"share": True}, {"share": float("nan")}, {"share": float("inf")}, {"count": 2.5},
              {"count": "3"}, {"on": 1}, {"on": "yes"}, {"after": 30}, {"after": "30"}, {"other": 1}],
)  # fmt: skip
def test_nothing_is_converted_in_silence(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Some.model_validate(given)


def test_a_whole_number_may_stand_for_a_float_and_a_duration_has_its_unit() -> None:
    found = Some.model_validate({"share": 1, "after": "2 min"})
    assert (found.share, found.after) == (1.0, 120.0)


def test_parameters_never_change() -> None:
    with pytest.raises(ValidationError):
        Some().share = 1.0  # type: ignore[misc]
