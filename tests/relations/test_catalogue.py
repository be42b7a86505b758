"""`docs/relations.md` lists every relation, and every test of a relation is on the list."""

from __future__ import annotations

import re

from tests.relations import catalogue


def test_every_test_beside_relations_is_a_relation_or_the_partner_of_one() -> None:
    assert catalogue.unmarked() == []


def test_the_page_lists_every_relation_and_is_up_to_date() -> None:
    """Else: `python -m tests.relations.catalogue`."""
    assert catalogue.PAGE.read_text(encoding="utf-8") == catalogue.page()


def test_relations_are_many_and_no_two_claim_the_same() -> None:
    claims = re.findall(r"^\| \d+ \| (.+?) \| `(test_\w+)` \|$", catalogue.page(), re.MULTILINE)
    assert len(claims) >= 60
    assert len({claim for claim, _ in claims}) == len({name for _, name in claims}) == len(claims)
