"""Transport aggregates: speeds by road link with level of service, and situations on the road."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data_access.aggregates.aggregate import Aggregate, View, later, text
from data_access.aggregates.items import both_languages, ranked_items
from data_access.aggregates.parts import (
    Points,
    column,
    line,
    number,
    series,
    table,
    words,
)
from data_access.contracts import CITY_AREA
from data_access.envelope import Item, Number, Payload, Series, Status, Table
from data_access.rollup import HOUR, HOUR_US
from data_access.store.snapshot import AREA, Newest, Place

SPEED, SITUATIONS = "transport.speed", "transport.situations"
SOURCE: Any = {"dataset": SPEED, "indicator": "speed_kmh"}
FRESH_US = 1_800_000_000  # a detector silent for longer says nothing about its link
CONGESTED = 40.0  # per cent of free flow: level of service E or F
SHOWN, LABELLED = 12, 12
SITUATION = text("Tình huống", "Situation")
LEVEL: dict[str, Status] = {"D": "caution", "E": "warning", "F": "critical"}
SEVERITIES: dict[str, Status] = {
    "highest": "critical",
    "high": "warning",
    "medium": "caution",
    "low": "information",
}


def speed(view: View) -> Payload:
    """Return speeds of links against their free flow, the worst of them, and the city's mean."""
    newest = view.snapshot.newest(SPEED, "speed_kmh")
    places = view.snapshot.places(SPEED)
    last_us = max((each.at_us for each in newest), default=0)
    heard = [each for each in newest if each.at_us >= last_us - FRESH_US and not each.suspect]
    mean_kmh = float(np.mean([each.value for each in heard])) if heard else None
    values = _links(view, heard, places)
    ranked = sorted(values, key=lambda link: (values[link]["value"], link))
    sources = {
        place.attributes["link"]: SOURCE | {"entity": place.entity}
        for place in places.values()
        if place.attributes.get("link")
    }
    numbers: dict[str, Number] = {
        "mean_speed": number(
            text("Tốc độ trung bình", "Mean speed"),
            _one(mean_kmh),
            "km/h",
            better="up",
            previous=_week_ago(view, last_us),
            previousLabel=text("cùng giờ tuần trước", "same hour last week"),
            source=SOURCE | {"area": CITY_AREA},
        ),
        **_congested(view, values),
    }
    if ranked:
        numbers["worst_speed"] = _slowest(view, ranked[0], values, sources)
    return {
        "numbers": numbers,
        "series": {"mean_speed": later(_day_of_speeds, view, last_us, mean_kmh)} if newest else {},
        "tables": {"worst_links": _worst(view, ranked, values, sources)},
        "maps": {
            "links": {
                "label": text("Tốc độ trên các tuyến chính", "Speed on main roads"),
                "layer": "links",
                "unit": "%",
                "decimals": 0,
                "scale": "los",
                "values": values,
                "worst": ranked[:LABELLED],
            }
        },
    }


def _links(
    view: View, heard: Sequence[Newest], places: Mapping[str, Place]
) -> dict[str, dict[str, Any]]:
    """Return of each link with a detector that was heard: its share of free flow, level, speed."""
    by_link: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for each in heard:
        attributes = places[each.entity].attributes if each.entity in places else {}
        free = attributes.get("free_flow_kmh")
        if attributes.get("link") and free:
            by_link[attributes["link"]].append((each.value, free))
    known, scale = view.city.network.links, view.city.scales["los"]
    values: dict[str, dict[str, Any]] = {}
    for link, found in by_link.items():
        mean = sum(v for v, _ in found) / len(found)
        ratio = min(mean / (sum(f for _, f in found) / len(found)) * 100, 150.0)
        band = scale.band(ratio)
        values[link] = {
            "value": round(ratio, 1),
            "band": band.id if band else None,
            "speed": round(mean, 1),
            "label": text(known[link].name, known[link].name) if link in known else None,
        }
    return values


def _congested(view: View, values: Mapping[str, Mapping[str, Any]]) -> dict[str, Number]:
    congested = sum(each["value"] <= CONGESTED for each in values.values())
    share = round(congested / len(values) * 100, 1) if values else None
    limit = view.city.limit(SPEED, "congested_share")
    source = SOURCE | {"area": CITY_AREA}
    return {
        "congested_share": number(
            text("Đoạn đường ùn tắc", "Congested links"),
            share,
            "%",
            limit=limit,
            better="down",
            source=source,
        ),
        "congested_links": number(
            text("Số đoạn ùn tắc", "Links congested"),
            congested if values else None,
            status=limit.grade(share),
            better="down",
            note=text(f"trên {len(values)} đoạn", f"of {len(values)} links"),
            source=source,
        ),
    }


def _slowest(
    view: View, link: str, values: Mapping[str, Mapping[str, Any]], sources: Mapping[str, Any]
) -> Number:
    worst, name = values[link], _name(view, link)
    return number(
        text("Đoạn chậm nhất", "Slowest link"),
        worst["speed"],
        "km/h",
        status=LEVEL.get(worst["band"] or "", "normal"),
        better="up",
        note=text(name, name),
        band=worst["band"] or "",
        scale="los",
        source=sources[link],
    )


def _worst(
    view: View,
    ranked: Sequence[str],
    values: Mapping[str, Mapping[str, Any]],
    sources: Mapping[str, Any],
) -> Table:
    columns = [
        words("name", text("Đoạn đường", "Link")),
        column("speed", text("Tốc độ", "Speed"), "km/h"),
        column("ratio", text("So thông thoáng", "Of free flow"), "%"),
        column("los", text("Mức", "Level"), kind="band", scale="los"),
    ]
    rows = [
        {
            "name": _name(view, link),
            "speed": values[link]["speed"],
            "ratio": values[link]["value"],
            "los": values[link]["band"],
            "source": sources[link],
        }
        for link in ranked[:SHOWN]
    ]
    return table(text("Đoạn đường chậm nhất", "Slowest links"), columns, rows, total=len(ranked))


def _name(view: View, link: str) -> str:
    known = view.city.network.links.get(link)
    return known.name if known else link


def _week_ago(view: View, last_us: int) -> float | None:
    slot = last_us // HOUR_US - 168
    cells = view.snapshot.cells(
        SPEED, "speed_kmh", HOUR, (slot, slot), kind=AREA, names=[CITY_AREA]
    )
    return round(float(cells.mean[0]), 1) if len(cells) else None


def _day_of_speeds(view: View, last_us: int, now_kmh: float | None) -> Series:
    last = last_us // HOUR_US
    cells = view.snapshot.cells(
        SPEED, "speed_kmh", HOUR, (last - 192, last), kind=AREA, names=[CITY_AREA]
    )
    means = dict(zip(cells.slot.tolist(), cells.mean.tolist(), strict=True))
    hours = range(last - 24, last)
    today: Points = [
        [view.glass_ms(SPEED, (hour + 1) * HOUR_US), _one(means.get(hour))] for hour in hours
    ]
    today.append([view.glass_ms(SPEED, last_us), _one(now_kmh)])
    week_ago: Points = [
        [view.glass_ms(SPEED, (hour + 1) * HOUR_US), _one(means.get(hour - 168))]
        for hour in range(last - 24, last + 1)
    ]
    return series(
        text("Tốc độ trung bình 24 giờ", "Mean speed, 24 hours"),
        "km/h",
        [
            line("today", text("hiện tại", "now"), today),
            line("week_ago", text("tuần trước", "last week"), week_ago),
        ],
        step="hour",
        source=SOURCE | {"area": CITY_AREA},
    )


def _one(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 1)


def situations(view: View) -> Payload:
    """Return situations in force on the roads, the gravest first."""
    now_us = view.track_us(SITUATIONS)
    lives = view.snapshot.lives(SITUATIONS, statuses=["open"], active_us=now_us, bodies=True)
    items: list[Item] = []
    for life in lives:
        if life.opened_us > now_us:
            continue
        unit = view.city.areas.get(life.area or "")
        place = str(life.body.get("place") or "")
        items.append(
            {
                "id": life.base_id,
                "title": both_languages(life.body.get("title") or SITUATION),
                "detail": both_languages(life.body.get("comment")),
                "kind": text("Giao thông", "Transport"),
                "severity": SEVERITIES.get(str(life.body.get("severity")), "information"),
                "atMs": view.glass_ms(SITUATIONS, life.opened_us),
                "untilMs": None
                if life.ended_us is None
                else view.glass_ms(SITUATIONS, life.ended_us),
                "area": life.area,
                "place": text(place, place) if place or unit is None else unit.title,
                "actual": bool(life.body.get("actual", True)),
                "source": {"dataset": SITUATIONS, "entity": life.base_id},
            }
        )
    return {
        "numbers": {
            "active": number(
                text("Tình huống trên đường", "Road situations"),
                sum(item.get("actual", True) for item in items),
                better="down",
                source={"dataset": SITUATIONS},
            )
        },
        "items": {"active": ranked_items(items)},
    }


AGGREGATES = (
    Aggregate(SPEED, (SPEED,), speed),
    Aggregate(SITUATIONS, (SITUATIONS,), situations),
)
