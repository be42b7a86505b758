"""Ends a replication that would never end: one whose simulated time stands still, or that takes longer than allowed.

A thread looks once a second; it reads a clock and touches nothing, so it changes no number. What it finds it
raises into the replication, whose traceback then shows where it went round. Compiled code that never comes
back to Python cannot be reached so: with a time limit, the engine ends its process a little later.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sim.errors import ModelError

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a replication may take; `still` counts the processor's seconds, `seconds` those of the wall."""

    still: float = 30.0  # without any progress of simulated time; a busy instant takes milliseconds
    seconds: float | None = None
    look: float = 1.0  # seconds between two looks


USUAL = Limits()
STEPS = 10_000  # far more than CPython takes to look for an error that another thread has raised


class _StuckError(Exception):
    """Raised into a replication by its watch."""


def watched(limits: Limits, now: Callable[[int], float | None], work: Callable[[], Result]) -> Result:
    """Do the work and watch it; `now(thread)` is the thread's simulated time, None while it simulates nothing.

    Raises ModelError, from the place where the work was, when a limit is passed.
    """
    watch = _Watch(limits, now)
    try:
        try:
            watch.start()
            return work()
        finally:
            watch.over = True  # an assignment, not a call: nothing can be raised into it
    except _StuckError as error:
        raise ModelError(watch.found) from error
    finally:
        try:
            watch.stop()
        except _StuckError:  # raised just before it was over
            watch.stop()


class _Watch:
    """One thread that looks at another."""

    def __init__(self, limits: Limits, now: Callable[[int], float | None]) -> None:
        self.found = ""
        self.over = False
        self._limits, self._now = limits, now
        self._thread = threading.get_ident()
        self._processor = _processor(self._thread)
        self._ended = threading.Event()
        self._raising = threading.Lock()
        self._looker = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        self._looker.start()

    def stop(self) -> None:
        """End the watch, and catch what it may have raised too late.

        Nothing is taken back: after that, CPython 3.11 would look for an exception at every step, and under a profiler
        or coverage make no step at all.
        """
        self._ended.set()
        with self._raising:
            late = bool(self.found)
        if self._looker.ident is not None:
            self._looker.join()
        if late:
            _let_come()

    def _look(self) -> None:
        began, seen, since = time.monotonic(), None, self._processor()
        while not self._ended.wait(self._limits.look):
            now, used = self._now(self._thread), self._processor()
            if now is None or now != seen:
                seen, since = now, used
            elif used - since >= self._limits.still:
                self._raise(f"simulated time stands still at {now:g} s: something at that moment never ends")
            if self._limits.seconds is not None and time.monotonic() - began >= self._limits.seconds:
                self._raise(f"it takes longer than time_limit={self._limits.seconds:g} s")

    def _raise(self, why: str) -> None:
        """Again at every look, in case a rule catches what it does not know."""
        with self._raising:
            if not self.over:
                self.found = why
                error = ctypes.py_object(_StuckError)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), error)


def _let_come() -> None:
    """Give a raised error the steps that it needs to arrive."""
    try:
        for _ in range(STEPS):
            pass
    except _StuckError:
        return


def _processor(thread: int) -> Callable[[], float]:
    """The processor time of a thread, where the system tells; else the time."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    clock = time.pthread_getcpuclockid(thread)
    return lambda: time.clock_gettime(clock)
