"""The service target that several staffing rules share. No rule stands in this file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.config.schema import Duration, Share
from sim.registry import Params


class Target(Params):
    """`share` of contacts answered `within` a time: the service level KPI, in each interval by itself."""

    share: Annotated[Share, Field(lt=1.0)] = 0.80
    within: Annotated[Duration, Field(ge=0)] = 20.0


class TargetParams(Params):
    """Parameters of a rule that meets a service target."""

    target: Target = Target()
