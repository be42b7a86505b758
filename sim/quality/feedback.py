"""What is found out about contacts on record: surveys, defects and QA evaluations, in one look at each contact.

The uniforms have the addresses that the flow's have: (intent, k-th birth, attempt). So the order of the contacts and
their number do not matter. Compiled where possible (feedback.pxd); plain Python gives the same bits.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.ext.journal import Evaluations, Records
from sim.model.codes import CONTACT_CONTAINED, CONTACT_RESOLVED, CONTACT_UNRESOLVED, HEARD
from sim.quality.evaluation import Scorecard
from sim.quality.survey import Customers
from sim.sampling.streams import normals

if TYPE_CHECKING:
    from sim.config.schema import Quality
    from sim.model.spec import Blueprint
    from sim.model.truth import Truth
    from sim.quality.condition import Diary
    from sim.quality.defects import Propensity
    from sim.quality.raters import Severity
    from sim.quality.scorecard import Card
    from sim.sampling.streams import Streams

SURVEYED = ("satisfaction", "csat", "nps", "ces")
FILLED_IN = (*SURVEYED, "defects")


class Feedback:
    """Surveys, defects and evaluations of one replication."""

    def __init__(
        self,
        blueprint: Blueprint,
        births: NDArray[np.int32],
        truth: Truth,
        streams: Streams,
        severity: Severity,
        diary: Diary,
        propensity: Propensity,
        card: Card,
    ) -> None:
        """`births[case]` is the case's k; the diary knows how agents changed."""
        quality: Quality = blueprint.scenario.quality
        self._keys = np.array([intent.key for intent in blueprint.intents], dtype=np.uint64).data
        self._k = births.data
        self._empathy = truth.empathy
        self._customers = Customers(quality.survey)
        self._scorecard = Scorecard(quality, blueprint.intents, truth.qa)
        self._severity, self._lasting = severity, severity.any
        self._diary = diary
        self._propensity, self._defective, self._varies = propensity, propensity.possible, propensity.varies
        self._information, self._process, self._compliance, self._unkind = propensity.plain
        self._card, self._itemised = card, card.used
        self._survey = quality.survey
        self._heard = streams.purpose("sentiment_heard")  # error of speech analytics
        self._asked = streams.purpose("survey")  # whether it is answered, noise of satisfaction, nps, ces
        self._found = streams.purpose("defects")  # one a category
        self._sampled = streams.purpose("qa_sample")  # whether, noise of contact, noise of rater, auto-fail
        self._evaluations = Evaluations()

    def fill_in(self, contacts: NDArray[np.void]) -> NDArray[np.void]:
        """Fill in what surveys and defects say of these contacts; returns their evaluations.

        `satisfaction`, `csat`, `nps` and `ces` of contacts that were served, `defects` of those that a human handled;
        leaves the others alone.
        """
        records = Records(contacts=contacts)
        self._ask(records, len(contacts))
        if self._defective:
            self._inspect(records, len(contacts))
        records.fill_in(contacts, FILLED_IN)
        return self._evaluated(records, len(contacts))

    def answer(self, contacts: NDArray[np.void]) -> None:
        """Fill in the surveys alone."""
        records = Records(contacts=contacts)
        self._ask(records, len(contacts))
        records.fill_in(contacts, SURVEYED)

    def sentiment(self, contacts: NDArray[np.void]) -> NDArray[np.float64]:
        """What speech analytics hears at the end of served contacts whose surveys are filled in, in standard units."""
        spec = self._survey
        places = zip(contacts["intent"].tolist(), contacts["case"].tolist(), contacts["attempt"].tolist(), strict=True)
        u = [self._heard.block(self._keys[intent], self._k[case], attempt)[0] for intent, case, attempt in places]
        error = normals(np.array(u, dtype=np.float64))
        felt = (contacts["satisfaction"] - spec.base) / (spec.noise_sd if spec.noise_sd > 0.0 else 1.0)
        return np.asarray(HEARD * felt + sqrt(1.0 - HEARD * HEARD) * error)

    def evaluate(self, contacts: NDArray[np.void]) -> NDArray[np.void]:
        """Sample and score contacts that a human handled; returns EVALUATION records in the order of `contacts`."""
        return self._evaluated(Records(contacts=contacts), len(contacts))

    def _evaluated(self, records: Records, count: int) -> NDArray[np.void]:
        if self._scorecard.most > 0.0:
            self._sample(records, count)
        taken: NDArray[np.void] = self._evaluations.take()
        return taken

    def _ask(self, records: Records, count: int) -> None:
        customers, changing, empathy = self._customers, self._diary.kept, 0.0
        for i in range(count):
            contact = records.contacts[i]
            end = contact.end
            if end not in (CONTACT_RESOLVED, CONTACT_UNRESOLVED, CONTACT_CONTAINED):
                continue
            answers, noise, taste, ease = self._asked.block(
                self._keys[contact.intent], self._k[contact.number], contact.attempt
            )
            empathy = self._empathy[contact.agent] if contact.agent >= 0 else 0.0
            if changing and contact.agent >= 0:
                empathy += self._diary.empathy(contact.agent, contact.ended)
            felt = customers.satisfaction(
                contact.resolved == 1,
                contact.waited,
                contact.transfers,
                contact.attempt,
                contact.bot == 1 and end != CONTACT_CONTAINED,
                empathy,
                noise,
            )
            records.contacts[i].satisfaction = felt
            if customers.answers(felt, answers):
                records.contacts[i].csat = customers.csat(felt)
                records.contacts[i].nps = customers.nps(felt, taste)
                records.contacts[i].ces = customers.ces(contact.transfers, contact.attempt, contact.waited, ease)

    def _inspect(self, records: Records, count: int) -> None:
        for i in range(count):
            contact = records.contacts[i]
            if contact.agent >= 0 and contact.end in (CONTACT_RESOLVED, CONTACT_UNRESOLVED):
                records.contacts[i].defects = self._defects(
                    contact.agent, contact.intent, contact.number, contact.attempt, contact.ended
                )

    def _defects(self, agent: int, intent: int, number: int, attempt: int, ended: float) -> int:
        """The defects of a contact that a human handled, as bits."""
        first, second, third, fourth = self._found.block(self._keys[intent], self._k[number], attempt)
        information, process, compliance, unkind = self._information, self._process, self._compliance, self._unkind
        if self._varies:
            information, process, compliance, unkind = self._propensity.shares(agent, intent, ended)
        return (first < information) + 2 * (second < process) + 4 * (third < compliance) + 8 * (fourth < unkind)

    def _sample(self, records: Records, count: int) -> None:
        card, changing, lasting, gained = self._scorecard, self._diary.kept, 0.0, 0.0
        for i in range(count):
            contact = records.contacts[i]
            if contact.agent >= 0 and contact.end in (CONTACT_RESOLVED, CONTACT_UNRESOLVED):
                picked, of_contact, of_rater, fails = self._sampled.block(
                    self._keys[contact.intent], self._k[contact.number], contact.attempt
                )
                if picked < card.shares[contact.intent]:
                    if changing:
                        gained = self._diary.qa(contact.agent, contact.ended)
                    true_score = card.true_score(contact.agent, gained, of_contact)
                    if self._lasting:
                        key, k = self._keys[contact.intent], self._k[contact.number]
                        lasting = self._severity.error(contact.agent, contact.ended, key, k, contact.attempt)
                    score = card.measured(true_score, of_rater, lasting)
                    auto_fail = fails < card.auto_fail
                    if auto_fail:
                        score = true_score = 0.0
                    found = 0
                    if self._defective:
                        found = self._defects(
                            contact.agent, contact.intent, contact.number, contact.attempt, contact.ended
                        )
                    if self._itemised:
                        judged = self._card.judge(
                            score,
                            true_score,
                            found,
                            self._keys[contact.intent],
                            self._k[contact.number],
                            contact.attempt,
                        )
                        score, true_score, auto_fail = judged.score, judged.true_score, judged.failed
                        found = judged.found
                    self._evaluations.add(
                        contact.agent,
                        contact.number,
                        contact.attempt,
                        contact.intent,
                        auto_fail,
                        found,
                        contact.ended,
                        contact.ended + card.lag,
                        score,
                        true_score,
                    )
