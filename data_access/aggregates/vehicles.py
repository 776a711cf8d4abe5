"""Buses where they are: each vehicle's last position, coloured by how late its trip is."""

from __future__ import annotations

from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.parts import NO_THRESHOLD, number
from data_access.aggregates.transit import MINUTE_S, TRANSIT
from data_access.envelope import POINTS, MapLayer, Payload, Source
from data_access.store.snapshot import Life

VEHICLES = "transport.vehicles"
LABELLED = 5
DECIMALS = 5  # of degrees, about 1 m


def vehicles(view: View) -> Payload:
    """Return the vehicles that were heard of within the life of a position."""
    heard = _under_way(view, VEHICLES)
    late_min = _late_min(view)
    placed = {life.base_id: life for life in heard if _at(life) is not None}
    known = {name: late_min.get(life.body.get("trip")) for name, life in placed.items()}
    late_from = view.city.limit(TRANSIT, "late_min").caution
    late = [
        name
        for name, minutes in known.items()
        if minutes is not None and late_from is not None and minutes > late_from
    ]
    source: Source = {"dataset": VEHICLES}
    untold = sum(minutes is None for minutes in known.values())
    is_told = late_from is not None and (untold < len(known) or not known)
    return {
        "numbers": {
            "vehicles": number(
                text("Xe buýt trên đường", "Buses on the road"),
                len(heard),
                "xe",
                note=text(f"{untold} xe không rõ trễ", f"{untold} of unknown delay"),
                source=source,
            ),
            "late": number(
                text("Xe đang trễ", "Buses running late"),
                len(late) if is_told else None,
                "xe",
                better="down",
                status="caution" if late else "normal",
                note=NO_THRESHOLD if late_from is None else None,
                source=source,
            ),
        },
        "maps": {"vehicles": _map(view, placed, known)},
    }


def _under_way(view: View, dataset: str) -> list[Life]:
    if not view.is_fed(dataset):
        return []
    now_us = view.track_us(dataset)
    lives = view.snapshot.lives(dataset, statuses=["open"], active_us=now_us, bodies=True)
    return [life for life in lives if life.opened_us <= now_us]


def _late_min(view: View) -> dict[Any, float]:
    """Return by how many minutes trips are late, as far as that is told."""
    return {
        life.body.get("trip"): delay / MINUTE_S
        for life in _under_way(view, TRANSIT)
        if isinstance(delay := life.body.get("delay_s"), int | float)
    }


def _at(life: Life) -> list[float] | None:
    """Return latitude and longitude of a position."""
    if life.geometry is None or life.geometry.get("type") != "Point":
        return None
    lon, lat = life.geometry["coordinates"]
    return [round(lat, DECIMALS), round(lon, DECIMALS)]


def _map(view: View, placed: dict[str, Life], late_min: dict[str, float | None]) -> MapLayer:
    scale = view.city.scales["lateness"]
    values: dict[str, dict[str, Any]] = {}
    for name in sorted(placed):
        minutes = late_min[name]
        if minutes is None:
            continue
        band = scale.band(max(0.0, minutes))  # early is on time
        route = str(placed[name].body.get("route") or name)
        values[name] = {
            "value": round(minutes),
            "band": band.id if band else None,
            "label": text(route, route),
        }
    ranked = sorted(values, key=lambda name: (-values[name]["value"], name))
    return {
        "label": text("Xe buýt theo độ trễ", "Buses by delay"),
        "layer": POINTS,
        "points": {name: _at(placed[name]) or [] for name in sorted(placed)},
        "unit": "phút",
        "decimals": 0,
        "scale": "lateness",
        "values": values,
        "worst": [name for name in ranked if values[name]["value"] > 0][:LABELLED],
    }


AGGREGATES = (Aggregate(VEHICLES, (VEHICLES, TRANSIT), vehicles, optional=(TRANSIT,)),)
