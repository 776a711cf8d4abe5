"""The figures of a run, one above another: value, difference from the base, its 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

import language as lang
from data_access.figure import number_at
from layouts.tiles.anatomy import BODY, CAPTION, Tile, u
from layouts.tiles.measure import Setting, cut, fit, settings, width_u
from layouts.tiles.rows import plan, rest
from layouts.tiles.table import name_cell, name_setting
from layouts.tiles.twin import Figure

ROW_LEAST, ROW_LARGE, ROW_MOST = 2.6, 3.0, 3.75
LEAST_WIDTH = 9.0  # units; narrower holds no interval
FIGURES, SMALL = settings(1.25, BODY), settings(BODY)
MARKS = {"up": "▲", "down": "▼", "none": "="}


def figure_rows(tile: Tile, figures: Sequence[Figure], against: str = "") -> html.Div | None:
    """Return the figures as they fill a tile's body, the rest counted; None without any room.

    They are held `against` another run, or against the base where there is no word of one.
    """
    width, height = tile.width_u, tile.height_u
    if height < ROW_LEAST or width < LEAST_WIDTH or not figures:
        return None
    fitted = plan(len(figures), height, least=ROW_LEAST, most=ROW_MOST)
    shown = figures[: fitted.shown]
    sizes = FIGURES if fitted.height_u >= ROW_LARGE else SMALL
    wide = max(width_u(figure_words(tile, each), sizes[0].size_u, bold=True) for each in shown)
    names = [tile.words(figure.label) for figure in shown]
    room = max(4.0, width - min(wide, 0.5 * width) - 0.75)
    face = name_setting(names, room)
    rows = [
        _row(tile, figure, name_cell(name, room, 1.25, face), sizes, fitted.height_u, against)
        for figure, name in zip(shown, names, strict=True)
    ]
    more = rest(tile, fitted.hidden, in_head=fitted.is_told_in_head)
    return html.Div([*rows, *more], className="twin-figures", style={"width": u(width)})


def difference(tile: Tile, figure: Figure) -> tuple[str, str]:
    """Return the difference from the base with its mark, and its 95 % interval, if it has one."""
    way = "none" if figure.verdict == "same" else "up" if figure.delta > 0 else "down"
    signed: dict[str, Any] = {"decimals": figure.decimals, "language": tile.language, "sign": True}
    delta, low, high = (
        lang.number(each, **signed) for each in (figure.delta, figure.low, figure.high)
    )
    interval = "" if figure.low == figure.high else f"95%: {low} … {high}"
    return f"{MARKS[way]} {delta}", interval


def _row(
    tile: Tile,
    figure: Figure,
    name: Component,
    sizes: Sequence[Setting],
    height: float,
    against: str,
) -> html.Div:
    width = tile.width_u
    base = lang.number(figure.base, figure.unit, decimals=figure.decimals, language=tile.language)
    verdict, before = tile.say(f"twin.{figure.verdict}"), tile.say("twin.base", base=base)
    if against:
        before = f"{against}: {base}"
        if figure.verdict == "same":
            verdict = tile.say("twin.sameAs", other=against)
    delta, interval = difference(tile, figure)
    changed = f"{delta} ({interval})" if interval else delta
    told = [changed, before, verdict]
    if width_u(" · ".join(told), CAPTION) > width:
        told.pop(1)
    words = " · ".join(told)
    setting = fit(words, width, settings(CAPTION))
    face = setting.face if setting else "slim"
    value = figure_words(tile, figure)
    digits = fit(value, 0.5 * width, sizes, bold=True) or sizes[-1]
    value = cut(value, 0.5 * width, digits.size_u, bold=True, face=digits.face)
    return html.Div(
        [
            html.Div(
                [name, html.Div(value, className=f"t-digits {digits.class_name}")],
                className="twin-figure",
            ),
            html.Div(
                cut(words, width, CAPTION, face=face),
                className=f"t-line type-16 twin-delta is-{figure.verdict}"
                + (f" face-{face}" if face else ""),
            ),
        ],
        className="twin-row",
        style={"height": u(height)},
        **tile.addresses.at(number_at(figure.kpi)),
    )


def figure_words(tile: Tile, figure: Figure) -> str:
    """Write a figure's value with its unit."""
    return lang.number(figure.value, figure.unit, decimals=figure.decimals, language=tile.language)
