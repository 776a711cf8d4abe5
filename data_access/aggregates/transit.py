"""Public transport: trips under way, how late they are at their next stop, which are late."""

from __future__ import annotations

from collections import defaultdict
from statistics import mean
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.parts import NO_THRESHOLD, column, number, table, words
from data_access.envelope import Payload, Source
from data_access.store.snapshot import Life

TRANSIT = "transport.transit"
MINUTE_S = 60


def transit(view: View) -> Payload:
    """Return the trips that are under way: late ones first, and by line."""
    now_us = view.track_us(TRANSIT)
    lives = [
        life
        for life in view.snapshot.lives(TRANSIT, active_us=now_us, bodies=True)
        if life.opened_us <= now_us
    ]
    running = [life for life in lives if life.status == "open"]
    cancelled = len(lives) - len(running)
    late_from = view.city.limit(TRANSIT, "late_min").caution
    told = [(life, minutes) for life in running if (minutes := _minutes(life)) is not None]
    late = [
        (life, minutes) for life, minutes in told if late_from is not None and minutes > late_from
    ]
    late.sort(key=lambda pair: (-pair[1], pair[0].base_id))
    is_told = bool(told) and late_from is not None
    on_time = round((len(told) - len(late)) / len(told) * 100, 1) if is_told else None
    source: Source = {"dataset": TRANSIT}
    nobody = None if told else text("không có chuyến nào", "no trip under way")
    untold = NO_THRESHOLD if late_from is None else None
    return {
        "numbers": {
            "running": number(
                text("Chuyến buýt đang chạy", "Bus trips under way"),
                len(running),
                "chuyến",
                note=text(f"{cancelled} chuyến hủy", f"{cancelled} cancelled"),
                source=source,
            ),
            "late": number(
                text("Chuyến trễ", "Late trips")
                if late_from is None
                else text(
                    f"Chuyến trễ trên {late_from:g} phút", f"Trips over {late_from:g} min late"
                ),
                None if late_from is None else len(late),
                "chuyến",
                better="down",
                status="caution" if late else "normal",
                note=untold,
                source=source | {"statuses": ["open"]},
            ),
            "on_time": number(
                text("Chuyến đúng giờ", "Trips on time"),
                on_time,
                "%",
                1,
                limit=view.city.limit(TRANSIT, "on_time"),
                better="up",
                note=untold or nobody,
                source=source | {"statuses": ["open"]},
            ),
        },
        "tables": {"late": _late(late), "lines": _lines(told)},
    }


def _minutes(life: Life) -> float | None:
    delay = life.body.get("delay_s")
    return delay / MINUTE_S if isinstance(delay, int | float) else None


def _late(late: list[tuple[Life, float]]) -> Any:
    rows = [
        {
            "name": str(life.body.get("route") or ""),
            "headsign": str(life.body.get("headsign") or ""),
            "stop": str(life.body.get("stop") or ""),
            "delay": round(minutes, 1),
            "source": {"dataset": TRANSIT, "entity": life.base_id},
        }
        for life, minutes in late
    ]
    columns = [
        words("name", text("Tuyến", "Line")),
        words("headsign", text("Hướng", "Towards")),
        words("stop", text("Điểm dừng tới", "Next stop")),
        column("delay", text("Trễ", "Late"), "phút"),
    ]
    return table(text("Chuyến trễ", "Late trips"), columns, rows)


def _lines(told: list[tuple[Life, float]]) -> Any:
    by_line: dict[str, list[float]] = defaultdict(list)
    for life, minutes in told:
        by_line[str(life.body.get("route") or "")].append(minutes)
    ranked = sorted(by_line, key=lambda name: (-mean(by_line[name]), name))
    rows = [
        {"name": name, "trips": len(by_line[name]), "delay": round(mean(by_line[name]), 1)}
        for name in ranked
    ]
    columns = [
        words("name", text("Tuyến", "Line")),
        column("trips", text("Số chuyến", "Trips")),
        column("delay", text("Trễ trung bình", "Mean delay"), "phút", 1),
    ]
    return table(text("Trễ theo tuyến", "Delay by line"), columns, rows)


AGGREGATES = (Aggregate(TRANSIT, (TRANSIT,), transit),)
