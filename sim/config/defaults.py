"""`intent_defaults`: one mapping that is merged under every intent before anything is validated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.config.document import Path, Place
from sim.config.plain import DISCRIMINATORS, Places
from sim.errors import Problem

KEY = "intent_defaults"


def merged(data: dict[str, Any], places: Places) -> dict[str, Any]:
    """The data without `intent_defaults`, which is merged under every intent."""
    given, intents = data.get(KEY), data.get("intents")
    result = {key: item for key, item in data.items() if key != KEY}
    if isinstance(given, dict) and isinstance(intents, dict):
        result["intents"] = {
            name: _under(given, intent, places, (KEY,), ("intents", name)) if isinstance(intent, dict) else intent
            for name, intent in intents.items()
        }
    return result


def faults(data: dict[str, Any], places: Places) -> Iterator[Problem]:
    """What is wrong with the section itself; what it holds is judged within each intent."""
    given = data.get(KEY, {})
    if not isinstance(given, dict):
        rule = "a block of keys belongs here, the same as in an intent"
        yield places.problem((KEY,), given, rule, "write `key: value` lines under it, or take it out")


def _under(defaults: dict[str, Any], own: dict[str, Any], places: Places, there: Path, here: Path) -> dict[str, Any]:
    """`own` with what it lacks from `defaults`; a section that names another law or kind is taken whole."""
    if any(key in defaults and own.get(key, defaults[key]) != defaults[key] for key in DISCRIMINATORS):
        return own
    result = dict(own)
    for key, item in defaults.items():
        if key not in own:
            result[key] = copied(item)
            _inherit(places, (*there, key), (*here, key))
        elif isinstance(item, dict) and isinstance(own[key], dict):
            result[key] = _under(item, own[key], places, (*there, key), (*here, key))
    return result


def _inherit(places: Places, there: Path, here: Path) -> None:
    for path, place in list(places.known.items()):
        if path[: len(there)] == there:
            places.known[(*here, *path[len(there) :])] = Place(place.origin, place.written, path)


def copied(value: Any) -> Any:
    """A copy of plain data that shares no mapping and no list with the original."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value
