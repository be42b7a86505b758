"""Every router keeps its contract, whoever wrote it; and each of ours does what its name says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from sim import registry
from sim.config.load import Loaded
from sim.errors import ModelError
from sim.model.journal import ContactEnd, Journal, LegEnd
from sim.model.policy import Router, View, longest_idle, most_urgent
from sim.registry import Params
from sim.routing.choice import HoldingRouter
from sim.simulate import simulate
from tests.contracts.rules import NUMBERS, added, imports, peeks, routed, stub
from tests.relations.test_arms import same, teams
from tests.scenarios import Data, Made, centre, exponential, fixed, traced

Built = Callable[..., Loaded]
Run = Callable[..., Journal]
EVERY = pytest.mark.parametrize("name", registry.names("router"))


@EVERY
def test_builds_with_default_parameters_and_says_in_a_line_what_it_does(name: str) -> None:
    assert isinstance(registry.build("router", name, {}), Router)
    assert len(registry.find("router", name).summary) > 10


@EVERY
def test_refuses_a_parameter_it_does_not_know(name: str) -> None:
    with pytest.raises(ValidationError):
        registry.build("router", name, {"no_such_parameter": 1})


@EVERY
def test_does_not_reach_behind_the_view(name: str) -> None:
    rule = registry.find("router", name).build
    assert peeks(rule) == []
    assert not [module for module in imports(rule) if module.startswith(("sim.quality", "sim.model.truth"))]


def test_what_rules_share_does_not_either() -> None:
    assert peeks(HoldingRouter) == []
    assert not [module for module in imports(HoldingRouter) if module.startswith(("sim.quality", "sim.model.truth"))]


@EVERY
@pytest.mark.parametrize("number", NUMBERS)
def test_never_chooses_what_is_impossible_and_is_deterministic(name: str, number: int, built: Built) -> None:
    """The model checks every choice and raises ModelError for an impossible one."""
    made = routed(number, name)
    one, two = (simulate(built(made.data, made.tables), 4, number) for _ in range(2))
    assert one.cases.size
    assert same(one, two)


class TwiceParams(Params):
    """Which rule is asked twice."""

    inner: str


class Twice(Router):
    """Asks another rule twice, and does what it said the first time."""

    def __init__(self, params: TwiceParams) -> None:
        super().__init__(params)
        self._inner: Router = registry.build("router", params.inner, {})
        self.uses_signals = self._inner.uses_signals
        self.uses_ledger = self._inner.uses_ledger

    def choose_agent(self, view: View, contact: Any) -> Any:
        first = self._inner.choose_agent(view, contact)
        assert self._inner.choose_agent(view, contact) is first
        return first

    def choose_contact(self, view: View, agent: Any) -> Any:
        first = self._inner.choose_contact(view, agent)
        assert self._inner.choose_contact(view, agent) is first
        return first

    def reconsider(self, view: View, contact: Any) -> float:
        first = self._inner.reconsider(view, contact)
        assert self._inner.reconsider(view, contact) == first
        return first

    def refresh(self, view: View) -> None:
        self._inner.refresh(view)


@EVERY
def test_gives_the_same_answer_when_asked_twice(name: str, built: Built) -> None:
    for number in NUMBERS:
        made = routed(number, name)
        plain = simulate(built(made.data, made.tables), 4, number)
        with added("router", "twice", Twice, TwiceParams):
            again = routed(number, "twice", {"inner": name})
            assert same(plain, simulate(built(again.data, again.tables), 4, number))


# --- a rule of one's own ----------------------------------------------------------------------------------------------


class LastName(Router):
    """The idle agent whose name comes last."""

    def choose_agent(self, view: View, contact: Any) -> Any:
        return max(view.free_agents(contact), key=lambda agent: agent.name, default=None)


def test_a_rule_of_one_class_runs(built: Built) -> None:
    with added("router", "last_name", LastName):
        journal = simulate(built(centre(routing={"rule": "last_name"})), 1, 0)
    first = np.sort(journal.legs, order="entered")[0]
    assert journal.lexicon.agents[first["agent"]] == "agents-002"


class Stranger(Router):
    """Chooses an agent who lacks the skill."""

    def choose_agent(self, view: View, contact: Any) -> Any:
        return next(agent for agent in view.agents if agent.lane not in view.lanes(contact))


class Greedy(Router):
    """Chooses the first agent of all, busy or not."""

    def choose_agent(self, view: View, contact: Any) -> Any:
        return view.agents[0]


class Hoarder(Router):
    """Gives every agent the contact that it saw first."""

    def __init__(self, params: Params) -> None:
        super().__init__(params)
        self._first: Any = None

    def choose_agent(self, view: View, contact: Any) -> Any:
        self._first = self._first or contact
        return longest_idle(view.free_agents(contact))

    def choose_contact(self, view: View, agent: Any) -> Any:
        return self._first


class Peeker(Router):
    """Reads signals and does not say so."""

    def choose_agent(self, view: View, contact: Any) -> Any:
        assert view.signals.qa
        return None


class Stuck(Router):
    """Asks to be asked again at this very moment, for ever."""

    def choose_agent(self, view: View, contact: Any) -> Any:
        return None

    def reconsider(self, view: View, contact: Any) -> float:
        return view.now


class Undecided(Stuck):
    """Asks to be asked again at no time at all."""

    def reconsider(self, view: View, contact: Any) -> float:
        return float("nan")


@pytest.mark.parametrize("rule", [Stranger, Greedy, Hoarder, Peeker, Stuck, Undecided])
def test_a_rule_that_asks_for_the_impossible_is_stopped_and_named(rule: type[Router], built: Built) -> None:
    data = teams(routing={"rule": "cheat"})
    with added("router", "cheat", rule), pytest.raises(ModelError) as error:
        simulate(built(data), 1, 0)
    assert rule is Peeker or rule.__name__ in str(error.value)


# --- longest idle, skill rank, fastest first, p mu --------------------------------------------------------------------


def _moments(*times: float, talk: float = 100.0, **more: Any) -> tuple[Data, Any]:
    """One intent with contacts at exactly these seconds, constant talk; two agents."""
    data = centre(**more.pop("sections", {}))
    data["intents"]["call"] = {
        "channel": "voice",
        "arrivals": {"kind": "trace", "file": "moments.csv", "column": "moment"},
        "path": {"front": {"talk": fixed(talk), "resolution": 1.0}},
        **more,
    }
    return data, {"moments.csv": {"moment": traced(list(times))}}


def _answers(journal: Journal) -> list[tuple[str, float]]:
    """Agent and moment of every answer, in order of arrival."""
    legs = np.sort(journal.legs, order=["entered", "case"])
    return [(journal.lexicon.agents[leg["agent"]], float(leg["answered"])) for leg in legs]


def test_longest_idle_takes_turns(built: Built) -> None:
    data, tables = _moments(0, 200, 400, 600, talk=10)
    names = [name for name, _ in _answers(simulate(built(data, tables), 1, 0))]
    assert names == ["agents-001", "agents-002", "agents-001", "agents-002"]


def test_skill_rank_prefers_the_proficient(built: Built) -> None:
    groups = {
        name: {"tier": 1, "skills": {"calls": skill}, "count": 1}
        for name, skill in (("a", 0.9), ("b", 1.2), ("c", 1.0))
    }
    sections = {"staff": {"groups": groups}, "routing": {"rule": "skill_rank"}}
    data, tables = _moments(0, 1, 2, talk=600, sections=sections)
    assert [name[0] for name, _ in _answers(simulate(built(data, tables), 1, 0))] == ["b", "c", "a"]


def _stubs(**signals: list[list[float]]) -> tuple[Any, Any]:
    return stub(signals=stub(**signals)), stub(intent=stub(index=0))


def test_p_mu_weighs_resolution_against_time() -> None:
    rule = registry.build("router", "p_mu", {})
    view, contact = _stubs(resolution=[[0.6], [0.9], [0.5]], handle_time=[[100.0], [200.0], [0.0]])
    scores = [rule.score(view, stub(index=index), contact) for index in range(3)]
    assert scores[0] == pytest.approx(0.006)
    assert scores[2] > scores[0] > scores[1]


def test_fastest_first_reads_time_alone() -> None:
    rule = registry.build("router", "fastest_first", {})
    view, contact = _stubs(resolution=[[0.6], [0.9]], handle_time=[[100.0], [200.0]])
    assert rule.score(view, stub(index=0), contact) > rule.score(view, stub(index=1), contact)


def test_fastest_first_with_perfect_signals_always_takes_the_fastest(built: Built) -> None:
    quality = {"truth": {"speed_sd": 0.4}, "signals": {"oracle": True}}
    groups = {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 6}}
    sections = {"staff": {"groups": groups}, "quality": quality, "routing": {"rule": "fastest_first"}}
    data, tables = _moments(*range(0, 60, 10), talk=300, sections=sections)
    journal = simulate(built(data, tables), 1, 0)
    legs = np.sort(journal.legs, order="entered")
    talks = legs["ended"] - legs["answered"]
    assert (np.diff(talks) > 0).all()


def test_most_urgent_prefers_the_level_then_the_longest_wait() -> None:
    def waiting(level: float, since: float, place: int) -> Any:
        return stub(level=level, since=since, place=place)

    view = stub(urgency=lambda contact: contact.level)
    old, new, twin, vip = waiting(0, 1.0, 1), waiting(0, 2.0, 2), waiting(0, 1.0, 3), waiting(1, 9.0, 4)
    assert most_urgent(view, iter([new, old, twin])) is old
    assert most_urgent(view, iter([old, new, vip])) is vip
    assert most_urgent(view, iter([])) is None


# --- quality tier -----------------------------------------------------------------------------------------------------


def _reserved(*times: float, talk: float, after: str = "30 s", agents: int = 2, share: float = 0.5) -> tuple[Data, Any]:
    rule = {"rule": "quality_tier", "params": {"overflow_after": after, "top_share": share, "min_count": 0}}
    sections: Data = {
        "staff": {"groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": agents}}},
        "quality": {"truth": {"resolution_sd": 0.1}, "signals": {"oracle": True}},
        "routing": rule,
    }
    data, tables = _moments(*times, talk=talk, sections=sections, risk="high", difficulty_sd=1.0)
    data["intents"]["call"]["path"]["front"]["resolution"] = 0.6
    return data, tables


def test_quality_tier_keeps_high_risk_for_its_members_until_exactly_the_delay(built: Built) -> None:
    data, tables = _reserved(0, 0, talk=100)
    (member, at), (other, later) = _answers(simulate(built(data, tables), 1, 0))
    assert (at, later) == (0.0, 30.0)
    assert member != other


def test_quality_tier_gives_a_waiting_contact_to_the_member_who_frees_in_time(built: Built) -> None:
    data, tables = _reserved(0, 0, talk=20)
    (member, _), (second, later) = _answers(simulate(built(data, tables), 1, 0))
    assert (member, later) == (second, 20.0)


def test_quality_tier_without_delay_reserves_nothing(built: Built) -> None:
    data, tables = _reserved(0, 0, talk=100, after="0 s")
    assert [at for _, at in _answers(simulate(built(data, tables), 1, 0))] == [0.0, 0.0]


def test_quality_tier_saves_who_would_give_up_at_the_very_moment_of_opening(built: Built) -> None:
    data, tables = _reserved(0, 0, talk=100)
    data["intents"]["call"]["patience"] = fixed(30.0)
    journal = simulate(built(data, tables), 1, 0)
    assert not (journal.legs["end"] == LegEnd.ABANDONED).any()
    data["intents"]["call"]["patience"] = fixed(29.0)
    journal = simulate(built(data, tables), 1, 0)
    assert (journal.legs["end"] == LegEnd.ABANDONED).sum() == 1


def test_quality_tier_sends_ordinary_contacts_to_others_first(built: Built) -> None:
    """Members stay free for high risk while anybody else can serve."""
    data, tables = _reserved(*range(0, 10), talk=300, agents=6)
    risky = data["intents"]["call"]
    data["intents"]["plain"] = {**risky, "risk": "low", "arrivals": {**risky["arrivals"], "column": "plain"}}
    tables["moments.csv"] = {
        "moment": traced([50.0, 51.0, 52.0]),
        "plain": traced([0.0, 1.0, 2.0]),
    }
    journal = simulate(built(data, tables), 1, 0)
    legs = np.sort(journal.legs, order="entered")
    assert (legs["answered"] == legs["entered"]).all()
    assert len(set(legs["agent"].tolist())) == 6


def test_quality_tier_opens_at_once_where_nobody_is_a_member(built: Built) -> None:
    """No history and a minimum of observations: nobody qualifies, so nobody is made to wait for nothing."""
    data, tables = _reserved(0, 0, talk=100)
    data["quality"] = {"history": {"weeks": 0}}
    data["routing"]["params"]["min_count"] = 3
    assert [at for _, at in _answers(simulate(built(data, tables), 1, 0))] == [0.0, 0.0]


def test_quality_tier_opens_in_time_also_when_its_members_come_on_duty_later(built: Built) -> None:
    """Who waits before any member is there must not be forgotten by those who come."""
    data, tables = _reserved(0, 0, 0, talk=20, after="60 s")
    data["staff"] = {
        "shifts": {"day": {"start": "08:00:30", "end": "09:00"}},
        "groups": {"agents": {"tier": 1, "skills": {"calls": 1.0}, "count": 2, "shift": "day"}},
    }
    assert sorted(at for _, at in _answers(simulate(built(data, tables), 1, 0))) == [30.0, 50.0, 60.0]


# --- what rules see: signals ------------------------------------------------------------------------------------------


class Spy(Router):
    """Longest idle, and remembers every refresh of the signals."""

    uses_signals = True
    seen: list[dict[str, Any]] = []  # noqa: RUF012  # emptied by the fixture

    def choose_agent(self, view: View, contact: Any) -> Any:
        return longest_idle(view.free_agents(contact))

    def refresh(self, view: View) -> None:
        names = ("handle_time", "resolution", "resolution_error", "resolution_count", "qa", "qa_error", "qa_count")
        Spy.seen.append({name: np.array(getattr(view.signals, name)) for name in names} | {"now": view.now})


@pytest.fixture
def spy() -> Iterator[list[dict[str, Any]]]:
    """The signals that a spying router saw."""
    Spy.seen.clear()
    with added("router", "spy", Spy):
        yield Spy.seen


def _watched(weeks: float, **more: Any) -> Data:
    truth = {"speed_sd": 0.2, "resolution_sd": 0.06}
    quality = {"truth": truth, "history": {"weeks": weeks}, **more.pop("quality", {})}
    returns = {"repeat": {"probability": 0.8, "delay": exponential(3600)}}
    data = teams(routing={"rule": "spy"}, quality=quality, returns=returns)
    data["calendar"]["length"] = "30 min"
    for group in data["staff"]["groups"].values():
        group["count"] = 30
    return {**data, **more}


def _error(built: Built, seen: list[dict[str, Any]], name: str, weeks: float) -> float:
    """Root mean square error of a signal against what perfect measurement would show."""
    seen.clear()
    simulate(built(_watched(weeks, quality={"signals": {"oracle": True}})), 1, 0)
    simulate(built(_watched(weeks)), 1, 0)
    perfect, shown = seen[0][name], seen[-1][name]
    return float(np.sqrt(np.mean((perfect[:60] - shown[:60])[:, 0] ** 2)))


@pytest.mark.parametrize("name", ["handle_time", "resolution", "qa"])
def test_signals_come_nearer_to_the_truth_with_more_history(name: str, built: Built, spy: list[dict[str, Any]]) -> None:
    errors = [_error(built, spy, name, weeks) for weeks in (2, 26, 260)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.6 * errors[0]


def test_the_oracle_is_exact_and_measurement_is_not(built: Built, spy: list[dict[str, Any]]) -> None:
    simulate(built(_watched(8, quality={"signals": {"oracle": True}})), 1, 0)
    simulate(built(_watched(8)), 1, 0)
    assert (spy[0]["resolution_error"] == 0.0).all()
    assert (spy[-1]["resolution_error"] > 0.0).any()


def test_estimates_are_pulled_towards_the_mean_the_more_the_less_is_known(
    built: Built, spy: list[dict[str, Any]]
) -> None:
    for weeks in (2, 260):
        simulate(built(_watched(weeks)), 1, 0)
    short, long = spy[0], spy[-1]
    assert short["qa"][:, 0].std() < long["qa"][:, 0].std()
    first_tier = [*range(30), *range(60, 90)]
    assert (short["qa_error"][first_tier] > long["qa_error"][first_tier]).all()


def test_the_history_is_the_same_in_all_arms(built: Built, spy: list[dict[str, Any]]) -> None:
    simulate(built(_watched(8)), 1, 0)
    other = _watched(8, returns={**_watched(8)["returns"], "max_contacts": 2})
    other["intents"]["bill"]["patience"] = fixed(1.0)
    other["queues"]["front"]["aging"] = "10 s"
    simulate(built(other), 1, 0)
    for name in ("handle_time", "resolution", "qa", "qa_count"):
        assert np.array_equal(spy[0][name], spy[-1][name])


def test_signals_are_refreshed_at_the_stated_cadence(built: Built, spy: list[dict[str, Any]]) -> None:
    simulate(built(_watched(8, quality={"signals": {"refresh": "10 min"}})), 1, 0)
    moments = [seen["now"] for seen in spy]
    assert moments[:3] == [0.0, 600.0, 1200.0]
    counts = [seen["resolution_count"].sum() for seen in spy]
    assert counts == sorted(counts)


def _judged(journal: Journal, window: float) -> NDArray[np.float64]:
    """When each human-handled contact's outcome counts: when its window has closed."""
    contacts = journal.contacts[np.isin(journal.contacts["end"], (ContactEnd.RESOLVED, ContactEnd.UNRESOLVED))]
    closes: NDArray[np.float64] = contacts["ended"] + window
    return closes


def test_signals_know_nothing_before_its_time(built: Built, spy: list[dict[str, Any]]) -> None:
    """Evaluations count from their release on, repeats and their absence from the window's end on."""
    quality = {
        "signals": {"refresh": "10 min"},
        "evaluation": {"per_agent_week": 250.0, "lag": "25 min"},
    }
    data = _watched(8, quality=quality, measures={"repeat_window": "40 min"})
    data["calendar"]["length"] = "2 h"
    journal = simulate(built(data), 1, 0)
    qa, outcomes = (spy[0][name].sum() for name in ("qa_count", "resolution_count"))
    known, released = _judged(journal, 2400.0), journal.evaluations["released"]
    for seen in spy:
        intents = seen["qa_count"].shape[1]
        assert seen["qa_count"].sum() - qa == intents * (released <= seen["now"]).sum()
        assert seen["resolution_count"].sum() - outcomes == (known <= seen["now"]).sum()
    assert np.array_equal(released, journal.evaluations["at"] + 1500.0)
    assert released.min() < spy[-1]["now"] and known.min() < spy[-1]["now"]


def test_a_random_scenario_never_asks_for_signals_of_a_router_that_reads_none(built: Built) -> None:
    for number in range(0, 20, 5):
        made = Made(number)
        assert made.data["routing"]["rule"] == "longest_idle"
        simulate(built(made.data, made.tables), 1, 0)
