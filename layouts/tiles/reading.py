"""Takes the parts a tile shows out of an envelope; what is not well-formed is not there.

A tile must stand whatever an aggregate wrote, and must never show half of a figure as if it were
one. So everything is checked here once, and kinds get only parts they can draw.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard, cast

from data_access.envelope import POINTS, Envelope, Item, Line, MapLayer, Number, Series, Table
from layouts.tiles.status import STATUSES


def numbers(envelope: Envelope, ids: Sequence[str] = ()) -> dict[str, Number]:
    """Return the well-formed figures in the order of `ids` (default: all, as written)."""
    part = _part(envelope, "numbers")
    return {
        each: cast(Number, part[each]) for each in ids or part if _is_number_figure(part.get(each))
    }


def series(envelope: Envelope, name: str) -> Series | None:
    """Return a series with its well-formed lines, None when it has none."""
    found = _part(envelope, "series").get(name)
    if not (isinstance(found, Mapping) and _is_text(found.get("label"))):
        return None
    lines = found.get("lines")
    if not isinstance(lines, Sequence) or not isinstance(found.get("decimals"), int):
        return None
    kept = [cast(Line, line) for line in lines if _is_line(line)]
    thresholds = [each for each in found.get("thresholds") or () if _is_threshold(each)]
    return cast(Series, {**found, "lines": kept, "thresholds": thresholds}) if kept else None


def table(envelope: Envelope, name: str) -> Table | None:
    """Return a table whose columns are well-formed; rows that are none are left out."""
    found = _part(envelope, "tables").get(name)
    if not isinstance(found, Mapping):
        return None
    columns, rows = found.get("columns"), found.get("rows")
    if not isinstance(columns, Sequence) or not isinstance(rows, Sequence) or isinstance(rows, str):
        return None
    if not columns or not all(_is_column(column) for column in columns):
        return None
    kept = [row for row in rows if isinstance(row, Mapping)]
    label = found.get("label")
    return cast(Table, {**found, "label": label if _is_text(label) else {}, "rows": kept})


def map_layer(envelope: Envelope, name: str) -> MapLayer | None:
    """Return a map layer; values without a finite number or a band, or a place, are left out."""
    found = _part(envelope, "maps").get(name)
    if not isinstance(found, Mapping) or not isinstance(found.get("layer"), str):
        return None
    values = found.get("values")
    if not isinstance(values, Mapping):
        return None
    kept = {
        feature: each
        for feature, each in values.items()
        if isinstance(each, Mapping) and (finite(each.get("value")) or each.get("band"))
    }
    if found["layer"] == POINTS:
        points = found.get("points")
        placed = {
            feature: point
            for feature, point in (points.items() if isinstance(points, Mapping) else ())
            if _is_point(point)
        }
        kept = {feature: each for feature, each in kept.items() if feature in placed}
        found = {**found, "points": placed}
    worst = [each for each in found.get("worst") or () if each in kept]
    layer = {**found, "values": kept, "worst": worst}
    if not _are_frames(found.get("frames")):
        layer.pop("frames", None)
    return cast(MapLayer, layer)


def items(envelope: Envelope, name: str) -> list[Item] | None:
    """Return the well-formed entries of a list, None when there is no such list."""
    found = _part(envelope, "items").get(name)
    if not isinstance(found, Sequence) or isinstance(found, str):
        return None
    return [cast(Item, each) for each in found if _is_item(each)]


def finite(value: object) -> TypeGuard[float]:
    """Tell whether `value` is a number one can draw."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _part(envelope: Envelope, name: str) -> Mapping[str, Any]:
    payload = envelope.payload
    part = payload.get(name) if isinstance(payload, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _is_text(text: object) -> bool:
    return isinstance(text, Mapping) and all(isinstance(words, str) for words in text.values())


def _is_number_figure(figure: object) -> bool:
    return (
        isinstance(figure, Mapping)
        and (figure.get("value") is None or finite(figure.get("value")))
        and _is_text(figure.get("label"))
        and isinstance(figure.get("decimals"), int)
        and isinstance(figure.get("unit"), str)
        and figure.get("status") in STATUSES
        and all(figure.get(each) is None or finite(figure[each]) for each in ("previous", "target"))
    )


def _is_line(line: object) -> bool:
    if not isinstance(line, Mapping) or not _is_text(line.get("label")):
        return False
    points = line.get("points")
    return isinstance(points, Sequence) and all(
        isinstance(point, Sequence)
        and len(point) == 2
        and finite(point[0])
        and (point[1] is None or finite(point[1]))
        for point in points
    )


def _is_point(point: object) -> bool:
    return (
        isinstance(point, Sequence)
        and len(point) == 2
        and all(map(finite, point))
        and abs(point[0]) <= 90
        and abs(point[1]) <= 180
    )


def _are_frames(frames: object) -> bool:
    """Tell whether a layer is known over time: each feature once a minute that is named."""
    if not isinstance(frames, Mapping):
        return False
    minutes, values = frames.get("minutes"), frames.get("values")
    return (
        isinstance(minutes, Sequence)
        and len(minutes) > 0
        and all(map(finite, minutes))
        and isinstance(values, Mapping)
        and all(
            isinstance(course, Sequence) and len(course) == len(minutes)
            for course in values.values()
        )
    )


def _is_threshold(threshold: object) -> bool:
    return isinstance(threshold, Mapping) and finite(threshold.get("value"))


def _is_column(column: object) -> bool:
    return (
        isinstance(column, Mapping)
        and isinstance(column.get("id"), str)
        and _is_text(column.get("label"))
    )


def _is_item(item: object) -> bool:
    return (
        isinstance(item, Mapping)
        and _is_text(item.get("title"))
        and item.get("severity") in STATUSES
        and finite(item.get("atMs"))
    )
