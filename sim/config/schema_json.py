"""The schema of scenario and experiment files for editors: completion and red underlines while writing.

`python -m sim.config.schema_json` writes `scenarios/schema.json`. A file uses it through its first line,
`# yaml-language-server: $schema=../schema.json`; VS Code's YAML extension and others read that. The loader does not
use it: the schema knows neither cross-references nor what overrides change, and is never stricter than the loader.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from sim import registry
from sim.config import schema
from sim.config.defaults import KEY
from sim.config.files import shipped

FILE = "schema.json"
MODELINE = "# yaml-language-server: $schema=../schema.json"
_RULES = (
    ("Scenario", "routing", "router"),
    ("Escalation", "rule", "escalation"),
    ("Bot", "policy", "bot"),
    ("Coaching", "rule", "coaching"),
)
_REFERENCE = "#/$defs/"


def generate() -> dict[str, Any]:
    """The JSON schema of both kinds of file, with every registered rule and its parameters."""
    models: list[tuple[Any, Any]] = [(schema.Scenario, "validation"), (schema.Experiment, "validation")]
    definitions: dict[str, Any] = models_json_schema(models)[1]["$defs"]
    for section, key, kind in _RULES:
        definitions[section]["properties"][key] = _choice(kind, definitions["Rule"], definitions)
    definitions["Group"]["properties"]["plan"] = _choice("staffing", definitions["Plan"], definitions)
    _allow_parts(definitions)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A scenario or an experiment of the contact-centre simulator",
        "if": {"required": ["arms"]},
        "then": {"$ref": "#/$defs/Experiment"},
        "else": {"$ref": "#/$defs/Scenario"},
        "$defs": _plain(definitions),
    }


def _allow_parts(definitions: dict[str, Any]) -> None:
    """An intent and `intent_defaults` are merged key by key, so each may hold any part of the whole."""
    properties = definitions["Scenario"]["properties"]
    properties[KEY] = _part({"$ref": _REFERENCE + "Intent"}, definitions)
    properties["intents"] = _part(properties["intents"], definitions)


def _part(node: Any, definitions: dict[str, Any]) -> Any:
    """The same schema with nothing required, down to the last section; copies are named `PartOf…`."""
    if isinstance(node, list):
        return [_part(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if reference is not None:
        name = reference.removeprefix(_REFERENCE)
        if f"PartOf{name}" not in definitions:
            definitions[f"PartOf{name}"] = {}
            definitions[f"PartOf{name}"] = _part(definitions[name], definitions)
        return {**node, "$ref": f"{_REFERENCE}PartOf{name}"}
    kept = {key: item for key, item in node.items() if key not in ("required", "discriminator")}
    return {("anyOf" if key == "oneOf" else key): _part(item, definitions) for key, item in kept.items()}


def _plain(node: Any) -> Any:
    """Without generated titles, and without defaults in seconds where a text with a unit is written."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _plain(item) for key, item in node.items() if not (key == "title" and isinstance(item, str))}
    if "default" in kept and kept.get("type") == "string" and not isinstance(kept["default"], str):
        del kept["default"]
    return kept


def _choice(kind: str, section: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A rule section that knows the names of its kind, and the parameters of each."""
    return {"oneOf": [_named(kind, name, section, definitions) for name in registry.names(kind)]}


def _named(kind: str, name: str, section: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    entry = registry.find(kind, name)
    params = entry.params.model_json_schema(ref_template="#/$defs/{model}")
    for nested, definition in params.pop("$defs", {}).items():
        definitions.setdefault(nested, definition)
    properties = {**section["properties"], "rule": {"const": name}, "params": params}
    required = ["rule", "params"] if params.get("required") else ["rule"]
    return {
        "type": "object",
        "description": entry.summary,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(generate(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write(folder: Path | None = None) -> Path:
    """Write the schema into `folder` (by default beside the shipped scenarios) and return its path."""
    path = (shipped() if folder is None else folder) / FILE
    path.write_text(text(), encoding="utf-8")
    return path


if __name__ == "__main__":
    print(f"written: {write()}")
