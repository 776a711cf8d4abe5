"""Walls made of X screens: Tide (JSON and XML) and its ancestor DisplayCluster (XML).

A *screen* is one window of a wall process, at column `i` and row `j`; it may light several
displays, and then spans the bezels between them (Tide's `getScreenWidth`). Everything is pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from wall.errors import ImportRefused
from wall.geometry.assembly import panel_name
from wall.importing.draft import BezelDraft, Draft, GridDraft, PanelDraft, SpanDraft, lit_width_mm
from wall.importing.values import (
    LARGEST_SIDE_PX,
    MOST_IN_A_ROW,
    few,
    length,
    tables,
    whole,
    words,
)


@dataclass(frozen=True, slots=True)
class Names:
    """What a product calls the attributes of its surface."""

    product: str
    screens: tuple[str, str]
    display_px: tuple[str, str]
    displays_per_screen: tuple[str, str]
    bezel_px: tuple[str, str]
    physical_m: tuple[str, str]


PER_SCREEN = ("displaysPerScreenX", "displaysPerScreenY")
BEZEL = ("bezelWidth", "bezelHeight")
DISPLAY = ("displayWidth", "displayHeight")
INNER_BEZELS = ("bezelsPerScreenX", "bezelsPerScreenY")  # of Tide before its own names
TIDE_JSON = Names(
    "a Tide configuration (JSON)",
    ("screenCountX", "screenCountY"),
    DISPLAY,
    PER_SCREEN,
    BEZEL,
    ("width", "height"),
)
TIDE_XML = Names(
    "a Tide configuration (XML)",
    ("numScreensX", "numScreensY"),
    DISPLAY,
    PER_SCREEN,
    BEZEL,
    ("physicalWidth", "physicalHeight"),
)
DISPLAY_CLUSTER = Names(
    "a DisplayCluster configuration",
    ("numTilesWidth", "numTilesHeight"),
    ("screenWidth", "screenHeight"),
    PER_SCREEN,
    ("mullionWidth", "mullionHeight"),
    ("physicalWidth", "physicalHeight"),
)


def read_tide_json(found: Mapping[str, Any], surface: int | None) -> Draft:
    """Make a draft of one surface of a Tide configuration; raises ImportRefused."""
    surfaces = tables(found, "surfaces")
    if not surfaces:
        raise ImportRefused("surfaces is empty, expected at least one")
    if surface is None and len(surfaces) > 1:
        raise ImportRefused(
            f"holds {len(surfaces)} surfaces, each a wall of its own: "
            f"choose one with --surface 0 to {len(surfaces) - 1}"
        )
    index = surface or 0
    if not 0 <= index < len(surfaces):
        raise ImportRefused(f"has no surface {index}, expected 0 to {len(surfaces) - 1}")
    where = f"surfaces[{index}]."
    chosen = surfaces[index]
    physical = chosen.get("dimensions")
    if isinstance(physical, list) and len(physical) == 2:
        physical = dict(zip(TIDE_JSON.physical_m, physical, strict=True))
    screens = []
    processes = tables(found, "processes") if "processes" in found else []
    for number, process in enumerate(processes):
        inside = f"processes[{number}]."
        for each in tables(process, "screens", where=inside):
            on = whole(each, "surface", where=f"{inside}screens.", least=0, most=1023, default=0)
            if on == index:
                screens.append({"host": process.get("host"), **each})
    return _draft(
        TIDE_JSON,
        chosen,
        physical if isinstance(physical, Mapping) else {},
        screens,
        where=where,
        name=None,
    )


def read_configuration_xml(root: Element) -> Draft:
    """Make a draft of `<configuration>`, Tide's or DisplayCluster's; raises ImportRefused."""
    dimensions = root.find("dimensions")
    if dimensions is None:
        raise ImportRefused("has no <dimensions>, expected one inside <configuration>")
    names = DISPLAY_CLUSTER if "screenWidth" in dimensions.attrib else TIDE_XML
    screens = [
        {**process.attrib, **screen.attrib}
        for process in root.findall("process")
        for screen in process.findall("screen")
    ]
    titled = root.find("info")
    return _draft(
        names,
        dimensions.attrib,
        dimensions.attrib,
        screens,
        where="dimensions.",
        name=words(titled.get("name")) if titled is not None else None,
    )


def _draft(
    names: Names,
    found: Mapping[str, Any],
    physical: Mapping[str, Any],
    screens: Sequence[Mapping[str, Any]],
    *,
    where: str,
    name: str | None,
) -> Draft:
    across, down = _pair(found, names.screens, where, least=1, most=MOST_IN_A_ROW, default=1)
    wide, high = _pair(found, names.display_px, where, least=1, most=LARGEST_SIDE_PX, default=None)
    per_x, per_y = _pair(
        found, names.displays_per_screen, where, least=1, most=MOST_IN_A_ROW, default=1
    )
    gap_x, gap_y = _pair(found, names.bezel_px, where, least=0, most=4096, default=0)
    columns, rows = across * per_x, down * per_y
    if columns > MOST_IN_A_ROW or rows > MOST_IN_A_ROW:
        raise ImportRefused(
            f"is {columns} x {rows} displays, expected at most {MOST_IN_A_ROW} x {MOST_IN_A_ROW}"
        )
    lit = _lit(few(list(screens), "the list of screens"), across, down)
    width_px = columns * wide + (columns - 1) * gap_x
    height_px = rows * high + (rows - 1) * gap_y
    wall_mm, notes = _physical(names, physical, where, width_px, height_px)
    outputs = tuple(
        SpanDraft(panel_name(i * per_x, j * per_y), i * per_x, j * per_y, per_x, per_y)
        for i, j in (lit or [(i, j) for j in range(down) for i in range(across)])
    )
    if any(str(found.get(key, 0)) != "0" for key in INNER_BEZELS):
        notes += (
            "it says that bezels run through its screens (bezelsPerScreen), not where: each screen "
            "is written as one panel; if several hang there, write them one by one",
        )
    if not lit:
        notes += ("it names no screens: every place of the surface is taken as lit",)
    return Draft(
        source=names.product,
        layout=GridDraft(
            columns,
            rows,
            PanelDraft(wide, high, None if wall_mm is None else wall_mm * wide / width_px),
            BezelDraft("px", gap_x, gap_y) if columns * rows > 1 else None,
            holes=_holes(lit, columns, rows, per_x, per_y),
            outputs=outputs if per_x * per_y > 1 else (),
        ),
        name=name,
        drives=tuple((panel_name(i * per_x, j * per_y), shown) for (i, j), shown in lit.items()),
        notes=notes,
    )


def _physical(
    names: Names, physical: Mapping[str, Any], where: str, width_px: int, height_px: int
) -> tuple[float | None, tuple[str, ...]]:
    """Return the lit width of the whole surface in millimetres; 0 says nothing, as there."""
    wide, high = (
        (length(physical, key, where=where) or 0) * 1000 or None for key in names.physical_m
    )
    return lit_width_mm(width_px, height_px, width_mm=wide, height_mm=high)


def _lit(screens: Sequence[Mapping[str, Any]], across: int, down: int) -> dict[Any, str]:
    lit: dict[tuple[int, int], str] = {}
    for index, each in enumerate(screens):
        where = f"screen {index}: "
        i = whole(each, "i", where=where, least=0, most=across - 1, default=0)
        j = whole(each, "j", where=where, least=0, most=down - 1, default=0)
        if (i, j) in lit and "stereo" in each:
            raise ImportRefused(
                f"shows two pictures at i={i}, j={j}, one for each eye (stereo), expected one"
            )
        if (i, j) in lit:
            raise ImportRefused(f"has two screens at i={i}, j={j}, expected one a place")
        host = words(each.get("host")) or "unnamed host"
        display = words(each.get("display")) or "no display named"
        x, y = (
            whole(each, key, where=where, least=-(10**6), most=10**6, default=0) for key in "xy"
        )
        lit[i, j] = f"{host}, {display}, window at {x},{y}"
    return lit


def _holes(
    lit: Mapping[tuple[int, int], str], columns: int, rows: int, per_x: int, per_y: int
) -> tuple[tuple[int, int], ...]:
    if not lit:
        return ()
    return tuple(
        (column, row)
        for row in range(rows)
        for column in range(columns)
        if (column // per_x, row // per_y) not in lit
    )


def _pair(
    found: Mapping[str, Any],
    keys: tuple[str, str],
    where: str,
    *,
    least: int,
    most: int,
    default: int | None,
) -> tuple[int, int]:
    one, other = (
        whole(found, key, where=where, least=least, most=most, default=default) for key in keys
    )
    return one, other
