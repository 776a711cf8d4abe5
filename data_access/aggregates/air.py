"""Air aggregates: VN_AQI of stations and units, and the city's highest, without repeated stations.

A station whose upstream repeats another's values is suspect: it is drawn, but no city number is
made from it. Stations outside the city are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from statistics import median
from typing import Any

import numpy as np

from data_access.aggregates.aggregate import Aggregate, View, later, text
from data_access.aggregates.parts import (
    Points,
    column,
    held_to,
    line,
    number,
    of_units,
    series,
    table,
    words,
)
from data_access.aggregates.vn_aqi import BREAKPOINTS, vn_aqi, whole
from data_access.contracts import CITY_AREA
from data_access.envelope import MapLayer, Number, Payload, Series, Table, Text
from data_access.rollup import HOUR, HOUR_US
from data_access.store.snapshot import Place

AIR = "environment.air"
FRESH_US = 3 * HOUR_US  # older than this beside the newest, a station is left out
BAD = 150  # VN_AQI above which a station counts as bad
WEEK_HOURS = 168
SHOWN, LABELLED = 15, 12
SOURCE: Any = {"dataset": AIR, "indicator": "pm25"}
WEATHER = (  # what is measured beside the air: indicator, what it is called, unit, decimals
    ("temperature", text("Nhiệt độ", "Temperature"), "°C", 1),
    ("humidity", text("Độ ẩm", "Humidity"), "%", 0),
)


def air(view: View) -> Payload:
    """Return the index of each station and unit, and the particles of the last seven days."""
    places = view.snapshot.places(AIR)
    found: dict[str, dict[str, float]] = defaultdict(dict)
    suspects: set[str] = set()
    last_us = view.snapshot.newest_us(AIR) or 0
    for pollutant in BREAKPOINTS:
        for each in view.snapshot.newest(AIR, pollutant):
            inside = each.area is not None
            if inside and each.at_us > last_us - FRESH_US:
                found[each.entity][pollutant] = each.value
                if each.suspect:
                    suspects.add(each.entity)
    index = {entity: aqi for entity, values in found.items() if (aqi := vn_aqi(values)) is not None}
    if not index:
        return {}
    ranked = sorted(index, key=lambda entity: (entity in suspects, -index[entity], entity))
    good = {entity: index[entity] for entity in ranked if entity not in suspects}
    fine = [found[e]["pm25"] for e in good if "pm25" in found[e]]
    return {
        "numbers": {
            **_indices(view, good, places),
            "pm25_median": number(
                text("PM2.5 trung vị", "Median PM2.5"),
                round(median(fine), 1) if fine else None,
                "µg/m³",
                limit=view.city.limit(AIR, "pm25_median"),
                better="down",
                source=SOURCE | {"area": CITY_AREA},
            ),
            **_weather(view, last_us),
            **_stations(view, good, suspects & set(index)),
        },
        "series": {"pm25": later(_week, view, last_us)},
        "tables": {"stations": _table(view, ranked, index, found, suspects, places)},
        "maps": _maps(view, index, suspects, places, worst=list(good)[:LABELLED]),
    }


def _indices(view: View, good: Mapping[str, int], places: Mapping[str, Place]) -> dict[str, Number]:
    """Return the highest index, which `good` begins with, and the median."""
    scale = view.city.scales["vn_aqi"]
    highest = next(iter(good), None)
    top, middle = good.get(highest or ""), whole(median(good.values())) if good else None
    band, middle_band = scale.band(top), scale.band(middle)
    return {
        "aqi": number(
            text("VN_AQI cao nhất", "Highest VN_AQI"),
            top,
            "VN_AQI",
            limit=view.city.limit(AIR, "aqi"),
            better="down",
            band=band.id if band else "",
            scale="vn_aqi",
            note=_called(view, highest, places),
            source=SOURCE | {"entity": highest} if highest else SOURCE,
        ),
        "aqi_median": number(
            text("VN_AQI trung vị", "Median VN_AQI"),
            middle,
            "VN_AQI",
            limit=view.city.limit(AIR, "aqi_median"),
            better="down",
            band=middle_band.id if middle_band else "",
            scale="vn_aqi",
            source=SOURCE | {"area": CITY_AREA},
        ),
    }


def _stations(view: View, good: Mapping[str, int], suspects: set[str]) -> dict[str, Number]:
    source = SOURCE | {"area": CITY_AREA}
    return {
        "stations_bad": number(
            text("Trạm ở mức xấu trở lên", "Stations at bad or worse"),
            sum(aqi > BAD for aqi in good.values()) if good else None,
            limit=view.city.limit(AIR, "stations_bad"),
            better="down",
            note=text(f"trên {len(good)} trạm tin cậy", f"of {len(good)} reliable stations"),
            source=source,
        ),
        "stations_suspect": number(
            text("Trạm trùng lặp số liệu", "Stations repeating values"),
            len(suspects),
            status="information" if suspects else "normal",
            better="down",
            note=text("không tính vào số của thành phố", "left out of the city's numbers"),
            source=source,
        ),
    }


def _weather(view: View, last_us: int) -> dict[str, Number]:
    """Return the medians of what stations measure beside the air; none where none does."""
    found: dict[str, Number] = {}
    for name, label, unit, decimals in WEATHER:
        told = [
            each.value
            for each in view.snapshot.newest(AIR, name)
            if each.area is not None and not each.suspect and each.at_us > last_us - FRESH_US
        ]
        found[name] = number(
            label,
            round(median(told), decimals) if told else None,
            unit,
            decimals,
            note=text(f"trung vị của {len(told)} trạm", f"median of {len(told)} stations")
            if told
            else None,
            source={"dataset": AIR, "indicator": name, "area": CITY_AREA},
        )
    return found


def _maps(
    view: View,
    index: Mapping[str, int],
    suspects: set[str],
    places: Mapping[str, Place],
    *,
    worst: list[str],
) -> dict[str, MapLayer]:
    """Return the stations, and of each unit the station in it that is worst."""
    scale = view.city.scales["vn_aqi"]
    values: dict[str, dict[str, Any]] = {}
    areas: dict[str, int] = {}
    for entity, aqi in index.items():
        band = scale.band(aqi)
        values[entity] = {
            "value": aqi,
            "band": band.id if band else None,
            "label": _called(view, entity, places),
            "suspect": entity in suspects,
        }
        code = places[entity].area if entity in places else None
        if code and entity not in suspects:
            areas[code] = max(areas.get(code, 0), aqi)
    label = text("VN_AQI theo phường, xã", "VN_AQI by ward and commune")
    return {
        "stations": {
            "label": text("VN_AQI tại các trạm", "VN_AQI at stations"),
            "layer": f"stations.{AIR}",
            "unit": "VN_AQI",
            "decimals": 0,
            "scale": "vn_aqi",
            "values": values,
            "worst": worst,
        },
        "areas": of_units(view, label, areas, unit="VN_AQI", scale="vn_aqi", named=True),
    }


def _called(view: View, entity: str | None, places: Mapping[str, Place]) -> Text:
    """Return what the room calls a station; nothing for none."""
    place = places.get(entity or "")
    return view.city.called(AIR, place.name if place else entity or "")


def _table(
    view: View,
    ranked: list[str],
    index: Mapping[str, int],
    found: Mapping[str, Mapping[str, float]],
    suspects: set[str],
    places: Mapping[str, Place],
) -> Table:
    rows = []
    for entity in ranked[:SHOWN]:
        place = places.get(entity)
        unit = view.city.areas.get(place.area) if place and place.area else None
        rows.append(
            {
                "name": _called(view, entity, places),
                "aqi": index[entity],
                "band": getattr(view.city.scales["vn_aqi"].band(index[entity]), "id", None),
                "pm25": found[entity].get("pm25"),
                "area": unit.title if unit else "",
                "suspect": entity in suspects,
                "source": {"dataset": AIR, "entity": entity},
            }
        )
    columns = [
        words("name", text("Trạm", "Station")),
        column("aqi", text("VN_AQI", "VN_AQI")),
        column("band", text("Mức", "Level"), kind="band", scale="vn_aqi"),
        column("pm25", text("PM2.5", "PM2.5"), "µg/m³"),
        words("area", text("Phường, xã", "Unit")),
    ]
    label = text("Các trạm quan trắc", "Monitoring stations")
    return table(label, columns, rows, total=len(ranked))


def _week(view: View, last_us: int) -> Series:
    last = last_us // HOUR_US
    cells = view.snapshot.cells(AIR, "pm25", HOUR, (last - WEEK_HOURS + 1, last))
    places = view.snapshot.places(AIR)
    inside = np.array([_is_inside(places.get(name)) for name in cells.name], dtype=bool)
    by_hour: dict[int, list[float]] = defaultdict(list)
    for slot, mean in zip(cells.slot[inside].tolist(), cells.mean[inside].tolist(), strict=True):
        by_hour[slot].append(mean)
    hours = range(last - WEEK_HOURS + 1, last + 1)

    def points(of: Any) -> Points:
        return [
            [
                view.glass_ms(AIR, hour * HOUR_US),
                round(of(by_hour[hour]), 1) if by_hour.get(hour) else None,
            ]
            for hour in hours
        ]

    return series(
        text("PM2.5 bảy ngày", "PM2.5, seven days"),
        "µg/m³",
        [
            line("median", text("trung vị", "median"), points(median)),
            line("highest", text("cao nhất", "highest"), points(max)),
        ],
        step="hour",
        thresholds=held_to(view.city.limit(AIR, "pm25_median")),
        source=SOURCE | {"area": CITY_AREA},
    )


def _is_inside(place: Place | None) -> bool:
    return place is not None and place.area is not None


AGGREGATES = (Aggregate(AIR, (AIR,), air),)
