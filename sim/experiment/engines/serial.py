"""No workers: one item after the other in this process. For debuggers, and where there is one core."""

from __future__ import annotations

from collections.abc import Sequence

from sim.experiment.engines.port import Job, Placed, Report, Where, answer


class Serial:
    """A pool of one that works when it is waited for."""

    slots = 1
    depth = 1
    grain = 0.0

    def __init__(self, job: Job, where: Where) -> None:
        self._job = job
        self._given: list[Report] = []

    def submit(self, bundle: int, items: Sequence[Placed]) -> None:
        self._given.append(Report(bundle, items, over=True))

    def wait(self) -> Sequence[Report]:
        given, self._given = self._given, []
        return [
            report._replace(results=[(place, answer(self._job, item)) for place, item in report.results])
            for report in given
        ]

    def close(self, at_once: bool) -> None:
        self._given.clear()
