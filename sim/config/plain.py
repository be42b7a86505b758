"""What is wrong with a file, in plain words: turns pydantic's errors into Problems with the place, rule and
mend.

Knows how to walk the schema along a path, so that an unknown key is answered with the nearest one allowed
there.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.config.document import Path, Place, dotted, located
from sim.config.suggest import closest, nearest
from sim.config.units import UnitError
from sim.errors import Problem

DISCRIMINATORS = ("law", "kind", "rule")
_NUMBERS = frozenset({"float_type", "int_type", "int_from_float", "float_parsing", "int_parsing", "finite_number"})
_BOUNDS = {
    "greater_than": ("must be greater than", "gt"),
    "greater_than_equal": ("must be at least", "ge"),
    "less_than": ("must be less than", "lt"),
    "less_than_equal": ("must be at most", "le"),
}
NAME_RULE = "a name begins with a letter or _ and holds letters, digits, _ and - (at most 64)"


class Places:
    """Looks up where the value at a path was written; what is not there belongs to its holder."""

    def __init__(self, source: str, places: Mapping[Path, Place]) -> None:
        self.source = source
        self.known = dict(places)

    def of(self, path: Path) -> Place:
        """The place of the nearest enclosing value that was written."""
        return self._nearest(path)[1]

    def _nearest(self, path: Path) -> tuple[int, Place]:
        for length in range(len(path), -1, -1):
            place = self.known.get(path[:length])
            if place is not None:
                return length, place
        return 0, Place(self.source)

    def written(self, path: Path) -> str | None:
        """The text of exactly this value as it stood in the file; None when it was no scalar there."""
        place = self.known.get(path)
        return None if place is None else place.written

    def problem(self, path: Path, value: object, rule: str, mend: str = "") -> Problem:
        """A Problem whose path says file, line and dotted path."""
        length, place = self._nearest(path)
        shown = path if place.path is None else (*place.path, *path[length:])
        return Problem(located(place.origin, shown), value, rule, mend)

    def move(self, path: Path, place: Place) -> None:
        """Everything at and under `path` is now written at `place`."""
        self.known = {k: v for k, v in self.known.items() if k[: len(path)] != path}
        self.known[path] = place


def explain(
    error: ValidationError, model: type[BaseModel], data: Any, places: Places, under: Path = ()
) -> Iterator[Problem]:
    """The Problems of one failed validation of `data` (which stands at path `under`) against `model`."""
    for item in error.errors(include_url=False):
        yield _explained(dict(item), model, data, places, under)


def _explained(item: dict[str, Any], model: type[BaseModel], data: Any, places: Places, under: Path) -> Problem:
    local = _path(item["loc"], data, item["type"])
    path = (*under, *local)
    value = None if item["type"] == "missing" else _at(data, local)
    rule, mend = _words(item, value, places.written(path), _Spot(model, data, local))
    return places.problem(path, _shown(value, places.written(path)), rule, mend)


def _shown(value: object, written: str | None) -> object:
    if isinstance(value, dict | list):
        return None
    return written if written is not None and not isinstance(value, str) else value


def _path(loc: tuple[int | str, ...], data: Any, kind: str) -> Path:
    """Pydantic's location without the tags of unions, which are no keys of the file."""
    path: list[int | str] = []
    for at, part in enumerate(loc):
        last = at == len(loc) - 1
        if part == "[key]":
            continue
        if (isinstance(data, dict) and part in data) or (isinstance(data, list) and isinstance(part, int)):
            found: Any = data
            path.append(part)
            data = found[part]
        elif last and kind == "missing":
            path.append(part)
    return tuple(path)


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


class _Spot:
    """A path in the schema: which keys are allowed at a mapping there."""

    def __init__(self, model: type[BaseModel], data: Any, path: Path) -> None:
        self.model = model
        self.data = data
        self.path = path

    def siblings(self) -> list[str]:
        """Keys that the mapping which holds this path may have; empty when any name may stand there."""
        found = _type_at(self.model, self.data, self.path[:-1])
        return list(found.model_fields) if found is not None else []


def _type_at(annotation: Any, data: Any, path: Path) -> type[BaseModel] | None:
    annotation = _chosen(annotation, data)
    if not path:
        return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
    holder: Any = data
    below = holder[path[0]] if isinstance(data, dict | list) else None
    return _type_at(_below(annotation, path[0]), below, path[1:])


def _below(annotation: Any, part: str | int) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(part))
        return field.annotation if field is not None else None
    arguments = typing.get_args(annotation)
    return arguments[-1] if arguments and typing.get_origin(annotation) in (dict, list) else None


def _chosen(annotation: Any, data: Any) -> Any:
    """The annotation without Annotated and Optional; of a union, the member that the tag in `data` names."""
    if isinstance(annotation, typing.ForwardRef):
        annotation = _named(annotation.__forward_arg__)
    if typing.get_origin(annotation) is typing.Annotated:
        return _chosen(typing.get_args(annotation)[0], data)
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation
    members = [_chosen(one, data) for one in typing.get_args(annotation) if one is not type(None)]
    return members[0] if len(members) == 1 else next((one for one in members if _tagged(one, data)), None)


def _named(name: str) -> Any:
    from sim.config import schema

    return getattr(schema, name)


def _tagged(member: Any, data: Any) -> bool:
    if not isinstance(data, dict) or not hasattr(member, "model_fields"):
        return False
    for key in DISCRIMINATORS:
        field = member.model_fields.get(key)
        if field is not None and data.get(key) in typing.get_args(field.annotation):
            return True
    return False


def _words(item: dict[str, Any], value: Any, written: str | None, spot: _Spot) -> tuple[str, str]:
    """Rule and mend of one pydantic error."""
    kind, context = item["type"], item.get("ctx", {})
    if kind == "value_error" and isinstance(context.get("error"), UnitError):
        return context["error"].rule, context["error"].mend
    if isinstance(value, bool) and kind not in ("extra_forbidden", "missing"):
        return _boolean(value, written)
    if value is None and kind.endswith("_type"):
        return "there is nothing here", "give it a value, or take the line out"
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"{words} {_plain_number(context[bound])}", _bound_mend(kind, context[bound])
    return _WORDS.get(kind, _otherwise)(item, value, spot)


def _boolean(value: bool, written: str | None) -> tuple[str, str]:
    if written is None or written.lower() in ("true", "false"):
        return "true or false does not belong here", "write a value of the right kind, names in quotes"
    read = str(value).lower()
    return f"YAML reads {written} without quotes as {read}", f'write it in quotes: "{written}"'


def _plain_number(bound: float) -> str:
    return f"{bound:g}" if abs(bound) < 1e6 else str(bound)


def _bound_mend(kind: str, bound: float) -> str:
    side = "above" if kind == "greater_than" else "from" if kind == "greater_than_equal" else "up to"
    return f"write a number {'below' if kind == 'less_than' else side} {_plain_number(bound)}"


def _unknown_key(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    return "unknown key", nearest(item["loc"][-1], spot.siblings()) or "take it out; no keys belong here"


def _missing(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    key = item["loc"][-1]
    twin = next((extra for extra in _extra_keys(spot) if closest(extra, [key])), None)
    hint = f"; is {twin!r} meant?" if twin else ""
    return "this key is missing", f"add a line `{key}: …`{hint}"


def _extra_keys(spot: _Spot) -> list[str]:
    holder = spot.data
    for part in spot.path[:-1]:
        holder = holder[part]
    return [k for k in holder if k not in spot.siblings()] if isinstance(holder, dict) else []


def _tag_missing(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    key = item["ctx"]["discriminator"].strip("'")
    names = ", ".join(_tags(spot))
    return f"it does not say which {key} it is", f"add `{key}: …`, one of: {names}"


def _tag_unknown(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    context = item["ctx"]
    tags = [one.strip(" '") for one in context["expected_tags"].split(",")]
    key = context["discriminator"].strip("'")
    return f"unknown {key} {context['tag']!r}", nearest(context["tag"], tags)


def _tags(spot: _Spot) -> list[str]:
    """Tags of the union at the spot, read from the schema."""
    annotation: Any = spot.model
    data = spot.data
    for part in spot.path:
        annotation = _below(_chosen(annotation, data), part)
        data = data[part]
    return list(_all_tags(annotation))


def _all_tags(annotation: Any) -> Iterator[str]:
    if hasattr(annotation, "model_fields"):
        for key in DISCRIMINATORS:
            if key in annotation.model_fields:
                yield from typing.get_args(annotation.model_fields[key].annotation)
        return
    if isinstance(annotation, typing.ForwardRef):
        annotation = _named(annotation.__forward_arg__)
    for member in typing.get_args(annotation):
        yield from _all_tags(member)


def _choice(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    options = [one.strip(" '") for one in item["ctx"]["expected"].replace(" or ", ", ").split(",")]
    return "not one of the choices", nearest(value, [one for one in options if one])


def _pattern(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    pattern = item["ctx"]["pattern"]
    if ".csv" in pattern.replace("\\", ""):
        rule = "a CSV file is named without folders: letters, digits, _ and -, then .csv"
        return rule, "put the file beside the scenario or into its data folder and write its bare name"
    if item["loc"][-1] == "[key]":
        return f"{item['input']!r} cannot be a name: {NAME_RULE}", "rename it"
    return NAME_RULE, "rename it"


def _number(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    if isinstance(value, str) and value.strip().lower() in _ENDLESS:
        return "a number belongs here", "leave the key out where there is no limit"
    if isinstance(value, str):
        return "a number belongs here", "write it with digits and a decimal point, without quotes and units"
    if item["type"] == "finite_number":
        return "must be a finite number", "write a number with digits; where there is no limit, leave the key out"
    if isinstance(value, float):
        return "a whole number belongs here", "write it without a decimal point"
    return "a number belongs here", "write one number"


def _mapping(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    mend = "write `key: value` lines under it"
    if isinstance(value, list) and value and isinstance(value[0], str):
        mend += f", such as `{value[0]}: …`"
    return "a block of keys belongs here, not a single value or a list", mend


def _list(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    return "a list belongs here", "write [a, b], or one `- item` a line"


def _text(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    return "a text belongs here", f'write it in quotes: "{value}"' if isinstance(value, int | float) else "write a text"


def _truth(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    return "true or false belongs here", "write true or false without quotes"


def _too_short(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    least = item["ctx"]["min_length"]
    return f"at least {least} {'entry is' if least == 1 else 'entries are'} needed", "add what is missing"


def _too_long(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    most = item["ctx"]["max_length"]
    return f"at most {most} entries belong here", "leave some out"


def _long_text(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    return f"a text of at most {item['ctx']['max_length']} characters belongs here", "shorten it"


def _otherwise(item: dict[str, Any], value: Any, spot: _Spot) -> tuple[str, str]:
    error = item.get("ctx", {}).get("error")
    return str(error) if error else str(item["msg"])[:1].lower() + str(item["msg"])[1:], "correct this value"


_ENDLESS = ("inf", "infinity", "infinite", "none", "never", "unlimited")

_WORDS: dict[str, Callable[[dict[str, Any], Any, _Spot], tuple[str, str]]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "union_tag_not_found": _tag_missing,
    "union_tag_invalid": _tag_unknown,
    "literal_error": _choice,
    "string_pattern_mismatch": _pattern,
    "string_type": _text,
    "bool_type": _truth,
    "model_type": _mapping,
    "model_attributes_type": _mapping,
    "dict_type": _mapping,
    "list_type": _list,
    "too_short": _too_short,
    "too_long": _too_long,
    "string_too_long": _long_text,
    **dict.fromkeys(_NUMBERS, _number),
}


def distinct(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The problems without repetition, in order."""
    seen: dict[str, Problem] = {}
    for problem in problems:
        seen.setdefault(str(problem), problem)
    return tuple(seen.values())


__all__ = ["DISCRIMINATORS", "NAME_RULE", "Places", "distinct", "dotted", "explain"]
