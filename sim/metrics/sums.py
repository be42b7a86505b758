# cython: boundscheck=True, wraparound=False, initializedcheck=False, nonecheck=False
"""Running sums over a journal's records: every record is looked at once, in order, however the journal is cut.

Records that count in the same cells share a row of sums; `sim.metrics.columns` spreads the rows over the cells when
all is folded. Sums run in the order of the records, so pieces of any size give the same bits. What must be known of
other records of a case (its first contact's channel, its last contact's end, its repeats, where its open contact is)
is kept by case number: a few bytes a case. Compiled where possible (sums.pxd); plain Python gives the same bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ext.journal import Records
from sim.metrics.columns.cells import Cells
from sim.metrics.layout import (
    CALLED,
    CASE_CONTACTS,
    CASE_DUE,
    CASE_FINISHED_FIRST,
    CASE_HANDLED_FIRST,
    CASE_QUIET,
    CASE_REPEATS,
    CASE_RESOLVED_FIRST,
    CASE_SOLVED,
    CASE_TIME,
    CASE_WIDTH,
    CONTACT_CES,
    CONTACT_CSAT,
    CONTACT_DEFECTS,
    CONTACT_ENDS,
    CONTACT_FELT,
    CONTACT_HANDLED_RESOLVED,
    CONTACT_NPS,
    CONTACT_REPEATS,
    CONTACT_RETRIALS,
    CONTACT_RETRIED,
    CONTACT_SATISFIED,
    CONTACT_TRANSFERS,
    CONTACT_TRULY_CONTAINED,
    CONTACT_WIDTH,
    EVALUATION_COUNT,
    EVALUATION_FAILS,
    EVALUATION_SCORE,
    EVALUATION_TRUE,
    EVALUATION_WIDTH,
    FIRST,
    LATER,
    LEG_ENDS,
    LINE_SECONDS,
    NODE_ABANDONED,
    NODE_ARRIVAL,
    NODE_BOT,
    NODE_COUNT,
    NODE_LEFT,
    NODE_RESOLVED,
    NODE_SUPERVISOR,
    NODE_TIERS,
    NODE_UNFINISHED,
    NODE_UNRESOLVED,
    OPEN_STILL,
    PAID_MONEY,
    PAID_SECONDS,
    STATES,
    STAY,
    TIME_CONTACTS,
    TIME_IN_HAND,
    TIME_WIDTH,
    TOTAL_WIDTH,
    VISIT_ABANDONED_WITHIN,
    VISIT_ANSWERED_WITHIN,
    VISIT_HOLD,
    VISIT_MOVED_ON,
    VISIT_TALK,
    VISIT_WAIT_ANSWERED,
    VISIT_WAIT_LEFT,
    VISIT_WIDTH,
    VISIT_WRAP,
)
from sim.model.codes import (
    AGENT_OFF,
    CONTACT_ABANDONED,
    CONTACT_BLOCKED,
    CONTACT_CONTAINED,
    CONTACT_HUNG_UP,
    CONTACT_UNFINISHED,
    LEG_ABANDONED,
    LEG_BLOCKED,
    LEG_CONTAINED,
    LEG_HUNG_UP,
    LEG_OVERFLOWED,
    LEG_RESOLVED,
    LEG_TO_SUPERVISOR,
    LEG_UNFINISHED,
    LEG_UNRESOLVED,
    ORIGIN_REPEAT,
    ORIGIN_RETRIAL,
)
from sim.model.journal import STREAMS, Journal

COMPILED: bool = not __file__.endswith(".py")
NEAREST_TOP = 3.5  # latent satisfaction from which the nearest mark is 4 or 5


class Sums:
    """All sums of one replication, and what is remembered of its cases."""

    def __init__(self, cells: Cells) -> None:
        words = cells.lexicon
        self.cells = cells
        self.warmup, self.horizon, self.length = words.warmup, words.horizon, words.interval
        self.within, self.window = words.answer_within, words.repeat_window
        self.per_second = 1.0 / words.interval
        self.first_interval, self.rows = cells.first_interval, max(1, cells.intervals)
        self.channels, self.segments, self.queues = len(words.channels), len(words.segments), len(words.queues)
        self.classes = len(words.intents) * len(words.segments)
        self.tiers = max(words.queue_tiers + words.agent_tiers, default=0) + 1
        self.rates = _held(np.array(words.agent_hourly_costs, dtype=np.float64) / 3600.0)
        self.places = (STAY + 1) * (self.tiers + 1) * self.queues * self.channels
        self.place = _held(np.full(self.places, -1, dtype=np.int64))  # code of alike visits -> number of their block
        self.blocks = 0
        intents, group, agents = len(words.intents), self.classes, len(words.agents)
        self.visits_by_class = 0  # from here on: where in `sums` the rows begin
        self.visits_by_agent = self.visits_by_class + group * VISIT_WIDTH
        self.sessions = self.visits_by_agent + agents * VISIT_WIDTH
        self.sessions_by_class = self.sessions + self.channels * self.rows * LEG_ENDS
        self.contacts = self.sessions_by_class + group * LEG_ENDS
        self.contacts_by_class = self.contacts + self.channels * self.rows * CONTACT_WIDTH
        self.contacts_by_agent = self.contacts_by_class + group * CONTACT_WIDTH
        self.cases = self.contacts_by_agent + agents * CONTACT_WIDTH
        self.time = self.cases + (self.channels + 1) * group * CASE_WIDTH
        self.time_by_agent = self.time + (self.tiers + 1) * self.rows * TIME_WIDTH
        self.totals = self.time_by_agent + agents * TIME_WIDTH
        self.totals_by_agent = self.totals + (self.tiers + 1) * TOTAL_WIDTH
        self.evaluations = self.totals_by_agent + agents * TOTAL_WIDTH
        self.evaluations_by_intent = self.evaluations + self.channels * self.segments * EVALUATION_WIDTH
        self.evaluations_by_agent = self.evaluations_by_intent + intents * EVALUATION_WIDTH
        self.moves = self.evaluations_by_agent + agents * EVALUATION_WIDTH
        self.visits = self.moves + NODE_COUNT * NODE_COUNT  # grows
        self.sums = _held(np.zeros(self.visits))
        self.known = 0  # cases for which there is room below
        self.first_channel = _held(np.zeros(0, dtype=np.int16))
        self.repeats = _held(np.zeros(0, dtype=np.int16))
        self.last_attempt = _held(np.zeros(0, dtype=np.int16))
        self.last_end = _held(np.zeros(0, dtype=np.int8))
        self.node = _held(np.zeros(0, dtype=np.int16))  # of the open contact; -1: none that counts
        self.outcome = _held(np.array(_outcomes(), dtype=np.int64))
        self.moved: dict[int, float] = {}  # when a stay began, of the cases that overflow has moved and nobody answered
        self.waits: list[NDArray[np.float64]] = []  # of answered visits, and which visits are alike
        self.kinds: list[NDArray[np.int32]] = []
        self.wait_room = _held(np.zeros(0))
        self.kind_room = _held(np.zeros(0, dtype=np.int32))
        self.waiting = 0

    def take(self, piece: Journal) -> None:
        """Fold the next records. Contacts come with or before their case's end and their evaluations."""
        records = Records(**{stream: np.ascontiguousarray(getattr(piece, stream)) for stream in STREAMS})
        self._take_legs(records, len(piece.legs))
        self._take_contacts(records, len(piece.contacts))
        self._take_cases(records, len(piece.cases))
        self._take_states(records, len(piece.states))
        self._take_evaluations(records, len(piece.evaluations), len(piece.contacts))

    def part(self, first: int, *shape: int) -> NDArray[np.float64]:
        """Sums from `first` on, in this shape."""
        size = int(np.prod(shape))
        return np.asarray(self.sums[first : first + size]).reshape(shape)

    def alike(self) -> dict[int, tuple[int, int, int, int]]:
        """Of each block of visits what they have in common: `LATER`, `FIRST` or `STAY`, tier, queue, channel."""
        place = np.asarray(self.place)
        codes = np.flatnonzero(place >= 0)
        found = np.unravel_index(codes, (STAY + 1, self.tiers + 1, self.queues, self.channels))
        return dict(zip(place[codes].tolist(), zip(*(part.tolist() for part in found), strict=True), strict=True))

    def _know(self, case: int) -> None:
        """Make room for this case, for which there is none."""
        more = max(case + 1, 2 * self.known) - self.known
        self.first_channel = _longer(self.first_channel, np.full(more, -1, dtype=np.int16))
        self.repeats = _longer(self.repeats, np.zeros(more, dtype=np.int16))
        self.last_attempt = _longer(self.last_attempt, np.full(more, -1, dtype=np.int16))
        self.last_end = _longer(self.last_end, np.zeros(more, dtype=np.int8))
        self.node = _longer(self.node, np.full(more, -1, dtype=np.int16))
        self.known += more

    def _interval(self, moment: float) -> int:
        """Number of the interval that holds this moment, from the first that counts; the nearest one outside."""
        index = int(moment * self.per_second)  # or one beside it
        if index * self.length > moment:
            index -= 1
        elif (index + 1) * self.length <= moment:
            index += 1
        return min(max(index - self.first_interval, 0), self.rows - 1)

    # --- legs --------------------------------------------------------------------------------------------------------

    def _take_legs(self, records: Records, count: int) -> None:
        self.waiting = 0
        if 2 * count > len(self.wait_room):
            self.wait_room, self.kind_room = _held(np.zeros(2 * count)), _held(np.zeros(2 * count, dtype=np.int32))
        for i in range(count):
            leg = records.legs[i]
            bot = leg.queue < 0 and leg.tier == 0
            counts = self.warmup <= leg.entered < self.horizon
            self._move(leg.number, leg.leg, NODE_BOT if bot else NODE_TIERS + leg.tier, leg.end, counts)
            if counts:
                row = self.totals + min(leg.tier, self.tiers) * TOTAL_WIDTH
                self.sums[row + LINE_SECONDS] += leg.ended - leg.entered
                if bot:
                    row = leg.channel * self.rows + self._interval(leg.entered)
                    self.sums[self.sessions + row * LEG_ENDS + leg.end] += 1.0
                    row = leg.intent * self.segments + leg.segment
                    self.sums[self.sessions_by_class + row * LEG_ENDS + leg.end] += 1.0
                elif leg.queue >= 0:
                    self._visit(leg)
            if self.moved and leg.queue >= 0 and leg.number in self.moved:
                self._stay(leg)
        self.waits.append(np.array(self.wait_room[: self.waiting], dtype=np.float64))
        self.kinds.append(np.array(self.kind_room[: self.waiting], dtype=np.int32))

    def _move(self, case: int, leg: int, node: int, end: int, counts: bool) -> None:
        """A contact went on to `node`, and out of it if this was its end; a move within one tier is none."""
        if case >= self.known:
            self._know(case)
        if leg == 0:
            source = NODE_ARRIVAL if counts else -1
        else:
            source = self.node[case]
            if source >= CALLED:
                source -= CALLED
                node = NODE_SUPERVISOR
        outcome = self.outcome[end]
        if source >= 0 and source != node:
            self.sums[self.moves + source * NODE_COUNT + node] += 1.0
        if source >= 0 and outcome >= 0:
            self.sums[self.moves + node * NODE_COUNT + outcome] += 1.0
        if source < 0 or outcome >= 0:
            self.node[case] = -1
        else:
            self.node[case] = node + CALLED if end == LEG_TO_SUPERVISOR else node

    def _visit(self, leg: Any) -> None:
        answered = leg.answered == leg.answered  # NaN: nobody did
        wait = (leg.answered if answered else leg.ended) - leg.entered
        moves_on = leg.first_human == 1 and leg.end == LEG_OVERFLOWED
        block = self._block(FIRST if leg.first_human == 1 and not moves_on else LATER, leg.tier, leg.queue, leg.channel)
        group = leg.intent * self.segments + leg.segment
        row = block * self.rows + self._interval(leg.entered)
        self._add_visit(self.visits + row * VISIT_WIDTH, leg, answered, wait)
        if moves_on:
            self.moved[leg.number] = leg.entered
        elif leg.first_human == 1:
            self._add_visit(self.visits_by_class + group * VISIT_WIDTH, leg, answered, wait)
        if leg.agent >= 0:
            self._add_visit(self.visits_by_agent + leg.agent * VISIT_WIDTH, leg, answered, wait)
        if answered:
            self._note_wait(wait, block * self.classes + group)

    def _stay(self, leg: Any) -> None:
        """Overflow moves a contact and ends nothing for the caller: the stay counts from its first queue to its end."""
        began: float = self.moved[leg.number]
        answered = leg.answered == leg.answered
        block = self._block(STAY, leg.tier, leg.queue, leg.channel)
        group = leg.intent * self.segments + leg.segment
        row = self.visits + (block * self.rows + self._interval(began)) * VISIT_WIDTH
        by_class = self.visits_by_class + group * VISIT_WIDTH
        if leg.first_human == 1:
            self.sums[row + VISIT_MOVED_ON] += 1.0
            self.sums[by_class + VISIT_MOVED_ON] += 1.0
        elif leg.end != LEG_OVERFLOWED:
            del self.moved[leg.number]
            wait = (leg.answered if answered else leg.ended) - began
            self._add_visit(row, leg, answered, wait)
            self._add_visit(by_class, leg, answered, wait)
            if answered:
                self._note_wait(wait, block * self.classes + group)

    def _note_wait(self, wait: float, kind: int) -> None:
        self.wait_room[self.waiting] = wait
        self.kind_room[self.waiting] = kind
        self.waiting += 1

    def _add_visit(self, at: int, leg: Any, answered: bool, wait: float) -> None:
        if answered:
            self.sums[at + LEG_ENDS + leg.end] += 1.0
            self.sums[at + VISIT_WAIT_ANSWERED] += wait
            if wait <= self.within:
                self.sums[at + VISIT_ANSWERED_WITHIN] += 1.0
            if leg.end != LEG_UNFINISHED:
                self.sums[at + VISIT_TALK] += leg.ended - leg.answered
                self.sums[at + VISIT_HOLD] += leg.hold
                self.sums[at + VISIT_WRAP] += leg.wrap_up
        else:
            self.sums[at + leg.end] += 1.0
            if leg.end != LEG_BLOCKED:
                self.sums[at + VISIT_WAIT_LEFT] += wait
        if leg.end == LEG_ABANDONED and wait <= self.within:
            self.sums[at + VISIT_ABANDONED_WITHIN] += 1.0

    def _block(self, counts: int, tier: int, queue: int, channel: int) -> int:
        """Number of the block of rows, one an interval, of visits that count in the same scopes; made when needed."""
        code = ((counts * (self.tiers + 1) + min(tier, self.tiers)) * self.queues + queue) * self.channels + channel
        block: int = self.place[code]
        if block < 0:
            block = self.place[code] = self.blocks
            self.blocks += 1
            self.sums = _longer(self.sums, np.zeros(self.rows * VISIT_WIDTH))
        return block

    # --- contacts and cases ------------------------------------------------------------------------------------------

    def _take_contacts(self, records: Records, count: int) -> None:
        for i in range(count):
            contact = records.contacts[i]
            self._remember(contact)
            if self.warmup <= contact.started < self.horizon:
                row = contact.channel * self.rows + self._interval(contact.started)
                group = contact.intent * self.segments + contact.segment
                self._add_contact(self.contacts + row * CONTACT_WIDTH, contact)
                self._add_contact(self.contacts_by_class + group * CONTACT_WIDTH, contact)
                if contact.agent >= 0:
                    self._add_contact(self.contacts_by_agent + contact.agent * CONTACT_WIDTH, contact)

    def _remember(self, contact: Any) -> None:
        case = contact.number
        if case >= self.known:
            self._know(case)
        if contact.attempt == 0:
            self.first_channel[case] = contact.channel
            if contact.end == CONTACT_UNFINISHED:
                self.last_end[case] += OPEN_STILL
        if contact.origin == ORIGIN_REPEAT:
            self.repeats[case] += 1
        if contact.attempt > self.last_attempt[case]:
            self.last_attempt[case] = contact.attempt
            self.last_end[case] = contact.end + (OPEN_STILL if self.last_end[case] >= OPEN_STILL else 0)

    def _add_contact(self, at: int, contact: Any) -> None:
        handled = contact.agent >= 0 and contact.end != CONTACT_UNFINISHED
        self.sums[at + contact.end + (CONTACT_ENDS if contact.agent >= 0 else 0)] += 1.0
        if contact.origin == ORIGIN_RETRIAL:
            self.sums[at + CONTACT_RETRIALS] += 1.0
        elif contact.origin == ORIGIN_REPEAT:
            self.sums[at + CONTACT_REPEATS] += 1.0
        if handled:
            if contact.resolved == 1:
                self.sums[at + CONTACT_HANDLED_RESOLVED] += 1.0
            self.sums[at + CONTACT_TRANSFERS] += contact.transfers
            if contact.defects != 0:
                self.sums[at + CONTACT_DEFECTS + contact.defects] += 1.0
        if contact.end == CONTACT_ABANDONED and contact.next_due == contact.next_due:
            self.sums[at + CONTACT_RETRIED] += 1.0
        if contact.end == CONTACT_CONTAINED and contact.resolved == 1:
            self.sums[at + CONTACT_TRULY_CONTAINED] += 1.0
        if contact.satisfaction == contact.satisfaction:
            self.sums[at + CONTACT_FELT] += 1.0
            if contact.satisfaction >= NEAREST_TOP:
                self.sums[at + CONTACT_SATISFIED] += 1.0
        if contact.csat > 0:
            self.sums[at + CONTACT_CSAT + contact.csat] += 1.0
        if contact.nps >= 0:
            self.sums[at + CONTACT_NPS + contact.nps] += 1.0
        if contact.ces > 0:
            self.sums[at + CONTACT_CES + contact.ces] += 1.0

    def _take_cases(self, records: Records, count: int) -> None:
        for i in range(count):
            case = records.cases[i]
            if case.number >= self.known:
                self._know(case.number)
            if self.warmup <= case.born < self.horizon:
                group = case.intent * self.segments + case.segment
                row = (self.first_channel[case.number] + 1) * self.classes + group
                self._add_case(self.cases + row * CASE_WIDTH, case)

    def _add_case(self, at: int, case: Any) -> None:
        last_end = self.last_end[case.number]
        first_open = last_end >= OPEN_STILL
        if first_open:
            last_end -= OPEN_STILL
        due = 1 if case.due == case.due else 0
        self.sums[at + case.end] += 1.0
        self.sums[at + CASE_CONTACTS] += case.contacts + due
        self.sums[at + CASE_DUE] += due
        if due and last_end not in (CONTACT_ABANDONED, CONTACT_BLOCKED, CONTACT_HUNG_UP):
            self.sums[at + CASE_REPEATS] += 1.0
        self.sums[at + CASE_REPEATS] += self.repeats[case.number]
        if case.resolved_at == case.resolved_at:
            self.sums[at + CASE_SOLVED] += 1.0
            self.sums[at + CASE_TIME] += case.resolved_at - case.born
        if case.first_ended == case.first_ended and not first_open:
            self.sums[at + CASE_FINISHED_FIRST] += 1.0
            if case.first_resolved == 1:
                self.sums[at + CASE_RESOLVED_FIRST] += 1.0
            if case.first_handled == 1:
                self.sums[at + CASE_HANDLED_FIRST] += 1.0
                if not case.next_contact - case.first_ended <= self.window:  # NaN: never
                    self.sums[at + CASE_QUIET] += 1.0

    # --- agents' time ------------------------------------------------------------------------------------------------

    def _take_states(self, records: Records, count: int) -> None:
        for i in range(count):
            state = records.states[i]
            start = max(state.start, self.warmup)
            if state.end <= start:
                continue
            tier = min(state.tier, self.tiers)
            if state.state != AGENT_OFF:
                self._add_paid(self.totals + tier * TOTAL_WIDTH, state.agent, state.end - start)
                self._add_paid(self.totals_by_agent + state.agent * TOTAL_WIDTH, state.agent, state.end - start)
            end = min(state.end, self.horizon)
            column = state.state + (STATES if state.scheduled == 1 else 0)
            while start < end:
                interval = self._interval(start)
                border = (interval + self.first_interval + 1) * self.length
                stop = border if start < border < end else end
                self._add_time(self.time + (tier * self.rows + interval) * TIME_WIDTH, column, state.load, stop - start)
                self._add_time(self.time_by_agent + state.agent * TIME_WIDTH, column, state.load, stop - start)
                start = stop

    def _add_paid(self, at: int, agent: int, seconds: float) -> None:
        self.sums[at + PAID_SECONDS] += seconds
        self.sums[at + PAID_MONEY] += seconds * self.rates[agent]

    def _add_time(self, at: int, column: int, load: int, seconds: float) -> None:
        self.sums[at + column] += seconds
        if load > 0:
            self.sums[at + TIME_IN_HAND] += seconds
            self.sums[at + TIME_CONTACTS] += seconds * load

    # --- evaluations -------------------------------------------------------------------------------------------------

    def _take_evaluations(self, records: Records, count: int, among: int) -> None:
        """They stand in the order of their contacts, so that each is found behind the one before."""
        j = 0
        for i in range(count):
            evaluation = records.evaluations[i]
            passed = 0
            while passed < among:
                contact = records.contacts[j]
                if contact.number == evaluation.number and contact.attempt == evaluation.attempt:
                    break
                j = j + 1 if j + 1 < among else 0
                passed += 1
            if passed < among and self.warmup <= contact.started < self.horizon:
                row = contact.channel * self.segments + contact.segment
                self._add_evaluation(self.evaluations + row * EVALUATION_WIDTH, evaluation)
                self._add_evaluation(self.evaluations_by_intent + evaluation.intent * EVALUATION_WIDTH, evaluation)
                if evaluation.agent >= 0:
                    self._add_evaluation(self.evaluations_by_agent + evaluation.agent * EVALUATION_WIDTH, evaluation)

    def _add_evaluation(self, at: int, evaluation: Any) -> None:
        self.sums[at + EVALUATION_COUNT] += 1.0
        self.sums[at + EVALUATION_SCORE] += evaluation.score
        self.sums[at + EVALUATION_TRUE] += evaluation.true_score
        if evaluation.auto_fail == 1:
            self.sums[at + EVALUATION_FAILS] += 1.0


def _outcomes() -> list[int]:
    """Node in which a contact ends by its last leg; -1 where it goes on. Who was contained and truly resolved is
    moved over when the table is made: a leg does not know.
    """
    node = [-1] * LEG_ENDS
    node[LEG_CONTAINED] = node[LEG_UNRESOLVED] = NODE_UNRESOLVED
    node[LEG_HUNG_UP] = node[LEG_BLOCKED] = NODE_LEFT
    node[LEG_RESOLVED] = NODE_RESOLVED
    node[LEG_ABANDONED] = NODE_ABANDONED
    node[LEG_UNFINISHED] = NODE_UNFINISHED
    return node


def _held(values: NDArray[Any]) -> Any:
    """Numbers that are read and written one at a time: in C an array, in Python a list."""
    return values if COMPILED else values.tolist()


def _longer(held: Any, more: NDArray[Any]) -> Any:
    return np.concatenate([np.asarray(held), more]) if COMPILED else held + more.tolist()
