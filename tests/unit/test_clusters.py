"""The same bytes on Ray and on Dask, on clusters that start here and on ones that are joined by address.

Starting a cluster takes seconds, so these are slow tests; each is skipped where its extra is not installed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.experiment import engines, study
from sim.experiment.engines import Where

pytestmark = pytest.mark.slow
SHORT = ["calendar.length='1 h'", "calendar.warmup='10 min'"]
DIES = """
import os, signal
from pathlib import Path

def dies_once(flag, item):
    if item == 3 and not Path(flag).exists():
        Path(flag).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return item, os.getpid()
"""


def stored(root: Path, engine: str, address: str | None = None) -> dict[str, bytes]:
    """Bytes of shards and tables of a small run."""
    folder = study.run("single_queue", 8, 1, engine, workers=2, results=root, overrides=SHORT, address=address).folder
    assert folder is not None
    paths = [folder / "kpi.csv", *folder.glob("shards/*/*.parquet")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return stored(tmp_path_factory.mktemp("serial"), "serial")


@pytest.fixture
def killer() -> Any:
    """A function that kills its worker once, made so that it travels by value."""
    pytest.importorskip("cloudpickle")
    made: dict[str, Any] = {}
    exec(DIES, made)
    return made["dies_once"]


@pytest.fixture(scope="module")
def two_nodes() -> Iterator[str]:
    """The address of a Ray cluster of two nodes, each with one CPU, on this machine."""
    pytest.importorskip("ray", reason="pip install 'ccsim[ray]'")
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    cluster.add_node(num_cpus=1)
    try:
        yield cluster.address
    finally:
        cluster.shutdown()


def test_ray_starts_a_cluster_by_itself_and_gives_the_same_bytes(tmp_path: Path, serial: dict[str, bytes]) -> None:
    pytest.importorskip("ray", reason="pip install 'ccsim[ray]'")
    assert stored(tmp_path, "ray") == serial


def test_ray_joins_a_cluster_of_two_nodes_and_uses_both(
    tmp_path: Path, serial: dict[str, bytes], two_nodes: str
) -> None:
    assert stored(tmp_path, "ray", two_nodes) == serial
    nodes = engines.gather(_node, None, range(24), Where("ray", None, two_nodes))
    assert len(set(nodes)) == 2


def _node(_shared: Any, _item: int) -> str:
    import time

    import ray

    time.sleep(0.2)
    return str(ray.get_runtime_context().get_node_id())


def test_dask_starts_workers_by_itself_and_gives_the_same_bytes(tmp_path: Path, serial: dict[str, bytes]) -> None:
    pytest.importorskip("distributed", reason="pip install 'ccsim[dask]'")
    assert stored(tmp_path, "dask") == serial


def test_dask_joins_a_scheduler_by_its_address(tmp_path: Path, serial: dict[str, bytes]) -> None:
    distributed = pytest.importorskip("distributed", reason="pip install 'ccsim[dask]'")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        assert stored(tmp_path, "dask", cluster.scheduler_address) == serial


@pytest.mark.parametrize("engine", ["ray", "dask"])
def test_a_killed_worker_of_a_cluster_costs_nothing_but_time(tmp_path: Path, killer: Any, engine: str) -> None:
    pytest.importorskip({"ray": "ray", "dask": "distributed"}[engine], reason=f"pip install 'ccsim[{engine}]'")
    found = engines.gather(killer, str(tmp_path / "flag"), range(8), Where(engine, 2))
    assert [item for item, _process in found] == list(range(8))
    assert (tmp_path / "flag").exists()
    assert os.getpid() not in {process for _item, process in found}
