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

from data_access.aggregates.aggregate import Aggregate, View, graded, later, text
from data_access.aggregates.vn_aqi import BREAKPOINTS, vn_aqi, whole
from data_access.contracts import CITY_AREA
from data_access.envelope import Number, Payload, Text
from data_access.rollup import HOUR, HOUR_US
from data_access.store.snapshot import Place

AIR = "environment.air"
FRESH_US = 3 * HOUR_US  # older than this beside the newest, a station is left out
BAD = 150  # VN_AQI above which a station counts as bad
WEEK_HOURS = 168
SHOWN, LABELLED = 15, 12


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
    scale = view.city.scales["vn_aqi"]
    index = {entity: aqi for entity, values in found.items() if (aqi := vn_aqi(values)) is not None}
    if not index:
        return {}
    good = {entity: aqi for entity, aqi in index.items() if entity not in suspects}
    ranked = sorted(index, key=lambda entity: (entity in suspects, -index[entity], entity))
    fine = [found[e]["pm25"] for e in good if "pm25" in found[e]]
    highest = ranked[0] if good else None
    values, by_area = _map_values(view, index, suspects, places)
    bad = sum(aqi > BAD for aqi in good.values())
    source: Any = {"dataset": AIR, "indicator": "pm25"}
    top = good.get(highest or "")
    band = scale.band(top)
    numbers: dict[str, Number] = {
        "aqi": {
            "label": text("VN_AQI cao nhất", "Highest VN_AQI"),
            "value": top,
            "unit": "VN_AQI",
            "decimals": 0,
            "status": graded(top, 101, 151, 201),
            "better": "down",
            "band": band.id if band else "",
            "scale": "vn_aqi",
            "note": _called(view, highest, places),
            "target": 100,
            "targetLabel": text("ngưỡng", "threshold"),
            "source": source | {"entity": highest} if highest else source,
        },
        "aqi_median": _median_index(view, good),
        "pm25_median": {
            "label": text("PM2.5 trung vị", "Median PM2.5"),
            "value": round(median(fine), 1) if fine else None,
            "unit": "µg/m³",
            "decimals": 0,
            "status": graded(median(fine) if fine else None, 50, 80, 150),
            "better": "down",
            "target": 45,
            "targetLabel": text("QCVN 05, 24 giờ", "QCVN 05, 24 hours"),
            "source": source | {"area": CITY_AREA},
        },
        "stations_bad": {
            "label": text("Trạm ở mức xấu trở lên", "Stations at bad or worse"),
            "value": bad if good else None,
            "unit": "",
            "decimals": 0,
            "better": "down",
            "status": graded(bad, 1, 3, 6),
            "note": text(f"trên {len(good)} trạm tin cậy", f"of {len(good)} reliable stations"),
            "source": source | {"area": CITY_AREA},
        },
        "stations_suspect": {
            "label": text("Trạm trùng lặp số liệu", "Stations repeating values"),
            "value": len(suspects & set(index)),
            "unit": "",
            "decimals": 0,
            "better": "down",
            "status": "information" if suspects else "normal",
            "note": text("không tính vào số của thành phố", "left out of the city's numbers"),
            "source": source | {"area": CITY_AREA},
        },
    }
    return {
        "numbers": numbers,
        "series": {"pm25": later(_week, view, last_us)},
        "tables": {"stations": _table(view, ranked, index, found, suspects, places)},
        "maps": {
            "stations": {
                "label": text("VN_AQI tại các trạm", "VN_AQI at stations"),
                "layer": f"stations.{AIR}",
                "unit": "VN_AQI",
                "decimals": 0,
                "scale": "vn_aqi",
                "values": values,
                "worst": [e for e in ranked if e in good][:LABELLED],
            },
            "areas": {
                "label": text("VN_AQI theo phường, xã", "VN_AQI by ward and commune"),
                "layer": "areas",
                "unit": "VN_AQI",
                "decimals": 0,
                "scale": "vn_aqi",
                "values": by_area,
                "worst": sorted(by_area, key=lambda code: -by_area[code]["value"])[:LABELLED],
            },
        },
    }


def _median_index(view: View, good: dict[str, int]) -> Number:
    figure = whole(median(good.values())) if good else None
    band = view.city.scales["vn_aqi"].band(figure)
    return {
        "label": text("VN_AQI trung vị", "Median VN_AQI"),
        "value": figure,
        "unit": "VN_AQI",
        "decimals": 0,
        "status": graded(figure, 101, 151, 201),
        "better": "down",
        "band": band.id if band else "",
        "scale": "vn_aqi",
        "source": {"dataset": AIR, "indicator": "pm25", "area": CITY_AREA},
    }


def _called(view: View, entity: str | None, places: Mapping[str, Place]) -> Text:
    """Return what the room calls a station; nothing for none."""
    place = places.get(entity or "")
    return view.city.called(AIR, place.name if place else entity or "")


def _map_values(
    view: View, index: dict[str, int], suspects: set[str], places: Any
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
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
    by_area: dict[str, dict[str, Any]] = {}
    for code, aqi in areas.items():
        band, unit = scale.band(aqi), view.city.areas.get(code)
        by_area[code] = {
            "value": aqi,
            "band": band.id if band else None,
            "label": text(unit.name, unit.name) if unit else None,
        }
    return values, by_area


def _table(
    view: View,
    ranked: list[str],
    index: dict[str, int],
    found: Any,
    suspects: set[str],
    places: Any,
) -> Any:
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
    return {
        "label": text("Các trạm quan trắc", "Monitoring stations"),
        "columns": [
            {"id": "name", "label": text("Trạm", "Station"), "kind": "text"},
            {"id": "aqi", "label": text("VN_AQI", "VN_AQI"), "kind": "number", "decimals": 0},
            {"id": "band", "label": text("Mức", "Level"), "kind": "band", "scale": "vn_aqi"},
            {
                "id": "pm25",
                "label": text("PM2.5", "PM2.5"),
                "kind": "number",
                "unit": "µg/m³",
                "decimals": 0,
            },
            {"id": "area", "label": text("Phường, xã", "Unit"), "kind": "text"},
        ],
        "rows": rows,
        "total": len(ranked),
    }


def _week(view: View, last_us: int) -> Any:
    last = last_us // HOUR_US
    cells = view.snapshot.cells(AIR, "pm25", HOUR, (last - WEEK_HOURS + 1, last))
    places = view.snapshot.places(AIR)
    inside = np.array([_is_inside(places.get(name)) for name in cells.name], dtype=bool)
    by_hour: dict[int, list[float]] = defaultdict(list)
    for slot, mean in zip(cells.slot[inside].tolist(), cells.mean[inside].tolist(), strict=True):
        by_hour[slot].append(mean)
    hours = range(last - WEEK_HOURS + 1, last + 1)

    def points(of: Any) -> list[list[float | None]]:
        return [
            [
                view.glass_ms(AIR, hour * HOUR_US),
                round(of(by_hour[hour]), 1) if by_hour.get(hour) else None,
            ]
            for hour in hours
        ]

    return {
        "label": text("PM2.5 bảy ngày", "PM2.5, seven days"),
        "unit": "µg/m³",
        "decimals": 0,
        "step": "hour",
        "lines": [
            {"id": "median", "label": text("trung vị", "median"), "points": points(median)},
            {"id": "highest", "label": text("cao nhất", "highest"), "points": points(max)},
        ],
        "thresholds": [
            {"label": text("QCVN 24 giờ", "QCVN 24 h"), "value": 45, "status": "caution"}
        ],
        "source": {"dataset": AIR, "indicator": "pm25", "area": CITY_AREA},
    }


def _is_inside(place: Place | None) -> bool:
    return place is not None and place.area is not None


AGGREGATES = (Aggregate(AIR, (AIR,), air),)
