"""`SIM_PURE=1`: run this package from its Python sources alone, for a debugger, for coverage, or to check the compiled.

Python prefers a compiled module to the source beside it. The finder below comes before all others and looks for
sources only; of the modules that exist only compiled it says that there are none.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from types import ModuleType


class SourceFinder(MetaPathFinder):
    """Finds the modules of one package by their `.py` alone."""

    def __init__(self, package: str) -> None:
        self.package = package
        self._inside = f"{package}."
        self._compiled_only = f"{package}.ext."

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder.find_spec`; None leaves the search to Python's own finders."""
        if not fullname.startswith(self._inside):
            return None
        for folder in path or ():
            spec = FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(fullname)
            if spec is not None and spec.loader is not None:
                return spec
        if fullname.startswith(self._compiled_only):
            raise ModuleNotFoundError(f"{fullname} exists only compiled, and SIM_PURE is set", name=fullname)
        return None


def install(package: str) -> None:
    """Put the finder first; a second call changes nothing."""
    if not any(isinstance(finder, SourceFinder) and finder.package == package for finder in sys.meta_path):
        sys.meta_path.insert(0, SourceFinder(package))
