"""From the parameters of a case (`model` in cases.json) to a scenario: one function a family, no case by name.

`python -m tests.validation.translate` writes `scenarios/*.yaml`; a test holds the files to what is written here.
Cases without a unit of time get one of ten seconds. How long a run is, and how long its warm-up, stands in plan.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import yaml

from tests.validation import centres, days, one_line, pools
from tests.validation.laws import Data

FOLDER = Path(__file__).parent / "scenarios"
CLOCK = re.compile(r"\d+:\d\d")

FAMILIES: dict[str, Callable[[str, Data, Data], Data]] = {
    "loss": one_line.markovian,
    "MMn": one_line.markovian,
    "MM1": one_line.markovian,
    "MMn+G": one_line.markovian,
    "MMnK+M": one_line.markovian,
    "MG1": one_line.general_service,
    "MGn": one_line.general_service,
    "MDn": one_line.general_service,
    "MG1-prio": pools.classes,
    "MMn-prio": pools.classes,
    "V-model": pools.classes,
    "N-model": pools.n_model,
    "network": pools.tandem,
    "MM1-retrial": one_line.orbit,
    "MMnn-retrial": one_line.orbit,
    "inverted-V": pools.pools,
    "inverted-V+resolution": pools.resolving_pools,
    "MMn+M+redial": one_line.redial,
    "MtGinf": days.endless,
    "MtMn+M": days.from_empty,
    "terminating MMn": days.working_day,
    "terminating multi-period": days.busy_days,
    "terminating multi-skill": centres.three_types,
    "two-tier": days.urgent_care,
    "GGn+G": one_line.general,
}
BY_SOURCE = {"savings": centres.bank, "English": centres.bilingual}  # two weekly centres share a type


def translate(title: str, model: Data, plan: Data) -> Data:
    """The scenario of a case, or of one of its variants."""
    family = BY_SOURCE[model["types"][0]] if model["type"] == "weekly" else FAMILIES[model["type"]]
    return family(title, model, plan)


def text(name: str, source: str, data: Data) -> str:
    """A scenario file: a line on where it comes from, then the data."""
    head = f"# Case {name} of tests/cases.json: {source}.\n# Written by `python -m tests.validation.translate`.\n"
    return head + yaml.dump(
        data, Dumper=_Quoting, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
    )


class _Quoting(yaml.SafeDumper):
    """Clock times in quotes, always: YAML 1.1 reads `00:00` as a number. Short lists and maps on one line."""


def _quoted(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if CLOCK.match(value) else None)


_Quoting.add_representer(str, _quoted)


def main() -> None:
    """Write all scenario files anew."""
    from tests.validation import renewals
    from tests.validation.cases import plans

    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.yaml"):
        old.unlink()
    for run in plans():
        run.path.write_text(run.text())
        if "trace" in run.plan:
            renewals.write(run, run.path.with_name(run.plan["trace"]), 0, renewals.SHORT)


if __name__ == "__main__":
    main()
