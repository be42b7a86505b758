"""`SIM_PURE=1` runs the package from its sources, whatever is compiled beside them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LIST_ORIGINS = """
import sys
import sim
from sim.model.environment import COMPILED, make
import sim.simulate
origins = {m.__spec__.origin for name, m in sys.modules.items() if name.split(".")[0] == "sim" and m.__spec__}
compiled = sorted(o for o in origins if o and o.endswith((".so", ".pyd")))
print(COMPILED, type(make()[0]).__name__, len(compiled))
"""


def run(code: str, pure: str) -> str:
    env = {**os.environ, "SIM_PURE": pure}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_pure_loads_nothing_compiled() -> None:
    assert run(LIST_ORIGINS, "1") == "False Environment 0"


@pytest.mark.parametrize("switch", ["", "0"])
def test_empty_and_zero_mean_no(switch: str) -> None:
    assert run("import sys, sim; print('sim.pure' in sys.modules)", switch) == "False"


def test_modules_that_are_only_compiled_are_not_found() -> None:
    code = "import sim\ntry:\n    import sim.ext.calendar\nexcept ModuleNotFoundError as error:\n    print(error.name)"
    assert run(code, "1") == "sim.ext.calendar"


def test_import_of_the_package_is_cheap() -> None:
    code = "import sys, sim; print(sorted({'numpy', 'simpy', 'pandas', 'scipy'} & set(sys.modules)))"
    assert run(code, "1") == "[]"
    assert run(code, "0") == "[]"
