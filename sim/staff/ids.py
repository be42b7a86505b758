"""What agents are called in whatever leaves a run: people of a roster go by an id, their names stay in the roster.

An id is a pseudonym, made from the name alone: the same in every arm and run, whoever else works there. It keeps
names off pages, tables and screens; whoever has the roster can still tell who is who. Rules, draws and the lists that
a planner types use the names.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sim.staff.person import Person

_IDS = 100_000


def called(people: Sequence[Person]) -> list[Person]:
    """The same people, those of a roster with an id of their own; in the same order."""
    taken = {person.name for person in people if not person.personal}
    ids: dict[str, str] = {}
    for person in sorted((p for p in people if p.personal), key=lambda p: p.name):
        ids[person.name] = _free(person.name, taken)
        taken.add(ids[person.name])
    return [replace(p, shown=ids.get(p.name, p.name)) for p in people]


def names(staff: Sequence[Person]) -> dict[str, str]:
    """The name behind every id, for whoever asked for names."""
    return {person.shown: person.name for person in staff if person.personal}


def pseudonymous(text: str, shown: Mapping[str, str]) -> str:
    """A text about agents with ids in place of names; `shown`: the id of each name."""
    for name in sorted(shown, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", shown[name], text)
    return text


def pseudonymous_data(content: Any, shown: Mapping[str, str]) -> Any:
    """Plain data with ids in place of names in every text."""
    if isinstance(content, str):
        return pseudonymous(content, shown)
    if isinstance(content, dict):
        return {key: pseudonymous_data(item, shown) for key, item in content.items()}
    return [pseudonymous_data(item, shown) for item in content] if isinstance(content, (list, tuple)) else content


def _free(name: str, taken: set[str]) -> str:
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % _IDS
    while f"agent-{number:05d}" in taken:
        number = (number + 1) % _IDS
    return f"agent-{number:05d}"
