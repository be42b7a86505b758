"""What an experiment leaves on disk: its folder, its shards, its files. Nothing here computes a number.

`folder` names the result folder and says who may write in it; `shards` holds one file a replication, so that
nothing finished is ever computed again; `seal` is their checksum and `stamp` what made them; `manifest` is what a
reader needs to know; `write` puts files down all or nothing.
"""

from __future__ import annotations

from sim.experiment.store.folder import (
    DERIVED,
    FLOW_COLUMNS,
    KPI_COLUMNS,
    SHARDS,
    drop_derived,
    entered,
    fingerprint,
    folder,
    made,
    place,
    resolved,
)
from sim.experiment.store.manifest import as_dict, compiled, manifest
from sim.experiment.store.write import write_bytes, write_csv, write_json, write_parquet, write_text

__all__ = [
    "DERIVED",
    "FLOW_COLUMNS",
    "KPI_COLUMNS",
    "SHARDS",
    "as_dict",
    "compiled",
    "drop_derived",
    "entered",
    "fingerprint",
    "folder",
    "made",
    "manifest",
    "place",
    "resolved",
    "write_bytes",
    "write_csv",
    "write_json",
    "write_parquet",
    "write_text",
]
