"""Outbreaks under way: of which disease, where, since when; how many are of too few to be told."""

from __future__ import annotations

from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.items import ranked_items
from data_access.aggregates.parts import column, number, table, unit_title, words
from data_access.envelope import Item, Payload, Source, Table, Text
from data_access.masking import is_small
from data_access.rollup import DAY_US
from data_access.store.snapshot import Life

OUTBREAKS = "health.outbreaks"
WEEK_US = 7 * DAY_US


def outbreaks(view: View) -> Payload:
    """Return the outbreaks that are not over, the largest first, and how many came and went."""
    now_us = view.track_us(OUTBREAKS)
    lives = view.snapshot.lives(OUTBREAKS, since_us=now_us - WEEK_US)
    began = sum(now_us - WEEK_US < life.opened_us <= now_us for life in lives)
    ended = sum(
        life.ended_us is not None and now_us - WEEK_US < life.ended_us <= now_us for life in lives
    )
    active = [
        life
        for life in view.snapshot.lives(OUTBREAKS, statuses=["open"], active_us=now_us, bodies=True)
        if life.opened_us <= now_us
    ]
    source: Source = {"dataset": OUTBREAKS}
    week = text("7 ngày", "7 days")
    return {
        "numbers": {
            "active": number(
                text("Ổ dịch đang hoạt động", "Outbreaks under way"),
                len(active),
                "ổ dịch",
                better="down",
                source=source | {"statuses": ["open"]},
            ),
            "began": number(
                text("Ổ dịch mới", "New outbreaks"), began, "ổ dịch", period=week, source=source
            ),
            "ended": number(
                text("Ổ dịch kết thúc", "Outbreaks over"), ended, "ổ dịch", period=week,
                source=source,
            ),
        },
        "tables": {"active": _table(view, active, now_us)},
        "items": {"active": ranked_items([_item(view, life) for life in active])},
    }  # fmt: skip


def _cases(view: View, life: Life) -> tuple[float | None, bool]:
    """Return an outbreak's cases as they may be told, and whether they are hidden."""
    said = life.body.get("cases")
    cases = float(said) if isinstance(said, int | float) else None
    is_hidden = is_small(cases, view.city.datasets[OUTBREAKS].masks.fields.get("cases", 0))
    return (None if is_hidden else cases), is_hidden


def _table(view: View, active: list[Life], now_us: int) -> Table:
    rows: list[dict[str, Any]] = []
    for life in active:
        cases, is_hidden = _cases(view, life)
        rows.append({
            "name": _disease(view, life),
            "unit": _where(view, life),
            "cases": cases,
            "days": (now_us - life.opened_us) // DAY_US,
            "masked": ["cases"] if is_hidden else [],
            "source": {"dataset": OUTBREAKS, "entity": life.base_id},
        })  # fmt: skip
    rows.sort(key=lambda row: (-(row["cases"] or 0.0), row["days"], row["unit"]["vi"]))
    columns = [
        words("unit", text("Phường, xã", "Unit")),
        words("name", text("Bệnh", "Disease")),
        column("cases", text("Số ca", "Cases")),
        column("days", text("Số ngày", "Days")),
    ]
    return table(text("Ổ dịch đang hoạt động", "Outbreaks under way"), columns, rows)


def _item(view: View, life: Life) -> Item:
    cases, is_hidden = _cases(view, life)
    name, where = _disease(view, life), _where(view, life)
    told = text("chưa rõ số ca", "cases not reported")
    if is_hidden:
        told = text("số ca ẩn", "cases hidden")
    elif cases is not None:
        told = text(f"{cases:g} ca", f"{cases:g} cases")
    grade = view.city.limit(OUTBREAKS, "cases").grade(cases)
    return {
        "id": life.base_id,
        "title": text(f"{name['vi']}: {where['vi']}", f"{name['en']}: {where['en']}"),
        "kind": text("Ổ dịch", "Outbreak"),
        "severity": "caution" if grade == "normal" else grade,
        "atMs": view.glass_ms(OUTBREAKS, life.opened_us),
        "area": life.area,
        "place": where,
        "detail": told,
        "source": {"dataset": OUTBREAKS, "entity": life.base_id},
    }


def _disease(view: View, life: Life) -> Text:
    return view.city.called(OUTBREAKS, life.category)


def _where(view: View, life: Life) -> Text:
    return text("–", "–") if life.area is None else unit_title(view, life.area)


AGGREGATES = (Aggregate(OUTBREAKS, (OUTBREAKS,), outbreaks),)
