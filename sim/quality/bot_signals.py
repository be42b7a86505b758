"""What is measured of bot and people by intent, so that a rule can send an intent to whoever does better with it.

A contact is judged by where it began: what follows a handoff is the bot's doing too. Only first contacts count, since
who comes back is harder and may not be let to the bot at all; whoever gave up in a line is nobody's doing. It counts
when its repeat window is over, as in `measurement.py`, and is shrunk towards the mean over intents. Nothing is known
from before the run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.journal import ContactEnd, LegEnd, Origin
from sim.quality.measurement import matured
from sim.quality.shrink import Tally, shrink

if TYPE_CHECKING:
    from sim.model.centre import Centre

BOT, HUMAN = 0, 1  # columns
SERVED = (ContactEnd.RESOLVED, ContactEnd.UNRESOLVED, ContactEnd.CONTAINED, ContactEnd.HUNG_UP)
UNKNOWN = 0.5  # shown while there is no observation at all; the count of 0 says so
Rows = NDArray[np.float64]  # known at, intent, column, value


class BotMeasured:
    """Tallies by intent and beginning, and the estimates as last refreshed; see `sim.model.policy.BotSignals`."""

    resolution_bot: list[float]
    resolution_bot_error: list[float]
    resolution_bot_count: list[float]
    resolution_human: list[float]
    resolution_human_error: list[float]
    resolution_human_count: list[float]
    containment_bot: list[float]
    containment_bot_error: list[float]
    containment_bot_count: list[float]
    cost_bot: list[float]
    cost_human: list[float]

    def __init__(self, intents: int) -> None:
        self._intents = intents
        self.resolution_tally = Tally.empty(intents, 2)
        self.containment_tally = Tally.empty(intents, 2)
        self.cost_tally = Tally.empty(intents, 2)
        self.refresh()

    def refresh(self) -> None:
        """Turn the tallies into the estimates that rules see from now on."""
        self._show("resolution", self.resolution_tally, UNKNOWN)
        self._show("containment", self.containment_tally, UNKNOWN)
        self._show("cost", self.cost_tally, 0.0)

    def fade(self, factor: float) -> None:
        """Let what was observed so far weigh less."""
        for tally in (self.resolution_tally, self.containment_tally, self.cost_tally):
            tally.fade(factor)

    def _show(self, name: str, tally: Tally, prior: float) -> None:
        found = shrink(tally, np.zeros(self._intents, dtype=np.int64), np.full((self._intents, 2), prior))
        for column, who in ((BOT, "bot"), (HUMAN, "human")):
            setattr(self, f"{name}_{who}", found.mean[:, column].tolist())
            setattr(self, f"{name}_{who}_error", found.error[:, column].tolist())
            setattr(self, f"{name}_{who}_count", found.count[:, column].tolist())


class BotMeasurement:
    """Feeds what has become known to the signals, at each refresh: an ordinary SimPy process."""

    def __init__(self, centre: Centre, signals: BotMeasured, hourly_costs: Sequence[float]) -> None:
        """`hourly_costs` by agent."""
        scenario = centre.blueprint.scenario
        self._centre, self._signals = centre, signals
        self._per_second = [cost / 3600.0 for cost in hourly_costs]
        self._session = scenario.costs.bot_session
        self._window, self._half_life = scenario.measures.repeat_window, scenario.quality.signals.half_life
        self._spent: defaultdict[tuple[int, int], float] = defaultdict(float)  # by open contact, on agents
        self._resolved: list[Rows] = []
        self._contained: list[Rows] = []
        self._costs: list[Rows] = []
        self._legs_read = self._contacts_read = 0

    def run(self, env: simpy.Environment, every: float) -> Generator[simpy.Event, Any, None]:
        """The process: refresh every so many seconds."""
        while True:
            yield env.timeout(every)
            if self._half_life is not None:
                self._signals.fade(0.5 ** (every / self._half_life))
            self.take_in()
            self._signals.refresh()

    def take_in(self) -> None:
        """Move what is known by now into the tallies."""
        now, signals = self._centre.calendar.now, self._signals
        self.read()
        self._resolved = _release(self._resolved, now, signals.resolution_tally.add)
        self._contained = _release(self._contained, now, signals.containment_tally.add)
        self._costs = _release(self._costs, now, signals.cost_tally.add)

    def read(self) -> None:
        """Note what the recorder holds and this has not read yet, for the next refresh."""
        legs = self._centre.recorder.legs(self._legs_read)
        self._legs_read += legs.size
        self._read_legs(legs[(legs["agent"] >= 0) & (legs["end"] != LegEnd.UNFINISHED)])
        contacts = self._centre.recorder.contacts(self._contacts_read)
        self._contacts_read += contacts.size
        self._read_contacts(contacts)

    def forget(self) -> None:
        """The recorder is being emptied."""
        self._legs_read = self._contacts_read = 0

    def _read_legs(self, legs: NDArray[np.void]) -> None:
        seconds = legs["ended"] - legs["answered"] + legs["wrap_up"]
        for case, attempt, agent, length in zip(
            legs["case"].tolist(), legs["attempt"].tolist(), legs["agent"].tolist(), seconds.tolist(), strict=True
        ):
            self._spent[case, attempt] += length * self._per_second[agent]

    def _read_contacts(self, contacts: NDArray[np.void]) -> None:
        spent = np.array(
            [
                self._spent.pop(key, 0.0)
                for key in zip(contacts["case"].tolist(), contacts["attempt"].tolist(), strict=True)
            ]
        )
        counts = (contacts["origin"] == Origin.FIRST) & np.isin(contacts["end"], SERVED)
        judged, spent = contacts[counts], spent[counts] if counts.any() else np.zeros(0)
        with_bot = judged["bot"] == 1
        known, came_back = matured(judged, self._window)
        settled = ~came_back & (judged["end"] != ContactEnd.HUNG_UP)  # who hung up has not said that it is settled
        column = np.where(with_bot, BOT, HUMAN)
        self._resolved.append(_rows(known, judged["intent"], column, settled))
        contained = settled & (judged["end"] == ContactEnd.CONTAINED)
        self._contained.append(_rows(known, judged["intent"], column, contained)[with_bot])
        self._costs.append(_rows(judged["ended"], judged["intent"], column, spent + self._session * with_bot))


def _rows(*columns: NDArray[Any]) -> Rows:
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])


def _release(pending: list[Rows], now: float, add: Callable[..., None]) -> list[Rows]:
    rows = np.concatenate(pending)
    known = rows[:, 0] <= now
    due = rows[known]
    add(due[:, 1].astype(np.int64), due[:, 2].astype(np.int64), due[:, 3])
    return [rows[~known]]
