"""Quality assurance of the bot: sessions are reviewed, and what they failed at is mended with the next release.

A failure is a session that the bot gave up, that the customer left or ended by asking for a person, or that only seemed
to settle the matter. Handoffs by rule and outages say nothing about what the bot can do, and are none.
"""

from __future__ import annotations

from math import exp, floor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.model.journal import ContactEnd, Initiator, LegEnd
from sim.quality.condition import Array
from sim.sampling.streams import Streams

if TYPE_CHECKING:
    from sim.config.schema import Review
    from sim.model.centre import Centre

GIVEN_UP = (Initiator.CONFIDENCE, Initiator.TURNS, Initiator.CUSTOMER)


class BotReview:
    """Failures found so far by intent, and what the releases made of them."""

    def __init__(self, spec: Review, centre: Centre, births: NDArray[np.int32], streams: Streams) -> None:
        """`births[case]` is the case's k."""
        intents = centre.blueprint.intents
        self._spec, self._centre, self._births = spec, centre, births
        self._keys = [intent.key for intent in intents]
        self._picked = streams.purpose("bot_review")  # whether the session is reviewed
        self._pending: list[tuple[float, int]] = []  # known at, intent
        self._released = 0  # releases so far
        self._counts = [0] * len(intents)  # findings that are in a release
        self._legs_read = self._contacts_read = 0

    def logits(self, now: float) -> Array:
        """cap · (1 - exp(-gain · findings / cap)) of the findings in the last release."""
        release = floor(now / self._spec.release_every)
        if release > self._released:
            self._released = release
            self._mend(release * self._spec.release_every)
        gain, cap = self._spec.gain, self._spec.cap
        if cap == 0.0:
            return np.zeros(len(self._counts))
        return np.array([cap * (1.0 - exp(-gain * count / cap)) for count in self._counts])

    def _mend(self, moment: float) -> None:
        """What was known at the moment of the release goes into it."""
        self.read()
        for known, intent in self._pending:
            if known <= moment:
                self._counts[intent] += 1
        self._pending = [row for row in self._pending if row[0] > moment]

    def read(self) -> None:
        """Review what the recorder holds and this has not read yet."""
        legs = self._centre.recorder.legs(self._legs_read)
        self._legs_read += legs.size
        with_bot = legs[(legs["tier"] == 0) & np.isin(legs["initiator"], GIVEN_UP)]
        self._review(with_bot[np.isin(with_bot["end"], (LegEnd.HANDED_OFF, LegEnd.HUNG_UP))])
        contacts = self._centre.recorder.contacts(self._contacts_read)
        self._contacts_read += contacts.size
        self._review(contacts[(contacts["end"] == ContactEnd.CONTAINED) & (contacts["resolved"] == 0)])

    def forget(self) -> None:
        """The recorder is being emptied."""
        self._legs_read = self._contacts_read = 0

    def _review(self, failures: NDArray[np.void]) -> None:
        for failure in failures:
            intent, case = int(failure["intent"]), int(failure["case"])
            u = self._picked.block(self._keys[intent], int(self._births[case]), int(failure["attempt"]))[0]
            if u < self._spec.share:
                self._pending.append((float(failure["ended"]) + self._spec.lag, intent))
