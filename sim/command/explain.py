"""`ccsim explain`: why a router decided so in one replication, and why a schedule was changed or somebody coached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from sim.command.actions import DEFAULT_SEED
from sim.command.catalogue import kind
from sim.command.request import Request, parted, whole_number
from sim.errors import UsageError
from sim.experiment import engines, explained, own_rules, study
from sim.experiment.plan import Plan, of_experiment, of_scenario, whole
from sim.explain.observer import Wanted

SAMPLE = 10
OWN = ("sample", "contact", "at")
REFUSED = ("replications", "contacts", "explain")


def run(words: Sequence[str]) -> int:
    """Explain decisions of a scenario, or of each arm of an experiment; `words` as `ccsim explain` gets them."""
    own, rest = parted(words, OWN, REFUSED, f"; explain takes {', '.join(f'{key}=' for key in OWN)}")
    request = Request.read(rest)
    made = _planned(request)
    start = made.arms[0].loaded.scenario.calendar.start
    wanted = Wanted(
        sample=whole("sample", whole_number("sample", own.get("sample", str(SAMPLE))), 0, 10_000),
        case=None if "contact" not in own else whole("contact", whole_number("contact", own["contact"]), 0, 2**31),
        at=None if "at" not in own else _moment(own["at"], start),
    )
    engine, workers = engines.chosen(request.engine, request.workers)
    setting = study.Setting(engine, workers)
    factor = study.births_factor(made, setting) if request.births_factor is None else request.births_factor
    made = replace(made, births_factor=factor)
    told = explained.explain(made, wanted, request.replication or 0, engine, workers)
    for arm in told["arms"]:
        _print(arm, told)
    return 0


def _planned(request: Request) -> Plan:
    from sim.config.load import LoadedExperiment

    name = request.scenario or request.experiment
    if name is None:
        raise UsageError("nothing is named to explain; write: ccsim explain NAME (a scenario or an experiment)")
    what = kind(name)
    wanted = replace(request, scenario=None, experiment=name) if what == "experiment" else replace(
        request, scenario=name, experiment=None
    )  # fmt: skip
    loaded = wanted.loaded()
    if isinstance(loaded, LoadedExperiment):
        made = of_experiment(loaded, 1, request.seed, request.overrides)
    else:
        made = of_scenario(loaded, 1, DEFAULT_SEED if request.seed is None else request.seed, request.overrides)
    return replace(made, names=request.names, rules=own_rules.read(request.rules))


def _moment(text: str, start: datetime) -> float:
    """Seconds since the start, of a time of day (the first such moment) or of a day with a time."""
    bare = text.strip("'\"")
    try:
        if len(bare) <= 8:
            moment = datetime.combine(start.date(), time.fromisoformat(bare), start.tzinfo)
            moment += timedelta(days=1) if moment < start else timedelta()
        else:
            moment = datetime.fromisoformat(bare)
            moment = moment.replace(tzinfo=start.tzinfo) if moment.tzinfo is None else moment
        return (moment - start).total_seconds()
    except ValueError:
        raise UsageError(f"at={text}: not a time; write at=10:15 or at='2026-03-03 10:15'") from None


def _print(arm: dict[str, Any], told: dict[str, Any]) -> None:
    print(f"{arm['label']} · rule {arm['rule']} · seed {told['seed']}, replication {told['replication']}")
    for one in arm["decisions"]:
        print(f"\n{one['time']}  {one['question']}: {one['sentence']}")
        what = "idle" if one["question"] == "agent selection" else "waiting"
        for who in one["candidates"]:
            print(f"    {_candidate(who, what, one['score'])}")
    for move in arm["moves"]:
        print(f"\n{move['time']}  schedule: {move['sentence']}")
    for note in arm["coaching"]:
        print(f"\n{note['time']}  coaching: {note['sentence']}")
    if not any(arm[part] for part in ("decisions", "moves", "coaching")):
        print("  nothing of what was asked for happened in this replication")
    print()


def _candidate(who: dict[str, Any], what: str, score: str) -> str:
    since = "partly busy" if who["busy"] else f"{what} {who['since']:.0f} s"
    parts = [f"{who['name']:<20} {since:<16}"]
    parts += [f"{score} {who['score']:.4g}"] if who["score"] is not None else []
    for one in who["evidence"]:
        count = "" if one["count"] is None else f" on {one['count']:.0f}"
        parts.append(f"{one['signal']} {one['value']:.4g} ± {one['error']:.2g}{count}")
    return "  ".join(parts).rstrip()
