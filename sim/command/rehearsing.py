"""What to know before the live test: `ccsim rehearse` simulates the pilot itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.command import show
from sim.command.request import Request, of_experiment, parted, text, whole_number

if TYPE_CHECKING:
    from sim.experiment.rehearse.run import Rehearsal

OWN = ("weeks", "arm", "kpi", "designs")


def rehearse_experiment(words: Sequence[str]) -> int:
    """Rehearse the live test of an experiment, print what each design would read, and write the report again."""
    from sim.experiment.rehearse.run import rehearse

    given, rest = parted(words, OWN)
    asked = Request.read(rest)
    experiment = of_experiment(
        asked, "rehearse needs an experiment with two arms", "rehearse keeps no contact records; leave it out"
    )
    found = rehearse(
        experiment,
        replications=asked.replications,
        seed=asked.seed,
        engine=asked.engine,
        workers=asked.workers,
        results=asked.results,
        overrides=asked.overrides,
        **{key: _READERS.get(key, text)(key, value) for key, value in given.items()},
    )
    _print(found)
    return 0


def _print(found: Rehearsal) -> None:
    from rich.table import Table

    from sim.experiment.wording import change
    from sim.report import rehearsal

    grid = Table(
        "design", "reads", "off by", "holds the truth", "power", "weeks for 80 %", "verdict", box=None, pad_edge=False
    )
    for row in found.rows:
        if row.verdict == "not possible":
            grid.add_row(row.label, "", "", "", "", "", f"not possible: {row.why}")
            continue
        grid.add_row(
            row.label,
            change(row.reading, found.unit),
            change(row.bias, found.unit, half_width=(row.bias_high - row.bias_low) / 2.0),
            f"{100.0 * row.coverage:.0f} %",
            f"{100.0 * row.power:.0f} %",
            "–" if row.weeks is None else str(row.weeks),
            row.verdict,
        )
    show._console(120).print(grid)
    print("\n" + "\n".join(rehearsal.sentences(found.facts())))
    if found.folder is not None:
        chart = drawn(found.folder, "rehearsal", lambda width: rehearsal.draw(found.facts(), width))
        print(f"\nRehearsal: {found.folder}/rehearsal.csv, and its chart: {chart}")


def drawn(folder: Path, name: str, draw: Callable[[float], Any]) -> Path:
    """Draw a chart into the folder, and write the page again where there is a comparison to show it on."""
    from sim.experiment import store
    from sim.report import canvas, page

    (folder / "charts").mkdir(exist_ok=True)
    picture = folder / "charts" / f"{name}.png"
    store.write_bytes(picture, canvas.png(draw(canvas.WIDE)))
    return page.write(folder) if (folder / "comparison.csv").is_file() else picture


def _designs(key: str, value: str) -> list[str]:
    return text(key, value).strip("[]").split(",")


_READERS: dict[str, Callable[[str, str], Any]] = {"weeks": whole_number, "designs": _designs}
