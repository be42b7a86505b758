"""Where scenario, experiment and CSV files live: shipped names, paths, and the folders of the user.

A name such as `billing_day` is looked up in `scenario/` or `experiment/` of the shipped scenarios (and of a
folder the caller adds); anything with a slash or ending in `.yaml` is a path. CSV files are looked up
beside the file that names them, then in a `data` folder beside it or beside its folder, then among the
shipped data.
"""

from __future__ import annotations

import importlib.resources
import re
from dataclasses import dataclass
from pathlib import Path

from sim.config.suggest import nearest
from sim.errors import UsageError

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """A file, the name it is known by, and the folders its CSV files may be in."""

    name: str
    path: Path
    data: tuple[Path, ...]

    def table(self, file: str) -> Path | None:
        """The CSV file of this bare name, or None."""
        return next((folder / file for folder in self.data if (folder / file).is_file()), None)

    def escapes(self, table: Path) -> bool:
        """Whether the CSV file is a link to somewhere outside the folders that hold data (shipped ones are trusted)."""
        real = table.resolve()
        inside = any(real.is_relative_to(folder.resolve()) for folder in self.data)
        return not inside and table.parent != shipped() / "data"

    def tables(self) -> list[str]:
        """Names of all CSV files that could be meant."""
        return sorted({path.name for folder in self.data for path in folder.glob("*.csv")})


def shipped() -> Path:
    """The folder of the shipped scenarios, in a checkout and when installed."""
    beside = Path(__file__).resolve().parents[2] / "scenarios"
    if beside.is_dir():
        return beside
    try:
        return Path(str(importlib.resources.files("sim.scenarios")))
    except ModuleNotFoundError:
        return beside


def names(group: str, folder: Path | None = None) -> list[str]:
    """Names of all scenarios (`group` "scenario") or experiments that can be written without a path."""
    return sorted({path.stem for place in _places(group, folder) for path in place.glob("*.yaml")})


def find(name_or_path: str, group: str, folder: Path | None = None) -> Found:
    """The file meant by a name or a path; raises UsageError with the nearest name, opens nothing."""
    text = str(name_or_path)
    if text.endswith((".yaml", ".yml")) or "/" in text or "\\" in text:
        return _by_path(Path(text), group)
    if FILE_NAME.fullmatch(text) is None:
        raise UsageError(f"{group} {text!r}: a name holds letters, digits, _ and -; write a path to a .yaml file")
    for place in _places(group, folder):
        if (place / f"{text}.yaml").is_file():
            return _found(place / f"{text}.yaml")
    here = f"{text}.yaml"
    mend = nearest(text, names(group, folder)) or f"no {group} is there; write a path to a .yaml file"
    mend = f"for the file in this folder write {here}" if Path(here).is_file() else mend
    raise UsageError(f"{group} {text!r}: no {group} has this name; {mend}")


def _by_path(path: Path, group: str) -> Found:
    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(f"{group} {str(path)!r}: a {group} file ends in .yaml; write its whole name")
    if path.is_file():
        return _found(path)
    folder = path.parent
    if not folder.is_dir():
        raise UsageError(f"{group} {str(path)!r}: there is no folder {str(folder)!r}; check the path")
    beside = sorted(other.name for other in folder.glob("*.y*ml"))
    mend = nearest(path.name, beside) or "no YAML file is in that folder"
    raise UsageError(f"{group} {str(path)!r}: there is no such file; {mend}")


def _places(group: str, folder: Path | None) -> list[Path]:
    own = [] if folder is None else [folder, folder / group]
    return [*own, shipped() / group]


def _found(path: Path) -> Found:
    here = path.parent
    return Found(path.stem, path, (here, here / "data", here.parent / "data", shipped() / "data"))
