"""What agents really are: latent, read by the flow when it settles an outcome, never shown to a policy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Truth:
    """Latent traits of the agents of one replication, drawn by `sim.quality.ability`.

    `speed[agent][intent]`: factor on handle time (1 = the step's law; lower is faster).
    `ability[agent][intent]`: standard units; a step turns them into logits by its own scale.
    `qa[agent]`: points of QA score above the mean. `empathy[agent]`: points of satisfaction (1 to 5 scale).
    """

    speed: list[list[float]]
    ability: list[list[float]]
    qa: list[float]
    empathy: list[float]


def alike(agents: int, intents: int) -> Truth:
    """A truth in which all agents are the same."""
    return Truth(
        speed=[[1.0] * intents for _ in range(agents)],
        ability=[[0.0] * intents for _ in range(agents)],
        qa=[0.0] * agents,
        empathy=[0.0] * agents,
    )
