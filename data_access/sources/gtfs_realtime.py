"""Public transport as it moves (GTFS-Realtime): vehicles, trips and alerts as records, delays.

`what` says which of these a dataset is. A GTFS archive among the files names routes and stops, and
tells delays where a feed says only when a vehicle will come. A message says how things stand at one
moment, so what it says lives for `lifetime` only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract, duration_s
from data_access.model import Batch, Entity, RecordRow, Rejected
from data_access.sources import archive
from data_access.sources.gtfs_delay import Delay, delay_of, is_cancelled
from data_access.sources.gtfs_feed import Feed, feed_of
from data_access.sources.gtfs_message import message_of, moment
from data_access.sources.options import Period, SourceOptions, ZoneName, zone_of
from data_access.sources.payload import good_files, load
from data_access.sources.places import point
from data_access.sources.rows import Gathered, iso
from data_access.sources.units import conversion
from language import Told, told

FORMAT = "gtfs-realtime"
FASTEST_MS = 56  # 200 km/h; beyond, a position jumped
LONGEST_DELAY_S = 12 * 3600
MAX_TEXT = 2000
Measure = Literal["delay", "late", "trips", "cancelled"]


class Options(SourceOptions):
    """What of a message is read. `indicators`: measure -> indicator of the contract."""

    what: Literal["vehicles", "trips", "alerts", "delays"]
    indicators: dict[Measure, str] = Field(default={"delay": "delay"})
    by: Literal["route", "stop"] = "route"  # what delays are counted for
    late_after: Period = "PT10M"
    lifetime: Period = "PT5M"  # of a position, of a trip, of an alert without an end
    timezone: ZoneName | None = None  # of an archive whose agencies say none


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a message; an archive counts for all of them, whatever its place."""
    options: Options = Options.of(contract)
    zone = zone_of(options.timezone, city)
    rejected: list[Rejected] = []

    def parse(path: Path) -> tuple[str, Any]:
        payload = load(path, zipped=True)
        if archive.is_archive(payload):
            return payload.name, feed_of(payload, zone)
        return payload.name, message_of(payload)

    parsed = list(good_files(files, parse, rejected))
    feed = next((each for _, each in reversed(parsed) if isinstance(each, Feed)), None)
    for name, message in parsed:
        if isinstance(message, Feed):
            rejected += message.rejected
            continue
        reader = _Reader(name, message, feed, options, contract, city)
        yield reader.batch(rejected)
        rejected.clear()
    if rejected:
        yield Batch(rejected=rejected)


class _Reader:
    """Reads one message."""

    def __init__(
        self,
        name: str,
        message: Any,
        feed: Feed | None,
        options: Options,
        contract: DatasetContract,
        city: City,
    ) -> None:
        self.name, self.message, self.feed = name, message, feed
        self.options, self.contract, self.city = options, contract, city
        self.sent = moment(message.header.timestamp)
        self.lifetime = timedelta(seconds=duration_s(options.lifetime))
        self.rejected: list[Rejected] = []

    def batch(self, before: Sequence[Rejected]) -> Batch:
        """Return what the message says of what the options ask for."""
        records: list[RecordRow] = []
        made = Batch()
        if self.options.what == "delays":
            made = self._delays()
        else:
            one = {"vehicles": self._vehicle, "trips": self._trip, "alerts": self._alert}
            kind = {"vehicles": "vehicle", "trips": "trip_update", "alerts": "alert"}
            for entity in self.message.entity:
                if entity.HasField(kind[self.options.what]) or (
                    entity.is_deleted and self.options.what == "alerts"
                ):
                    record = one[self.options.what](entity)
                    records += [record] if record is not None else []
        records.sort(key=lambda record: record.reported_at)
        made.records = records
        made.rejected = [*before, *self.rejected]
        return made

    def _refuse(self, entity: Any, reason: str, detail: Told) -> None:
        self.rejected.append(Rejected(f"{self.name}#{entity.id}", reason, detail))

    def _when(self, entity: Any, said_s: int) -> datetime | None:
        """Return when something was said: its own time, else the message's; None is refused."""
        at = moment(said_s) if said_s else self.sent
        if at is None:
            said = said_s or self.message.header.timestamp
            reason = "badTime" if said else "noTime"
            self._refuse(
                entity,
                reason,
                told("timestamp {said}; expected POSIX seconds since 2000", said=said),
            )
        return at

    # ------------------------------------------------------------ vehicles and trips

    def _vehicle(self, entity: Any) -> RecordRow | None:
        vehicle = entity.vehicle
        at = self._when(entity, vehicle.timestamp)
        if at is None:
            return None
        position = vehicle.position
        geometry = point(round(position.latitude, 6), round(position.longitude, 6))
        if geometry is None:
            detail = told(
                "a vehicle at {latitude:g}, {longitude:g}",
                latitude=position.latitude,
                longitude=position.longitude,
            )
            self._refuse(entity, "badPlace", detail)
            return None
        speed_kmh = None
        if position.HasField("speed"):
            if 0 <= position.speed <= FASTEST_MS:
                speed_kmh = round(position.speed * 3.6, 1)
            else:
                detail = told(
                    "{speed:g} m/s; expected 0 to {most}", speed=position.speed, most=FASTEST_MS
                )
                self._refuse(entity, "badField", detail)
        own = vehicle.vehicle
        lon, lat = geometry["coordinates"]
        body = self._named(vehicle.trip) | {
            "vehicle": own.label or own.id or own.license_plate,
            "speed_kmh": speed_kmh,
            "bearing_deg": position.bearing if position.HasField("bearing") else None,
            "movement": _word(vehicle, "current_status"),
            "occupancy": _word(vehicle, "occupancy_status"),
            "congestion": _word(vehicle, "congestion_level"),
            "occupancy_percent": vehicle.occupancy_percentage
            if vehicle.HasField("occupancy_percentage")
            else None,
        } | self._stop(vehicle.stop_id or None)  # fmt: skip
        record_id = own.id or own.label or own.license_plate or vehicle.trip.trip_id or entity.id
        return self._record(
            entity, record_id, at, body, area=self.city.areas.at(lat, lon), geometry=geometry
        )

    def _trip(self, entity: Any) -> RecordRow | None:
        update = entity.trip_update
        at = self._when(entity, update.timestamp)
        if at is None:
            return None
        delay = self._delay(entity, at)
        stop = self._stop(delay.stop_id)
        body = (
            self._named(update.trip)
            | stop
            | {
                "delay_s": delay.delay_s,
                "vehicle": update.vehicle.label or update.vehicle.id,
            }
        )
        place = None if self.feed is None else self.feed.stops.get(delay.stop_id or "")
        geometry = None if place is None else point(place.lat, place.lon)
        area = None if place is None else self.city.areas.at(place.lat, place.lon)
        record_id = "/".join(filter(None, [update.trip.start_date, update.trip.trip_id]))
        status = "cancelled" if is_cancelled(update) else "open"
        return self._record(
            entity, record_id or entity.id, at, body, area=area, geometry=geometry, status=status
        )

    def _record(
        self,
        entity: Any,
        record_id: str,
        at: datetime,
        body: Mapping[str, Any],
        *,
        area: str | None,
        geometry: Mapping[str, Any] | None,
        status: str = "open",
    ) -> RecordRow:
        return RecordRow(
            record_id=record_id,
            version=at.isoformat(),
            status=status,
            reported_at=at,
            valid_from=at,
            valid_to=at + self.lifetime,
            area=area,
            geometry=geometry,
            body=body,
            source_ref=f"{self.name}#{entity.id}",
        )

    def _named(self, trip: Any) -> dict[str, Any]:
        """Return what is said of a trip, with the names the timetable has for it."""
        planned = None if self.feed is None else self.feed.trips.get(trip.trip_id)
        route_id = trip.route_id or ("" if planned is None else planned.route_id)
        route = None if self.feed is None else self.feed.routes.get(route_id)
        return {
            "class": "vehicle" if route is None else route.mode,
            "trip": trip.trip_id,
            "route": route_id if route is None else route.name,
            "route_id": route_id,
            "headsign": "" if planned is None else planned.headsign,
        }

    def _stop(self, stop_id: str | None) -> dict[str, Any]:
        stop = None if self.feed is None else self.feed.stops.get(stop_id or "")
        return {"stop_id": stop_id, "stop": stop_id if stop is None else stop.name}

    # ------------------------------------------------------------ delays

    def _delay(self, entity: Any, at: datetime) -> Delay:
        delay = delay_of(entity.trip_update, at, self.feed)
        if delay.delay_s is not None and abs(delay.delay_s) > LONGEST_DELAY_S:
            detail = told(
                "{delay_s:g} s; expected at most {most}",
                delay_s=delay.delay_s,
                most=LONGEST_DELAY_S,
            )
            self._refuse(entity, "badField", detail)
            return Delay(delay.stop_id, None)
        return delay

    def _delays(self) -> Batch:
        """Count trips and their delays by route or stop, as of the message."""
        late_s = duration_s(self.options.late_after)
        delays: dict[str, list[float]] = {}
        counts: dict[str, dict[str, int]] = {}
        latest: dict[str, datetime] = {}
        for entity in self.message.entity:
            if not entity.HasField("trip_update"):
                continue
            at = self._when(entity, entity.trip_update.timestamp)
            if at is None:
                continue
            delay = self._delay(entity, at)
            route_id = self._named(entity.trip_update.trip)["route_id"]
            key = route_id if self.options.by == "route" else delay.stop_id
            if not key:
                self._refuse(
                    entity, "emptyKey", told("a trip without its {by}", by=self.options.by)
                )
                continue
            count = counts.setdefault(key, {"trips": 0, "late": 0, "cancelled": 0})
            latest[key] = max(latest.get(key, at), at)
            if is_cancelled(entity.trip_update):
                count["cancelled"] += 1
                continue
            count["trips"] += 1
            if delay.delay_s is not None:
                delays.setdefault(key, []).append(delay.delay_s)
                count["late"] += delay.delay_s > late_s
        rows = Gathered()
        entities = {key: self._entity(key) for key in counts}
        for key, count in counts.items():
            numbers: dict[str, float] = dict(count)
            if key in delays:
                numbers["delay"] = sum(delays[key]) / len(delays[key])
            where = f"{self.name}#{key}"
            at = self.sent or latest[key]
            for measure, indicator in self.options.indicators.items():
                if measure in numbers:
                    number = self._in_unit(measure, indicator, numbers[measure])
                    rows.add(indicator, key, entities[key].area, at, number, where)
        return Batch(rows.frame(), entities=list(entities.values()))

    def _in_unit(self, measure: Measure, indicator: str, number: float) -> float:
        definition = self.contract.indicators.get(indicator)
        if measure != "delay" or definition is None:
            return number
        return conversion("SEC", definition.unit)(number)

    def _entity(self, key: str) -> Entity:
        if self.feed is None:
            return Entity(key, key)
        if self.options.by == "route":
            route = self.feed.routes.get(key)
            return Entity(key, key if route is None else route.name)
        stop = self.feed.stops.get(key)
        if stop is None:
            return Entity(key, key)
        return Entity(key, stop.name, stop.lat, stop.lon, self.city.areas.at(stop.lat, stop.lon))

    # ------------------------------------------------------------ alerts

    def _alert(self, entity: Any) -> RecordRow | None:
        if entity.is_deleted:
            at = self._when(entity, 0)
            if at is None:
                return None
            ended = self._record(entity, entity.id, at, {}, area=None, geometry=None)
            return replace(ended, status="closed", valid_to=at)
        alert = entity.alert
        period = self._period(entity)
        starts = None if period is None else period[0]
        at = starts if starts is not None and (self.sent is None or starts < self.sent) else None
        at = at or self._when(entity, 0)
        if at is None:
            return None
        ends = None if period is None else period[1]
        stops = sorted({each.stop_id for each in alert.informed_entity if each.stop_id})
        routes = sorted({each.route_id for each in alert.informed_entity if each.route_id})
        area, geometry = self._reach(stops)
        title = _words(alert.header_text)
        effect = _word(alert, "effect") or "unknown_effect"
        body: dict[str, Any] = {
            "class": effect,
            "effect": effect,
            "cause": _word(alert, "cause") or "unknown_cause",
            "severity": (_word(alert, "severity_level") or "unknown").removesuffix("_severity"),
            "title": title or {"en": effect.replace("_", " ")},
            "description": _words(alert.description_text),
            "web": next(iter(_words(alert.url).values()), ""),
            "routes": [self._route_name(route) for route in routes],
            "stops": [self._stop(stop)["stop"] for stop in stops],
            "starts_at": iso(starts),
            "ends_at": iso(ends),
        }
        record = self._record(entity, entity.id, at, body, area=area, geometry=geometry)
        alive = ends or (self.sent or at) + self.lifetime
        return replace(record, valid_from=starts or at, valid_to=max(alive, starts or at))

    def _period(self, entity: Any) -> tuple[datetime | None, datetime | None] | None:
        """Return the period that is on, else the next one, else the last one."""
        found = []
        for period in entity.alert.active_period:
            starts, ends = moment(period.start), moment(period.end)
            if starts is not None and ends is not None and ends < starts:
                self._refuse(
                    entity,
                    "endsBeforeStart",
                    told("from {starts} until {ends}", starts=starts, ends=ends),
                )
                continue
            found.append((starts, ends))
        found.sort(key=lambda each: (each[0] is not None, each[0]))
        coming = [each for each in found if not self.sent or not each[1] or each[1] > self.sent]
        return next(iter(coming or found[-1:]), None)

    def _reach(self, stops: Sequence[str]) -> tuple[str | None, dict[str, Any] | None]:
        """Return the one unit that stops lie in, "city" for several or for none said."""
        known = [self.feed.stops[stop] for stop in stops if self.feed and stop in self.feed.stops]
        if not known:
            return CITY_AREA, None
        areas = set(self.city.areas.locate([s.lat for s in known], [s.lon for s in known]))
        area = areas.pop() if len(areas) == 1 else CITY_AREA
        return area, {"type": "MultiPoint", "coordinates": [[s.lon, s.lat] for s in known]}

    def _route_name(self, route_id: str) -> str:
        route = None if self.feed is None else self.feed.routes.get(route_id)
        return route_id if route is None else route.name


def _word(message: Any, name: str) -> str | None:
    """Return the name of an enumeration's value, lower case; None when it is not said."""
    if not message.HasField(name):
        return None
    values = message.DESCRIPTOR.fields_by_name[name].enum_type.values_by_number
    value = values.get(getattr(message, name))
    return None if value is None else str(value.name).lower()


def _words(text: Any) -> dict[str, str]:
    """Return a translated text by primary language; one without a language is "und"."""
    found: dict[str, str] = {}
    for each in text.translation:
        words = " ".join(each.text.split())[:MAX_TEXT]
        if words:
            found.setdefault((each.language or "und").split("-")[0].lower(), words)
    return found
