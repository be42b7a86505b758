"""`python -m sim`: the Hydra application. Hydra gives the grammar, sweeps and launchers; the meaning stays ours.

Scenario files never reach Hydra as files: our loader scans, reads and validates the files of every point of a sweep,
and only then their plain contents are put into Hydra's store, beside `config.yaml` and the engines. A job
hands its overrides to the same two actions that `ccsim` uses. Nothing is written before every point was
found valid.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sim import cli
from sim.command import actions
from sim.command.request import Request
from sim.errors import CcsimError, UsageError

_NONE = "none"  # an empty choice, as Hydra knows no null for a group on the command line
_GROUPS = ("scenario", "experiment")
_FILES_OF_ONES_OWN = (
    "--config-path",
    "-cp",
    "--config-name",
    "-cn",
    "--config-dir",
    "-cd",
    "--experimental-rerun",
)


def main() -> int:
    """Entry point; returns the exit code (0 done, 1 failed, 2 a wrong file or argument, 130 interrupted)."""
    return cli.guarded(lambda: _main(sys.argv[1:]))


def _main(argv: Sequence[str]) -> int:
    _refuse_files(argv)
    flags, words = _split(argv)
    multirun = bool({"-m", "--multirun"} & set(flags)) or "hydra.mode=MULTIRUN" in words
    parsed = _parsed(words)
    points = _points(parsed) if multirun else [words]
    defaults = _store_own()
    requests = [_request(point, defaults) for point in points]
    for request in requests:
        request.check()
    aliases = _store_named(requests, defaults)
    return _hydra(flags, _renamed(parsed, aliases, requests), aliases, defaults, len(points))


# --- before Hydra ----------------------------------------------------------------------------------------------------


def _refuse_files(argv: Sequence[str]) -> None:
    for word in argv:
        if word.split("=", 1)[0] in _FILES_OF_ONES_OWN:
            raise UsageError(f"{word}: configuration files of one's own are not read; write scenario=PATH.yaml")


def _split(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Hydra's flags (with the value of those that take one), and `key=value` words."""
    from hydra._internal.utils import get_args_parser

    known = get_args_parser()
    words: list[str] = known.parse_args(list(argv)).overrides
    return [word for word in argv if word not in words], words


def _parsed(words: Sequence[str]) -> list[Any]:
    """The words read by Hydra's grammar; its complaints become UsageError."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        return list(OverridesParser.create().parse_overrides(list(words)))
    except HydraException as error:
        raise UsageError(str(error).split("\nSee ")[0]) from None


def _points(parsed: Sequence[Any]) -> list[list[str]]:
    """The words of every point of a sweep, in the order in which Hydra's basic sweeper runs them."""
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
    from hydra.errors import HydraException

    try:
        return [point for batch in BasicSweeper.split_arguments(list(parsed), None) for point in batch]
    except HydraException as error:
        raise UsageError(str(error)) from None


def _store_own() -> dict[str, Any]:
    """Put `config.yaml` and the engines into Hydra's store; returns the defaults that config.yaml chooses."""
    from hydra.core.config_store import ConfigStore
    from omegaconf import OmegaConf

    from sim.config.files import shipped

    store = ConfigStore.instance()
    config: Any = OmegaConf.to_container(OmegaConf.load(shipped() / "config.yaml"), resolve=False)
    store.store("config", config)
    for path in sorted((shipped() / "engine").glob("*.yaml")):
        store.store(path.stem, OmegaConf.load(path), group="engine")
    return {key: value for entry in config["defaults"] if isinstance(entry, dict) for key, value in entry.items()}


def _request(words: Sequence[str], defaults: dict[str, Any]) -> Request:
    """What one point asks for; without a scenario, the experiment of config.yaml."""
    request = Request.read([word for word in words if not _of_hydra(word) and word != f"experiment={_NONE}"])
    if request.scenario is None and request.experiment is None:
        request = replace(request, experiment=defaults["experiment"])
    if request.scenario is not None and request.experiment is not None:
        raise UsageError("scenario= and experiment= exclude each other; name one of them")
    return request


def _of_hydra(word: str) -> bool:
    return word.lstrip("+~").startswith(("hydra.", "hydra/"))


def _store_named(requests: Sequence[Request], defaults: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Put each chosen scenario and experiment into Hydra's store, at the root; returns the names they go by there."""
    from hydra.core.config_store import ConfigStore

    from sim.config.files import names

    aliases: dict[tuple[str, str], str] = {}
    for group in _GROUPS:
        for name in {*names(group), defaults[group], _NONE} - {None}:
            ConfigStore.instance().store(name, {}, group=group, package="_global_")
        for request in requests:
            name = getattr(request, group)
            if name is not None and (group, name) not in aliases:
                alias = name if name in names(group) else f"file_{len(aliases)}"
                ConfigStore.instance().store(alias, _sections(group, name), group=group, package="_global_")
                aliases[group, name] = alias
    return aliases


def _sections(group: str, name: str) -> dict[str, Any]:
    """The sections of a scenario file; for an experiment those of its base, and its own that do not clash."""
    from sim.config import files
    from sim.config.load import load_experiment
    from sim.experiment.plan import OF_EXPERIMENT

    if group == "scenario":
        return _plain(files.find(name, group))
    own = _plain(files.find(name, group))
    base = next(iter(load_experiment(name).arms.values())).source
    chosen = {key: value for key, value in own.items() if key in OF_EXPERIMENT}
    return _plain(files.find(base, "scenario")) | chosen


def _plain(found: Any) -> dict[str, Any]:
    """Plain data of a file that was loaded before, with `intent_defaults` merged as the loader merges them."""
    from sim.config.load import sections

    return sections(found)


def _renamed(parsed: Sequence[Any], aliases: dict[tuple[str, str], str], requests: Sequence[Request]) -> list[str]:
    """The words for Hydra: files by the names they have in the store, and no experiment beside a scenario."""
    words = []
    for override in parsed:
        key = override.key_or_group
        if key not in _GROUPS:
            words.append(override.input_line)
            continue
        names = dict.fromkeys(getattr(request, key) for request in requests)
        words.append(f"{key}={','.join(aliases.get((key, name), _NONE) for name in names)}")
    named = {override.key_or_group for override in parsed}
    return [*words, f"experiment={_NONE}"] if "scenario" in named and "experiment" not in named else words


# --- under Hydra -----------------------------------------------------------------------------------------------------


def _hydra(
    flags: Sequence[str],
    words: Sequence[str],
    aliases: dict[tuple[str, str], str],
    defaults: dict[str, Any],
    points: int,
) -> int:
    """Hand over to Hydra; the exit code is that of the worst job, or 2 when Hydra refuses before any."""
    import hydra
    from hydra.errors import CompactHydraException

    codes: list[int] = []
    here = os.getpid()
    names = {(group, alias): name for (group, name), alias in aliases.items()}

    def job(_config: Any) -> None:
        from hydra.core.hydra_config import HydraConfig

        overrides = [_original(word, names) for word in HydraConfig.get().overrides.task]
        if points > 1:
            print(f"point {len(codes) + 1} of {points}: {' '.join(overrides)}", flush=True)
        codes.append(cli.guarded(lambda: _act(_request(overrides, defaults))))
        if codes[-1] == cli.INTERRUPTED:
            raise SystemExit(cli.INTERRUPTED)
        if codes[-1] != cli.DONE and os.getpid() != here:  # a launcher's process: only an error is heard of
            raise CcsimError(f"point failed: {' '.join(overrides)}")

    sys.argv = [sys.argv[0], *flags, *words]
    try:
        hydra.main(version_base="1.3", config_path=None, config_name="config")(job)()
    except SystemExit as end:
        if end.code not in (None, 0) and not codes:
            return cli.FAILED if any(word.startswith("hydra/launcher=") for word in words) else cli.WRONG
    except CompactHydraException as refused:  # raised, not printed, under a debugger and with HYDRA_FULL_ERROR=1
        raise UsageError(str(refused)) from refused
    return max(codes, default=cli.DONE)


def _act(request: Request) -> int:
    return actions.run_scenario(request) if request.scenario is not None else actions.compare_experiment(request)


def _original(word: str, names: dict[tuple[str, str], str]) -> str:
    """The word with the name or path that was typed, where Hydra knows the file by another name."""
    key, _equals, value = word.partition("=")
    return f"{key}={names[key, value]}" if (key, value) in names else word


if __name__ == "__main__":
    sys.exit(main())
