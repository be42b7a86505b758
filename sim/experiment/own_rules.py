"""Rules that somebody wrote outside this package: a Python file is code, and runs only where the command line names it.

`rules=my_rule.py` (or `sim.run(…, rules=["my_rule.py"])`) is the only way; no scenario can ask for it. What was loaded
is said on the terminal and in the manifest, with its SHA-256, which is part of the fingerprint. Workers get the text
itself, so it needs to lie on one machine only.
"""

from __future__ import annotations

import hashlib
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim import registry
from sim.errors import UsageError

LARGEST = 1_000_000
DIGEST = "CCSIM_SHA256"  # name in the module of a rule's file


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file of rules as it was when it was read."""

    path: str
    sha256: str
    source: str = field(repr=False)

    def told(self) -> str:
        """What is said of it wherever it was loaded."""
        return f"code was loaded: {self.path} (SHA-256 {self.sha256})"


def read(paths: Sequence[str]) -> tuple[RuleFile, ...]:
    """The files of these paths; raises UsageError for one that is no Python file. Nothing is run."""
    return tuple(_read(Path(path)) for path in dict.fromkeys(paths))


def enter(files: Sequence[RuleFile]) -> None:
    """Run each file once in this process, so that its rules are registered; raises UsageError where it fails."""
    for file in files:
        if _module(file) not in sys.modules:
            _enter(file)


def _read(path: Path) -> RuleFile:
    if path.suffix != ".py" or not path.is_file():
        raise UsageError(f"rules={path}: no Python file is there; write rules=FILE.py")
    content = path.read_bytes()
    if len(content) > LARGEST:
        raise UsageError(f"rules={path}: larger than {LARGEST} bytes; a rule is a short file")
    try:
        return RuleFile(str(path), hashlib.sha256(content).hexdigest(), content.decode("utf-8"))
    except UnicodeDecodeError:
        raise UsageError(f"rules={path}: not UTF-8 text; save the file as UTF-8") from None


def _module(file: RuleFile) -> str:
    return f"ccsim_rules_{file.sha256[:16]}"


def _enter(file: RuleFile) -> None:
    before = _known()
    module = types.ModuleType(_module(file))
    module.__file__ = file.path
    setattr(module, DIGEST, file.sha256)
    sys.modules[module.__name__] = module
    try:
        exec(compile(file.source, file.path, "exec"), module.__dict__)
    except Exception as error:
        del sys.modules[module.__name__]
        raise UsageError(f"rules={file.path}: {_where(error, file)}{type(error).__name__}: {error}") from error
    after = _known()
    changed = sorted(name for kind, name in before.keys() & after.keys() if before[kind, name] != after[kind, name])
    if changed:
        raise UsageError(f"rules={file.path}: {changed[0]!r} is the name of another rule; choose one of your own")
    if before == after:
        raise UsageError(
            f'rules={file.path}: it registers no rule; write @sim.register("router", "NAME") above its class'
        )


def _known() -> dict[tuple[str, str], object]:
    for kind in registry.PACKAGES:
        registry.names(kind)
    return {key: entry.build for key, entry in registry._entries.items()}


def _where(error: Exception, file: RuleFile) -> str:
    """The last line of the file that took part in the error."""
    line = error.lineno if isinstance(error, SyntaxError) else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file.path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"line {line}: " if line is not None else ""
