"""What a scenario may say: frozen pydantic models, one class a section, seconds inside and units at the edge.

The loader (`load.py`) hands these models a plain dict; they refuse unknown keys and impossible values.
Cross-references (a queue that no agent can serve, an arm that names a missing intent) are checked in
`references.py`, so that each message can name both places.
"""

from sim.config.schema.base import (
    RISKS,
    Clock,
    CsvFile,
    Duration,
    Factor,
    Label,
    Name,
    NonNegative,
    Points,
    Positive,
    Risk,
    Rule,
    Section,
    Share,
    Spread,
    Start,
    Text,
)
from sim.config.schema.demand import (
    Arrivals,
    BotSkill,
    Busyness,
    CalendarSection,
    Channel,
    ConstantArrivals,
    CurveArrivals,
    Intent,
    Measures,
    ProfileArrivals,
    Return,
    Returns,
    Segment,
    Step,
    TraceArrivals,
)
from sim.config.schema.experiment import Arm, Experiment, Guardrail, Primary
from sim.config.schema.laws import (
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    ExponentialPart,
    Gamma,
    Hyperexponential,
    LawSpec,
    Lognormal,
    Mixture,
    Part,
    Triangular,
    Uniform,
    Weibull,
)
from sim.config.schema.quality import (
    Defects,
    Evaluation,
    History,
    Machine,
    Quality,
    Raters,
    RiskWeights,
    Signals,
    Survey,
    Truth,
)
from sim.config.schema.scenario import Assumption, Costs, Scenario
from sim.config.schema.staff import (
    Break,
    BreakMoves,
    BusyTeam,
    FloorManager,
    Group,
    Plan,
    QuietTeam,
    Shift,
    ShiftEndMoves,
    Staff,
)
from sim.config.schema.tiers import (
    Bot,
    Context,
    Escalation,
    Failures,
    Outage,
    Overflow,
    Queue,
    Review,
    Supervisor,
)

__all__ = [
    "Section", "Rule", "Name", "Duration", "Clock", "Start", "Share", "Positive", "NonNegative", "Spread", "Factor",
    "Points", "Label", "Text", "Risk", "RISKS",
    "CsvFile", "Exponential", "Lognormal", "Gamma", "Erlang", "Weibull", "Deterministic", "Uniform", "Triangular",
    "Empirical", "ExponentialPart", "Hyperexponential", "Part", "Mixture", "LawSpec", "CalendarSection", "Measures",
    "ConstantArrivals", "ProfileArrivals", "CurveArrivals", "TraceArrivals", "Busyness", "Segment", "Channel",
    "Step", "BotSkill", "Intent", "Return", "Returns", "Arrivals", "Overflow", "Queue", "Context", "Outage",
    "Failures", "Review", "Bot", "Supervisor", "Escalation", "Break", "Shift", "Plan", "Group", "BusyTeam", "QuietTeam",
    "BreakMoves", "ShiftEndMoves", "FloorManager", "Staff", "Truth", "RiskWeights", "Raters", "Machine", "Evaluation", "History",
    "Signals", "Survey", "Defects", "Quality", "Costs", "Assumption", "Scenario", "Arm", "Primary", "Guardrail",
    "Experiment",
]  # fmt: skip
