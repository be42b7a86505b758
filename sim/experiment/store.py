"""The result folder: names, bytes and order of what an experiment leaves on disk. It computes nothing.

`<root>/<name>/<fingerprint>/` where the fingerprint hashes what fixes the numbers: resolved scenarios,
contents of their CSV files, rules from outside the package, the question, the seed and the version; not how
many replications or workers. Every file is written beside its place, flushed and renamed, so that a reader
sees the old file or the new one.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import sim
from sim.errors import UsageError
from sim.experiment.plan import Arm, Plan, folder_name

if TYPE_CHECKING:
    import pandas as pd

KPI_COLUMNS = ("arm", "replication", "scope", "interval", "kpi", "numerator", "denominator", "value")
FLOW_COLUMNS = ("arm", "replication", "source", "target", "count")
DERIVED = ("comparison.csv", "card.json", "report.html")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def fingerprint(plan: Plan) -> str:
    """12 hexadecimal digits that stand for everything that fixes this experiment's numbers."""
    said = {
        "version": sim.__version__,
        "kind": plan.kind,
        "name": plan.name,
        "seed": plan.seed,
        "question": _plain(asdict(plan.question)),
        "arms": [[arm.name, resolved(arm), arm.loaded.fingerprint_parts()] for arm in plan.arms],
        "rules": _foreign_rules(),
    }
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, allow_nan=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def folder(root: str | os.PathLike[str], plan: Plan) -> Path:
    """Make and return the folder of this plan's results, under `root` and nowhere else."""
    place = Path(root) / folder_name(plan.name) / fingerprint(plan)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"results={root}: cannot make {place}: {error.strerror}; name a writable folder") from error
    if not os.access(place, os.W_OK):
        raise UsageError(f"results={root}: {place} cannot be written; name a writable folder")
    if not place.resolve().is_relative_to(Path(root).resolve()):
        raise UsageError(f"results={root}: {place} is a link that leads out of the results root; remove it")
    return place


@contextmanager
def place(root: str | os.PathLike[str] | None, plan: Plan) -> Iterator[Path | None]:
    """The folder of this plan's results, made before the work so that a wrong one costs none; None stores nothing.

    Folders made for work that then failed or was interrupted are taken away again, if they are empty.
    """
    if root is None:
        yield None
        return
    new = not Path(root).exists()
    made = folder(root, plan)
    try:
        yield made
    except BaseException:
        with suppress(OSError):
            made.rmdir()
            made.parent.rmdir()
            if new:
                Path(root).rmdir()
        raise


def resolved(arm: Arm) -> dict[str, Any]:
    """The arm's scenario as plain data, every default filled in."""
    return arm.loaded.resolved()


def write_csv(path: Path, frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Write the columns as UTF-8 CSV: floats read back to the same bits, text is safe to open in Excel."""
    import pyarrow as pa
    import pyarrow.compute as pc

    head = ",".join(columns) + "\n"
    if frame.empty:
        write_text(path, head)
        return
    cells = [_cells(frame[column]) for column in columns]
    lines = pc.binary_join_element_wise(*cells, ",")
    body = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(lines)]), lines), "\n")[0].as_py()
    write_text(path, f"{head}{body}\n")


def write_json(path: Path, content: Any) -> None:
    """Write JSON that any reader accepts: NaN and infinities become null."""
    write_text(path, json.dumps(_plain(content), ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Replace the file's contents at once: a temporary file beside it, flushed to disk, renamed."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """`write_text` for bytes."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as Parquet, in one piece."""
    import io

    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    path.parent.mkdir(exist_ok=True)
    write_bytes(path, buffer.getvalue())


def drop_derived(place: Path) -> None:
    """Take away what was concluded from earlier numbers, before new numbers are written."""
    for name in DERIVED:
        with suppress(FileNotFoundError):
            (place / name).unlink()


def manifest(plan: Plan, definitions: Sequence[Any], engine: str, volume: str) -> dict[str, Any]:
    """All that a reader of the folder needs to know beside the numbers."""
    question, base = plan.question, plan.arms[0].loaded.scenario
    return {
        "kind": plan.kind,
        "name": plan.name,
        "title": question.title or base.title,
        "question": question.text,
        "description": base.description,
        "created_by": f"ccsim {sim.__version__}",
        "version": sim.__version__,
        "fingerprint": fingerprint(plan),
        "seed": plan.seed,
        "replications": len(plan.replications),
        "confidence": question.confidence,
        "arms": [{"name": arm.name, "label": arm.label, "overrides": list(arm.overrides)} for arm in plan.arms],
        "baseline": plan.baseline,
        "primary": {"kpi": question.primary, "matters": question.matters} if question.primary else None,
        "guardrails": dict(question.guardrails),
        "assumptions": [assumption.model_dump() for assumption in base.assumptions],
        "volume": base.volume,
        "volume_note": volume,
        "births_factor": plan.births_factor,
        "scenario": resolved(plan.arms[0]),
        "arms_scenarios": {arm.name: resolved(arm) for arm in plan.arms},
        "engine": engine,
        "compiled": compiled(),
        "python": sys.version.split()[0],
        "definitions": [as_dict(definition) for definition in definitions],
    }


def compiled() -> bool:
    """Whether the contact flow runs as compiled code (`ccsim doctor` and the manifest say so)."""
    from sim.model.environment import COMPILED

    return COMPILED


def as_dict(definition: Any) -> dict[str, Any]:
    """A KPI's definition as plain data."""
    return asdict(definition) if is_dataclass(definition) else dict(vars(definition))  # type: ignore[arg-type]


def _foreign_rules() -> list[list[str]]:
    """Source digests of registered rules that are not the package's own."""
    from sim import registry

    found = []
    for (kind, name), entry in sorted(registry._entries.items()):
        module = sys.modules.get(entry.build.__module__)
        source = getattr(module, "__file__", None)
        if entry.build.__module__.split(".")[0] != "sim":
            content = Path(source).read_bytes() if source and Path(source).is_file() else b""
            found.append([kind, name, hashlib.sha256(content).hexdigest()])
    return found


def _cells(column: pd.Series[Any]) -> Any:
    """The cells of a column as Arrow strings: numbers as short as they read back exactly, NaN empty."""
    import pandas as pd
    import pyarrow as pa

    if column.dtype.kind in "fiub":
        values = pa.array(column.to_numpy(), from_pandas=True)
        return values.cast(pa.string()).fill_null("")
    codes, words = pd.factorize(column.astype(object), use_na_sentinel=False)
    return pa.array([_cell(str(word)) for word in words], pa.string()).take(pa.array(codes))


def _cell(text: str) -> str:
    """Text as one CSV cell; what a spreadsheet would take for a formula gets an apostrophe in front."""
    safe = f"'{text}" if text.startswith(_FORMULA) else text
    return '"' + safe.replace('"', '""') + '"' if any(mark in safe for mark in ',"\r\n') else safe


def _plain(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(value) for value in content]
    if isinstance(content, np.generic):
        content = content.item()
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content
