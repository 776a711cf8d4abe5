"""Where the buses of the simulated timetable are, every quarter of an hour. A demo.

They run as late as transit.py has their trips, along straight lines from stop to stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from data_access.simulator import transit
from data_access.simulator.order import Order

DATASET, WRITTEN_AS = "transport.vehicles", "gtfs-realtime"
DAYS = transit.DAYS
TOLD_EVERY_S = 900


def message(order: Order, planned: Sequence[transit.Departure], day: date, told: datetime) -> bytes:
    """Return where the buses of a day's trips are at `told`, b"" when there is none."""
    from google.transit import gtfs_realtime_pb2

    made = gtfs_realtime_pb2.FeedMessage()
    made.header.gtfs_realtime_version = "2.0"
    made.header.timestamp = int(told.timestamp())
    now_s = (told - order.instant(day)).total_seconds()
    for trip in transit.under_way(planned, day, now_s):
        if trip.is_cancelled:
            continue
        each = made.entity.add()
        each.id = f"{trip.id}-xe"
        bus = each.vehicle
        bus.trip.trip_id, bus.trip.route_id = trip.id, trip.line.id
        bus.vehicle.id = bus.vehicle.label = f"B{trip.id}"
        bus.position.latitude, bus.position.longitude = trip.place
        bus.timestamp = int(told.timestamp())
    content: bytes = made.SerializeToString(deterministic=True) if made.entity else b""
    return content


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield the timetable, and the positions of the last DAYS days and of what is to come."""
    trips = replace(order, contract=order.city.datasets[transit.DATASET])
    known = transit.lines(trips)
    yield order.path(".zip"), transit.timetable(trips, known)
    for day in order.days(DAYS, ahead=1):
        planned = transit.departures(trips, known, day)
        for second in range(transit.FIRST_S, 24 * 3600, TOLD_EVERY_S):
            told = order.instant(day, second)
            if told <= order.horizon and (content := message(trips, planned, day, told)):
                yield order.path(".pb", stem=f"-simulated-{told:%Y%m%d-%H%M}"), content
