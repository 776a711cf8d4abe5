"""How late a trip is, of a GTFS-Realtime trip update and the timetable it belongs to.

Not a source itself: data_access/sources/gtfs_realtime.py makes records and observations of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from data_access.sources.gtfs_feed import Feed, clock_s, day_of
from data_access.sources.gtfs_message import moment

SKIPPED, NO_DATA = 1, 2  # StopTimeUpdate.ScheduleRelationship
CANCELED, DELETED = 3, 7  # TripDescriptor.ScheduleRelationship


@dataclass(frozen=True, slots=True)
class Delay:
    """Where a trip is expected next, and how late; `delay_s` below zero is early."""

    stop_id: str | None
    delay_s: float | None


def is_cancelled(update: Any) -> bool:
    """Tell whether a trip does not run."""
    return update.trip.schedule_relationship in (CANCELED, DELETED)


def delay_of(update: Any, at: datetime, feed: Feed | None) -> Delay:
    """Return the delay at the next stop as of `at`, else at the last one told, else the trip's."""
    now_s = at.timestamp()
    last = Delay(None, float(update.delay) if update.HasField("delay") else None)
    for stop in update.stop_time_update:
        if stop.schedule_relationship in (SKIPPED, NO_DATA):
            continue
        event = stop.arrival if stop.HasField("arrival") else stop.departure
        expected = moment(event.time) if event.HasField("time") else None
        planned = _planned(update.trip, stop, at, feed)
        delay = float(event.delay) if event.HasField("delay") else None
        if delay is None and expected is not None and planned is not None:
            delay = (expected - planned).total_seconds()
        if delay is None:
            continue
        last = Delay(stop.stop_id or None, delay)
        if expected is None and planned is not None:
            expected = planned + timedelta(seconds=delay)
        if expected is None or expected.timestamp() >= now_s:
            return last
    return last


def _planned(trip: Any, stop: Any, at: datetime, feed: Feed | None) -> datetime | None:
    """Return when the timetable has a trip at a stop; without a date, the one nearest to `at`."""
    if feed is None:
        return None
    times = feed.times_of(trip.trip_id)
    here = times["sequence"] == stop.stop_sequence if stop.HasField("stop_sequence") else None
    if here is None or not here.any():
        here = times["stop"] == stop.stop_id
    if not here.any():
        return None
    row = times[here].iloc[0]
    seconds = row["arrival_s"] if row["arrival_s"] == row["arrival_s"] else row["departure_s"]
    if seconds != seconds:  # a stop without a time of its own
        return None
    started = clock_s(trip.start_time)
    if started is not None and trip.trip_id in feed.frequencies:
        seconds += started - times["departure_s"].min()
    day = day_of(trip.start_date)
    if day is not None:
        return feed.at(day, int(seconds))
    today = at.astimezone(feed.zone).date()
    days = (today + timedelta(days=shift) for shift in (-1, 0, 1))
    return min((feed.at(each, int(seconds)) for each in days), key=lambda each: abs(each - at))
