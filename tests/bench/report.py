"""The tables of a benchmark run: collected while it runs, printed at its end, and kept in `docs/performance.md`.

A row is a measured number, and a bar where the issue set one. A missed bar is printed with its shortfall; it does
not fail the run, since the machine may be busy.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from tests.bench.timing import ROOT

PAGE = ROOT / "docs" / "performance.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: `bar` with `least` True is a floor, with False a ceiling."""

    table: str
    what: str
    value: str
    measured: float | None = None
    bar: float | None = None
    least: bool = True
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the bar is met, else how far it is away."""
        if self.bar is None or self.measured is None:
            return ""
        sign = "≥" if self.least else "≤"
        if (self.measured >= self.bar) == self.least or self.measured == self.bar:
            return f"{sign} {self.bar:g}: pass"
        short = self.bar / self.measured if self.least else self.measured / self.bar
        return f"{sign} {self.bar:g}: **short by a factor of {short:.2f}**"


class Ledger:
    """All rows of one run of the benchmarks."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def add(
        self,
        table: str,
        what: str,
        value: str,
        measured: float | None = None,
        bar: float | None = None,
        kind: Literal["at least", "at most"] = "at least",
        note: str = "",
    ) -> None:
        """Enter a row."""
        self.rows.append(Row(table, what, value, measured, bar, kind == "at least", note))

    def text(self) -> str:
        """Every table in Markdown, in the order in which they were begun."""
        tables = dict.fromkeys(row.table for row in self.rows)
        return "\n".join(_table(name, [row for row in self.rows if row.table == name]) for name in tables)

    def write(self, page: Path = PAGE) -> None:
        """Replace the tables of this run in the page, each between its own markers; the rest stays as it is."""
        text = page.read_text("utf-8")
        text = _replaced(text, "machine", f"Measured on {machine()}.\n")
        for name in dict.fromkeys(row.table for row in self.rows):
            text = _replaced(text, name, _table(name, [row for row in self.rows if row.table == name]))
        page.write_text(text, "utf-8")


def _table(name: str, rows: list[Row]) -> str:
    barred = any(row.bar is not None for row in rows)
    head = ["", "measured", "bar", "how"] if barred else ["", "measured", "how"]
    lines = [f"**{name}**", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for row in rows:
        cells = [row.what, row.value, row.verdict, row.note] if barred else [row.what, row.value, row.note]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _replaced(text: str, name: str, body: str) -> str:
    begin, end = f"<!-- bench: {name} -->\n", f"<!-- end: {name} -->"
    found = re.search(re.escape(begin) + ".*?" + re.escape(end), text, re.DOTALL)
    if found is None:
        return f"{text.rstrip()}\n\n{begin}{body}{end}\n"
    return f"{text[: found.start()]}{begin}{body}{end}{text[found.end() :]}"


def machine() -> str:
    """What was measured on, in one line."""
    cores = os.cpu_count()
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {cores} cores (shared; load average {load:.1f} when the run ended), CPython "
        f"{platform.python_version()}, {_compiler()}, {platform.system()} {platform.release()}, "
        f"{date.today().isoformat()}, commit {_commit()}"
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", cpuinfo.read_text()) if cpuinfo.exists() else None
    return found[1] if found else platform.processor() or platform.machine()


def _compiler() -> str:
    return _said("cc", "--version").split("\n", maxsplit=1)[0] or "no compiler"


def _commit() -> str:
    changed = (
        " with changes" if _said("git", "status", "--porcelain", "--untracked-files=no", "--", "sim", "ext") else ""
    )
    return (_said("git", "rev-parse", "--short", "HEAD") or "unknown") + changed


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
