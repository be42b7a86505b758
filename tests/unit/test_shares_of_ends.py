"""How often things end in which way: the shares that a scenario states, counted over thousands of contacts.

One draw decides among several ends, so that each end must have its own piece of it: a piece that is forgotten, taken
twice or not stretched shows in all the others. Tolerances are four standard errors of a share.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from sim.config.load import Loaded
from sim.model.journal import Initiator, Journal, LegEnd
from sim.simulate import simulate
from tests.scenarios import Data, centre, fixed
from tests.unit.traces import intent, legs, step, team, traced_run

Built = Callable[..., Loaded]
N = 4000
HIDDEN = {"sentiment_limit": -20.0, "keyword_risk": "none", "max_turns": 1_000_000}


def many(built: Built, path: Data, bot: Data | None = None, **sections: Any) -> Journal:
    """About N contacts in an hour, and people enough to serve them at once."""
    queues = {name: {"tier": tier, "skills": [name]} for tier, name in enumerate(("front", "expert", "top"), 1)}
    call = {**intent(path), "arrivals": {"kind": "constant", "per_hour": N}}
    if bot is not None:
        call["bot"] = {"containment": bot.pop("containment", 0.0), "false_containment": bot.pop("false", 0.0)}
        policy = {"rule": "bot_first", "params": {"repeats_to_human": False}}
        sections["bot"] = {"policy": policy, "session": fixed(60.0), "turn": "15 s", **HIDDEN, **bot}
    groups = {name: team(queue["tier"], name, count=200) for name, queue in queues.items()}
    data = centre(intents={"call": call}, queues=queues, staff={"groups": groups}, **sections)
    return simulate(built(data), 3, 0)


def shares(rows: Any) -> dict[tuple[LegEnd, Initiator], float]:
    """Share of legs by end and initiator."""
    kinds, counts = np.unique(rows[["end", "initiator"]], return_counts=True)
    return {(LegEnd(end), Initiator(who)): count / rows.size for (end, who), count in zip(kinds, counts, strict=True)}


def agree(found: dict[Any, float], wanted: dict[Any, float], n: int) -> None:
    assert set(found) == set(wanted)
    for kind, share in wanted.items():
        assert abs(found[kind] - share) < 4.0 * np.sqrt(share * (1.0 - share) / n), kind


def with_bot(journal: Journal) -> Any:
    return journal.legs[journal.legs["queue"] < 0]


def test_a_failing_session_ends_by_hanging_up_by_asking_or_by_itself(built: Built) -> None:
    journal = many(built, {"front": step(1)}, {"hang_up": 0.2, "asks_human": 0.3, "containment": 0.5, "false": 0.2})
    wanted = {
        (LegEnd.CONTAINED, Initiator.NONE): 0.5,
        (LegEnd.HUNG_UP, Initiator.CUSTOMER): 0.1,
        (LegEnd.HANDED_OFF, Initiator.CUSTOMER): 0.15,
        (LegEnd.HANDED_OFF, Initiator.CONFIDENCE): 0.25,
    }
    sessions = with_bot(journal)
    agree(shares(sessions), wanted, sessions.size)


@pytest.mark.parametrize(("most", "who", "length"), [(3, Initiator.TURNS, 45.0), (4, Initiator.CONFIDENCE, 60.0)])
def test_a_session_of_four_turns_is_ended_by_a_limit_of_three(
    built: Built, most: int, who: Initiator, length: float
) -> None:
    call = intent({"front": step(100)}, bot={"containment": 0.0})
    bot = {"policy": {"rule": "bot_first"}, "session": fixed(60.0), "turn": "15 s", **HIDDEN, "asks_human": 0.0}
    one = {"ann": team(1, "a")}
    queues = {"front": {"tier": 1, "skills": ["a"]}}
    journal = traced_run(built, {"call": (call, [0])}, one, queues, bot={**bot, "max_turns": most})
    assert legs(journal)[0] == ("call", "bot", "HANDED_OFF", 0, None, length)
    assert with_bot(journal)["initiator"].tolist() == [who]


def test_customers_who_come_back_are_angrier_by_half_a_standard_unit_each_time(built: Built) -> None:
    """Nobody is helped and all come back; whoever was too angry for the bot once is so every time."""
    returns = {"repeat": {"probability": 1.0, "delay": fixed(60.0)}, "max_contacts": 3}
    bot = {"sentiment_limit": -1.0, "asks_human": 0.0}
    sessions = with_bot(many(built, {"front": step(1, resolution=0.0)}, bot, returns=returns))
    before: set[int] = set()
    for attempt in range(3):
        mine = sessions[sessions["attempt"] == attempt]
        angry = mine["initiator"] == Initiator.SENTIMENT
        share = float(ndtr(-1.0 + 0.5 * attempt))
        assert abs(angry.mean() - share) < 4.0 * np.sqrt(share * (1.0 - share) / mine.size)
        now = set(mine["case"][angry].tolist())
        assert before & set(mine["case"].tolist()) <= now
        before = now


def test_who_passes_on_what_is_not_resolved(built: Built) -> None:
    """Three in ten go to the supervisor; of the rest half by the agent, a fifth by the customer, and none in secret."""
    supervisor = {"queue": "expert", "customer_asks": 0.2, "agent_asks": 0.1, "step": step(1)}
    journal = many(
        built,
        {"front": step(1, resolution=0.0), "expert": step(1)},
        escalation={"agent_notices": 0.5, "customer_asks": 0.2, "supervisor": supervisor},
    )
    first = journal.legs[journal.legs["leg"] == 0]
    wanted = {
        (LegEnd.TO_SUPERVISOR, Initiator.CUSTOMER): 0.2,
        (LegEnd.TO_SUPERVISOR, Initiator.AGENT): 0.1,
        (LegEnd.ESCALATED, Initiator.AGENT): 0.35,
        (LegEnd.ESCALATED, Initiator.CUSTOMER): 0.14,
        (LegEnd.UNRESOLVED, Initiator.NONE): 0.21,
    }
    agree(shares(first), wanted, first.size)


def test_the_second_agent_talks_by_a_draw_of_its_own(built: Built) -> None:
    """Talk at either tier is uniform up to 100 s, and a long one says nothing of the next."""
    law = {"law": "uniform", "low": "0 s", "high": "100 s"}
    path = {"front": step(1, resolution=0.0) | {"talk": law}, "expert": step(1) | {"talk": law}}
    rows = np.sort(many(built, path, escalation={"agent_notices": 1.0}).legs, order=["case", "leg"])
    first, second = (rows["ended"][rows["leg"] == leg] - rows["answered"][rows["leg"] == leg] for leg in (0, 1))
    assert abs(np.corrcoef(first, second)[0, 1]) < 4.0 / np.sqrt(first.size)


def test_hold_comes_in_its_share_of_contacts_and_keeps_its_law(built: Built) -> None:
    """In four of ten; uniform between 0 and 100 s, whoever has one: the piece of the draw is stretched to the whole."""
    hold = {"law": "uniform", "low": "0 s", "high": "100 s"}
    journal = many(built, {"front": step(1, hold=hold, hold_share=0.4)})
    held = journal.legs["hold"][journal.legs["hold"] > 0.0]
    n = journal.legs.size
    assert abs(held.size / n - 0.4) < 4.0 * np.sqrt(0.24 / n)
    assert abs(held.mean() - 50.0) < 4.0 * 100.0 / np.sqrt(12.0 * held.size)
    assert held.min() < 1.0 and held.max() > 99.0


def test_the_length_of_a_handover_says_nothing_of_how_the_contact_is_passed_on_later(built: Built) -> None:
    """Half of the escalations are warm, at either step; handovers are uniform up to 100 s, whichever half it was."""
    law = {"law": "uniform", "low": "0 s", "high": "100 s"}
    escalation = {"agent_notices": 1.0, "warm": 0.5, "handover": law}
    path = {"front": step(1, resolution=0.0), "expert": step(1, resolution=0.0), "top": step(1)}
    rows = np.sort(many(built, path, escalation=escalation).legs, order=["case", "leg"])
    first, second = (rows[rows["leg"] == leg] for leg in (0, 1))
    for passed_on in (first, second):
        assert abs(passed_on["warm"].mean() - 0.5) < 4.0 * 0.5 / np.sqrt(passed_on.size)
    briefed = second["ended"] - second["answered"] - 1.0
    for warm in (0, 1):
        lengths = briefed[(first["warm"] == 1) & (second["warm"] == warm)]
        assert abs(lengths.mean() - 50.0) < 4.0 * 100.0 / np.sqrt(12.0 * lengths.size)
    np.testing.assert_allclose(briefed[first["warm"] == 0], 0.0, atol=1e-9)
