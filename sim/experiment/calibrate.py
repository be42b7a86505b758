"""`volume: offered`: deflate births until the baseline's contacts, returns included, match the record.

Recorded calls already contain the customers who came back. If every birth brings r contacts in the horizon,
births must be 1/r of the record; r itself falls with the load, so the equation f · r(f) = 1 is solved by
pilot replications of the baseline arm. They carry replication numbers that no experiment uses, and count
contacts and births of the same run, so the noise of the arrivals cancels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.experiment import own_rules
from sim.experiment.plan import Plan
from sim.experiment.replication import Instruments

PILOTS_FROM = 2**40  # reserved replication numbers
PASSES = 3
CLOSE_ENOUGH = 0.0025  # of the recorded volume
ENOUGH_CONTACTS = 20_000  # counted over the pilots of a pass
MOST_PILOTS = 8
LOWEST_FACTOR = 0.05


@dataclass(frozen=True, slots=True)
class Pilot:
    """One pilot replication to run: its number and the factor on births."""

    replication: int
    factor: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The factor on births, and the contacts per recorded contact that the last pass found."""

    factor: float
    volume_ratio: float = 1.0
    pilots: int = 0

    @property
    def note(self) -> str:
        """One sentence for the manifest and the report."""
        if not self.pilots:
            return "volume: first contacts are as stated; retrials and repeats come on top"
        return (
            f"volume: the record holds first contacts, retrials and repeats; births are multiplied by "
            f"{self.factor:.4f} so that the baseline's contacts match it ({self.pilots} pilot replications)"
        )


Runner = Callable[[Sequence[Pilot]], Sequence[tuple[int, int]]]


def calibrate(plan: Plan, run: Runner) -> Calibration:
    """The factor on births for this plan's baseline; `run` gives (births, contacts) of each pilot."""
    if plan.arms[0].loaded.scenario.volume != "offered":
        return Calibration(1.0)
    return solve(run)


def solve(run: Runner) -> Calibration:
    """Find f with f · contacts(f) / births(f) = 1 in three passes: a fixed-point step, then secants."""
    tried: list[tuple[float, float]] = []
    factor, pilots, spent = 1.0, 2, 0
    for _pass in range(PASSES):
        counts = run([Pilot(PILOTS_FROM + i, factor) for i in range(pilots)])
        spent += pilots
        births, contacts = (sum(column) for column in zip(*counts, strict=True))
        if births == 0:
            return Calibration(1.0, 1.0, spent)
        tried.append((factor, factor * contacts / births))
        if abs(tried[-1][1] - 1.0) <= CLOSE_ENOUGH:
            return Calibration(factor, tried[-1][1], spent)
        pilots = min(MOST_PILOTS, max(pilots, -(-ENOUGH_CONTACTS * pilots // max(contacts, 1))))
        factor = _next(tried)
    return Calibration(factor, tried[-1][1], spent)


def count(shared: tuple[Plan, Instruments], pilot: Pilot) -> tuple[int, int]:
    """Births and contacts begun within the horizon of one pilot replication of the baseline."""
    plan, instruments = shared
    own_rules.enter(plan.rules)
    journal = instruments.simulate(plan.arms[0].loaded, plan.seed, pilot.replication, pilot.factor)
    begun = int((journal.contacts["started"] < journal.lexicon.horizon).sum())
    return len(journal.cases), begun


def _next(tried: Sequence[tuple[float, float]]) -> float:
    """Secant through the last two points; the fixed-point step f / volume where there is none."""
    factor, volume = tried[-1]
    step = factor / volume
    if len(tried) > 1:
        before, volume_before = tried[-2]
        slope = (volume - volume_before) / (factor - before) if factor != before else 0.0
        if slope > 0.25:
            step = factor + (1.0 - volume) / slope
    return min(1.0, max(LOWEST_FACTOR, step))
