"""QA evaluations: a random sample of handled contacts, scored by raters who err, released with a lag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.ext.draws import normal

if TYPE_CHECKING:
    from sim.config.schema import Quality

LOWEST, HIGHEST = 0.0, 100.0


class Raters:
    """Who is evaluated, and how: a contact is picked when its own uniform is below the sampling share.

    So a larger sample contains the smaller one.
    """

    def __init__(self, quality: Quality, traits: list[float]) -> None:
        """`traits[agent]`: points of QA score above the mean."""
        spec = quality.evaluation
        self.share = sampling_share(quality)
        self.traits = traits
        self.mean, self.contact_sd, self.rater_sd = spec.mean, spec.contact_sd, spec.rater_sd
        self.auto_fail, self.lag = spec.auto_fail, spec.lag

    def true_score(self, agent: int, u: float) -> float:
        """What a rater without error would give, but for a critical error; 0 to 100."""
        trait: float = self.traits[agent]
        score: float = self.mean + trait + self.contact_sd * normal(u)
        return min(max(score, LOWEST), HIGHEST)

    def measured(self, true_score: float, u: float) -> float:
        """What the rater gives, 0 to 100."""
        score: float = true_score + self.rater_sd * normal(u)
        return min(max(score, LOWEST), HIGHEST)


def sampling_share(quality: Quality) -> float:
    """Share of an agent's contacts that is evaluated."""
    weekly = quality.history.contacts_per_agent_week
    return min(1.0, quality.evaluation.per_agent_week / weekly) if weekly > 0.0 else 0.0
