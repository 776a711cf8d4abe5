"""The newest week of a disease from the store, as the detector of outbreaks takes it."""

from __future__ import annotations

from statistics import mean

from analytics.detection.outbreak import Outbreak, Week
from analytics.detection.reading import Watcher
from data_access.aggregates.aggregate import View
from data_access.aggregates.epidemics import Disease, disease_of, newest_week, same_week, week_text
from data_access.aggregates.expected import YEARS
from data_access.rollup import DAY, slot_bounds_us

SHOWN_WEEKS = 26
PRIOR = 0.5  # cases a unit is expected to have at least, so that none is impossible


def newest_weeks(watcher: Watcher, options: Outbreak) -> list[Week]:
    """Return the newest week of the disease, none while nothing is told."""
    view = View(watcher.snapshot, watcher.city, watcher.now_ms, lambda _name: None)
    week = newest_week(view)
    if week is None:
        return []
    found = disease_of(view, options.indicator, week)
    zone = watcher.city.zone

    def at_us(slot: int) -> int:
        return slot_bounds_us(DAY, slot, zone)[0]

    slots = [week - 7 * back for back in reversed(range(SHOWN_WEEKS))]
    return [
        Week(
            at_us=at_us(week),
            name=week_text(week),
            disease=found.name,
            city=found.city(week),
            before=[found.by_week.get(same_week(week, n)) for n in range(1, YEARS + 1)],
            units=found.units,
            usual=_usual(watcher, found),
            spots=watcher.unit_spots,
            mask_below=found.below,
            course=[(float(at_us(slot)), found.city(slot)) for slot in slots],
        )
    ]


def _usual(watcher: Watcher, found: Disease) -> dict[str, float]:
    """Return the mean of the years before by unit; where none is told by unit, the people."""
    told = [counts for counts in found.before if counts]
    if not told:
        return {unit.code: float(unit.population or 1) for unit in watcher.city.areas}
    return {
        unit.code: mean(counts.get(unit.code, 0.0) for counts in told) + PRIOR
        for unit in watcher.city.areas
    }
