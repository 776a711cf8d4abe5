"""The strip along a wall's top: city and site, scene, local time, link. Each off the bezels.

It may be in two, names at the left and the time at the right, with the city's stage between them
(layouts/tiles/stage.py): what covers the stage from a guest covers no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

import language as lang
from data_access.envelope import Envelope
from layouts.tiles.anatomy import PAD_X
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import FACES, cut, fit, settings, width_u
from layouts.tiles.panes import panes_x

TIME_WIDTH = 5.5  # "14:05" at 35', and air
DATE_WIDTH = 10.5  # "Wednesday, 25 Nov 2026" at 16'
LINK_WIDTH = 6.0


class Options(TileOptions):
    """Options of `clock`; `title` is the scene's name."""

    site: str | None = None  # id of the site that is named
    names: bool = True
    time: bool = True


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the strip: words are given to the stretches between bezels from the left."""
    unit_px = frame.unit_px
    panes = panes_x(frame)
    left = _names(options, len(panes), context, frame.language)
    cells = []
    for index, (begin, end) in enumerate(panes):
        last = options.time and index == len(panes) - 1
        width = (end - begin) / unit_px - 2 * PAD_X
        room = width - (TIME_WIDTH + DATE_WIDTH + LINK_WIDTH if last else 0)
        parts: list[Any] = [html.Div(_words(left[index], room), className="strip-lead")]
        if last:
            parts.append(_time(frame.language, width))
        cells.append(
            html.Div(
                parts,
                className="strip-pane",
                style={
                    "left": f"{begin + PAD_X * unit_px:.1f}px",
                    "width": f"{max(1.0, width) * unit_px:.1f}px",
                },
            )
        )
    return html.Section(
        [html.Div(className="strip-rule"), *cells],
        className="tile tile-clock status-normal",
        style={"--u": f"{unit_px:g}px"},
    )


def _names(
    options: Options, panes: int, context: TileContext, language: str
) -> list[list[tuple[str, str]]]:
    """Return the role and words of what is named in each pane, the first of them first."""
    left: list[list[tuple[str, str]]] = [[] for _ in range(panes)]
    if not options.names:
        return left
    city = ("city", lang.pick(context.city_name, language))
    scene = ("scene", lang.pick(options.title, language))
    named = (each.get("name") for each in context.sites if each.get("id") == options.site)
    site = ("site", lang.pick(next(named, None), language))
    if panes >= 2 + options.time:  # the time has the last one
        left[0], left[1] = [city, site], [scene]
    elif panes == 2:
        left[0] = [city, scene]
    else:
        left[0] = [scene, city]
    return left


def _words(parts: list[tuple[str, str]], room: float) -> list[Any]:
    """Return what fits of `parts` into `room` units, the first of them first."""
    words: list[Any] = []
    for role, text in parts:
        bold = role != "site"
        if not text or room < 3:
            continue
        choices = settings(1.5, 1.25, 1.0) if role == "scene" else settings(1.0, 0.8)
        setting = fit(text, room, choices, bold=bold) or choices[-1]
        size, face = setting.size_u, setting.face
        shown = cut(text, room, size, bold=bold, face=face)
        words.append(html.Span(shown, className=f"strip-{role} {setting.class_name}"))
        room -= width_u(shown, size, bold=bold) * FACES[face] + 1.0
    return words


def _time(language: str, width: float) -> html.Div:
    parts: list[Any] = [_driven("time", "strip-time")]
    if width >= TIME_WIDTH + DATE_WIDTH:
        parts.insert(0, _driven("date", "strip-date type-16"))
    if width >= TIME_WIDTH + DATE_WIDTH + LINK_WIDTH:
        words = [
            html.Span(lang.text("tiles.link.up", language), className="link-up"),
            html.Span(lang.text("tiles.link.lost", language), className="link-lost"),
        ]
        parts.insert(0, html.Div(words, className="strip-link type-16"))
    return html.Div(parts, className="strip-now")


def _driven(what: str, class_name: str) -> html.Time:
    """Return an element that the page fills from the shared clock."""
    attributes: dict[str, Any] = {"data-format": what}
    return html.Time(className=f"ioc-clock {class_name}", **attributes)


KIND = TileKind(
    kind="clock",
    name={"vi": "Dải đầu màn hình", "en": "Header strip"},
    options=Options,
    needs=lambda options: (),
    build=build,
)
