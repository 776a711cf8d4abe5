"""Signal plans: which runs at each junction, its cycle, splits and offset, beside the queue there.

To be read and reasoned about only; nothing here, or anywhere in the room, commands a signal. A plan
whose splits do not make its cycle is marked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.items import both_languages
from data_access.aggregates.parts import column, number, table, words
from data_access.envelope import Payload, Source, Table, Text
from data_access.rollup import HOUR_US
from data_access.store.snapshot import Life

SIGNALS, CAMERAS = "transport.signals", "transport.cameras"
QUEUE_AGE_US = HOUR_US  # an older queue says nothing of what runs now
WRONG = text("phân pha không bằng chu kỳ", "splits do not make the cycle")


def signals(view: View) -> Payload:
    """Return the plans that run, the longest queue first, and how many there are of each."""
    lives = view.snapshot.lives(SIGNALS, bodies=True)
    if not lives:
        return {}
    running = [life for life in lives if life.status == "running"]
    wrong = sum(not adds_up(life.body) for life in lives)
    cycles = [cycle for life in running if (cycle := _figure(life, "cycle_s")) is not None]
    source: Source = {"dataset": SIGNALS}
    runs: Source = {"dataset": SIGNALS, "statuses": ["running"]}
    return {
        "numbers": {
            "junctions": number(
                text("Nút có đèn tín hiệu", "Junctions with signals"),
                len({life.body.get("junction") for life in lives}),
                "nút",
                note=text(f"{len(lives)} phương án", f"{len(lives)} plans"),
                source=source,
            ),
            "cycle": number(
                text("Chu kỳ trung vị", "Median cycle"),
                median(cycles) if cycles else None,
                "giây",
                source=runs,
            ),
            "wrong": number(
                text("Phương án sai phân pha", "Plans that do not add up"),
                wrong,
                "phương án",
                better="down",
                status="caution" if wrong else "normal",
                source=source,
            ),
        },
        "tables": {"running": _running(view, running), "plans": _plans(running)},
    }


def adds_up(body: Mapping[str, Any]) -> bool:
    """Tell whether the splits of a plan make its cycle, and its offset lies within it."""
    parts = str(body.get("splits") or "").split("-")
    cycle, offset = body.get("cycle_s"), body.get("offset_s")
    if not isinstance(cycle, int | float) or not all(part.isdecimal() for part in parts):
        return False
    return sum(map(int, parts)) == cycle and not (
        isinstance(offset, int | float) and offset >= cycle
    )


def _figure(life: Life, name: str) -> float | None:
    found = life.body.get(name)
    return float(found) if isinstance(found, int | float) else None


def _running(view: View, running: Sequence[Life]) -> Table:
    newest = view.snapshot.newest(CAMERAS, "queue_m")
    last_us = max((each.at_us for each in newest), default=0)
    queues = {
        each.entity: each.value
        for each in newest
        if not each.suspect and each.at_us > last_us - QUEUE_AGE_US
    }
    rows: list[dict[str, Any]] = [
        {
            "name": both_languages(life.body.get("title") or life.body.get("junction")),
            "plan": str(life.category),
            "cycle": _figure(life, "cycle_s"),
            "splits": str(life.body.get("splits") or ""),
            "offset": _figure(life, "offset_s"),
            "queue": queues.get(str(life.body.get("junction"))),
            "suspect": not adds_up(life.body),
            "doubt": WRONG,
            "source": {"dataset": SIGNALS, "entity": life.base_id},
        }
        for life in running
    ]
    rows.sort(key=lambda row: (-(row["queue"] or 0.0), row["name"]["vi"]))
    columns = [
        words("name", text("Nút giao", "Junction")),
        words("plan", text("Phương án", "Plan")),
        column("cycle", text("Chu kỳ", "Cycle"), "giây"),
        words("splits", text("Phân pha", "Splits")),
        column("offset", text("Lệch pha", "Offset"), "giây"),
        column("queue", text("Hàng chờ", "Queue"), "m"),
    ]
    return table(text("Phương án đang chạy", "Plans that run"), columns, rows)


def _plans(running: Sequence[Life]) -> Table:
    by_plan: dict[str, list[float]] = defaultdict(list)
    for life in running:
        cycle = _figure(life, "cycle_s")
        by_plan[life.category] += [] if cycle is None else [cycle]
    rows: list[dict[str, Any]] = [
        {
            "name": _named(name),
            "junctions": sum(life.category == name for life in running),
            "cycle": median(cycles) if cycles else None,
        }
        for name, cycles in by_plan.items()
    ]
    rows.sort(key=lambda row: (-row["junctions"], row["name"]["vi"]))
    columns = [
        words("name", text("Phương án", "Plan")),
        column("junctions", text("Số nút", "Junctions")),
        column("cycle", text("Chu kỳ", "Cycle"), "giây"),
    ]
    return table(text("Theo phương án", "By plan"), columns, rows)


def _named(name: str) -> Text:
    return text(name, name) if name else text("không rõ", "not said")


AGGREGATES = (Aggregate(SIGNALS, (SIGNALS, CAMERAS), signals, optional=(CAMERAS,)),)
