"""How much: contacts, cases, and what became of the visits to queues. Amounts per run, so empty means 0."""

from __future__ import annotations

from typing import ClassVar

from sim.metrics.base import CALLER, Better, CaseKpi, ContactKpi, Fold, SessionKpi, VisitKpi
from sim.metrics.facts import Facts
from sim.model.journal import CaseEnd, ContactEnd, Origin
from sim.registry import register


class VisitCount(VisitKpi):
    """Base of counts of visits; `column` is the column counted."""

    unit, kind = "count", "mean"
    better: ClassVar[Better] = "neither"
    column: ClassVar[str]

    def fold(self, facts: Facts) -> Fold:
        return Fold(getattr(facts.visits, self.column), facts.one_run)


@register("kpi", "offered")
class Offered(VisitCount):
    """Visits offered to a human queue: all but blocked ones, per run."""

    name, title, column = "offered", "Visits offered", "offered"


@register("kpi", "answered")
class Answered(VisitCount):
    """Visits that an agent answered, per run."""

    name, title, column = "answered", "Visits answered", "answered"


@register("kpi", "handled")
class Handled(VisitCount):
    """Visits answered and brought to their end, per run."""

    name, title, column = "handled", "Visits handled", "handled"
    scopes = (*CALLER, "tier", "queue", "agent")
    by_interval = False


@register("kpi", "abandoned")
class Abandoned(VisitCount):
    """Visits that the customer gave up in the queue, per run."""

    name, title, column = "abandoned", "Visits abandoned", "abandoned"
    by_interval = False


@register("kpi", "blocked")
class Blocked(VisitCount):
    """Visits that found the waiting line full, per run."""

    name, title, column = "blocked", "Visits blocked (line full)", "blocked"
    better = "lower"
    by_interval = False


@register("kpi", "overflowed")
class Overflowed(VisitCount):
    """Visits moved to another queue after waiting too long, per run."""

    name, title, column = "overflowed", "Visits moved to another queue (overflow)", "overflowed"
    by_interval = False


@register("kpi", "unfinished")
class Unfinished(VisitCount):
    """Visits still open when the run ended, per run."""

    name, title, column = "unfinished", "Visits unfinished", "unfinished"
    better = "lower"
    by_interval = False


@register("kpi", "bot_sessions")
class BotSessions(SessionKpi):
    """Bot sessions, per run."""

    name, title, unit, better, kind = "bot_sessions", "Bot sessions", "count", "neither", "mean"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.sessions.sessions, facts.one_run)


class ContactCount(ContactKpi):
    """Base of counts of contacts."""

    unit, better, kind = "count", "neither", "mean"


@register("kpi", "contacts")
class ContactsMade(ContactCount):
    """Contacts made, per run."""

    name, title = "contacts", "Contacts"
    by_interval = True

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.contacts, facts.one_run)


@register("kpi", "repeat_contacts")
class RepeatContacts(ContactCount):
    """Contacts made because an earlier one did not resolve, per run."""

    name, title = "repeat_contacts", "Repeat contacts"
    by_interval = True

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.made_as(Origin.REPEAT), facts.one_run)


@register("kpi", "retrials")
class Retrials(ContactCount):
    """Contacts made after abandoning, per run."""

    name, title = "retrials", "Retrials"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.made_as(Origin.RETRIAL), facts.one_run)


@register("kpi", "unfinished_contacts")
class UnfinishedContacts(ContactCount):
    """Contacts still open when the run ended, per run."""

    name, title = "unfinished_contacts", "Unfinished contacts"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.ended(ContactEnd.UNFINISHED), facts.one_run)


class CaseCount(CaseKpi):
    """Base of counts of cases."""

    unit, kind = "count", "mean"
    better: ClassVar[Better] = "neither"


@register("kpi", "cases")
class CasesBorn(CaseCount):
    """Cases born, per run."""

    name, title = "cases", "Cases"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.cases.cases, facts.one_run)


@register("kpi", "resolved_cases")
class ResolvedCases(CaseCount):
    """Cases resolved within the run, per run."""

    name, title, better = "resolved_cases", "Resolved cases", "higher"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.cases.resolved, facts.one_run)


@register("kpi", "cases_due_later")
class CasesDueLater(CaseCount):
    """Cases whose next contact falls after the horizon, per run: counted and priced, not served."""

    name, title = "cases_due_later", "Cases due later"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.cases.ended(CaseEnd.DUE_LATER), facts.one_run)
