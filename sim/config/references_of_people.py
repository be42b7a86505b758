"""Whether what a scenario says of people fits together: groups, shifts, coaching, evaluations, traits.

A part of `references.py`, whose list of checks includes these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from sim.config import schema
from sim.config.context import SUMS_TO_ONE, Context
from sim.config.document import Path
from sim.config.units import DAY
from sim.errors import Problem


def _groups(context: Context) -> Iterator[Problem]:
    shifts = context.scenario.staff.shifts
    for name, group in context.scenario.staff.groups.items():
        path: Path = ("staff", "groups", name)
        if (group.count is None) == (group.plan is None):
            rule = "a group needs `count` or `plan`" if group.plan is None else "a group has both `count` and `plan`"
            yield context.problem(path, None, rule, "give exactly one of them")
        if group.shift is not None and group.shift not in shifts:
            yield context.unknown((*path, "shift"), group.shift, "shift", shifts)


def _anybody(context: Context) -> Iterator[Problem]:
    if not context.scenario.staff.groups and context.scenario.staff.roster is None:
        yield context.problem(("staff",), None, "nobody works here", "add `groups:` or `roster: FILE.csv`")
    elif context.scenario.staff.roster is None and all(g.count == 0 for g in context.scenario.staff.groups.values()):
        yield context.problem(("staff", "groups"), None, "nobody works here", "give a group a count above 0")


def _shifts(context: Context) -> Iterator[Problem]:
    for name, shift in context.scenario.staff.shifts.items():
        path: Path = ("staff", "shifts", name)
        if shift.days == []:
            rule = "a shift on no day of the week"
            yield context.problem((*path, "days"), None, rule, "name a day, or leave `days` out for every day")
        if shift.start >= DAY:
            mend = "write a start before 24:00; the end may carry +1"
            yield context.problem((*path, "start"), None, "a shift starts on its own day", mend)
        if shift.end <= shift.start:
            end = f"{int(shift.end // 3600):02d}:{int(shift.end % 3600 // 60):02d}+1"
            rule = f"the end is not after the start of staff.shifts.{name}"
            yield context.problem((*path, "end"), None, rule, f'write "{end}" for the next day')
        elif shift.end - shift.start > DAY:
            yield context.problem((*path, "end"), None, "the shift is longer than 24 hours", "end it earlier")
        else:
            yield from _breaks(context, path, shift)


def _breaks(context: Context, path: Path, shift: schema.Shift) -> Iterator[Problem]:
    """Breaks lie inside the shift, one after the other; one before the start is on the day after."""
    begins = [pause.at + DAY if pause.at < shift.start else pause.at for pause in shift.breaks]
    before = shift.start
    for at in sorted(range(len(begins)), key=begins.__getitem__):
        here: Path = (*path, "breaks", at)
        if begins[at] + shift.breaks[at].length > shift.end:
            rule = f"the break is not inside the shift staff.shifts.{path[-1]}"
            yield context.problem(here, None, rule, "move it between start and end")
        elif begins[at] < before:
            yield context.problem(here, None, "two breaks overlap", "let each begin after the one before it")
        before = max(before, begins[at] + shift.breaks[at].length)


def _floor_manager(context: Context) -> Iterator[Problem]:
    """It acts before it looks again, and on people who come and go."""
    staff = context.scenario.staff
    manager = staff.floor_manager
    if manager is None:
        return
    path: Path = ("staff", "floor_manager")
    if manager.delay >= manager.every:
        rule = "acts only when it looks again, or later"
        yield context.problem((*path, "delay"), manager.delay, f"seconds: {rule}", "make it shorter than `every`")
    always_on = staff.roster is None and all(g.shift is None and g.plan is None for g in staff.groups.values())
    if always_on and manager.coaching is None:
        rule = "everybody is always on duty, so there is no break and no end of a shift to move"
        yield context.problem(path, None, rule, "give a group a shift or a plan, or take the floor manager out")


def _coaching(context: Context) -> Iterator[Problem]:
    """Leaders have time for a session, and a floor manager calls off what there is."""
    spec, manager = context.scenario.coaching, context.scenario.staff.floor_manager
    if spec is None:
        if manager is not None and manager.coaching is not None:
            rule = "there is no coaching to call off"
            yield context.problem(
                ("staff", "floor_manager", "coaching"), None, rule, "add a section coaching, or take it out"
            )
        return
    path: Path = ("coaching",)
    seconds = spec.leaders * spec.hours_per_leader_week * spec.every / (7 * DAY)
    if 0.0 < seconds < spec.session:
        rule = f"seconds: leaders have {seconds:g} s from one plan to the next, less than one session"
        yield context.problem((*path, "session"), spec.session, rule, "make every longer, or give leaders more hours")
    if spec.session > spec.every:
        rule = "seconds: a session is longer than the time from one plan to the next"
        yield context.problem((*path, "session"), spec.session, rule, "make it shorter than every")


def _evaluation(context: Context) -> Iterator[Problem]:
    """Somebody can be evaluated, by people or by a machine."""
    spec = context.scenario.quality.evaluation
    path: Path = ("quality", "evaluation")
    weights = spec.risk_weights
    if max(weights.low, weights.medium, weights.high) == 0.0:
        rule = "every weight is 0, so no contact could be evaluated"
        yield context.problem((*path, "risk_weights"), None, rule, "give a risk a weight above 0")
    if spec.machine is not None and spec.share is not None:
        rule = "a machine scores, so people evaluate no share"
        yield context.problem((*path, "share"), spec.share, rule, "write machine.share, or take the machine out")
    if spec.scorecard and "auto_fail" in spec.model_fields_set:
        rule = "with a scorecard, evaluations fail by its critical items, not at random"
        yield context.problem((*path, "auto_fail"), spec.auto_fail, rule, "take it out, or make an item critical")
    yield from _items(context, (*path, "scorecard"))


def _items(context: Context, path: Path) -> Iterator[Problem]:
    """The items of a scorecard give points, and none of skill fails outright."""
    items = context.scenario.quality.evaluation.scorecard
    if items and sum(item.weight for item in items.values()) == 0.0:
        yield context.problem(path, None, "every weight is 0, so no evaluation could score", "give an item a weight")
    for name, item in items.items():
        if item.critical and item.checks == "skill":
            rule = "skill is a matter of degree; only a defect can be critical"
            yield context.problem((*path, name, "critical"), True, rule, "let it check a category of defects")


def _defects(context: Context) -> Iterator[Problem]:
    """Clusters of defects are of intents that exist, and end after they begin."""
    for number, cluster in enumerate(context.scenario.quality.defects.clusters):
        path: Path = ("quality", "defects", "clusters", number)
        if cluster.intent not in context.scenario.intents:
            yield context.unknown((*path, "intent"), cluster.intent, "intent", context.scenario.intents)
        if cluster.until is not None and cluster.until <= cluster.since:
            rule = "seconds: a cluster ends after it begins"
            yield context.problem((*path, "until"), cluster.until, rule, "make it longer than `since`")


def _careers(context: Context) -> Iterator[Problem]:
    """Who may be absent or leave works in shifts."""
    staff = context.scenario.staff
    in_shifts = staff.roster is not None or any(g.shift or g.plan for g in staff.groups.values())
    for name in ("absence", "attrition"):
        if getattr(staff, name) is not None and not in_shifts:
            rule = "everybody is always on duty, so there is no duty to miss"
            yield context.problem(("staff", name), None, rule, f"give a group a shift or a plan, or take {name} out")


def _traits(context: Context) -> Iterator[Problem]:
    if math.fsum(weight * weight for weight in context.scenario.quality.truth.empathy_weights()) > 1.0 + SUMS_TO_ONE:
        rule = "no four traits can have all of these correlations at once"
        path: Path = ("quality", "truth", "empathy_resolution_correlation")
        yield context.problem(path, None, rule, "bring the correlations of empathy nearer to 0")


CHECKS: tuple[Callable[[Context], Iterator[Problem]], ...] = (
    _anybody,
    _groups,
    _shifts,
    _floor_manager,
    _coaching,
    _evaluation,
    _defects,
    _careers,
    _traits,
)
