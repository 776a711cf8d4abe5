"""Security aggregates: alerts in force, rates of failed log-ins. No person, no address."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.items import both_languages, ranked_items
from data_access.aggregates.parts import Points, column, line, number, series, table, words
from data_access.envelope import Item, Payload, Status, Table, Text
from data_access.rollup import HOUR, HOUR_US

ALERTS, LOGINS = "security.alerts", "security.logins"
SEVERITY: dict[str, Status] = {"extreme": "critical", "severe": "warning", "moderate": "caution"}
KINDS = {
    "geo": ("Địa chất", "Geophysical"),
    "met": ("Thời tiết", "Weather"),
    "safety": ("An toàn", "Safety"),
    "security": ("An ninh", "Security"),
    "rescue": ("Cứu nạn", "Rescue"),
    "fire": ("Cháy nổ", "Fire"),
    "health": ("Y tế", "Health"),
    "env": ("Môi trường", "Environment"),
    "transport": ("Giao thông", "Transport"),
    "infra": ("Hạ tầng", "Infrastructure"),
    "cbrne": ("Hóa, sinh, phóng xạ", "CBRNE"),
}
HOURS = 24
SHOWN = 10


def alerts(view: View) -> Payload:
    """Return alerts in force, gravest first; exercises and tests are never shown as actual."""
    now_us = view.track_us(ALERTS)
    items: list[Item] = []
    for life in view.snapshot.lives(ALERTS, statuses=["open"], active_us=now_us, bodies=True):
        if life.opened_us > now_us or life.body.get("all_clear") or not life.body.get("title"):
            continue
        body = life.body
        kind = KINDS.get(str(next(iter(body.get("category") or []), "")).lower())
        place = ", ".join(map(str, body.get("area_names") or []))
        item: Item = {
            "id": life.base_id,
            "title": _title(view, body),
            "kind": text(*(kind or ("Khác", "Other"))),
            "severity": SEVERITY.get(str(body.get("severity")), "information"),
            "atMs": view.glass_ms(ALERTS, life.opened_us),
            "untilMs": None if life.ended_us is None else view.glass_ms(ALERTS, life.ended_us),
            "area": life.area,
            "place": text(place, place),
            "actual": bool(body.get("actual", True)) and not body.get("says_test"),
            "source": {"dataset": ALERTS, "entity": life.base_id},
        }
        if body.get("description"):
            item["detail"] = both_languages(body["description"])
        items.append(item)
    actual = [item for item in items if item.get("actual", True)]
    severe = sum(item["severity"] in ("warning", "critical") for item in actual)
    return {
        "numbers": {
            "active": number(
                text("Cảnh báo còn hiệu lực", "Alerts in force"),
                len(actual),
                status="information" if actual else "normal",
                better="down",
                source={"dataset": ALERTS},
            ),
            "severe": number(
                text("Cảnh báo nghiêm trọng", "Severe alerts"),
                severe,
                limit=view.city.limit(ALERTS, "severe"),
                better="down",
                source={"dataset": ALERTS},
            ),
        },
        "items": {"active": ranked_items(items)},
    }


def _title(view: View, body: Mapping[str, Any]) -> Text:
    """Return an alert's headline; where it has none in a language, what we call the event."""
    headline, events = body["title"], body.get("event")
    said = headline if isinstance(headline, dict) else {}
    event = str(next(iter(events.values()), "")) if isinstance(events, dict) else ""
    named = view.city.names.get(ALERTS, {}).items()  # some services write all in capitals
    known = next((ours for name, ours in named if name.casefold() == event.casefold()), {})
    return both_languages({**known, **{key: words for key, words in said.items() if words}}
                          if known else headline)  # fmt: skip


def logins(view: View) -> Payload:
    """Return failed log-ins of the last hour against the usual hour, and 24 hours of them."""
    last_us = view.snapshot.newest_us(LOGINS)
    if last_us is None:
        return {}
    last = last_us // HOUR_US
    failed = _by_hour(view, "failed_logins", last)
    accepted = _by_hour(view, "accepted_logins", last)
    hours = range(last - HOURS + 1, last + 1)
    figure = _last_hour(view, "failed_logins", last_us)
    usual = [failed[hour] for hour in range(last - HOURS, last) if hour in failed]
    ratio = None
    if figure is not None and len(usual) >= 3 and median(usual):
        ratio = round(figure / median(usual), 2)
    source: Any = {"dataset": LOGINS, "indicator": "failed_logins"}
    limit = view.city.limit(LOGINS, "ratio")

    def points(of: dict[int, float]) -> Points:
        return [[view.glass_ms(LOGINS, hour * HOUR_US), of.get(hour)] for hour in hours]

    return {
        "numbers": {
            "failed_1h": number(
                text("Đăng nhập thất bại trong 1 giờ", "Failed log-ins, last hour"),
                figure,
                "lượt",
                status=limit.grade(ratio),
                better="down",
                source=source,
            ),
            "ratio": number(
                text("So với giờ thường lệ", "Against a usual hour"),
                ratio,
                "lần",
                1,
                limit=limit,
                better="down",
                note=None
                if ratio is None
                else text(
                    f"trung vị {len(usual)} giờ trước", f"median of the {len(usual)} hours before"
                ),
                source=source,
            ),
            "events_1h": number(
                text("Sự kiện nhật ký trong 1 giờ", "Log events, last hour"),
                _last_hour(view, "events", last_us),
                "sự kiện",
                source={"dataset": LOGINS, "indicator": "events"},
            ),
        },
        "series": {
            "failed": series(
                text("Đăng nhập theo giờ", "Log-ins by hour"),
                "lượt",
                [
                    line("failed", text("thất bại", "failed"), points(failed)),
                    line("accepted", text("thành công", "accepted"), points(accepted)),
                ],
                step="hour",
                source=source,
            )
        },
        "tables": {"hosts": _hosts(view, last)},
    }


def _by_hour(view: View, indicator: str, last: int) -> dict[int, float]:
    cells = view.snapshot.cells(LOGINS, indicator, HOUR, (last - HOURS, last))
    sums: dict[int, float] = {}
    for slot, total in zip(cells.slot.tolist(), cells.sum.tolist(), strict=True):
        sums[slot] = sums.get(slot, 0.0) + total
    return sums


def _last_hour(view: View, indicator: str, last_us: int) -> float | None:
    """Return the sum of the hour that ends with the newest row; None of what nobody tells."""
    names = {each.entity for each in view.snapshot.newest(LOGINS, indicator)}
    if not names:
        return None
    return sum(
        value
        for name in names
        for _, value in view.snapshot.values(
            LOGINS, indicator, name, from_us=last_us - HOUR_US + 1, to_us=last_us
        )
    )


def _hosts(view: View, last: int) -> Table:
    cells = view.snapshot.cells(LOGINS, "failed_logins", HOUR, (last - HOURS + 1, last))
    sums: dict[str, float] = {}
    for name, total in zip(cells.name.tolist(), cells.sum.tolist(), strict=True):
        sums[name] = sums.get(name, 0.0) + total
    ranked = sorted(sums, key=lambda name: (-sums[name], name))
    rows = [
        {
            "name": name,
            "failed": sums[name],
            "source": {"dataset": LOGINS, "indicator": "failed_logins", "entity": name},
        }
        for name in ranked
    ]
    columns = [words("name", text("Máy chủ", "Host")), column("failed", text("Thất bại", "Failed"))]
    label = text("Máy chủ bị thử đăng nhập, 24 giờ", "Hosts under log-in attempts, 24 h")
    return table(label, columns, rows, shown=SHOWN)


AGGREGATES = (
    Aggregate(ALERTS, (ALERTS,), alerts),
    Aggregate(LOGINS, (LOGINS,), logins, rows_h=1),
)
