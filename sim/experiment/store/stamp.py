"""What made a number: the code and the machine's kind. The same bits are promised on one machine and build only.

A result folder is named by the package's version. Between two versions a developer changes the code many
times; shards of other code than the present are computed anew, and so are those of another platform.
"""

from __future__ import annotations

import hashlib
import platform as machine
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

FORMAT = 1  # of the shards; a change here has them all computed anew
_NO_NUMBERS = ("report", "command", "cli.py", "__main__.py")  # parts of the package that fix no number


@cache
def code() -> str:
    """16 hexadecimal digits over the package's sources and compiled modules."""
    import sim
    from sim import ext

    digest = hashlib.sha256()
    for root in dict.fromkeys(Path(place) for place in (*sim.__path__, *ext.__path__)):
        for path in sorted(root.rglob("*")):
            inside = path.relative_to(root)
            if path.suffix in (".py", ".so", ".pyd") and inside.parts[0] not in _NO_NUMBERS:
                digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def platform() -> str:
    """System, processor family, C library, Python, NumPy and SimPy, and whether the flow is compiled."""
    from sim.experiment.store.manifest import compiled

    parts = [
        machine.system(),
        machine.machine(),
        " ".join(part for part in machine.libc_ver() if part),
        f"Python {sys.version.split()[0]}",
        f"NumPy {version('numpy')}",
        f"SimPy {version('simpy')}",
        "compiled" if compiled() else "pure",
    ]
    return ", ".join(part for part in parts if part)
