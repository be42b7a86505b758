"""Which sum stands where in a row of `sim.metrics.sums`: plain integers, since that module is compiled."""

from __future__ import annotations

from sim.model.journal import AgentState, CaseEnd, ContactEnd, LegEnd

# Columns of visits: how many ended how, first the unanswered, then the answered; then sums.
LEG_ENDS = len(LegEnd)
VISIT_ANSWERED_WITHIN = 2 * LEG_ENDS
VISIT_ABANDONED_WITHIN = VISIT_ANSWERED_WITHIN + 1
VISIT_WAIT_ANSWERED = VISIT_ANSWERED_WITHIN + 2
VISIT_WAIT_LEFT = VISIT_ANSWERED_WITHIN + 3
VISIT_TALK = VISIT_ANSWERED_WITHIN + 4
VISIT_HOLD = VISIT_ANSWERED_WITHIN + 5
VISIT_WRAP = VISIT_ANSWERED_WITHIN + 6
VISIT_MOVED_ON = VISIT_ANSWERED_WITHIN + 7  # moved by overflow, where a stay counts from the first queue to its end
VISIT_WIDTH = VISIT_ANSWERED_WITHIN + 8

# Where a visit counts: by queue and tier alone, everywhere, or everywhere but by queue and tier.
LATER, FIRST, STAY = range(3)

# Columns of contacts: how many ended how, first those no agent answered, then the others; then sums and histograms.
CONTACT_ENDS = len(ContactEnd)
CONTACT_RETRIALS = 2 * CONTACT_ENDS
CONTACT_REPEATS = CONTACT_RETRIALS + 1
CONTACT_HANDLED_RESOLVED = CONTACT_RETRIALS + 2
CONTACT_TRANSFERS = CONTACT_RETRIALS + 3
CONTACT_RETRIED = CONTACT_RETRIALS + 4
CONTACT_TRULY_CONTAINED = CONTACT_RETRIALS + 5
CONTACT_FELT = CONTACT_RETRIALS + 6
CONTACT_SATISFIED = CONTACT_RETRIALS + 7
CONTACT_DEFECTS = CONTACT_RETRIALS + 8  # by the bits of the defects, 0 to 15
CONTACT_CSAT = CONTACT_DEFECTS + 16  # by mark, 0 to 5
CONTACT_NPS = CONTACT_CSAT + 6  # 0 to 10
CONTACT_CES = CONTACT_NPS + 11  # 0 to 7
CONTACT_WIDTH = CONTACT_CES + 8

# Columns of cases: how many ended how, then sums.
CASE_ENDS = len(CaseEnd)
CASE_SOLVED = CASE_ENDS
CASE_TIME = CASE_ENDS + 1
CASE_FINISHED_FIRST = CASE_ENDS + 2
CASE_RESOLVED_FIRST = CASE_ENDS + 3
CASE_HANDLED_FIRST = CASE_ENDS + 4
CASE_QUIET = CASE_ENDS + 5
CASE_DUE = CASE_ENDS + 6
CASE_CONTACTS = CASE_ENDS + 7
CASE_REPEATS = CASE_ENDS + 8
CASE_WIDTH = CASE_ENDS + 9

# Columns of agents' time: seconds by state, first outside the plan, then inside; then sums.
STATES = len(AgentState)
TIME_IN_HAND = 2 * STATES
TIME_CONTACTS = TIME_IN_HAND + 1
TIME_WIDTH = TIME_IN_HAND + 2

# Columns of totals by tier and by agent: seconds on the line, seconds paid, money paid.
LINE_SECONDS, PAID_SECONDS, PAID_MONEY, TOTAL_WIDTH = range(4)

# Columns of evaluations.
EVALUATION_COUNT, EVALUATION_SCORE, EVALUATION_TRUE, EVALUATION_FAILS, EVALUATION_WIDTH = range(5)

# Nodes of the flows of contacts, in this order; node of tier n: NODE_TIERS + n.
NODES = ("arrival", "bot", "supervisor", "resolved", "unresolved", "abandoned", "left", "unfinished")
(
    NODE_ARRIVAL, NODE_BOT, NODE_SUPERVISOR, NODE_RESOLVED, NODE_UNRESOLVED, NODE_ABANDONED, NODE_LEFT, NODE_UNFINISHED,
    NODE_TIERS,
) = range(9)  # fmt: skip
NODE_COUNT = NODE_TIERS + 128
CALLED = 256  # added to the node of an open contact that was passed on to a supervisor

OPEN_STILL = 64  # added to a case's last end: its first contact was unfinished
