"""Signals against the truth: how far measured differences between agents can be trusted.

`against_truth` runs one replication and sets what was measured of each agent beside what measuring for ever would show;
`summary` says what that is worth. Regression to the mean: of a measured difference between two agents, only the share
`slope` is expected to be there when they are measured again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.metrics.measured_quality import spearman
from sim.quality.measurement import HANDLED, by_agent, matured
from sim.quality.shrink import Tally, shrink
from sim.simulate import known, simulate

if TYPE_CHECKING:
    import pandas as pd

    from sim.config.load import Loaded
    from sim.model.journal import Journal

Array = NDArray[np.float64]
COLUMNS = ("signal", "agent", "tier", "n", "truth", "measured", "estimate")
SIGNALS = ("handle_time", "resolution", "qa")


def against_truth(loaded: Loaded, seed: int = 1, replication: int = 0) -> pd.DataFrame:
    """One row a signal and agent with at least one observation in the run (pre-history left out).

    `measured` is the plain mean, `estimate` the mean as shrunk for rules. `truth` of handle time (seconds) and of
    resolution (share without a further contact within the window) is that of the agent's own mix of intents; of QA
    (points) it is the scenario's mean and the agent's trait. What lowers the measurement of everybody alike is not in
    it: auto-fails, the ends of the scale, and customers who come back with what was hard the first time.
    """
    import pandas as pd

    journal, (truth, expected) = simulate(loaded, seed, replication), known(loaded, seed, replication)
    qa = loaded.scenario.quality.evaluation.mean + np.array(truth.qa)
    observed = dict(zip(SIGNALS, (_handle(journal), _outcomes(journal), _scores(journal)), strict=True))
    truths = {
        "handle_time": expected.handle,
        "resolution": expected.resolution,
        "qa": np.broadcast_to(qa[:, None], expected.handle.shape),
    }
    frames = [_set_out(name, *observed[name], truths[name], journal) for name in SIGNALS]
    return pd.concat(frames, ignore_index=True)[list(COLUMNS)]


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row a signal and tier: agents, observations of each, rank correlation, slope, and best fifth found.

    `rank_correlation`: Spearman's, of measured with truth · `slope`: of truth on measurement, by least squares ·
    `best_found`: of the true best fifth of agents, the share among the measured best fifth (a lottery finds a fifth).
    """
    import pandas as pd

    rows = []
    for (signal, tier), part in table.groupby(["signal", "tier"], sort=False):
        truth, measured = part["truth"].to_numpy(), part["measured"].to_numpy()
        sign = -1.0 if signal == "handle_time" else 1.0
        rows.append(
            {
                "signal": signal,
                "tier": tier,
                "agents": len(part),
                "observations": float(part["n"].mean()),
                "rank_correlation": spearman(np.round(measured, 12), np.round(truth, 12)),
                "slope": _slope(measured, truth),
                "best_found": _best_found(sign * truth, sign * measured),
            }
        )
    return pd.DataFrame(rows)


Observed = tuple[NDArray[np.int64], NDArray[np.int64], Array]  # agents, intents, values


def _handle(journal: Journal) -> Observed:
    legs = journal.legs[np.isin(journal.legs["end"], HANDLED)]
    return (
        legs["agent"].astype(np.int64),
        legs["intent"].astype(np.int64),
        legs["ended"] - legs["answered"] + legs["wrap_up"],
    )


def _outcomes(journal: Journal) -> Observed:
    """Of contacts whose whole window lies in the run: of later ones the bad news alone would be known."""
    judged = journal.contacts[by_agent(journal.contacts)]
    judged = judged[judged["ended"] + journal.lexicon.repeat_window <= journal.lexicon.horizon]
    _, came_back = matured(judged, journal.lexicon.repeat_window)
    return judged["agent"].astype(np.int64), judged["intent"].astype(np.int64), (~came_back).astype(np.float64)


def _scores(journal: Journal) -> Observed:
    scored = journal.evaluations[journal.evaluations["released"] <= journal.lexicon.horizon]
    return scored["agent"].astype(np.int64), scored["intent"].astype(np.int64), scored["score"]


def _set_out(
    name: str, agents: NDArray[np.int64], intents: NDArray[np.int64], values: Array, truth: Array, journal: Journal
) -> pd.DataFrame:
    import pandas as pd

    names, tiers = journal.lexicon.agents, np.array(journal.lexicon.agent_tiers, dtype=np.int64)
    tally, true = Tally.empty(len(names), 1), Tally.empty(len(names), 1)
    column = np.zeros(len(agents), dtype=np.int64)
    tally.add(agents, column, values)
    true.add(agents, column, truth[agents, intents])
    estimate = shrink(tally, tiers, np.zeros((len(names), 1)))
    seen = np.flatnonzero(tally.count[:, 0] > 0)
    n = tally.count[seen, 0]
    return pd.DataFrame(
        {
            "signal": name,
            "agent": [names[agent] for agent in seen],
            "tier": tiers[seen],
            "n": n,
            "truth": true.total[seen, 0] / n,
            "measured": tally.total[seen, 0] / n,
            "estimate": estimate.mean[seen, 0],
        }
    )


def _slope(measured: Array, truth: Array) -> float:
    apart = measured - measured.mean()
    squares = float(apart @ apart)
    return float(apart @ truth) / squares if squares > 0.0 else float("nan")


def _best_found(truth: Array, measured: Array) -> float:
    count = -(-len(truth) // 5)
    best, seen = (set(np.argsort(-values, kind="stable")[:count].tolist()) for values in (truth, measured))
    return len(best & seen) / count
