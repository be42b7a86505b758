"""Quality of the work: scores as raters see them and in truth, and defects by category."""

from __future__ import annotations

from typing import ClassVar

from sim.metrics.base import CALLER, ContactKpi, EvaluationKpi, Fold
from sim.metrics.facts import Facts
from sim.registry import register

WITH_AGENT = (*EvaluationKpi.scopes, "agent")


@register("kpi", "qa_score")
class QaScore(EvaluationKpi):
    """Sum of the scores given by raters / evaluations."""

    name, title, unit, better = "qa_score", "Quality score (measured by QA)", "points", "higher"
    scopes = WITH_AGENT

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.evaluations.scores, facts.evaluations.evaluations)


@register("kpi", "qa_score_true")
class QaScoreTrue(EvaluationKpi):
    """Sum of the true scores of the evaluated contacts / evaluations."""

    name, title, unit, better = "qa_score_true", "Quality score (true)", "points", "higher"
    scopes = WITH_AGENT

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.evaluations.true_scores, facts.evaluations.evaluations)


@register("kpi", "auto_fail_rate")
class AutoFailRate(EvaluationKpi):
    """Evaluations with a critical error / evaluations."""

    name, title, unit, better = "auto_fail_rate", "Evaluations failed outright (auto-fail)", "share", "lower"

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.evaluations.auto_fails, facts.evaluations.evaluations)


@register("kpi", "evaluations")
class EvaluationCount(EvaluationKpi):
    """QA evaluations, per run."""

    name, title, unit, better, kind = "evaluations", "Quality evaluations (QA)", "count", "neither", "mean"
    scopes = WITH_AGENT

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.evaluations.evaluations, facts.one_run)


class DefectKpi(ContactKpi):
    """Base of defect rates: which bits of a contact's defects count."""

    unit, better = "share", "lower"
    bits: ClassVar[int]

    def fold(self, facts: Facts) -> Fold:
        return Fold(facts.contacts.defective(self.bits), facts.contacts.handled)


@register("kpi", "defect_rate")
class DefectRate(DefectKpi):
    """Handled contacts with a defect of any category / contacts handled by an agent."""

    name, title, bits = "defect_rate", "Defects (any category)", 15
    scopes = (*CALLER, "agent")


@register("kpi", "defect_information")
class DefectInformation(DefectKpi):
    """Handled contacts with wrong or missing information / contacts handled by an agent."""

    name, title, bits = "defect_information", "Defects: information", 1


@register("kpi", "defect_process")
class DefectProcess(DefectKpi):
    """Handled contacts that strayed from the process / contacts handled by an agent."""

    name, title, bits = "defect_process", "Defects: process", 2


@register("kpi", "defect_compliance")
class DefectCompliance(DefectKpi):
    """Handled contacts with a breach of compliance / contacts handled by an agent."""

    name, title, bits = "defect_compliance", "Defects: compliance", 4


@register("kpi", "defect_empathy")
class DefectEmpathy(DefectKpi):
    """Handled contacts that lacked empathy / contacts handled by an agent."""

    name, title, bits = "defect_empathy", "Defects: empathy", 8
