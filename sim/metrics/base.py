"""What every KPI is: a definition that it owns, and a fold of facts into numerators and denominators."""

from __future__ import annotations

import inspect
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from sim.metrics.columns.cells import Floats
from sim.metrics.columns.own import Own
from sim.metrics.facts import Facts
from sim.registry import Params

Better = Literal["higher", "lower", "neither"]
Kind = Literal["ratio", "mean", "statistic"]

CALLER = ("all", "channel", "intent", "segment")  # scopes that count a contact once


class Fold(NamedTuple):
    """Numerator and denominator of a KPI in every cell. A denominator of 0 means: not defined there."""

    numerator: Floats
    denominator: Floats


@dataclass(frozen=True, slots=True)
class Definition:
    """What a number printed under a KPI's name means.

    `kind`: `ratio` of sums; `mean` = an amount per replication (its denominator is 1 run); `statistic` = no
    sums exist (the numerator is the value itself and the denominator 1), so it must not be pooled.
    """

    name: str
    title: str
    unit: str
    better: Better
    kind: Kind
    definition: str
    window: str
    scopes: tuple[str, ...]
    by_interval: bool


class Kpi(ABC):
    """Base of every KPI; its docstring is its printed definition, in words: numerator / denominator.

    To add one, write a file in this package. {T} and {W} in a title, and T and W as words of the docstring, become
    the scenario's thresholds:

    >>> from sim.registry import register
    >>> @register("kpi", "answered_share")                                                # doctest: +SKIP
    ... class AnsweredShare(VisitKpi):
    ...     '''Visits answered / offered.'''
    ...     name, title, unit, better = "answered_share", "Share answered", "share", "higher"
    ...     def fold(self, facts):
    ...         return Fold(facts.visits.answered, facts.visits.offered)

    A KPI that needs a column of its own names its class in `own` and reads it with `facts.own(ItsClass)`: see
    `sim.metrics.columns.own`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    unit: ClassVar[str]
    better: ClassVar[Better]
    kind: ClassVar[Kind] = "ratio"
    window: ClassVar[str]
    scopes: ClassVar[tuple[str, ...]]
    by_interval: ClassVar[bool] = False
    own: ClassVar[tuple[type[Own], ...]] = ()

    def __init__(self, params: Params | None = None) -> None:
        self.params = params

    @abstractmethod
    def fold(self, facts: Facts) -> Fold:
        """Numerator and denominator of this KPI in every cell of the journal's table."""

    def definition(self, answer_within: str = "T", repeat_window: str = "W") -> Definition:
        """The definition, with the scenario's thresholds written into title and text for T and W."""
        thresholds = {"T": answer_within, "W": repeat_window}
        words = " ".join((inspect.getdoc(type(self)) or "").split())
        words = re.sub(r"\b[TW]\b", lambda found: thresholds[found[0]], words)
        title = self.title.format(T=answer_within, W=repeat_window)
        scopes = tuple("tier:0" if scope == "bot" else scope for scope in self.scopes)
        return Definition(
            self.name, title, self.unit, self.better, self.kind, words, self.window, scopes, self.by_interval
        )


class VisitKpi(Kpi):
    """Base of queue KPIs: queue and tier count every visit, other scopes a contact's first stay in human queues.

    Overflow ends no stay: whoever gives up or is answered in the second queue counts so in the scopes of the caller.
    """

    window = (
        "visits that entered a queue between warm-up and horizon; each in the interval in which it entered; queue and "
        "tier count each queue, other scopes a contact once: overflow prolongs its visit, an escalation ends it"
    )
    scopes: ClassVar[tuple[str, ...]] = (*CALLER, "tier", "queue")
    by_interval = True


class SessionKpi(Kpi):
    """Base of bot KPIs: one session is one leg of a contact with the bot."""

    window = "bot sessions that began between warm-up and horizon; each in the interval in which it began"
    scopes: ClassVar[tuple[str, ...]] = (*CALLER, "bot")
    by_interval = True


class ContactKpi(Kpi):
    """Base of KPIs over whole contacts."""

    window = "contacts that started between warm-up and horizon"
    scopes: ClassVar[tuple[str, ...]] = CALLER


class CaseKpi(Kpi):
    """Base of KPIs over cases, followed up to their last contact, made or due later."""

    window = "cases born between warm-up and horizon, followed up beyond it (a contact due later counts)"
    scopes: ClassVar[tuple[str, ...]] = CALLER


class TimeKpi(Kpi):
    """Base of KPIs over agents' time."""

    window = "agents' time between warm-up and horizon; each second in the interval in which it passed"
    scopes: ClassVar[tuple[str, ...]] = ("all", "tier")
    by_interval = True


class EvaluationKpi(Kpi):
    """Base of KPIs over QA evaluations; tier is the tier of the evaluated agent."""

    window = "evaluations of contacts that started between warm-up and horizon, whenever released"
    scopes: ClassVar[tuple[str, ...]] = ("all", "tier", "intent", "segment", "channel")
