"""What was learned of an entry, and when it must be learned anew.

It is kept (`memory`) with what it was made by and of; forecasts are said by it until it is too old,
no longer fits what there is, or its errors have drifted. The rule is pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from analytics.forecast import kept_bytes
from analytics.forecast.declared import Declared
from analytics.forecast.fitting import Fitted, fit, refusals
from analytics.forecast.memory import Memory
from analytics.forecast.source import Stock
from jobs.canonical import canonical, hash_of
from jobs.kinds import find_kind
from jobs.versions import versions_of
from settings import Settings

Why = Literal[
    "first", "damaged", "versions", "entry", "world", "series", "grown", "stale", "drift", "asked"
]  # fmt: skip
GROWN = 1.1  # times the values there were: a week that a day is added to says much more
LATE = 1.5  # times its age at which saying learns by itself: the training did not come
AGAIN_MS = 24 * 3_600_000.0  # drift is no reason more often than so


@dataclass(frozen=True, slots=True)
class Learned:
    """The fits of an entry by indicator (None: no series to learn from), and how they came.

    `why` is the reason they were made; `was_kept` that they were made before now.
    """

    fits: Mapping[str, Fitted | None]
    made_ms: float
    hash: str
    why: Why
    about: Mapping[str, Any]
    was_kept: bool = False


def made_by(settings: Settings, what: Declared, stock: Stock) -> dict[str, Any]:
    """Return what decides whether a fit still fits: versions, the entry, and the world it is of."""
    entry = {name: getattr(what, name) for name in what.__dataclass_fields__ if name != "name"}
    return {
        "versions": versions_of(find_kind("forecast"), settings.city),
        "entry": hash_of(canonical(entry)),
        "known": sum(each.series.known for each in stock.reads),
        "world": f"{stock.origin}/{stock.step}/{stock.loop_us}/{stock.beside is not None}",
    }


def learn(stock: Stock, what: Declared) -> dict[str, Fitted | None]:
    """Return what is learned of the series as they are now."""
    return {
        indicator: fit(part, asked, days=stock.days, beside=stock.beside)
        for indicator, part, asked in stock.panels(what)
    }


def recall(memory: Memory, what: Declared) -> Learned | None:
    """Return what was kept, without fits where they cannot be read; None where nothing was."""
    kept = memory.read(what.id, "fit")
    if kept is None:
        return None
    try:
        fits: Mapping[str, Fitted | None] = kept_bytes.read(kept.body)
    except kept_bytes.Unreadable:
        fits = {}
    why: Why = kept.about.get("why", "first")
    return Learned(fits, float(kept.at_ms), kept.hash, why, kept.about, was_kept=True)


def reason(
    known: Learned | None,
    by: Mapping[str, Any],
    *,
    stock: Stock,
    what: Declared,
    is_drifted: bool,
    late: float = 1.0,
) -> Why | None:
    """Return why it must be learned anew; None while what was learned serves.

    `late` times the entry's `retrain` it may be old. Drift counts once a day: what was learned
    since must first show how it does.
    """
    if known is None:
        return "first"
    if not known.fits:
        return "damaged"
    for name in ("versions", "entry", "world"):
        if known.about.get(name) != by[name]:
            return name
    if _has_new(known.fits, stock, what):
        return "series"
    if by["known"] >= GROWN * known.about.get("known", 0):
        return "grown"
    age_ms = stock.now_ms - known.made_ms
    if not 0 <= age_ms < late * what.retrain_ms:  # the clock may have gone back
        return "stale"
    return "drift" if is_drifted and age_ms >= AGAIN_MS else None


def keep(
    memory: Memory, what: Declared, fits: Mapping[str, Fitted | None], by: Mapping[str, Any],
    why: Why, now_ms: float,
) -> Learned:  # fmt: skip
    """Keep what was learned in the place of what was; return it with its hash."""
    about = {**by, "why": why}
    digest = memory.keep(what.id, "fit", kept_bytes.written(fits), about=about, now_ms=now_ms)
    return Learned(fits, now_ms, digest, why, about)


def _has_new(fits: Mapping[str, Fitted | None], stock: Stock, what: Declared) -> bool:
    """Tell whether a series can be forecast of which nothing was learned."""
    for indicator, part, _ in stock.panels(what):
        known: Collection[str] = ()
        if (fitted := fits.get(indicator)) is not None:
            known = fitted.names
        if set(part) - set(known) - refusals(part).keys():
            return True
    return False
