"""The journal's enumerations as plain integers, for the modules that are compiled: there they are C integers.

Everybody else uses the enumerations themselves (`sim.model.journal`), which say more.
"""

from __future__ import annotations

from sim.model.journal import AgentState, CaseEnd, ContactEnd, Initiator, LegEnd, Origin

LEG_CONTAINED = int(LegEnd.CONTAINED)
LEG_HANDED_OFF = int(LegEnd.HANDED_OFF)
LEG_HUNG_UP = int(LegEnd.HUNG_UP)
LEG_RESOLVED = int(LegEnd.RESOLVED)
LEG_UNRESOLVED = int(LegEnd.UNRESOLVED)
LEG_ESCALATED = int(LegEnd.ESCALATED)
LEG_TO_SUPERVISOR = int(LegEnd.TO_SUPERVISOR)
LEG_ABANDONED = int(LegEnd.ABANDONED)
LEG_BLOCKED = int(LegEnd.BLOCKED)
LEG_OVERFLOWED = int(LegEnd.OVERFLOWED)
LEG_UNFINISHED = int(LegEnd.UNFINISHED)

CONTACT_RESOLVED = int(ContactEnd.RESOLVED)
CONTACT_UNRESOLVED = int(ContactEnd.UNRESOLVED)
CONTACT_CONTAINED = int(ContactEnd.CONTAINED)
CONTACT_HUNG_UP = int(ContactEnd.HUNG_UP)
CONTACT_ABANDONED = int(ContactEnd.ABANDONED)
CONTACT_BLOCKED = int(ContactEnd.BLOCKED)
CONTACT_UNFINISHED = int(ContactEnd.UNFINISHED)

CASE_RESOLVED = int(CaseEnd.RESOLVED)
CASE_GIVEN_UP = int(CaseEnd.GIVEN_UP)
CASE_DUE_LATER = int(CaseEnd.DUE_LATER)
CASE_UNFINISHED = int(CaseEnd.UNFINISHED)

BY_NONE = int(Initiator.NONE)
BY_AGENT = int(Initiator.AGENT)
BY_CUSTOMER = int(Initiator.CUSTOMER)
BY_RULE = int(Initiator.RULE)
BY_CONFIDENCE = int(Initiator.CONFIDENCE)
BY_TURNS = int(Initiator.TURNS)
BY_SENTIMENT = int(Initiator.SENTIMENT)
BY_KEYWORD = int(Initiator.KEYWORD)
BY_VIP = int(Initiator.VIP)
BY_OUTAGE = int(Initiator.OUTAGE)

ORIGIN_FIRST = int(Origin.FIRST)
ORIGIN_RETRIAL = int(Origin.RETRIAL)
ORIGIN_REPEAT = int(Origin.REPEAT)

AGENT_OFF = int(AgentState.OFF)
AGENT_AVAILABLE = int(AgentState.AVAILABLE)
AGENT_BUSY = int(AgentState.BUSY)
AGENT_WRAP_UP = int(AgentState.WRAP_UP)
AGENT_HANDOVER = int(AgentState.HANDOVER)
AGENT_BREAK = int(AgentState.BREAK)
AGENT_COACHING = int(AgentState.COACHING)

VISITS = 64  # queue visits a contact may have; part of a draw's address

HEARD = 0.7  # correlation of sentiment as heard with the real one; assumed, no source
