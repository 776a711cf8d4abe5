"""Transport aggregates: speeds by road link with level of service, and situations on the road."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from data_access.aggregates.aggregate import Aggregate, View, graded, later, text
from data_access.aggregates.items import both_languages, ranked_items
from data_access.contracts import CITY_AREA
from data_access.envelope import Item, Number, Payload, Status
from data_access.rollup import HOUR, HOUR_US
from data_access.store.snapshot import AREA

SPEED, SITUATIONS = "transport.speed", "transport.situations"
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
    by_link: dict[str, list[tuple[float, float]]] = defaultdict(list)
    speeds: list[float] = []
    for each in newest:
        if each.at_us < last_us - FRESH_US or each.suspect:
            continue
        speeds.append(each.value)
        attributes = places[each.entity].attributes if each.entity in places else {}
        free = attributes.get("free_flow_kmh")
        if attributes.get("link") and free:
            by_link[attributes["link"]].append((each.value, free))
    links = view.city.network.links
    scale = view.city.scales["los"]
    values: dict[str, dict[str, Any]] = {}
    for link, found in by_link.items():
        mean = sum(v for v, _ in found) / len(found)
        ratio = min(mean / (sum(f for _, f in found) / len(found)) * 100, 150.0)
        band = scale.band(ratio)
        values[link] = {
            "value": round(ratio, 1),
            "band": band.id if band else None,
            "speed": round(mean, 1),
            "label": text(*(2 * [links[link].name])) if link in links else None,
        }
    ranked = sorted(values, key=lambda link: (values[link]["value"], link))
    congested = sum(values[link]["value"] <= CONGESTED for link in values)
    share = round(congested / len(values) * 100, 1) if values else None
    mean_kmh = float(np.mean(speeds)) if speeds else None
    source: Any = {"dataset": SPEED, "indicator": "speed_kmh"}
    numbers: dict[str, Number] = {
        "mean_speed": {
            "label": text("Tốc độ trung bình", "Mean speed"),
            "value": None if mean_kmh is None else round(mean_kmh, 1),
            "unit": "km/h",
            "decimals": 0,
            "status": "normal",
            "better": "up",
            "previous": _week_ago(view, last_us),
            "previousLabel": text("cùng giờ tuần trước", "same hour last week"),
            "source": source | {"area": CITY_AREA},
        },
        "congested_share": {
            "label": text("Đoạn đường ùn tắc", "Congested links"),
            "value": share,
            "unit": "%",
            "decimals": 0,
            "better": "down",
            "status": graded(share, 10, 20, 35),
            "target": 10,
            "targetLabel": text("ngưỡng", "threshold"),
            "source": source | {"area": CITY_AREA},
        },
        "congested_links": {
            "label": text("Số đoạn ùn tắc", "Links congested"),
            "value": congested if values else None,
            "unit": "",
            "decimals": 0,
            "status": graded(share, 10, 20, 35),
            "better": "down",
            "note": text(f"trên {len(values)} đoạn", f"of {len(values)} links"),
            "source": source | {"area": CITY_AREA},
        },
    }
    entity_of = {
        p.attributes["link"]: p.entity for p in places.values() if p.attributes.get("link")
    }
    if ranked:
        worst = values[ranked[0]]
        numbers["worst_speed"] = {
            "label": text("Đoạn chậm nhất", "Slowest link"),
            "value": worst["speed"],
            "unit": "km/h",
            "decimals": 0,
            "better": "up",
            "status": LEVEL.get(worst["band"] or "", "normal"),
            "note": text(*(2 * [_name(view, ranked[0])])),
            "band": worst["band"] or "",
            "scale": "los",
            "source": source | {"entity": entity_of[ranked[0]]},
        }
    return {
        "numbers": numbers,
        "series": {"mean_speed": later(_day_of_speeds, view, last_us, mean_kmh)} if newest else {},
        "tables": {
            "worst_links": {
                "label": text("Đoạn đường chậm nhất", "Slowest links"),
                "columns": [
                    {"id": "name", "label": text("Đoạn đường", "Link"), "kind": "text"},
                    {
                        "id": "speed",
                        "label": text("Tốc độ", "Speed"),
                        "kind": "number",
                        "unit": "km/h",
                        "decimals": 0,
                    },
                    {
                        "id": "ratio",
                        "label": text("So thông thoáng", "Of free flow"),
                        "kind": "number",
                        "unit": "%",
                        "decimals": 0,
                    },
                    {"id": "los", "label": text("Mức", "Level"), "kind": "band", "scale": "los"},
                ],
                "rows": [
                    {
                        "name": _name(view, link),
                        "speed": values[link]["speed"],
                        "ratio": values[link]["value"],
                        "los": values[link]["band"],
                        "source": source | {"entity": entity_of[link]},
                    }
                    for link in ranked[:SHOWN]
                ],
                "total": len(ranked),
            }
        },
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


def _name(view: View, link: str) -> str:
    known = view.city.network.links.get(link)
    return known.name if known else link


def _week_ago(view: View, last_us: int) -> float | None:
    slot = last_us // HOUR_US - 168
    cells = view.snapshot.cells(
        SPEED, "speed_kmh", HOUR, (slot, slot), kind=AREA, names=[CITY_AREA]
    )
    return round(float(cells.mean[0]), 1) if len(cells) else None


def _day_of_speeds(view: View, last_us: int, now_kmh: float | None) -> Any:
    last = last_us // HOUR_US
    cells = view.snapshot.cells(
        SPEED, "speed_kmh", HOUR, (last - 192, last), kind=AREA, names=[CITY_AREA]
    )
    means = dict(zip(cells.slot.tolist(), cells.mean.tolist(), strict=True))
    hours = range(last - 24, last)
    today: list[list[float | None]] = [
        [view.glass_ms(SPEED, (hour + 1) * HOUR_US), _one(means.get(hour))] for hour in hours
    ]
    today.append([view.glass_ms(SPEED, last_us), _one(now_kmh)])
    week_ago: list[list[float | None]] = [
        [view.glass_ms(SPEED, (hour + 1) * HOUR_US), _one(means.get(hour - 168))]
        for hour in range(last - 24, last + 1)
    ]
    return {
        "label": text("Tốc độ trung bình 24 giờ", "Mean speed, 24 hours"),
        "unit": "km/h",
        "decimals": 0,
        "step": "hour",
        "lines": [
            {"id": "today", "label": text("hiện tại", "now"), "points": today},
            {"id": "week_ago", "label": text("tuần trước", "last week"), "points": week_ago},
        ],
        "source": {"dataset": SPEED, "indicator": "speed_kmh", "area": CITY_AREA},
    }


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
            "active": {
                "label": text("Tình huống trên đường", "Road situations"),
                "value": sum(item.get("actual", True) for item in items),
                "unit": "",
                "decimals": 0,
                "better": "down",
                "status": "normal",
                "source": {"dataset": SITUATIONS},
            }
        },
        "items": {"active": ranked_items(items)},
    }


AGGREGATES = (
    Aggregate(SPEED, (SPEED,), speed),
    Aggregate(SITUATIONS, (SITUATIONS,), situations),
)
