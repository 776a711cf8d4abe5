"""Hospitals one by one: how full each is, in tables, on a map and as what is too full for too long.

What all of them are together is data_access/aggregates/capacity.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from data_access.aggregates.aggregate import View, text
from data_access.aggregates.parts import UNIT, column, table, unit_title, words
from data_access.contracts import CITY_AREA
from data_access.envelope import Item, MapLayer, Source, Table
from data_access.hysteresis import Episode

CAPACITY = "health.capacity"
BEDS, OCCUPIED, VISITS = "beds", "beds_occupied", "emergency_visits"
LABELLED = 8
Figures = Mapping[str, float]  # indicator -> newest value


@dataclass(frozen=True, slots=True)
class Facility:
    """A hospital, or what else reports, as it is now."""

    entity: str
    name: str
    area: str | None
    figures: Figures = field(default_factory=dict)

    @property
    def occupancy(self) -> float | None:
        """Occupied beds of all beds, per cent."""
        return share(self.figures.get(OCCUPIED), self.figures.get(BEDS))

    @property
    def free(self) -> float | None:
        """Beds nobody lies in; none where more lie than there are beds for."""
        beds, occupied = self.figures.get(BEDS), self.figures.get(OCCUPIED)
        return None if beds is None or occupied is None else max(0.0, beds - occupied)


def share(part: float | None, whole: float | None) -> float | None:
    """Return a part of a whole in per cent, one decimal; None where either is not known."""
    return None if part is None or not whole else round(part / whole * 100, 1)


def total(facilities: Iterable[Facility], indicator: str) -> float | None:
    """Return the sum of what facilities say of an indicator; None where none does."""
    values = [each.figures[indicator] for each in facilities if indicator in each.figures]
    return sum(values) if values else None


def fullest_first(hospitals: list[Facility]) -> list[Facility]:
    """Return hospitals by how full they are."""
    return sorted(hospitals, key=lambda each: (-(each.occupancy or 0.0), each.name))


def one_by_one(view: View, hospitals: list[Facility]) -> Table:
    """Return a row for each hospital, the fullest first."""
    rows = [
        {
            "name": each.name,
            "unit": unit_title(view, each.area) if each.area else text("–", "–"),
            "occupancy": each.occupancy,
            "free": each.free,
            "icu": share(each.figures.get("icu_occupied"), each.figures.get("icu_beds")),
            "state": band_of(view, each.occupancy),
            "visits": each.figures.get(VISITS),
            "source": source_of(OCCUPIED) | {"entity": each.entity},
        }
        for each in fullest_first(hospitals)
    ]
    columns = [
        words("name", text("Bệnh viện", "Hospital")),
        words("unit", text("Phường, xã", "Unit")),
        column("occupancy", text("Công suất", "Occupancy"), "%", 1),
        column("free", text("Trống", "Free"), "giường"),
        column("icu", text("ICU", "ICU"), "%", 1),
        column("visits", text("Cấp cứu giờ qua", "Visits, last hour")),
        column("state", text("Mức", "State"), kind="band", scale="occupancy"),
    ]
    label = text("Công suất theo bệnh viện", "Occupancy by hospital")
    return table(label, columns, rows)


def by_unit(view: View, hospitals: list[Facility]) -> Table:
    """Return hospitals summed by the unit they lie in, the fullest first."""
    found: dict[str, list[Facility]] = defaultdict(list)
    for each in hospitals:
        if each.area is not None and each.area != CITY_AREA:
            found[each.area].append(each)
    rows: list[dict[str, Any]] = []
    for code, here in found.items():
        beds, occupied = total(here, BEDS), total(here, OCCUPIED)
        rows.append({
            "name": unit_title(view, code),
            "hospitals": len(here),
            "beds": beds,
            "free": sum(each.free or 0.0 for each in here),
            "occupancy": share(occupied, beds),
            "source": source_of(OCCUPIED) | {"area": code},
        })  # fmt: skip
    rows.sort(key=lambda row: (-(row["occupancy"] or 0.0), row["name"]["vi"]))
    columns = [
        UNIT,
        column("hospitals", text("Bệnh viện", "Hospitals")),
        column("beds", text("Giường", "Beds")),
        column("free", text("Trống", "Free")),
        column("occupancy", text("Công suất", "Occupancy"), "%", 1),
    ]
    return table(text("Công suất theo phường, xã", "Occupancy by unit"), columns, rows)


def band_of(view: View, occupancy: float | None) -> str | None:
    """Return the band of an occupancy."""
    band = view.city.scales["occupancy"].band(occupancy)
    return band.id if band else None


def bed_map(view: View, hospitals: list[Facility]) -> MapLayer:
    """Return how full hospitals are where they lie."""
    values = {
        each.entity: {
            "value": each.occupancy,
            "band": band_of(view, each.occupancy),
            "label": text(each.name, each.name),
        }
        for each in hospitals
    }
    return {
        "label": text("Công suất giường bệnh", "Bed occupancy"),
        "layer": view.city.datasets[CAPACITY].layer or CAPACITY,
        "unit": "%",
        "decimals": 0,
        "scale": "occupancy",
        "values": values,
        "worst": [each.entity for each in fullest_first(hospitals)][:LABELLED],
    }


def overload(view: View, hospital: Facility, full: Mapping[str, Episode]) -> Item:
    """Return the alert of a hospital that has been too full for too long."""
    episode = full[hospital.entity]
    owner = view.city.agencies[view.city.datasets[CAPACITY].owner].name
    grade = view.city.limit(CAPACITY, "occupancy").grade(episode.last)
    percent, free = round(episode.last), int(hospital.free or 0)
    return {
        "id": f"beds-{hospital.entity}",
        "title": text(*(2 * [f"{hospital.name}: {percent}%"])),
        "kind": text("Quá tải giường bệnh", "Beds overloaded"),
        "severity": grade if grade == "critical" else "warning",  # it stands until it is over
        "atMs": view.glass_ms(CAPACITY, episode.began_us),
        "area": hospital.area,
        "detail": text(
            f"công suất {percent}%, trống {free} giường; báo {owner['vi']}",
            f"{percent}% occupied, {free} beds free; to {owner['en']}",
        ),
        "source": source_of(OCCUPIED) | {"entity": hospital.entity},
    }


def source_of(indicator: str) -> Source:
    """Return where an indicator comes from."""
    return {"dataset": CAPACITY, "indicator": indicator}
