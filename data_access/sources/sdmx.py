"""Statistics in SDMX: series become indicators by the codes of their dimensions.

`where` names the codes a series must have; the others may be anything, so a new year, area or
attribute needs no new option. A message prepared later revises what an earlier one said. A message
that calls itself a test is refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, Rejected
from data_access.sources import sdmx_csv, sdmx_json, sdmx_xml
from data_access.sources.joining import Joining
from data_access.sources.options import SourceOptions, UnitsOf, ZoneName, zone_of
from data_access.sources.payload import Payload, good_files, load
from data_access.sources.periods import start_of
from data_access.sources.rows import Gathered
from data_access.sources.sdmx_message import EXPECTED, DataSet, Message, Observation
from data_access.sources.units import UnknownUnit, conversion
from language import Told, told, words_of

FORMAT = "sdmx"
# Code list CL_OBS_STATUS 2.2 of the SDMX cross-domain lists: estimated, forecast, imputed,
# provisional; low reliability; and those that say why there is no value.
ESTIMATED, SUSPECT = frozenset("EFIP"), frozenset("U")
MISSING = frozenset("HLMOQJS")
STATUS, UNIT, MULTIPLE = "OBS_STATUS", "UNIT_MEASURE", "UNIT_MULT"
LARGEST_MULTIPLE = 15  # tens; a quadrillion


def _several(found: Any) -> Any:
    return (found,) if isinstance(found, str) else found


Codes = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Series(BaseModel):
    """Which series an indicator is. `unit`: of its numbers, where the message says none."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    where: dict[str, Codes] = Field(default_factory=dict)
    unit: str | None = None


class Options(SourceOptions):
    """Series by indicator; which dimensions name what was measured, and where it is."""

    indicators: dict[str, Series]
    entity: Codes = ("REF_AREA",)
    area: str = "REF_AREA"
    areas: dict[str, str] = Field(default_factory=dict)  # code of the area -> a unit's, or "city"
    units: dict[str, str] = Field(default_factory=dict)  # code of the unit -> a unit we know
    unit_attributes: Codes = (UNIT, "UNIT")
    area_units: UnitsOf = "then"  # codes of areas from before a reform; now: history told anew
    tests: bool = False  # take messages that call themselves a test
    timezone: ZoneName | None = None


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a data set, the messages in the order they were prepared."""
    options: Options = Options.of(contract)
    zone = zone_of(options.timezone, city)
    rejected: list[Rejected] = []

    def parse(path: Path) -> tuple[str, Message]:
        payload = load(path)
        message = _message(payload, zone)
        if message.is_test and not options.tests:
            raise SourceWrongFormat(
                told("a message that says it is a test"), payload.name, EXPECTED
            )
        return payload.name, message

    messages = list(good_files(files, parse, rejected))
    messages.sort(key=lambda each: each[1].prepared or datetime.min.replace(tzinfo=UTC))
    for name, message in messages:
        reader = _Reader(name, options, contract, city)
        for data_set in message.data_sets:
            yield Batch(reader.frame(data_set), rejected=[*rejected, *reader.rejected])
            rejected.clear()
            reader.rejected.clear()
        if not reader.found:
            detail = told(
                "no series of {indicators}; {shown}",
                indicators=", ".join(options.indicators),
                shown=reader.shown or told("no series"),
            )
            yield Batch(rejected=[Rejected(name, "noSeries", detail)])
    if rejected:
        yield Batch(rejected=rejected)


def _message(payload: Payload, zone: Any) -> Message:
    start = payload.content.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
    if start == b"<":
        return sdmx_xml.message_of(payload, zone)
    if start in (b"{", b"["):
        return sdmx_json.message_of(payload, zone)
    return sdmx_csv.message_of(payload)


class _Reader:
    """Turns one message's observations into ours, and keeps count of what it refused."""

    def __init__(self, name: str, options: Options, contract: DatasetContract, city: City) -> None:
        self.name, self.options, self.contract, self.city = name, options, contract, city
        self.zone = zone_of(options.timezone, city)
        self.joining = Joining(city, options.area_units)
        self.rejected: list[Rejected] = []
        self.found = 0
        self.shown = ""
        self._starts: dict[str, datetime | None] = {}

    def frame(self, data_set: DataSet) -> Any:
        """Return the observations of one data set, None when there are none."""
        rows = Gathered()
        for each in data_set.observations:
            if isinstance(each, Rejected):
                self.rejected.append(each)
                continue
            self.shown = self.shown or told("the first is {key}", key=dict(each.key))
            for indicator, series in self.options.indicators.items():
                if _is(series, each.key):
                    self.found += 1
                    self._take(indicator, series, each, data_set.action, rows)
        return rows.frame()

    def _take(
        self, indicator: str, series: Series, found: Observation, action: str, rows: Gathered
    ) -> None:
        where = f"{self.name}#{found.where}"
        status = found.key.get(STATUS, "A").upper()
        if action == "delete":
            self._refuse(
                where,
                "deletion",
                told(
                    "{indicator} {period} is to be deleted",
                    indicator=indicator,
                    period=found.period,
                ),
                found,
            )
            return
        if found.value is None or (found.value.lower() == "nan" and status in MISSING):
            return  # said to be missing
        number = self._number(indicator, series, found)
        if isinstance(number, tuple):
            reason, fault = number
            detail = told("{name}: {fault}", name=f"{indicator} {found.period}", fault=fault)
            self._refuse(where, reason, detail, found)
            return
        if found.period not in self._starts:
            self._starts[found.period] = start_of(found.period, self.zone)
        at = self._starts[found.period]
        if at is None:
            detail = told(
                "{indicator}: {period!r}; expected a period such as 2024-Q3",
                indicator=indicator,
                period=found.period[:40],
            )
            self._refuse(where, "badTime", detail, found)
            return
        quality = "estimated" if status in ESTIMATED else "suspect" if status in SUSPECT else "good"
        entity = "/".join(filter(None, (found.key.get(name, "") for name in self.options.entity)))
        code = found.key.get(self.options.area, "")
        area, whose = self._area(code, at)
        rows.add(indicator, entity or whose or CITY_AREA, area, at, number, where, quality=quality)

    def _number(
        self, indicator: str, series: Series, found: Observation
    ) -> float | tuple[str, Told]:
        """Return the number in the indicator's unit, else why it is none."""
        try:
            number = float(found.value or "")
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            return "notANumber", told("{found!r}; expected a number", found=str(found.value)[:40])
        multiple = found.key.get(MULTIPLE, "0") or "0"
        try:
            tens = int(multiple)
        except ValueError:
            tens = LARGEST_MULTIPLE + 1
        if abs(tens) > LARGEST_MULTIPLE:
            detail = "{name} is {found!r}; expected tens, such as 6"
            return "unknownUnit", told(detail, name=MULTIPLE, found=multiple[:20])
        said = next((found.key[n] for n in self.options.unit_attributes if n in found.key), None)
        given = self.options.units.get(said, said) if said is not None else series.unit
        definition = self.contract.indicators.get(indicator)
        if definition is None or (given is None and tens == 0):
            return number
        try:
            convert = conversion(given if given is not None else "", definition.unit)
        except UnknownUnit as fault:
            return "unknownUnit", words_of(fault)
        return convert(float(f"{number * 10**tens:.15g}"))

    def _area(self, code: str, at: datetime) -> tuple[str | None, str]:
        """Return a code's unit of today, by what it meant then, and whose series that is."""
        named = self.options.areas.get(code, code)
        found = self.joining.meant(named, at)
        if found is None:
            return None, code
        return found.area, code if found.then is None else found.series

    def _refuse(self, where: str, reason: str, detail: Told, found: Observation) -> None:
        self.rejected.append(Rejected(where, reason, detail, str(dict(found.key))[:500]))


def _is(series: Series, key: Mapping[str, str]) -> bool:
    return all(key.get(name) in codes for name, codes in series.where.items())
