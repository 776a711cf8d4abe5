"""What a DATEX II table of sites says of each value of a site: its kind, lane and vehicles.

With it the values of a site's lanes become one of the site: flows add up, speeds are the mean of
the vehicles, occupancies that of the lanes. Values of all vehicles are taken; where a site tells of
classes alone, its classes together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Literal
from xml.etree.ElementTree import Element

Quantity = Literal["speed", "flow", "occupancy"]
TYPES: dict[str, Quantity] = {
    "trafficSpeed": "speed", "trafficFlow": "flow", "trafficConcentration": "occupancy",
}  # fmt: skip
ANY = "anyVehicle"
# What tells vehicles apart otherwise than by their type.
_CLASSES = ("lengthCharacteristic", "grossWeightCharacteristic", "heightCharacteristic")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a site, by its index in the table."""

    index: str
    quantity: Quantity
    lane: str
    vehicles: str  # "" is all of them


@dataclass(frozen=True, slots=True)
class Joined:
    """A number of a site, and whether a lane of it said nothing."""

    number: float
    is_partial: bool


def values_of(site: Element) -> tuple[Value, ...]:
    """Return what a site of a table measures."""
    return tuple(_values(site))


def joined(
    values: tuple[Value, ...], quantity: Quantity, numbers: Mapping[str, float | None]
) -> Joined | None:
    """Return a site's number of a quantity, of what its indices say; None when they say nothing.

    `numbers` has None for what was measured of nothing. A flow without a lane's is too low.
    """
    mine = _chosen(values, quantity)
    said = [(each, number) for each in mine if (number := numbers.get(each.index)) is not None]
    if not said:
        return None
    is_partial = len(said) < len(mine)
    if quantity == "flow":
        return Joined(sum(number for _, number in said), is_partial)
    if quantity == "speed":
        flows = {(v.lane, v.vehicles): numbers.get(v.index) for v in _chosen(values, "flow")}
        weights = [flows.get((each.lane, each.vehicles)) for each, _ in said]
        if all(weight is not None for weight in weights) and any(weights):
            found = zip(said, weights, strict=True)
            told = [(number, weight or 0.0) for (_, number), weight in found]
            total = sum(weight for _, weight in told)
            return Joined(sum(number * weight for number, weight in told) / total, is_partial)
    return Joined(fmean(number for _, number in said), is_partial)


def _chosen(values: tuple[Value, ...], quantity: Quantity) -> list[Value]:
    """Return the values of all vehicles, else those of classes; of each lane once."""
    mine = [each for each in values if each.quantity == quantity]
    whole = [each for each in mine if not each.vehicles] or mine
    first: dict[tuple[str, str], Value] = {}
    for each in whole:
        first.setdefault((each.lane, each.vehicles), each)
    return list(first.values())


def _values(site: Element) -> Iterator[Value]:
    for element in site.iter():
        index = element.get("index", "").strip()
        if _name(element) != "measurementSpecificCharacteristics" or not index:
            continue
        quantity = TYPES.get(_text(element, "specificMeasurementValueType"))
        if quantity is None:
            continue
        kinds = {_said(each) for each in element.iter() if _name(each) == "vehicleType"}
        classes = [
            " ".join(_said(part) for part in each.iter() if _said(part))
            for each in element.iter()
            if _name(each) in _CLASSES
        ]
        vehicles = " ".join(sorted(kinds - {ANY, ""}) + classes)
        yield Value(index, quantity, _text(element, "specificLane"), vehicles)


def _text(element: Element, name: str) -> str:
    return next((_said(each) for each in element.iter() if _name(each) == name), "")


def _said(element: Element) -> str:
    return (element.text or "").strip()


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
