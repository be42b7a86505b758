"""A progress bar for people at a terminal; silence for pipes, files and callers that did not ask."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(name: str, total: int, wanted: bool | None) -> Iterator[Callable[[], None]]:
    """A callable that counts one more replication. `wanted=None`: only where both outputs are a terminal."""
    shown = sys.stdout.isatty() and sys.stderr.isatty() if wanted is None else wanted
    if not shown or total < 2:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # No refresh thread: workers are forked from this process.
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True) as shown_bar:
        task = shown_bar.add_task(f"{name}: replications", total=total)
        shown_bar.refresh()

        def step() -> None:
            shown_bar.advance(task)
            shown_bar.refresh()

        yield step
