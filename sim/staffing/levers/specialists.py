"""More of a group where an intent's customers have to come back more often than they should.

An intent's contacts consist of first contacts and of repeats. When a share r of contacts leads to another one, a first
contact costs 1 / (1 - r) contacts in the long run. A forecast made for r0 is therefore too low by
(1 - r0) / (1 - r) - 1, and the repeats among that are what specialists are added for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from sim.config.schema import Name, Share
from sim.errors import UsageError
from sim.registry import Params
from sim.staffing.forecast import Array, Forecast

Rate = Annotated[Share, Field(lt=1.0)]


class SpecialistsLever(Params):
    """`measured`: for each intent, the share of its contacts that led to another one.

    What lies above `normal` brings contacts, as soon as it is more than `tolerance` above (a measurement has an error:
    2 points are one standard error of 400 contacts at .2). `share` of them are given to this group, where each takes
    `longer` times the usual handle time. Default of `normal`: .30 unresolved, of whom .60 call back.
    """

    measured: Annotated[dict[Name, Rate], Field(min_length=1)]
    normal: Rate = 0.18
    tolerance: Share = 0.02
    share: Share = 1.0
    longer: Annotated[float, Field(gt=0.0)] = 1.0


def reinforced(forecast: Forecast, lever: SpecialistsLever) -> Forecast:
    """The forecast with the repeats that come because measured rates are above normal."""
    unknown = sorted(set(lever.measured) - {stream.intent for stream in forecast.streams})
    if unknown:
        served = ", ".join(sorted({stream.intent for stream in forecast.streams})) or "none"
        raise UsageError(f"specialists.measured: this group does not serve {', '.join(unknown)}; it serves: {served}")
    contacts, work = forecast.contacts.copy(), forecast.work.copy()
    for more_contacts, more_work in _more(forecast, lever):
        contacts += more_contacts
        work += more_work
    return replace(forecast, contacts=contacts, work=work)


def _more(forecast: Forecast, lever: SpecialistsLever) -> Iterator[tuple[Array, Array]]:
    for stream in forecast.streams:
        rate = lever.measured.get(stream.intent, 0.0)
        if rate > lever.normal + lever.tolerance:
            factor = lever.share * ((1.0 - lever.normal) / (1.0 - rate) - 1.0)
            yield factor * stream.contacts, factor * lever.longer * stream.work
