"""Urban order: what inspections of pavements, parking, buildings and trading found, and settled."""

from __future__ import annotations

from collections import Counter
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.parts import (
    UNIT,
    column,
    line,
    number,
    of_units,
    series,
    table,
    unit_title,
    words,
)
from data_access.contracts import CITY_AREA
from data_access.envelope import Number, Payload, Series, Source
from data_access.rollup import DAY_US
from data_access.store.snapshot import Life

ORDER = "urban.order"
WEEK_US = 7 * DAY_US
DAYS = 28


def order(view: View) -> Payload:
    """Return violations not settled, the share settled of those due, by kind and unit."""
    now_us = view.track_us(ORDER)
    lives = [life for life in view.snapshot.lives(ORDER) if life.opened_us <= now_us]
    if not lives:
        return {}
    waiting = [life for life in lives if life.status == "open"]
    found = [life for life in lives if life.opened_us > now_us - WEEK_US]
    by_unit = Counter(life.area for life in waiting if life.area and life.area != CITY_AREA)
    return {
        "numbers": _numbers(view, lives, waiting, found, now_us),
        "series": {"daily": _daily(view, lives, now_us)},
        "tables": {
            "kinds": _kinds(view, waiting, found),
            "areas": _areas(view, by_unit),
        },
        "maps": {
            "areas": of_units(
                view, text("Vi phạm trật tự đô thị chưa xử lý", "Violations not settled"), by_unit
            )
        },
    }


def _numbers(
    view: View, lives: list[Life], waiting: list[Life], found: list[Life], now_us: int
) -> dict[str, Number]:
    due = [life for life in lives if life.due_us is not None and life.due_us <= now_us]
    late = [life for life in waiting if life.due_us is not None and life.due_us < now_us]
    kept = round((len(due) - len(late)) / len(due) * 100, 1) if due else None
    source: Source = {"dataset": ORDER, "statuses": ["open"]}
    return {
        "open": number(
            text("Vi phạm trật tự đô thị chưa xử lý", "Urban order violations not settled"),
            len(waiting),
            "vụ",
            limit=view.city.limit(ORDER, "open"),
            better="down",
            note=text(
                f"chưa xử lý; {len(found)} vụ lập trong 7 ngày",
                f"not settled; {len(found)} found in 7 days",
            ),
            source=source,
        ),
        "found": number(
            text("Vi phạm lập biên bản, 7 ngày", "Violations found, 7 days"),
            len(found),
            "vụ",
            better="down",
            previous=sum(
                now_us - 2 * WEEK_US < life.opened_us <= now_us - WEEK_US for life in lives
            ),
            previousLabel=text("7 ngày trước", "7 days before"),
            source={"dataset": ORDER},
        ),
        "late": number(
            text("Quá hạn xử lý", "Overdue"),
            len(late),
            "vụ",
            limit=view.city.limit(ORDER, "late"),
            better="down",
            source=source,
        ),
        "settled_share": number(
            text("Đã xử lý khi đến hạn", "Settled when due"),
            kept,
            "%",
            1,
            limit=view.city.limit(ORDER, "settled_share"),
            better="up",
            note=text(f"trên {len(due)} vụ đến hạn", f"of {len(due)} due"),
            source={"dataset": ORDER},
        ),
    }


def _kinds(view: View, waiting: list[Life], found: list[Life]) -> Any:
    known = view.city.datasets[ORDER].categories
    still, lately = (Counter(life.category for life in lives) for lives in (waiting, found))
    rows = [
        {
            "name": known[kind],
            "open": still[kind],
            "week": lately[kind],
            "source": {"dataset": ORDER, "categories": [kind]},
        }
        for kind in sorted(known, key=lambda kind: (-still[kind], kind))
    ]
    columns = [
        words("name", text("Hành vi", "Violation")),
        column("open", text("Chưa xử lý", "Not settled"), "vụ"),
        column("week", text("7 ngày", "7 days"), "vụ"),
    ]
    return table(text("Trật tự đô thị theo hành vi", "Urban order by violation"), columns, rows)


def _areas(view: View, by_unit: Counter[str]) -> Any:
    rows = [
        {
            "name": unit_title(view, code),
            "area": code,
            "open": by_unit[code],
            "source": {"dataset": ORDER, "area": code, "statuses": ["open"]},
        }
        for code in sorted(by_unit, key=lambda code: (-by_unit[code], code))
    ]
    columns = [UNIT, column("open", text("Chưa xử lý", "Not settled"), "vụ")]
    return table(text("Trật tự đô thị theo địa bàn", "Urban order by unit"), columns, rows)


def _daily(view: View, lives: list[Life], now_us: int) -> Series:
    today = view.local(now_us)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    midnight_us = int(midnight.timestamp() * 1_000_000)
    ago = Counter(-((life.opened_us - midnight_us) // DAY_US) for life in lives)
    points: list[list[float | None]] = [
        [view.glass_ms(ORDER, midnight_us - day * DAY_US), ago[day]] for day in range(DAYS, 0, -1)
    ]
    return series(
        text("Vi phạm lập biên bản theo ngày", "Violations found by day"),
        "vụ",
        [line("found", text("vi phạm", "violations"), points)],
        step="day",
        source={"dataset": ORDER},
    )


AGGREGATES = (Aggregate(ORDER, (ORDER,), order),)
