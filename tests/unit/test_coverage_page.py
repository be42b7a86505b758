"""`docs/coverage.md` gives a reason for every line that is not counted, and no line is left out in silence."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def excluded() -> list[str]:
    """What `pyproject.toml` leaves out, as a reader sees it."""
    report = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["coverage"]["report"]
    assert report["fail_under"] >= 95 and "exclude_lines" not in report and "omit" not in report
    return [pattern.replace("\\", "").removesuffix("$") for pattern in report["exclude_also"]]


def reasons() -> dict[str, str]:
    """The table of the page."""
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `(.+?)` \| (.+) \|$", page, re.MULTILINE))


def test_everything_that_is_left_out_has_a_reason() -> None:
    told = reasons()
    assert set(told) == {*excluded(), "ext/"}
    assert all(len(reason) > 15 for reason in told.values())


def test_no_source_marks_a_line_as_not_to_be_counted() -> None:
    marked = [path for path in (ROOT / "sim").rglob("*.py") if "pragma: no" in path.read_text(encoding="utf-8")]
    assert marked == []
