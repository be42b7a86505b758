"""What agents and the bot can look up: articles, how they age, and when they are mended."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.config.schema.base import Duration, Name, Section, Share, Size


class Article(Section):
    """What there is to look up about an intent when the scenario starts.

    `coverage`: share of its contacts that an article covers. `freshness`: share of what the article says that still
    holds. `maintained`: somebody keeps it as fresh as it is.
    """

    coverage: Share = 0.5
    freshness: Share = 1.0
    maintained: bool = False


class Fix(Section):
    """The article about `intent` is written anew, `at` so long after the start; `coverage` left out: as before."""

    intent: Name
    at: Duration
    coverage: Share | None = None
    freshness: Share = 1.0


class Knowledge(Section):
    """Articles by intent. Support, coverage times freshness, acts on whoever handles the intent.

    A support of 1 in place of 0 takes `handle` (logarithm) from handle times, and adds `resolution` logits to what
    agents resolve and `bot` logits to what the bot does. Only changes since the start count: what a scenario states of
    handle times and resolution holds with the support that there is then.
    """

    articles: Annotated[dict[Name, Article], Field(min_length=1)]
    half_life: Annotated[Duration, Field(gt=0)] | None = None
    handle: Size = 0.09
    resolution: Size = 0.06
    bot: Size = 0.5
    fixes: list[Fix] = Field(default_factory=list)
