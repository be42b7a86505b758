"""What an experiment's stopping rule and selection must fit: each other, and the number of replications."""

from __future__ import annotations

from collections.abc import Iterator

from sim.config.plain import Places
from sim.config.schema import Experiment
from sim.config.schema.experiment import MOST_LOOKS
from sim.errors import Problem


def check(experiment: Experiment, places: Places) -> Iterator[Problem]:
    """Problems of `stopping` and `select`; none where an experiment has neither."""
    rule, select = experiment.stopping, experiment.select
    if rule is not None:
        budget = experiment.replications if rule.max_replications is None else rule.max_replications
        if rule.first > budget:
            where = "replications" if rule.max_replications is None else "max_replications"
            yield places.problem(
                ("stopping", "first"), rule.first, f"above {where} ({budget})", "look first at fewer replications"
            )
        elif rule.look_every is not None and 1 + -(-(budget - rule.first) // rule.look_every) > MOST_LOOKS:
            least = -(-(budget - rule.first) // (MOST_LOOKS - 1))
            yield places.problem(
                ("stopping", "look_every"), rule.look_every, f"more than {MOST_LOOKS} looks", f"write {least} or more"
            )
    if select is not None and select.max_replications < experiment.replications and rule is None:
        rule_broken = f"below replications ({experiment.replications}), which every arm has anyway"
        yield places.problem(("select", "max_replications"), select.max_replications, rule_broken, "write a larger one")
