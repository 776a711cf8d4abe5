"""Traffic measured at sites in DATEX II, versions 2 and 3 (XML): speed, flow, occupancy.

A table of sites among the files, or in the same feed, says where they are. Of several values of
one kind at a site and time (lanes, classes of vehicles) the one of the lowest index is read, unless
`indices` names another, or `lanes` has all of them joined, as far as the table says what they are
(datex2_lanes.py).
Situations are data_access/sources/datex2.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal
from xml.etree.ElementTree import Element

from pydantic import Field

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, Entity, Rejected
from data_access.sources.datex2 import POINTS
from data_access.sources.datex2_lanes import Quantity, Value, joined, values_of
from data_access.sources.options import SourceOptions
from data_access.sources.payload import good_files, load
from data_access.sources.places import point
from data_access.sources.rows import Gathered, instant
from data_access.sources.units import UnknownUnit, conversion
from language import told, words_of

FORMAT = "datex2-measured"
EXPECTED = told("DATEX II version 2 or 3 with measured data or a table of sites")
# The element that holds a quantity's value, and the unit the standard gives it.
VALUES: dict[str, tuple[Quantity, str]] = {
    "speed": ("speed", "km/h"),
    "vehicleFlowRate": ("flow", ""),  # vehicles an hour
    "percentage": ("occupancy", "%"),
}
KINDS = {
    "TrafficSpeed": "speed", "TrafficFlow": "vehicleFlowRate", "TrafficConcentration": "percentage",
}  # fmt: skip
NOTHING_SEEN = -1.0  # what some write where no vehicle passed


class Options(SourceOptions):
    """Indicators by quantity; `indices`: of the values to be read, by quantity.

    With `lanes = "all"` a site's number is of all its lanes.
    """

    indicators: dict[Quantity, str]
    indices: dict[Quantity, str] = Field(default_factory=dict)
    lanes: Literal["one", "all"] = "one"


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file of measurements; tables count for all of them, whatever their place."""
    options: Options = Options.of(contract)
    rejected: list[Rejected] = []
    parsed = list(good_files(files, _parse, rejected))
    sites = {site.entity: site for _, root in parsed for site in _sites(root, city)}
    lanes: dict[str, tuple[Value, ...]] = {}
    if options.lanes == "all":
        lanes = {site: values_of(each) for _, root in parsed for site, each in _records(root)}
    for name, root in parsed:
        reader = _Reader(name, options, contract, lanes)
        for element in _named(root, "siteMeasurements"):
            reader.take(element)
        entities = [sites.get(site, Entity(site, site)) for site in sorted(reader.sites)]
        areas = {entity.entity: entity.area for entity in entities}
        frame = reader.rows.frame()
        if frame is not None:
            frame = frame.assign(area=[areas[site] for site in frame["entity"]])
            frame["area"] = frame["area"].astype(object)
        yield Batch(frame, entities=entities, rejected=[*rejected, *reader.rejected])
        rejected.clear()


def _parse(path: Path) -> tuple[str, Element]:
    payload = load(path)
    root = payload.xml()
    holds = ("siteMeasurements", "measurementSiteRecord", "measurementSite")
    if not any(_name(element) in holds for element in root.iter()):
        raise SourceWrongFormat(
            told("a <{name}> without any", name=_name(root)), payload.name, EXPECTED
        )
    return payload.name, root


class _Reader:
    def __init__(
        self,
        name: str,
        options: Options,
        contract: DatasetContract,
        lanes: Mapping[str, tuple[Value, ...]],
    ) -> None:
        self.name, self.options, self.contract, self.lanes = name, options, contract, lanes
        self.rows = Gathered()
        self.sites: set[str] = set()
        self.rejected: list[Rejected] = []
        self._number = 0

    def take(self, element: Element) -> None:
        """Read what one site measured."""
        self._number += 1
        where = f"{self.name}#{self._number}"
        reference = next(_named(element, "measurementSiteReference"), None)
        site = "" if reference is None else reference.get("id", "").strip()
        if not site:
            self.rejected.append(Rejected(where, "emptyKey", told("measurements of no site")))
            return
        stamp = next(_named(element, "measurementTimeDefault"), None)
        written = "" if stamp is None else "".join(stamp.itertext()).strip()
        at = instant(written)
        if at is None:
            detail = told(
                "{site} at {written!r}; expected ISO 8601 with its offset",
                site=site,
                written=written[:40],
            )
            self.rejected.append(Rejected(where, "badTime", detail))
            return
        found: dict[Quantity, dict[str, str]] = {}
        for index, quantity, text in _values(element):
            found.setdefault(quantity, {}).setdefault(index, text)
        for quantity, by_index in found.items():
            indicator = self.options.indicators.get(quantity)
            if indicator is None:
                continue
            if self.lanes.get(site) and quantity not in self.options.indices:
                self._add_joined(site, at, quantity, found, where)
                continue
            index = self.options.indices.get(quantity) or min(by_index, key=_order)
            if index not in by_index:
                continue
            number = self._number_of(quantity, indicator, by_index[index], where)
            if number is not None:
                self.sites.add(site)
                self.rows.add(indicator, site, None, at, number, where)

    def _add_joined(
        self,
        site: str,
        at: datetime,
        quantity: Quantity,
        found: Mapping[Quantity, Mapping[str, str]],
        where: str,
    ) -> None:
        """Take a site's number of all its lanes; without one of them a flow is in doubt."""
        numbers = {
            index: self._number_of(quantity, self.options.indicators[quantity], text, where)
            for index, text in found[quantity].items()
        }
        if quantity == "speed":  # which counts as many vehicles as passed
            numbers |= {index: _plain(text) for index, text in found.get("flow", {}).items()}
        made = joined(self.lanes[site], quantity, numbers)
        if made is None:
            return
        self.sites.add(site)
        is_low = made.is_partial and quantity == "flow"
        self.rows.add(
            self.options.indicators[quantity], site, None, at, made.number, where,
            quality="suspect" if is_low else "good",
        )  # fmt: skip

    def _number_of(self, quantity: Quantity, indicator: str, text: str, where: str) -> float | None:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if number == NOTHING_SEEN:
            return None
        if not math.isfinite(number):
            detail = told("{name} is {found!r}; expected a number", name=quantity, found=text[:40])
            self.rejected.append(Rejected(where, "notANumber", detail))
            return None
        unit = next(unit for kind, unit in VALUES.values() if kind == quantity)
        definition = self.contract.indicators.get(indicator)
        if not unit or definition is None:
            return number
        try:
            return conversion(unit, definition.unit)(number)
        except UnknownUnit as fault:
            self.rejected.append(
                Rejected(
                    where,
                    "unknownUnit",
                    told("{name}: {fault}", name=indicator, fault=words_of(fault)),
                )
            )
            return None


def _plain(text: str) -> float | None:
    """Return a number that is refused elsewhere when it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _values(element: Element, index: str = "") -> Iterator[tuple[str, Quantity, str]]:
    """Yield index, quantity and number as written of each value; faulty ones are passed over."""
    for child in element:
        here = child.get("index", index)
        if _name(child) == "basicData":
            kind = next((v for k, v in child.items() if k.endswith("}type")), "").rpartition(":")[2]
            wanted = KINDS.get(kind)
            value = next(_named(child, wanted), None) if wanted is not None else None
            error = next(_named(child, "dataError"), None)
            is_faulty = error is not None and (error.text or "").strip() == "true"
            if wanted is not None and value is not None and not is_faulty:
                yield here, VALUES[wanted][0], (value.text or "").strip()
        else:
            yield from _values(child, here)


def _records(root: Element) -> Iterator[tuple[str, Element]]:
    for element in root.iter():
        if _name(element) in ("measurementSiteRecord", "measurementSite"):
            site = element.get("id", "").strip()
            if site:
                yield site, element


def _sites(root: Element, city: City) -> Iterator[Entity]:
    for site, element in _records(root):
        names = (
            "".join(each.itertext()).split() for each in _named(element, "measurementSiteName")
        )
        name = " ".join(next(names, [])) or site
        spot = next(
            (spot for name in reversed(POINTS) for spot in _named(element, name)),
            None,
        )
        place = None
        if spot is not None:
            place = point(_first(spot, "latitude"), _first(spot, "longitude"))
        if place is None:
            yield Entity(site, name)
            continue
        lon, lat = place["coordinates"]
        yield Entity(site, name, lat, lon, city.areas.at(lat, lon))


def _order(index: str) -> tuple[bool, int, str]:
    is_number = index.isdecimal() and len(index) < 10
    return not is_number, int(index) if is_number else 0, index


def _first(element: Element, name: str) -> str:
    found = next(_named(element, name), None)
    return "" if found is None else (found.text or "").strip()


def _named(element: Element, name: str) -> Iterator[Element]:
    return (each for each in element.iter() if _name(each) == name)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
