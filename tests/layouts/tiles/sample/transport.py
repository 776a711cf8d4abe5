"""Speeds on the road network, and what happened there."""

from __future__ import annotations

from typing import Any

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import (
    HOUR_MS,
    NOW_MS,
    envelope,
    line,
    links,
    number,
    table,
    text,
    wave,
)


def _los(ratio: float) -> str:
    return next(
        b
        for b, upper in (("F", 30), ("E", 40), ("D", 50), ("C", 67), ("B", 80), ("A", 999))
        if ratio <= upper
    )


def speed() -> Envelope:
    """Return the envelope."""
    values: dict[str, Any] = {}
    rows = []
    for index, link in enumerate(links()):
        ratio = 24 + (index * 37) % 76 if index % 4 == 0 else 55 + (index * 29) % 45
        speed = round(0.45 * ratio, 1)
        values[link["id"]] = {
            "value": speed,
            "band": _los(ratio),
            "label": text(link["name"], link["name"]),
        }
        rows.append(
            {
                "id": link["id"],
                "name": link["name"],
                "speed": speed,
                "los": _los(ratio),
                "ratio": float(ratio),
            }
        )
    rows.sort(key=lambda row: row["ratio"])
    day = wave(289, 5 * 60_000.0, 22, 43, turns=2, phase=0.6)
    for index in range(120, 131):
        day[index][1] = None
    return envelope(
        "transport.speed",
        text("Tốc độ giao thông", "Traffic speed"),
        "cong-an",
        {
            "numbers": {
                "mean_speed": number(
                    "Tốc độ trung bình",
                    "Mean speed",
                    27.4,
                    "km/h",
                    1,
                    "normal",
                    previous=29.9,
                    better="up",
                    previousLabel=text("Cùng giờ tuần trước", "Same hour last week"),
                ),
                "congested_share": number("Đoạn ùn tắc", "Congested links", 18, "%", 0, "warning"),
                "congested_links": number(
                    "Đoạn đang ùn tắc", "Links congested now", 11, "", 0, "warning"
                ),
                "worst_speed": number("Chậm nhất", "Slowest", 10.8, "km/h", 1, "warning"),
            },
            "series": {
                "mean_speed": {
                    "label": text("Tốc độ trung bình 24 giờ", "Mean speed, 24 hours"),
                    "unit": "km/h",
                    "decimals": 1,
                    "step": "hour",
                    "lines": [line("mean_speed", "Trung bình", "Mean", day)],
                    "thresholds": [
                        {
                            "label": text("Ngưỡng ùn tắc", "Congestion"),
                            "value": 20,
                            "status": "warning",
                            "below": True,
                        }
                    ],
                }
            },
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
                            "decimals": 1,
                        },
                        {
                            "id": "los",
                            "label": text("Mức phục vụ", "Level"),
                            "kind": "band",
                            "scale": "los",
                        },
                        {
                            "id": "ratio",
                            "label": text("So với thông thoáng", "Of free flow"),
                            "kind": "number",
                            "unit": "%",
                            "decimals": 0,
                        },
                    ],
                    "rows": rows[:20],
                    "total": len(rows),
                }
            },
            "maps": {
                "links": {
                    "label": text("Mức phục vụ trên các đoạn đường", "Level of service by link"),
                    "layer": "links",
                    "unit": "km/h",
                    "decimals": 0,
                    "scale": "los",
                    "values": values,
                    "worst": [row["id"] for row in rows[:12]],
                }
            },
        },
        age_ms=2 * 60_000.0,
        stale_after_ms=15 * 60_000.0,
    )


def item(index: int, vi: str, en: str, severity: str, **more: Any) -> Any:
    return {
        "id": f"i{index}",
        "title": text(vi, en),
        "severity": severity,
        "kind": more.pop("kind", text("Tai nạn", "Accident")),
        "atMs": NOW_MS - (index * 23 + 7) * 60_000.0,
        **more,
    }


def situations() -> Envelope:
    """Return the envelope."""
    active = [
        item(
            0,
            "Va chạm liên hoàn tại cầu Chương Dương, hai làn bị chặn",
            "Chain collision on Chương Dương bridge, two lanes blocked",
            "warning",
            place=text("Chương Dương - Trần Nhật Duật", "Chương Dương - Trần Nhật Duật"),
        ),
        item(
            1,
            "Sửa chữa mặt đường đêm",
            "Night roadworks",
            "information",
            kind=text("Công trường", "Roadworks"),
            untilMs=NOW_MS + 9 * HOUR_MS,
            place=text("Minh Khai - cầu Vĩnh Tuy", "Minh Khai - Vĩnh Tuy bridge"),
        ),
        item(
            2,
            "Xe hỏng chiếm làn trong",
            "Broken-down vehicle in the inner lane",
            "caution",
            kind=text("Chướng ngại", "Obstruction"),
            place=text("Ngã tư Vọng", "Vọng junction"),
        ),
        item(
            3,
            "Đèn tín hiệu nhấp nháy vàng",
            "Signals flashing amber",
            "caution",
            kind=text("Thiết bị", "Equipment"),
            place=text("Giảng Võ - Láng Hạ - La Thành", "Giảng Võ - Láng Hạ - La Thành"),
        ),
        item(
            4,
            "Cấm đường phục vụ lễ hội",
            "Street closed for a festival",
            "information",
            kind=text("Sự kiện", "Event"),
            untilMs=NOW_MS + 30 * HOUR_MS,
            place=text("Phố đi bộ hồ Hoàn Kiếm", "Hoàn Kiếm walking street"),
        ),
        item(
            5,
            "Ngập nhẹ làn sát vỉa hè",
            "Light flooding at the kerb",
            "caution",
            kind=text("Thời tiết", "Weather"),
            place=text("Phan Bội Châu", "Phan Bội Châu"),
        ),
    ]
    return envelope(
        "transport.situations",
        text("Sự cố giao thông", "Traffic situations"),
        "cong-an",
        {
            "numbers": {"active": number("Sự cố đang xử lý", "Active situations", 6, "", 0)},
            "items": {"active": active},
        },
    )


def congestion() -> Envelope:
    """Return the envelope."""
    kind = text("Ùn tắc", "Congestion")
    active = [
        item(
            0,
            "Ùn tắc Xã Đàn-Phạm Ngọc Thạch – Kim Liên (Lê Duẩn-Đại Cồ Việt) và 4 đoạn lân cận",
            "Congestion, Xã Đàn-Phạm Ngọc Thạch – Kim Liên (Lê Duẩn-Đại Cồ Việt) and 4 more links",
            "warning",
            kind=kind,
            place=text("Xã Đàn-Phạm Ngọc Thạch – Kim Liên", "Xã Đàn-Phạm Ngọc Thạch – Kim Liên"),
        ),
        item(
            1,
            "Ùn tắc Cửa Nam – Điện Biên Phủ-Trần Phú",
            "Congestion, Cửa Nam – Điện Biên Phủ-Trần Phú",
            "caution",
            kind=kind,
            place=text("Cửa Nam – Điện Biên Phủ-Trần Phú", "Cửa Nam – Điện Biên Phủ-Trần Phú"),
        ),
    ]
    return envelope(
        "transport.congestion",
        text("Ùn tắc giao thông", "Congestion"),
        "cong-an",
        {
            "numbers": {
                "jams": number("Điểm ùn tắc", "Jams", 2, "", 0, "caution",
                               note=text("6 đoạn đường", "6 links")),
                "longest": number("Ùn tắc lâu nhất", "Longest jam", 45, "phút"),
            },
            "items": {"active": active},
        },
        age_ms=2 * 60_000.0,
        stale_after_ms=15 * 60_000.0,
    )  # fmt: skip


JUNCTIONS = ("Hàng Đậu", "Nguyễn Thái Học-Tôn Đức Thắng", "Cầu Giấy (Voi Phục)", "Ngã Tư Vọng",
             "Xã Đàn-Phạm Ngọc Thạch", "Khuất Duy Tiến-Nguyễn Trãi")  # fmt: skip


def transit() -> Envelope:
    """Return the envelope."""
    return envelope(
        "transport.transit",
        text("Chuyến buýt đang chạy", "Bus trips under way"),
        "xay-dung",
        {
            "numbers": {
                "running": number("Chuyến buýt đang chạy", "Bus trips under way", 42, "chuyến",
                                  note=text("1 chuyến hủy", "1 cancelled")),
                "late": number("Chuyến trễ trên 10 phút", "Trips over 10 min late", 7, "chuyến", 0,
                               "caution"),
                "on_time": number("Chuyến đúng giờ", "Trips on time", 83.3, "%", 1, target=85,
                                  targetLabel=text("ngưỡng", "threshold")),
            },
            "tables": {
                "late": table(
                    "Chuyến trễ", "Late trips",
                    {"name": ("Tuyến", "Line"), "headsign": ("Hướng", "Towards"),
                     "stop": ("Điểm dừng tới", "Next stop"), "delay": ("Trễ", "Late", "phút", 0)},
                    [(f"{i + 1:02}", JUNCTIONS[i % 6], JUNCTIONS[(i + 2) % 6], 31 - 3 * i)
                     for i in range(7)]),
                "lines": table(
                    "Trễ theo tuyến", "Delay by line",
                    {"name": ("Tuyến", "Line"), "trips": ("Số chuyến", "Trips", "", 0),
                     "delay": ("Trễ trung bình", "Mean delay", "phút", 1)},
                    [(f"{i + 1:02}", 6, 14.2 - 2 * i) for i in range(6)]),
            },
        },
        origin="simulated",
    )  # fmt: skip


def vehicles() -> Envelope:
    """Return the envelope: buses on both sides of the river, one of unknown delay."""
    places = {f"B{i}": [20.98 + 0.013 * i, 105.79 + 0.017 * (i * 3 % 7)] for i in range(8)}
    bands = ("on_time", "on_time", "late", "on_time", "very_late", "on_time", "late")
    values = {
        f"B{i}": {"value": (2, 4, 8, 0, 14, 3, 9)[i], "band": band, "label": text(f"0{i}", f"0{i}")}
        for i, band in enumerate(bands)
    }
    return envelope(
        "transport.vehicles",
        text("Vị trí xe buýt", "Positions of buses"),
        "xay-dung",
        {
            "numbers": {"vehicles": number("Xe buýt trên đường", "Buses on the road", 8, "xe")},
            "maps": {"vehicles": {
                "label": text("Xe buýt theo độ trễ", "Buses by delay"),
                "layer": "points", "unit": "phút", "decimals": 0,
                "scale": "lateness", "points": places, "values": values,
                "worst": ["B4", "B6", "B2"],
            }},
        },
        origin="simulated",
    )  # fmt: skip
