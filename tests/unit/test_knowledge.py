"""Articles: how their support runs in time, whom it helps, and that nothing happens where nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.config.load import Loaded
from sim.config.schema import Article, Fix
from sim.config.schema import Knowledge as Spec
from sim.model.journal import Journal, LegEnd
from sim.quality.knowledge import Knowledge
from sim.simulate import simulate
from tests.relations.outcome import same
from tests.scenarios import Data, centre, exponential

Built = Callable[..., Loaded]
HOUR = 3600.0


def made(**more: Any) -> Knowledge:
    articles = {"bill": Article(coverage=0.8, freshness=0.5), "kept": Article(coverage=0.4, maintained=True)}
    return Knowledge(Spec(articles=articles, handle=0.1, resolution=0.2, bot=0.3, **more), ["bill", "kept", "new"], 2)


def test_support_is_coverage_times_freshness() -> None:
    assert made().support(5 * HOUR).tolist() == [0.4, 0.4, 0.0]


def test_what_nobody_maintains_is_half_as_fresh_after_its_half_life() -> None:
    assert made(half_life="2 h").support(4 * HOUR) == pytest.approx([0.1, 0.4, 0.0])


def test_a_fix_makes_fresh_and_may_cover_more_and_then_ages_again() -> None:
    known = made(half_life="2 h", fixes=[Fix(intent="bill", at="3 h", coverage=1.0)])
    times = (3 * HOUR - 1.0, 3 * HOUR, 5 * HOUR)
    support = [float(known.support(time)[0]) for time in times]
    assert support == pytest.approx([0.4 * 0.5 ** (times[0] / (2 * HOUR)), 1.0, 0.5])


def test_the_later_fix_counts_whatever_the_order_in_the_file() -> None:
    fixes = [Fix(intent="bill", at="3 h", freshness=0.2), Fix(intent="bill", at="1 h")]
    assert made(fixes=fixes).support(4 * HOUR)[0] == pytest.approx(0.8 * 0.2)


def test_only_what_has_changed_since_the_start_acts_and_on_all_agents_alike() -> None:
    known = made(fixes=[Fix(intent="bill", at="1 h")])
    before, after = known.change(0.0), known.change(HOUR)
    assert not before.handle.any() and not before.resolution.any() and not known.logits(0.0).any()
    assert after.handle.tolist() == pytest.approx(np.array([[-0.04, 0.0, 0.0]] * 2))
    assert after.resolution.tolist() == pytest.approx(np.array([[0.08, 0.0, 0.0]] * 2))
    assert known.logits(HOUR) == pytest.approx([0.12, 0.0, 0.0])
    assert not after.qa.any() and not after.empathy.any() and not after.defects.any()


def test_a_fix_at_the_very_start_acts_from_then_on() -> None:
    assert made(fixes=[Fix(intent="bill", at="0 s")]).change(0.0).handle[0, 0] == pytest.approx(-0.04)


# --- in a run ------------------------------------------------------------------------------------------------------


def written(knowledge: Data | None, **more: Any) -> Data:
    quality: Data = {"history": {"weeks": 0}, "changes_every": "10 min"}
    if knowledge is not None:
        quality["knowledge"] = knowledge
    data = centre(calendar={"start": "2026-03-02T08:00", "length": "6 h", "max_drain": "1 h"}, quality=quality, **more)
    data["intents"]["call"]["path"]["front"] |= {"resolution": 0.6, "wrap_up": exponential(30)}
    data["staff"]["groups"]["agents"]["count"] = 6
    return data


def ran(built: Built, knowledge: Data | None, bot: bool = False) -> Journal:
    data = written(knowledge)
    if bot:
        data["bot"] = {"policy": {"rule": "bot_first"}, "session": exponential(60), "keyword_risk": "none"}
        data["intents"]["call"]["bot"] = {"containment": 0.4, "false_containment": 0.5}
    return simulate(built(data), 3, 0)


@pytest.mark.parametrize("sizes", [{"handle": 0.0, "resolution": 0.0, "bot": 0.0}, {}])
def test_sizes_of_zero_or_articles_that_stay_as_they_are_give_the_bits_of_none(built: Built, sizes: Data) -> None:
    fixes = [{"intent": "call", "at": "1 h"}] if sizes else []
    knowledge = {"articles": {"call": {"freshness": 0.5}}, "fixes": fixes, **sizes}
    assert same(ran(built, None, bot=True), ran(built, knowledge, bot=True))


def test_a_fix_shortens_calls_and_settles_more_of_them_from_its_moment_on(built: Built) -> None:
    fix = {"intent": "call", "at": "3 h", "coverage": 1.0}
    big = {"articles": {"call": {"coverage": 0.0}}, "fixes": [fix], "handle": 0.7, "resolution": 3.0}
    before, after = (ran(built, knowledge).legs for knowledge in (None, big))
    early = before["ended"] < 3 * HOUR
    assert early.sum() > 50 and np.array_equal(before[early]["wrap_up"], after[: early.sum()]["wrap_up"])
    late = [legs[legs["entered"] > 3 * HOUR + 600] for legs in (before, after)]
    assert late[1]["wrap_up"].mean() == pytest.approx(np.exp(-0.7) * late[0]["wrap_up"].mean(), rel=1e-9)
    resolved = [(legs["end"] == LegEnd.RESOLVED).mean() for legs in late]
    assert resolved[0] < 0.75 and resolved[1] > 0.9


def test_a_fix_lets_the_bot_contain_more(built: Built) -> None:
    fix = {"intent": "call", "at": "0 s", "coverage": 1.0}
    big = {"articles": {"call": {"coverage": 0.0}}, "fixes": [fix], "handle": 0.0, "resolution": 0.0, "bot": 4.0}
    ends = [ran(built, knowledge, bot=True).legs for knowledge in (None, big)]
    shares = [(legs["end"][legs["tier"] == 0] == LegEnd.CONTAINED).mean() for legs in ends]
    assert shares[0] < 0.55 and shares[1] > 0.8
