"""What rules see when the run begins: estimates from the pre-history, or the truth for an oracle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.model.truth import alike
from sim.quality import history
from sim.quality.expectation import expect
from sim.quality.scorecard import scale
from sim.quality.signals import Measured, Oracle

if TYPE_CHECKING:
    from sim.model.centre import Centre
    from sim.model.spec import Blueprint
    from sim.model.truth import Truth
    from sim.quality.careers import Careers
    from sim.quality.raters import Severity
    from sim.sampling.streams import Streams


def of(
    blueprint: Blueprint,
    centre: Centre,
    keys: Sequence[int],
    truth: Truth,
    streams: Streams,
    severity: Severity,
    careers: Careers | None,
) -> Measured:
    """The signals at second 0; `keys` of the agents, `careers` where agents have been there for different times."""
    quality = blueprint.scenario.quality
    tiers, card = [agent.tier for agent in centre.agents], scale(quality)
    if quality.signals.oracle:
        now = None if careers is None else careers.before(0.0)
        exact = expect(blueprint, centre.agents, truth, now)
        qa = card.level + card.slope * (quality.evaluation.mean + np.array(truth.qa))
        return Oracle(tiers, exact.handle, exact.resolution, qa)
    prior = expect(blueprint, centre.agents, alike(len(centre.agents), len(blueprint.intents)))
    also, satisfied = quality.signals.also, quality.survey.base
    prior_qa = card.level + card.slope * quality.evaluation.mean
    queues = [queue.tier for queue in blueprint.queues]
    signals = Measured(tiers, prior.handle, prior.resolution, prior_qa, also, satisfied, queues)
    before = None if careers is None else careers.before(quality.history.weeks * history.WEEK)
    worked = None if careers is None else careers.worked(quality.history.weeks)
    past = expect(blueprint, centre.agents, truth, before)
    history.remember(signals, blueprint, keys, truth, past, streams, severity, worked)
    return signals
