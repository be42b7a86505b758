"""A checksum within a Parquet file: it covers every byte of the file, and the file stays one that all readers open.

The file is written with a seal of 64 zeros in its footer, hashed, and the hash is put in the zeros' place. So
a single rename puts data and checksum where they belong, and a torn, cut or altered file is known by itself.
"""

from __future__ import annotations

import hashlib
import re

_FOOTER = 1 << 16  # bytes at the end in which the seal stands
BLANK = b"ccsim-sha256:" + b"0" * 64
_SEAL = re.compile(rb"ccsim-sha256:([0-9a-f]{64})")


class DamagedError(Exception):
    """A file that is not what was once written; the argument says how that shows."""


def sealed(content: bytes) -> bytes:
    """The content, which holds `BLANK` once in its footer, with its checksum filled in."""
    at = content.rindex(BLANK)
    digest = hashlib.sha256(content).hexdigest().encode()
    return content[:at] + b"ccsim-sha256:" + digest + content[at + len(BLANK) :]


def check(content: bytes) -> None:
    """Raises DamagedError unless the content is as it was sealed."""
    found = next(iter(reversed(list(_SEAL.finditer(content, max(0, len(content) - _FOOTER))))), None)
    if found is None:
        raise DamagedError("it has no checksum: not a shard, or cut short")
    blank = content[: found.start()] + BLANK + content[found.end() :]
    if hashlib.sha256(blank).hexdigest().encode() != found[1]:
        raise DamagedError("its checksum does not fit its contents")
