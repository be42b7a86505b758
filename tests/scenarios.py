"""Scenarios for tests: small ones built from plain dicts, and random ones that force ties.

A random scenario draws half of its durations from a handful of whole seconds and its arrivals from a trace on a
five-second grid, so that arrivals, ends of handling, wrap-ups, overflows and patience meet at the same instant.
"""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sim.config.load import Loaded, load
from sim.model.journal import Journal
from sim.simulate import simulate

Data = dict[str, Any]

FORCED = (0, 1, 5, 900)
HANDOVER = 5.0
ROUTERS = ("longest_idle", "skill_rank", "fastest_first", "p_mu", "quality_tier")
START = datetime(2026, 3, 2, 22, 0)  # two hours before midnight: every third hour of a run is another day


def seconds(value: float) -> str:
    """A duration as a scenario writes it."""
    return f"{value!r} s"


def fixed(value: float) -> Data:
    """The law of a constant."""
    return {"law": "deterministic", "value": seconds(value)}


def exponential(mean: float) -> Data:
    """The exponential law."""
    return {"law": "exponential", "mean": seconds(mean)}


def centre(**changes: Any) -> Data:
    """One intent, one queue, two agents, an hour; `changes` replace whole sections."""
    data: Data = {
        "title": "Test",
        "calendar": {"start": "2026-03-02T08:00", "length": "1 h", "interval": "30 min", "max_drain": "1 h"},
        "intents": {
            "call": {
                "channel": "voice",
                "arrivals": {"kind": "constant", "per_hour": 60},
                "path": {"front": {"talk": exponential(100), "resolution": 1.0}},
            }
        },
        "queues": {"front": {"tier": 1, "skills": ["calls"]}},
        "staff": {"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 2}}},
        "quality": {"history": {"weeks": 0}},
    }
    return {**data, **changes}


def traced(times: list[float], start: str = "2026-03-02T08:00") -> list[str]:
    """Moments of a trace, ISO 8601, from seconds since the start (whole milliseconds)."""
    first = datetime.fromisoformat(start)
    return [(first + timedelta(seconds=time)).isoformat(timespec="milliseconds") for time in times]


def write(folder: Path, data: Data, tables: dict[str, dict[str, list[Any]]] | None = None) -> Path:
    """Write a scenario, and the CSV files it reads, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, columns in (tables or {}).items():
        rows = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
        (folder / file).write_text("\n".join(rows) + "\n")
    path = folder / "made.yaml"
    path.write_text(json.dumps(data, indent=1))  # every JSON text is YAML, with all texts in quotes
    return path


def build(folder: Path, data: Data, tables: dict[str, dict[str, list[Any]]] | None = None) -> Loaded:
    """Write and load a scenario."""
    return load(str(write(folder, data, tables)))


def run(folder: Path, data: Data, seed: int = 1, replication: int = 0) -> Journal:
    """Write, load and simulate a scenario."""
    return simulate(build(folder, data), seed, replication)


# --- random scenarios ------------------------------------------------------------------------------------------------


class Made:
    """A random scenario: its dict, its traces, and its number."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._random = random.Random(number)
        self.tables: dict[str, dict[str, list[Any]]] = {}
        self.data = self._scenario()

    def load(self, folder: Path) -> Loaded:
        """Write and load it."""
        return build(folder, self.data, self.tables)

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _law(self, *means: float) -> Data:
        if self._chance(0.5):
            return fixed(self._random.choice(FORCED[: 3 if self._chance(0.7) else 4]))
        mean = self._random.choice(means)
        return self._random.choice([exponential(mean), {"law": "lognormal", "mean": seconds(mean), "cv": 1.0}])

    def _scenario(self) -> Data:
        pick = self._random
        self.tiers = pick.randint(1, 3)
        self.bot = self._chance(0.5)
        self.shifts = self._chance(0.5)
        self.chat = self._chance(0.5)
        self.supervisor = self._chance(0.4)
        data: Data = {
            "title": f"Random {self.number}",
            "calendar": {
                "start": START.isoformat(),
                "length": seconds(3600 * pick.choice([1, 3])),
                "interval": "30 min",
                "max_drain": pick.choice(["0 s", "10 min", "2 h"]),
            },
            "channels": {"voice": {"takes": "whole"}, "chat": {"takes": "slot", "slowdown": [1.0, 1.5]}},
            "segments": {"plain": {"share": 0.75}, "vip": {"share": 0.25, "priority": 2, "patience_factor": 2.0}},
            "queues": self._queues(),
            "intents": {f"intent_{n}": self._intent(n) for n in range(pick.randint(1, 4))},
            "returns": self._returns(),
            "escalation": self._escalation(),
            "routing": self._routing(),
            "staff": self._staff(),
            "quality": {
                "truth": {"speed_sd": 0.2, "resolution_sd": 0.05},
                "history": {"weeks": pick.choice([0, 8])},
                "signals": {"oracle": self._chance(0.2)},
            },
        }
        if self.bot:
            data["bot"] = self._bot()
        return data

    def _queues(self) -> Data:
        queues = {f"queue_{tier}_{n}": self._queue(tier, n) for tier in range(1, self.tiers + 1) for n in range(2)}
        for name, queue in queues.items():
            others = [other for other in queues if other > name and queues[other]["tier"] >= queue["tier"]]
            if others and self._chance(0.3):
                queue["overflow"] = {"after": seconds(self._random.choice([0, 5, 60])), "to": others[0]}
        if self.supervisor:
            queues["lead"] = {"tier": self._random.randint(1, 3), "skills": ["lead"]}
        return queues

    def _queue(self, tier: int, n: int) -> Data:
        skills = ["skill_0", "skill_1"] if self._chance(0.2) else [f"skill_{n}"]
        queue: Data = {"tier": tier, "skills": skills, "priority": self._random.randint(0, 2)}
        if self._chance(0.3):
            queue["aging"] = seconds(self._random.choice([5, 60]))
        if self._chance(0.3):
            queue["capacity"] = self._random.choice([0, 1, 5])
        return queue

    def _intent(self, n: int) -> Data:
        pick = self._random
        side = pick.randint(0, 1)
        intent: Data = {
            "channel": "chat" if self.chat and self._chance(0.5) else "voice",
            "risk": pick.choice(["low", "medium", "high"]),
            "difficulty_sd": pick.choice([0.0, 1.0]),
            "arrivals": self._arrivals(n),
            "path": {f"queue_{tier}_{side}": self._step() for tier in range(1, pick.randint(1, self.tiers) + 1)},
        }
        if self._chance(0.7):
            intent["patience"] = self._law(60, 600)
        if self.bot and self._chance(0.8):
            intent["bot"] = {"containment": pick.choice([0.0, 0.4, 1.0]), "false_containment": 0.3}
        return intent

    def _arrivals(self, n: int) -> Data:
        if self._chance(0.3):
            return {"kind": "constant", "per_hour": self._random.choice([0, 20, 100])}
        grid = sorted(self._random.choice(range(0, 3600, 5)) for _ in range(60))
        self.tables[f"trace-{n}.csv"] = {"moment": traced(grid, START.isoformat())}
        return {"kind": "trace", "file": f"trace-{n}.csv", "column": "moment"}

    def _step(self) -> Data:
        step: Data = {"talk": self._law(60, 300), "resolution": self._random.choice([0.0, 0.5, 0.8, 1.0])}
        if self._chance(0.4):
            step |= {"hold": self._law(20), "hold_share": self._random.choice([0.5, 1.0])}
        if self._chance(0.6):
            step["wrap_up"] = self._law(30)
        return step

    def _returns(self) -> Data:
        returns: Data = {
            "max_contacts": self._random.randint(1, 4),
            "patience": self._random.choice(["per_case", "per_attempt"]),
            "priority_boost": self._random.randint(0, 1),
        }
        for name in ("retrial", "repeat", "false_containment"):
            if self._chance(0.6):
                returns[name] = {"probability": self._random.choice([0.5, 1.0]), "delay": self._law(300)}
        return returns

    def _escalation(self) -> Data:
        pick = self._random
        escalation: Data = {
            "agent_notices": pick.choice([0.0, 0.5]),
            "customer_asks": pick.choice([0.0, 0.5]),
            "warm": pick.choice([0.0, 0.5, 1.0]),
            "cold_costs": pick.choice(["0 s", "5 s"]),
            "rule": {"rule": pick.choice(["never", "high_risk", "after_contacts"])},
        }
        if self._chance(0.7):
            escalation["handover"] = fixed(pick.choice([0.0, HANDOVER]))
        else:
            escalation["warm"] = 0.0
        if self.supervisor:
            escalation["supervisor"] = {"queue": "lead", "customer_asks": 0.2, "agent_asks": 0.2, "step": self._step()}
        return escalation

    def _routing(self) -> Data:
        rule = ROUTERS[self.number % len(ROUTERS)]
        if rule != "quality_tier":
            return {"rule": rule}
        after = seconds(self._random.choice([0, 5, 60]))
        return {"rule": rule, "params": {"overflow_after": after, "min_count": 0, "risk": "medium"}}

    def _staff(self) -> Data:
        skills = ({"skill_0": 1.0}, {"skill_1": 0.8}, {"skill_0": 1.25, "skill_1": 1.0})
        groups = {
            f"team_{tier}_{n}": self._group(tier, has)
            for tier in range(1, self.tiers + 1)
            for n, has in enumerate(skills)
        }
        if self.supervisor:
            for tier in range(1, 4):
                groups[f"lead_{tier}"] = self._group(tier, {"lead": 1.0})
        staff: Data = {"groups": groups}
        if self.shifts:
            staff["shifts"] = {
                "late": {"start": "21:30", "end": "23:00", "breaks": [{"at": "22:30", "length": "5 min"}]},
                "night": {
                    "start": "22:05",
                    "end": "06:00+1",
                    "breaks": [{"at": "23:00", "length": "10 min"}, {"at": "00:15", "length": "15 min"}],
                },
            }
        return staff

    def _group(self, tier: int, skills: dict[str, float]) -> Data:
        group: Data = {"tier": tier, "skills": skills, "count": self._random.randint(1, 3)}
        if self.shifts and self._chance(0.6):
            group["shift"] = self._random.choice(["late", "night"])
        if self.chat:
            group["slots"] = self._random.choice([1, 2, 3])
        return group

    def _bot(self) -> Data:
        return {
            "policy": {"rule": self._random.choice(["bot_first", "customer_choice", "human_first"])},
            "session": self._law(30, 120),
            "turn": "15 s",
            "max_turns": self._random.choice([1, 12]),
            "asks_human": 0.3,
            "hang_up": 0.1,
            "vip_priority": self._random.choice([2, None]),
        }


class Wide(Made):
    """A random scenario with all kinds of staff and of surprises, and more ties: half of all times are of `FORCED`.

    Beside what `Made` has: a roster file, planned tours, shifts of 24 hours, laws of every kind, busy and quiet days,
    and signals that are refreshed while the run goes on.
    """

    def _scenario(self) -> Data:
        data = super()._scenario()
        data["busyness"] = {"day_cv": self._random.choice([0.0, 0.4])}
        data["measures"] = {"repeat_window": self._random.choice(["5 s", "900 s", "7 d"])}
        data["quality"]["evaluation"] = {"per_agent_week": 500.0, "lag": seconds(self._random.choice(FORCED))}
        data["quality"]["signals"]["refresh"] = seconds(self._random.choice([300, 900, 901.5]))
        data["routing"] = self._any_routing()
        if self.bot:
            data["bot"] |= self._limits_of_bot()
        if self._chance(0.4):
            data["calendar"]["max_drain"] = "0 s"
        staff = data["staff"]
        staff.setdefault("shifts", {})["all_day"] = self._all_day()
        for group in staff["groups"].values():
            if "shift" not in group and self._chance(0.4):
                group["shift"] = "all_day"
        if self._chance(0.5):
            staff["roster"] = "people.csv"
            self.tables["people.csv"] = self._roster()
        if self._chance(0.5):
            staff["groups"]["planned"] = {"tier": 1, "skills": {"skill_0": 1.0, "skill_1": 1.1}, "plan": self._plan()}
        in_shifts = any("shift" in group or "plan" in group for group in staff["groups"].values())
        if in_shifts and self._chance(0.5):
            staff["floor_manager"] = self._floor_manager()
        self._people_who_change(data, in_shifts)
        return data

    def _people_who_change(self, data: Data, in_shifts: bool) -> None:
        """Coaching, absence, attrition, learning, strain and knowledge; drawn apart, so that all else stays.

        Nobody leaves within a day, so attrition adds its newcomers' machinery and no more.
        """
        pick = random.Random(f"people who change {self.number}")
        coaching, absence, attrition, *effects = (pick.random() for _ in range(6))
        if coaching < 0.4:
            data["coaching"] = self._coaching(pick)
        if in_shifts and absence < 0.3:
            data["staff"]["absence"] = {"share": pick.choice([0.2, 0.5]), "day_correlation": 0.0}
        if in_shifts and attrition < 0.2:
            data["staff"]["attrition"] = {"early": 1.0}
        sections: tuple[tuple[str, Data], ...] = (
            ("strain", {"hard": {"adds": pick.choice([0.0, 0.3])}, "effects": {"slower": 0.5, "limit": 0.5}}),
            ("learning", {"handle": 0.64, "resolution": 0.05}),
            ("knowledge", {"articles": {"intent_0": {"coverage": 0.8}}, "half_life": "1 h"}),
        )
        for (name, section), chance in zip(sections, effects, strict=True):
            if chance < 0.3:
                data["quality"] |= {name: section, "changes_every": seconds(pick.choice([300, 901.5]))}

    def _coaching(self, pick: random.Random) -> Data:
        """Sessions wherever a leader is free: nobody waits for slack."""
        return {
            "rule": {"rule": pick.choice(["round_robin", "lowest_first"])},
            **pick.choice([{"every": "15 min", "session": "5 min"}, {"every": "30 min", "session": "20 min"}]),
            "leaders": pick.choice([1, 3]),
            "hours_per_leader_week": "168 h",
            "most_away": pick.choice([1, 2]),
            "least_slack": -99.0,
        }

    def _limits_of_bot(self) -> Data:
        """Sessions at once, outages, reviews and a policy that measures; drawn apart, so that all else stays."""
        pick = random.Random(f"limits of the bot {self.number}")
        more: Data = {}
        if pick.random() < 0.3:
            more["sessions_at_once"] = pick.choice([1, 3])
        if pick.random() < 0.4:
            more["outages"] = [{"at": "22:20", "length": seconds(pick.choice([0, 5, 900]))}]
        if pick.random() < 0.3:
            more["failures"] = {"up": fixed(pick.choice([300, 900])), "down": fixed(pick.choice(FORCED))}
        if pick.random() < 0.3:
            more["review"] = {"share": 1.0, "lag": "0 s", "release_every": "900 s", "gain": 0.5, "cap": 2.0}
        if pick.random() < 0.3:
            more["policy"] = {"rule": "better_measured", "params": {"fewest": 1}}
        return more

    def _floor_manager(self) -> Data:
        every = self._random.choice([5, 300, 900])
        return {
            "every": seconds(every),
            "delay": seconds(self._random.choice([0, 1])),
            "busy": {"waiting": self._random.choice([1, 3])},
            "quiet": {"occupancy": self._random.choice([0.5, 1.0])},
            "shift_end": {"later": seconds(self._random.choice([0, 900])), "earlier": seconds(1800)},
        }

    def _any_routing(self) -> Data:
        """`Made` goes by the number; here each rule meets every kind of scenario."""
        self.number, number = self._random.randrange(len(ROUTERS)), self.number
        routing = self._routing()
        self.number = number
        return routing

    def _law(self, *means: float) -> Data:
        if self._chance(0.7):
            return super()._law(*means)
        mean = self._random.choice(means)
        return self._random.choice(
            [
                {"law": "gamma", "mean": seconds(mean), "cv": 0.7},
                {"law": "erlang", "mean": seconds(mean), "stages": 3},
                {"law": "weibull", "shape": 0.8, "scale": seconds(mean)},
                {"law": "uniform", "low": "0 s", "high": seconds(2 * mean)},
                {"law": "triangular", "low": "0 s", "mode": seconds(mean / 2), "high": seconds(2 * mean)},
                {
                    "law": "mixture",
                    "parts": [{"weight": 0.5, "of": fixed(5)}, {"weight": 0.5, "of": exponential(mean)}],
                },
            ]
        )

    def _arrivals(self, n: int) -> Data:
        if self._chance(0.3):
            return super()._arrivals(n)
        often = [float(self._random.choice(FORCED)) for _ in range(30)]
        rarely = [self._random.randrange(3_600_000) / 1000 for _ in range(30)]
        self.tables[f"trace-{n}.csv"] = {"moment": traced(sorted(often + rarely), START.isoformat())}
        return {"kind": "trace", "file": f"trace-{n}.csv", "column": "moment"}

    def _all_day(self) -> Data:
        if self._chance(0.5):
            return {"start": "22:00", "end": "22:00+1", "breaks": [{"at": "22:15", "length": "15 min"}]}
        return {"start": "00:00", "end": "24:00"}

    def _roster(self) -> dict[str, list[Any]]:
        count = self._random.randint(1, 4)
        return {
            "name": [f"named {n}" for n in range(count)],
            "tier": [self._random.randint(1, self.tiers) for _ in range(count)],
            "skills": [
                self._random.choice(["skill_0", "skill_1:0.7", "skill_0:1.0|skill_1:1.5"]) for _ in range(count)
            ],
            "slots": [self._random.choice([1, 3]) for _ in range(count)],
            "start": ["22:00"] * count,
            "end": [self._random.choice(["22:15", "22:30", "02:00+1"]) for _ in range(count)],
            "breaks": [self._random.choice(["", "22:10/5"]) for _ in range(count)],
        }

    def _plan(self) -> Data:
        """Recorded heads, which need no forecast: three at 22:00 and one from 22:30; exactly so, or in tours."""
        heads = [1] * 48
        heads[44] = 3
        self.tables["heads.csv"] = {
            "start": [f"{n // 2:02d}:{n % 2 * 30:02d}" for n in range(48)],
            "agents": heads,
        }
        plan: Data = {"rule": "recorded_heads", "params": {"file": "heads.csv"}}
        if self._chance(0.5):
            plan |= {"shift_length": "1 h", "breaks": [{"at": "00:30", "length": "15 min"}]}
        return plan
