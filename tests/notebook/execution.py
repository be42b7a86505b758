"""Runs the example notebook in a fresh kernel, in an empty folder."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook" / "from_scenario_to_decision.ipynb"
SECONDS = 300


def read() -> Any:
    """The notebook as stored."""
    import nbformat

    return nbformat.read(NOTEBOOK, as_version=4)


def executed() -> Any:
    """The notebook after all its cells have run; raises CellExecutionError where one fails."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    class Here(KernelSpecManager):
        """This very Python, whatever kernels a machine has installed."""

        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=command, display_name="Python 3", language="python")

    book = read()
    with tempfile.TemporaryDirectory() as folder:
        kernel = AsyncKernelManager(kernel_spec_manager=Here())
        NotebookClient(book, km=kernel, timeout=SECONDS, resources={"metadata": {"path": folder}}).execute()
    for cell in book.cells:
        cell.metadata.pop("execution", None)  # when it ran: new each time
    return book
