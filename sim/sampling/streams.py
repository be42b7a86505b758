"""Randomness by address: a draw is a pure function of seed, replication, purpose, entity, case and index.

There is no state to advance, so no draw can shift another: arms of an experiment see the same customers
whatever their rule does, replication k alone equals replication k in a batch, and a new purpose changes no
other draw.

* **purpose**: a name such as ``"patience"``. Its stable 64-bit hash is one half of the Philox key; the hash
  of (seed, replication) is the other.
* **entity**: whose draw it is, `entity_key("intent name")` or `entity_key("agent name")`.
* **case**: which birth of that intent, or which day of that agent. **index**: attempt, tier visit and slot,
  packed.
* **position**: an address holds a block of four uniforms. A stage of the model takes one block and gives each
  of its variates a fixed position in it; which one, stands beside the purpose's name where the model declares
  it. To change a position is to change results.

A uniform is one of the 2^52 mid-points ((x >> 12) + 1/2) / 2^52: never 0, never 1.

`sim.ext.draws` is compiled, or its twin under SIM_PURE=1 and where nothing is compiled.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.sampling import draws_pure as draws
    from sim.sampling.draws_pure import Law, Purpose, logistic, normal, normals
else:
    from sim.ext import draws
    from sim.ext.draws import Law, Purpose, logistic, normal, normals

COMPILED: bool = not str(draws.__file__).endswith(".py")

__all__ = ["COMPILED", "Law", "Purpose", "Streams", "draws", "entity_key", "logistic", "normal", "normals"]


def _stable_hash(family: bytes, text: str) -> int:
    """A 64-bit hash that is the same on every machine, in every process and in every version of Python."""
    digest = hashlib.blake2b(text.encode(), digest_size=8, person=family).digest()
    return int.from_bytes(digest, "little")


def entity_key(name: str) -> int:
    """The stable 64-bit number of a named entity (an intent, an agent), as `Purpose.block` takes it."""
    return _stable_hash(b"ccsim entity", name)


class Streams:
    """All draws of one replication: `Streams(seed, replication).purpose(name).block(entity, case, index)`."""

    __slots__ = ("_key", "replication", "seed")

    def __init__(self, seed: int, replication: int) -> None:
        self.seed = int(seed)
        self.replication = int(replication)
        self._key = _stable_hash(b"ccsim run", f"{self.seed} {self.replication}")

    def purpose(self, name: str) -> Purpose:
        """The draws of one named purpose; equal names give equal draws, in any order and any process."""
        return Purpose(name, self._key, _stable_hash(b"ccsim purpose", name))

    def __repr__(self) -> str:
        return f"Streams(seed={self.seed}, replication={self.replication})"
