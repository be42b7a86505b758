"""QA evaluations: a random sample of handled contacts, scored by raters who err, released with a lag.

Which share is sampled and who errs lastingly: `sim.quality.raters`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.ext.draws import normal
from sim.quality.raters import sampling_shares, scoring

if TYPE_CHECKING:
    from sim.config.schema import Quality
    from sim.model.spec import IntentSpec

LOWEST, HIGHEST = 0.0, 100.0


class Scorecard:
    """Who is evaluated, and how: a contact is picked when its own uniform is below its intent's share.

    So a larger sample contains the smaller one.
    """

    def __init__(self, quality: Quality, intents: Sequence[IntentSpec], traits: list[float]) -> None:
        """`traits[agent]`: points of QA score above the mean."""
        spec, by = quality.evaluation, scoring(quality)
        self.shares: list[float] = sampling_shares(quality, intents).tolist()
        self.most = max(self.shares)
        self.traits = traits
        self.mean, self.contact_sd, self.rater_sd = spec.mean, spec.contact_sd, by.noise_sd
        self.auto_fail = 0.0 if spec.scorecard else spec.auto_fail
        self.lag = by.lag

    def true_score(self, agent: int, gained: float, u: float) -> float:
        """What a rater without error would give, but for a critical error; 0 to 100. `gained`: since the start."""
        trait: float = self.traits[agent] + gained
        score: float = self.mean + trait + self.contact_sd * normal(u)
        return min(max(score, LOWEST), HIGHEST)

    def measured(self, true_score: float, u: float, lasting: float) -> float:
        """What is given, 0 to 100: the rater's noise and lasting error on top."""
        score: float = true_score + (self.rater_sd * normal(u) + lasting)
        return min(max(score, LOWEST), HIGHEST)
