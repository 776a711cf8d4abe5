"""Health services in HL7 FHIR R4: summary measures, and beds counted from Locations.

Numbers come from MeasureReports (visits, cases, beds) by measure, group and population, and from
the operational status of bed Locations. What speaks of a single person is refused, whatever it
says. Small counts are kept; what hides them is the contract's (data_access/masking.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.model import Batch, Entity, Rejected
from data_access.sources.fhir_bundle import (
    PERSONAL,
    Resource,
    Resources,
    Snapshot,
    coded,
    worded,
)
from data_access.sources.fhir_place import Place, Places
from data_access.sources.joining import Joining
from data_access.sources.options import SourceOptions, UnitsOf, ZoneName, zone_of
from data_access.sources.payload import good_files, load
from data_access.sources.periods import start_of
from data_access.sources.rows import Gathered
from data_access.sources.units import UnknownUnit, conversion
from language import Told, told, words_of

FORMAT = "fhir"
LINES = True  # reads JSON Lines
# HL7 table 0116, bed status: unoccupied; occupied; closed, housekeeping, contaminated, isolated.
FREE, OCCUPIED, OUT = frozenset("U"), frozenset("O"), frozenset("CHKI")
BED = frozenset({"bd"})  # of location-physical-type
Beds = Literal["total", "free", "occupied", "out", "unknown"]
BED_STATES: tuple[Beds, ...] = ("total", "free", "occupied", "out", "unknown")


class Measure(BaseModel):
    """Which number of a MeasureReport an indicator is; `score` instead of a population's count."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    measure: str  # the end of its canonical address
    group: str | None = None
    population: str | None = None  # initial-population, numerator, measure-population …
    score: bool = False
    strata: str | None = None  # the stratifier whose strata are read instead of the whole …
    or_whole: bool = False  # … but the whole of a report that has none


class Options(SourceOptions):
    """Measures and counts of beds by indicator; where what was counted is."""

    measures: dict[str, Measure] = Field(default_factory=dict)
    beds: dict[Beds, str] = Field(default_factory=dict)  # what is counted -> indicator
    strata_are_areas: bool = True  # a stratum's name or code is a unit's …
    units: UnitsOf = "then"  # … as it was called on its day; now: history in the units of today
    pages_together: bool = False  # files are pages of one search; else each says how things stood
    timezone: ZoneName | None = None


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield one batch: references cross files."""
    options: Options = Options.of(contract)
    resources = Resources(pages_together=options.pages_together)
    rejected: list[Rejected] = []
    for _ in good_files(files, lambda path: resources.add(load(path)), rejected):
        pass
    reader = _Reader(resources, options, contract, city)
    yield reader.batch(rejected)


class _Reader:
    def __init__(
        self, resources: Resources, options: Options, contract: DatasetContract, city: City
    ) -> None:
        self.resources, self.options, self.contract, self.city = resources, options, contract, city
        self.zone = zone_of(options.timezone, city)
        self.joining = Joining(city, options.units)
        self.places = Places(resources, self.joining)
        self.rows = Gathered()
        self.entities: dict[str, Entity] = {}
        self.rejected: list[Rejected] = resources.rejected
        self._said: dict[tuple[str, str, datetime], tuple[str, float, str, str | None]] = {}

    def batch(self, before: Sequence[Rejected]) -> Batch:
        """Return what the resources say."""
        for kind in sorted(PERSONAL & self.resources.by_type.keys()):
            for _, _, where in self.resources.of(kind):
                detail = told("a {kind}: of a single person; expected counts only", kind=kind)
                self.rejected.append(Rejected(where, "personalData", detail))
        for _, report, where in self.resources.of("MeasureReport"):
            if self.options.measures:
                self._report(report, where)
        if self.options.beds:
            for snapshot in self.resources.snapshots:
                self._beds(snapshot)
        for (indicator, entity, at), (_, number, where, area) in self._said.items():
            self.rows.add(indicator, entity, area, at, number, where)
        return Batch(
            self.rows.frame(),
            entities=list(self.entities.values()),
            rejected=[*before, *self.rejected],
        )

    def _refuse(self, where: str, reason: str, detail: Told) -> None:
        self.rejected.append(Rejected(where, reason, detail))

    # ------------------------------------------------------------ measures

    def _report(self, report: Resource, where: str) -> None:
        wanted = {
            indicator: each
            for indicator, each in self.options.measures.items()
            if str(report.get("measure", "")).partition("|")[0].endswith(each.measure)
        }
        if not wanted:
            return
        if report.get("type") not in ("summary", "data-collection", None):
            detail = told("a report of type {type!r}; expected a summary", type=report.get("type"))
            self._refuse(where, "personalData", detail)
            return
        if report.get("status") != "complete":
            detail = told(
                "a report that is {status!r}; expected it complete", status=report.get("status")
            )
            self._refuse(where, "draft", detail)
            return
        at = self._period(report, where)
        if at is None:
            return
        version = str(report.get("date") or "")
        said = start_of(version, self.zone)
        place = self.places.find(report.get("reporter"), said)
        place = place or self.places.find(report.get("subject"), said)
        place = place or Place(CITY_AREA, "", None, None, CITY_AREA)
        groups = [each for each in _list(report, "group") if isinstance(each, Mapping)]
        for indicator, measure in wanted.items():
            found = False
            for group in groups:
                if measure.group is None or measure.group in coded(group.get("code")):
                    found = True
                    self._group(indicator, measure, group, at, place, version, where)
            if not found:
                detail = told(
                    "no group {group!r} for {indicator}", group=measure.group, indicator=indicator
                )
                self._refuse(where, "unknownCode", detail)

    def _period(self, report: Resource, where: str) -> datetime | None:
        period = report.get("period")
        written = period.get("start") if isinstance(period, Mapping) else None
        start = start_of(written, self.zone) if isinstance(written, str) else None
        if start is None:
            self._refuse(
                where,
                "badTime",
                told("a period from {written!r}; expected a FHIR date", written=written),
            )
            return None
        end = period.get("end") if isinstance(period, Mapping) else None
        until = start_of(end, self.zone) if isinstance(end, str) else None
        if until is not None and until < start:
            self._refuse(
                where,
                "endsBeforeStart",
                told("from {starts} until {ends}", starts=written, ends=end),
            )
            return None
        return start

    def _group(
        self,
        indicator: str,
        measure: Measure,
        group: Resource,
        at: datetime,
        place: Place,
        version: str,
        where: str,
    ) -> None:
        if measure.strata is None:
            self._count(indicator, measure, group, at, place, version, where)
            return
        strata = [
            stratum
            for stratifier in _list(group, "stratifier")
            if any(measure.strata in coded(each) for each in _list(stratifier, "code"))
            for stratum in _list(stratifier, "stratum")
        ]
        if not strata and measure.or_whole:
            self._count(indicator, measure, group, at, place, version, where)
        told_apart = [stratum for stratum in strata if isinstance(stratum, Mapping)]
        self._hold_to_total(measure, group, told_apart, where)
        for stratum in told_apart:
            here = self._stratum(stratum.get("value"), at)
            self._count(indicator, measure, stratum, at, here, version, where)

    def _hold_to_total(
        self, measure: Measure, group: Resource, strata: Sequence[Resource], where: str
    ) -> None:
        """Tell of strata that are more than their total; fewer may be, of whom nobody knows where.

        Without a figure: it may be of too few people. Which is wrong nobody knows; all are taken.
        """
        found = [_population_of(measure, each) for each in (group, *strata)]
        whole, *parts = [each if type(each) is int else None for each in found]
        if strata and whole is not None and sum(part or 0 for part in parts) > whole:
            self._refuse(where, "inconsistent", told("more is told in parts than in all"))

    def _stratum(self, value: Any, at: datetime) -> Place:
        """Return who was counted: a unit as it was called then, else what the words say."""
        name = worded(value)
        area = None
        if self.options.strata_are_areas:
            found = self.joining.first((*sorted(coded(value)), name), at)
            if found is not None and found.then is not None:
                return Place(found.series, found.then.full_name, None, None, found.area)
            if found is not None and (unit := self.city.areas.get(found.area)) is not None:
                return Place(unit.code, unit.full_name, unit.lat, unit.lon, unit.code)
            area = name or None  # for the contract to refuse
        return Place(name, name, None, None, area)

    def _count(
        self,
        indicator: str,
        measure: Measure,
        part: Resource,
        at: datetime,
        place: Place,
        version: str,
        where: str,
    ) -> None:
        if measure.score:
            number = self._score(indicator, part, where)
        else:
            number = self._population(indicator, measure, part, where)
        if number is not None:
            self._say(indicator, place, at, number, version, where)

    def _population(
        self, indicator: str, measure: Measure, part: Resource, where: str
    ) -> float | None:
        count = _population_of(measure, part)
        if count is None:
            return None  # masked at its source, or not known
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            detail = told(
                "{name} is {found!r}; expected a count", name=indicator, found=str(count)[:40]
            )
            self._refuse(where, "notANumber", detail)
            return None
        return float(count)

    def _score(self, indicator: str, part: Resource, where: str) -> float | None:
        quantity = part.get("measureScore")
        if quantity is None:
            return None
        value = quantity.get("value") if isinstance(quantity, Mapping) else None
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            self._refuse(
                where,
                "notANumber",
                told(
                    "{name} is {found!r}; expected a number",
                    name=indicator,
                    found=str(value)[:40],
                ),
            )
            return None
        unit = quantity.get("code") or quantity.get("unit")
        definition = self.contract.indicators.get(indicator)
        if not isinstance(unit, str) or unit.startswith("{") or definition is None:
            return float(value)  # "{beds}" is a word of UCUM for what is counted
        try:
            return conversion(unit, definition.unit)(float(value))
        except UnknownUnit as fault:
            self._refuse(
                where, "unknownUnit", told("{name}: {fault}", name=indicator, fault=words_of(fault))
            )
            return None

    def _say(
        self, indicator: str, place: Place, at: datetime, number: float, version: str, where: str
    ) -> None:
        """Take a number unless a report of the same that was made later has said another."""
        key = (indicator, place.key, at)
        known = self._said.get(key)
        if known is None or known[0] <= version:
            self._said[key] = (version, number, where, place.area)
        if place.key == CITY_AREA and not place.name:
            return
        self.entities[place.key] = Entity(
            place.key,
            place.name or place.key,
            place.lat,
            place.lon,
            place.area
            if place.area == CITY_AREA or self.city.areas.get(place.area or "")
            else None,
        )

    # ------------------------------------------------------------ beds

    def _beds(self, snapshot: Snapshot) -> None:
        """Count beds by facility as of a snapshot; pages that are missing spoil them all."""
        beds = [
            (bed, where)
            for bed, where in snapshot.of("Location")
            if coded(bed.get("physicalType")) & BED and bed.get("mode") != "kind"
        ]
        if not beds:
            return
        if snapshot.missing:
            detail = told("{count} resources of the search did not come", count=snapshot.missing)
            self._refuse(beds[0][1], "incomplete", detail)
            return
        stamps = [start_of(each, self.zone) for each in snapshot.as_of]
        as_of = max((at for at in stamps if at is not None), default=None)
        if as_of is None:
            self._refuse(
                beds[0][1], "noTime", told("a bundle of beds that does not say of when it is")
            )
            return
        counts: dict[str, dict[str, int]] = {}
        places: dict[str, tuple[Place, str]] = {}
        for bed, where in beds:
            if bed.get("status") == "inactive":
                continue
            place = self.places.facility(bed, as_of)
            if place is None:
                self._refuse(where, "emptyKey", told("a bed of no organization and in no building"))
                continue
            places.setdefault(place.key, (place, where))
            count = counts.setdefault(place.key, dict.fromkeys(BED_STATES, 0))
            count["total"] += 1
            count[_bed_state(bed)] += 1
        for key, count in counts.items():
            for what, indicator in self.options.beds.items():
                place, where = places[key]
                self._say(indicator, place, as_of, count[what], "", where)


def _bed_state(bed: Resource) -> str:
    codes = {each.upper() for each in coded(bed.get("operationalStatus"))}
    if bed.get("status") == "suspended" or codes & OUT:
        return "out"
    if codes & OCCUPIED:
        return "occupied"
    return "free" if codes & FREE else "unknown"


def _list(found: Any, name: str) -> list[Any]:
    value = found.get(name) if isinstance(found, Mapping) else None
    return value if isinstance(value, list) else []


def _population_of(measure: Measure, part: Resource) -> Any:
    """Return the count of a measure's population in a part of a report, None where none is told."""
    for population in _list(part, "population"):
        if not isinstance(population, Mapping):
            continue
        wanted = measure.population
        if wanted is None or wanted in coded(population.get("code")):
            return population.get("count")
    return None
