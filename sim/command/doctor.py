"""What `ccsim doctor` says: versions, compiled or pure, cores, where results go."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGES = ("simpy", "numpy", "scipy", "pandas", "matplotlib", "hydra-core", "pydantic", "pyarrow", "rich")


def report(results: str) -> int:
    """Print what this installation is made of; returns 1 where the results folder cannot be written."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from sim import __version__
    from sim.config.files import shipped
    from sim.experiment.store import compiled

    print(f"ccsim {__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    for name in PACKAGES:
        try:
            print(f"  {name:<12} {version(name)}")
        except PackageNotFoundError:
            print(f"  {name:<12} not installed")
    flow = "compiled" if compiled() else "pure Python (slower; a C compiler and a new installation make it fast)"
    print(f"contact flow: {flow}\ncores: {os.cpu_count()}\nscenarios: {shipped()}")
    writable = _writable(Path(results))
    print(f"results: {Path(results).absolute()} ({'writable' if writable else 'NOT writable'})")
    return 0 if writable else 1


def _writable(folder: Path) -> bool:
    """Whether the folder, or the nearest one above it that exists, can be written."""
    while not folder.exists():
        folder = folder.absolute().parent
    return folder.is_dir() and os.access(folder, os.W_OK)
