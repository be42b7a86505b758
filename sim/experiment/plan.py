"""What will be run and what will be asked of it: arms, replications, seed, question. Nothing runs here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from sim.config.schema.experiment import MOST_LOOKS
from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.config.load import Loaded, LoadedExperiment
    from sim.experiment.own_rules import RuleFile

ENGINES = ("local", "serial", "ray", "dask")
OF_EXPERIMENT = frozenset(
    {"question", "base", "arms", "primary", "guardrails", "confidence", "stopping", "select", "uncertain"}
)
ADDED = frozenset({"stopping", "select", "uncertain"})  # sections that an override may add where there are none
USUAL_LOOKS = 5
FOLLOWED = 20  # of 50,000 cases each, they take 1 MB an arm and replication until they are compared
_PREFIX = "scenario."
Spending = Literal["obrien_fleming", "pocock"]
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Arm:
    """One version of the scenario; `overrides` is what made it from its file."""

    name: str
    label: str
    loaded: Loaded
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopping:
    """When an experiment ends by itself: looks after `first`, then every `look_every` replications, up to `budget`.

    It ends when every arm's verdict is clear, when the primary's half-width is at most `half_width`, or at the budget.
    """

    budget: int
    half_width: float | None = None
    first: int = 10
    look_every: int | None = None
    spending: Spending = "obrien_fleming"

    @property
    def looks(self) -> tuple[int, ...]:
        """Numbers of replications at which to look, rising; the last one is the budget."""
        first = min(self.first, self.budget)
        every = self.look_every or max(1, -(-(self.budget - first) // (USUAL_LOOKS - 1)))
        looks = (*range(first, self.budget, every), self.budget)
        if len(looks) > MOST_LOOKS:
            raise UsageError(f"stopping.look_every: {every} makes {len(looks)} looks; {MOST_LOOKS} at most")
        return looks


@dataclass(frozen=True, slots=True)
class Selection:
    """A search for the best arm by one KPI (None: the primary), with at most `budget` replications of any arm."""

    indifference: float
    kpi: str | None = None
    budget: int = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """What an experiment asks: primary KPI, the difference that matters, guardrail KPIs with margins."""

    title: str = ""
    text: str = ""
    primary: str | None = None
    matters: float = 0.0
    guardrails: Mapping[str, float] = field(default_factory=dict)
    confidence: float = 0.95
    stopping: Stopping | None = None
    select: Selection | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One replication of one arm."""

    arm: str
    replication: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that fixes the numbers of a run or a comparison. The first arm is the baseline."""

    kind: Literal["run", "compare"]
    name: str
    arms: tuple[Arm, ...]
    replications: tuple[int, ...]
    seed: int
    question: Question = Question()
    births_factor: float = 1.0
    contacts: bool = False
    names: bool = False  # those of people, in tables that are made from stored results
    rules: tuple[RuleFile, ...] = ()

    @property
    def followed(self) -> range:
        """Replications in which each case is followed from arm to arm (who.csv): the first ones of a comparison."""
        return range(FOLLOWED if self.kind == "compare" else 0)

    @property
    def baseline(self) -> str:
        """Name of the arm that the others are compared with."""
        return self.arms[0].name

    def arm(self, name: str) -> Arm:
        """The arm of that name."""
        return next(arm for arm in self.arms if arm.name == name)

    def tasks(self) -> Iterator[Task]:
        """Every replication of every arm; neighbours share a replication, so arms finish together."""
        for replication in self.replications:
            for arm in self.arms:
                yield Task(arm.name, replication)


def of_scenario(loaded: Loaded, replications: int, seed: int, overrides: tuple[str, ...] = ()) -> Plan:
    """Plan to run one scenario."""
    name = folder_name(loaded.name)
    arm = Arm(name, loaded.scenario.title, loaded, overrides)
    return Plan("run", name, (arm,), numbered(replications), seeded(seed), Question(loaded.scenario.title))


def of_experiment(
    loaded: LoadedExperiment, replications: int | None, seed: int | None, overrides: tuple[str, ...] = ()
) -> Plan:
    """Plan to compare the arms of an experiment; what is not given is taken from its file."""
    asked = loaded.experiment
    shared = tuple(text for text in overrides if head(text) not in OF_EXPERIMENT)
    arms = tuple(
        Arm(name, arm.label or name, loaded.arms[name], (*shared, *arm.overrides)) for name, arm in asked.arms.items()
    )
    margins = {kpi: guardrail.margin for kpi, guardrail in asked.guardrails.items()}
    primary = asked.primary
    count = asked.replications if replications is None else replications
    ends = _stopping(asked.stopping, whole("replications", count, 1, 100_000))
    question = Question(asked.title, asked.question, primary.kpi, primary.matters, margins, asked.confidence, ends)
    if asked.select is not None:
        select = Selection(asked.select.indifference, asked.select.kpi, asked.select.max_replications)
        question = replace(question, select=select)
    start = asked.seed if seed is None else seed
    return Plan("compare", folder_name(loaded.name), arms, numbered(count), seeded(start), question)


def _stopping(asked: Any, replications: int) -> Stopping | None:
    """The stopping rule of an experiment's file; its budget is the number of replications where none is stated."""
    if asked is None:
        return None
    budget = replications if asked.max_replications is None else asked.max_replications
    spending: Spending = asked.spending or ("obrien_fleming" if asked.half_width is None else "pocock")
    return Stopping(budget, asked.half_width, asked.first, asked.look_every, spending)


def of_arms(arms: Mapping[str, Loaded], question: Question, replications: int, seed: int, name: str) -> Plan:
    """Plan to compare scenarios given by the caller; the first is the baseline."""
    if len(arms) < 2:
        raise UsageError(f"compare: {len(arms)} arm given; at least two are needed to compare")
    made = tuple(Arm(key, key, loaded) for key, loaded in arms.items())
    return Plan("compare", folder_name(name), made, numbered(replications), seeded(seed), question)


def head(override: str) -> str:
    """The first name of a dotted override."""
    return re.split(r"[.=]", override.lstrip("+~"), maxsplit=1)[0]


def for_experiment(overrides: Sequence[str]) -> list[str]:
    """Dotted overrides of the scenario as the loader of experiments wants them: with `scenario.` in front.

    Those of the experiment's own sections (`primary.matters=2`) stay as they are; `stopping.…` and `select.…` may
    be new to the file.
    """
    return [_own(text) if head(text) in OF_EXPERIMENT else _prefixed(text) for text in overrides]


def _own(override: str) -> str:
    adds = head(override) in ADDED and not override.startswith("~")
    return f"++{override.lstrip('+')}" if adds else override


def _prefixed(override: str) -> str:
    bare = override.lstrip("+~")
    return f"{override[: len(override) - len(bare)]}{_PREFIX}{bare}"


def numbered(replications: int) -> tuple[int, ...]:
    """Replication numbers 0 … n - 1; raises UsageError for less than one."""
    return tuple(range(whole("replications", replications, 1, 100_000)))


def seeded(seed: int) -> int:
    """The seed, checked."""
    return whole("seed", seed, 0, 2**63 - 1)


def whole(name: str, value: Any, lowest: int, highest: int) -> int:
    """A whole number between two bounds; raises UsageError that names the argument."""
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise UsageError(f"{name}: {value!r} is not a whole number from {lowest} to {highest}")
    return value


def folder_name(name: str) -> str:
    """The name as a folder of results; raises UsageError where it could leave the results root."""
    if not _FOLDER.fullmatch(name):
        raise UsageError(f"name {name!r}: letters, digits, _ and - only, at most 64, as it names a folder")
    return name
