"""Any staffing rule with levers on top: what quality costs in heads, each reason stated by itself.

The order is fixed, whatever the order in the file. First the load: rework, then more repeats than normal, then handle
times at their quantile (for the heads at work without it). The base rule turns the load into heads
at work; the cap adds those it lacks. Who rests and who is coached comes on top, because neither takes contacts.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator, model_validator

from sim import registry
from sim.config.schema import Share
from sim.errors import UsageError
from sim.registry import Params, register
from sim.staffing.forecast import Forecast, Heads
from sim.staffing.levers import coaching, handle_time, occupancy, recovery, rework, specialists
from sim.staffing.levers.coaching import CoachingLever
from sim.staffing.levers.handle_time import HandleTimeLever
from sim.staffing.levers.recovery import RecoveryLever, Rests
from sim.staffing.levers.rework import ReworkLever
from sim.staffing.levers.specialists import SpecialistsLever

NO_BASE = ("with_levers", "senior_mix")


class BaseRule(Params):
    """The staffing rule below the levers, with its parameters."""

    rule: str = "erlang_a"
    params: dict[str, Any] = Field(default_factory=dict)

    @field_validator("rule")
    @classmethod
    def _stands_alone(cls, rule: str) -> str:
        if rule in NO_BASE:
            raise ValueError(f"{rule} cannot be the base of with_levers")
        return rule

    @model_validator(mode="after")
    def _known(self) -> BaseRule:
        try:
            self.checked()
        except UsageError as error:
            raise ValueError(str(error)) from error
        except ValidationError as error:
            faults = ("params." + ".".join(map(str, item["loc"])) + f": {item['msg']}" for item in error.errors())
            raise ValueError("; ".join(faults)) from error
        return self

    def checked(self) -> Params:
        """The parameters as their own model has them."""
        return registry.find("staffing", self.rule).params.model_validate(self.params)


class WithLeversParams(Params):
    """The base rule, and the levers wanted; one that is left out does nothing.

    `occupancy_cap`: largest planned occupancy of any interval; planners use .85 (.80 to .90, consensus without data).
    """

    base: BaseRule = BaseRule()
    rework: ReworkLever | None = None
    specialists: SpecialistsLever | None = None
    handle_time: HandleTimeLever | None = None
    occupancy_cap: Annotated[Share, Field(gt=0.0)] | None = None
    recovery: RecoveryLever | None = None
    coaching: CoachingLever | None = None

    @property
    def file(self) -> str | None:
        """The CSV file that the base rule reads, so that the loader finds it."""
        return getattr(self.base.checked(), "file", None)

    @property
    def column(self) -> str | None:
        """The column of that file."""
        return getattr(self.base.checked(), "column", None)

    @model_validator(mode="after")
    def _breaks_can_be_earned(self) -> WithLeversParams:
        cap, rests = self.occupancy_cap, self.recovery
        if cap is not None and rests is not None and cap <= rests.above:
            raise ValueError(
                f"no interval is planned above recovery.above {rests.above:g} when occupancy_cap is {cap:g}: "
                "nobody would earn a break"
            )
        return self


@register("staffing", "with_levers", WithLeversParams)
class WithLevers:
    """Another rule's heads, with levers: rework, specialists, handle-time spread, occupancy cap, breaks, coaching."""

    def __init__(self, params: WithLeversParams) -> None:
        self.params = params
        self.base = registry.build("staffing", params.base.rule, params.base.params)

    def heads(self, forecast: Forecast) -> Heads:
        """Heads on duty for each interval: at work, on a recovery break, and in coaching."""
        load = self._load(forecast)
        at_work = self._at_work(load)
        heads = at_work
        if self.params.recovery is not None:
            heads = heads + recovery.earned(load, at_work, self.params.recovery).relief
        if self.params.coaching is not None:
            heads = heads + coaching.booked(load, at_work, self.params.coaching)
        return heads

    def rests(self, forecast: Forecast) -> Rests | None:
        """The recovery breaks that people of this plan take; None where they have none."""
        if self.params.recovery is None:
            return None
        load = self._load(forecast)
        return recovery.earned(load, self._at_work(load), self.params.recovery)

    def _load(self, forecast: Forecast) -> Forecast:
        """The contacts and the work that the heads are for."""
        load = forecast
        if self.params.rework is not None:
            load = rework.inflated(load, self.params.rework)
        if self.params.specialists is not None:
            load = specialists.reinforced(load, self.params.specialists)
        if self.params.handle_time is not None:
            load = handle_time.widened(load, self._at_work(load), self.params.handle_time)
        return load

    def _at_work(self, load: Forecast) -> Heads:
        """Heads that take contacts."""
        heads: Heads = self.base.heads(load)
        cap = self.params.occupancy_cap
        return heads if cap is None else occupancy.capped(load, heads, cap)
