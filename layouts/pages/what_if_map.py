"""The map of the page of what-ifs: everything that can be picked, large enough for a finger.

Our own layers over the city's land, no tile server. What is drawn and what is touched are two
layers of the same places: the second is as wide as a finger and not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

from language import pick
from layouts import ids
from layouts.pages.what_if_draft import Draft, Options

SHAPES = {
    "links": "line",
    "junctions": "circle",
    "areas": "hexagon",
    "stations": "triangle",
    "conduits": "line",
    "lakes": "square",
    "gates": "diamond",
}
MARGIN_DEGREES = 0.004
OFF = (
    "attributionControl", "doubleClickZoom", "boxZoom", "keyboard", "zoomAnimation",
    "fadeAnimation", "markerZoomAnimation", "inertia",
)  # fmt: skip


def pick_map(
    draft: Draft, options: Options, lists: Sequence[str], *, land_url: str | None, language: str
) -> Component:
    """Return the map with the features of `lists`; a tap is `clickData` of `WHAT_IF_TOUCH`."""
    features = [each for listed in lists for each in features_of(listed, options, language)]
    data = {"type": "FeatureCollection", "features": features}
    shared: dict[str, Any] = {
        "data": data,
        "hideout": marks(draft),
        "style": {"variable": "iocPick.style"},
        "pointToLayer": {"variable": "iocPick.point"},
    }
    ground: list[Component] = []
    if land_url is not None:
        ground.append(
            dl.GeoJSON(
                url=land_url,
                style={"variable": "iocMaps.land"},
                interactive=False,
                pane="tilePane",
            )
        )
    seen = dl.GeoJSON(id=ids.WHAT_IF_SEEN, interactive=False, **shared)
    shared["hideout"] = {**marks(draft), "isTouched": True}
    touched = dl.GeoJSON(id=ids.WHAT_IF_TOUCH, **shared)
    return html.Div(
        dl.MapContainer(
            [*ground, seen, touched],
            id=ids.WHAT_IF_MAP,
            bounds=bounds_of(features),
            boundsOptions={"animate": False},
            zoomSnap=0,
            zoomControl=True,
            trackViewport=False,
            style={"width": "100%", "height": "100%"},
            **dict.fromkeys(OFF, False),
        ),
        className="wi-map",
    )


def marks(draft: Draft) -> dict[str, Any]:
    """Return what the drawing functions need: what is picked, what is chosen already."""
    return {
        "picked": f"{draft.listed}/{draft.target}" if draft.target else None,
        "chosen": [each.target for each in draft.chosen],
    }


def features_of(listed: str, options: Options, language: str) -> Iterator[dict[str, Any]]:
    """Return the options of a list as features: `places` are a line's, `lat` and `lon` a point's.

    Places are lat, lon there and lon, lat here, as GeoJSON has it.
    """
    for option in options.get(listed, ()):
        places = option.get("places")
        if not places and option.get("lat") is None:
            continue  # of an imported model that does not say where it lies
        if places:
            geometry: Mapping[str, Any] = {
                "type": "LineString",
                "coordinates": [[lon, lat] for lat, lon in places],
            }
        else:
            at = [option["lon"], option["lat"]]
            geometry = {"type": "Point", "coordinates": at}
        properties = {
            "id": f"{listed}/{option['id']}",
            "target": option["id"],
            "list": listed,
            "shape": SHAPES[listed],
            "name": pick(option["name"], language),
        }
        yield {"type": "Feature", "properties": properties, "geometry": geometry}


def bounds_of(features: Sequence[Mapping[str, Any]]) -> list[list[float]] | None:
    """Return [[south, west], [north, east]] around features, with some air; None around none."""
    points = [point for each in features for point in _points(each["geometry"])]
    if not points:
        return None
    lons, lats = zip(*points, strict=True)
    air = MARGIN_DEGREES
    return [[min(lats) - air, min(lons) - air], [max(lats) + air, max(lons) + air]]


def _points(geometry: Mapping[str, Any]) -> list[list[float]]:
    found = geometry["coordinates"]
    return [found] if geometry["type"] == "Point" else list(found)
