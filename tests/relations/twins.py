"""Runs numbered scenarios in this process and stores what came of them: one half of `test_identity`, no test itself.

`SIM_PURE=1 python -m tests.relations.twins FILE SEED NUMBER …` writes {number: Outcome} to FILE. Whether the flow is
compiled is settled when `sim` is first imported, so either half has a process of its own. No test imports this module:
the rules that it registers would be met by every test that walks the registry.
"""

from __future__ import annotations

import pickle
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sim.config.load import Loaded
from sim.model.agent import Agent
from sim.model.contact import Contact
from sim.model.environment import COMPILED
from sim.model.policy import BotPolicy, EscalationRule, View
from sim.registry import Params, register
from sim.routing.longest_idle import LongestIdle
from sim.simulate import simulate
from tests.relations.outcome import FAULT_EVERY, STREAMS, Outcome, Streams
from tests.scenarios import Data, Wide, fixed

# --- rules that fail after a while -----------------------------------------------------------------------------------


class Planted(Exception):
    """What a user's rule may raise."""


class Faulty(LongestIdle):
    """Longest idle until its twentieth decision, then `fail`; it keeps the centre, so that records can be read."""

    def __init__(self, params: Params) -> None:
        super().__init__(params)
        self.decisions = 0
        seen.clear()

    def due(self) -> bool:
        """Whether it is time to fail."""
        self.decisions += 1
        return self.decisions >= 20

    def choose_agent(self, view: View, contact: Contact) -> Agent | None:
        seen.append(contact.centre)
        return self.fail(view, contact) if self.due() else super().choose_agent(view, contact)

    def fail(self, view: View, contact: Contact) -> Agent | None:
        """What goes wrong."""
        raise Planted("choose_agent", contact.intent.name, view.now)


seen: list[Any] = []  # the centre of the last run of a faulty rule


@register("router", "raises")
class Raises(Faulty):
    """A plain exception."""


@register("router", "interrupts")
class Interrupts(Faulty):
    """Ctrl-C while a rule decides."""

    def fail(self, view: View, contact: Contact) -> Agent | None:
        raise KeyboardInterrupt("planted")


@register("router", "chooses_anybody")
class ChoosesAnybody(Faulty):
    """Somebody who cannot take the contact, if there is one."""

    def fail(self, view: View, contact: Contact) -> Agent | None:
        return next((agent for agent in view.agents if not agent.can_take(contact)), None)


@register("router", "peeks")
class Peeks(Faulty):
    """Reads signals without having said so."""

    def fail(self, view: View, contact: Contact) -> Agent | None:
        return view.agents[int(view.signals.resolution[0][0])]


@register("router", "picks_the_first_again")
class PicksTheFirstAgain(Faulty):
    """Gives an agent who freed a contact that has long been served."""

    def __init__(self, params: Params) -> None:
        super().__init__(params)
        self.first: Contact | None = None

    def fail(self, view: View, contact: Contact) -> Agent | None:
        return LongestIdle.choose_agent(self, view, contact)

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        self.first = self.first or super().choose_contact(view, agent)
        return self.first


@register("router", "looks_back")
class LooksBack(Faulty):
    """Would reconsider in the past."""

    def fail(self, view: View, contact: Contact) -> Agent | None:
        return None

    def reconsider(self, view: View, contact: Contact) -> float:
        return view.now - 1.0 if self.due() else view.now + 60.0


@register("router", "fails_choosing_a_contact")
class FailsChoosingAContact(Faulty):
    """A plain exception while an agent looks for work, in the midst of the end of another contact."""

    def fail(self, view: View, contact: Contact) -> Agent | None:
        return LongestIdle.choose_agent(self, view, contact)

    def choose_contact(self, view: View, agent: Agent) -> Contact | None:
        if self.due():
            raise Planted("choose_contact", agent.name, view.now)
        return super().choose_contact(view, agent)


@register("escalation", "raises")
class EscalationRaises(EscalationRule):
    """A plain exception at the end of a talk."""

    def escalates(self, view: View, contact: Contact, agent: Agent) -> bool:
        raise Planted("escalates", agent.name, view.now)


@register("bot", "raises")
class BotRaises(BotPolicy):
    """A plain exception at the first repeat."""

    def sends_to_bot(self, view: View, contact: Contact, choice: float) -> bool:
        if contact.attempt:
            raise Planted("sends_to_bot", contact.case.number, choice)
        return choice < 0.5


def _rule(kind: str, name: str) -> Callable[[Data], None]:
    def plant(data: Data) -> None:
        if kind == "bot":
            data.setdefault("bot", {"session": fixed(30), "turn": "15 s"})["policy"] = {"rule": name}
            for intent in data["intents"].values():
                intent["bot"] = {"containment": 0.5, "false_containment": 0.5}
        elif kind == "escalation":
            data["escalation"]["rule"] = {"rule": name}
        else:
            data["routing"] = {"rule": name}

    return plant


FAULTS: list[Callable[[Data], None]] = [
    _rule("router", "raises"),
    _rule("router", "interrupts"),
    _rule("router", "chooses_anybody"),
    _rule("router", "peeks"),
    _rule("router", "picks_the_first_again"),
    _rule("router", "looks_back"),
    _rule("router", "fails_choosing_a_contact"),
    _rule("escalation", "raises"),
    _rule("bot", "raises"),
]


# --- runs ------------------------------------------------------------------------------------------------------------


def scenario(number: int) -> Wide:
    """Random scenario `number`; every third has a fault planted."""
    made = Wide(number)
    if number % FAULT_EVERY == 0:
        FAULTS[number // FAULT_EVERY % len(FAULTS)](made.data)
    return made


def outcome(loaded: Loaded, seed: int, number: int) -> Outcome:
    """Run it; whatever a rule raises is an outcome like any other."""
    seen.clear()
    try:
        journal = simulate(loaded, seed, number, births_factor=0.7 if number % 5 == 0 else 1.0)
    except (Exception, KeyboardInterrupt) as error:
        return Outcome(COMPILED, _recorded(), (type(error).__name__, str(error)))
    lexicon = journal.lexicon
    facts = {name: getattr(lexicon, name) for name in lexicon.__dataclass_fields__}
    return Outcome(COMPILED, {name: getattr(journal, name) for name in STREAMS}, None, facts)


def _recorded() -> Streams:
    if not seen:
        return {}
    recorder = seen[0].recorder
    return {name: getattr(recorder, name)() for name in ("legs", "contacts", "cases", "states")}


def outcomes(seed: int, numbers: list[int]) -> Iterator[tuple[int, Outcome]]:
    """The outcome of each scenario."""
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            yield number, outcome(scenario(number).load(Path(folder) / str(number)), seed, number)


def main(file: str, seed: str, *numbers: str) -> None:
    """See the module's docstring."""
    with Path(file).open("wb") as out:
        pickle.dump(dict(outcomes(int(seed), [int(number) for number in numbers])), out)


if __name__ == "__main__":
    main(*sys.argv[1:])
