"""`ccsim robust`: does the difference survive where inputs are not what the scenario says?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.command import rehearsing
from sim.command.request import Request, of_experiment, parted, text, whole_number


def robust_experiment(words: Sequence[str]) -> int:
    """Draw worlds, print on which share of them the arm wins and what matters, and write the report again."""
    from sim.experiment.robust import run
    from sim.report import robustness

    own, rest = parted(words, ("worlds", "arm"))
    asked = Request.read(rest)
    experiment = of_experiment(
        asked, "robust needs an experiment with two arms", "robust keeps no contact records; leave it out"
    )
    found = run.robust(
        experiment,
        whole_number("worlds", own["worlds"]) if "worlds" in own else run.WORLDS,
        run.REPLICATIONS if asked.replications is None else asked.replications,
        asked.seed,
        asked.engine,
        arm=None if "arm" not in own else text("arm", own["arm"]),
        workers=asked.workers,
        results=asked.results,
        overrides=asked.overrides,
    )
    print("\n".join(robustness.sentences(found.facts())))
    if found.folder is not None:
        print(f"\nWorlds: {found.folder}/robustness.csv, and the chart: {_drawn(found.folder)}")
    return 0


def _drawn(folder: Path) -> Path:
    from sim.report import robustness

    facts = robustness.read(folder)
    assert facts is not None
    return rehearsing.drawn(folder, "robustness", lambda width: robustness.draw(facts, width))
