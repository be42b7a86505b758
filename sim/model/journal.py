"""The journal: what happened in one replication, as append-only records. No KPI is computed here.

Five streams of the flow, one of agents' condition and one of coaching. A contact's legs tile its life; an agent's
states tile the horizon from the first sign-on to the end. Times are seconds since the scenario's start; NaN says
"never". Enumerations are stored as small integers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class LegEnd(IntEnum):
    """How a leg of a contact closed."""

    CONTAINED = 0  # the bot's session ended without a handoff (truly resolved or not)
    HANDED_OFF = 1  # bot -> human
    HUNG_UP = 2  # the customer left the bot; not containment
    RESOLVED = 3
    UNRESOLVED = 4  # handled, believed done, not resolved: a silent failure
    ESCALATED = 5  # to the next tier
    TO_SUPERVISOR = 6
    ABANDONED = 7
    BLOCKED = 8  # the waiting line was full
    OVERFLOWED = 9  # waited too long, moved to another queue
    UNFINISHED = 10  # still open when the drain ended


class Initiator(IntEnum):
    """Who started an escalation or a handoff."""

    NONE = 0
    AGENT = 1
    CUSTOMER = 2
    RULE = 3
    CONFIDENCE = 4  # bot: low confidence
    TURNS = 5  # bot: too many turns
    SENTIMENT = 6
    KEYWORD = 7  # bot: risk class of the intent
    VIP = 8
    OUTAGE = 9  # the bot stopped working in the middle of the session


class Origin(IntEnum):
    """Why a contact was made."""

    FIRST = 0
    RETRIAL = 1
    REPEAT = 2


class ContactEnd(IntEnum):
    """The one outcome of a contact."""

    RESOLVED = 0  # by a human
    UNRESOLVED = 1
    CONTAINED = 2  # by the bot; `resolved` tells true from false containment
    HUNG_UP = 3
    ABANDONED = 4
    BLOCKED = 5
    UNFINISHED = 6


class CaseEnd(IntEnum):
    """The one outcome of a case."""

    RESOLVED = 0
    GIVEN_UP = 1
    DUE_LATER = 2  # the next contact falls after the horizon: counted, priced, not served
    UNFINISHED = 3


class AgentState(IntEnum):
    """What an agent does; ON states are paid."""

    OFF = 0
    AVAILABLE = 1
    BUSY = 2  # at least one contact in hand (talk or hold)
    WRAP_UP = 3  # no contact in hand, wrap-up running
    HANDOVER = 4  # stays on the line of a warm escalation
    BREAK = 5
    COACHING = 6


class SessionEnd(IntEnum):
    """What became of a session of coaching that had a window."""

    HELD = 0
    CUT_SHORT = 1  # the agent was called back
    CALLED_OFF = 2  # by the floor manager, before it began
    MISSED = 3  # the agent was not there, or on a contact for all of the window


LEG = np.dtype(
    [
        ("case", "i4"),
        ("attempt", "i2"),  # 0 = the case's first contact
        ("leg", "i2"),  # 0 = the contact's first leg
        ("intent", "i2"),
        ("segment", "i2"),
        ("channel", "i2"),
        ("tier", "i1"),  # 0 = bot
        ("queue", "i2"),  # -1 for the bot
        ("agent", "i4"),  # -1 where nobody answered
        (
            "first_human",
            "i1",
        ),  # 1: the contact's first human queue (scopes all, intent, segment, channel count these)
        ("end", "i1"),  # LegEnd
        ("initiator", "i1"),
        ("warm", "i1"),
        ("entered", "f8"),
        ("answered", "f8"),  # NaN where nobody answered
        ("ended", "f8"),  # the customer's end of the leg; wrap-up follows for the agent
        ("hold", "f8"),  # seconds of [answered, ended) on hold
        ("wrap_up", "f8"),  # seconds of wrap-up after `ended`
    ],
    align=True,
)

CONTACT = np.dtype(
    [
        ("case", "i4"),
        ("attempt", "i2"),
        ("intent", "i2"),
        ("segment", "i2"),
        ("channel", "i2"),
        ("origin", "i1"),
        ("end", "i1"),  # ContactEnd
        ("resolved", "i1"),  # the truth
        ("legs", "i2"),
        ("transfers", "i2"),  # escalations, supervisor and overflow moves
        ("bot", "i1"),  # 1: had a bot session
        ("agent", "i4"),  # last agent, -1: none
        ("tier", "i1"),  # tier of the last leg
        ("csat", "i1"),  # survey answer 1..5, 0: no answer
        ("nps", "i1"),  # 0..10, -1: no answer
        ("ces", "i1"),  # 1..7, 0: no answer
        ("defects", "i1"),  # bits: 1 information, 2 process, 4 compliance, 8 empathy
        ("started", "f8"),
        ("ended", "f8"),
        ("waited", "f8"),  # seconds in human queues
        ("satisfaction", "f8"),  # latent, 1 to 5 scale, of everyone
        ("next_due", "f8"),  # when the case's next contact begins or is due; NaN: there is none
    ],
    align=True,
)

CASE = np.dtype(
    [
        ("case", "i4"),
        ("intent", "i2"),
        ("segment", "i2"),
        ("contacts", "i2"),  # contacts served in the run
        ("end", "i1"),  # CaseEnd
        ("first_handled", "i1"),  # 1: the first contact was answered by a human or contained by the bot
        ("first_resolved", "i1"),  # 1: truly resolved in the first contact
        ("born", "f8"),
        ("first_ended", "f8"),
        ("next_contact", "f8"),  # when the second contact began or is due; NaN: there is none
        ("resolved_at", "f8"),  # NaN: never
        ("due", "f8"),  # next contact after the horizon; NaN otherwise
        ("difficulty", "f8"),  # latent, logits
    ],
    align=True,
)

STATE = np.dtype(
    [
        ("agent", "i4"),
        ("tier", "i1"),
        ("state", "i1"),  # AgentState
        ("load", "i2"),  # contacts in hand
        ("start", "f8"),
        ("end", "f8"),
        ("scheduled", "i1"),  # 1: the plan had the agent on duty (not off, not on break) when the state began
    ],
    align=True,
)

EVALUATION = np.dtype(
    [
        ("agent", "i4"),
        ("case", "i4"),
        ("attempt", "i2"),
        ("intent", "i2"),
        ("auto_fail", "i1"),
        ("found", "i1"),  # defects that the rater found, bits as in CONTACT
        ("at", "f8"),
        ("released", "f8"),
        ("score", "f8"),  # as measured by the rater
        ("true_score", "f8"),
    ],
    align=True,
)


class Moment(IntEnum):
    """What a record of an agent's condition is about."""

    LOOK = 0  # how the agent was since the last look
    LEFT = 1  # the agent left for good
    JOINED = 2  # a new agent took the seat


CONDITION = np.dtype(
    [
        ("agent", "i4"),
        ("moment", "i1"),  # Moment
        ("at", "f8"),
        ("on_duty", "f8"),  # seconds on duty since the last look
        ("strain", "f8"),  # mean over them
    ],
    align=True,
)


SESSION = np.dtype(
    [
        ("agent", "i4"),
        ("tier", "i1"),
        ("intent", "i2"),  # what it was about; -1: the work in general
        ("end", "i1"),  # SessionEnd
        ("booked", "f8"),  # when it got its window
        ("due", "f8"),  # when the window begins
        ("began", "f8"),  # NaN where it did not take place
        ("ended", "f8"),
        ("cost", "f8"),  # money for the agent's and the leader's time; 0 where it did not take place
    ],
    align=True,
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the journal's small integers stand for, and the few constants that KPIs need."""

    intents: tuple[str, ...]
    segments: tuple[str, ...]
    channels: tuple[str, ...]
    queues: tuple[str, ...]
    queue_tiers: tuple[int, ...]
    agents: tuple[str, ...]
    agent_tiers: tuple[int, ...]
    agent_hourly_costs: tuple[float, ...]
    start: str  # ISO 8601 local time of second 0
    horizon: float  # seconds; births stop here
    warmup: float
    interval: float
    answer_within: float
    repeat_window: float
    bot_session_cost: float
    line_minute_cost: float


STREAMS = ("legs", "contacts", "cases", "states", "evaluations")


@dataclass(frozen=True, slots=True)
class Journal:
    """One replication, or a piece of it: arrays of dtypes LEG, CONTACT, CASE, STATE, EVALUATION, in order of closing.

    A case's record comes in one piece with that of its last contact, an evaluation with that of its contact.
    `conditions` (dtype CONDITION) and `sessions` (dtype SESSION) stand beside the five streams of the flow: empty where
    agents do not change, and where nobody coaches.
    """

    lexicon: Lexicon
    legs: NDArray[np.void]
    contacts: NDArray[np.void]
    cases: NDArray[np.void]
    states: NDArray[np.void]
    evaluations: NDArray[np.void]
    conditions: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, CONDITION))
    sessions: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, SESSION))
