"""The picture a wall showed, put together again: a page of its own, drawn as a player draws it.

Stage and CSS are the player's; the clock stands still at the asked instant, so ages, clocks and
what was stale are as they were. Shown in a frame by the page of proofs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from language import text
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.wall_view import LIVE

ID_PROPS = ("id", "htmlFor", "aria-labelledby", "aria-describedby")  # as assets/content.mjs
GEOMETRY = "/geometry/"


def glass(
    shown: Mapping[str, Any], *, language: str, has_geometry: Callable[[str], bool]
) -> Component:
    """Build the picture of an answer to `proof.at`; `has_geometry` knows which files are left."""
    canvas, realm = shown["canvasPx"], (shown["program"] or {}).get("realm", LIVE)
    return html.Div(
        [
            html.Div(
                [
                    _slot(number, tile, language=language, has_geometry=has_geometry)
                    for number, tile in enumerate(shown["tiles"])
                ],
                className="player-canvas",
                **attrs(data_realm_clock=None if realm == LIVE else _clock_there(shown["tiles"])),
            ),
            html.Div(className="player-frame", hidden=True),
        ],
        id=ids.PROOF_GLASS,
        className="player proof-glass",
        lang=shown["language"],
        style={"--player-unit": f"{shown['unitPx']}px"},
        **attrs(
            data_at_ms=shown["atMs"],
            data_width_px=canvas["width"],
            data_height_px=canvas["height"],
            data_realm=realm,
            data_exercise=text("player.exercise", shown["language"]),
        ),
    )


def _clock_there(tiles: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what time it was in an exercise: nobody keeps that, but what was newest there."""
    known = [each["asOfAtMs"] for each in tiles if each.get("asOfAtMs") is not None]
    if not known:
        return None
    newest = max(known)
    return json.dumps({"atMs": 0, "glassAtMs": newest, "speed": 0, "toAtMs": newest})


def no_glass(words: str, language: str) -> Component:
    """Return what stands in the frame when there is no picture."""
    return html.Div(
        html.Div(html.P(words), className="cover-notice"), className="player", lang=language
    )


def _slot(
    number: int,
    tile: Mapping[str, Any],
    *,
    language: str,
    has_geometry: Callable[[str], bool],
) -> Component:
    rect = tile["rectPx"]
    missing = _missing(tile, has_geometry)
    slot_id = f"{ids.PROOF_GLASS}-{number:02d}"
    content: Any = None
    if missing is None and not tile["isMasked"]:
        content = with_prefix(tile["content"], slot_id)
    words = missing or ("masked" if tile["isMasked"] else None)
    if words is not None:
        said = text(f"pages.proof.tile.{words}", language)
        content = html.Section(
            html.P(said, className="tile-reason"), className="tile proof-left-out", lang=language
        )
    return html.Div(
        content,
        id=slot_id,
        className="slot is-used is-shown",
        style={
            "left": f"{rect['x']}px",
            "top": f"{rect['y']}px",
            "width": f"{rect['width']}px",
            "height": f"{rect['height']}px",
        },
        **attrs(data_as_of_ms=tile.get("asOfAtMs"), data_stale_after_ms=tile.get("staleAfterMs")),
    )


def _missing(tile: Mapping[str, Any], has_geometry: Callable[[str], bool]) -> str | None:
    """Return why a tile cannot be drawn, None when it can.

    `withheld` (above the reader's ceiling), `withdrawn` (by order), `missing`, `geometry`.
    """
    if tile.get("isWithheld"):
        return "withheld"
    if tile.get("isWithdrawn"):
        return "withdrawn"
    if tile.get("isMissing") or tile.get("content") is None:
        return "missing"
    if not all(map(has_geometry, geometry_files(tile["content"]))):
        return "geometry"
    return None


def geometry_files(tree: Any) -> Iterator[str]:
    """Return the name of every geometry file a component tree loads."""
    if isinstance(tree, list):
        for each in tree:
            yield from geometry_files(each)
    elif isinstance(tree, Mapping):
        url = tree.get("url")
        if isinstance(url, str) and url.startswith(GEOMETRY):
            yield url.removeprefix(GEOMETRY).partition("?")[0]
        for each in tree.values():
            yield from geometry_files(each)


def with_prefix(tree: Any, prefix: str) -> Any:
    """Return a component tree whose local ids begin with the slot's."""
    if isinstance(tree, list):
        return [with_prefix(each, prefix) for each in tree]
    if not isinstance(tree, Mapping) or "type" not in tree or "props" not in tree:
        return tree
    props = dict(tree["props"])
    for name in ID_PROPS:
        if isinstance(props.get(name), str):
            props[name] = f"{prefix}-{props[name]}"
        elif isinstance(props.get(name), Mapping):
            props[name] = {**props[name], "slot": prefix}
    if "children" in props:
        props["children"] = with_prefix(props["children"], prefix)
    return {**tree, "props": props}
