"""Sensors' messages in JSON, as brokers bring them: paths and topic levels say what is where.

Reads messages with their topics, or plain JSON: one object, a list, or an object a line. What
says no time of its own counts from when it came, in a file from when that was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from pydantic import Field, field_validator, model_validator

from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.errors import SourceUnreadable, SourceWrongFormat
from data_access.messages import is_message, message_of
from data_access.model import Batch, Entity, Rejected
from data_access.sources.composing import parse_json
from data_access.sources.joining import Joining
from data_access.sources.json_path import inside, number_of, word_of
from data_access.sources.options import SourceOptions, UnitsOf, ZoneName, zone_of
from data_access.sources.payload import Payload, good_files, load
from data_access.sources.rows import observations
from data_access.sources.units import SAME, conversions
from language import Told, told

FORMAT = "sensor-json"
LINES = True  # reads JSON Lines
MESSAGES = True  # reads data_access/messages.py
EXPECTED = told("JSON of sensors: an object, a list, or one object a line")
LEVELS = ("entity", "area", "indicator")
LONGEST = 200  # characters of an entity
_MS_FROM, _US_FROM = 1e11, 1e14  # numbers from there on are milliseconds, microseconds


class Options(SourceOptions):
    """Paths are names joined by dots: `data.pm25`, `readings.0.value`; all but `items` below one.

    `values[kind=pm25].value` is of the one of a list that says so (json_path.py).
    `topic` names levels: `city/{area}/air/{entity}`; `+` is any level, `#` all that follow. Of a
    time that is an interval its begin counts.
    """

    topic: str | None = None
    items: str | None = None  # path of the list in an answer that is more: {"value": […]}
    entity: str | None = None  # path; default: the topic's level
    name: str | None = None  # path: what the entity is called
    time: str | None = None  # path: ISO 8601, or s, ms or µs since 1970; default: arrival
    timezone: ZoneName | None = None  # of times without a zone; default: the city's
    values: dict[str, str] = Field(default_factory=dict)  # indicator -> path
    value: str | None = None  # path, where a level or path names the indicator; "" is all of it
    indicator: str | None = None  # path
    indicators: dict[str, str] = Field(default_factory=dict)  # their word -> indicator
    in_units: dict[str, str] = Field(default_factory=dict)  # indicator -> unit of their numbers
    area: str | None = None  # path: a unit's code or name
    areas: dict[str, str] = Field(default_factory=dict)  # their word -> unit's code
    units: UnitsOf = "then"  # codes and names of units in messages from before a reform
    lat: str | None = None
    lon: str | None = None

    @field_validator("topic")
    @classmethod
    def _levels(cls, topic: str | None) -> str | None:
        for level in (topic or "").split("/"):
            if level.startswith("{") and level not in {f"{{{each}}}" for each in LEVELS}:
                raise ValueError(f"{level} is none of {', '.join(f'{{{e}}}' for e in LEVELS)}")
        return topic

    @model_validator(mode="after")
    def _enough(self) -> Options:
        levels = (self.topic or "").split("/")
        if bool(self.values) == (self.value is not None):
            raise ValueError("expected either values, or value and what names the indicator")
        if self.value is not None and self.indicator is None and "{indicator}" not in levels:
            raise ValueError("value needs indicator, or a level {indicator} of the topic")
        if self.entity is None and "{entity}" not in levels:
            raise ValueError("expected entity, or a level {entity} of the topic")
        return self


@dataclass(slots=True)
class _Rows:
    """Columns of observations as they are found."""

    indicator: list[str] = field(default_factory=list)
    entity: list[str] = field(default_factory=list)
    area: list[str | None] = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    ref: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one sensor said, and what came with it."""

    found: Any
    levels: Mapping[str, str]
    where: str  # of its rows
    at: str  # where in which payload, for what is refused
    received: datetime


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file."""
    options: Options = Options.of(contract)
    rejected: list[Rejected] = []
    for batch in good_files(
        files, lambda path: _Reader(options, city, contract).batch(path), rejected
    ):
        batch.rejected[:0] = rejected
        rejected.clear()
        yield batch
    if rejected:
        yield Batch(rejected=rejected)


class _Reader:
    """Reads one file."""

    def __init__(self, options: Options, city: City, contract: DatasetContract) -> None:
        self._options, self._city = options, city
        self._turned = conversions(options.in_units, contract)
        self._zone: ZoneInfo = zone_of(options.timezone, city)
        self._joining = Joining(city, options.units)
        self._rows = _Rows()
        self._entities: dict[str, Entity] = {}
        self._rejected: list[Rejected] = []
        self._is_of_messages = self._names_any = False

    def batch(self, path: Path) -> Batch:
        """Return what the file says."""
        for said in self._all(path):
            if self._options.items is not None:
                listed = inside(said.found, self._options.items)
                if not isinstance(listed, list):
                    self._refuse(
                        said, "badRow", told("no list at {path}", path=self._options.items)
                    )
                    continue
                said = replace(said, found=listed)
            if isinstance(said.found, list) and self._options.value != "":
                self._names_any |= not said.found  # nothing new is an answer, too
                for each in said.found:
                    self._take(replace(said, found=each))
            else:
                self._take(said)
        if not self._is_of_messages and not self._names_any:
            raise SourceWrongFormat(told("JSON that names no sensor"), path.name, EXPECTED)
        rows = self._rows
        frame = observations(
            indicator=np.array(rows.indicator, dtype=object),
            entity=np.array(rows.entity, dtype=object),
            area=np.array(rows.area, dtype=object),
            observed_at=np.array(
                [at.replace(tzinfo=None) for at in rows.at], dtype="datetime64[us]"
            ),
            value=np.array(rows.value, dtype=np.float64),
            source_ref=np.array(rows.ref, dtype=object),
        )
        return Batch(frame, entities=list(self._entities.values()), rejected=self._rejected)

    def _all(self, path: Path) -> Iterator[_Said]:
        payload = load(path)
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        for number, each in self._parsed(payload):
            where = f"{payload.name}:{number}"
            if not is_message(each):
                yield _Said(each, {}, where, where, written)
                continue
            self._is_of_messages = True
            try:
                message = message_of(each)
                body, _ = parse_json(message.body)
            except (ValueError, KeyError, TypeError) as error:
                detail = told("no JSON ({error}); expected a sensor's message", error=error)
                self._rejected.append(Rejected(where, "badRow", detail, str(each)[:500]))
                continue
            received = datetime.fromtimestamp(message.received_us / 1e6, UTC)
            where = f"{message.topic}@{received:%Y%m%dT%H%M%S.%fZ}#{message.mid}"
            levels = _levels_of(self._options.topic, message.topic)
            if levels is None:
                detail = told(
                    "topic {topic!r}; expected {pattern}",
                    topic=message.topic,
                    pattern=self._options.topic,
                )
                self._rejected.append(Rejected(where, "badRow", detail))
                continue
            yield _Said(body, levels, message.topic, where, received)

    def _parsed(self, payload: Payload) -> Iterator[tuple[int, Any]]:
        """Yield (line, JSON): of a whole document, or of each line that holds one."""
        try:
            yield 1, parse_json(payload.text())[0]
            return
        except (orjson.JSONDecodeError, SourceUnreadable):
            pass  # lines, in which a bad byte costs its own
        found = bad = 0
        for number, line in enumerate(payload.lines(), start=1):
            if not line.strip():
                continue
            try:
                each, _ = parse_json(line)
            except orjson.JSONDecodeError as error:
                bad += 1
                where = f"{payload.name}:{number}"
                self._rejected.append(
                    Rejected(where, "badLine", told("no JSON ({error})", error=error), line[:500])
                )
                continue
            found += 1
            yield number, each
        if bad > found:
            raise SourceWrongFormat(
                told("{count} lines that are no JSON", count=bad), payload.name, EXPECTED
            )

    def _take(self, said: _Said) -> None:
        options = self._options
        entity = said.levels.get("entity")
        if options.entity is not None:
            entity = word_of(inside(said.found, options.entity))
        if not entity or len(entity) > LONGEST:
            self._refuse(said, "emptyKey", told("names no sensor"))
            return
        self._names_any = True
        at = said.received
        if options.time is not None:
            found_at = self._instant(inside(said.found, options.time))
            if found_at is None:
                self._refuse(said, "badTime", told("{time} is no time", time=options.time))
                return
            at = found_at
        lat, lon = self._degrees(said, options.lat, 90), self._degrees(said, options.lon, 180)
        area = self._area(said, at, lat, lon)
        values = self._values(said)
        for indicator, value in values.items():
            number = number_of(value)
            if number is None:
                self._refuse(
                    said,
                    "notANumber",
                    told("{name} is {found!r}; expected a number", name=indicator, found=value),
                )
                continue
            self._rows.indicator.append(indicator)
            self._rows.entity.append(entity)
            self._rows.area.append(area)
            self._rows.at.append(at)
            self._rows.value.append(self._turned.get(indicator, SAME)(number))
            self._rows.ref.append(said.where)
        if entity not in self._entities:
            name = None if options.name is None else word_of(inside(said.found, options.name))
            self._entities[entity] = Entity(entity, name or entity, lat, lon, area)

    def _values(self, said: _Said) -> dict[str, Any]:
        """Return what is said of which indicator; what is absent or null is not said."""
        options = self._options
        if options.value is not None:
            word = said.levels.get("indicator")
            if options.indicator is not None:
                word = word_of(inside(said.found, options.indicator))
            if not word:
                self._refuse(said, "unknownIndicator", told("names no indicator"))
                return {}
            values = {options.indicators.get(word, word): inside(said.found, options.value)}
        else:
            values = {name: inside(said.found, path) for name, path in options.values.items()}
        return {name: value for name, value in values.items() if value is not None}

    def _area(self, said: _Said, at: datetime, lat: float | None, lon: float | None) -> str | None:
        word = said.levels.get("area")
        if self._options.area is not None:
            word = word_of(inside(said.found, self._options.area))
        if word:
            return self._joining.area(self._options.areas.get(word, word), at)
        if lat is not None and lon is not None:
            return self._city.areas.at(lat, lon)
        return None if self._options.lat is not None else CITY_AREA

    def _degrees(self, said: _Said, path: str | None, most: float) -> float | None:
        found = None if path is None else number_of(inside(said.found, path))
        return None if found is None or not abs(found) <= most else found

    def _instant(self, found: Any) -> datetime | None:
        try:
            if isinstance(found, str):
                at = datetime.fromisoformat(found.partition("/")[0].strip())
                return (at if at.tzinfo else at.replace(tzinfo=self._zone)).astimezone(UTC)
            if isinstance(found, int | float) and not isinstance(found, bool):
                scale = 1e6 if found >= _US_FROM else 1e3 if found >= _MS_FROM else 1.0
                return datetime.fromtimestamp(found / scale, UTC)
        except (ValueError, OverflowError, OSError):
            pass
        return None

    def _refuse(self, said: _Said, reason: str, detail: Told) -> None:
        self._rejected.append(Rejected(said.at, reason, detail, str(said.found)[:500]))


def _levels_of(pattern: str | None, topic: str) -> dict[str, str] | None:
    """Return what the levels of a topic say; None when it is not like the pattern."""
    if pattern is None:
        return {}
    found: dict[str, str] = {}
    wanted, levels = pattern.split("/"), topic.split("/")
    for number, each in enumerate(wanted):
        if each == "#":
            return found
        if number >= len(levels):
            return None
        if each.startswith("{"):
            found[each[1:-1]] = levels[number]
        elif each not in ("+", levels[number]):
            return None
    return found if len(levels) == len(wanted) else None
