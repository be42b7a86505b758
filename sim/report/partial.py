"""The page of an experiment of which replications failed: how many, why, and what repeats each. It has no verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sim.report import formats, page

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>{{ css }}</style>
</head>
<body>
<main>
<p class="over">{{ title }}</p>
<h1><bdi>{{ question or title }}</bdi></h1>
<p class="partial" role="note">{{ counted }}: no verdict. Mend what failed and run the same command; what is finished is
kept.</p>
{% for failure in failures %}
<p><b><bdi>{{ failure.arm }}</bdi>, replication {{ failure.replication }}</b>: <bdi>{{ failure.message }}</bdi><br>
<code>{{ failure.command }}</code></p>
{% endfor %}
</main>
</body>
</html>
"""


def write(folder: Path) -> Path:
    """Write `report.html` of a partial experiment from its manifest and `run.json`; returns its path."""
    manifest, run = (_read(folder / name) for name in ("manifest.json", "run.json"))
    failures = [
        {key: formats.clean(str(failure.get(key, ""))) for key in ("arm", "replication", "message", "command")}
        for failure in run["failures"]
    ]
    total = int(manifest["replications"]) * len(manifest["arms"])
    title = formats.clean(manifest.get("title") or manifest["name"])
    css = page.styles()
    text = (
        page.house()
        .from_string(_PAGE)
        .render(
            css=Markup(css),
            policy=page.policy(css),
            title=title,
            question=formats.clean(manifest.get("question") or ""),
            counted=counted(total, len(failures)),
            failures=failures,
        )
    )
    page.replace(folder / "report.html", text.encode())
    return folder / "report.html"


def counted(total: int, failed: int) -> str:
    """`49 of 50 replications, 1 failed`."""
    return f"{total - failed} of {total} replications, {failed} failed"


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found
