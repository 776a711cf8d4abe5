"""How citizens' requests are served: the clock of each due time, by agency, how content people are.

What is due is the source's own due time; a request without one is on no clock. Satisfaction is what
people said of closed requests, 1 to 5.
"""

from __future__ import annotations

from collections import defaultdict
from statistics import mean

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.parts import column, number, table, unit_title, words
from data_access.envelope import Number, Payload, Source, Table, Text
from data_access.rollup import HOUR_US
from data_access.store.snapshot import Life

SERVICE, REQUESTS = "feedback.service", "feedback.requests"
DAYS = 30  # closed requests that are counted
SOON_H = 24
CLOCKS = 40
NOT_SAID = text("không rõ", "not said")


def service(view: View) -> Payload:
    """Return clocks, agencies and contentment; open requests, and those closed in DAYS."""
    now_us = view.track_us(REQUESTS)
    since_us = now_us - DAYS * 24 * HOUR_US
    lives = view.snapshot.lives(REQUESTS, since_us=since_us, bodies=True, geometries=False)
    lives += view.snapshot.lives(
        REQUESTS, statuses=["open"], until_us=since_us, bodies=True, geometries=False
    )
    if not lives:
        return {}
    waiting = [life for life in lives if life.status == "open"]
    return {
        "numbers": _numbers(view, waiting, lives, now_us),
        "tables": {
            "agencies": _agencies(lives, now_us),
            "clock": _clock(view, waiting, now_us),
        },
    }


def rating(life: Life) -> float | None:
    """Return how content the reporter was, 1 to 5; None while nothing was said."""
    found = life.body.get("satisfaction")
    return float(found) if life.status != "open" and isinstance(found, int | float) else None


def _is_late(life: Life, now_us: int) -> bool:
    if life.due_us is None:
        return False
    ended_us = now_us if life.status == "open" else life.ended_us
    return ended_us is not None and ended_us > life.due_us


def _numbers(view: View, waiting: list[Life], lives: list[Life], now_us: int) -> dict[str, Number]:
    late = sum(_is_late(life, now_us) for life in waiting)
    soon_us = now_us + SOON_H * HOUR_US
    soon = sum(life.due_us is not None and now_us <= life.due_us < soon_us for life in waiting)
    rated = [told for life in lives if (told := rating(life)) is not None]
    share = round(late / len(waiting) * 100, 1) if waiting else 0.0
    is_open: Source = {"dataset": REQUESTS, "statuses": ["open"]}
    return {
        "late": number(
            text("Quá hạn chưa xử lý", "Open past their due time"),
            late,
            "requests",
            better="down",
            status=view.city.limit(SERVICE, "late_share").grade(share),
            note=text(f"trên {len(waiting)} đang xử lý", f"of {len(waiting)} open"),
            source=is_open,
        ),
        "soon": number(
            text("Đến hạn trong 24 giờ", "Due within 24 hours"), soon, "requests", source=is_open
        ),
        "satisfaction": number(
            text("Mức hài lòng", "Satisfaction"),
            round(mean(rated), 2) if rated else None,
            "/5",
            1,
            limit=view.city.limit(SERVICE, "satisfaction"),
            better="up",
            note=text(f"{len(rated)} lượt đánh giá, 30 ngày", f"{len(rated)} ratings, 30 days"),
            source={"dataset": REQUESTS, "statuses": ["closed"]},
        ),
    }


def _agencies(lives: list[Life], now_us: int) -> Table:
    by_agency: dict[str, list[Life]] = defaultdict(list)
    for life in lives:
        by_agency[str(life.body.get("agency") or "")].append(life)
    rows = []
    for agency, own in by_agency.items():
        waiting = [life for life in own if life.status == "open"]
        due = [life for life in own if life.due_us is not None and life.status != "open"]
        kept = sum(not _is_late(life, now_us) for life in due)
        rated = [told for life in own if (told := rating(life)) is not None]
        rows.append(
            {
                "name": text(agency, agency) if agency else NOT_SAID,
                "open": len(waiting),
                "late": sum(_is_late(life, now_us) for life in waiting),
                "on_time": round(kept / len(due) * 100, 1) if due else None,
                "satisfaction": round(mean(rated), 2) if rated else None,
            }
        )
    rows.sort(key=lambda row: (-row["late"], -row["open"], row["name"]["vi"]))  # type: ignore[operator, index]
    columns = [
        words("name", text("Đơn vị xử lý", "Agency")),
        column("open", text("Đang xử lý", "Open")),
        column("late", text("Quá hạn", "Late")),
        column("on_time", text("Đúng hạn", "On time"), "%", 1),
        column("satisfaction", text("Hài lòng", "Content"), "/5", 1),
    ]
    return table(text("Theo đơn vị xử lý", "By agency"), columns, rows)


def _clock(view: View, waiting: list[Life], now_us: int) -> Table:
    """Return what is open and due, the longest overdue first: hours left, under zero when past."""
    names = view.city.datasets[REQUESTS].categories
    timed = sorted(
        ((life.due_us, life) for life in waiting if life.due_us is not None),
        key=lambda pair: (pair[0], pair[1].base_id),
    )
    rows = [
        {
            "name": names.get(life.category) or NOT_SAID,
            "area": _place(view, life),
            "agency": str(life.body.get("agency") or ""),
            "due": view.glass_ms(REQUESTS, due_us),
            "left": round((due_us - now_us) / HOUR_US, 1),
            "source": {"dataset": REQUESTS, "entity": life.base_id},
        }
        for due_us, life in timed[:CLOCKS]
    ]
    columns = [
        words("name", text("Lĩnh vực", "Category")),
        words("area", text("Phường, xã", "Unit")),
        words("agency", text("Đơn vị", "Agency")),
        column("due", text("Hạn", "Due"), kind="instant"),
        column("left", text("Còn lại", "Left"), "giờ"),
    ]
    label = text("Đồng hồ thời hạn", "Clock of due times")
    return table(label, columns, rows, total=len(timed), shown=CLOCKS)


def _place(view: View, life: Life) -> Text:
    return NOT_SAID if life.area is None else unit_title(view, life.area)


AGGREGATES = (
    Aggregate(
        SERVICE,
        (REQUESTS,),
        service,
        label=text("Xử lý phản ánh của người dân", "How citizens' requests are served"),
    ),
)
