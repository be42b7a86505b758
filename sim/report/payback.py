"""Whether coaching pays for itself, and when: cumulative cost against saving, day by day, from stored tables.

Cost: time of agents and leaders in sessions (`coaching_cost`). Saving: agents' time that the same contacts would have
taken without coaching, at the mean wage of an hour on duty. Of the contacts handled in an interval, with AHT and the
number of repeat contacts a contact handled in both arms,

    saved = handled · ((AHT₀ - AHT) + (repeats₀ - repeats) · AHT₀) · wage.

Rates, not totals, are compared: who hangs up because agents are away in coaching saves nobody's time. It is time, not
money, unless fewer are planned. What a repeat costs the customer is not priced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment import estimate
from sim.report import formats
from sim.report.stored import Stored

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Payback:
    """One arm against the baseline. Rows are replications, columns intervals; money is cumulative.

    `hours`: in coaching by the end, mean · `repeats`: avoided by the end, a replication.
    """

    arm: str
    days: Array
    cost: Array
    saved: Array
    hours: float
    repeats: Array

    @property
    def net(self) -> Array:
        """Saved less spent."""
        return self.saved - self.cost

    def breaks_even(self) -> float | None:
        """Days after which the mean has been paid back and stays so to the end; None: not within the time simulated."""
        return _from_when(self.days, self.net.mean(axis=0))

    def surely(self, confidence: float = 0.95) -> float | None:
        """The same for the lower end of the interval of the mean, which is that of each day taken by itself."""
        half = self.half_width(self.net, confidence)
        return _from_when(self.days, self.net.mean(axis=0) - half) if np.isfinite(half).all() else None

    @property
    def returned(self) -> float:
        """Saved / cost by the end, of the means."""
        return float(self.saved[:, -1].mean() / self.cost[:, -1].mean())

    def half_width(self, money: Array, confidence: float) -> Array:
        """Of each day's mean; NaN from a single replication."""
        n = money.shape[0]
        if n < 2:
            return np.full(money.shape[1], np.nan)
        t = float(estimate.quantile(0.5 + 0.5 * confidence, np.array([n]))[0])
        return np.asarray(t * money.std(axis=0, ddof=1) / np.sqrt(n))


def paybacks(stored: Stored) -> list[Payback]:
    """Every arm that coaches, against the baseline; none where the tables lack what it takes."""
    base = _arm(stored.kpi, stored.baseline.name)
    found = (_payback(arm.name, _arm(stored.kpi, arm.name), base, stored) for arm in stored.others)
    return [one for one in found if one is not None]


def sentence(one: Payback, label: str, currency: str = "", confidence: float = 0.95) -> str:
    """The finding in words, the saving with its half-width where there are replications enough."""
    money = f"{formats.clean(currency)}{formats.NARROW}" if currency else ""
    spent, saved = one.cost[:, -1].mean(), one.saved[:, -1].mean()
    half = float(one.half_width(one.saved, confidence)[-1])
    about = f" ± {half:,.0f}" if np.isfinite(half) else ""
    begun = (
        f"{label}: {one.hours:,.0f} hours of coaching cost {money}{spent:,.0f}, saved {money}{saved:,.0f}{about} of "
        f"agents’ time ({one.repeats.mean():,.0f} repeats avoided) in {one.days[-1]:.0f} days"
    )
    even, surely = one.breaks_even(), one.surely(confidence)
    if even is None:
        return f"{begun}; they do not pay for themselves within that time"
    how = f"surely after {surely:.0f}" if surely is not None else "not surely within that time"
    return f"{begun}; they have paid for themselves after {even:.0f} days ({how})"


def _from_when(days: Array, net: Array) -> float | None:
    short = np.flatnonzero(net < 0.0)
    first = 0 if short.size == 0 else int(short[-1]) + 1
    return float(days[first]) if first < days.size else None


def _arm(kpi: pd.DataFrame, arm: str) -> pd.DataFrame:
    return kpi[(kpi["arm"] == arm)]


def _payback(name: str, arm: pd.DataFrame, base: pd.DataFrame, stored: Stored) -> Payback | None:
    spent = _daily(arm, "coaching_cost", "numerator")
    if spent is None or not spent.to_numpy().sum() > 0.0:
        return None
    ours, theirs = _rates(arm), _rates(base)
    if ours is None or theirs is None or not ours[0].shape == theirs[0].shape == ours[2].shape:
        return None
    handled, aht, again = ours
    _, aht_base, again_base = theirs
    avoided = handled * (again_base - again)
    seconds = handled * (aht_base - aht) + avoided * aht_base
    saved = seconds / 3600.0 * _wage(base)
    cost = spent.reindex(index=_index(arm), columns=_columns(arm), fill_value=0.0).fillna(0.0).to_numpy()
    interval = float(stored.manifest.get("scenario", {}).get("calendar", {}).get("interval", 86400.0))
    days = np.arange(1, cost.shape[1] + 1, dtype=np.float64) * (interval / 86400.0)
    hours = float(_total(arm, "coaching_hours", "all").mean())
    return Payback(name, days, cost.cumsum(axis=1), saved.cumsum(axis=1), hours, avoided.sum(axis=1))


def _rates(arm: pd.DataFrame) -> tuple[Array, Array, Array] | None:
    """Contacts handled, AHT, and repeats a contact handled, by replication and interval."""
    seconds, handled = _daily(arm, "aht", "numerator"), _daily(arm, "aht", "denominator")
    repeats = _daily(arm, "repeat_contacts", "numerator")
    if seconds is None or handled is None or repeats is None:
        return None
    number = handled.to_numpy()
    some = np.maximum(number, 1.0)
    again = repeats.reindex(index=handled.index, columns=handled.columns).fillna(0.0).to_numpy()
    return number, np.nan_to_num(seconds.to_numpy()) / some, again / some


def _index(arm: pd.DataFrame) -> pd.Index:
    daily = _daily(arm, "aht", "numerator")
    assert daily is not None  # asked for after _rates
    return daily.index


def _columns(arm: pd.DataFrame) -> pd.Index:
    daily = _daily(arm, "aht", "numerator")
    assert daily is not None
    return daily.columns


def _daily(arm: pd.DataFrame, kpi: str, column: str) -> pd.DataFrame | None:
    """Replications × intervals of the whole centre; None where there is nothing."""
    rows = arm[(arm["kpi"] == kpi) & (arm["scope"] == "all") & (arm["interval"] != "total")]
    if rows.empty:
        return None
    rows = rows.assign(interval=rows["interval"].astype(str))
    return rows.pivot(index="replication", columns="interval", values=column).sort_index(axis=1).fillna(0.0)


def _wage(base: pd.DataFrame) -> float:
    """Money for an hour of an agent's paid time, over the tiers of people."""
    total = base[(base["kpi"] == "total_cost") & (base["interval"] == "total")]
    scope = total["scope"].astype(str)
    wages = total.loc[scope.str.startswith("tier:") & (scope != "tier:0"), "numerator"].sum()
    hours = float(_total(base, "paid_hours", "all").sum())
    return float(wages) / hours if hours > 0.0 else 0.0


def _total(arm: pd.DataFrame, kpi: str, scope: str) -> pd.Series:
    rows = arm[(arm["kpi"] == kpi) & (arm["scope"] == scope) & (arm["interval"] == "total")]
    return rows["numerator"]
