"""The numbers that others printed: cases of tests/cases.json by their name."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _cases() -> dict[str, Any]:
    file = Path(__file__).parents[1] / "cases.json"
    return {case["id"]: case for case in json.loads(file.read_text(encoding="utf-8"))["cases"]}


def model(case: str) -> dict[str, Any]:
    """A case's parameters."""
    found: dict[str, Any] = _cases()[case]["model"]
    return found


def expected(case: str, *names: str) -> list[float]:
    """Its stated values, in the order of the names."""
    return [_cases()[case]["expected"][name]["value"] for name in names]
