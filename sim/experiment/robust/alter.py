"""One world: the scenario with its uncertain inputs changed, while staff stays as planned for the scenario as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.config import schema
from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.config.load import Loaded
    from sim.config.schema.uncertain import Uncertain

_SCALES = ("mean", "scale", "value", "low", "mode", "high")  # of a law of durations, what has the unit of time
MOST_RESOLUTION_SD = 0.3


def altered(loaded: Loaded, uncertain: Mapping[str, Uncertain], values: Mapping[str, float]) -> tuple[Loaded, float]:
    """The scenario of a world, and the factor on its arrival rates."""
    scenario, factor = loaded.scenario, 1.0
    for name, one in uncertain.items():
        if one.scales == "volume":
            factor *= values[name]
        elif one.scales is not None:
            scenario = _CHANGES[one.scales](scenario, values[name])
    return replace(loaded, scenario=scenario), factor


def overrides(uncertain: Mapping[str, Uncertain], values: Mapping[str, float]) -> list[str]:
    """Dotted overrides for the inputs that a world sets."""
    return [
        f"{one.sets}='{values[name]!r} {one.unit}'" if one.unit else f"{one.sets}={values[name]!r}"
        for name, one in uncertain.items()
        if one.sets is not None
    ]


def check(loaded: Loaded, uncertain: Mapping[str, Uncertain]) -> None:
    """Refuse what cannot be scaled in this scenario."""
    intents = loaded.scenario.intents.items()
    for name, one in uncertain.items():
        recorded = [intent for intent, spec in intents if isinstance(spec.arrivals, schema.TraceArrivals)]
        if one.scales == "volume" and recorded:
            raise UsageError(f"uncertain.{name}: arrivals of {recorded[0]} are a recorded trace, which has no rate")
        if one.scales in ("handle_time", "resolution"):
            _CHANGES[one.scales](loaded.scenario, 1.0)


def scaled(law: Any, factor: float) -> Any:
    """A law of durations made longer or shorter as a whole."""
    if law is None:
        return None
    if isinstance(law, schema.Empirical):
        raise UsageError(f"uncertain: durations of {law.file} are data and cannot be scaled; leave handle_time out")
    if isinstance(law, schema.Mixture):
        parts = [part.model_copy(update={"of": scaled(part.of, factor)}) for part in law.parts]
        return law.model_copy(update={"parts": parts})
    if isinstance(law, schema.Hyperexponential):
        parts = [part.model_copy(update={"mean": part.mean * factor}) for part in law.parts]  # type: ignore[misc]
        return law.model_copy(update={"parts": parts})
    known = {field: getattr(law, field) * factor for field in _SCALES if field in type(law).model_fields}
    return law.model_copy(update=known)


def _handle_time(scenario: schema.Scenario, factor: float) -> schema.Scenario:
    def step(one: schema.Step) -> schema.Step:
        return one.model_copy(update={name: scaled(getattr(one, name), factor) for name in ("talk", "hold", "wrap_up")})

    return _steps(scenario, step)


def _resolution(scenario: schema.Scenario, factor: float) -> schema.Scenario:
    def step(one: schema.Step) -> schema.Step:
        p = one.resolution
        return one.model_copy(update={"resolution": p * factor / (1.0 - p + p * factor)})

    return _steps(scenario, step)


def _steps(scenario: schema.Scenario, change: Any) -> schema.Scenario:
    """Change every step of every intent."""
    intents = {
        name: intent.model_copy(update={"path": {queue: change(step) for queue, step in intent.path.items()}})
        for name, intent in scenario.intents.items()
    }
    return scenario.model_copy(update={"intents": intents})


def _patience(scenario: schema.Scenario, factor: float) -> schema.Scenario:
    segments = {
        name: segment.model_copy(update={"patience_factor": segment.patience_factor * factor})
        for name, segment in scenario.segments.items()
    }
    return scenario.model_copy(update={"segments": segments})


def _ability(scenario: schema.Scenario, factor: float) -> schema.Scenario:
    truth = scenario.quality.truth
    spread = {
        "speed_sd": truth.speed_sd * factor,
        "resolution_sd": min(truth.resolution_sd * factor, MOST_RESOLUTION_SD),
    }
    quality = scenario.quality.model_copy(update={"truth": truth.model_copy(update=spread)})
    return scenario.model_copy(update={"quality": quality})


_CHANGES = {"handle_time": _handle_time, "resolution": _resolution, "patience": _patience, "ability": _ability}
