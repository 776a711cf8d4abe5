"""Context information in NGSI-LD and NGSI v2, mapped by attribute, whatever the entity is.

`numbers` makes observations of attributes, `record` makes a record of the entity; a dataset may
have both. Units are the attribute's own (unitCode), else those the options say, and become the
contract's. Times without a zone are UTC, as the standard has it, unless an option says otherwise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from data_access.city import City
from data_access.contracts import DatasetContract, duration_s
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, Entity, RecordRow, Rejected
from data_access.sources import ngsi_entity
from data_access.sources.joining import Joining, told_then
from data_access.sources.ngsi_entity import Attribute, NotNgsi, bare_id, last_word, place
from data_access.sources.ngsi_options import Names, Options, Record
from data_access.sources.options import zone_of
from data_access.sources.payload import good_files, load
from data_access.sources.places import area_of, middle, shown_in
from data_access.sources.rows import Gathered, instant, iso
from data_access.sources.units import UnknownUnit, conversion
from language import Told, told, words_of

FORMAT = "ngsi"
LINES = True  # reads JSON Lines
EXPECTED = told("NGSI-LD or NGSI v2: an entity, a list of them, GeoJSON or a notification")
MAX_TEXT = 2000
_TIMES = re.compile(r"(?:[-_.:/]?\d{4}-\d\d-\d\d[T_ ]?[\d:.\-+Z]*)+$")  # at the end of an id
_DIGITS = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file: observations in the order of time, records as they became known."""
    options: Options = Options.of(contract)
    rejected: list[Rejected] = []
    for reader in good_files(files, lambda path: _read(path, options, contract, city), rejected):
        reader.records.sort(key=lambda record: record.reported_at)
        yield Batch(
            reader.rows.frame(),
            records=reader.records,
            entities=list(reader.entities.values()),
            rejected=[*rejected, *reader.rejected],
        )
        rejected.clear()
    if rejected:
        yield Batch(rejected=rejected)


def _read(path: Path, options: Options, contract: DatasetContract, city: City) -> _Reader:
    payload = load(path)
    documents, refused = payload.documents()
    try:
        parts = [ngsi_entity.document(found) for found in documents]
    except NotNgsi as fault:
        raise SourceWrongFormat(words_of(fault), payload.name, EXPECTED) from fault
    reader = _Reader(options, contract, city)
    types = {last_word(name).casefold() for name in options.types}
    faults: list[Rejected] = []
    entities = [(part.notified_at, found) for part in parts for found in part.entities]
    for number, (notified, found) in enumerate(entities, start=1):
        where = f"{payload.name}#{number}"
        try:
            each = ngsi_entity.entity(found)
        except NotNgsi as fault:
            detail = told("{fault}; expected an entity", fault=words_of(fault))
            faults.append(Rejected(where, "badEntity", detail, _cut(found)))
            continue
        if not types or types & {kind.casefold() for kind in each.type.split(",")}:
            reader.take(each, where, notified)
    if faults and len(faults) == len(entities):
        raise SourceWrongFormat(faults[0].detail, payload.name, EXPECTED)
    reader.rejected += [*refused, *faults]
    return reader


Flags = dict[Told, str]  # what of a record was not believed: the detail, and its reason


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where an entity is: what its unit is called, else the unit its geometry lies in."""

    named: str | None
    area: str | None
    geometry: Mapping[str, Any] | None
    is_demo: bool = False  # only to be shown


class _Reader:
    """Turns entities into observations and records, and keeps count of what it refused."""

    def __init__(self, options: Options, contract: DatasetContract, city: City) -> None:
        self.options, self.contract, self.city = options, contract, city
        self.zone = zone_of(options.timezone, city)
        self.joining = Joining(city, options.units)
        self.notified: datetime | None = None
        self.rows = Gathered()
        self.records: list[RecordRow] = []
        self.entities: dict[str, Entity] = {}
        self.rejected: list[Rejected] = []

    def take(self, entity: ngsi_entity.Entity, where: str, notified: str | None) -> None:
        """Read one entity; `notified`: when the notification it came in was sent."""
        self.notified = None if notified is None else instant(notified, self.zone)
        placed = self._place(entity, where)
        if self.options.numbers:
            self._numbers(entity, where, placed)
        if self.options.record is not None:
            flags: Flags = {}
            body: dict[str, Any] = {"type": entity.type}
            if placed.is_demo:
                body["placed"] = "demo"
            self._fill(entity, self.options.record, body, flags)
            self._record(entity, where, self.options.record, body, placed, flags)
            self.rejected += [Rejected(where, reason, detail) for detail, reason in flags.items()]

    # ------------------------------------------------------------ observations

    def _numbers(
        self,
        entity: ngsi_entity.Entity,
        where: str,
        placed: _Placed,
    ) -> None:
        found = {
            indicator: values
            for indicator, number in self.options.numbers.items()
            if (values := entity.first(number.attributes))
        }
        if not found:
            expected = ", ".join(self.options.numbers)
            detail = told(
                "a {type} without any attribute for {expected}",
                type=entity.type or "thing",
                expected=expected,
            )
            self.rejected.append(Rejected(where, "noAttribute", detail, entity.id[:500]))
            return
        period = self._period(entity, where)
        if isinstance(period, Rejected):
            self.rejected.append(period)
            return
        key = self._key(entity)
        newest: datetime | None = None
        for indicator, values in found.items():
            for value in values:
                made = self._number(indicator, value, where)
                at = self._start(value.observed_at) if value.observed_at else period
                if isinstance(made, Rejected):
                    self.rejected.append(made)
                elif at is None:
                    said = value.observed_at or "nothing"
                    detail = told(
                        "{indicator} of {key}: {said!r} is no time; expected ISO 8601",
                        indicator=indicator,
                        key=key,
                        said=said[:60],
                    )
                    reason = "badTime" if value.observed_at else "noTime"
                    self.rejected.append(Rejected(where, reason, detail, entity.id[:500]))
                else:
                    newest = at if newest is None else max(newest, at)
                    self.rows.add(indicator, key, self._area(placed, at), at, made, where)
        lat, lon = middle(placed.geometry) if placed.geometry is not None else (None, None)
        name = entity.word(self.options.name)
        area = placed.area if newest is None else self._area(placed, newest)
        self.entities[key] = Entity(key, name or key, lat, lon, area, {"type": entity.type})

    def _number(self, indicator: str, found: Attribute, where: str) -> float | Rejected:
        """Return an attribute's number in the indicator's unit."""
        number, unit = self.options.numbers[indicator], self.contract.indicators.get(indicator)
        value = found.value
        if isinstance(value, bool) and not number.boolean:
            detail = told(
                "{name} is {found}; expected a number (or the option boolean)",
                name=indicator,
                found=value,
            )
            return Rejected(where, "wrongType", detail, _cut(value))
        if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
            value = float(value)
        if not isinstance(value, int | float) or not math.isfinite(value):
            detail = told(
                "{name} is {found!r}; expected a number",
                name=indicator,
                found=_cut(value)[:60],
            )
            return Rejected(where, "notANumber", detail, _cut(value))
        given = found.unit_code or number.unit
        if given is None or unit is None:
            return float(value)
        try:
            return conversion(given, unit.unit)(float(value))
        except UnknownUnit as fault:
            detail = told("{name}: {fault}", name=indicator, fault=words_of(fault))
            return Rejected(where, "unknownUnit", detail, _cut(value))

    def _period(self, entity: ngsi_entity.Entity, where: str) -> datetime | Rejected | None:
        """Return when a period began; a Rejected when it ends before."""
        written = entity.word(self.options.observed)
        if written is None:
            return self.notified
        start, end = _interval(written, self.zone)
        until = self._time(entity, self.options.until)
        for after in (end, until):
            if start is not None and after is not None and after < start:
                detail = told(
                    "from {starts} until {ends}",
                    starts=start.isoformat(),
                    ends=after.isoformat(),
                )
                return Rejected(where, "endsBeforeStart", detail, entity.id[:500])
        if start is None:
            detail = told(
                "{written!r} is no time; expected ISO 8601, or an interval of it",
                written=written[:60],
            )
            return Rejected(where, "badTime", detail, entity.id[:500])
        return start

    def _key(self, entity: ngsi_entity.Entity) -> str:
        said = entity.word(self.options.entity)
        bare = bare_id(said or entity.id)
        return bare if said else (_TIMES.sub("", bare) or bare)

    # ------------------------------------------------------------ records

    def _record(
        self,
        entity: ngsi_entity.Entity,
        where: str,
        options: Record,
        body: dict[str, Any],
        placed: _Placed,
        flags: Flags,
    ) -> None:
        starts = self._said_time(entity, options.starts, flags)
        ends = self._said_time(entity, options.ends, flags, end=True)
        reported = self._said_time(entity, options.reported, flags)
        reported = reported or self._newest(entity) or self.notified or starts
        if reported is None:
            said = ", ".join(options.reported)
            flags[told("no readable time among {reported}", reported=said)] = "noTime"
            return
        if starts is not None and ends is not None and ends < starts:
            sentence = "valid until {ends}, before it begins {starts}"
            flags[told(sentence, ends=iso(ends), starts=iso(starts))] = "endsBeforeStart"
            ends = None
        status = options.status_of(entity.word(options.status))
        opened = starts or reported
        closed = None
        if status in options.closing:
            closed = self._said_time(entity, options.closed, flags)
        if closed is not None and closed < opened:
            sentence = "closed {closed}, before it was opened {opened}"
            flags[told(sentence, closed=iso(closed), opened=iso(opened))] = "closedBeforeOpened"
            closed = None
        body["flags"] = sorted(set(flags.values()))
        last = RecordRow(
            record_id=bare_id(entity.id),
            version=f"{reported.isoformat()}/1",
            status=status,
            reported_at=reported,
            valid_from=opened,
            valid_to=ends,
            area=self._area(placed, opened),
            geometry=placed.geometry,
            body=body | told_then(self.joining.meant(placed.named, opened)),
            source_ref=where,
        )
        if closed is None:
            self.records.append(last)
            return
        first = replace(
            last,
            version=f"{opened.isoformat()}/0",
            status=options.opens_as,
            reported_at=opened,
            valid_to=ends if ends is not None and ends > closed else None,
        )
        ended = {**last.body, "closed_at": iso(closed)}
        version = f"{closed.isoformat()}/1"
        last = replace(last, version=version, reported_at=closed, valid_to=closed, body=ended)
        self.records += [first, last]

    def _fill(
        self, entity: ngsi_entity.Entity, options: Record, body: dict[str, Any], flags: Flags
    ) -> None:
        for name, paths in options.fields.items():
            body[name] = _short(entity.one(paths))
        for name, paths in options.times.items():
            body[name] = iso(self._said_time(entity, paths, flags))
        said = entity.one(options.title)
        if isinstance(said, Mapping):  # a language map
            body["title"] = _short(said)
        elif (words := entity.word(options.title)) is not None:
            body["title"] = options.titles.get(words) or {"vi": words, "en": words}

    # ------------------------------------------------------------ times and places

    def _said_time(
        self, entity: ngsi_entity.Entity, paths: Names, flags: Flags, *, end: bool = False
    ) -> datetime | None:
        """Return the first time that can be read; one that cannot is flagged, the rest kept.

        Of an interval its begin, or its `end`.
        """
        for path in paths:
            written = entity.one((path,))
            at = None
            if isinstance(written, str):
                start, stop = _interval(written, self.zone)
                at = stop if end and stop is not None else start
            if at is not None:
                return at
            if written is not None:
                sentence, said = "{name} is {found!r}; expected ISO 8601", _cut(written)[:60]
                flags[told(sentence, name=path, found=said)] = "badTime"
        return None

    def _newest(self, entity: ngsi_entity.Entity) -> datetime | None:
        """Return the latest time at which an attribute says it was observed."""
        said = {v.observed_at for values in entity.attributes.values() for v in values}
        times = (self._start(written) for written in said if written is not None)
        return max((at for at in times if at is not None), default=None)

    def _time(self, entity: ngsi_entity.Entity, paths: Names) -> datetime | None:
        written = entity.word(paths)
        return None if written is None else self._start(written)

    def _start(self, written: str) -> datetime | None:
        return _interval(written, self.zone)[0]

    def _area(self, placed: _Placed, at: datetime) -> str | None:
        """Return the unit that was meant at an instant."""
        found = self.joining.meant(placed.named, at)
        return placed.area if found is None else found.area

    def _place(self, entity: ngsi_entity.Entity, where: str) -> _Placed:
        said = entity.one(self.options.location)
        geometry = None if said is None else place(said)
        if said is not None and geometry is None:
            sentence = "location is {said}; expected GeoJSON, longitude before latitude"
            detail = told(sentence, said=_cut(said)[:100])
            self.rejected.append(Rejected(where, "badPlace", detail, _cut(said)))
        named = entity.word(self.options.area)
        area = None if geometry is None else area_of(geometry, self.city.areas)
        is_named = any(self.joining.on(named, day) for day in (date.min, date.max))
        if area is None and not is_named and self.options.map_to_city:
            area, geometry = shown_in(bare_id(entity.id), self.city.areas)
            return _Placed(named, area, geometry, is_demo=True)
        return _Placed(named, area, geometry)


def _interval(written: str, zone: Any) -> tuple[datetime | None, datetime | None]:
    """Return both ends of ISO 8601 "from/to", "from/PT1H", "PT1H/to", or of one instant."""
    begin, slash, end = (part.strip() for part in written.partition("/"))
    if not slash:
        return instant(begin, zone), None
    start, stop = instant(begin, zone), instant(end, zone)
    try:
        if stop is None and start is not None and end.startswith("P"):
            stop = start + timedelta(seconds=duration_s(end))
        elif start is None and stop is not None and begin.startswith("P"):
            start = stop - timedelta(seconds=duration_s(begin))
    except (ValueError, OverflowError):
        return None, None
    return start, stop


def _short(value: Any) -> Any:
    """Return JSON for a body: texts cut, what is large left out."""
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if len(str(value)) <= 2 * MAX_TEXT else None


def _cut(value: Any) -> str:
    return str(value)[:500]
