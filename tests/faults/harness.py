"""Starting experiments, breaking them, and telling whether what they leave is what an unbroken one leaves."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sim import cli
from tests.faults import child

ROOT = Path(__file__).parents[2]
FINAL = ("kpi.csv", "agents.csv", "flows.csv", "comparison.csv", "card.json", "manifest.json")


@dataclass(frozen=True)
class Ended:
    """How a child ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def clean(self) -> bool:
        """No traceback reached the user."""
        return "Traceback" not in self.out + self.err


@dataclass
class Child:
    """A forked process, the leader of a group of its own; its output goes to files."""

    pid: int
    log: Path
    began: float

    def signal(self, number: int) -> None:
        """Send a signal to the process, not to its workers."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def over(self) -> bool:
        """Whether it has ended; it is not taken off the list of processes by asking."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def end(self, patience: float = 120.0) -> Ended:
        """Wait for it; one that hangs is killed, with code -9."""
        limit = time.monotonic() + patience
        while not self.over():
            time.sleep(0.005)
            if time.monotonic() > limit:
                os.killpg(self.pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        out, err = (self.log.with_suffix(kind).read_text() for kind in (".out", ".err"))
        return Ended(code, out, err, time.monotonic() - self.began)

    def gone(self, patience: float = 5.0) -> bool:
        """Whether all processes of its group end within some seconds."""
        limit = time.monotonic() + patience
        while time.monotonic() < limit:
            try:
                os.killpg(self.pid, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.01)
        return False


def start(root: Path, *words: str) -> Child:
    """A child that begins where this process is: everything is imported already."""
    log = Path(tempfile.mkdtemp(prefix="ccsim-fault-")) / "log"
    pid = os.fork()
    if pid:
        return Child(pid, log, time.monotonic())
    try:
        os.setsid()
        for number, kind in ((1, ".out"), (2, ".err")):
            os.dup2(os.open(log.with_suffix(kind), os.O_CREAT | os.O_WRONLY), number)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1) for number in (1, 2))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os._exit(cli.guarded(lambda: child.carry_out([str(root), *words])))
    finally:
        os._exit(70)


def run(root: Path, *words: str) -> Ended:
    """A child that is left alone."""
    return start(root, *words).end()


def hit_after(root: Path, seconds: float, number: int, *words: str) -> tuple[Child, Ended]:
    """A child that gets a signal so many seconds after it began."""
    broken = start(root, *words)
    time.sleep(seconds)
    broken.signal(number)
    return broken, broken.end()


def hit_at(root: Path, shards: int, number: int, *words: str) -> tuple[Child, Ended]:
    """A child that gets a signal as soon as so many shards are there."""
    broken = start(root, *words)
    while not broken.over() and stored(root) < shards:
        time.sleep(0.002)
    broken.signal(number)
    return broken, broken.end()


def final(root: Path) -> dict[str, bytes]:
    """The bytes of the final files and of the shards, by their place under the root."""
    (folder,) = root.glob("*/*")
    paths = [*(folder / name for name in FINAL), *folder.glob("shards/*/*.parquet")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.exists()}


def litter(root: Path) -> list[Path]:
    """Temporary files."""
    return list(root.rglob("*.tmp"))


def stored(root: Path) -> int:
    """Shards on disk."""
    return len(list(root.glob("*/*/shards/*/*.parquet")))


INTERRUPT, KILL = signal.SIGINT, signal.SIGKILL
