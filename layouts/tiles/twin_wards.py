"""One figure of a run in all wards: value, difference from the base, the ward worse off on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

import language as lang
from data_access.envelope import Envelope, Table
from layouts.tiles import reading
from layouts.tiles.anatomy import BODY, CAPTION, Tile, u
from layouts.tiles.heads import head
from layouts.tiles.measure import width_u
from layouts.tiles.rows import plan, rest
from layouts.tiles.table import HEAD_LINE, ROW_LEAST, ROW_MOST, name_cell, name_setting
from layouts.tiles.twin import Figure, figure_in
from layouts.tiles.twin_figures import difference
from twin.wards import OF_WARDS

GAP = 0.75
LEAST_NAME = 5.0  # of a ward, in units
# What stands beside a ward's name, as far as there is room; the difference is what is asked for.
CHOICES: tuple[tuple[str, ...], ...] = (
    ("value", "delta", "interval"),
    ("value", "delta"),
    ("delta",),
)


def ward_table(envelope: Envelope, kpis: Sequence[str]) -> Table | None:
    """Return the wards' figures of the first of `kpis` they have, else of what tells most."""
    tables: Any = envelope.payload.get("tables")
    names = [name for name in tables if name.startswith(OF_WARDS)] if tables else []
    wanted = [name for kpi in kpis if (name := f"{OF_WARDS}{kpi}") in names]
    return reading.table(envelope, next(iter([*wanted, *names]), ""))


def ward_rows(tile: Tile, table: Table) -> Component | None:
    """Return the wards as they fill a tile's body, the rest counted; None without any room."""
    found = [(row, figure) for row in table["rows"] if (figure := figure_in(row)) is not None]
    if not found or tile.height_u < HEAD_LINE + ROW_LEAST:
        return None
    fitted = plan(len(found), tile.height_u - HEAD_LINE, least=ROW_LEAST, most=ROW_MOST)
    shown = found[: fitted.shown]
    names = [tile.words(row["name"]) for row, _ in shown]
    told = [_told(tile, figure) for _, figure in shown]
    heads = {name: tile.say(f"twin.{name}Head") for name in CHOICES[0]}
    widths = {
        name: max(width_u(heads[name], CAPTION), *(width_u(each[name], BODY) for each in told))
        for name in heads
        if any(each[name] for each in told)
    }
    columns, room = _columns(tile, widths, max(width_u(name, BODY) for name in names))
    if room < LEAST_NAME:
        return None
    sizes = [room, *(widths[name] for name in columns)]
    style = {"gridTemplateColumns": " ".join(u(size) for size in sizes), "columnGap": u(GAP)}
    unit = lang.unit_name(found[0][1].unit, language=tile.language)
    label = " ".join(filter(None, (tile.words(table["label"]), unit and f"({unit})")))
    titles = [head(label, room, is_number=False)]
    titles += [head(heads[name], widths[name], is_number=True) for name in columns]
    lines: list[Any] = [html.Div(titles, className="t-row t-row-head", style=style)]
    face, height = name_setting(names, room), fitted.height_u
    for (row, figure), name, words in zip(shown, names, told, strict=True):
        cells = [_cell(tile, row, figure, each, words[each]) for each in columns]
        lines.append(
            html.Div(
                [name_cell(name, room, height, face), *cells],
                className="t-row type-20",
                style={**style, "height": u(height)},
            )
        )
    lines += rest(tile, fitted.hidden, in_head=fitted.is_told_in_head)
    return html.Div(lines, className="t-rows")


def _columns(
    tile: Tile, widths: Mapping[str, float], name_u: float
) -> tuple[tuple[str, ...], float]:
    """Return what stands beside names, and what is left for them; names are whole if they can."""
    columns, room = CHOICES[-1], 0.0
    for choice in CHOICES:
        columns = tuple(name for name in choice if name in widths)
        room = tile.width_u - sum(widths[name] + GAP for name in columns)
        if room >= max(LEAST_NAME, name_u):
            break
    return columns, room


def _told(tile: Tile, figure: Figure) -> dict[str, str]:
    delta, interval = difference(tile, figure)
    value = lang.number(figure.value, decimals=figure.decimals, language=tile.language)
    return {"value": value, "delta": delta, "interval": interval.removeprefix("95 %: ")}


def _cell(tile: Tile, row: Mapping[str, Any], figure: Figure, column: str, words: str) -> html.Div:
    if column == "interval":
        return html.Div(words, className="t-cell-number twin-delta")
    state = f" twin-delta is-{figure.verdict}" if column == "delta" else ""
    return html.Div(words, className=f"t-cell-number{state}", **tile.addresses.cell(row, column))
