"""Dotted overrides (`a.b=c`, `+a.b=c`, `++a.b=c`, `~a.b`) with one meaning everywhere: that of Hydra's
command line.

Arms, the Python API and the command line all come through `apply`. Hydra itself is not imported (it costs
0.2 s); the tests hold every accepted override equal to `hydra.compose`. Sweeps (`a=1,2`), functions
(`range(…)`), config groups (`a/b=c`) and interpolations (`${…}`) belong to the command line only and are
refused here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.config.document import Path, dotted
from sim.config.grammar import Kind, Override, OverrideError, parse
from sim.config.suggest import closest

__all__ = ["Kind", "Override", "OverrideError", "apply", "change", "parse"]


def apply(data: dict[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """A copy of `data` with the overrides applied in order; raises OverrideError at the first fault."""
    result: dict[str, Any] = _copied(data)
    for text in overrides:
        change(result, parse(text))
    return result


def change(data: dict[str, Any], override: Override) -> None:
    """Apply one override to `data` in place; raises OverrideError when the key does not allow it."""
    if override.kind is Kind.DELETE:
        _delete(data, override)
    else:
        _set(data, override)


def _delete(data: dict[str, Any], override: Override) -> None:
    present = _selected(data, override.path)
    if present is None:
        raise _unknown(data, override, "there is nothing to delete here")
    if override.valued and override.value is not None and override.value != present:
        raise OverrideError(
            override.text, f"the value is {present!r}, not {override.value!r}", "delete without a value"
        )
    parent = _child(data, override.path[:-1])
    if not isinstance(parent, dict):
        raise OverrideError(override.text, "an item of a list cannot be deleted", "set the whole list: `a=[1, 2]`")
    del parent[str(override.path[-1])]


def _set(data: dict[str, Any], override: Override) -> None:
    container = isinstance(override.value, dict | list)
    if override.kind is Kind.ADD and _selected(data, override.path) is not None and not container:
        mend = f"write `{override.text[1:]}` to change it"
        raise OverrideError(override.text, "there is a value already", mend)
    parent: Any = data
    for depth, key in enumerate(override.path[:-1]):
        parent = _descend(data, parent, key, override, depth)
    _put(data, parent, override)


def _descend(data: dict[str, Any], parent: Any, key: str | int, override: Override, depth: int) -> Any:
    child = _item(parent, key)
    if isinstance(child, dict | list):
        return child
    if override.kind is Kind.CHANGE or isinstance(parent, list):
        raise _unknown(data, override, f"there is no `{dotted(override.path[: depth + 1])}` to change")
    parent[key] = {}
    return parent[key]


def _put(data: dict[str, Any], parent: Any, override: Override) -> None:
    key, value = override.path[-1], _copied(override.value)
    present = _item(parent, key)
    if isinstance(parent, list):
        _put_item(data, parent, override, value)
    elif override.kind is Kind.CHANGE and key not in parent:
        raise _unknown(data, override, f"there is no key `{dotted(override.path)}` in the file")
    elif isinstance(value, dict | list) and isinstance(present, dict | list):
        parent[key] = _merged(present, value, override)
    else:
        parent[key] = value


def _put_item(data: dict[str, Any], parent: list[Any], override: Override, value: Any) -> None:
    index = _index(parent, override.path[-1])
    if index is None:
        raise _unknown(data, override, f"the list has {len(parent)} items, counted from 0")
    both = isinstance(value, dict | list) and isinstance(parent[index], dict | list)
    parent[index] = _merged(parent[index], value, override) if both else value


def _merged(present: Any, value: Any, override: Override) -> Any:
    """Mappings merge key by key, lists are replaced; without `+` no new key may come in."""
    if isinstance(present, list) and isinstance(value, list):
        return value
    if isinstance(present, list) or isinstance(value, list):
        raise OverrideError(override.text, "a list and a mapping do not merge", "write a value of the same shape")
    for key, item in value.items():
        if override.kind is Kind.CHANGE and key not in present:
            mend = _suggest(key, present) or f"write `+{override.text}` to add it"
            raise OverrideError(override.text, f"there is no key {key!r} here", mend)
        both = isinstance(item, dict | list) and isinstance(present.get(key), dict | list)
        present[key] = _merged(present[key], item, override) if both else item
    return present


def _selected(data: dict[str, Any], path: Path) -> Any:
    """The value at a path; None when it is null, or when the path leads nowhere or through a plain value."""
    value: Any = data
    for key in path:
        if not isinstance(value, dict | list):
            return None
        value = _item(value, key)
    return value


def _child(data: Any, path: Path) -> Any:
    for key in path:
        data = _item(data, key)
    return data


def _item(parent: Any, key: str | int) -> Any:
    if isinstance(parent, list):
        index = _index(parent, key)
        return None if index is None else parent[index]
    return parent.get(key)


def _index(parent: list[Any], key: str | int) -> int | None:
    text = str(key)
    return int(text) if text.isdigit() and int(text) < len(parent) else None


def _unknown(data: dict[str, Any], override: Override, rule: str) -> OverrideError:
    here: Any = data
    for depth, key in enumerate(override.path):
        below = _item(here, key) if isinstance(here, dict | list) else None
        if not isinstance(below, dict | list):
            hint = _suggest(str(key), here, override.path[:depth])
            break
        here = below
    else:
        hint = ""
    add = f"write `+{override.text}` to add it" if override.kind is Kind.CHANGE else "check the path"
    return OverrideError(override.text, rule, hint or add)


def _suggest(key: str, here: Any, before: Path = ()) -> str:
    if not isinstance(here, dict) or key in here:
        return ""
    near = closest(key, here)
    return f"did you mean `{dotted((*before, near))}`?" if near else ""


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value
