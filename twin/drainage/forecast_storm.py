"""The weather service's forecast as a storm: "the rain of the forecast issued at 07:00".

Whoever asks does this, as with the gauges (gauges.py), so that the rain stands in the inputs and a
rerun is the same. Where the forecast comes from and what an issue is: data_access/rain_issue.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from data_access.city import City
from data_access.rain_issue import DATASET, Issue, first_hour, newest_issues
from data_access.records import instant_us
from data_access.rollup import MICRO
from data_access.store.reader import StoreReader
from language import told
from twin.drainage.plan import DrainagePlan
from twin.drainage.scenario import ALL, Hyetograph
from twin.drainage.storms import Depths, between, centre

STEP_MIN = 60
MOST_H = 72


@dataclass(frozen=True, slots=True)
class ForecastStorm:
    """Rain that is forecast: when it was issued, from when on it is told (both glass), and it."""

    issued_at: datetime
    begins_at: datetime
    storm: Hyetograph

    @property
    def hours(self) -> int:
        """How far it is told."""
        return max(len(depths) for depths in self.storm.mm.values())


def storm_from_forecast(
    reader: StoreReader,
    city: City,
    plan: DrainagePlan,
    now: datetime,
    *,
    hours: int = MOST_H,
) -> ForecastStorm:
    """Return the newest issue's rain of the next `hours`, by the hour, ward by ward.

    Between the places that are forecast it is interpolated; of places without a position the mean
    falls everywhere. Raises ValueError where no forecast reaches beyond `now`.
    """
    if DATASET not in city.datasets:
        raise ValueError(told("this city reads no rain forecast"))
    with reader.snapshot() as snapshot:
        current = snapshot.current(DATASET)
        if current is None:
            raise ValueError(told("no rain forecast has come to this room"))
        timeline = current.timeline
        now_us = timeline.track(instant_us(now))
        issues = newest_issues(snapshot, now_us)
    if not issues:
        raise ValueError(told("no rain forecast reaches beyond this hour"))
    begin_us = first_hour(issues, now_us)
    heard = [(each, each.hours(begin_us, min(hours, MOST_H))) for each in issues]
    reach = min((len(depths) for _, depths in heard if depths), default=0)
    if not reach:
        raise ValueError(told("no rain forecast reaches beyond this hour"))
    known = [(each, depths[:reach]) for each, depths in heard if depths]
    issued_us = max(each.issued_us for each, _ in known)
    issued_at, begins_at = (_glass(timeline.glass(each)) for each in (issued_us, begin_us))
    local = issued_at.astimezone(city.zone)
    note = {
        "vi": f"Mưa theo bản tin dự báo phát lúc {local:%H:%M %d/%m/%Y}",
        "en": f"Rain of the forecast issued at {local:%H:%M %d/%m/%Y}",
    }
    storm = Hyetograph(
        step_min=STEP_MIN, mm=_by_ward(known, city, plan), source="forecast", note=note
    )
    return ForecastStorm(issued_at, begins_at, storm)


def _by_ward(
    known: list[tuple[Issue, Depths]], city: City, plan: DrainagePlan
) -> dict[str, Depths]:
    placed = {
        (each.lat, each.lon): depths
        for each, depths in known
        if each.lat is not None and each.lon is not None
    }
    if not placed:
        means = zip(*(depths for _, depths in known), strict=True)
        return {ALL: tuple(round(sum(each) / len(each), 3) for each in means)}
    return {
        ward.code: tuple(round(mm, 3) for mm in between(placed, *centre(city, ward.code)))
        for ward in plan.ward
    }


def _glass(at_us: int) -> datetime:
    return datetime.fromtimestamp(at_us / MICRO, UTC)
