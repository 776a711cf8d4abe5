"""A cell of a table in words, by the column's kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import language as lang
from data_access.envelope import Column
from layouts.tiles import bands, reading
from layouts.tiles.figures import opening
from layouts.tiles.kind import TileContext

NUMERIC = ("number", "instant", "day")


def words(column: Column, row: Mapping[str, Any], *, language: str, context: TileContext) -> str:
    """Return what stands in a cell; a dash where there is nothing."""
    found = row.get(column["id"])
    kind = column.get("kind", "text")
    if found is None and column["id"] in row.get("masked", ()):
        return lang.text("tiles.masked", language)
    if kind == "number":
        if not reading.finite(found):
            return lang.number(None)
        return lang.number(found, decimals=column.get("decimals", 0), language=language)
    if kind == "instant":
        if not reading.finite(found):
            return lang.number(None)
        return lang.datetime_(found, language=language, timezone=context.timezone, style="short")
    if kind == "day":
        if not reading.finite(found):
            return lang.number(None)
        return lang.date(found, language=language, timezone=context.timezone)
    if kind == "band":
        band = band_in(column, row, context)
        return bands.name(band, language) if band else str(found or lang.number(None))
    if isinstance(found, Mapping):  # words of ours, and no name of a machine's
        return opening(lang.pick(found, language))
    return lang.number(None) if found is None else str(found)


def band_in(
    column: Column, row: Mapping[str, Any], context: TileContext
) -> Mapping[str, Any] | None:
    """Return the band a cell of kind `band` names, None when it is unknown."""
    scale = context.scales.get(str(column.get("scale")), {})
    found = row.get(column["id"])
    return next((band for band in bands.bands(scale) if band.get("id") == found), None)


def is_numeric(column: Column) -> bool:
    """Tell whether a column is set flush right."""
    return column.get("kind") in NUMERIC


def heading(column: Column, language: str) -> str:
    """Return a column's heading with its unit."""
    unit = lang.unit_name(str(column.get("unit") or ""), language=language)
    label = lang.pick(column["label"], language)
    is_said = re.search(rf"(?<!\w){re.escape(unit)}(?!\w)", label) is not None
    return f"{label} ({unit})" if unit and unit != "VN_AQI" and not is_said else label
