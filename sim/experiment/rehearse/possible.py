"""What can be rehearsed: which arms can run side by side in one centre, and which KPIs a pilot can read by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.config.load import Loaded
    from sim.metrics.base import Kpi
    from sim.routing.sides import Design

SWITCHED = ("routing", "escalation.rule", "bot.policy")  # what one centre can do in two ways at a time
SPOKEN = ("title", "description", "assumptions")
MOST_LABELS = 32_000


def check_arms(baseline: Loaded, treated: Loaded, name: str) -> None:
    """Refuse an arm that differs from the baseline in what one running centre cannot switch."""
    changed = [path for path in _changed(baseline.resolved(), treated.resolved()) if not _within(path, SPOKEN)]
    fixed = [path for path in changed if not _within(path, SWITCHED)]
    files = baseline.fingerprint_parts() != treated.fingerprint_parts()
    if fixed or files:
        told = ", ".join(fixed[:3]) + (f" and {len(fixed) - 3} more" if len(fixed) > 3 else "") or "a CSV file"
        raise UsageError(
            f"arm {name!r} changes {told}, which one running centre cannot have in two ways at a time; a rehearsal "
            f"takes arms that differ in {', '.join(SWITCHED)} only"
        )


def check_kpi(kpi: Kpi) -> None:
    """Refuse a KPI that cannot be read by side."""
    if kpi.kind != "ratio":
        raise UsageError(f"kpi={kpi.name}: not a ratio, so the two sides of a pilot cannot be compared; name another")
    if "segment" not in kpi.scopes:
        raise UsageError(f"kpi={kpi.name}: known for the centre as a whole only, not by customer; name another KPI")


def why_not(design: Design, kpi: Kpi, baseline: Loaded, treated: Loaded, labels: int) -> str:
    """Why this design cannot be read, in a sentence; empty where it can."""
    from sim.metrics.base import CaseKpi

    paths = list(_changed(baseline.resolved(), treated.resolved()))
    if design.by == "agent":
        if not ("agent" in kpi.scopes or isinstance(kpi, CaseKpi)):
            return f"{kpi.name} counts contacts that no agent answered, so it has no reading by agent"
        if any(_within(path, ("bot.policy",)) for path in paths):
            return "a bot policy decides before there is an agent, so agents cannot be split by it"
    if design.by == "queue" and len(_first_queues(baseline)) < 2:
        return "all intents begin in one queue, so there is nothing to split by queue"
    if labels > MOST_LABELS:
        return f"{labels} groups in one replication are more than {MOST_LABELS}; shorten the scenario"
    return ""


def _first_queues(loaded: Loaded) -> set[str]:
    return {next(iter(intent.path)) for intent in loaded.scenario.intents.values()}


def _changed(left: Any, right: Any, path: Sequence[str] = ()) -> Iterator[str]:
    """Dotted paths at which two plain values differ."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for key in dict.fromkeys([*left, *right]):
            yield from _changed(left.get(key), right.get(key), (*path, str(key)))
    elif left != right:
        yield ".".join(path)


def _within(path: str, sections: Sequence[str]) -> bool:
    return any(path == section or path.startswith(f"{section}.") for section in sections)
