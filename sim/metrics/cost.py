"""What it costs: paid time (overtime too), bot sessions and line time, and the price of what is due later."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sim.metrics.base import Fold, Kpi
from sim.metrics.columns.cells import Floats
from sim.metrics.facts import Facts
from sim.registry import register


class CostKpi(Kpi):
    """Base of cost KPIs: tier 0 carries the bot's sessions, the other tiers their agents' wages."""

    unit, better = "money", "lower"
    window = (
        "paid time from the warm-up to the end of the run; "
        "contacts, cases and legs that began between warm-up and horizon"
    )
    scopes: ClassVar[tuple[str, ...]] = ("all", "bot", "tier")


@register("kpi", "total_cost")
class TotalCost(CostKpi):
    """Paid time × hourly cost + bot sessions × their price + line minutes × their price, per run."""

    name, title, kind = "total_cost", "Total cost", "mean"

    def fold(self, facts: Facts) -> Fold:
        return Fold(spent(facts), facts.one_run)


@register("kpi", "cost_per_contact")
class CostPerContact(CostKpi):
    """Total cost / contacts served: handled by an agent or contained by the bot.

    In a tier: its cost / its handled visits; in tier 0: / bot sessions.
    """

    name, title = "cost_per_contact", "Cost per contact"

    def fold(self, facts: Facts) -> Fold:
        return Fold(spent(facts), served(facts))


@register("kpi", "cost_per_resolved_case")
class CostPerResolvedCase(CostKpi):
    """(Total cost + contacts due after the horizon × cost per contact) / cases resolved within the run."""

    name, title = "cost_per_resolved_case", "Cost per resolved case"
    scopes = ("all",)

    def fold(self, facts: Facts) -> Fold:
        return Fold(spent(facts) + owed(facts), facts.cases.resolved)


@register("kpi", "follow_up_cost")
class FollowUpCost(CostKpi):
    """Contacts due after the horizon × cost per contact of the run, per run: priced, not served."""

    name, title, kind = "follow_up_cost", "Cost of contacts due later", "mean"
    scopes = ("all",)

    def fold(self, facts: Facts) -> Fold:
        return Fold(owed(facts), facts.one_run)


@register("kpi", "paid_hours")
class PaidHours(CostKpi):
    """Hours in which agents were paid, overtime after the horizon included, per run."""

    name, title, unit, kind = "paid_hours", "Paid hours", "hours", "mean"
    scopes = ("all", "tier", "agent")

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.paid.seconds / 3600.0, facts.one_run)


def spent(facts: Facts) -> Floats:
    """Money spent: wages, bot sessions and line time."""
    lexicon = facts.cells.lexicon
    bot = facts.sessions.sessions * lexicon.bot_session_cost
    return facts.paid.wages + bot + facts.lines.seconds * (lexicon.line_minute_cost / 60.0)


def served(facts: Facts) -> Floats:
    """What the cost of a scope is shared by: contacts served, a tier's handled visits, the bot's sessions."""
    cells = facts.cells
    whole = cells.only(facts.contacts.served, ["all"])
    return whole + cells.only(facts.visits.handled, ["tier"]) + cells.only(facts.sessions.sessions, ["bot"])


def owed(facts: Facts) -> Floats:
    """Price of the contacts due after the horizon; nothing where no contact was served."""
    contacts = served(facts)
    share = np.divide(facts.cases.due, contacts, out=np.zeros_like(contacts), where=contacts > 0)
    return spent(facts) * share
