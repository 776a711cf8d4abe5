"""Citizens' requests: open and closed, how old, in time or not, of what and where.

On time counts what is closed by its due time, over all that were due; an open request past its due
time counts as late. Requests without a due time are not counted there.
"""

from __future__ import annotations

from collections import defaultdict
from statistics import median

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.parts import (
    UNIT,
    Points,
    column,
    line,
    number,
    of_units,
    series,
    table,
    words,
)
from data_access.contracts import CITY_AREA
from data_access.envelope import Column, Number, Payload, Series, Source, Table
from data_access.rollup import HOUR_US
from data_access.store.snapshot import Life

REQUESTS = "feedback.requests"
DAYS = 7
BUCKETS: tuple[tuple[float, str, str], ...] = (
    (24, "dưới 1 ngày", "under 1 day"),
    (72, "1 đến 3 ngày", "1 to 3 days"),
    (168, "3 đến 7 ngày", "3 to 7 days"),
    (720, "7 đến 30 ngày", "7 to 30 days"),
    (float("inf"), "trên 30 ngày", "over 30 days"),
)
SHOWN = 12
Counts = list[tuple[str, str, str | None, int]]  # status, category, area, records
OPEN: Source = {"dataset": REQUESTS, "statuses": ["open"]}
OTHER = "other"  # also of categories the contract does not list


def requests(view: View) -> Payload:
    """Return counts of current requests and what their ages and due times say."""
    counts = view.snapshot.counts(REQUESTS)
    if not counts:
        return {}
    now_us = view.track_us(REQUESTS)
    lives = view.snapshot.lives(REQUESTS)
    ages_h = [
        max(0.0, (now_us - life.opened_us) / HOUR_US) for life in lives if life.status == "open"
    ]
    by_area = _count(counts, 2)
    return {
        "numbers": _counted(view, counts) | _timed(view, lives, ages_h, now_us),
        "series": {"opened_closed": _opened_closed(view, lives, now_us)},
        "tables": {
            "categories": _categories(view, counts),
            "ages": _ages(ages_h),
            "areas": _areas(view, by_area),
        },
        "maps": {
            "areas": of_units(
                view,
                text("Phản ánh đang xử lý", "Open requests"),
                {code: both["open"] for code, both in by_area.items()},
                named=True,
            )
        },
    }


def _counted(view: View, counts: Counts) -> dict[str, Number]:
    is_open = sum(n for status, _, _, n in counts if status == "open")
    closed = sum(n for status, _, _, n in counts if status != "open")
    return {
        "open": number(
            text("Phản ánh đang xử lý", "Open requests"), is_open, better="down", source=OPEN
        ),
        "closed": number(
            text("Phản ánh đã xử lý", "Closed requests"), closed, better="up", source=_ended(view)
        ),
        "closed_share": number(
            text("Tỷ lệ đã xử lý", "Share closed"),
            round(closed / (is_open + closed) * 100, 1),
            "%",
            1,
            better="up",
            source={"dataset": REQUESTS},
        ),
    }


def _timed(view: View, lives: list[Life], ages_h: list[float], now_us: int) -> dict[str, Number]:
    closing_h = [
        (life.ended_us - life.opened_us) / HOUR_US
        for life in lives
        if life.status != "open" and life.ended_us is not None and life.ended_us >= life.opened_us
    ]
    return {
        "on_time_share": number(
            text("Đúng hạn", "On time"),
            _on_time(lives, now_us),
            "%",
            1,
            limit=view.city.limit(REQUESTS, "on_time_share"),
            better="up",
            source={"dataset": REQUESTS},
        ),
        "median_age_h": number(
            text("Tuổi trung vị khi còn mở", "Median age of open ones"),
            round(median(ages_h), 1) if ages_h else None,
            "giờ",
            limit=view.city.limit(REQUESTS, "median_age_h"),
            better="down",
            source=OPEN,
        ),
        "median_hours_to_close": number(
            text("Thời gian xử lý trung vị", "Median time to close"),
            round(median(closing_h), 1) if closing_h else None,
            "giờ",
            better="down",
            source=_ended(view),
        ),
    }


def _ended(view: View) -> Source:
    statuses = view.city.datasets[REQUESTS].statuses
    return {"dataset": REQUESTS, "statuses": [each for each in statuses if each != "open"]}


def _on_time(lives: list[Life], now_us: int) -> float | None:
    kept = due = 0
    for life in lives:
        if life.due_us is None:
            continue
        if life.status == "open":
            due += life.due_us < now_us
        elif life.ended_us is not None:
            due += 1
            kept += life.ended_us <= life.due_us
    return round(kept / due * 100, 1) if due else None


def _count(counts: Counts, by: int) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: {"open": 0, "closed": 0})
    for row in counts:
        key = row[by]
        if key is not None:
            found[str(key)]["open" if row[0] == "open" else "closed"] += row[3]
    return dict(found)


def _opened_closed(view: View, lives: list[Life], now_us: int) -> Series:
    """Return how many were opened and closed in each hour of the last days, from the first on."""
    last = now_us // HOUR_US
    opened: dict[int, int] = defaultdict(int)
    closed: dict[int, int] = defaultdict(int)
    for life in lives:
        opened[life.opened_us // HOUR_US] += 1
        if life.status != "open" and life.ended_us is not None:
            closed[life.ended_us // HOUR_US] += 1
    hours = range(max(last - DAYS * 24, min(opened, default=last)), last + 1)

    def points(of: dict[int, int]) -> Points:
        return [[view.glass_ms(REQUESTS, hour * HOUR_US), of.get(hour, 0)] for hour in hours]

    return series(
        text("Phản ánh mới và đã xử lý", "Requests opened and closed"),
        "",
        [
            line("opened", text("mới", "opened"), points(opened)),
            line("closed", text("đã xử lý", "closed"), points(closed)),
        ],
        step="hour",
        source={"dataset": REQUESTS},
    )


COUNTS: list[Column] = [
    column("open", text("Đang xử lý", "Open")),
    column("closed", text("Đã xử lý", "Closed")),
]


def _categories(view: View, counts: Counts) -> Table:
    """Return the counts of every category: what is made of them must not miss the small ones."""
    names = view.city.datasets[REQUESTS].categories
    found = _count(
        [(status, category if category in names else OTHER, area, n)
         for status, category, area, n in counts], 1
    )  # fmt: skip
    unlisted = sorted({category for _, category, _, _ in counts} - names.keys())
    ranked = sorted(found, key=lambda key: (-found[key]["open"], -found[key]["closed"], key))
    rows = [
        {
            "name": names.get(key) or text("Khác", "Other"),
            "category": key,
            **found[key],
            "source": {
                "dataset": REQUESTS,
                "categories": [key, *(unlisted if key == OTHER else ())],
            },
        }
        for key in ranked
    ]
    columns = [words("name", text("Lĩnh vực", "Category")), *COUNTS]
    return table(text("Theo lĩnh vực", "By category"), columns, rows, shown=len(rows))


def _ages(ages_h: list[float]) -> Table:
    rows, below = [], 0.0
    for upper, vi, en in BUCKETS:
        count = sum(below <= age < upper for age in ages_h)
        rows.append({"bucket": text(vi, en), "count": count})
        below = upper
    columns = [
        words("bucket", text("Tuổi", "Age")),
        column("count", text("Số phản ánh", "Requests")),
    ]
    return table(text("Phản ánh đang mở theo tuổi", "Open requests by age"), columns, rows)


def _areas(view: View, found: dict[str, dict[str, int]]) -> Table:
    ranked = sorted(
        (code for code in found if code != CITY_AREA),
        key=lambda code: (-found[code]["open"], -found[code]["closed"], code),
    )
    rows = []
    for code in ranked[:SHOWN]:
        unit = view.city.areas.get(code)
        rows.append(
            {
                "name": unit.title if unit else code,
                "area": code,
                **found[code],
                "source": {"dataset": REQUESTS, "area": code},
            }
        )
    label = text("Theo phường, xã", "By ward and commune")
    return table(label, [UNIT, *COUNTS], rows, total=len(ranked))


AGGREGATES = (Aggregate(REQUESTS, (REQUESTS,), requests),)
