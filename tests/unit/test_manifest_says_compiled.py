"""What the manifest and `ccsim doctor` say of the build is what runs."""

from __future__ import annotations

import pytest

from sim.experiment.store import compiled
from sim.model.environment import COMPILED


@pytest.mark.skipif(not COMPILED, reason="nothing is compiled here")
def test_a_compiled_flow_is_called_compiled() -> None:
    assert compiled()
