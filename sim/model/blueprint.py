"""From a scenario to its blueprint: names become positions, laws are built, intercepts solved, rates laid out.

Built once per arm (`draft`), shared by all its replications. Names become positions in tuples; positions follow the
order of declaration, and no outcome depends on them: ties are broken by time and by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.config import arrivals, schema
from sim.config import laws as law_specs
from sim.model import calibration
from sim.model.spec import (
    Blueprint,
    BotSpec,
    BotTierSpec,
    ChannelSpec,
    EscalationSpec,
    IntentSpec,
    QueueSpec,
    ReturnSpec,
    SegmentSpec,
    StepSpec,
)
from sim.sampling.streams import entity_key

if TYPE_CHECKING:
    from sim.config.load import Loaded
    from sim.config.tables import Tables


def draft(loaded: Loaded) -> Blueprint:
    """Turn a loaded scenario into its blueprint."""
    scenario, tables = loaded.scenario, loaded.tables
    calendar = scenario.calendar
    queues = _queues(scenario)
    position = {queue.name: queue.index for queue in queues}
    channels = _channels(scenario)
    returns = scenario.returns
    return Blueprint(
        scenario=scenario,
        horizon=calendar.length,
        limit=calendar.length + calendar.max_drain,
        intents=_intents(scenario, tables, position, channels),
        segments=_segments(scenario),
        channels=channels,
        queues=queues,
        bot=_bot_tier(scenario.bot, calendar.second_of_day, tables) if scenario.bot is not None else None,
        escalation=_escalation(scenario.escalation, tables),
        retrial=_return(returns.retrial, tables),
        repeat=_return(returns.repeat, tables),
        false_containment=_return(returns.false_containment or returns.repeat, tables),
        max_contacts=returns.max_contacts,
        patience_per_case=returns.patience == "per_case",
        priority_boost=returns.priority_boost,
    )


def _queues(scenario: schema.Scenario) -> tuple[QueueSpec, ...]:
    position = {name: index for index, name in enumerate(scenario.queues)}
    return tuple(
        QueueSpec(
            index=position[name],
            name=name,
            tier=queue.tier,
            skills=frozenset(queue.skills),
            priority=queue.priority,
            aging=queue.aging or 0.0,
            capacity=-1 if queue.capacity is None else queue.capacity,
            overflow_after=queue.overflow.after if queue.overflow is not None else -1.0,
            overflow_to=position[queue.overflow.to] if queue.overflow is not None else -1,
        )
        for name, queue in scenario.queues.items()
    )


def _channels(scenario: schema.Scenario) -> tuple[ChannelSpec, ...]:
    return tuple(
        ChannelSpec(index, name, channel.takes == "whole", tuple(channel.slowdown))
        for index, (name, channel) in enumerate(scenario.channels.items())
    )


def _segments(scenario: schema.Scenario) -> tuple[SegmentSpec, ...]:
    return tuple(
        SegmentSpec(index, name, segment.share, segment.priority, segment.patience_factor)
        for index, (name, segment) in enumerate(scenario.segments.items())
    )


def _intents(
    scenario: schema.Scenario, tables: Tables, position: dict[str, int], channels: tuple[ChannelSpec, ...]
) -> tuple[IntentSpec, ...]:
    channel_of = {channel.name: channel.index for channel in channels}
    return tuple(
        _intent(index, name, intent, scenario, tables, position, channel_of[intent.channel])
        for index, (name, intent) in enumerate(scenario.intents.items())
    )


def _intent(
    index: int,
    name: str,
    intent: schema.Intent,
    scenario: schema.Scenario,
    tables: Tables,
    position: dict[str, int],
    channel: int,
) -> IntentSpec:
    by_tier = sorted(intent.path.items(), key=lambda item: scenario.queues[item[0]].tier)
    resolution_sd = scenario.quality.truth.resolution_sd
    solved = calibration.path([step.resolution for _, step in by_tier], intent.difficulty_sd, resolution_sd)
    curve = arrivals.curve(intent.arrivals, scenario.calendar, tables)
    return IntentSpec(
        index=index,
        name=name,
        key=entity_key(name),
        channel=channel,
        risk=schema.RISKS.index(intent.risk),
        difficulty_sd=intent.difficulty_sd,
        patience=law_specs.build(intent.patience, tables) if intent.patience is not None else None,
        bot=_bot_skill(intent.bot, intent.difficulty_sd) if intent.bot is not None else None,
        steps=tuple(
            _step(step, tables, position[queue], scenario.queues[queue].tier, found)
            for (queue, step), found in zip(by_tier, solved, strict=True)
        ),
        supervisor=_supervisor(scenario, tables, position, by_tier[0][1].resolution, intent.difficulty_sd),
        edges=curve.edges,
        rates=curve.rates,
        trace=curve.recorded,
    )


def _step(step: schema.Step, tables: Tables, queue: int, tier: int, solved: calibration.Solved) -> StepSpec:
    return StepSpec(
        queue=queue,
        tier=tier,
        talk=law_specs.build(step.talk, tables),
        hold=law_specs.build(step.hold, tables) if step.hold is not None else None,
        hold_share=step.hold_share,
        wrap_up=law_specs.build(step.wrap_up, tables) if step.wrap_up is not None else None,
        resolution=step.resolution,
        intercept=solved.intercept,
        ability_scale=solved.ability_scale,
        population=solved.population,
    )


def _supervisor(
    scenario: schema.Scenario, tables: Tables, position: dict[str, int], below: float, difficulty_sd: float
) -> StepSpec | None:
    supervisor = scenario.escalation.supervisor
    if supervisor is None:
        return None
    shares = [below, supervisor.step.resolution]
    solved = calibration.path(shares, difficulty_sd, scenario.quality.truth.resolution_sd)[1]
    tier = scenario.queues[supervisor.queue].tier
    return _step(supervisor.step, tables, position[supervisor.queue], tier, solved)


def _bot_skill(bot: schema.BotSkill, difficulty_sd: float) -> BotSpec:
    true_share = bot.containment * (1.0 - bot.false_containment)
    rest = 1.0 - true_share
    false_share = bot.containment * bot.false_containment / rest if rest > 0.0 else 0.0
    return BotSpec(calibration.single(true_share, difficulty_sd), false_share)


def _bot_tier(bot: schema.Bot, midnight: float, tables: Tables) -> BotTierSpec:
    return BotTierSpec(
        session=law_specs.build(bot.session, tables),
        turn=bot.turn,
        max_turns=bot.max_turns,
        asks_human=bot.asks_human,
        hang_up=bot.hang_up,
        sentiment_limit=bot.sentiment_limit,
        keyword_risk=_first_risk(bot.keyword_risk),
        vip_priority=10 if bot.vip_priority is None else bot.vip_priority,
        context_passed=bot.context.passed,
        context_saves=bot.context.saves,
        context_costs=bot.context.costs,
        sessions_at_once=-1 if bot.sessions_at_once is None else bot.sessions_at_once,
        outages=tuple((each.at - midnight, each.at - midnight + each.length) for each in bot.outages),
        up=law_specs.build(bot.failures.up, tables) if bot.failures is not None else None,
        down=law_specs.build(bot.failures.down, tables) if bot.failures is not None else None,
    )


def _first_risk(named: str) -> int:
    """The lowest risk class that a rule concerns; beyond the last one for "none"."""
    return len(schema.RISKS) if named == "none" else schema.RISKS.index(named)


def _escalation(escalation: schema.Escalation, tables: Tables) -> EscalationSpec:
    supervisor = escalation.supervisor
    return EscalationSpec(
        agent_notices=escalation.agent_notices,
        customer_asks=escalation.customer_asks,
        warm=escalation.warm,
        handover=law_specs.build(escalation.handover, tables) if escalation.handover is not None else None,
        cold_costs=escalation.cold_costs,
        supervisor_customer=supervisor.customer_asks if supervisor is not None else 0.0,
        supervisor_agent=supervisor.agent_asks if supervisor is not None else 0.0,
    )


def _return(spec: schema.Return | None, tables: Tables) -> ReturnSpec | None:
    if spec is None or spec.probability == 0.0:
        return None
    return ReturnSpec(spec.probability, law_specs.build(spec.delay, tables))


def expected_arrivals(intent: IntentSpec) -> float:
    """Mean number of arrivals of an intent over the horizon."""
    if intent.trace is not None:
        return float(intent.trace.size)
    return float(intent.rates @ np.diff(intent.edges))
