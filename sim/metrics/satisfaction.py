"""Satisfaction as answered by some, and as felt by everyone."""

from __future__ import annotations

from sim.metrics.base import CALLER, ContactKpi, Fold
from sim.metrics.facts import Facts
from sim.registry import register


@register("kpi", "csat")
class Csat(ContactKpi):
    """Survey answers of 4 or 5 of 5 / respondents."""

    name, title, unit, better = "csat", "Customer satisfaction (4 or 5 of 5, respondents)", "share", "higher"
    scopes = (*CALLER, "agent")

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.answers("csat", 4, 5), facts.contacts.answers("csat", 1, 5))


@register("kpi", "csat_everyone")
class CsatEveryone(ContactKpi):
    """Contacts whose latent satisfaction is nearest to 4 or 5 / contacts with a latent satisfaction, asked or not."""

    name, title, unit, better = "csat_everyone", "Customer satisfaction (4 or 5 of 5, everyone)", "share", "higher"
    scopes = (*CALLER, "agent")

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.satisfied, facts.contacts.felt)


@register("kpi", "nps")
class Nps(ContactKpi):
    """100 × (answers of 9 or 10 − answers of 0 to 6) / respondents."""

    name, title, unit, better = "nps", "Net promoter score", "points", "higher"

    def fold(self, facts: Facts) -> Fold:
        contacts = facts.contacts
        balance = contacts.answers("nps", 9, 10) - contacts.answers("nps", 0, 6)
        return Fold(100.0 * balance, contacts.answers("nps", 0, 10))


@register("kpi", "ces")
class Ces(ContactKpi):
    """Sum of the marks, 1 to 7, 7 = very easy / respondents."""

    name, title, unit, better = "ces", "Ease of contact (customer effort score, 1 to 7)", "marks", "higher"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.marks("ces"), facts.contacts.answers("ces", 1, 7))


@register("kpi", "survey_response")
class SurveyResponse(ContactKpi):
    """Contacts that answered the CSAT question / contacts with a latent satisfaction."""

    name, title, unit, better = "survey_response", "Survey response", "share", "neither"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.answers("csat", 1, 5), facts.contacts.felt)
