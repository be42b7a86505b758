"""Coaching where evaluations find the same defect again and again: intent × category, above what chance would find.

A cluster that is spread over agents as chance would spread it is the process's: everybody who serves the intent has
it, and coaching persons is the wrong cure. Nobody is coached for it; it is named in the log instead.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.coaching.port import CATEGORIES, CoachingRule, Known, Request
from sim.coaching.round_robin import in_turn, since
from sim.config.schema import Duration
from sim.registry import Params, register


class DefectClustersParams(Params):
    """`significance` of a cluster, many cells allowed for; nobody is coached again within `cool_down`.

    `rest_in_turn`: hours that clusters leave to leaders go to everybody in turn; otherwise they are not used.
    """

    significance: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.01
    cool_down: Annotated[Duration, Field(ge=0)] = 6 * 86400.0
    rest_in_turn: bool = True


@register("coaching", "defect_clusters", DefectClustersParams)
class DefectClusters(CoachingRule):
    """Those who stand out with a defect that clusters in an intent come first; then all in turn."""

    uses_findings = True

    def __init__(self, params: DefectClustersParams) -> None:
        super().__init__(params)
        self._params = params

    def choose(self, known: Known) -> list[Request]:
        asked: dict[int, Request] = {}
        for cluster in known.clusters(self._params.significance):
            for agent in cluster.persons:
                said = _reason(known, agent, cluster.intent, cluster.category)
                asked.setdefault(agent, Request(agent, cluster.intent, said))
        if self._params.rest_in_turn:
            for agent in in_turn(known):
                asked.setdefault(agent, Request(agent, None, f"{since(known, agent)}, and no cluster: next in turn"))
        return [request for request in asked.values() if known.rested(request.agent, self._params.cool_down)]

    def remarks(self, known: Known) -> list[str]:
        return [
            f"{it.found:.0f} {it.category} defects in {known.intents[it.intent]} where {it.expected:.1f} are expected, "
            "spread over agents: look at the process, nobody is coached for it"
            for it in known.clusters(self._params.significance)
            if it.process
        ]


def _reason(known: Known, agent: int, intent: int, category: str) -> str:
    """The agent's defects beside those of all who serve the intent, as counted."""
    found, seen = known.defects[:, intent, CATEGORIES.index(category)], known.evaluated[:, intent]
    usual = float(seen[agent] * found.sum() / seen.sum())
    return f"{found[agent]:.0f} {category} defects in {known.intents[intent]}, where {usual:.1f} are usual for all"
