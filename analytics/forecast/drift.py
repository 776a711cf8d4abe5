"""Drift of an entry: how what was published came true, as its finding, card and training have it.

What is compared and by which rule is `published`. An entry has drifted where one of its indicators
has, over all its series: one station that went astray is that station's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.forecast import kept_bytes, words
from analytics.forecast.card import per_cent, rounded
from analytics.forecast.declared import Declared
from analytics.forecast.forecasting import Forecast
from analytics.forecast.learned import Learned
from analytics.forecast.memory import Memory
from analytics.forecast.published import (
    NOTHING,
    Lived,
    Said,
    lived,
    lived_together,
    with_forecasts,
)
from analytics.forecast.source import MS, Stock

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lives:
    """How what was published came true: of each series, and of each indicator over all of its."""

    series: Mapping[str, Lived] = field(default_factory=dict)
    together: Mapping[str, Lived] = field(default_factory=dict)

    @property
    def is_drifted(self) -> bool:
        """Tell whether an indicator has drifted."""
        return any(each.state == "drifted" for each in self.together.values())

    def told(self, stock: Stock) -> dict[str, Any]:
        """Return what a finding says of it, by indicator."""
        return {name: lived_row(each, stock) for name, each in self.together.items()}


NO_LIVES = Lives()


def lives_of(stock: Stock, what: Declared, said: Said, fit_ms: float) -> Lives:
    """Return how what was published by the fit of `fit_ms` came true."""
    if not len(said):
        return NO_LIVES
    one_by_one: dict[str, Lived] = {}
    together: dict[str, Lived] = {}
    for indicator, part, _ in stock.panels(what):
        one_by_one |= lived(said, part, fit_ms=fit_ms)
        all_of_it = lived_together(said, part, fit_ms=fit_ms)
        if all_of_it is not None:
            together[indicator] = all_of_it
    return Lives(one_by_one, together)


def lived_row(found: Lived | None, stock: Stock) -> dict[str, Any]:
    """Return what a card says of how its series' forecasts came true."""
    state = UNKNOWN if found is None else found.state
    row: dict[str, Any] = {"drift": words.DRIFT[state], "drift_state": state, "drift_times": None}
    if found is None:
        return row | {"came": 0}
    is_told = state != UNKNOWN
    return row | {
        "came": found.came,
        "drift_times": rounded(found.times, 2) if is_told else None,
        "lived80": per_cent(found.inside80) if is_told else None,
        "lived95": per_cent(found.inside95) if is_told else None,
        "lived_error": round(found.error, 3),
        "stretches": [[count, rounded(times, 2)] for count, times in found.stretches],
        "drifted_at": None if found.drifted_us is None else _glass_ms(stock, found.drifted_us),
    }


def recall_said(memory: Memory, what: Declared) -> Said:
    """Return what was published of an entry; nothing where it is not kept or cannot be read."""
    kept = memory.read(what.id, "said")
    if kept is None:
        return NOTHING
    try:
        return kept_bytes.said_read(kept.body)
    except kept_bytes.Unreadable:
        return NOTHING


def remember(
    memory: Memory,
    what: Declared,
    said: Said,
    made: Sequence[Forecast],
    learned: Learned,
    *,
    now_ms: float,
) -> None:
    """Keep what was published now beside what was before."""
    grown = with_forecasts(said, made, learned.made_ms)
    about = {"rows": len(grown), "fit": learned.hash}
    body = kept_bytes.said_written(grown)
    memory.keep(what.id, "said", body, about=about, now_ms=now_ms)


def _glass_ms(stock: Stock, at_us: int) -> float:
    return (at_us if stock.timeline is None else stock.timeline.glass(at_us)) / MS
