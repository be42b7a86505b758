"""The compiled calendar under compiled entities, which this file builds (slow)."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.worlds import needs_fast

pytestmark = [pytest.mark.slow, needs_fast]

ROOT = Path(__file__).parents[2]

MODULE = """
# cython: language_level=3
cimport cython
from cpython.ref cimport PyObject
from libc.stdint cimport uint64_t
from libc.stdlib cimport free, malloc
from sim.model.port cimport Calendar, Entity

cdef extern from "calendar_heap.h":
    ctypedef struct Timer:
        uint64_t low
        uint64_t high
        PyObject *who
    uint64_t instant_of(double time)
    double time_of(uint64_t instant)
    void heap_push(Timer *heap, Py_ssize_t size, Timer timer)
    void heap_replace(Timer *heap, Py_ssize_t size, Timer timer)

@cython.final
cdef class Hop(Entity):
    cdef Calendar calendar
    cdef public list log
    cdef double step
    cdef public long long left
    def __init__(self, Calendar calendar, double step, long long left, list log=None):
        self.calendar, self.step, self.left, self.log = calendar, step, left, log
    cpdef int fire(self, int kind, unsigned long long ticket) except -1:
        if self.log is not None:
            self.log.append((self.calendar.now, kind))
        self.left -= 1
        if self.left:
            self.calendar.at(self.calendar.now + self.step, 2, kind, self)
        return 0

def sort(list pairs):
    cdef Py_ssize_t size = 0
    cdef Timer *heap = <Timer *>malloc(len(pairs) * sizeof(Timer) + 1)
    cdef Timer timer
    for timer.low, time in [(low, time) for time, low in pairs]:
        timer.high = instant_of(time)
        timer.who = NULL
        heap_push(heap, size, timer)
        size += 1
    done = []
    while size:
        done.append((time_of(heap[0].high), heap[0].low))
        size -= 1
        if size:
            heap_replace(heap, size, heap[size])
    free(heap)
    return done
"""

SETUP = """
import sys
from Cython.Build import cythonize
from setuptools import Extension, setup
root, macros = sys.argv.pop(), [(name, "1") for name in sys.argv.pop().split()]
setup(
    name="hops",
    ext_modules=cythonize(
        [Extension("hops", ["hops.pyx"], include_dirs=[root + "/ext"], define_macros=macros)],
        include_path=["include"],
    ),
)
"""


@pytest.fixture(scope="module", params=["", "CCSIM_NO_INT128"], ids=["int128", "two words"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("Cython")
    place = tmp_path_factory.mktemp("hops")
    (place / "hops.pyx").write_text(MODULE)
    (place / "setup.py").write_text(SETUP)
    header = place / "include" / "sim" / "model" / "port.pxd"
    header.parent.mkdir(parents=True)
    header.write_text((ROOT / "sim/model/port.pxd").read_text())
    for package in (header.parent, header.parent.parent):
        (package / "__init__.py").touch()
    command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace", request.param, str(ROOT)]
    built = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        pytest.skip(f"no compiler for a test module: {built.stderr[-300:]}")
    return place


def run(folder: Path, code: str) -> Any:
    path = os.pathsep.join([str(folder), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "SIM_PURE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_heap_sorts_as_python_does(folder: Path) -> None:
    """Also where the compiler has no 128-bit integers."""
    source = random.Random(5)
    times = [0.0, 1.0, 5e-324, -5e-324, -1.0, 1e300, -1e300, 1.7976931348623157e308]
    pairs = [
        (source.choice(times) if source.random() < 0.7 else source.uniform(-10, 10), source.getrandbits(64))
        for _ in range(3_000)
    ]
    code = f"import json, hops; print(json.dumps(hops.sort({pairs!r})))"
    assert [tuple(pair) for pair in run(folder, code)] == sorted(pairs)


def test_compiled_and_python_entities_interleave(folder: Path) -> None:
    code = """
import json, hops
from sim.ext.calendar import FastEnvironment
from sim.model.port import Entity
class Slow(Entity):
    def __init__(self, step, left): self.step, self.left = step, left
    def fire(self, kind, ticket):
        log.append((calendar.now, kind))
        self.left -= 1
        if self.left: calendar.at(calendar.now + self.step, 2, kind, self)
log, env = [], FastEnvironment()
calendar = env.calendar
for kind in range(6):
    step = 1.0 + kind % 3
    calendar.at(0.0, 2, kind, hops.Hop(calendar, step, 20, log) if kind % 2 else Slow(step, 20))
env.run()
print(json.dumps(log))
"""
    log = [tuple(entry) for entry in run(folder, code)]
    assert len(log) == 120
    assert sorted(time for time, _ in log) == [time for time, _ in log]
    for kind in range(6):
        assert [time for time, other in log if other == kind] == [(1.0 + kind % 3) * hop for hop in range(20)]


def test_ctrl_c_stops_compiled_handlers(folder: Path) -> None:
    """They never pass through the interpreter's own look at signals."""
    code = """
import hops
from sim.ext.calendar import FastEnvironment
env = FastEnvironment()
hop = hops.Hop(env.calendar, 1.0, 10**15)
env.calendar.at(0.0, 2, 0, hop)
try:
    print("running", flush=True)
    env.run()
except KeyboardInterrupt:
    left = hop.left
    env.step()
    print("stopped", left - hop.left, len(env.calendar))
"""
    path = os.pathsep.join([str(folder), str(ROOT)])
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "SIM_PURE": "0"},
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "running\n"
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=30)
    finally:
        child.kill()
    assert out == "stopped 1 1\n"
