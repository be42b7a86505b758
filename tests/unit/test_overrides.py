"""An override means what it means on Hydra's command line: `hydra.compose` is the oracle."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import yaml
from hydra import compose, initialize_config_dir
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from sim.config.overrides import OverrideError, apply, parse

BASE: dict[str, Any] = {
    "title": "A day",
    "calendar": {"start": "2024-01-01T08:00", "length": "8 h", "warmup": None},
    "routing": {"rule": "longest_idle", "params": {}},
    "queues": {"front": {"tier": 1, "skills": ["billing", "sales"], "overflow": {"after": "2 min", "to": "back"}}},
    "curve": {"per_hour": [1, 2.5, 3], "parts": [{"weight": 0.5, "mean": "1 min"}, {"weight": 0.5}]},
    "name-with-dash": 1,
    "flag": False,
}

ACCEPTED = [
    ["title=Other"],
    ["title='A colon: and, commas'"],
    ['title="double \\"quoted\\""'],
    ["title='it\\'s'"],
    ["title='ends with a backslash \\\\'"],
    ["title=two words"],
    ["title=  padded  "],
    ["title="],
    ["title=''"],
    ["title=12:30"],
    ["title=a\\,b"],
    ["title=a\\=b"],
    ["title=\\ a"],
    ["title=yes"],
    ["title=no"],
    ["title=007"],
    ["title=7x"],
    ["title=1_000"],
    ["title=0x10"],
    ["title=-"],
    ["title=a/b*c?d@e|f%g+h$i"],
    ["calendar.length=2 d"],
    ["calendar.length='2 d'"],
    ["calendar.length=90min"],
    ["calendar.warmup=1 h"],
    ["calendar.start=2003-06-02T07:00"],
    ["flag=true"],
    ["flag=TRUE"],
    ["flag=null"],
    ["flag=NULL"],
    ["queues.front.tier=2"],
    ["queues.front.tier=-2"],
    ["queues.front.tier=+2"],
    ["queues.front.tier=2.0"],
    ["queues.front.tier=.5"],
    ["queues.front.tier=5."],
    ["queues.front.tier=1e3"],
    ["queues.front.tier=1E-3"],
    ["queues.front.tier=inf"],
    ["queues.front.tier=-Inf"],
    ["queues.front.skills=[a, b ,'c d']"],
    ["queues.front.skills=[]"],
    ["queues.front.skills=[ [1,2], {x: 1} ]"],
    ["queues.front.skills.0=tech"],
    ["curve.per_hour.2=4"],
    ["curve.parts.0.weight=0.25", "curve.parts.1.weight=0.75"],
    ["queues.front.overflow={after: 5 min}"],
    ["queues.front.overflow={after:'5 min',to:front}"],
    ["queues.front.overflow=null"],
    ["queues.front=none"],
    ["routing={rule:quality_tier}"],
    ["+routing.params.weight=0.5"],
    ["routing={rule:a}", "+routing.params={w:1,v:[2]}"],
    ["+routing={params:{deep:{er:1}}}"],
    ["+new=1"],
    ["+title.key=x"],
    ["+new.nested.key=1"],
    ["+new={a:{b:1}}"],
    ["+calendar.warmup=3 h"],
    ["+queues.front.skills=[x]"],
    ["++title=forced"],
    ["++new.key=forced"],
    ["++title.key=replaced"],
    ["++calendar.warmup.key=1"],
    ["~calendar.length"],
    ["~routing"],
    ["~title=A day"],
    ["~queues.front.tier=1"],
    ["~queues.front.tier="[:-1]],
    ["~flag"],
    ["name-with-dash=2"],
    ["+a-b_c=1"],
    ["title=a", "title=b"],
    ["~title", "+title=again"],
]

REFUSED = [
    ["titel=x"],
    ["title=~"],
    ["calendar.lenght=1 d"],
    ["calendar.length.deeper=1"],
    ["calendar.warmup.deeper=1"],
    ["nowhere.at.all=1"],
    ["queues.front.overflow={unknown: 1}"],
    [
        "queues.front.skills=[a",
    ],
    ["queues.front.skills=a]"],
    ["queues.front.skills.7=x"],
    ["queues.front.skills.word=x"],
    ["queues.front.skills={a:1}"],
    ["queues.front.overflow=[1]"],
    ["+title=x"],
    ["~titel"],
    ["~title.key"],
    ["~title=Another"],
    ["~calendar.warmup"],
    ["~queues.front.nothing"],
    ["title=it's"],
    ["title='open"],
    ["title=a=b"],
    ["title=a{b"],
    ["title='a' b"],
    ["title=("],
    ["title"],
    ["+title"],
    ["title =x"],
    [" title=x"],
    ["ti tle=x"],
    ["a..b=x"],
    [".a=x"],
    ["-a=x"],
    ["~+a"],
    ["a[0]=1"],
    ["title=;"],
    ["title=ü"],
    ["title=[1,]"],
    ["title={a}"],
]

OURS_ALONE = [
    ["title=a,b"],
    ["title=range(1,3)"],
    ["title=choice(a,b)"],
    ["title=int(3.0)"],
    ["title=${calendar.length}"],
    ["title=${oc.env:HOME}"],
    ["title=???"],
    ["routing={1:a}"],
    ["db/engine=x"],
    ["db@package=x"],
    ["hydra.run.dir=/tmp"],
    ["+hydra.callbacks.x=1"],
    ["+title._target_=os.system"],
    ["routing={a: [{_target_: os.system}]}"],
]


def text_of(data: Any) -> str:
    """1, 1.0 and True are equal, but not the same value; NaN is the same value, but not equal."""
    return json.dumps(data, sort_keys=True)


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("conf")
    (folder / "base.yaml").write_text(yaml.safe_dump(BASE), encoding="utf-8")
    with initialize_config_dir(str(folder), version_base="1.3"):
        yield lambda overrides: OmegaConf.to_container(compose("base", overrides=overrides))


@pytest.mark.parametrize("overrides", ACCEPTED, ids=str)
def test_an_accepted_override_gives_what_hydra_composes(overrides: list[str], composed: Any) -> None:
    ours = apply(BASE, overrides)
    theirs = composed(overrides)
    assert text_of(ours) == text_of(theirs)


@pytest.mark.parametrize("overrides", REFUSED, ids=str)
def test_what_hydra_refuses_is_refused_with_a_reason(overrides: list[str], composed: Any) -> None:
    with pytest.raises(Exception) as theirs:
        composed(overrides)
    assert theirs.type is not AssertionError
    with pytest.raises(OverrideError, match=r"^override .+: .+"):
        apply(BASE, overrides)


@pytest.mark.parametrize("overrides", OURS_ALONE, ids=str)
def test_sweeps_functions_groups_and_interpolations_are_refused_outside_the_command_line(overrides: list[str]) -> None:
    with pytest.raises(OverrideError, match=r"; .+"):
        apply(BASE, overrides)


def test_the_data_given_is_never_changed() -> None:
    before = copy.deepcopy(BASE)
    apply(BASE, ["queues.front.skills.0=x", "+routing.params.a=1", "~calendar.length", "curve.parts.0.weight=1"])
    assert before == BASE


def test_a_value_set_twice_is_not_shared() -> None:
    result = apply({"a": {}, "b": {}}, ["+a.x={k:[1]}", "+b.x={k:[1]}"])
    assert result["a"]["x"]["k"] is not result["b"]["x"]["k"]


@pytest.mark.parametrize(
    ("override", "suggestion"),
    [("calendar.lenght=1 d", "calendar.length"), ("routin.rule=x", "routing"), ("~titel", "title")],
)
def test_a_misspelt_key_is_answered_with_the_nearest(override: str, suggestion: str) -> None:
    with pytest.raises(OverrideError, match=f"did you mean `{suggestion}`"):
        apply(BASE, [override])


def test_a_new_key_is_answered_with_the_plus_that_adds_it() -> None:
    with pytest.raises(OverrideError, match=r"write `\+zzz\.y=1` to add it"):
        apply(BASE, ["zzz.y=1"])


def test_the_error_survives_a_worker_process() -> None:
    error = OverrideError("a=b", "the rule", "the mend")
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "override 'a=b': the rule; the mend"


def test_a_deeply_nested_value_is_refused_and_does_not_exhaust_the_stack() -> None:
    with pytest.raises(OverrideError, match="nested deeper"):
        parse("title=" + "[" * 5000 + "]" * 5000)


def hydras(text: str) -> dict[str, Any]:
    """What Hydra's own parser and its own application make of one override."""
    override = OverridesParser.create().parse_override(text)
    assert not override.is_sweep_override()
    config = OmegaConf.create(copy.deepcopy(BASE))
    OmegaConf.set_struct(config, True)
    ConfigLoaderImpl._apply_overrides_to_config([override], config)
    container: dict[str, Any] = OmegaConf.to_container(config)  # type: ignore[assignment]
    return container


WORDS = ["a", "b-c", "_", " ", "  ", "\t", "1", "0", "07", "1_0", ".", "-", "+", "e3", "E-2", "inf", "nan", "true"]
SIGNS = ["FALSE", "null", "'", '"', "\\", "\\\\", "\\,", "\\ ", "\\'", ",", ":", "=", "[", "]", "{", "}", "(", ")"]
GROUPS = ["/", "$", "%", "'x y'", '"x"', "[1, a]", "{k: 1}", "min", "*", "@", "?", "|"]
PIECES = st.sampled_from([*WORDS, *SIGNS, *GROUPS])
VALUES = st.lists(PIECES, max_size=7).map("".join)
HEADS = st.sampled_from(["title=", "+new=", "++queues.front.tier=", "calendar.length=", "queues.front.overflow="])


@settings(max_examples=150, deadline=None)
@given(HEADS, VALUES)
def test_any_override_that_is_accepted_means_what_hydra_means(head: str, value: str) -> None:
    text = head + value
    try:
        ours = apply(BASE, [text])
    except OverrideError:
        return
    assert text_of(ours) == text_of(hydras(text))


@settings(max_examples=150, deadline=None)
@given(HEADS, VALUES.filter(lambda value: not any(mark in value for mark in ("(", "${", "???"))))
def test_any_single_value_that_hydra_accepts_is_accepted(head: str, value: str) -> None:
    try:
        theirs = hydras(head + value)
    except Exception:
        return
    assert text_of(apply(BASE, [head + value])) == text_of(theirs)
