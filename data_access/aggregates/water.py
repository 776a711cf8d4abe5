"""Rivers and lakes: levels of QCVN 08 by station, what exceeds it, water levels, their trends.

A station that has been silent for hours says nothing. Limits of water levels are a station's own
(city/limits.toml, `level.<station>`): alarm levels of a river, what a lake may rise to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from statistics import median
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, later, text
from data_access.aggregates.parts import LABELLED, column, line, number, series, table, words
from data_access.aggregates.surface_water import (
    AMMONIUM_MOST,
    LEAST,
    LEVELS,
    WITHIN,
    level,
    parameter_level,
)
from data_access.contracts import CITY_AREA
from data_access.envelope import MapLayer, Number, Payload, Series, Source, Status, Text
from data_access.limits import GRADES, Limit
from data_access.rollup import HOUR, HOUR_US
from data_access.store.snapshot import Place

WATER = "environment.water"
FRESH_US = 4 * HOUR_US  # older than this beside the newest, a station is left out
WEEK_H = 168
B_AT_LEAST = LEAST["water_do"][1]
ALARMS = [text(f"báo động {step}", f"alarm {step}") for step in ("I", "II", "III")]
Stations = dict[str, dict[str, float]]


def water(view: View) -> Payload:
    """Return each station's level and water level, what exceeds, and the last seven days."""
    found = _newest(view)
    if not found:
        return {}
    last_us = view.snapshot.newest_us(WATER) or 0
    places = view.snapshot.places(WATER)
    levels = {name: at for name, values in found.items() if (at := level(values)) is not None}
    ranked = sorted(
        found,
        key=lambda name: (
            -LEVELS.index(levels[name]) if name in levels else 1,
            found[name].get("water_do", float("inf")),
            name,
        ),
    )
    return {
        "numbers": _numbers(view, found, levels, places, last_us),
        "series": {
            "oxygen": later(_oxygen, view, places, last_us),
            "level": later(_level, view, found, places, last_us),
        },
        "tables": {"stations": _table(view, ranked, found, levels, places, last_us)},
        "maps": {"stations": _map(ranked, found, levels, places)},
    }


def _newest(view: View) -> Stations:
    """Return the newest values of every station in the city that is not silent."""
    found: Stations = defaultdict(dict)
    last_us = view.snapshot.newest_us(WATER) or 0
    for indicator in view.city.datasets[WATER].indicators:
        for each in view.snapshot.newest(WATER, indicator):
            if each.area is not None and not each.suspect and each.at_us > last_us - FRESH_US:
                found[each.entity][indicator] = each.value
    return dict(found)


def _numbers(
    view: View,
    found: Stations,
    levels: Mapping[str, str],
    places: Mapping[str, Place],
    last_us: int,
) -> dict[str, Number]:
    beyond = [name for name in levels if levels[name] in ("C", "D")]
    source: Source = {"dataset": WATER, "indicator": "water_do", "area": CITY_AREA}
    return {
        "beyond": number(
            text("Trạm vượt mức B, QCVN 08", "Beyond level B, QCVN 08"),
            len(beyond) if levels else None,
            limit=view.city.limit(WATER, "beyond"),
            better="down",
            note=text(
                f"trên {len(levels)} trạm đo chất lượng", f"of {len(levels)} quality stations"
            ),
            source=source,
        ),
        **_dissolved(view, places, _of(found, "water_do"), source, last_us),
        "ammonium": _ammonium(_of(found, "water_nh4"), source),
        "ph": _ph(places, _of(found, "water_ph"), source),
        "high_water": _high_water(view, places, _of(found, "water_level"), source),
    }


def _dissolved(
    view: View,
    places: Mapping[str, Place],
    measured: Mapping[str, float],
    source: Source,
    last_us: int,
) -> dict[str, Number]:
    """Return the lowest dissolved oxygen and the median, beside a week ago's."""
    least = min(measured, key=lambda name: (measured[name], name), default=None)
    lowest = None if least is None else measured[least]
    middle = median(measured.values()) if measured else None
    return {
        "lowest_do": number(
            text("DO thấp nhất", "Lowest DO"),
            None if lowest is None else round(lowest, 1),
            "mg/l",
            1,
            status=_oxygen_status(lowest),
            better="up",
            target=B_AT_LEAST,
            targetLabel=text("QCVN 08, mức B", "QCVN 08, level B"),
            note=None if least is None else _named(places, least),
            source=source if least is None else {**source, "entity": least},
        ),
        "median_do": number(
            text("DO trung vị", "Median DO"),
            None if middle is None else round(middle, 1),
            "mg/l",
            1,
            status=_oxygen_status(middle),
            previous=_median_before(view, places, last_us),
            previousLabel=text("tuần trước", "a week ago"),
            better="up",
            source=source,
        ),
    }


def _ammonium(measured: Mapping[str, float], source: Source) -> Number:
    """Return the highest ammonium, and at how many stations it is over the limit."""
    most = max(measured.values(), default=None)
    over = sum(amount > AMMONIUM_MOST for amount in measured.values())
    return number(
        text("Amoni cao nhất", "Highest ammonium"),
        None if most is None else round(most, 1),
        "mg/l",
        1,
        status="caution" if over else "normal",
        target=AMMONIUM_MOST,
        targetLabel=text("QCVN 08, bảng 1", "QCVN 08, table 1"),
        better="down",
        note=text(f"{over} trạm vượt ngưỡng", f"{over} stations over the limit"),
        source={**source, "indicator": "water_nh4"},
    )


def _high_water(
    view: View, places: Mapping[str, Place], gauged: Mapping[str, float], source: Source
) -> Number:
    """Return how many gauges are over their own level, the two highest of them named."""
    grades = {name: limit_of(view, name).grade(metres) for name, metres in gauged.items()}
    high = {name: grade for name, grade in grades.items() if grade != "normal"}
    held = sum(limit_of(view, name).caution is not None for name in gauged)
    worst: Status = min(high.values(), key=GRADES.index) if high else "normal"
    highest = sorted(high, key=lambda name: (GRADES.index(high[name]), name))
    named = ", ".join(name_of(places, name) for name in highest[:2])
    return number(
        text("Trạm vượt ngưỡng mực nước", "Gauges over their level"),
        len(high) if gauged else None,
        status=worst,
        better="down",
        note=text(named, named)
        if high
        else text(f"trên {held} trạm có ngưỡng", f"of {held} gauges with a limit"),
        source={**source, "indicator": "water_level"},
    )


def _ph(places: Mapping[str, Place], measured: Mapping[str, float], source: Source) -> Number:
    """Return the pH that is furthest from the middle of level A's."""
    middle = sum(WITHIN["water_ph"][0]) / 2
    worst = max(measured, key=lambda name: (abs(measured[name] - middle), name), default=None)
    figure = None if worst is None else measured[worst]
    at = None if figure is None else parameter_level("water_ph", figure)
    low, high = WITHIN["water_ph"][1]
    held = text(f"QCVN 08, mức B: {low:g} – {high:g}".replace(".", ","),
                f"QCVN 08, level B: {low:g} – {high:g}")  # fmt: skip
    return number(
        text("pH lệch nhất", "pH furthest off"),
        None if figure is None else round(figure, 1),
        "pH",
        1,
        status="warning" if at == "D" else "normal",
        note=held if worst is None else {
            language: f"{name_of(places, worst)} · {held[language]}" for language in held
        },
        source={**source, "indicator": "water_ph", **({"entity": worst} if worst else {})},
    )  # fmt: skip


def _of(found: Stations, indicator: str) -> dict[str, float]:
    """Return what each station that measures it says."""
    return {name: values[indicator] for name, values in found.items() if indicator in values}


def _oxygen_status(oxygen: float | None) -> Any:
    at = None if oxygen is None else level({"water_do": oxygen})
    return {"C": "caution", "D": "warning"}.get(at or "", "normal")


def _inside(places: Mapping[str, Place]) -> list[str]:
    """Return the stations that stand in the city."""
    return [name for name, place in places.items() if place.area is not None]


def _median_before(view: View, places: Mapping[str, Place], last_us: int) -> float | None:
    """Return the median of the same hour a week ago."""
    hour = last_us // HOUR_US - WEEK_H
    cells = view.snapshot.cells(WATER, "water_do", HOUR, (hour, hour), names=_inside(places))
    means = cells.mean.tolist()
    return round(median(means), 1) if means else None


def limit_of(view: View, station: str) -> Limit:
    """Return what a station's water level is held against."""
    return view.city.limit(WATER, f"level.{station}")


def name_of(places: Mapping[str, Place], station: str) -> str:
    """Return what a station is called."""
    return places[station].name if station in places else station


def _named(places: Mapping[str, Place], station: str) -> Text:
    return text(name_of(places, station), name_of(places, station))


def _table(
    view: View,
    ranked: list[str],
    found: Stations,
    levels: Mapping[str, str],
    places: Mapping[str, Place],
    last_us: int,
) -> Any:
    yesterday = last_us // HOUR_US - 24
    before = {
        indicator: dict(zip(cells.name.tolist(), cells.mean.tolist(), strict=True))
        for indicator in ("water_do", "water_level")
        for cells in [view.snapshot.cells(WATER, indicator, HOUR, (yesterday, yesterday))]
    }

    def change(name: str, indicator: str, decimals: int) -> float | None:
        then, now = before[indicator].get(name), found[name].get(indicator)
        return None if then is None or now is None else round(now - then, decimals) + 0.0

    rows = [
        {
            "name": name_of(places, name),
            "quality": levels.get(name),
            "do": found[name].get("water_do"),
            "do_change": change(name, "water_do", 1),
            "bod5": found[name].get("water_bod5"),
            "ammonium": found[name].get("water_nh4"),
            "ph": found[name].get("water_ph"),
            "level": found[name].get("water_level"),
            "level_change": change(name, "water_level", 2),
            "source": {"dataset": WATER, "entity": name},
        }
        for name in ranked
    ]
    columns = [
        words("name", text("Trạm", "Station")),
        column("quality", text("Mức", "Level"), kind="band", scale="surface_water"),
        column("do", text("DO", "DO"), "mg/l", 1),
        column("do_change", text("DO so hôm qua", "DO vs yesterday"), "mg/l", 1),
        column("bod5", text("BOD₅", "BOD₅"), "mg/l"),
        column("ammonium", text("Amoni", "NH₄"), "mg/l", 1),
        column("ph", text("pH", "pH"), decimals=1),
        column("level", text("Mực nước", "Water"), "m", 2),
        column("level_change", text("Thay đổi 24 giờ", "Change, 24 h"), "m", 2),
    ]
    return table(text("Trạm nước mặt", "Surface water stations"), columns, rows)


def _map(
    ranked: list[str],
    found: Stations,
    levels: Mapping[str, str],
    places: Mapping[str, Place],
) -> MapLayer:
    values = {
        name: {
            "value": found[name].get("water_do"),
            "band": levels[name],
            "label": _named(places, name),
        }
        for name in ranked
        if name in levels
    }
    return {
        "label": text("Chất lượng nước, oxy hòa tan", "Water quality, dissolved oxygen"),
        "layer": f"stations.{WATER}",
        "unit": "mg/l",
        "decimals": 1,
        "scale": "surface_water",
        "values": values,
        "worst": [name for name in ranked if levels.get(name) in ("C", "D")][:LABELLED],
    }


def _oxygen(view: View, places: Mapping[str, Place], last_us: int) -> Series:
    last = last_us // HOUR_US
    hours = (last - WEEK_H + 1, last)
    cells = view.snapshot.cells(WATER, "water_do", HOUR, hours, names=_inside(places))
    by_hour: dict[int, list[float]] = defaultdict(list)
    for slot, mean in zip(cells.slot.tolist(), cells.mean.tolist(), strict=True):
        by_hour[slot].append(mean)

    def points(of: Any) -> list[list[float | None]]:
        return [
            [
                view.glass_ms(WATER, hour * HOUR_US),
                round(of(by_hour[hour]), 1) if hour in by_hour else None,
            ]
            for hour in range(hours[0], last + 1)
        ]

    return series(
        text("DO bảy ngày", "Dissolved oxygen, seven days"),
        "mg/l",
        [
            line("median", text("trung vị", "median"), points(median)),
            line("lowest", text("thấp nhất", "lowest"), points(min)),
        ],
        decimals=1,
        step="hour",
        source={"dataset": WATER, "indicator": "water_do", "area": CITY_AREA},
        thresholds=[
            {"label": text("QCVN 08 mức B", "QCVN 08 level B"), "value": B_AT_LEAST,
             "status": "caution", "below": True}
        ],
    )  # fmt: skip


def _level(view: View, found: Stations, places: Mapping[str, Place], last_us: int) -> Series:
    """Return seven days of the gauge that is nearest to its limit, with the limit."""

    def room_m(name: str) -> float:
        caution = limit_of(view, name).caution
        return float("inf") if caution is None else caution - found[name]["water_level"]

    gauges = [name for name, values in found.items() if "water_level" in values]
    nearest = min(gauges, key=lambda name: (room_m(name), name), default="")
    limit = limit_of(view, nearest)
    last = last_us // HOUR_US
    hours = (last - WEEK_H + 1, last)
    cells = view.snapshot.cells(WATER, "water_level", HOUR, hours, names=[nearest])
    means = dict(zip(cells.slot.tolist(), cells.mean.tolist(), strict=True))
    points: list[list[float | None]] = [
        [view.glass_ms(WATER, hour * HOUR_US), round(means[hour], 2) if hour in means else None]
        for hour in range(hours[0], last + 1)
    ]
    steps = [("caution", limit.caution), ("warning", limit.warning), ("critical", limit.critical)]
    known = [(status, value) for status, value in steps if value is not None]
    several = len(known) > 1
    place = name_of(places, nearest)
    return series(
        text(f"Mực nước {place}", f"Water level, {place}"),
        "m",
        [line("level", _named(places, nearest), points)],
        decimals=2,
        step="hour",
        source={"dataset": WATER, "indicator": "water_level", "entity": nearest},
        thresholds=[
            {"label": ALARMS[at] if several else text("ngưỡng", "limit"), "value": value,
             "status": status}
            for at, (status, value) in enumerate(known)
        ],
    )  # fmt: skip


AGGREGATES = (Aggregate(WATER, (WATER,), water),)
