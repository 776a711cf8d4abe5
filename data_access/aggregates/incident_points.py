"""Incidents, fires and accidents where and when they happened, for the police's compartment alone.

Others see `security.order`. Hot spots here are places: squares of some 300 m with several events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.items import ranked_items
from data_access.aggregates.parts import (
    LABELLED,
    NO_THRESHOLD,
    UNIT,
    column,
    number,
    point_of,
    table,
    unit_title,
    words,
)
from data_access.aggregates.public_order import ACCIDENTS, DATASETS, FIRES, INCIDENTS, NAMES
from data_access.envelope import POINTS, Item, MapLayer, Payload, Status, Text
from data_access.rollup import DAY_US, HOUR_US
from data_access.store.snapshot import Life

EVENTS = "security.points"
BANDS = {INCIDENTS: "order", FIRES: "fire", ACCIDENTS: "accident"}
GRAVE: dict[str, Status] = {
    "fatal": "critical", "robbery": "warning", "Fire": "warning", "serious": "warning",
    "fight": "caution", "disturbance": "caution", "Rescue": "caution", "light": "caution",
}  # fmt: skip
DRAWN = 250  # the newest
CELL_DEGREES = 0.003  # of latitude and longitude: about 330 m by 310 m
WEEK_US = 7 * DAY_US
LATELY_H = 24  # what is over is listed for so long
Found = list[tuple[str, Life]]  # dataset, record


def points(view: View) -> Payload:
    """Return what goes on and what happened lately, each at its place, and where much happens."""
    found = [pair for name in DATASETS if view.is_fed(name) for pair in _week(view, name)]
    if not any(view.is_fed(name) for name in DATASETS):
        return {}
    found.sort(key=lambda pair: (-view.glass_ms(pair[0], pair[1].opened_us), pair[1].base_id))
    going = [pair for pair in found if _goes_on(view, *pair)]
    day = [
        (name, life)
        for name, life in found
        if life.opened_us > view.track_us(name) - LATELY_H * HOUR_US
    ]
    cells = _cells(view, found)
    is_told = view.city.limit(EVENTS, "cell").is_set
    fed = next(name for name in DATASETS if view.is_fed(name))
    return {
        "numbers": {
            "active": number(
                text("Vụ việc đang xử lý", "Incidents going on"),
                len(going),
                "vụ",
                better="down",
                note=text(f"{len(day)} vụ trong 24 giờ", f"{len(day)} in 24 hours"),
                source={"dataset": fed, "statuses": ["open"]},
            ),
            "hot": number(
                text("Điểm nóng", "Hot spots"),
                len(cells) if is_told else None,
                "điểm",
                better="down",
                status="caution" if cells else "normal",
                note=text("ô 300 m, 7 ngày", "squares of 300 m, 7 days")
                if is_told
                else NO_THRESHOLD,
                source={"dataset": fed},
            ),
        },
        "items": {"active": ranked_items([_item(view, *pair) for pair in going])},
        "tables": {"hot": _hot(view, cells)},
        "maps": {"points": _map(view, found)},
    }


def _week(view: View, dataset: str) -> Found:
    now_us = view.track_us(dataset)
    return [
        (dataset, life)
        for life in view.snapshot.lives(dataset, since_us=now_us - WEEK_US, bodies=True)
        if now_us - WEEK_US < life.opened_us <= now_us
        and life.status not in ("replaced", "cancelled")
        and life.body.get("actual", True)
    ]


def _goes_on(view: View, dataset: str, life: Life) -> bool:
    now_us = view.track_us(dataset)
    over = life.ended_us is not None and life.ended_us <= now_us
    return life.status == "open" and not over


def _item(view: View, dataset: str, life: Life) -> Item:
    place = _place(life)
    made: Item = {
        "id": life.base_id,
        "title": _kind(view, dataset, life),
        "kind": NAMES[dataset],
        "severity": GRAVE.get(life.category, "information"),
        "atMs": view.glass_ms(dataset, life.opened_us),
        "area": life.area,
        "place": text(place, place),
        "source": {"dataset": dataset, "entity": life.base_id},
    }
    return made


def _kind(view: View, dataset: str, life: Life) -> Text:
    known = view.city.datasets[dataset].categories
    return known.get(life.category) or text(life.category, life.category)


def _place(life: Life) -> str:
    named = life.body.get("place") or ", ".join(map(str, life.body.get("area_names") or []))
    return str(named or "")


def _cells(view: View, found: Found) -> dict[tuple[int, int], Found]:
    """Return the squares with as many events as a hot spot has, the most first."""
    least = view.city.limit(EVENTS, "cell").caution
    cells: dict[tuple[int, int], Found] = defaultdict(list)
    for dataset, life in found:
        if life.geometry is not None:
            lat, lon = point_of(life.geometry)
            cells[int(lat // CELL_DEGREES), int(lon // CELL_DEGREES)].append((dataset, life))
    many = {at: pairs for at, pairs in cells.items() if least is not None and len(pairs) >= least}
    return dict(sorted(many.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def _hot(view: View, cells: Mapping[tuple[int, int], Found]) -> Any:
    rows = []
    for pairs in cells.values():
        newest = pairs[0][1]
        kinds: dict[str, int] = defaultdict(int)
        for dataset, _ in pairs:
            kinds[dataset] += 1
        rows.append(
            {
                "name": unit_title(view, newest.area or ""),
                "place": _place(newest),
                "week": len(pairs),
                **{BANDS[name]: kinds[name] for name in DATASETS},
            }
        )
    columns = [
        words("place", text("Gần", "Near")),
        UNIT,
        column("week", text("7 ngày", "7 days"), "vụ"),
        *(column(BANDS[name], NAMES[name]) for name in DATASETS),
    ]
    return table(text("Điểm nóng, 7 ngày", "Hot spots, 7 days"), columns, rows)


def _map(view: View, found: Found) -> MapLayer:
    drawn = [pair for pair in found if pair[1].geometry is not None][:DRAWN]
    named = [pair for pair in drawn if _goes_on(view, *pair)][:LABELLED]
    values: dict[str, dict[str, Any]] = {
        life.base_id: {"value": None, "band": BANDS[dataset]} for dataset, life in drawn
    }
    for dataset, life in named:
        values[life.base_id]["label"] = _kind(view, dataset, life)
    return {
        "label": text("Vụ việc theo vị trí, 7 ngày", "Incidents by place, 7 days"),
        "layer": POINTS,
        "unit": "",
        "decimals": 0,
        "scale": "incident",
        "values": values,
        "points": {
            life.base_id: point_of(life.geometry) for _, life in drawn if life.geometry is not None
        },
        "worst": [life.base_id for _, life in named],
    }


AGGREGATES = (
    Aggregate(
        EVENTS,
        DATASETS,
        points,
        label=text("Vụ việc tại chỗ", "Incidents by place"),
        optional=DATASETS,
    ),
)
