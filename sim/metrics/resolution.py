"""Whether the customer's need was met: as measured from the contacts made, and in truth."""

from __future__ import annotations

from sim.metrics.base import CALLER, CaseKpi, ContactKpi, Fold
from sim.metrics.facts import Facts
from sim.model.journal import CaseEnd
from sim.registry import register


@register("kpi", "fcr_measured")
class FirstContactResolutionMeasured(CaseKpi):
    """Cases without a further contact within W after the first / cases whose first contact was handled.

    Handled means answered by a human or contained by the bot, and ended. A contact due after the horizon is
    known and counts; a case whose first contact is unfinished is in neither number. An escalation within the
    contact keeps it.
    """

    name, title, unit, better = (
        "fcr_measured",
        "First-contact resolution (no further contact in {W})",
        "share",
        "higher",
    )

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.cases.quiet_after_first, facts.cases.handled_first)


@register("kpi", "fcr_true")
class FirstContactResolutionTrue(CaseKpi):
    """Cases truly resolved by the first contact / cases whose first contact ended."""

    name, title, unit, better = "fcr_true", "First-contact resolution (true)", "share", "higher"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.cases.resolved_first, facts.cases.finished_first)


@register("kpi", "resolution_rate")
class ResolutionRate(ContactKpi):
    """Contacts truly resolved / contacts handled by an agent; an agent's are those of which it was the last agent."""

    name, title, unit, better = "resolution_rate", "Resolution of handled contacts (true)", "share", "higher"
    scopes = (*CALLER, "agent")

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.handled_resolved, facts.contacts.handled)


@register("kpi", "case_resolution")
class CaseResolution(CaseKpi):
    """Cases resolved within the run / cases."""

    name, title, unit, better = "case_resolution", "Cases resolved", "share", "higher"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.cases.resolved, facts.cases.cases)


@register("kpi", "given_up_rate")
class GivenUpRate(CaseKpi):
    """Cases that the customer gave up unresolved / cases."""

    name, title, unit, better = "given_up_rate", "Cases given up", "share", "lower"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.cases.ended(CaseEnd.GIVEN_UP), facts.cases.cases)


@register("kpi", "time_to_resolution")
class TimeToResolution(CaseKpi):
    """Seconds from birth to resolution of resolved cases / cases resolved within the run."""

    name, title, unit, better = "time_to_resolution", "Time to resolution", "s", "lower"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.cases.time_to_resolution, facts.cases.resolved)


@register("kpi", "contacts_per_case")
class ContactsPerCase(CaseKpi):
    """Contacts of these cases, made or due later / cases."""

    name, title, unit, better = "contacts_per_case", "Contacts per case", "contacts", "lower"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.cases.all_contacts, facts.cases.cases)
