"""How good agents are (latent), and how work and time change them: learning and strain."""

from __future__ import annotations

from math import sqrt
from typing import Annotated, Literal

from pydantic import Field

from sim.config.schema.base import Duration, NonNegative, Risk, Section, Share, Spread


class Truth(Section):
    """How agents differ (latent). `drawn`: anew each replication, the same in all arms; `fixed`: one draw.

    Correlations are between agents' general traits; faster, more resolved, a higher score and kinder count as more.
    """

    draw: Literal["drawn", "fixed"] = "drawn"
    speed_sd: Annotated[float, Field(ge=0.0, le=5.0)] = 0.0
    resolution_sd: Annotated[float, Field(ge=0.0, le=0.3)] = 0.0
    qa_sd: Spread = 5.0
    empathy_sd: Spread = 0.15
    speed_resolution_correlation: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    qa_resolution_correlation: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.15
    empathy_resolution_correlation: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    empathy_speed_correlation: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    empathy_qa_correlation: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    intent_share: Share = 0.5

    def empathy_weights(self) -> tuple[float, float, float, float]:
        """Weights in empathy of an agent's independent normals: slowness, resolution, QA, empathy's own.

        A row of Cholesky's factor. Not finite, or above 1 in squares, where the correlations exclude each other.
        """
        resolution = self.empathy_resolution_correlation
        speed = _own_part(self.empathy_speed_correlation, self.speed_resolution_correlation, resolution)
        qa = _own_part(self.empathy_qa_correlation, self.qa_resolution_correlation, resolution)
        rest = 1.0 - resolution**2 - speed**2 - qa**2
        return -speed, resolution, qa, sqrt(rest) if rest > 0.0 else 0.0


def _own_part(wanted: float, other: float, common: float) -> float:
    """Weight of what another trait does not share with resolution, so that the correlation with it is as wanted."""
    left, missing = sqrt(1.0 - other * other), wanted - other * common
    if left == 0.0:
        return 0.0 if missing == 0.0 else float("inf")
    return missing / left


class Learning(Section):
    """New agents are slower, and resolve less, by a gap that closes exponentially with their time in the job.

    `handle`: share by which the first contacts take longer · `resolution`: what P(resolve) lacks at first.
    """

    handle: NonNegative = 0.64
    resolution: Annotated[float, Field(ge=0.0, le=0.5)] = 0.0
    time_constant: Annotated[Duration, Field(gt=0)] = 10 * 7 * 86400.0


class HardContacts(Section):
    """Contacts that wear an agent down beyond the time they take: of these risks, and those that were passed on.

    Each adds `adds` of what is missing to a strain of 1.
    """

    adds: Share = 0.1
    risks: list[Risk] = Field(default_factory=lambda: list[Risk](("high",)))
    passed_on: bool = True


class StrainEffects(Section):
    """What strain does, by unit of strain: `slower` (log of handle time), and a `step` on top above `step_above`.

    Above `limit`, by unit: `resolution` (loss of P(resolve)), `empathy` (loss in points of satisfaction) and `defects`
    (log of the odds).
    """

    slower: NonNegative = 0.10
    step: NonNegative = 0.10
    step_above: Share = 0.95
    limit: Share = 0.88
    resolution: Annotated[float, Field(ge=0.0, le=5.0)] = 0.2
    empathy: NonNegative = 0.0
    defects: NonNegative = 0.0


class Strain(Section):
    """How worn an agent is, 0 to 1: the occupancy of about the last hour, raised by hard contacts, lowered by rest.

    `builds`: time constant of rising with work and falling while idle · `recovers`: of falling in breaks and off duty ·
    `reference`: the strain at which the scenario's handle times hold · `memory`: hours on duty that the load looks back
    on, which acts on absence and attrition.
    """

    builds: Annotated[Duration, Field(gt=0)] = 3600.0
    recovers: Annotated[Duration, Field(gt=0)] = 1200.0
    memory: Annotated[Duration, Field(gt=0)] = 40 * 3600.0
    reference: Share = 0.55
    hard: HardContacts = HardContacts()
    effects: StrainEffects = StrainEffects()
