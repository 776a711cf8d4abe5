"""Traffic as cameras count and see it: flows, speeds, queues; events, and how sure they are.

What a camera is not sure of is shown and marked, counts for no figure, and never alarms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from statistics import mean
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.items import ranked_items
from data_access.aggregates.parts import (
    LABELLED,
    Points,
    column,
    line,
    number,
    point_of,
    series,
    table,
    words,
)
from data_access.contracts import CITY_AREA
from data_access.envelope import POINTS, Item, MapLayer, Payload, Series, Source, Status, Text
from data_access.rollup import HOUR, HOUR_US
from data_access.store.snapshot import AREA, Life

CAMERAS, EVENTS = "transport.cameras", "transport.camera_events"
MS = 1000  # µs
FRESH_US = 2_700_000_000  # a camera silent for longer says nothing
AHEAD_US = 300_000_000  # by which a camera's clock may be ahead of ours
WEEK_H = 168
UNSURE = text("độ tin cậy thấp", "low confidence")
WRONG_CLOCK = text("giờ camera sai", "camera's clock is wrong")
GRAVE: dict[str, Status] = {
    "crash": "warning",
    "flood": "warning",
    "wrong_way": "caution",
    "crowd": "caution",
    "stopped": "caution",
}


def cameras(view: View) -> Payload:
    """Return what each camera counts, the longest queue, and the day's flow."""
    found = _newest(view)
    if not found:
        return {}
    last_us = max(each["at_us"] for each in found.values())
    limit = view.city.limit(CAMERAS, "confidence")
    for each in found.values():
        each["unsure"] = limit.grade(each.get("confidence")) != "normal"
    sure = {name: each for name, each in found.items() if not each["unsure"]}
    queues = {name: each["queue_m"] for name, each in sure.items() if "queue_m" in each}
    longest = max(queues, key=lambda name: queues[name], default=None)
    speeds = [each["camera_kmh"] for each in sure.values() if "camera_kmh" in each]
    flows = [each["vehicles_h"] for each in sure.values() if "vehicles_h" in each]
    source: Source = {"dataset": CAMERAS, "indicator": "vehicles_h"}
    queue = None if longest is None else queues[longest]
    known = view.snapshot.places(CAMERAS)
    names = {name: known[name].name if name in known else name for name in found}
    return {
        "numbers": {
            "queue": number(
                text("Hàng chờ dài nhất", "Longest queue"),
                queue,
                "m",
                limit=view.city.limit(CAMERAS, "queue_m"),
                better="down",
                note=None if longest is None else text(names[longest], names[longest]),
                source=source | {"indicator": "queue_m"},
            ),
            "flow": number(
                text("Lưu lượng trung bình một nút", "Mean flow of a junction"),
                round(mean(flows)) if flows else None,
                "xe/giờ",
                source=source | {"area": CITY_AREA},
            ),
            "speed": number(
                text("Vận tốc qua nút", "Speed at junctions"),
                round(mean(speeds), 1) if speeds else None,
                "km/h",
                better="up",
                source=source | {"indicator": "camera_kmh", "area": CITY_AREA},
            ),
            "unsure": number(
                text("Camera nhận dạng kém", "Cameras seeing badly"),
                len(found) - len(sure),
                "camera",
                better="down",
                status="caution" if len(sure) < len(found) else "normal",
                note=text(f"trên {len(found)} camera", f"of {len(found)} cameras"),
                source=source | {"indicator": "confidence"},
            ),
        },
        "series": {"flow": _course(view, last_us)},
        "tables": {"cameras": _table(found, names)},
        "maps": {"cameras": _map(view, found, names)},
    }


def _newest(view: View) -> dict[str, dict[str, Any]]:
    """Return the newest figures of every camera, those left out that it has not told lately."""
    told = [
        (indicator, each)
        for indicator in view.city.datasets[CAMERAS].indicators
        for each in view.snapshot.newest(CAMERAS, indicator)
    ]
    last_us = max((each.at_us for _, each in told), default=0)
    found: dict[str, dict[str, Any]] = {}
    for indicator, each in told:
        if each.at_us >= last_us - FRESH_US:
            camera = found.setdefault(each.entity, {"at_us": 0})
            camera["at_us"] = max(camera["at_us"], each.at_us)
            camera[indicator] = each.value
    return found


def _table(found: dict[str, dict[str, Any]], names: dict[str, str]) -> Any:
    ranked = sorted(found, key=lambda name: (-found[name].get("queue_m", 0.0), name))
    rows = [
        {
            "name": names[name],
            "queue": found[name].get("queue_m"),
            "flow": found[name].get("vehicles_h"),
            "speed": found[name].get("camera_kmh"),
            "confidence": found[name].get("confidence"),
            "suspect": found[name]["unsure"],
            "doubt": UNSURE,
            "source": {"dataset": CAMERAS, "entity": name},
        }
        for name in ranked
    ]
    columns = [
        words("name", text("Nút giao", "Junction")),
        column("queue", text("Hàng chờ", "Queue"), "m"),
        column("flow", text("Lưu lượng", "Flow"), "xe/giờ"),
        column("speed", text("Vận tốc", "Speed"), "km/h"),
        column("confidence", text("Tin cậy", "Confidence"), "%"),
    ]
    return table(text("Camera đếm xe", "Counting cameras"), columns, rows)


def _map(view: View, found: dict[str, dict[str, Any]], names: dict[str, str]) -> MapLayer:
    scale = view.city.scales["queue"]
    values = {}
    for name, each in sorted(found.items()):
        queue = None if each["unsure"] else each.get("queue_m")
        band = scale.band(queue)
        if queue is not None:
            values[name] = {
                "value": queue,
                "band": band.id if band else None,
                "label": text(names[name], names[name]),
            }
    ranked = sorted(values, key=lambda name: (-values[name]["value"], name))
    return {
        "label": text("Hàng chờ tại nút giao", "Queues at junctions"),
        "layer": "cameras",
        "unit": "m",
        "decimals": 0,
        "scale": "queue",
        "values": values,
        "worst": [name for name in ranked if values[name]["value"]][:LABELLED],
    }


def _course(view: View, last_us: int) -> Series:
    last = last_us // HOUR_US
    cells = view.snapshot.cells(
        CAMERAS, "vehicles_h", HOUR, (last - WEEK_H - 24, last), kind=AREA, names=[CITY_AREA]
    )
    means = dict(zip(cells.slot.tolist(), cells.mean.tolist(), strict=True))

    def points(shift: int, until: int) -> Points:
        return [
            [
                view.glass_ms(CAMERAS, hour * HOUR_US),
                round(means[hour - shift]) if hour - shift in means else None,
            ]
            for hour in range(last - 24, until)
        ]

    return series(
        text("Lưu lượng trung bình 24 giờ", "Mean flow, 24 hours"),
        "xe/giờ",
        [
            line("today", text("hiện tại", "now"), points(0, last)),
            line("week_ago", text("tuần trước", "last week"), points(WEEK_H, last)),
        ],
        step="hour",
        source={"dataset": CAMERAS, "indicator": "vehicles_h", "area": CITY_AREA},
    )


def events(view: View) -> Payload:
    """Return what cameras see now, surest first of what is equally grave; by sort in a day.

    What one camera tells again of one kind is one event. One that no camera ended, and of which
    none has told for as long as its dataset is fresh, is over: a lost message ends nothing. What a
    camera tells of a time that is yet to come is seen at once, and marked: its clock is wrong.
    """
    now_us = view.track_us(EVENTS)
    kinds = view.city.datasets[EVENTS].categories
    told, lost = _told_now(view, now_us)
    items: list[Item] = []
    seen: dict[str, Life] = {}
    bands: dict[str, str] = {}
    unsure = 0
    for lives in told.values():
        life, doubt = _spokesman(view, lives, now_us)
        is_sure = doubt is None
        unsure += not is_sure
        place = str(life.body.get("place") or life.body.get("camera") or "")
        seen[life.base_id] = life
        bands[life.base_id] = _band(life.category, is_sure=is_sure)
        items.append(
            {
                "id": life.base_id,
                "title": _title(kinds.get(life.category), life.category, doubt),
                "detail": _told(_share(life), len(lives)),
                "kind": text("Camera", "Camera"),
                "severity": GRAVE.get(life.category, "information") if is_sure else "information",
                "atMs": view.glass_ms(EVENTS, min(life.opened_us, now_us)),
                "area": life.area,
                "place": text(place, place),
                "source": {"dataset": EVENTS, "entity": life.base_id},
            }
        )
    return {
        "numbers": {
            "active": number(
                text("Sự kiện camera đang diễn ra", "Events on camera now"),
                len(items),
                better="down",
                note=_note(unsure, lost),
                source={"dataset": EVENTS},
            )
        },
        "items": {"active": (ranked := ranked_items(items))},
        "tables": {"kinds": _kinds(view, now_us)},
        "maps": {"events": _marked(ranked, seen, bands)},
    }


def _told_now(view: View, now_us: int) -> tuple[dict[tuple[str, str], list[Life]], int]:
    """Return what is open by camera and kind, the oldest first, and how many were left open."""
    fresh_us = now_us - int(view.city.datasets[EVENTS].stale_after_ms * MS)
    found: dict[tuple[str, str], list[Life]] = defaultdict(list)
    lost = 0
    for life in view.snapshot.lives(EVENTS, statuses=["open"], active_us=now_us, bodies=True):
        if life.ended_us is None and max(life.opened_us, life.reported_us) < fresh_us:
            lost += 1
            continue
        camera = str(life.body.get("camera") or life.base_id)
        found[camera, life.category].append(life)
    for lives in found.values():
        lives.sort(key=lambda each: (each.opened_us, each.base_id))
    return found, lost


def _spokesman(view: View, lives: list[Life], now_us: int) -> tuple[Life, Text | None]:
    """Return the first that a camera was sure of, else the first, and why it is doubted."""
    limit = view.city.limit(EVENTS, "confidence")

    def doubt(life: Life) -> Text | None:
        share = _share(life)
        if share is None or limit.grade(share) != "normal":
            return UNSURE
        return WRONG_CLOCK if life.opened_us > now_us + AHEAD_US else None

    doubts = [doubt(life) for life in lives]
    at = doubts.index(None) if None in doubts else 0
    return lives[at], doubts[at]


def _share(life: Life) -> int | None:
    confidence = life.body.get("confidence")
    return round(confidence * 100) if isinstance(confidence, int | float) else None


def _note(unsure: int, lost: int) -> Text:
    note = text(f"{unsure} chưa chắc", f"{unsure} in doubt")
    if not lost:
        return note
    return text(
        f"{note['vi']} · {lost} không báo kết thúc, không tính",
        f"{note['en']} · {lost} never ended, not counted",
    )


def _band(category: str, *, is_sure: bool) -> str:
    """Return how an event is marked on the map: what a camera is not sure of stands apart."""
    if not is_sure:
        return "unsure"
    return "grave" if GRAVE.get(category) == "warning" else "seen"


def _marked(items: list[Item], seen: Mapping[str, Life], bands: Mapping[str, str]) -> MapLayer:
    """Return a marker where each event is, the gravest named."""
    placed = {
        item["id"]: point_of(geometry)
        for item in items
        if (geometry := seen[item["id"]].geometry) is not None
    }
    values: dict[str, dict[str, Any]] = {
        item["id"]: {"value": None, "band": bands[item["id"]], "label": item["title"]}
        for item in items
        if item["id"] in placed
    }
    return {
        "label": text("Sự kiện camera theo vị trí", "Events on camera by place"),
        "layer": POINTS,
        "unit": "",
        "decimals": 0,
        "scale": "camera_event",
        "values": values,
        "points": placed,
        "worst": [*placed][:LABELLED],
    }


def _title(known: Text | None, category: str, doubt: Text | None) -> Text:
    title = known if known is not None else text(category, category)
    if doubt is None:
        return title
    return text(f"{title['vi']} ({doubt['vi']})", f"{title['en']} ({doubt['en']})")


def _told(share: int | None, times: int) -> Text:
    again = text(f" · báo {times} lần", f" · told {times} times") if times > 1 else text("", "")
    if share is None:
        return text(f"không rõ độ tin cậy{again['vi']}", f"confidence not said{again['en']}")
    return text(f"độ tin cậy {share}%{again['vi']}", f"confidence {share}%{again['en']}")


def _kinds(view: View, now_us: int) -> Any:
    day = [
        life
        for life in view.snapshot.lives(EVENTS, since_us=now_us - 24 * HOUR_US)
        if life.opened_us > now_us - 24 * HOUR_US
    ]
    known = view.city.datasets[EVENTS].categories
    counts = {kind: sum(life.category == kind for life in day) for kind in known}
    rows = [
        {
            "name": known[kind],
            "events": counts[kind],
            "source": {"dataset": EVENTS, "categories": [kind]},
        }
        for kind in sorted(counts, key=lambda kind: -counts[kind])
    ]
    columns = [
        words("name", text("Loại sự kiện", "Kind")),
        column("events", text("24 giờ", "24 hours")),
    ]
    return table(text("Sự kiện camera, 24 giờ", "Events on camera, 24 hours"), columns, rows)


AGGREGATES = (
    Aggregate(CAMERAS, (CAMERAS,), cameras),
    Aggregate(EVENTS, (EVENTS,), events),
)
