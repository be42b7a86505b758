"""How long agents have been in the job when the scenario starts: as the roster says, or drawn from the group's law."""

from __future__ import annotations

from collections.abc import Iterable
from math import log

from sim.config.schema import Tenure
from sim.sampling.streams import Purpose, Streams
from sim.staff.person import Person


def drawn(people: Iterable[Person], streams: Streams) -> list[float]:
    """Seconds in the job at the start, by agent; addressed by the agent, so a colleague more moves nobody else."""
    purpose = streams.purpose("tenure")
    return [_of(person, purpose) for person in people]


def _of(person: Person, purpose: Purpose) -> float:
    spec = person.tenure
    if isinstance(spec, float):
        return spec
    u, age, _, _ = purpose.block(person.key, 0, 0)
    return at(Tenure() if spec is None else spec, u, age)


def at(spec: Tenure, u: float, age: float) -> float:
    """The tenure at two uniforms: whether a new hire, and how long."""
    if spec.exactly is not None:
        return spec.exactly
    if u < spec.new_hires:
        return age * spec.new_for
    longer = -log(age) * spec.mean
    return spec.new_for + longer if spec.new_hires > 0.0 else longer
