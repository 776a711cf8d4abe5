"""Which figure of a payload is meant: its address, and what stands there.

    numbers/<figure>                a figure by itself; its name alone means the same
    tables/<table>/<row>/<column>   a cell; the row by its position
    series/<series>/<line>          the last point of a line
    items/<entry>                   the last point of the course of an entry of a list of alerts,
                                    no value of one without a course

Pure. Tiles mark what they draw with it, a passport is asked for by it (data_access/passport.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import chain
from typing import Any, Literal, cast, get_args

from data_access.envelope import Item, Number, Payload, Source, Text

LONGEST = 300
Kind = Literal["numbers", "tables", "series", "items"]
_KINDS: tuple[Kind, ...] = get_args(Kind)


def number_at(name: str) -> str:
    """Return the address of a figure by itself."""
    return f"numbers/{name}"


def cell_at(table: str, row: int, column: str) -> str:
    """Return the address of a cell."""
    return f"tables/{table}/{row}/{column}"


def line_at(series: str, line: str) -> str:
    """Return the address of the last point of a line."""
    return f"series/{series}/{line}"


def item_at(entry: str) -> str:
    """Return the address of an entry of a list of alerts, whichever list it stands in."""
    return f"items/{entry}"


def kind_of(address: str) -> Kind:
    """Return which part of a payload an address is of."""
    first = address.split("/", 1)[0]
    return next((each for each in _KINDS if each == first), "numbers")


def figure_at(payload: Payload, address: str) -> Number | None:
    """Return what stands at an address, as a figure by itself; None where there is none."""
    if len(address) > LONGEST:
        return None
    match address.split("/"):
        case [name] | ["numbers", name]:
            found = payload.get("numbers", {}).get(name)
            return found if isinstance(found, Mapping) else None
        case ["tables", table, row, column] if row.isascii() and row.isdigit():
            return _cell(payload, table, int(row), column)
        case ["series", series, line]:
            return _last(payload, series, line)
        case ["items", entry]:
            return _newest(payload, entry)
    return None


def item_of(payload: Payload, address: str) -> Item | None:
    """Return the entry of a list of alerts that an address means; None of another address."""
    match address.split("/"):
        case ["items", entry]:
            listed = chain.from_iterable(payload.get("items", {}).values())
            return next((each for each in listed if each.get("id") == entry), None)
    return None


def addresses(payload: Payload) -> list[str]:
    """Return the addresses of the figures by themselves, else of the lines' last points."""
    found = [number_at(name) for name in payload.get("numbers", {})]
    if found:
        return found
    return [
        line_at(name, line["id"])
        for name, each in payload.get("series", {}).items()
        for line in each["lines"]
    ]


def _cell(payload: Payload, name: str, row: int, column_id: str) -> Number | None:
    table = payload.get("tables", {}).get(name)
    if not isinstance(table, Mapping) or row >= len(table["rows"]):
        return None
    column = next((each for each in table["columns"] if each["id"] == column_id), None)
    cells = table["rows"][row]
    value = cells.get(column_id)
    if column is None or column["kind"] != "number" or not _is_figure(value):
        return None
    label = _joined(column["label"], _name(table["columns"], cells))
    return _number(
        label,
        value,
        column.get("unit", ""),
        column.get("decimals", 0),
        cells.get("source") or table.get("source"),
    )


def _last(payload: Payload, name: str, line_id: str) -> Number | None:
    series = payload.get("series", {}).get(name)
    lines = series["lines"] if isinstance(series, Mapping) else []
    line = next((each for each in lines if each["id"] == line_id), None)
    if series is None or line is None:
        return None
    last = next((point for point in reversed(line["points"]) if point[1] is not None), None)
    if last is None or not _is_figure(last[1]):
        return None
    label = _joined(series["label"], line["label"])
    made = _number(label, last[1], series["unit"], series["decimals"], series.get("source"))
    if last[0] is not None:
        made["atMs"] = last[0]
    return made


def _newest(payload: Payload, entry: str) -> Number | None:
    """Return the last point of an entry's course; without a course it is a figure of no value."""
    item: Any = item_of(payload, item_at(entry))
    if item is None:
        return None
    line: Any = item.get("line") if isinstance(item.get("line"), Mapping) else {}
    last = next((each for each in reversed(line.get("points") or ()) if _is_figure(each[1])), None)
    at_ms, value = last or (item["atMs"], None)
    unit, decimals = line.get("unit", ""), line.get("decimals", 0)
    made = _number(item["title"], value, unit, decimals, item.get("source"))
    made["atMs"] = at_ms
    return made


def _number(label: Text, value: Any, unit: str, decimals: int, source: Source | None) -> Number:
    made: Number = {
        "label": label,
        "value": value,
        "unit": unit,
        "decimals": decimals,
        "status": "normal",
    }
    if source is not None:
        made["source"] = source
    return made


def _name(columns: Any, cells: Mapping[str, Any]) -> Text:
    """Return what a row is called: its first words."""
    for column in columns:
        found = cells.get(column["id"])
        if column["kind"] != "number" and found:
            return cast(Text, found) if isinstance(found, dict) else {"vi": str(found)}
    return {}


def _joined(one: Text, other: Text) -> Text:
    beside = {language: other.get(language) or other.get("vi") for language in one}
    said = {
        language: " · ".join(filter(None, (words, beside[language])))
        for language, words in one.items()
    }
    return said or other


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
