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
from layouts.tiles.heads import HEADINGS, head
from layouts.tiles.measure import fit, width_u
from layouts.tiles.rows import plan, rest
from layouts.tiles.table import HEAD_LINE, ROW_LEAST, ROW_MOST, name_cell, name_setting
from layouts.tiles.twin import Figure, figure_in
from layouts.tiles.twin_figures import difference
from twin.wards import OF_WARDS

GAP = 0.75
BETWEEN = 1.5  # two columns of wards
LEAST_NAME = 5.0  # of a ward, in units
LEAST_WARDS = 5  # are told before their figure has a line of its own
FEW = 8  # wards: where one column holds fewer, and not all, there are two
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
    """Return the wards as they fill a tile's body, the rest counted; None without any room.

    Where one column holds but FEW there are two, if names have room beside their differences.
    """
    found = [(row, figure) for row in table["rows"] if (figure := figure_in(row)) is not None]
    if not found or tile.height_u < HEAD_LINE + ROW_LEAST:
        return None
    told = [_told(tile, figure) for _, figure in found]
    heads = {name: tile.say(f"twin.{name}Head") for name in CHOICES[0]}
    widths = {
        name: max(width_u(heads[name], CAPTION), *(width_u(each[name], BODY) for each in told))
        for name in heads
        if any(each[name] for each in told)
    }
    name_u = max(width_u(tile.words(row["name"]), BODY) for row, _ in found)
    room_u = tile.height_u - HEAD_LINE
    fitted, beside = plan(len(found), room_u, least=ROW_LEAST, most=ROW_MOST), 1
    half = (tile.width_u - BETWEEN) / 2
    is_short = fitted.hidden > 0 and fitted.shown < FEW
    if is_short and _columns(half, widths, name_u)[1] >= LEAST_NAME:
        fitted, beside = plan(-(-len(found) // 2), room_u, least=ROW_LEAST, most=ROW_MOST), 2
    columns, name_room = _columns(half if beside > 1 else tile.width_u, widths, name_u)
    if name_room < LEAST_NAME:
        return None
    unit = lang.unit_name(found[0][1].unit, language=tile.language)
    label = " ".join(filter(None, (tile.words(table["label"]), unit and f"({unit})")))
    above: list[Any] = []  # what the figure is, over all columns where it is too long for a head
    if fit(label, name_room + 0.01, HEADINGS) is None:
        per_column = -(-len(found) // beside)
        lower = plan(per_column, room_u - HEAD_LINE, least=ROW_LEAST, most=ROW_MOST)
        if room_u - HEAD_LINE >= ROW_LEAST and lower.shown * beside >= min(LEAST_WARDS, len(found)):
            whole = head(label, tile.width_u, is_number=False)
            fitted, above, label = lower, [html.Div(whole, className="t-row-head")], ""
    rows = list(zip(found, told, strict=True))[: fitted.shown * beside]
    sizes = [name_room, *(widths[name] for name in columns)]
    style = {"gridTemplateColumns": " ".join(u(size) for size in sizes), "columnGap": u(GAP)}
    titles = [head(label, name_room, is_number=False)]
    titles += [head(heads[name], widths[name], is_number=True) for name in columns]
    face = name_setting([tile.words(row["name"]) for (row, _), _ in rows], name_room)
    parts = []
    for begin in range(0, len(rows), fitted.shown):  # top to bottom, then right
        lines: list[Any] = [html.Div(titles, className="t-row t-row-head", style=style)]
        for (row, figure), words in rows[begin : begin + fitted.shown]:
            name = name_cell(tile.words(row["name"]), name_room, fitted.height_u, face)
            cells = [_cell(tile, row, figure, each, words[each]) for each in columns]
            lines.append(
                html.Div(
                    [name, *cells],
                    className="t-row type-20",
                    style={**style, "height": u(fitted.height_u)},
                )
            )
        parts.append(html.Div(lines))
    side_by_side = html.Div(parts, style={"display": "flex", "columnGap": u(BETWEEN)})
    more = rest(tile, len(found) - len(rows), in_head=fitted.is_told_in_head)
    return html.Div([*above, side_by_side, *more], className="t-rows")


def _columns(
    width: float, widths: Mapping[str, float], name_u: float
) -> tuple[tuple[str, ...], float]:
    """Return what stands beside names, and what is left for them; names are whole if they can."""
    columns, room = CHOICES[-1], 0.0
    for choice in CHOICES:
        columns = tuple(name for name in choice if name in widths)
        room = width - sum(widths[name] + GAP for name in columns)
        if room >= max(LEAST_NAME, name_u):
            break
    return columns, room


def _told(tile: Tile, figure: Figure) -> dict[str, str]:
    delta, interval = difference(tile, figure)
    value = lang.number(figure.value, decimals=figure.decimals, language=tile.language)
    return {"value": value, "delta": delta, "interval": interval.removeprefix("95%: ")}


def _cell(tile: Tile, row: Mapping[str, Any], figure: Figure, column: str, words: str) -> html.Div:
    if column == "interval":
        return html.Div(words, className="t-cell-number twin-delta")
    state = f" twin-delta is-{figure.verdict}" if column == "delta" else ""
    return html.Div(words, className=f"t-cell-number{state}", **tile.addresses.cell(row, column))
