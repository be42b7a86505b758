"""Coaching on the floor: where sessions go, who may call them off, and what a session does to an agent."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import exp
from typing import Any

import numpy as np
import pytest

import sim
from sim.coaching.port import CoachingRule, Known, Request
from sim.config.load import Loaded
from sim.config.schema import Coaching, CoachingGain
from sim.errors import ScenarioError
from sim.model.journal import AgentState, Journal, Moment, SessionEnd
from sim.quality import coached as coached_effect
from sim.quality.coached import Coached, kept
from sim.quality.condition import Change
from sim.sampling.streams import Streams
from sim.simulate import known as known_truth
from sim.simulate import prepare, simulate
from sim.staff.leaders import room
from sim.staff.person import Duty, Person
from sim.staff.windows import Window, Windows
from sim.staffing.slack import Slack, slack, team_of
from tests.contracts.rules import added
from tests.relations.outcome import same, same_flow
from tests.scenarios import Data
from tests.unit.coached_desk import coached_desk, sessions

Built = Callable[..., Loaded]
HOUR, DAY, WEEK = 3600.0, 86400.0, 7 * 86400.0
CHANGES_NOTHING = {"resolution": 0.0, "handle": 0.0, "qa": 0.0, "defects": 0.0}


# --- windows ---------------------------------------------------------------------------------------------------------


def person(name: str, start: float = 0.0, end: float = 4 * HOUR, skill: str = "a") -> Person:
    return Person(name, "desk", 1, {skill: 1.0}, 1, 20.0, (Duty(start, end),))


def windows(spare: list[float], staff: list[Person], **spec: Any) -> Windows:
    """Quarter hours with so many heads to spare, the same for every team; everybody at work throughout."""
    edges = np.arange(len(spare) + 1) * 900.0
    at_work = tuple(np.ones(len(spare), dtype=np.int64) for _ in staff)
    free = {team_of(each): np.array(spare) for each in staff}
    wanted = {"session": "30 min", "leaders": 5, "least_slack": -9.0, **spec}
    return Windows(Coaching.model_validate(wanted), Slack(edges, free, at_work), staff)


def placed(found: Windows, agents: list[int]) -> list[float | None]:
    """Where sessions of these agents go, one after the other, in quarter hours."""
    starts: list[float | None] = []
    for agent in agents:
        window = found.find(agent, 0.0, 1e9)
        starts.append(None if window is None else window.start / 900.0)
        if window is not None:
            found.take(window)
    return starts


def test_most_slack_comes_first_and_the_tightest_quarter_hour_counts() -> None:
    found = windows([1, 5, 2, 3, 3, 0, 9, 1], [person("ann")])
    assert placed(found, [0, 0, 0, 0]) == [3, 1, 6, None]  # min 3; then 2 of (5, 2); then 1 of (9, 1)


def test_who_is_away_takes_slack_from_the_others() -> None:
    """With two away at most the second goes elsewhere as soon as that has more slack left."""
    staff = [person(name) for name in ("ann", "bob", "cat")]
    assert placed(windows([4, 4, 2, 2, 4, 4], staff, most_away=2), [0, 1, 2]) == [0, 4, 0]


def test_never_more_are_away_at_once_than_stated() -> None:
    staff = [person(name) for name in ("ann", "bob", "cat")]
    assert placed(windows([9, 9, 1, 1], staff, most_away=1), [0, 1, 2]) == [0, 2, None]
    assert placed(windows([9, 9, 1, 1], staff, most_away=3), [0, 1, 2]) == [0, 0, 0]


def test_teams_do_not_take_each_others_places_but_each_others_leaders() -> None:
    staff = [person("ann"), person("bob", skill="b")]
    assert placed(windows([9, 9, 1, 1], staff), [0, 1]) == [0, 0]
    assert placed(windows([9, 9, 1, 1], staff, leaders=1), [0, 1]) == [0, 2]


def test_no_window_where_less_slack_is_left_than_stated() -> None:
    assert placed(windows([1, 1, 1], [person("ann")], least_slack=0.0), [0]) == [0]
    assert placed(windows([1, 1, 1], [person("ann")], least_slack=0.1), [0]) == [None]


def test_a_window_begins_and_ends_when_it_may() -> None:
    found = windows([1, 2, 3, 4, 5, 6], [person("ann")])
    window = found.find(0, 900.0, 3600.0)
    assert window is not None and window.start == 1800.0
    assert found.find(0, 901.0, 2 * 900.0 + 1799.0) is None


def test_who_is_called_off_gives_back_place_and_leader() -> None:
    found = windows([9, 9], [person("ann"), person("bob")], leaders=1)
    window = found.find(0, 0.0, 1e9)
    assert window is not None
    found.take(window)
    assert found.find(1, 0.0, 1e9) is None
    found.give_back(window)
    assert found.find(1, 0.0, 1e9) is not None


def test_slack_is_heads_at_work_less_load_and_its_root(built: Built) -> None:
    """20 + 10 calls an hour of 230 s; P(another contact) 0.6 · 0.3 and 0.6 · 0.4, up to five contacts a case."""
    loaded = built(coached_desk())
    prepared = prepare(loaded)
    found = slack(loaded, prepared.staff)
    (spare,) = found.spare.values()
    cases = sum(rate * sum(again**n for n in range(5)) for rate, again in ((20, 0.18), (10, 0.24)))
    load = cases * 230.0 / 3600.0
    at = {hour: int(hour * 4) for hour in (7, 10, 12)}
    assert spare[at[10]] == pytest.approx(6 - load - load**0.5, rel=1e-9)
    assert spare[at[12]] == pytest.approx(0 - load - load**0.5, rel=1e-9)  # at noon all have their break
    assert spare[at[7]] == 0.0


def test_heads_of_several_slots_share_the_load_of_chats_and_none_of_calls(built: Built) -> None:
    def spare(takes: str, slots: int) -> float:
        desk = coached_desk(load=3.0)
        desk["staff"]["groups"]["desk"]["slots"] = slots
        loaded = built(desk | {"channels": {"voice": {"takes": takes}}})
        (found,) = slack(loaded, prepare(loaded).staff).spare.values()
        return float(found[40])  # ten o'clock

    load = (
        3.0 * sum(rate * sum(again**n for n in range(5)) for rate, again in ((20, 0.18), (10, 0.24))) * 230.0 / 3600.0
    )
    assert spare("slot", 2) == pytest.approx(6 - load / 2 - (load / 2) ** 0.5, rel=1e-9)
    assert spare("whole", 2) == spare("whole", 1) == pytest.approx(6 - load - load**0.5, rel=1e-9)


# --- on the floor ----------------------------------------------------------------------------------------------------


def run(built: Built, rule: Data | None = None, coaching: Data | None = None, **more: Any) -> Journal:
    return simulate(built(coached_desk(rule, coaching, **more)), 5, 0)


def away(journal: Journal) -> list[tuple[int, float, float]]:
    rows = journal.states[journal.states["state"] == AgentState.COACHING]
    return sorted((int(row["agent"]), float(row["start"]), float(row["end"])) for row in rows)


def test_a_session_is_a_stretch_in_the_state_coaching(built: Built) -> None:
    journal = run(built)
    held = journal.sessions[journal.sessions["began"] == journal.sessions["began"]]
    assert held.size >= 12
    assert away(journal) == sorted((int(row["agent"]), row["began"], row["ended"]) for row in held)
    assert (held["ended"] - held["began"] <= 1800.0 + 1e-9).all()
    assert (held["began"] >= held["due"]).all()


def test_sessions_keep_the_limits_on_leaders_and_on_who_is_away(built: Built) -> None:
    """Four sessions a day for two hours of one leader, one at a time."""
    journal = run(built)
    spec = built(coached_desk()).scenario.coaching
    assert spec is not None and room(spec) == 4
    by_day = np.bincount((journal.sessions["booked"] // DAY).astype(int))
    assert by_day.max() == 4
    stretches = sorted((start, end) for _, start, end in away(journal))
    assert all(second >= end for (_, end), (second, _) in pairwise(stretches))


def test_more_leaders_hold_more_sessions(built: Built) -> None:
    counts = [run(built, coaching={"leaders": n, "most_away": n}).sessions.size for n in (1, 2)]
    assert counts[0] == 16 and counts[1] == 24  # with two, everybody has one a day


def test_round_robin_reaches_everybody(built: Built) -> None:
    counts = np.bincount(run(built).sessions["agent"], minlength=6)
    assert counts.min() >= 2 and counts.max() <= 3


def test_an_agent_with_a_contact_finishes_it_first(built: Built) -> None:
    """Busy agents: most sessions begin late, and end in time all the same."""
    journal = run(built, load=4.0)
    held = journal.sessions[journal.sessions["end"] == SessionEnd.HELD]
    late = held["began"] - held["due"]
    assert (late > 0.0).mean() > 0.5
    np.testing.assert_allclose(held["ended"], held["due"] + 1800.0)
    for row in held[late > 0.0]:
        mine = journal.legs[journal.legs["agent"] == row["agent"]]
        assert (mine["ended"] + mine["wrap_up"] == row["began"]).any()


def test_nobody_answers_while_in_coaching(built: Built) -> None:
    journal = run(built, load=2.0)
    for agent, start, end in away(journal):
        answered = journal.legs["answered"][journal.legs["agent"] == agent]
        assert not ((answered > start) & (answered < end)).any()


def test_hours_in_coaching_are_paid_and_kept_to_the_schedule(built: Built) -> None:
    from sim.metrics import kpis

    journal = run(built)
    table = kpis.table(journal)
    total = table[(table["interval"] == "total") & (table["scope"] == "all")].set_index("kpi")["value"]
    assert total["coaching_hours"] == pytest.approx(sum(end - start for _, start, end in away(journal)) / 3600.0)
    assert total["adherence"] == pytest.approx(1.0, abs=0.01)
    off = kpis.table(run(built, {"rule": "none"}))
    off = off[(off["interval"] == "total") & (off["scope"] == "all")].set_index("kpi")["value"]
    assert total["paid_hours"] == pytest.approx(off["paid_hours"], rel=2e-3)


def test_a_session_costs_the_time_of_agent_and_leader(built: Built) -> None:
    data = coached_desk(coaching={"leader_hourly_cost": 40.0})
    data["staff"]["groups"]["desk"]["hourly_cost"] = 20.0
    rows = simulate(built(data), 5, 0).sessions
    held = rows[rows["began"] == rows["began"]]
    assert held.size >= 12
    np.testing.assert_allclose(held["cost"], (held["ended"] - held["began"]) / HOUR * 60.0)
    assert not rows["cost"][np.isnan(rows["began"])].any()


class Reader(CoachingRule):
    """In turn, and keeps what it was shown."""

    shown: list[Known] = []  # noqa: RUF012  # emptied by the test

    def choose(self, known: Known) -> list[Request]:
        self.shown.append(known)
        return [Request(int(at), 0 if at % 2 else None, "in turn") for at in np.argsort(known.last, kind="stable")]


def test_leaders_know_the_hours_that_were_held_and_when_the_last_session_ended(built: Built) -> None:
    """By agent; a session about an intent counts there, one about the work in general in every intent."""
    Reader.shown.clear()
    with added("coaching", "reader", Reader):
        rows = run(built, {"rule": "reader"}, load=4.0).sessions
    *_, known = Reader.shown
    rows = rows[(rows["ended"] <= known.now) & (rows["began"] == rows["began"])]
    assert rows.size >= 8
    for agent in range(6):
        mine = rows[rows["agent"] == agent]
        hours = float((mine["ended"] - mine["began"]).sum()) / HOUR
        assert known.had[agent] == pytest.approx(hours)
        assert known.hours[agent].tolist() == pytest.approx([hours, 0.0 if agent % 2 else hours])
        assert known.last[agent] == mine["ended"].max(initial=-np.inf)


# --- calling off -----------------------------------------------------------------------------------------------------

TOUCHY: Data = {"every": "5 min", "coaching": {"waiting": 1, "longest_wait": "1 h"}}


def managed(built: Built, manager: Data, **more: Any) -> Journal:
    data = coached_desk(**more)
    data["staff"]["floor_manager"] = {**manager, "breaks": {"later": "0 s", "earlier": "0 s"}}
    return simulate(built(data), 5, 0)


def test_a_busy_team_has_its_due_sessions_called_off_and_booked_again(built: Built) -> None:
    journal = managed(built, TOUCHY, load=5.0)
    called_off = journal.sessions[journal.sessions["end"] == SessionEnd.CALLED_OFF]
    assert called_off.size > 5
    assert np.isnan(called_off["began"]).all()
    again = journal.sessions[
        np.isin(journal.sessions["booked"] % DAY % 300.0, [0.0]) & (journal.sessions["booked"] > 0)
    ]
    assert again.size > journal.sessions.size // 4


def test_sessions_teach_for_as_long_as_they_took_and_those_called_off_nothing(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught: list[float] = []
    monkeypatch.setattr(Coached, "taught", lambda _, agent, intent, seconds, ended: taught.append(seconds))
    rows = managed(built, TOUCHY, load=5.0).sessions
    held = rows[~np.isnan(rows["began"])]
    assert 0 < held.size < rows.size
    assert taught == (held["ended"] - held["began"]).tolist()


def test_the_window_of_a_session_that_did_not_begin_is_free_again(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    freed: list[tuple[int, float]] = []
    give_back = Windows.give_back

    def noted(self: Windows, window: Window) -> None:
        freed.append((window.agent, window.start))
        give_back(self, window)

    monkeypatch.setattr(Windows, "give_back", noted)
    rows = managed(built, TOUCHY, load=5.0).sessions
    lost = rows[np.isnan(rows["began"])]
    assert 0 < lost.size < rows.size
    assert freed == list(zip(lost["agent"].tolist(), lost["due"].tolist(), strict=True))


def test_thresholds_that_nobody_reaches_call_nothing_off(built: Built) -> None:
    calm = {"every": "5 min", "coaching": {"waiting": 10_000, "longest_wait": "10 h"}}
    with_it, without = managed(built, calm, load=5.0), managed(built, {"every": "5 min"}, load=5.0)
    assert same(with_it, without) and sessions(with_it) == sessions(without)
    assert not (with_it.sessions["end"] == SessionEnd.CALLED_OFF).any()


def test_those_who_are_away_are_called_back_if_so_stated(built: Built) -> None:
    stay, back = (
        managed(built, {**TOUCHY, "coaching": {"waiting": 1, "call_back": call_back}}, load=5.0)
        for call_back in (False, True)
    )
    assert not (stay.sessions["end"] == SessionEnd.CUT_SHORT).any()
    cut = back.sessions[back.sessions["end"] == SessionEnd.CUT_SHORT]
    assert cut.size and (cut["ended"] < cut["due"] + 1800.0).all()
    assert set(cut["ended"] % 300.0) == {0.0}


def test_the_log_says_what_was_done_and_why(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.staff import coaching

    logs: list[Any] = []
    run_of = coaching.Coaching.run
    monkeypatch.setattr(coaching.Coaching, "run", lambda self, horizon: logs.append(self.log) or run_of(self, horizon))
    managed(built, TOUCHY, load=5.0)
    (log,) = logs
    assert {note.what for note in log} >= {"booked", "held", "called off", "dropped"}
    reasons = {note.why for note in log if note.what == "called off"}
    assert all(why.startswith("the team is busy: ") for why in reasons)


# --- gain ------------------------------------------------------------------------------------------------------------


def coached(share: tuple[float, float] = (0.8, 0.2), **gain: Any) -> Coached:
    """Two agents, two intents; ceilings of 1 everywhere."""
    most = Change.none(2, 2)
    for part in (most.resolution, most.handle, most.qa, most.defects):
        part[...] = 1.0
    spec = CoachingGain.model_validate({"hours": "10 h", "focus": 0.0, **gain})
    return Coached(spec, most, np.array([share, share]))


def test_gain_saturates_with_hours() -> None:
    effect = coached()
    for n in range(1, 21):
        effect.taught(0, None, HOUR, 0.0)
        change = effect.change(0.0)
        assert change.resolution[0].tolist() == pytest.approx([1.0 - exp(-n / 10)] * 2)
        assert change.qa[0] == pytest.approx(1.0 - exp(-n / 10))
    assert not change.resolution[1].any() and not change.qa[1].any()


def test_a_session_counts_in_full_for_a_while_and_then_by_halves() -> None:
    ages = np.array([0.0, 20.0, 46.0, 72.0]) * WEEK
    assert kept(ages, 20 * WEEK, 26 * WEEK).tolist() == [1.0, 1.0, 0.5, 0.25]
    effect = coached(lasts="20 w", half_life="26 w")
    effect.taught(1, None, 5 * HOUR, 0.0)
    assert effect.change(46 * WEEK).handle[1, 0] == pytest.approx(1.0 - exp(-0.25))


def test_a_topic_takes_its_share_and_the_whole_stays_the_same() -> None:
    effect = coached((0.8, 0.2), focus=0.5)
    assert effect.dose(0, 1, HOUR).tolist() == [0.5, 0.5 + 0.5 / 0.2]
    assert effect.dose(0, 1, HOUR) @ [0.8, 0.2] == pytest.approx(1.0)
    assert effect.dose(0, None, HOUR).tolist() == [1.0, 1.0]


def test_an_intent_the_agent_never_serves_is_no_topic() -> None:
    assert coached((1.0, 0.0), focus=0.5).dose(0, 1, HOUR).tolist() == [1.0, 1.0]


def test_what_was_taught_leaves_with_the_agent() -> None:
    effect = coached()
    for agent in (0, 1):
        effect.taught(agent, None, HOUR, 0.0)
    effect.forget(0)
    assert not effect.change(0.0).resolution[0].any() and effect.change(0.0).resolution[1].all()


def test_who_takes_over_a_seat_was_never_coached(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[int] = []
    monkeypatch.setattr(Coached, "forget", lambda _, agent: forgotten.append(agent))
    data = coached_desk(count=60)
    data["staff"]["attrition"] = {"early": 1.0, "later": 1.0, "refill": "1 d"}
    rows = simulate(built(data), 5, 0).conditions
    joined = rows["agent"][rows["moment"] == Moment.JOINED]
    assert joined.size > 1 and forgotten == joined.tolist()


def test_leaders_have_time_for_whole_sessions() -> None:
    def sessions_for(**spec: Any) -> int:
        return room(Coaching.model_validate(spec))

    assert sessions_for(leaders=2, hours_per_leader_week="7 h", session="1 h") == 14
    assert sessions_for(leaders=1, hours_per_leader_week="7 h", session="40 min", every="1 d") == 1
    assert sessions_for(leaders=0) == sessions_for(session="0 s") == 0


def ceilings(built: Built, monkeypatch: pytest.MonkeyPatch, **gain: float) -> tuple[Change, Any]:
    """What each agent of the desk can gain at the most, and what the agents really are."""
    made: list[Change] = []
    begin = Coached.__init__

    def noted(self: Coached, gain: CoachingGain, ceiling: Change, share: Any) -> None:
        made.append(ceiling)
        begin(self, gain, ceiling, share)

    monkeypatch.setattr(Coached, "__init__", noted)
    loaded = built(coached_desk(coaching={"gain": {"response_sd": 0.0, "weak_more": 0.0, **gain}}))
    truth, _ = known_truth(loaded, 5, 0)
    prepare(loaded).stream(5, 0, 0.01, lambda _: None)
    return made[0], truth


def test_whoever_is_coached_is_faster_resolves_more_scores_higher_and_errs_less(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A third off the handle time; points of score and the odds as stated; the points of resolution in logits."""
    most, _ = ceilings(built, monkeypatch, handle=1 / 3, qa=2.0, defects=0.1, resolution=0.05)
    assert np.exp(most.handle).ravel().tolist() == pytest.approx([2 / 3] * 12)
    assert most.qa.tolist() == pytest.approx([2.0] * 6) and most.defects.tolist() == pytest.approx([-0.1] * 6)
    assert (most.resolution > 0.05 / 0.25).all()  # a logit moves a share by a quarter at the most


def test_the_weaker_and_the_slower_have_more_to_gain(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the stated part for each standard deviation; speed is lognormal with mean 1."""
    most, truth = ceilings(built, monkeypatch, weak_more=0.3, handle=0.1, resolution=0.0, qa=1.0)
    slowness = (np.log(np.array(truth.speed)) + 0.02) / 0.2
    np.testing.assert_allclose(most.handle, np.log(0.9) * (1.0 + 0.3 * slowness))
    np.testing.assert_allclose(most.qa, 1.0 - 0.3 * np.array(truth.ability).mean(axis=1))
    assert np.ptp(slowness) > 0.5


def test_some_respond_more_than_others_and_on_average_as_stated() -> None:
    """Lognormal with mean 1; 4,000 agents have a mean with a standard error of 0.0084."""
    many = [person(f"agent {number}") for number in range(4000)]
    found = coached_effect._response(CoachingGain(response_sd=0.5), many, Streams(3, 0))
    assert abs(found.mean() - 1.0) < 4.0 * np.sqrt(np.expm1(0.25) / 4000)
    assert found.std() == pytest.approx(np.sqrt(np.expm1(0.25)), rel=0.15)


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "path", "words"),
    [
        ({"rule": {"rule": "lowest_frist"}}, "coaching.rule.rule", "did you mean 'lowest_first'"),
        ({"rule": {"rule": "lowest_first", "params": {"signal": "mood"}}}, "coaching.rule.params.signal", "resolution"),
        ({"session": 30}, "coaching.session", 'such as "6 min"'),
        ({"session": "-5 min"}, "coaching.session", ""),
        ({"every": "0 s"}, "coaching.every", ""),
        ({"session": "2 d", "hours_per_leader_week": "100 h"}, "coaching.session", "longer than the time"),
        ({"session": "3 h"}, "coaching.session", "less than one session"),
        ({"leaders": True}, "coaching.leaders", ""),
        ({"most_away": 0}, "coaching.most_away", ""),
        ({"gain": {"resolution": 0.9}}, "coaching.gain.resolution", ""),
        ({"gain": {"half_life": "0 s"}}, "coaching.gain.half_life", ""),
        ({"gain": {"handle": float("nan")}}, "coaching.gain.handle", ""),
        ({"leader": 2}, "coaching.leader", "leaders"),
    ],
)
def test_a_section_that_cannot_be_is_refused_at_its_place(section: Data, path: str, words: str, built: Built) -> None:
    with pytest.raises(ScenarioError) as caught:
        built(coached_desk(coaching=section))
    told = [problem for problem in caught.value.problems if problem.path.endswith(path)]
    assert told, caught.value
    assert any(words in str(problem) for problem in told), told


def test_a_floor_manager_cannot_call_off_what_there_is_not(built: Built) -> None:
    data = coached_desk()
    del data["coaching"]
    data["staff"]["floor_manager"] = TOUCHY
    with pytest.raises(ScenarioError, match="there is no coaching to call off"):
        built(data)


# --- off is off ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("router", ["longest_idle", "p_mu"])
@pytest.mark.parametrize(
    "off",
    [{"session": "0 s"}, {"leaders": 0}, {"hours_per_leader_week": "0 h"}, {"rule": {"rule": "none"}}],
    ids=lambda off: next(iter(off)),
)
def test_no_session_is_no_coaching_to_the_last_bit(off: Data, router: str, built: Built) -> None:
    section = coached_desk(coaching=off, routing={"rule": router})
    without = coached_desk(routing={"rule": router})
    del without["coaching"]
    assert same(simulate(built(section), 5, 0), simulate(built(without), 5, 0))


def test_sessions_without_gain_take_capacity_and_change_nobody(built: Built) -> None:
    """The same calls are resolved, handle times are the same where the same agent answers; agents are away."""
    gained, bare = run(built), run(built, coaching={"gain": CHANGES_NOTHING})
    without = run(built, {"rule": "none"})
    assert away(bare) and not same_flow(bare, without)
    assert not same_flow(bare, gained)
    assert _resolved_alike(bare, without) == 1.0 > _resolved_alike(gained, without)


def _resolved_alike(one: Journal, two: Journal) -> float:
    """Of first contacts that the same agent had in both runs, the share with the same outcome and wrap-up time."""
    tables = []
    for journal in (one, two):
        legs = journal.legs[(journal.legs["attempt"] == 0) & (journal.legs["agent"] >= 0)]
        ends = {int(row["case"]): (int(row["agent"]), int(row["end"]), float(row["wrap_up"])) for row in legs}
        tables.append(ends)
    both = [(tables[0][case], tables[1][case]) for case in tables[0].keys() & tables[1].keys()]
    alike = [ours == theirs for ours, theirs in both if ours[0] == theirs[0]]
    assert len(alike) > 100
    return sum(alike) / len(alike)


def test_a_shipped_scenario_without_the_section_has_no_sessions() -> None:
    journal = simulate(sim.load("tech_support", ["calendar.length='10 h'"]), 1, 0)
    assert journal.sessions.size == 0 and not away(journal)
