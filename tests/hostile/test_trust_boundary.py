"""What others wrote stays data: it runs no code, reads no environment, writes nowhere else; labels stay literal."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import sim as package
from sim import cli
from sim.config import files
from sim.config.load import load
from sim.errors import ScenarioError, UsageError
from tests.hostile.table import GOOD, TABLES
from tests.scenarios import centre, write

ROOT = Path(package.__file__).parent

LABELS = {
    "tag": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "comment": "--><script>alert(2)</script><!--",
    "maths": "$x^2$ and $\\undefined{",
    "markup": "[red]red[/red] :boom:",
    "escape": "\x1b[31mred\x1b]0;title\x07",
    "marks": "abc\u202egnp.exe\u2066",
    "formula": '=HYPERLINK("http://x","y")',
    "template": "{{7*7}}{% raw %}",
}


# --- files that must be refused before any file appears --------------------------------------------------------------

HOSTILE = {
    "an object": "title: {_target_: os.system, _args_: [touch marker]}\n",
    "an object deep down": "a: [{b: {_target_: subprocess.run}}]\n",
    "a partial": "a: {_partial_: true}\n",
    "callbacks of Hydra": "hydra: {callbacks: {x: {_target_: hydra.experimental.callbacks.LogJobReturnCallback}}}\n",
    "a folder of Hydra": "hydra: {run: {dir: /tmp/elsewhere}}\n",
    "a sweeper of Hydra": "defaults: [{override hydra/sweeper: x}]\n",
    "the whole configuration": "# @package _global_\ntitle: x\n",
    "a package further down": "title: x\n   #   @package hydra\n",
    "the environment": "title: ${oc.env:HOME}\n",
    "the environment in a key": "${oc.env:HOME}: x\n",
    "the environment in pieces": "title: '${oc.env:${oc.env:X}}'\n",
    "a resolver": "title: ${oc.decode:'1'}\n",
    "a Python tag": "title: !!python/object/apply:os.system ['touch marker']\n",
    "a Python name": "title: !!python/name:os.system\n",
    "a tag of one's own": "title: !x y\n",
    "a binary": "title: !!binary aGVsbG8=\n",
    "a tag directive": "%TAG ! tag:yaml.org,2002:python/\n---\ntitle: !name:os.system x\n",
    "a thousand million": "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(9)
    ),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def listing(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("words", [["run"], ["compare"], ["validate"]])
def test_a_hostile_file_is_refused_before_any_file_appears(
    case: str, words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tail = "" if words != ["compare"] else "arms:\n  a: {}\n"
    (folder / "evil.yaml").write_text(HOSTILE[case] + tail)
    before = listing(folder)
    assert cli.main([*words, "evil.yaml"]) == 2
    assert listing(folder) == before
    assert "evil.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("case", ["callbacks of Hydra", "the whole configuration"])
def test_hydra_never_sees_a_hostile_file(case: str, folder: Path) -> None:
    (folder / "evil.yaml").write_text(HOSTILE[case] + GOOD)
    before = listing(folder)
    command = [sys.executable, "-m", "sim", "scenario=evil.yaml"]
    environment = os.environ | {"PYTHONPATH": str(ROOT.parent)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert listing(folder) == before


def test_a_table_that_is_a_link_out_of_its_folder_is_refused(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.csv"
    secret.write_text("password\nhunter2\n")
    (folder / "day.csv").unlink()
    (folder / "day.csv").symlink_to(secret)
    (folder / "demo.yaml").write_text(GOOD)
    with pytest.raises(ScenarioError) as caught:
        load(str(folder / "demo.yaml"))
    assert "a link that leads out of its folder" in str(caught.value)
    assert "password" not in str(caught.value)


def test_a_link_within_the_folder_is_followed(folder: Path) -> None:
    (folder / "day.csv").rename(folder / "monday.csv")
    (folder / "day.csv").symlink_to("monday.csv")
    (folder / "demo.yaml").write_text(GOOD)
    load(str(folder / "demo.yaml"))


def test_results_never_follow_a_link_out_of_their_root(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = folder / "outside"
    outside.mkdir()
    (folder / "results").mkdir()
    (folder / "results" / "made").symlink_to(outside, target_is_directory=True)
    path = write(folder, centre())
    assert cli.main(["run", str(path), "replications=1", "engine=serial"]) == 2
    assert "a link that leads out of the results root" in capsys.readouterr().err
    assert list(outside.rglob("*.csv")) == []


@pytest.mark.parametrize(
    "name", ["..", "../x", "/etc/x", "a/b", "CON ", "x\0y", "x" * 65, "-rf", ".hidden", "a b", "ü"]
)
def test_a_name_that_could_leave_the_results_root_names_no_folder(name: str, tmp_path: Path) -> None:
    loaded = load(str(write(tmp_path, centre())))
    with pytest.raises(UsageError):
        package.compare({"a": loaded, "b": loaded}, 1, name=name, results=tmp_path / "out", engine="serial")
    assert not (tmp_path / "out").exists()


# --- nothing in the package makes code of data -----------------------------------------------------------------------

FORBIDDEN = {"eval", "exec", "compile", "__import__"}
LOADERS = re.compile(r"^(pickle|marshal|shelve|dill|cloudpickle|joblib|runpy|code|codeop|imp)$")
BETWEEN_PROCESSES = "experiment/engines/"  # results of workers of one run, never of a file
MAY_RUN_CODE = {"experiment/own_rules.py"}  # asked for on the command line, told on the terminal


def calls(tree: ast.AST) -> list[str]:
    return [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_makes_code_of_data(path: Path) -> None:
    name, tree = str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))
    called = calls(tree)
    if name not in MAY_RUN_CODE:
        assert not FORBIDDEN & set(called)
    assert not [one for one in called if one.endswith((".read_pickle", ".to_pickle", "yaml.load", "yaml.unsafe_load"))]
    assert not [one for one in called if re.fullmatch(r"(np|numpy)\.(load|save|fromfile)", one)], (
        "arrays come as Parquet"
    )
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    if not name.startswith(BETWEEN_PROCESSES):
        assert not [one for one in imported if LOADERS.match(one.split(".")[0])], "stored results are never unpickled"
    assert "instantiate" not in "".join(called)


def test_a_result_folder_holds_no_format_that_could_run(tmp_path: Path) -> None:
    found = package.run(
        load(str(write(tmp_path, centre()))), 1, engine="serial", results=tmp_path / "out", contacts=True
    )
    assert found.folder is not None
    kinds = {path.suffix for path in found.folder.rglob("*") if path.is_file()}
    assert kinds <= {".csv", ".json", ".parquet", ".log", ""}


def test_the_report_of_a_doctored_folder_runs_nothing(tmp_path: Path) -> None:
    """A folder that somebody else changed is read as text: what is in it is shown or refused, never run."""
    loaded = load(str(write(tmp_path, centre())))
    found = package.compare(
        {"a": loaded, "b": loaded}, 2, primary="service_level", results=tmp_path / "out", engine="serial"
    )
    assert found.folder is not None
    told = json.loads((found.folder / "manifest.json").read_text())
    told["title"], told["arms"][1]["label"] = LABELS["tag"], LABELS["attribute"]
    told["created_by"] = {"py/object": "os.system"}
    (found.folder / "manifest.json").write_text(json.dumps(told))
    html = found.report().read_text()
    assert "<script" not in html and "<img src=x" not in html


# --- labels come out literally ---------------------------------------------------------------------------------------


def labelled(folder: Path, label: str) -> Path:
    """An experiment that carries the label wherever a label may stand."""
    base = centre(
        title=label,
        costs={"currency": label[:20]},
        segments={"all": {"share": 1.0, "label": label}},
    )
    base["intents"]["call"]["label"] = label
    base["queues"]["front"]["label"] = label
    base["staff"]["groups"]["agents"]["label"] = label
    write(folder, base)
    arms = {"now": {"label": label}, "more": {"label": label, "overrides": ["staff.groups.agents.count=3"]}}
    primary = {"kpi": "service_level", "matters": 0.01}
    experiment = {
        "title": label,
        "question": label,
        "base": "made",
        "arms": arms,
        "primary": primary,
        "replications": 2,
    }
    (folder / "test.yaml").write_text(json.dumps(experiment))
    return folder / "test.yaml"


def test_labels_come_out_literally_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    label = " · ".join(reversed(LABELS.values()))
    assert cli.main(["compare", str(labelled(tmp_path, label)), "engine=serial"]) == 0
    told = capsys.readouterr()
    for stream in (told.out, told.err):
        assert not set(stream) & {"\x1b", "\x07", "\u202e", "\u2066"}
    assert "red]red" in told.out and ":boom:" in told.out
    (folder,) = (tmp_path / "results" / "test").iterdir()
    check_page((folder / "report.html").read_text())
    for path in folder.glob("charts/*.svg"):
        check_chart(path)
    for path in folder.glob("*.csv"):
        check_cells(path)


class _Tags(HTMLParser):
    """The elements of a page with their attributes, as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def check_chart(path: Path) -> None:
    """As a browser reads it when somebody opens the chart by itself."""
    for element in ElementTree.parse(path).iter():
        assert str(element.tag).rpartition("}")[2] not in ("script", "foreignObject", "iframe", "image", "a")
        assert not [name for name in element.attrib if name.startswith("on")]


def check_page(html: str) -> None:
    tags = _Tags(html).found
    policy = next(a["content"] for tag, a in tags if tag == "meta" and "security" in a.get("http-equiv", "").lower())
    for rule in ("default-src 'none'", "img-src data:", "style-src 'sha256-", "base-uri 'none'", "form-action 'none'"):
        assert rule in policy
    assert "unsafe" not in policy and "http" not in policy
    assert not {"script", "iframe", "object", "embed", "form", "link", "base"} & {tag for tag, _ in tags}
    for tag, attributes in tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        for name in {"src", "href", "srcset", "action"} & set(attributes):
            assert attributes[name].startswith(("data:", "#")), attributes[name]
    assert "\x1b" not in html and "\x07" not in html
    assert "$x^2$" in html and "{{7*7}}" in html


def check_cells(path: Path) -> None:
    """No cell of a table is a formula for a spreadsheet; numbers may be negative."""
    with path.open(newline="") as file:
        for row in csv.reader(file):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell
                assert not cell.startswith("-") or np.isfinite(float(cell))


# --- the environment -------------------------------------------------------------------------------------------------


def test_a_scenario_means_the_same_in_every_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, centre())
    before = load(str(path)).resolved()
    for name in ("HOME", "USER", "TZ", "LANG", "LC_ALL"):
        monkeypatch.setenv(name, "C:\\evil")
    assert load(str(path)).resolved() == before


def test_every_scenario_file_that_ships_is_within_the_boundary() -> None:
    for group in ("scenario", "experiment"):
        for name in files.names(group):
            text = files.find(name, group).path.read_text(encoding="utf-8")
            assert not re.search(r"_target_|\$\{|@package|!!", text), name
