"""Maps of a run over time: what its frames say of each feature, by which scale, the worst named.

Values in, layers of an envelope out. Not for geometry, which tiles fetch by its hash.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from data_access.city import City
from data_access.envelope import MapFrames, MapLayer, Table, Text
from data_access.scales import Band, Scale
from twin.depths import DRY_M, depth_band
from twin.result import Frames, RunResult

MOST_FRAMES = 24  # of a map over time: a page turned every 1.5 s, so a round takes half a minute
MOST_NAMED = 12
WET_M = 0.1  # "standing water" ends here (city/scales.toml, flood_depth)
LEAST_CHANGE = 5.0  # per cent; less is called unchanged (city/scales.toml, speed_change)
LEAST_DIFFERENCE_M = 0.03  # less is called unchanged (city/scales.toml, depth_change)
METRES: Mapping[str, float] = {"m": 1.0, "cm": 0.01, "mm": 0.001}


@dataclass(frozen=True, slots=True)
class Reading:
    """How values over time become one map: by which scale, of what, at which moment."""

    scale: str
    of: Literal["change", "difference", "value"]
    label: Text

    def whole(self, course: Iterable[float | None]) -> float | None:
        """Return the one figure of a course: the mean change, the greatest difference or value."""
        known = [value for value in course if value is not None]
        if not known:
            return None
        if self.of == "difference":
            return max(known, key=abs)
        return max(known) if self.of == "value" else round(sum(known) / len(known), 1)

    @property
    def least(self) -> float:
        """From which figure on a place is worth its name."""
        return {"change": LEAST_CHANGE, "difference": LEAST_DIFFERENCE_M, "value": WET_M}[self.of]


READINGS: Mapping[str, Reading] = {
    "speed": Reading(
        "speed_change",
        "change",
        {"vi": "Thay đổi tốc độ theo kịch bản", "en": "Change of speed in the scenario"},
    ),
    "depth": Reading(
        "flood_depth", "value", {"vi": "Độ sâu ngập mô phỏng", "en": "Simulated flood depth"}
    ),
    "depthChange": Reading(
        "depth_change", "difference", {"vi": "Thay đổi độ sâu ngập", "en": "Change of flood depth"}
    ),
    "areaDepth": Reading(
        "flood_depth",
        "value",
        {"vi": "Chỗ ngập sâu nhất của từng phường", "en": "Deepest place of each ward"},
    ),
}


def maps_of(result: RunResult, city: City) -> dict[str, MapLayer]:
    """Return the layers of a result by what they show, as far as the city has their scales."""
    return {
        name: layer
        for name, frames in result["frames"].items()
        if (layer := _map(name, frames, result, city)) is not None
    }


def _map(name: str, frames: Frames, result: RunResult, city: City) -> MapLayer | None:
    reading = READINGS.get(name)
    if reading is None or reading.scale not in city.scales or not frames["minutes"]:
        return None
    scale = city.scales[reading.scale]
    factor = METRES.get(frames["unit"], 1.0) if reading.of != "change" else 1.0
    courses = {
        feature: _course(frames["base"].get(feature, []), values, reading, factor)
        for feature, values in frames["value"].items()
    }
    whole = {feature: reading.whole(course) for feature, course in courses.items()}
    kept = {feature: value for feature, value in whole.items() if value is not None}
    if reading.of == "value":
        kept |= dict.fromkeys(frames.get("dry", ()), DRY_M)
    names = feature_names(result["geometry"].get(frames["layer"], {}))
    if frames["layer"] == "areas":  # the city's own layer: no run brings it along
        names = {unit.code: {"vi": unit.name, "en": unit.name} for unit in city.areas}
    is_own = frames["layer"] in result["geometry"]  # else the city's own, all of it with names
    named = {each: value for each, value in kept.items() if each in names or not is_own}
    worst = _worst(named, reading, names if is_own else {})
    values: dict[str, dict[str, Any]] = {}
    for feature, value in kept.items():
        band = _band(scale, value, reading)
        values[feature] = {"value": value, "band": band.id if band else None}
        if feature in worst and feature in names:
            values[feature]["label"] = names[feature]
    return {
        "label": reading.label,
        "layer": frames["layer"],
        "unit": scale.unit,
        "decimals": 0 if reading.of == "change" else 2,
        "scale": scale.id,
        "values": values,
        "worst": worst,
        "frames": _sampled(frames["minutes"], _told(courses, scale, reading)),
    }


def _band(scale: Scale, value: float, reading: Reading) -> Band | None:
    return depth_band(scale, value) if reading.of == "value" else scale.band(value)


def _told(
    courses: Mapping[str, Sequence[float | None]], scale: Scale, reading: Reading
) -> Mapping[str, Sequence[float | None]]:
    """Return courses as a scale can show them: without dry ground where it has no band of that."""
    if reading.of != "value" or depth_band(scale, DRY_M) is not None:
        return courses
    return {feature: [each or None for each in course] for feature, course in courses.items()}


def _course(
    base: Sequence[float | None],
    values: Sequence[float | None],
    reading: Reading,
    factor: float,
) -> list[float | None]:
    """Return what a map shows of a feature over time: per cent of change, or the values."""
    if reading.of == "value":
        return [_rounded(_finite(value), factor) for value in values]
    if reading.of == "difference":
        pairs = zip(base, values, strict=False)
        return [_rounded(_difference(before, value), factor) for before, value in pairs]
    return [_change(before, value) for before, value in zip(base, values, strict=False)]


def _change(before: float | None, value: float | None) -> float | None:
    if before is None or value is None or before <= 0:
        return None
    return round(100 * (value / before - 1), 1)


def _difference(before: float | None, value: float | None) -> float | None:
    before, value = _finite(before), _finite(value)
    return None if before is None or value is None else value - before


def _worst(values: Mapping[str, float], reading: Reading, names: Mapping[str, Text]) -> list[str]:
    """Return what is to be named: the slowest against the base, or the deepest.

    Of several features of one name, as the places along a river are, it is the worst.
    """
    sign = -1 if reading.of == "change" else 1
    grave = [feature for feature in values if sign * values[feature] >= reading.least]
    ordered = sorted(grave, key=lambda feature: (-sign * values[feature], feature))
    first: dict[str, str] = {}
    for feature in ordered:
        first.setdefault(names[feature]["vi"] if feature in names else feature, feature)
    return list(first.values())[:MOST_NAMED]


def _sampled(minutes: Sequence[float], courses: Mapping[str, Sequence[float | None]]) -> MapFrames:
    count = len(minutes)
    step = max(1, math.ceil(count / MOST_FRAMES))
    kept = list(range(0, count, step))
    if kept[-1] != count - 1:
        kept.append(count - 1)
    return {
        "minutes": [minutes[index] for index in kept],
        "values": {
            feature: [course[index] if index < len(course) else None for index in kept]
            for feature, course in courses.items()
        },
    }


def spots(depth: MapLayer, result: RunResult) -> Table:
    """Return the named places under water, else the deepest of all, with how long they are so."""
    named = result["details"].get("blackSpots")
    rows = _named(named) if named else _deepest(depth, result["frames"]["depth"])
    return {
        "label": {"vi": "Điểm ngập", "en": "Flooded places"},
        "columns": [
            {"id": "name", "label": {"vi": "Điểm", "en": "Place"}, "kind": "text"},
            {"id": "depth", "label": {"vi": "Sâu nhất", "en": "Deepest"}, "kind": "number",
             "unit": "m", "decimals": 2},
            {"id": "band", "label": {"vi": "Mức", "en": "Band"}, "kind": "band",
             "scale": depth["scale"]},
            {"id": "minutes", "label": {"vi": "Kéo dài", "en": "Lasting"}, "kind": "number",
             "unit": "min", "decimals": 0},
            {"id": "base", "label": {"vi": "Hiện trạng", "en": "Base"}, "kind": "number",
             "unit": "m", "decimals": 2},
        ],
        "rows": rows,
    }  # fmt: skip


def _named(told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the black spots as the twin tells them, the deepest first."""
    rows = [
        {
            "name": spot["name"],
            "base": spot["base"]["depthM"],
            "depth": spot["value"]["depthM"],
            "band": spot["value"]["band"],
            "minutes": round(spot["value"]["minutesOver"][0]),
        }
        for spot in told
    ]
    return sorted(rows, key=lambda row: -float(row["depth"]))


def _deepest(depth: MapLayer, frames: Frames) -> list[dict[str, Any]]:
    minutes = frames["minutes"]
    step_min = minutes[1] - minutes[0] if len(minutes) > 1 else 0.0
    factor = METRES.get(frames["unit"], 1.0)
    rows: list[dict[str, Any]] = []
    for feature in depth.get("worst", []):
        found = depth["values"][feature]
        before = [value for each in frames["base"].get(feature, []) if (value := _finite(each))]
        wet = [v for v in frames["value"][feature] if v is not None and v * factor >= WET_M]
        rows.append(
            {
                "name": found.get("label") or {"vi": feature, "en": feature},
                "base": _rounded(max(before, default=0.0), factor),
                "depth": found["value"],
                "band": found["band"],
                "minutes": round(len(wet) * step_min),
            }
        )
    return rows


def feature_names(collection: Mapping[str, Any]) -> dict[str, Text]:
    """Return the names of a FeatureCollection's features by id, of those that have one.

    What is invented has a name that tells nobody which street is meant: it is not named.
    """
    names: dict[str, Text] = {}
    for feature in collection.get("features", ()):
        properties = feature.get("properties") or {}
        name = properties.get("name")
        if name and not properties.get("invented"):
            key = str(feature.get("id") or properties.get("id"))
            names[key] = cast(Text, name) if isinstance(name, dict) else {"vi": name, "en": name}
    return names


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _rounded(value: float | None, factor: float) -> float | None:
    return None if value is None else round(value * factor, 3)
