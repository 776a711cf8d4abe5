"""Security events of logs (RFC 5424, RFC 3164, CEF): rates by host, and the grave ones as records.

`counts` says which events an indicator counts, per `bucket` and host; `records` from which severity
on an event is a record of its own: its text without passwords, hosts and addresses. Fields that
name a user are left out; what a text says of one stands under the dataset's classification.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from data_access.city import City
from data_access.contracts import DatasetContract, duration_s
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, Entity, RecordRow, Rejected
from data_access.sources.cef import START, CefEvent
from data_access.sources.log_line import (
    Calendar,
    LineFault,
    LogLine,
    ReferenceYear,
    cef_event,
    parse_line,
    without_secrets,
)
from data_access.sources.options import Period, SourceOptions, ZoneName, zone_of
from data_access.sources.payload import good_files, load
from data_access.sources.rows import Gathered
from data_access.sources.structured_data import elements
from language import told

FORMAT = "security-events"
COUNTS = True  # counts of parts of a bucket add up
Level = Literal["low", "medium", "high", "critical"]
LEVELS: tuple[Level, ...] = ("low", "medium", "high", "critical")
CEF_BANDS = (4, 7, 9)  # ArcSight's guide: 0-3 low, 4-6 medium, 7-8 high, 9-10 very high
SYSLOG_LEVELS: tuple[Level, ...] = (  # RFC 5424, table 2: emergency, alert, critical, error …
    "critical", "critical", "critical", "high", "medium", "low", "low", "low",
)  # fmt: skip
MAX_LINE = 65536
MAX_COUNT = 1_000_000  # events one line may stand for
MAX_RECORDS = 20_000  # of one file; counts go on
TOLERATED = 10  # bad lines that are no sign of another format, whatever their share


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    return text


class Count(BaseModel):
    """Which events an indicator counts: all that is said here must be so."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    at_least: Level = "low"
    matching: Annotated[str, AfterValidator(_pattern)] | None = None  # found in name or message
    products: tuple[str, ...] = ()  # of CEF, or programs of syslog


class Options(SourceOptions):
    """`reference_year`, `timezone`: what RFC 3164 leaves out.

    The year is that of a file's first line, or "arrival": whichever is nearest to when it came.
    """

    counts: dict[str, Count] = Field(default_factory=dict)  # indicator -> events
    bucket: Period = "PT1M"
    records: Level | None = None  # events this grave or more are records
    lifetime: Period = "P1D"  # of a record
    reference_year: ReferenceYear = 2000
    timezone: ZoneName | None = None


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file: counts in the order of time, records as they became known."""
    options: Options = Options.of(contract)
    rejected: list[Rejected] = []
    for reader in good_files(files, lambda path: _read(path, options, city), rejected):
        yield Batch(
            reader.frame(),
            records=sorted(reader.records.values(), key=lambda record: record.reported_at),
            entities=[Entity(host, host) for host in sorted(reader.hosts)],
            rejected=[*rejected, *reader.rejected],
        )
        rejected.clear()
    if rejected:
        yield Batch(rejected=rejected)


@dataclass(frozen=True, slots=True)
class _Event:
    """What a line tells of an event."""

    at: datetime
    host: str
    product: str
    name: str
    level: Level
    times: int
    event_id: str
    fields: Mapping[str, str]


def _read(path: Path, options: Options, city: City) -> _Reader:
    payload = load(path)
    calendar = Calendar.of(path, options.reference_year, zone_of(options.timezone, city))
    reader = _Reader(payload.name, options)
    lines = strange = 0
    for number, text in enumerate(payload.lines(), start=1):
        if not text.strip():
            continue
        lines += 1
        where = f"{payload.name}:{number}"
        try:
            if len(text) > MAX_LINE:
                raise LineFault(
                    "badLine",
                    told(
                        "{count} characters; expected at most {most}",
                        count=len(text),
                        most=MAX_LINE,
                    ),
                )
            reader.take(_event(parse_line(text, calendar)), where)
        except LineFault as fault:
            strange += fault.reason == "badLine"
            refusal = Rejected(where, fault.reason, fault.detail, without_secrets(text))
            reader.rejected.append(refusal)
    if strange == lines or (strange > TOLERATED and strange * 2 > lines):
        found = told("{count} of {all} lines that are no log lines", count=strange, all=lines)
        raise SourceWrongFormat(found, payload.name, told("RFC 5424, RFC 3164 or CEF lines"))
    return reader


def _event(line: LogLine) -> _Event:
    """Return a line's event; CEF may stand in a line of syslog."""
    at = datetime.fromtimestamp(line.minute * 60 + line.second, UTC)
    cef = line.cef
    begin = START.search(line.message) if cef is None else None
    if begin is not None:
        cef = cef_event(line.message[begin.start() :])
    data = elements(line.data)
    flat = {name: value for values in data.values() for name, value in values.items()}
    if cef is not None:
        return _of_cef(cef, at, line, flat)
    app, message = line.app, line.message
    if not app:
        tag = re.match(r"([\w./\-]{1,48})(?:\[\w*\])?: ?", message)
        if tag is not None:
            app, message = tag[1], message[tag.end() :]
    level = SYSLOG_LEVELS[line.priority % 8] if line.priority is not None else "low"
    event_id = flat.get("eventID", "")
    return _Event(at, line.host or "(none)", app, message, level, 1, event_id, flat)


def _of_cef(cef: CefEvent, at: datetime, line: LogLine, flat: Mapping[str, str]) -> _Event:
    level: Level = "low"
    if cef.severity is not None:
        level = LEVELS[sum(cef.severity >= band for band in CEF_BANDS)]
    elif line.priority is not None:
        level = SYSLOG_LEVELS[line.priority % 8]
    told = cef.fields.get("cnt", "1")
    is_count = told.isdecimal() and len(told) < 10 and 0 < int(told) <= MAX_COUNT
    times = int(told) if is_count else 1
    host = cef.host if line.cef is not None else (line.host or cef.host)
    product = f"{cef.vendor} {cef.product}".strip()
    event_id = cef.fields.get("externalId", "")
    fields = {**flat, **cef.fields, **cef.labelled, "class": cef.class_id}
    return _Event(at, host, product, cef.name, level, times, event_id, fields)


class _Reader:
    """Counts events, and keeps the grave ones."""

    def __init__(self, name: str, options: Options) -> None:
        self.name, self.options = name, options
        self.records: dict[str, RecordRow] = {}
        self.hosts: set[str] = set()
        self.rejected: list[Rejected] = []
        self._bucket_s = max(int(duration_s(options.bucket)), 1)
        self._lifetime = timedelta(seconds=duration_s(options.lifetime))
        self._matching = {
            indicator: re.compile(count.matching, re.IGNORECASE) if count.matching else None
            for indicator, count in options.counts.items()
        }
        self._cells: dict[tuple[int, str], tuple[dict[str, int], str]] = {}

    def take(self, event: _Event, where: str) -> None:
        """Count an event; every indicator has a number where a host said anything."""
        self.hosts.add(event.host)
        bucket = int(event.at.timestamp()) // self._bucket_s
        counts, _ = self._cells.setdefault(
            (bucket, event.host), (dict.fromkeys(self.options.counts, 0), where)
        )
        for indicator, count in self.options.counts.items():
            if self._is(event, count, self._matching[indicator]):
                counts[indicator] += event.times
        least = self.options.records
        if least is not None and LEVELS.index(event.level) >= LEVELS.index(least):
            self._record(event, where)

    def frame(self) -> Any:
        """Return the counts as observations, None when there are none."""
        rows = Gathered()
        for (bucket, host), (counts, where) in self._cells.items():
            at = datetime.fromtimestamp(bucket * self._bucket_s, UTC)
            for indicator, number in counts.items():
                rows.add(indicator, host, None, at, float(number), where)
        return rows.frame()

    def _is(self, event: _Event, count: Count, matching: re.Pattern[str] | None) -> bool:
        if LEVELS.index(event.level) < LEVELS.index(count.at_least):
            return False
        if count.products and event.product not in count.products:
            return False
        return matching is None or any(
            matching.search(text) is not None
            for text in (event.name, event.fields.get("msg", ""), event.fields.get("class", ""))
        )

    def _record(self, event: _Event, where: str) -> None:
        """Keep an event; the same again, by its own id or by all it says, is one record."""
        said = event.event_id or f"{event.at.isoformat()}|{event.name}|{event.fields.get('src')}"
        key = blake2b(f"{event.host}|{event.product}|{said}".encode(), digest_size=12).hexdigest()
        if key not in self.records and len(self.records) >= MAX_RECORDS:
            if len(self.records) == MAX_RECORDS and not any(
                each.reason == "tooMany" for each in self.rejected
            ):
                detail = told(
                    "more than {most} grave events; the others are only counted", most=MAX_RECORDS
                )
                self.rejected.append(Rejected(where, "tooMany", detail))
            return
        title = without_secrets(event.name)
        fields = event.fields
        self.records[key] = RecordRow(
            record_id=key,
            version=event.at.isoformat(),
            status="open",
            reported_at=event.at,
            valid_from=event.at,
            valid_to=event.at + self._lifetime,
            area=None,
            geometry=None,
            body={
                "class": event.product or "syslog",
                "title": {"vi": title, "en": title},
                "severity": event.level,
                "host": event.host,
                "event_class": fields.get("class", ""),
                "event_id": event.event_id,
                "action": without_secrets(fields.get("act", "")),
                "source": fields.get("src", "")[:100],
                "destination": fields.get("dst", "")[:100],
                "times": event.times,
            },
            source_ref=where,
        )
