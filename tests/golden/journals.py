"""Three journals whose every bit is kept: what a change to the code did to an unchanged scenario.

Nothing here says that a journal is right (theory, oracles and relations do); a golden journal only says that it is what
it was. The same bits are promised on one platform alone, so hashes are kept by a key of its arithmetic.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

import sim
from sim.model.journal import Journal
from sim.simulate import simulate
from tests.relations.outcome import Streams, flow

FILE = Path(__file__).with_name("hashes.json")
CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
SEED, REPLICATION = 2026, 1

Hashes = dict[str, dict[str, str]]  # by journal, then by stream


class Golden(NamedTuple):
    """A shipped scenario, shortened by overrides."""

    scenario: str
    overrides: tuple[str, ...] = ()

    def journal(self, seed: int = SEED) -> Journal:
        """Its journal."""
        return simulate(sim.load(self.scenario, list(self.overrides)), seed, REPLICATION)


GOLDEN = {
    "one queue": Golden("single_queue"),
    "three tiers, a bot and chat": Golden("tech_support"),
    "a bank's morning by quality": Golden("us_bank", ("calendar.length='3 h'", "routing.rule=quality_tier")),
}


# --- hashes ----------------------------------------------------------------------------------------------------------


def hashes(journal: Journal) -> dict[str, str]:
    """SHA-256 of each stream of a journal, and of its lexicon."""
    words = json.dumps(asdict(journal.lexicon), sort_keys=True).encode()
    return {**of_streams(flow(journal)), "lexicon": hashlib.sha256(words).hexdigest()}


def of_streams(records: Streams) -> dict[str, str]:
    """SHA-256 of each stream: names and values of its fields, never the padding between them."""
    return {name: _of_stream(stream) for name, stream in records.items()}


def _of_stream(stream: NDArray[np.void]) -> str:
    digest = hashlib.sha256(str(stream.size).encode())
    for field in stream.dtype.names or ():
        column = np.ascontiguousarray(stream[field])
        digest.update(f"{field} {column.dtype.str}".encode())
        digest.update(column.tobytes())
    return digest.hexdigest()


def made() -> Hashes:
    """The hashes of all golden journals, here and now."""
    return {name: hashes(golden.journal()) for name, golden in GOLDEN.items()}


# --- platforms -------------------------------------------------------------------------------------------------------

GRID = [(number + 0.5) / 257.0 for number in range(257)]
GridFunction = Callable[[NDArray[np.float64]], Any]
ARITHMETIC: Mapping[str, GridFunction] = {
    "exp": lambda grid: [math.exp(9.0 * x) for x in grid.tolist()],
    "log": lambda grid: [math.log(x) for x in grid.tolist()],
    "pow": lambda grid: [math.pow(x, 0.37) for x in grid.tolist()],
    "numpy exp": lambda grid: np.exp(9.0 * grid),
    "numpy log": np.log,
    "numpy power": lambda grid: grid**0.37,
    "product": lambda grid: np.outer(grid, grid[::-1]) @ grid,
    "quadrature": lambda grid: np.polynomial.hermite_e.hermegauss(64)[0],
    "special": lambda grid: special.ndtri(grid) + special.gammaincinv(1.7, grid) + special.bdtrik(grid, 40, 0.3),
}


def platform_key(arithmetic: Mapping[str, GridFunction] = ARITHMETIC) -> str:
    """Processor, C library and a hash of what functions return here: libm, NumPy, BLAS, SciPy differ in last bits."""
    grid = np.array(GRID)
    digest = hashlib.sha256()
    for name, function in arithmetic.items():
        values = np.asarray(function(grid), dtype=np.float64).ravel().tolist()
        digest.update(name.encode() + struct.pack(f"<{len(values)}d", *values))
    library = "".join(platform.libc_ver()) or platform.system()
    return f"{platform.machine()} {library} {digest.hexdigest()[:12]}"


# --- the file --------------------------------------------------------------------------------------------------------


def stored() -> dict[str, Any]:
    """What the file holds: `changed_in`, a line of the change log, `platforms`, hashes by platform, and a `seal`."""
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


def logged(changelog: str) -> set[str]:
    """Headings and entries of a change log, each on one line and without its mark."""
    entries: list[str] = []
    for line in changelog.splitlines():
        if line.startswith(("#", "- ")):
            entries.append(line.lstrip("#- ").strip())
        elif line.strip() and entries:
            entries[-1] += " " + line.strip()
    return set(entries)


def store(changed_in: str, here: Hashes, key: str, before: Mapping[str, Any], changelog: str) -> dict[str, Any]:
    """The file with this platform's hashes in it.

    Hashes that change drop those of all other platforms and need an entry of the change log of their own: ValueError
    without one.
    """
    platforms, last = dict(before.get("platforms", {})), before.get("changed_in")
    if changed_in not in logged(changelog):
        raise ValueError(f"not an entry of CHANGELOG.md: {changed_in!r}")
    if platforms.get(key, here) != here:
        if changed_in == last:
            raise ValueError("golden journals have changed: that needs an entry of its own in CHANGELOG.md")
        platforms = {}
    return sealed({"changed_in": changed_in, "platforms": {**platforms, key: here}})


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """With a SHA-256 over the entry and the hashes: hashes that are changed by hand, past the entry, are noticed."""
    told = {name: content[name] for name in ("changed_in", "platforms")}
    seal = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return {**told, "seal": seal}
