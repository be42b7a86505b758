"""Routers that break what a centre promises, to see it noticed. They are not registered: no scenario can name them."""

from __future__ import annotations

from typing import Any

import pytest

from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.policy import Router, View
from sim.registry import Params
from sim.replication import rules
from sim.routing.longest_idle import LongestIdle


class LastComeFirstServed(LongestIdle):
    """An agent who frees takes the last of a line."""

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        head = super().choose_contact(view, agent)
        return None if head is None or head.line is None else head.line.tail


class EveryThirdWaits(LongestIdle):
    """Leaves agents idle, every third time."""

    def __init__(self, params: Params) -> None:
        super().__init__(params)
        self.asked = 0

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        self.asked += 1
        return super().choose_agent(view, contact) if self.asked % 3 else None


def play_with(patch: pytest.MonkeyPatch, router: type[Router]) -> None:
    """Every run has this router from now on, whichever its scenario names."""
    build = rules.build

    def build_other(kind: str, rule: Any) -> Any:
        return router(Params()) if kind == "router" else build(kind, rule)

    patch.setattr(rules, "build", build_other)
