"""One replication of one arm as a Parquet file: how it is packed, found again, checked and set aside.

`shards/<arm>/<replication>.parquet` holds three row groups, told apart by the column `part`: `kpi` (the rows
of kpi.csv), `agent` (agents.csv) and `flow` (flows.csv). Contact records, where they were asked for, stand beside it
in `<replication>.contacts.parquet`; what became of each case, where cases are followed from arm to arm, in
`<replication>.lives.parquet`. Each file knows what made it (its key) and carries a checksum; one that is
damaged or belongs elsewhere is renamed to `*.bad`, one of other code or another platform is computed anew. The
bytes of a shard depend on nothing else, so any engine writes the same.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.plan import Plan, Task
from sim.experiment.replication import Failure, Framed, Instruments, Outcome, defined
from sim.experiment.store import seal, stamp
from sim.experiment.store.folder import SHARDS, fingerprint
from sim.experiment.store.write import write_bytes
from sim.metrics.lives import Lives

if TYPE_CHECKING:
    import pandas as pd

_PARTS = ("kpi", "agent", "flow")
_LABELS = ("part", "arm", "scope", "interval", "kpi", "source", "target")
_AMOUNTS = ("numerator", "denominator", "value")
_KPI_COLUMNS = ("scope", "interval", "kpi", *_AMOUNTS)
_FLOW_COLUMNS = ("source", "target", "count")
_COLUMNS = ("part", "arm", "replication", *_KPI_COLUMNS, *_FLOW_COLUMNS)
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
Key = Mapping[str, Any]
Headline = tuple[float, float]  # numerator and denominator of the primary KPI at scope `all`


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that fixes the numbers of a plan's shards; `key` adds which one."""

    fingerprint: str
    births_factor: float
    contacts: bool
    instruments: str
    code: str
    platform: str
    primary: str | None
    followed: int = 0  # replications whose cases are followed

    @classmethod
    def of(cls, plan: Plan, tools: Instruments) -> Recipe:
        """The recipe of a plan whose volume is calibrated, on this machine."""
        named = hashlib.sha256(" ".join(_names(tools)).encode()).hexdigest()[:12]
        primary = plan.question.primary
        followed = 0 if tools.follow is None else len(plan.followed)
        code, platform = stamp.code(), stamp.platform()
        return cls(fingerprint(plan), plan.births_factor, plan.contacts, named, code, platform, primary, followed)

    def key(self, task: Task) -> Key:
        """What a shard of this recipe says of itself."""
        return {
            "format": stamp.FORMAT,
            "fingerprint": self.fingerprint,
            "arm": task.arm,
            "replication": task.replication,
            "births_factor": self.births_factor,
            "instruments": self.instruments,
            "code": self.code,
            "platform": self.platform,
        }


@dataclass(frozen=True, slots=True)
class Packed:
    """A replication ready to be written: what a worker hands over in place of tables."""

    task: Task
    shard: bytes = b""
    contacts: bytes | None = None
    lives: bytes | None = None
    count: int = 0
    headline: Headline | None = None
    seconds: float = 0.0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a shard, read when they are wanted."""

    path: Path
    group: int | None
    columns: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """The rows as a table; labels are categoricals."""
        import pandas as pd
        import pyarrow.parquet as pq

        if self.group is None:
            return pd.DataFrame(columns=list(self.columns))
        with pq.ParquetFile(self.path) as file:
            rows = file.read_row_group(self.group, columns=list(self.columns), use_threads=False)
            found: pd.DataFrame = rows.to_pandas(use_threads=False)
        return found


@dataclass(frozen=True, slots=True)
class Contacts:
    """The contact records beside a shard, read when they are wanted."""

    path: Path

    def frame(self) -> pd.DataFrame:
        """One row a contact."""
        import pandas as pd

        return pd.read_parquet(self.path)


@dataclass(frozen=True, slots=True)
class StoredLives:
    """What became of each case, beside a shard, read when it is wanted."""

    path: Path

    def read(self) -> Lives:
        """The cases."""
        import pyarrow.parquet as pq

        content = self.path.read_bytes()
        about = read(content)
        table = pq.read_table(io.BytesIO(content), use_threads=False)
        columns = {name: table.column(name).to_numpy() for name in table.column_names}
        return Lives(columns, tuple(about["first"]), tuple(about["intents"]), tuple(about["groups"]))


def pack(recipe: Recipe, outcome: Outcome) -> Packed:
    """A worker's last act: the numbers of a replication as the bytes of its shard."""
    if outcome.failure is not None or outcome.kpis is None or outcome.agents is None or outcome.flows is None:
        return Packed(outcome.task, seconds=outcome.seconds, failure=outcome.failure)
    kpis = defined(outcome.kpis.frame())
    headline = _headline(kpis, recipe.primary)
    key = recipe.key(outcome.task)
    about = {"contacts": outcome.contacts, "headline": headline}
    shard = _shard(outcome.task, (kpis, outcome.agents.frame(), outcome.flows.frame()), key, about)
    records = None if outcome.records is None else _contacts(outcome.records.frame(), key)
    lives = None if outcome.lives is None else _lives(outcome.lives.read(), key)
    return Packed(outcome.task, shard, records, lives, outcome.contacts, headline, outcome.seconds)


@dataclass
class Shelf:
    """The shards of one result folder, for one recipe."""

    folder: Path
    recipe: Recipe
    notes: Counter[str] = field(default_factory=Counter)

    def find(self, task: Task) -> tuple[Outcome, Headline | None] | None:
        """The finished replication, if its shard is whole and was made by this recipe."""
        about = self._read(self.path(task), task)
        if about is None or (self.recipe.contacts and self._read(self.contacts(task), task) is None):
            return None
        if task.replication < self.recipe.followed and self._read(self.lives(task), task) is None:
            return None
        headline = about["about"]["headline"]
        return self._outcome(task, about), None if headline is None else tuple(headline)

    def save(self, packed: Packed) -> Outcome:
        """Write what a worker packed; the shard comes last, so that it stands for all of it."""
        path = self.path(packed.task)
        path.parent.mkdir(parents=True, exist_ok=True)
        if packed.contacts is not None:
            write_bytes(self.contacts(packed.task), packed.contacts)
        if packed.lives is not None:
            write_bytes(self.lives(packed.task), packed.lives)
        write_bytes(path, packed.shard)
        return self._outcome(packed.task, read(packed.shard), packed.seconds)

    def path(self, task: Task) -> Path:
        """Where the shard of a task stands."""
        return self._arm_folder(task) / f"{task.replication}.parquet"

    def contacts(self, task: Task) -> Path:
        """Where the contact records of a task stand."""
        return self._arm_folder(task) / f"{task.replication}.contacts.parquet"

    def lives(self, task: Task) -> Path:
        """Where stands what became of each case of a task."""
        return self._arm_folder(task) / f"{task.replication}.lives.parquet"

    def _arm_folder(self, task: Task) -> Path:
        return self._shards / arm_folder(task.arm)

    @cached_property
    def _shards(self) -> Path:
        return self.folder / SHARDS

    def _read(self, path: Path, task: Task) -> dict[str, Any] | None:
        """What a file says of itself, if it is whole and of this recipe; else it is counted in the notes."""
        try:
            about = read(path.read_bytes())
        except FileNotFoundError:
            return None
        except (seal.DamagedError, OSError) as error:
            self._set_aside(path, str(error))
            return None
        asked, own = self.recipe.key(task), about["key"]
        if any(own.get(name) != asked[name] for name in ("fingerprint", "arm", "replication")):
            self._set_aside(path, "it belongs to another experiment, arm or replication")
            return None
        other = next((name for name in asked if own.get(name) != asked[name]), None)
        if other is not None:
            self.notes[f"made with another {_SPOKEN.get(other, other)}: computed anew"] += 1
            return None
        return about

    def _set_aside(self, path: Path, why: str) -> None:
        with suppress(OSError):
            os.replace(path, path.with_name(f"{path.name}.bad"))
        self.notes[f"damaged or foreign, set aside as *.bad and computed anew: {why}"] += 1

    def _outcome(self, task: Task, about: Mapping[str, Any], seconds: float = 0.0) -> Outcome:
        groups = _groups(about["rows"])
        kpis, agents, flows = (
            Part(self.path(task), group, _FLOW_COLUMNS if part == "flow" else _KPI_COLUMNS)
            for part, group in zip(_PARTS, groups, strict=True)
        )
        records: Framed | None = Contacts(self.contacts(task)) if self.recipe.contacts else None
        lives = StoredLives(self.lives(task)) if task.replication < self.recipe.followed else None
        return Outcome(task, kpis, agents, flows, records, about["about"]["contacts"], seconds, lives=lives)


_SPOKEN = {
    "format": "format of shards",
    "births_factor": "factor on births",
    "instruments": "set of instruments",
    "code": "state of the code",
}


def read(content: bytes) -> dict[str, Any]:
    """What a shard (or its contact records) says of itself; raises DamagedError unless it is whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    seal.check(content)
    try:
        metadata = pq.read_metadata(io.BytesIO(content)).metadata or {}
        found: dict[str, Any] = json.loads(metadata[b"ccsim"])
    except (pa.ArrowException, KeyError, ValueError) as error:
        raise seal.DamagedError("it is sealed but not a shard") from error
    return found


def arm_folder(arm: str) -> str:
    """An arm's name as a folder's, on file systems that take `A` for `a` too."""
    if _PLAIN_NAME.fullmatch(arm):
        return arm
    near = re.sub(r"[^a-z0-9_-]", "-", arm.lower())[:40]
    return f"x{near}-{hashlib.sha256(arm.encode()).hexdigest()[:8]}"


def _names(tools: Instruments) -> list[str]:
    made = (tools.simulate, tools.fold, tools.results, tools.flows, tools.definitions)
    return [f"{one.__module__}.{getattr(one, '__qualname__', repr(one))}" for one in made]


def _headline(kpis: pd.DataFrame, primary: str | None) -> Headline | None:
    if primary is None:
        return None
    rows = kpis[(kpis["kpi"] == primary) & (kpis["scope"] == "all") & (kpis["interval"] == "total")]
    return (float(rows["numerator"].iloc[0]), float(rows["denominator"].iloc[0])) if len(rows) else None


def _groups(rows: Sequence[int]) -> list[int | None]:
    """The row group of each part; a part without rows has none."""
    found: list[int | None] = []
    for count in rows:
        found.append(sum(group is not None for group in found) if count else None)
    return found


def _shard(task: Task, frames: Sequence[pd.DataFrame], key: Key, about: Mapping[str, Any]) -> bytes:
    tables = [_table(task, part, frame) for part, frame in zip(_PARTS, frames, strict=True)]
    return _bytes(tables, {"key": key, "rows": [len(table) for table in tables], "about": about}, list(_LABELS))


def _contacts(frame: pd.DataFrame, key: Key) -> bytes:
    import pyarrow as pa

    return _bytes([pa.Table.from_pandas(frame, preserve_index=False)], {"key": key}, True)


def _lives(lives: Lives, key: Key) -> bytes:
    import pyarrow as pa

    said = {"key": key, "first": lives.first, "intents": lives.intents, "groups": lives.groups}
    return _bytes([pa.table({name: pa.array(column) for name, column in lives.columns.items()})], said, False)


def _bytes(tables: Sequence[Any], said: Mapping[str, Any], dictionaries: Any) -> bytes:
    """Tables of one schema as the row groups of a sealed Parquet file."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    with pq.ParquetWriter(
        buffer, tables[0].schema, compression="zstd", use_dictionary=dictionaries, write_statistics=False
    ) as file:
        for table in tables:
            if len(table):
                file.write_table(table, row_group_size=len(table))
        file.add_key_value_metadata({"ccsim": json.dumps(said, sort_keys=True), "ccsim-seal": seal.BLANK.decode()})
    return seal.sealed(buffer.getvalue())


def _table(task: Task, part: str, frame: pd.DataFrame) -> Any:
    """One part of a shard with the columns of all; what a part does not have is null."""
    import pyarrow as pa

    words, size = pa.dictionary(pa.int32(), pa.string()), len(frame)
    made = {
        "part": _constant(part, size),
        "arm": _constant(task.arm, size),
        "replication": pa.array(np.full(size, task.replication, dtype=np.int64)),
    }
    for name in (*_KPI_COLUMNS, *_FLOW_COLUMNS):
        kind = words if name in _LABELS else pa.int64() if name == "count" else pa.float64()
        if name not in frame:
            made[name] = pa.nulls(size, kind)
        else:
            made[name] = _labels(frame[name]) if name in _LABELS else pa.array(frame[name].to_numpy(), kind)
    return pa.table({name: made[name] for name in _COLUMNS})


def _constant(word: str, size: int) -> Any:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(size, dtype=np.int32)), pa.array([word], pa.string()))


def _labels(column: pd.Series[Any]) -> Any:
    import pandas as pd
    import pyarrow as pa

    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, known = column.cat.codes.to_numpy(np.int32), column.cat.categories
    else:
        raw, known = pd.factorize(column.astype(object))
        codes = raw.astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(known.to_numpy(object), pa.string()))
