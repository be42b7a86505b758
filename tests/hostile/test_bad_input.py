# ruff: noqa: E501 (one mistake a row reads best on one line)
"""Whoever puts in a wrong file is told which line to change: where, what was read, which rule, and the mend.

Each row of the tables below is one mistake made in a scenario that is otherwise right.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.config.load import load, load_experiment
from sim.errors import CcsimError, Problem, ScenarioError, UsageError

GOOD = """\
title: A small centre
calendar:
  start: "2024-01-01T08:00"
  length: "8 h"
  warmup: "1 h"
segments:
  private: {share: 0.7}
  business: {share: 0.3}
channels:
  voice: {takes: whole}
  chat: {takes: slot}
intent_defaults:
  channel: voice
  patience: {law: exponential, mean: "3 min"}
intents:
  billing:
    arrivals: {kind: constant, per_hour: 60}
    path:
      front: {talk: {law: lognormal, mean: "5 min", cv: 0.8}}
      expert: {talk: {law: gamma, mean: "9 min", cv: 0.5}}
  sales:
    arrivals: {kind: profile, file: day.csv, column: sales}
    path:
      front: {talk: {law: empirical, file: calls.csv, column: seconds}}
queues:
  front: {tier: 1, skills: [billing], overflow: {after: "2 min", to: expert}}
  expert: {tier: 2, skills: [billing, disputes]}
staff:
  shifts:
    early: {start: "07:00", end: "15:30", breaks: [{at: "10:00", length: "15 min"}]}
    night: {start: "22:00", end: "06:00+1", breaks: [{at: "02:00", length: "30 min"}]}
  groups:
    team: {tier: 1, skills: {billing: 1.0}, count: 10, shift: early}
    experts: {tier: 2, skills: {billing: 1.0, disputes: 1.1}, count: 3}
"""

TABLES = {
    "day.csv": "start,sales\n08:00,10\n08:30,12.5\n09:00,11\n",
    "calls.csv": "id,seconds\n007,61.5\nNA,90\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with the good scenario's tables; whatever the test does, no file may appear or change in it."""
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    yield tmp_path


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(folder: Path, content: str | bytes, overrides: tuple[str, ...] = ()) -> CcsimError:
    """The error that loading this text ends in; nothing is written on the way."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    (folder / "demo.yaml").write_bytes(data)
    before = snapshot(folder)
    with pytest.raises((ScenarioError, UsageError)) as caught:
        load(str(folder / "demo.yaml"), overrides)
    assert snapshot(folder) == before
    return caught.value


def check_problem(problem: Problem) -> None:
    """Every problem says where, which rule and what to do, in words without the validator's jargon."""
    assert problem.path
    assert problem.rule
    assert problem.mend, f"no mend: {problem}"
    for jargon in ("pydantic", "Input should", "input_value", "type=", "validation error", "Traceback", "NoneType"):
        assert jargon not in str(problem)


def line_of(text: str, fragment: str) -> int:
    return text[: text.index(fragment)].count("\n") + 1


def test_the_scenario_all_mistakes_are_made_in_is_right(folder: Path) -> None:
    (folder / "demo.yaml").write_text(GOOD, encoding="utf-8")
    assert load(str(folder / "demo.yaml")).name == "demo"


# old text, new text, where the problem is, and what the message must say
EDITS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "misspelt section": ("queues:\n", "queuse:\n", "queuse", ("unknown key", "did you mean 'queues'")),
    "misspelt key": ("tier: 2, skills: [bil", "teir: 2, skills: [bil", "queues.expert.teir", ("did you mean 'tier'",)),
    "misspelt key in a law": ('"9 min", cv', '"9 min", vc', "talk.vc", ("unknown key", "'cv'")),
    "key of another law": ("cv: 0.5", "cv: 0.5, mode: 3", "talk.mode", ("unknown key", "known: law, mean, cv")),
    "missing section": ("  length: \"8 h\"\n", "", "calendar.length", ("missing", "add a line `length: …`")),
    "missing key": ("{takes: slot}", "{takes: slot, slowdown: 1}", "channels.chat.slowdown", ("a list belongs here",)),
    "negative rate": ("per_hour: 60", "per_hour: -60", "intents.billing.arrivals.per_hour", ("at least 0", "-60")),
    "rate in quotes": ("per_hour: 60", 'per_hour: "60"', "arrivals.per_hour", ("a number belongs", "without quotes")),
    "rate NaN": ("per_hour: 60", "per_hour: .nan", "arrivals.per_hour", (".nan", "digits")),
    "rate infinite": ("per_hour: 60", "per_hour: .inf", "arrivals.per_hour", ("finite", ".inf")),
    "rate as text": ("per_hour: 60", "per_hour: many", "arrivals.per_hour", ("a number belongs here", "many")),
    "empty value": ("per_hour: 60", "per_hour: ", "arrivals.per_hour", ("there is nothing here",)),
    "clock without quotes": ('at: "10:00"', "at: 12:30", "breaks[0].at", ("12:30 without quotes as 750", 'quotes: "12:30"')),
    "number like a clock": ("per_hour: 60", "per_hour: 1:30", "per_hour", ("without quotes as 90",)),
    "no as a number": ("count: 10", "count: no", "team.count", ("YAML reads no without quotes as false", '"no"')),
    "yes as a number": ("count: 10", "count: yes", "team.count", ("YAML reads yes without quotes as true",)),
    "no as a name": ("channel: voice", "channel: no", "intent_defaults.channel", ("YAML reads no without quotes",)),
    "no as a key": ("  chat: {", "  no: {", "channels.no", ("YAML reads it as False", "begins with a letter")),
    "number as a key": ("  chat: {", "  12: {", "channels.12", ("cannot look like a number", "YAML reads it as 12")),
    "null as a key": ("  chat: {", "  null: {", "channels.null", ("YAML reads it as None",)),
    "dot in a name": ("  chat: {", "  live.chat: {", "live.chat", ("cannot be a name", "rename it")),
    "leading zero": ("count: 10", "count: 010", "team.count", ("leading zero", "write 10")),
    "half a head": ("count: 10", "count: 2.5", "team.count", ("a whole number", "2.5")),
    "negative heads": ("count: 10", "count: -1", "team.count", ("at least 0",)),
    "duration without unit": ('mean: "5 min"', "mean: 5", "talk.mean", ("without a unit", '"6 min"')),
    "text without unit": ('mean: "5 min"', 'mean: "5"', "talk.mean", ("without a unit", '"5 s" or "5 min"')),
    "unknown unit": ('mean: "5 min"', 'mean: "5 mins."', "talk.mean", ("not a duration",)),
    "misspelt unit": ('mean: "5 min"', 'mean: "5 mni"', "talk.mean", ("unknown unit", 'did you mean "5 min"')),
    "ambiguous unit": ('mean: "5 min"', 'mean: "5 m"', "talk.mean", ("minutes or months",)),
    "decimal comma": ('mean: "5 min"', 'mean: "5,5 min"', "talk.mean", ('"5.5 min"',)),
    "negative duration": ('mean: "5 min"', 'mean: "-5 min"', "talk.mean", ("cannot be negative",)),
    "no length": ('length: "8 h"', 'length: "0 h"', "calendar.length", ("greater than 0",)),
    "start with a zone": ("08:00", "08:00Z", "calendar.start", ("without a time zone",)),
    "start on no such day": ("2024-01-01", "2024-02-30", "calendar.start", ("no such date",)),
    "start without time": ("2024-01-01T08:00", "2024-01-01", "calendar.start", ("not a local date and time",)),
    "warm-up too long": ('"1 h"', '"8 h"', "calendar.warmup", ("nothing is left to measure",)),
    "interval too long": ('warmup: "1 h"', 'interval: "9 h"', "calendar.interval", ("longer than the scenario",)),
    "shares above one": ("share: 0.3", "share: 0.4", "segments", ("sum to 1.1", "sum to 1")),
    "share above one": ("share: 0.3", "share: 1.3", "segments.business.share", ("at most 1",)),
    "share NaN": ("share: 0.3", "share: .nan", "segments.business.share", ("finite", ".nan")),
    "bias infinite": ("staff:\n", "quality: {survey: {bias: .inf}}\nstaff:\n", "survey.bias", ("finite", ".inf")),
    "share in per cent": ("share: 0.3", "share: 30%", "segments.business.share", ("a number belongs", "30%")),
    "unknown channel": ("channel: voice", "channel: voise", "channel", ("no channel", "did you mean 'voice'")),
    "unknown queue on a path": ("      expert:", "      expret:", "path.expret", ("no queue", "did you mean 'expert'")),
    "two queues of a tier": ("expert: {tier: 2", "expert: {tier: 1", "path.expert", ("tier 1 stands twice", "front")),
    "empty path": ("path:\n      front: {talk: {law: empirical, file: calls.csv, column: seconds}}", "path: {}", "sales.path", ("at least 1 entry",)),
    "unknown law": ("law: gamma", "law: gama", "talk", ("unknown law 'gama'", "did you mean 'gamma'")),
    "no law": ("law: gamma, ", "", "talk", ("which law", "exponential")),
    "impossible law": ("cv: 0.5", "cv: 50", "talk", ("not a possible law", "cv")),
    "law as text": ("{law: exponential, mean: \"3 min\"}", "3 min", "patience", ("a block of keys belongs here",)),
    "weights": ("{law: gamma, mean: \"9 min\", cv: 0.5}", "{law: hyperexponential, parts: [{weight: 0.5, mean: 1 s}]}", "talk.parts", ("weights sum to 0.5",)),
    "unknown kind": ("kind: constant", "kind: constnat", "arrivals", ("unknown kind", "did you mean 'constant'")),
    "unknown choice": ("takes: slot", "takes: slots", "channels.chat.takes", ("not one of the choices", "'slot'")),
    "unknown overflow": ("to: expert", "to: experts", "overflow.to", ("no queue", "did you mean 'expert'")),
    "overflow circle": ("[billing, disputes]}", "[billing], overflow: {after: 1 s, to: expert}}", "overflow.to", ("in a circle", "expert > expert")),
    "overflow down": ("[billing, disputes]}", "[billing], overflow: {after: 1 s, to: front}}", "queues.expert.overflow.to", ("goes down",)),
    "skill nobody has": ("[billing, disputes]", "[billing, dispute]", "skills[1]", ("nobody serves queue expert", "did you mean 'disputes'")),
    "skills nobody has together": ("skills: {billing: 1.0, disputes: 1.1}, count: 3}", "skills: {billing: 1}, count: 3}\n    b: {tier: 2, skills: {disputes: 1}, count: 1}", "queues.expert.skills", ("has all of its skills",)),
    "tier nobody has": ("experts: {tier: 2", "experts: {tier: 3", "queues.expert", ("no agent of tier 2", "add a group")),
    "nobody hired": ("count: 3", "count: 0", "queues.expert", ("no agent of tier 2",)),
    "tier four": ("experts: {tier: 2", "experts: {tier: 4", "experts.tier", ("at most 3",)),
    "unknown shift": ("shift: early", "shift: erly", "team.shift", ("no shift", "did you mean 'early'")),
    "shift ends before it starts": ('end: "06:00+1"', 'end: "06:00"', "shifts.night.end", ("not after the start", '"06:00+1"')),
    "shift starts tomorrow": ('start: "22:00", end: "06:00+1"', 'start: "22:00+1", end: "23:00+1"', "night.start", ("its own day",)),
    "break outside": ('at: "10:00"', 'at: "15:20"', "shifts.early.breaks[0]", ("not inside the shift",)),
    "breaks overlap": ('breaks: [{at: "10:00", length: "15 min"}]', 'breaks: [{at: "10:00", length: "15 min"}, {at: "10:10", length: "15 min"}]', "breaks[1]", ("overlap",)),
    "count and plan": ("count: 3", "count: 3, plan: {rule: target}", "groups.experts", ("both `count` and `plan`",)),
    "neither count nor plan": (", count: 3", "", "groups.experts", ("needs `count` or `plan`",)),
    "unknown weekday": ('end: "15:30"', 'end: "15:30", days: [mon, thur]', "early.days[1]", ("not one of the choices", "'thu'")),
    "bot without a bot": ("  sales:\n", "  sales:\n    bot: {containment: 0.4}\n", "intents.sales.bot", ("the scenario has none",)),
    "unknown supervisor queue": ("staff:\n", "escalation: {supervisor: {queue: frnt, step: {talk: {law: deterministic, value: 1 s}}}}\nstaff:\n", "escalation.supervisor.queue", ("did you mean 'front'",)),
    "unknown router": ("staff:\n", "routing: {rule: longest_idel}\nstaff:\n", "routing.rule", ("no router", "did you mean 'longest_idle'")),
    "wrong rule parameter": ("staff:\n", "routing: {rule: longest_idle, params: {depth: 3}}\nstaff:\n", "routing.params.depth", ("unknown key",)),
    "rule without its name": ("staff:\n", "routing: {params: {}}\nstaff:\n", "routing.rule", ("missing",)),
    "unknown escalation rule": ("staff:\n", "escalation: {rule: {rule: nevr}}\nstaff:\n", "escalation.rule.rule", ("'never'",)),
    "missing file": ("file: day.csv", "file: dya.csv", "arrivals.file", ("no such CSV file", "did you mean 'day.csv'")),
    "missing column": ("column: sales", "column: sale", "arrivals.column", ("no such column", "did you mean 'sales'")),
    "file above the folder": ("file: day.csv", "file: ../day.csv", "arrivals.file", ("without folders",)),
    "absolute file": ("file: day.csv", "file: /etc/passwd", "arrivals.file", ("without folders", "bare name")),
    "not a CSV": ("file: day.csv", "file: day.xlsx", "arrivals.file", ("a CSV file is named",)),
    "duplicate key": ("  expert: {tier", "  front: {tier", "queues.front", ("the key stands twice", "keep one")),
    "merge key": ("title:", "<<: {a: 1}\ntitle:", "", ("merge keys are not read",)),
    "tab": ("  shifts:", "\tshifts:", "", ("not valid YAML", "never with tabs")),
    "bad indentation": ("  groups:", "   groups:", "", ("not valid YAML", "indentation")),
    "open quote": ('length: "8 h"', 'length: "8 h', "", ("not valid YAML",)),
    "colon in a text": ("title: A small", "title: A: small", "", ("not valid YAML", "quotes around")),
    "tag": ("per_hour: 60", "per_hour: !!python/object/apply:os.system [ls]", "", ("tags are not read",)),
    "own tag": ("per_hour: 60", "per_hour: !int 60", "", ("tags are not read",)),
    "_target_": ("  voice: {", "  voice: {_target_: os.system, ", "", ("would build an object", "_target_")),
    "hydra key": ("title:", "hydra: {run: {dir: /tmp}}\ntitle:", "", ("the program's own configuration", "hydra")),
    "defaults list": ("title:", "defaults: [other]\ntitle:", "", ("the program's own configuration",)),
    "override of hydra": ("title:", "override hydra/launcher: x\ntitle:", "", ("problem",)),
    "package line": ("title:", "# @package _global_\ntitle:", "", ("package line", "take the line out")),
    "environment": ("title: A", "title: ${oc.env:HOME} A", "", ("interpolations", "write the value itself")),
    "interpolation": ("title: A", "title: ${calendar.start} A", "", ("interpolations",)),
    "undefined alias": ("count: 10", "count: *ten", "", ("alias",)),
    "second document": ("staff:\n", "---\nstaff:\n", "", ("second document", "one document a file")),
    "NUL character": ("title: A", "title: A\0", "", ("not valid YAML", "control character")),
    "defaults as a list": ("intent_defaults:\n  channel: voice\n", "intent_defaults: [a]\nx:\n", "intent_defaults", ("a block of keys",)),
    "misspelt default": ("intent_defaults:\n  channel", "intent_defaults:\n  chanel", "intent_defaults.chanel", ("did you mean 'channel'",)),
    "default refused once": ('"3 min"', '"3"', "intent_defaults.patience.mean", ("1 problem", "without a unit")),
}  # fmt: skip


@pytest.mark.parametrize("case", EDITS)
def test_a_mistake_is_answered_with_its_place_its_rule_and_its_mend(case: str, folder: Path) -> None:
    old, new, path, said = EDITS[case]
    assert GOOD.count(old) >= 1, "the table does not fit the scenario"
    error = refusal(folder, GOOD.replace(old, new, 1))
    assert isinstance(error, ScenarioError)
    for problem in error.problems:
        check_problem(problem)
    assert "demo.yaml:" in str(error)
    assert any(path in problem.path for problem in error.problems), str(error)
    for words in said:
        assert words in str(error), str(error)


# Noticed where it stops making sense, or at the other of two places that do not fit.
ELSEWHERE = (
    *("tab", "open quote", "bad indentation", "duplicate key"),
    *("unknown channel", "skill nobody has", "nobody hired", "tier nobody has"),
)
ONE_LINE = [case for case in EDITS if "\n" not in EDITS[case][0] + EDITS[case][1] and case not in ELSEWHERE]


@pytest.mark.parametrize("case", ONE_LINE)
def test_the_line_named_is_the_line_to_change(case: str, folder: Path) -> None:
    old, new, _, _ = EDITS[case]
    expected = line_of(GOOD, old)
    error = refusal(folder, GOOD.replace(old, new, 1))
    lines = {int(p.path.split(":")[1]) for p in error.problems}  # type: ignore[attr-defined]
    relevant = {"shares above one": 6, "two queues of a tier": line_of(GOOD, "      expert:")}
    assert relevant.get(case, expected) in lines, str(error)


FILES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty file": (b"", ("empty", "title")),
    "only a comment": (b"# nothing\n", ("empty",)),
    "a list": (b"- a\n- b\n", ("not a mapping",)),
    "a text": (b"hello\n", ("not a mapping",)),
    "a number": (b"42\n", ("not a mapping",)),
    "not UTF-8": (b"title: caf\xe9\n", ("not UTF-8", "save the file as UTF-8")),
    "UTF-16": (GOOD.encode("utf-16"), ("UTF-8",)),
    "binary": (bytes(range(256)), ("problem",)),
    "a huge file": (b"title: " + b"x" * 1_000_001, ("at most 1000000 bytes", "CSV")),
    "deep nesting": (b"a: " + b"[" * 5000 + b"]" * 5000, ("nested deeper",)),
    "deep blocks": (b"".join(b" " * n + b"a:\n" for n in range(200)), ("nested deeper",)),
    "an alias bomb": (
        b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 9)),
        ("aliases and all", "100000"),
    ),
    "an alias of itself": (b"a: &a [*a]\n", ("an alias that holds itself",)),
    "keys that are lists": (b"? [a, b]\n: c\n", ("a key must be a plain word",)),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_a_scenario_is_refused(case: str, folder: Path) -> None:
    content, said = FILES[case]
    error = refusal(folder, content)
    assert isinstance(error, ScenarioError)
    for problem in error.problems:
        check_problem(problem)
    for words in said:
        assert words in str(error)


# file, its content, and what the message must say
CSVS: dict[str, tuple[str, bytes, tuple[str, ...]]] = {
    "empty": ("day.csv", b"", ("day.csv", "empty")),
    "no start column": ("day.csv", b"time,sales\n08:00,1\n", ("no column `start`",)),
    "text in a number column": ("day.csv", b"start,sales\n08:00,1\n08:30,NA\n", ("day.csv:3: sales", "'NA'", "empty")),
    "decimal comma": ("day.csv", b'start,sales\n08:00,"1,5"\n08:30,2\n', ("day.csv:2: sales", "write 1.5")),
    "thousands": ("day.csv", b'start,sales\n08:00,"1,500.0"\n08:30,2\n', ("day.csv:2: sales", "thousands")),
    "underscore": ("day.csv", b"start,sales\n08:00,1_000\n08:30,2\n", ("day.csv:2: sales", "not a number")),
    "infinite": ("day.csv", b"start,sales\n08:00,inf\n08:30,2\n", ("day.csv:2: sales", "not a number")),
    "negative": ("day.csv", b"start,sales\n08:00,-1\n08:30,2\n", ("day.csv:2: sales", "cannot be negative")),
    "uneven starts": ("day.csv", b"start,sales\n08:00,1\n08:30,2\n09:30,2\n", ("day.csv:4: start", "by 30 min")),
    "starts fall": ("day.csv", b"start,sales\n08:30,1\n08:00,2\n", ("day.csv:3: start", "must rise")),
    "bad clock": ("day.csv", b"start,sales\n8.00,1\n08:30,2\n", ("day.csv:2: start", "not a clock time")),
    "one row": ("day.csv", b"start,sales\n08:00,1\n", ("at least two rows",)),
    "two days": ("day.csv", b"start,sales\n00:00,1\n18:00,1\n12:00+1,2\n", ("longer than a day",)),
    "ragged": ("day.csv", b"start,sales\n08:00,1,2\n08:30\n", ("day.csv:2", "day.csv:3", "names 2 columns")),
    "column twice": ("day.csv", b"start,sales,sales\n08:00,1,1\n", ("two columns have this name",)),
    "column without name": ("day.csv", b"start,,sales\n08:00,1,1\n", ("column 2 has no name",)),
    "tabs": ("day.csv", b"start\tsales\n08:00\t1\n", ("separated by tabs", "CSV UTF-8")),
    "UTF-16": ("day.csv", "start,sales\n".encode("utf-16"), ("UTF-16", "CSV UTF-8")),
    "Latin-1": ("day.csv", b"start,sales\n08:00,\xe9\n", ("day.csv:2", "not UTF-8")),
    "a workbook": ("day.csv", b"PK\x03\x04", ("an Excel workbook",)),
    "NUL": ("day.csv", b"start,sales\n08:00,\x001\n", ("NUL",)),
    "open quote": ("day.csv", b'start,sales\n08:00,"1\n', ("not valid CSV",)),
    "negative duration": ("calls.csv", b"id,seconds\n1,-5\n", ("not a possible law", "empirical")),
    "no durations": ("calls.csv", b"id,seconds\n", ("not a possible law", "empty")),
}


@pytest.mark.parametrize("case", CSVS)
def test_a_wrong_table_is_answered_with_its_line(case: str, folder: Path) -> None:
    file, content, said = CSVS[case]
    (folder / file).write_bytes(content)
    error = refusal(folder, GOOD)
    assert isinstance(error, ScenarioError)
    for problem in error.problems:
        check_problem(problem)
    for words in said:
        assert words in str(error), str(error)


def test_a_centre_in_which_nobody_works_is_refused() -> None:
    with pytest.raises(ScenarioError, match="nobody works here"):
        load("single_queue", ["staff.groups.agents.count=0"])


def test_all_problems_of_a_file_come_at_once(folder: Path) -> None:
    text = (
        GOOD.replace("per_hour: 60", "per_hour: -60")
        .replace("count: 10", "count: no")
        .replace("share: 0.3", "share: 3")
    )
    error = refusal(folder, text)
    assert "3 problems" in str(error)
    text = GOOD.replace("shift: early", "shift: erly").replace("share: 0.3", "share: 0.2").replace("day.csv", "no.csv")
    error = refusal(folder, text)
    assert "3 problems" in str(error)


def test_problems_found_while_reading_and_while_validating_come_together(folder: Path) -> None:
    error = refusal(folder, GOOD.replace('at: "10:00"', "at: 12:30").replace("per_hour: 60", "per_hour: -60"))
    assert "2 problems" in str(error)


def test_everything_refused_by_the_scan_comes_at_once(folder: Path) -> None:
    error = refusal(folder, "# @package _global_\n" + GOOD.replace("title: A", "hydra: {_target_: x}\ntitle: ${a}"))
    assert "4 problems" in str(error)


def test_a_problem_of_an_override_names_the_override(folder: Path) -> None:
    error = refusal(folder, GOOD, ("intents.billing.arrivals.per_hour=-1",))
    assert "override 'intents.billing.arrivals.per_hour=-1': intents.billing.arrivals.per_hour" in str(error)
    assert "demo.yaml:" not in "".join(p.path for p in error.problems)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("calendar.lenght='1 d'", "did you mean `calendar.length`"),
        ("nonsense", "it has no value"),
        ("non sense", "not an override"),
        ("calendar.length=1 d,2 d", "a comma makes a sweep"),
        ("title=${oc.env:HOME}", "interpolations"),
        ("+hydra.callbacks.x=1", "the program's own configuration"),
    ],
)
def test_an_override_that_cannot_be_applied_is_a_usage_error(override: str, said: str, folder: Path) -> None:
    error = refusal(folder, GOOD, (override,))
    assert isinstance(error, UsageError)
    assert said in str(error)
    assert override in str(error)


@pytest.mark.parametrize("overrides", ["a=b", [1], [None]])
def test_overrides_that_are_no_list_of_texts_are_a_usage_error(overrides: object, folder: Path) -> None:
    (folder / "demo.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(UsageError, match="list of texts"):
        load(str(folder / "demo.yaml"), overrides)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a_day_at_the_bnak", "did you mean 'a_day_at_the_bank'"),
        ("", "a name holds letters"),
        ("..", "a name holds letters"),
        ("a b", "a name holds letters"),
        ("../../etc/passwd", "ends in .yaml"),
        ("nowhere/demo.yaml", "there is no folder"),
    ],
)
def test_an_unknown_scenario_is_answered_with_the_nearest(name: str, said: str, folder: Path) -> None:
    (folder / "a_day_at_the_bank.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load(name, folder=folder)
    assert said in str(caught.value)


def test_an_unknown_path_is_answered_with_the_nearest_file(folder: Path) -> None:
    (folder / "demo.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(UsageError, match=r"no such file; did you mean 'demo.yaml'"):
        load(str(folder / "dmeo.yaml"))


def test_a_folder_in_place_of_a_file_is_refused(folder: Path) -> None:
    (folder / "demo.yaml").mkdir()
    with pytest.raises(UsageError):
        load(str(folder / "demo.yaml"))


EXPERIMENT = """\
title: More heads
base: demo
arms:
  now: {}
  more: {label: Two more, overrides: [staff.groups.team.count=12]}
primary: {kpi: service_level, matters: 0.01}
guardrails:
  abandonment: {margin: 0.01}
replications: 5
"""

EXPERIMENTS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "unknown base": ("base: demo", "base: dmeo", "base", ("no scenario", "did you mean 'demo'")),
    "base as a path": ("base: demo", "base: ../demo.yaml", "base", ("a name begins with",)),
    "one arm": ("  now: {}\n", "", "arms", ("at least 2 entries",)),
    "arm as a list": ("now: {}", "now: [a=b]", "arms.now", ("a block of keys",)),
    "override misspelt": ("team.count", "taem.count", "arms.more.overrides[0]", ("did you mean `staff.groups.team`",)),
    "override of a bad value": ("count=12", "count=many", "arm more: ", ("a number belongs here", "many")),
    "override breaks a reference": ("staff.groups.team.count=12", "staff.groups.team.tier=3", "arm more: ", ("tier 1",)),
    "override is a mapping": ("[staff.groups.team.count=12]", "{a: 1}", "arms.more.overrides", ("a list",)),
    "override is a number": ("[staff.groups.team.count=12]", "[12]", "overrides[0]", ("a text belongs",)),
    "override is a sweep": ("[staff.groups.team.count=12]", "['staff.groups.team.count=12,13']", "arms.more.overrides[0]", ("sweep",)),
    "override reads the environment": ("[staff.groups.team.count=12]", "['title=${oc.env:HOME}']", "", ("interpolations",)),
    "unknown KPI": ("service_level", "service_levle", "primary.kpi", ("no KPI", "did you mean 'service_level'")),
    "unknown guardrail": ("abandonment:", "abandonmnet:", "guardrails.abandonmnet", ("did you mean 'abandonment'",)),
    "negative margin": ("margin: 0.01", "margin: -1", "guardrails.abandonment.margin", ("at least 0",)),
    "one replication": ("replications: 5", "replications: 1", "replications", ("at least 2",)),
    "confidence in per cent": ("replications: 5", "confidence: 95", "confidence", ("less than 1",)),
    "misspelt key": ("replications:", "replication:", "replication", ("did you mean 'replications'",)),
    "hydra key": ("title:", "hydra: {}\ntitle:", "", ("the program's own configuration",)),
    "package line": ("title:", "# @package _global_\ntitle:", "", ("package line",)),
}  # fmt: skip


@pytest.mark.parametrize("case", EXPERIMENTS)
def test_a_mistake_in_an_experiment_is_answered_with_its_place(case: str, folder: Path) -> None:
    old, new, path, said = EXPERIMENTS[case]
    assert old in EXPERIMENT
    (folder / "demo.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "test.yaml").write_text(EXPERIMENT.replace(old, new, 1), encoding="utf-8")
    before = snapshot(folder)
    with pytest.raises(ScenarioError) as caught:
        load_experiment(str(folder / "test.yaml"))
    assert snapshot(folder) == before
    for problem in caught.value.problems:
        check_problem(problem)
    assert any(path in problem.path for problem in caught.value.problems), str(caught.value)
    for words in said:
        assert words in str(caught.value), str(caught.value)


def test_problems_of_all_arms_come_at_once(folder: Path) -> None:
    text = EXPERIMENT.replace("now: {}", "now: {overrides: [a.b=1, 'queues.front.tier=9', 'c(=']}").replace("=12", "=x")
    (folder / "demo.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "test.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_experiment(str(folder / "test.yaml"))
    assert {"arms.now.overrides[0]", "arms.now.overrides[2]", "arm more"} <= {
        next((part for part in ("arms.now.overrides[0]", "arms.now.overrides[2]", "arm more") if part in p.path), "")
        for p in caught.value.problems
    }


def test_a_broken_base_is_reported_once_and_not_for_every_arm(folder: Path) -> None:
    (folder / "demo.yaml").write_text(GOOD.replace("per_hour: 60", "per_hour: -60"), encoding="utf-8")
    (folder / "test.yaml").write_text(EXPERIMENT, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_experiment(str(folder / "test.yaml"))
    assert len(caught.value.problems) == 1


MARKS = "{}[]:,-\n\t \"'#&*!|>%@`~?0123456789.abcxyz_=$\0\x85\ufeff"


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_scenario_with_random_damage_loads_or_is_refused_in_words(data: st.DataObject, folder: Path) -> None:
    at = data.draw(st.integers(0, len(GOOD)))
    cut = data.draw(st.integers(0, 30))
    new = data.draw(st.text(MARKS, max_size=6))
    (folder / "demo.yaml").write_text(GOOD[:at] + new + GOOD[at + cut :], encoding="utf-8")
    try:
        load(str(folder / "demo.yaml"))
    except (ScenarioError, UsageError) as error:
        for problem in getattr(error, "problems", ()):
            check_problem(problem)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_scenario_with_any_value_replaced_loads_or_is_refused_in_words(data: st.DataObject, folder: Path) -> None:
    tree = yaml.safe_load(GOOD)
    holder, key = data.draw(st.sampled_from(list(holders(tree))))
    odd = [None, True, -1, 0, 1e308, float("nan"), 10**30, "", "x", "6 min", [], {}, [1], {"law": "x"}, {"a": {"b": 1}}]
    holder[key] = data.draw(st.sampled_from(odd))
    (folder / "demo.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    try:
        load(str(folder / "demo.yaml"))
    except (ScenarioError, UsageError) as error:
        for problem in getattr(error, "problems", ()):
            check_problem(problem)


def holders(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a tree with each of its keys."""
    for key, item in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(item, dict | list):
            yield from holders(item)


def test_reading_a_scenario_runs_no_code_from_it(folder: Path) -> None:
    marker = folder / "marker"
    text = textwrap.dedent(f"""\
        title: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ["{marker}"]]
        """)
    refusal(folder, text + GOOD)
    assert not marker.exists()
