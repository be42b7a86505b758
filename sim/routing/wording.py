"""Phrases by which rules explain themselves; no rule is registered here.

An estimate is told with the number of observations behind it, for a team leader to judge: 78 % measured on 4 contacts
says little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Signals
from sim.model.reason import Reason


def subject(contact: Contact) -> str:
    """What the contact is: `billing contact`."""
    return f"{contact.intent.name.replace('_', ' ')} contact"


def resolves(signals: Signals, agent: Agent, contact: Contact) -> str:
    """`resolves 78 % of billing contacts (measured on 41)`."""
    row, intent = agent.index, contact.intent.index
    share = 100.0 * signals.resolution[row][intent]
    return f"resolves {share:.0f} % of {subject(contact)}s ({measured_on(signals.resolution_count[row][intent])})"


def takes(signals: Signals, agent: Agent, contact: Contact) -> str:
    """`takes 345 s for one billing contact (measured on 200)`."""
    row, intent = agent.index, contact.intent.index
    seconds = signals.handle_time[row][intent]
    return f"takes {seconds:.0f} s for one {subject(contact)} ({measured_on(signals.handle_time_count[row][intent])})"


def scores(signals: Signals, agent: Agent, contact: Contact) -> str:
    """`scores 81.2 points of quality (measured on 6)`."""
    row, intent = agent.index, contact.intent.index
    return f"scores {signals.qa[row][intent]:.1f} points of quality ({measured_on(signals.qa_count[row][intent])})"


def does(signals: Signals, quality: str, agent: Agent, contact: Contact) -> str:
    """How good the agent is, by the signal of quality that a rule reads."""
    return (resolves if quality == "resolution" else scores)(signals, agent, contact)


def measured_on(count: float) -> str:
    """The sample size; an oracle needs none."""
    return f"measured on {count:.0f}" if count < float("inf") else "known, not measured"


def highest_of(
    chosen: Agent | None, agents: Iterable[Agent], score: Callable[[Agent], float], name: str, merit: str, *reads: str
) -> Reason:
    """Of these agents the one with the highest score was taken; `merit` completes "the agent …"."""
    table = {agent.name: float(score(agent)) for agent in agents}
    if chosen is None:
        return Reason("the rule gave it to nobody", name, table, reads)
    return Reason(f"nobody free had a higher {name}: the agent {merit}", name, table, reads)
