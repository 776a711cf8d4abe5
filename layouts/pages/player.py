"""The player's page: an empty stage that a browser in kiosk mode fills over the wall link.

It holds no data and needs no sign-in: what is shown arrives over the link, after `identify`. The
stage is a flat pool of slots, each its own Dash container; `assets/player.mjs` does the rest. Not
for what is on the wall (the controller decides) nor for tiles (`layouts/tiles`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import dash_leaflet as dl
from dash import dcc, html
from dash.development.base_component import Component

from language import LANGUAGES, text
from layouts import ids

SLOTS = 64  # shown, prepared, staged and a few kept ones: three scenes of about twenty tiles
VIEWS = ("program", "preview")
HEAP_BUDGET_MB = 768  # a wall's page takes 60 to 150
WORDS = (
    "connecting",
    "idle",
    "link_lost",
    "kept",
    "unkept",
    "refused",
    "replaced",
    "kicked",
    "sign_in",
    "forbidden",
    "unreachable",
    "retry",
    "masked",
    "frozen",
    "exercise",
    "exercise_standing",
    "exercise_over",
    "output",
    "no_such_page",
    "pattern_bezel",
    "pattern_panel",
    "pattern_trim",
    "pattern_clock",
)

# Modules that others import by their plain address. Dash would put each on every page a second
# time, under another address; give this to it as `assets_ignore`.
IMPORTED_ASSETS = (
    r"^(ages|aside|camera|canvas|clock|content|cover|frame|glass|health|keep|kept-picture|link|notices"
    r"|offline|outlines|overlays|paint|pattern|placing|present|published|realm|renewal|slots"
    r"|stage|streams|thumbnail|timekeeping|token|warm-up|worker)\.mjs$"
)

LayoutFunction = Callable[..., Component]


def player_page(
    *,
    wall_port: int,
    link_urls: str = "",
    elsewhere: Mapping[str, str] | None = None,
    release: str = "",
    heap_budget_mb: int = HEAP_BUDGET_MB,
) -> LayoutFunction:
    """Return the layout function of `/wall/<wall>/<output>` and `/wall/<wall>/view/<view>`.

    The controllers are at `link_urls` (blank-separated), without any at `wall_port` of the host the
    page came from; those of other sites' walls are in `elsewhere`, by wall. Neither is taken from
    the address of the page. `release` names the code of the page: the controller has pages of
    another one loaded anew. Past `heap_budget_mb` of memory a page does that itself.
    """
    code = {"release": release, "heap-budget-mb": str(heap_budget_mb)}
    link, port = link_urls, str(wall_port)

    def layout(
        wall_id: str | None = None,
        output_id: str | None = None,
        view: str | None = None,
        **_query: str | None,
    ) -> Component:
        place = _place(wall_id, output_id, view)
        urls = (elsewhere or {}).get(place["wall"], link)
        return stage({**place, "link": urls, "link-port": port, **code})

    return layout


def _place(wall_id: str | None, output_id: str | None, view: str | None) -> dict[str, str]:
    """Return what a page is for. A view's address fits the template of outputs too."""
    parts = "/".join(part for part in (wall_id, output_id) if part).split("/")
    if view is None and len(parts) == 3 and parts[1] == "view":
        return _place(parts[0], None, parts[2])
    if len(parts) != (2 if view is None else 1) or view not in (None, *VIEWS):
        parts, view = ["", ""], None
    output = parts[1] if view is None else ""
    return {"wall": parts[0], "output": output, "view": view or ""}


def stage(address: Mapping[str, str]) -> Component:
    """Build the stage; `address` becomes the root's data attributes."""
    data: dict[str, Any] = {f"data-{name}": each for name, each in address.items()}
    data["data-words"] = json.dumps(_words(), ensure_ascii=False)
    return html.Div(
        id=ids.PLAYER,
        className="player",
        **data,
        children=[
            html.Div(
                id=ids.PLAYER_CANVAS,
                className="player-canvas",
                children=[
                    html.Div(id=ids.player_slot(number), className="slot")
                    for number in range(SLOTS)
                ],
            ),
            html.Div(_warm_up(), id=ids.PLAYER_WARM_UP, className="player-warm-up"),
            html.Div(id=ids.PLAYER_FRAME, className="player-frame", hidden=True),
            html.Div(id=ids.PLAYER_COVER, className="player-cover"),
        ],
    )


def _warm_up() -> Component:
    # Graph and map load their code when first mounted, which takes over a second: do it at joining.
    nothing = {"type": "FeatureCollection", "features": []}
    return html.Div(
        [
            dcc.Graph(
                id=ids.PLAYER_WARM_GRAPH,
                figure={"data": [], "layout": {"width": 60, "height": 60}},
                config={"staticPlot": True, "displayModeBar": False},
            ),
            dl.Map(
                dl.GeoJSON(data=nothing),
                id=ids.PLAYER_WARM_MAP,
                center=[21.03, 105.85],
                zoom=10,
                zoomControl=False,
                attributionControl=False,
            ),
        ]
    )


def _words() -> dict[str, dict[str, str]]:
    return {
        language: {name: text(f"player.{name}", language) for name in WORDS}
        for language in LANGUAGES
    }
