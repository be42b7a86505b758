"""SQL over the shards, read only: DuckDB reads the Parquet files where they lie.

One SELECT at a time, and from the shards of the results root only: nothing can be written, loaded or fetched.
Damaged shards are left out, as one of them would spoil the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.experiment.store import inventory

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = {
    "kpi": "arm, replication, scope, interval, kpi, numerator, denominator, value",
    "agent": "arm, replication, scope, interval, kpi, numerator, denominator, value",
    "flow": "arm, replication, source, target, count",
}
_WHERE = r"parse_path(filename)[-5] AS experiment, parse_path(filename)[-4] AS fingerprint"


def query(root: Path, sql: str, wanted: str = "") -> pd.DataFrame:
    """The answer to one SELECT over the tables kpi, agent, flow and contacts, each with experiment and fingerprint.

    Raises UsageError for SQL that is wrong or would do more than read.
    """
    duckdb = _imported()
    sound = [shard.path for folder in inventory.folders(root, wanted) for shard in _sound(folder)]
    if not sound:
        raise UsageError(f"results={root}: there are no shards to query")
    with duckdb.connect(":memory:") as connection:
        try:
            _views(connection, sound)
            _lock(connection, root)
            _refuse_all_but_select(duckdb, connection, sql)
            found: pd.DataFrame = connection.execute(sql).df()
        except duckdb.Error as error:
            raise UsageError(f"query: {str(error).strip()}") from error
    return found


def _imported() -> Any:
    try:
        import duckdb
    except ImportError:
        raise UsageError("query: the package duckdb is not installed; pip install 'ccsim[duckdb]'") from None
    return duckdb


def _sound(folder: Path) -> list[inventory.Checked]:
    return [shard for shard in inventory.check(folder) if not shard.wrong]


def _views(connection: Any, paths: Sequence[Path]) -> None:
    main = [str(path) for path in paths if path.name.count(".") == 1]
    for part, columns in _COLUMNS.items():
        source = f"read_parquet({_listed(main)}, filename = true)"
        connection.execute(f"CREATE VIEW {part} AS SELECT {_WHERE}, {columns} FROM {source} WHERE part = '{part}'")
    contacts = [str(path) for path in paths if path.name.endswith(".contacts.parquet")]
    if contacts:
        source = f"read_parquet({_listed(contacts)}, filename = true, union_by_name = true)"
        replication = "CAST(split_part(parse_path(filename)[-1], '.', 1) AS BIGINT) AS replication"
        arm = "parse_path(filename)[-2] AS arm"
        connection.execute(
            f"CREATE VIEW contacts AS SELECT {_WHERE}, {arm}, {replication}, * EXCLUDE (filename) FROM {source}"
        )


def _listed(paths: Sequence[str]) -> str:
    return "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in paths) + "]"


def _lock(connection: Any, root: Path) -> None:
    connection.execute("SET allowed_directories = " + _listed([str(root.resolve()), str(root)]))
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _refuse_all_but_select(duckdb: Any, connection: Any, sql: str) -> None:
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UsageError("query: one SELECT at a time; results are only read")
