"""The page's section on whether coaching pays: a sentence an arm, and cost against saving day by day in one panel each.

It is there only where an arm coaches and the tables hold what it takes; all numbers come from `sim.report.payback`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report import canvas, formats, payback
from sim.report.canvas import BODY, INK, RULE, SMALL, SOFT, Chart, Look, Sheet
from sim.report.figures import Findings
from sim.report.payback import Payback

_PLOT, _HEAD, _GAP, _TOP, _LEFT = 1.15, 0.4, 0.2, 0.3, 0.62


@dataclass(frozen=True, slots=True)
class Section:
    """What the page shows: one sentence an arm, what they rest on, and the figure."""

    sentences: list[str]
    basis: str
    chart: Chart


def section(found: Findings) -> Section | None:
    """The section; None where no arm coaches."""
    several = payback.paybacks(found.stored)
    if not several:
        return None
    looks = [found.looks[one.arm] for one in several]
    sure, money = found.stored.confidence, found.stored.currency
    told = [payback.sentence(one, look.label, money, sure) for one, look in zip(several, looks, strict=True)]
    basis = (
        "Cost is the time of agents and leaders in sessions. Saved is the agents' time that the same contacts would "
        "have taken without coaching, shorter contacts and fewer repeats, at the mean wage: time, not money, unless "
        "fewer are planned. What a repeat costs the customer is not priced."
    )
    finding = _finding(several)
    chart = Chart(
        "payback",
        finding,
        " ".join(f"{one}." for one in told),
        f"Sums since the end of the warm-up, means over replications; the band is the {100 * sure:g}{formats.NARROW}% "
        "interval of the saving, each day by itself. A vertical line marks the day from which the cost is paid back.",
        lambda width: draw(several, looks, (finding, money), sure, width),
    )
    return Section(told, basis, chart)


def draw(several: Sequence[Payback], looks: Sequence[Look], said: tuple[str, str], sure: float, width: float) -> Sheet:
    """A panel an arm on one scale; `said`: the finding and the currency."""
    finding, money = said
    with canvas.quiet():
        sheet = Sheet(width, _TOP + len(several) * (_HEAD + _PLOT + _GAP) + 0.25, finding)
        _key(sheet, money, looks[0].colour if len(looks) == 1 else INK)
        highest = max(max(one.cost.mean(axis=0).max(), one.saved.mean(axis=0).max()) for one in several)
        lowest = min(0.0, *(float(one.saved.mean(axis=0).min()) for one in several))
        y = _TOP
        for one, look in zip(several, looks, strict=True):
            sheet.text(0.02, y + 0.1, canvas.shorten(look.label, width - 0.1, BODY, "bold"), BODY, INK, "bold")
            sheet.text(0.02, y + 0.28, canvas.shorten(_returned(one), width - 0.1, SMALL), SMALL, SOFT)
            axes = sheet.axes(_LEFT, y + _HEAD, width - _LEFT - 0.12, _PLOT)
            axes.set_ylim(1.08 * lowest, 1.08 * highest)
            axes.set_xlim(0.0, float(one.days[-1]))
            _curves(axes, one, look, sure)
            _scales(axes, width, last=one is several[-1])
            y += _HEAD + _PLOT + _GAP
        return sheet


def _curves(axes: Axes, one: Payback, look: Look, sure: float) -> None:
    mean, half = one.saved.mean(axis=0), one.half_width(one.saved, sure)
    axes.fill_between(one.days, mean - half, mean + half, color=look.colour, alpha=0.17, linewidth=0)
    axes.plot(one.days, mean, color=look.colour, linewidth=1.7)
    axes.plot(one.days, one.cost.mean(axis=0), color=SOFT, linewidth=1.3, linestyle=(0, (4, 2)))
    even = one.breaks_even()
    if even is not None:
        axes.axvline(even, color=INK, linewidth=0.9, linestyle=(0, (1, 1.5)))


def _scales(axes: Axes, width: float, last: bool) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda x, _=None: f"{x:,.0f}".replace("-", formats.MINUS)))
    axes.xaxis.set_major_locator(MaxNLocator(max(2, int(width / 0.9)), steps=[1, 2, 5, 10]))
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.tick_params(labelbottom=last)
    if last:
        axes.set_xlabel("days", fontsize=SMALL, color=SOFT)


def _key(sheet: Sheet, money: str, colour: str) -> None:
    """Saved is a full line, cost a dashed one."""
    x = 0.02
    for words, style, shade in (("saved", "-", colour), ("cost", (0, (4, 2)), SOFT)):
        sheet.line([x, x + 0.3], [0.1, 0.1], shade, 1.6, linestyle=style)
        sheet.text(x + 0.36, 0.1, words, SMALL, SOFT)
        x += 0.36 + canvas.text_width(words, SMALL) + 0.25
    sheet.text(x, 0.1, f"{formats.clean(money) or 'money'}, summed", SMALL, SOFT)


def _returned(one: Payback) -> str:
    even, back = one.breaks_even(), one.returned
    if even is not None:
        return f"paid back after {even:.0f} days"
    return f"not paid back in {one.days[-1]:.0f} days: {100.0 * back:.0f}{formats.NARROW}% of the cost returned"


def _finding(several: Sequence[Payback]) -> str:
    paid = sum(one.breaks_even() is not None for one in several)
    days = f"{several[0].days[-1]:.0f} days"
    if len(several) == 1:
        return f"Coaching {'pays for itself' if paid else 'does not pay for itself in agents’ time'} within {days}"
    if paid in (0, len(several)):
        which = "in every arm" if paid else "in agents’ time in any arm"
        return f"Coaching {'pays' if paid else 'does not pay'} for itself {which} within {days}"
    return f"Coaching pays for itself within {days} in {paid} of {len(several)} arms"
