"""The experienced first, or easy contacts to new hires."""

from __future__ import annotations

from sim.model.journal import Journal
from tests.routing.arms import SURE, compared, contacts, named, one_pool, rule
from tests.scenarios import Data

LONGEST_IDLE = rule("longest_idle")


def _centre(risk: str = "low") -> Data:
    """Three agents come an hour later: until then the others gather experience, which shows every ten minutes."""
    data = one_pool(per_hour=60, quality={"signals": {"refresh": "10 min"}, "history": {"weeks": 0}})
    data["intents"]["call"]["risk"] = risk
    data["staff"] = {
        "shifts": {"early": {"start": "08:00", "end": "11:00"}, "late": {"start": "09:00", "end": "11:00"}},
        "groups": {
            "old": {"tier": 1, "skills": {"calls": 1.0}, "count": 5, "shift": "early"},
            "new": {"tier": 1, "skills": {"calls": 1.0}, "count": 3, "shift": "late"},
        },
    }
    return data


def _to_new(journal: Journal) -> float:
    taken = contacts(journal)
    return float(taken[named(journal, "new")].sum() / taken.sum())


def test_the_experienced_are_preferred() -> None:
    assert compared(_centre(), rule("experience"), LONGEST_IDLE, _to_new) < -SURE


def test_easy_contacts_go_to_new_hires_and_others_do_not() -> None:
    easy = rule("experience", easy_share=0.7, new_below=5.0)
    assert compared(_centre(), easy, rule("experience"), _to_new) > SURE
    assert compared(_centre("medium"), rule("experience"), LONGEST_IDLE, _to_new) < -SURE
