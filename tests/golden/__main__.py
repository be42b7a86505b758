"""`python -m tests.golden` prints the golden hashes of this platform and which of them differ from those stored.

`python -m tests.golden --write "An entry of CHANGELOG.md."` stores them; `--write` alone keeps the entry that is there,
for a platform that was not known.
"""

from __future__ import annotations

import argparse
import json

from tests.golden import journals


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden")
    parser.add_argument("--write", nargs="?", const="", metavar="ENTRY", help="store them; ENTRY of CHANGELOG.md")
    entry = parser.parse_args().write
    before, key, here = journals.stored(), journals.platform_key(), journals.made()
    known = before["platforms"].get(key, {})
    print(key, "" if known else "(not stored)")
    for name, streams in here.items():
        for stream, found in streams.items():
            print(f"{'same' if known.get(name, {}).get(stream) == found else 'NEW '} {found[:16]} {name}: {stream}")
    if entry is not None:
        changelog = journals.CHANGELOG.read_text(encoding="utf-8")
        content = journals.store(entry or before["changed_in"], here, key, before, changelog)
        journals.FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
