"""What somebody probably meant: the nearest known name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

SHOWN = 12


def closest(name: object, known: Iterable[object]) -> str | None:
    """The known name most like `name`, also with its letters in another order; None when none is like it."""
    names = [str(one) for one in known]
    near = difflib.get_close_matches(str(name), names, n=1)
    if near:
        return near[0]
    letters = sorted(str(name).lower())
    return next((one for one in names if sorted(one.lower()) == letters), None)


def nearest(name: object, known: Iterable[object]) -> str:
    """`did you mean 'x'? known: …`, with at most a dozen names; empty when nothing is known."""
    names = [str(one) for one in known]
    near = closest(name, names)
    hint = f"did you mean {near!r}? " if near else ""
    rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{hint}known: {', '.join(names[:SHOWN])}{rest}" if names else ""
