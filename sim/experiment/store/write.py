"""Files written all or nothing: beside their place, flushed to disk, renamed. What they say is decided elsewhere.

A reader sees the old file or the new one, whatever dies in between. A temporary file that a killed process
left behind carries its host and process id, so that the next run on that host can tell and take it away.
"""

from __future__ import annotations

import json
import math
import os
import re
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TEMPORARY = re.compile(r"\..+\.(?P<host>[^.]*)\.(?P<pid>\d+)\.tmp")


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
    write_text(path, json.dumps(plain(content), ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Replace the file's contents at once."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """`write_text` for bytes. An OSError names the file, also where the disk is full."""
    temporary = path.with_name(f".{path.name}.{_host()}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        with suppress(OSError):
            temporary.unlink()


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as Parquet, in one piece."""
    import io

    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    path.parent.mkdir(exist_ok=True)
    write_bytes(path, buffer.getvalue())


def left_behind(folder: Path) -> list[Path]:
    """Temporary files below a folder whose process, on this host, is gone."""
    return [path for path in folder.rglob(".*.tmp") if _orphan(path.name)]


def plain(content: Any) -> Any:
    """Plain data for JSON: NaN and infinities become None, NumPy's numbers Python's."""
    if isinstance(content, Mapping):
        return {str(key): plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [plain(value) for value in content]
    if isinstance(content, np.generic):
        content = content.item()
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content


def alive(pid: int) -> bool:
    """Whether a process of this number runs on this host."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())


def _orphan(name: str) -> bool:
    found = _TEMPORARY.fullmatch(name)
    return found is not None and found["host"] == _host() and not alive(int(found["pid"]))


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
