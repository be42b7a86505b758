"""`stress_des.md`: the STRESS-DES reporting checklist, filled in from the result folder.

The twenty items are those of Monks, Currie, Onggo, Robinson, Kunc and Taylor 2019 (Journal of Simulation 13(1), 55-67);
what stands beside them is this study's own. Whoever publishes a study adds why it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sim.report.formats import clean
from sim.report.stored import Stored

NAME = "stress_des.md"
NOT_STATED = "Not stated in the stored results."
_HEAD = """# How this study was made (STRESS-DES)

The checklist of Monks et al. (2019), doi 10.1080/17477778.2018.1442155, filled in from the stored results.

| item | in this study |
|---|---|
"""


def text(stored: Stored) -> str:
    """The checklist as Markdown; everything that came from a file is escaped."""
    rows = (f"| {item} | {_escaped(answer(stored) or NOT_STATED)} |" for item, answer in ITEMS)
    return _HEAD + "\n".join(rows) + "\n"


def _escaped(said: str) -> str:
    for sign in "\\`*_[]<>|#":
        said = said.replace(sign, f"\\{sign}")
    return clean(said)


def _scenario(stored: Stored) -> Mapping[str, Any]:
    found = stored.manifest.get("scenario")
    return found if isinstance(found, dict) else {}


def _part(stored: Stored, *path: str) -> Any:
    found: Any = _scenario(stored)
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _purpose(stored: Stored) -> str:
    manifest = stored.manifest
    said = [manifest.get("title"), manifest.get("question"), manifest.get("description")]
    return " ".join(str(one) for one in said if one)


def _outputs(stored: Stored) -> str:
    said = "; ".join(f"{kpi.title} [{kpi.unit}]: {kpi.definition}" for kpi in stored.kpis.values())
    return f"{said} Intervals: Student's t over replications at {100 * stored.confidence:g} %, ratios by the jackknife."


def _aims(stored: Stored) -> str:
    if not stored.others:
        return "One scenario, described."
    names = ", ".join(f"{arm.label} ({' '.join(arm.overrides) or 'as the scenario'})" for arm in stored.arms)
    return f"A comparison of scenarios with common random numbers. Arms: {names}."


def _overview(stored: Stored) -> str:
    intents, queues = _part(stored, "intents") or {}, _part(stored, "queues") or {}
    paths = "; ".join(f"{name}: {' → '.join(_path(intent))}" for name, intent in intents.items())
    bot = "A bot stands before the queues. " if _part(stored, "bot") else ""
    return f"{bot}{len(intents)} intents over {len(queues)} queues. Paths: {paths}. The report has the flow's diagram."


def _path(intent: Mapping[str, Any]) -> list[str]:
    return [str(queue) for queue in intent.get("path") or {}]


def _logic(stored: Stored) -> str:
    return (
        "Next-event simulation. A contact arrives, is answered by the agent that the routing rule selects or waits by "
        "priority and arrival, abandons when its patience runs out, is handled (talk, hold, wrap-up), and is resolved, "
        "passed to a higher tier, or comes back later. At equal times events follow one fixed table of orders."
    )


def _scenario_logic(stored: Stored) -> str:
    return "; ".join(f"{arm.label}: {' '.join(arm.overrides) or 'no overrides'}" for arm in stored.arms)


def _algorithms(stored: Stored) -> str:
    rules = {"routing": _part(stored, "routing"), "escalation": _part(stored, "escalation", "rule")}
    said = ", ".join(f"{name} {rule['rule']}" for name, rule in rules.items() if isinstance(rule, dict))
    return f"Rules of the baseline: {said}. Laws are sampled by inversion, arrivals by that of the cumulative rate."


def _entities(stored: Stored) -> str:
    segments = ", ".join(str(name) for name in _part(stored, "segments") or {})
    return (
        f"Cases (one customer's need) and their contacts; intent, segment ({segments}), channel, difficulty, patience."
    )


def _activities(stored: Stored) -> str:
    laws = [
        f"{intent}/{queue}: talk {_law(step.get('talk'))}, wrap-up {_law(step.get('wrap_up'))}"
        for intent, entry in (_part(stored, "intents") or {}).items()
        for queue, step in (entry.get("path") or {}).items()
    ]
    return f"Handling, in seconds: {'; '.join(laws)}. Also bot sessions and handovers, where the scenario has them."


def _law(law: Any) -> str:
    if not isinstance(law, dict):
        return "none"
    return " ".join(f"{key} {value}" if key != "law" else str(value) for key, value in law.items())


def _resources(stored: Stored) -> str:
    groups = [
        f"{name}: tier {group.get('tier')}, skills {', '.join(group.get('skills') or {})}, "
        f"{'planned' if group.get('plan') else group.get('count')}"
        for name, group in (_part(stored, "staff", "groups") or {}).items()
    ]
    roster = _part(stored, "staff", "roster")
    return "; ".join(groups + ([f"roster {roster}"] if roster else []))


def _queues(stored: Stored) -> str:
    return "; ".join(
        f"{name}: tier {queue.get('tier')}, priority {queue.get('priority')}, room for "
        f"{'all' if queue.get('capacity') is None else queue['capacity']}"
        for name, queue in (_part(stored, "queues") or {}).items()
    )


def _points(stored: Stored) -> str:
    kinds = {name: _law(entry.get("arrivals")) for name, entry in (_part(stored, "intents") or {}).items()}
    said = "; ".join(f"{name}: {kind}" for name, kind in kinds.items())
    return f"Contacts enter by intent ({said}) and leave resolved, abandoned, blocked or given up."


def _sources(stored: Stored) -> str:
    entries = stored.manifest.get("assumptions") or []
    return (
        "; ".join(f"{one.get('what')} [{one.get('evidence')}] {one.get('source')}" for one in entries) or "None stated."
    )


def _preprocessing(stored: Stored) -> str:
    said = str(stored.manifest.get("volume_note") or "")
    if stored.manifest.get("volume") == "offered":
        return f"Recorded volumes hold repeats; births are lowered until the baseline's total is the record's. {said}"
    return said or "None: rates and durations are used as the scenario states them."


def _inputs(stored: Stored) -> str:
    return "All of them, with defaults filled in, stand in manifest.json under `scenario`; CSV files are hashed there."


def _assumed(stored: Stored) -> str:
    weak = [one for one in stored.manifest.get("assumptions") or [] if one.get("evidence") in ("B", "C")]
    said = "; ".join(str(one.get("what")) for one in weak)
    return f"Of weak evidence (B or C): {said}." if said else "No assumption of weak evidence is stated."


def _initialisation(stored: Stored) -> str:
    warmup = _part(stored, "calendar", "warmup") or 0.0
    weeks = _part(stored, "quality", "history", "weeks")
    return (
        f"Empty at the start; warm-up {warmup:g} s. Signals start from {weeks} weeks of pre-history, alike in all arms."
    )


def _length(stored: Stored) -> str:
    calendar = _part(stored, "calendar") or {}
    return (
        f"{calendar.get('length')} s from {calendar.get('start')}, then at most {calendar.get('max_drain')} s to drain."
    )


def _estimation(stored: Stored) -> str:
    return f"{stored.replications} independent replications an arm; arms are paired by replication."


def _software(stored: Stored) -> str:
    versions = stored.manifest.get("versions")
    said = ", ".join(f"{name} {version}" for name, version in versions.items()) if isinstance(versions, dict) else ""
    return f"ccsim on SimPy. {said}"


def _sampling(stored: Stored) -> str:
    seed = stored.manifest.get("seed")
    return (
        f"Philox4x64-10, counter based: a draw is a function of seed ({seed}), replication, purpose, entity and index."
    )


def _execution(stored: Stored) -> str:
    return (
        "The event order at equal times is fixed by a table (sim/model/clock.py); results do not depend on the workers."
    )


def _system(stored: Stored) -> str:
    times = stored.times
    host = " ".join(str(times[key]) for key in ("platform", "machine", "python") if times.get(key))
    seconds = times.get("seconds")
    spent = f"{seconds:.1f} s with {times.get('workers')} workers. " if isinstance(seconds, (int, float)) else ""
    return f"{spent}{host}".strip() or "Not recorded."


def _sharing(stored: Stored) -> str:
    return "Apache-2.0. The page ends with the command that repeats these numbers; the fingerprint names their inputs."


ITEMS: tuple[tuple[str, Callable[[Stored], str]], ...] = (
    ("1.1 Purpose of the model", _purpose),
    ("1.2 Model outputs", _outputs),
    ("1.3 Aims of experimentation", _aims),
    ("2.1 Base model: overview", _overview),
    ("2.2 Base model: logic", _logic),
    ("2.3 Scenario logic", _scenario_logic),
    ("2.4 Algorithms", _algorithms),
    ("2.5.1 Entities", _entities),
    ("2.5.2 Activities", _activities),
    ("2.5.3 Resources", _resources),
    ("2.5.4 Queues", _queues),
    ("2.5.5 Entry and exit points", _points),
    ("3.1 Data sources", _sources),
    ("3.2 Pre-processing", _preprocessing),
    ("3.3 Input parameters", _inputs),
    ("3.4 Assumptions", _assumed),
    ("4.1 Initialisation", _initialisation),
    ("4.2 Run length", _length),
    ("4.3 Estimation approach", _estimation),
    ("5.1 Software", _software),
    ("5.2 Random sampling", _sampling),
    ("5.3 Model execution", _execution),
    ("5.4 System specification", _system),
    ("6.1 Computer model sharing", _sharing),
)
