"""What the hotline heard: requests and their clock."""

from __future__ import annotations

import math

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import (
    DAY_MS,
    areas,
    envelope,
    line,
    number,
    text,
    wave,
)

CATEGORIES = [
    "Đô thị, trật tự vỉa hè",
    "Giao thông, hạ tầng",
    "Rác thải, vệ sinh môi trường",
    "Thoát nước, ngập úng",
    "Chiếu sáng công cộng",
    "Cây xanh",
    "Xây dựng, đất đai",
    "An ninh trật tự",
    "Môi trường, tiếng ồn",
    "An toàn thực phẩm",
    "Cấp nước",
    "Thủ tục hành chính",
]


def feedback() -> Envelope:
    """Return the envelope."""
    opened = wave(30, DAY_MS, 210, 388, turns=4)
    closed = wave(30, DAY_MS, 180, 371, turns=4, phase=0.5)
    values = {}
    for i, area in enumerate(areas()):
        count = int(abs(17 * math.sin(i * 0.9)))
        band = next(
            b
            for b, upper in (("none", 0), ("few", 3), ("some", 6), ("many", 12), ("most", 999))
            if count <= upper
        )
        values[area["code"]] = {"value": count, "band": band}
    worst = sorted(values, key=lambda code: -values[code]["value"])[:6]
    return envelope(
        "feedback.requests",
        text("Phản ánh của người dân", "Citizen requests"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "on_time_share": number(
                    "Xử lý đúng hạn",
                    "Handled on time",
                    71.8,
                    "%",
                    1,
                    "caution",
                    target=90,
                    previous=68.3,
                    better="up",
                    previousLabel=text("Tuần trước", "Last week"),
                ),
                "open": number("Đang xử lý", "Open", 1_286, "requests"),
                "closed": number("Đã đóng", "Closed", 9_714, "requests"),
                "closed_share": number("Tỷ lệ đã xử lý", "Share handled", 88.3, "%", 1),
                "median_age_h": number("Tuổi trung vị", "Median age", 41, "h", 0),
                "median_hours_to_close": number(
                    "Thời gian xử lý trung vị", "Median time to close", 29.5, "h", 1
                ),
            },
            "series": {
                "opened_closed": {
                    "label": text("Phản ánh mới và đã đóng", "Requests opened and closed"),
                    "unit": "",
                    "decimals": 0,
                    "step": "day",
                    "lines": [
                        line("opened", "Mới tiếp nhận", "Opened", opened),
                        line("closed", "Đã đóng", "Closed", closed),
                    ],
                }
            },
            "tables": {
                "categories": {
                    "label": text("Phản ánh theo lĩnh vực", "Requests by category"),
                    "columns": [
                        {"id": "name", "label": text("Lĩnh vực", "Category"), "kind": "text"},
                        {
                            "id": "open",
                            "label": text("Đang xử lý", "Open"),
                            "kind": "number",
                            "decimals": 0,
                        },
                        {
                            "id": "closed",
                            "label": text("Đã đóng", "Closed"),
                            "kind": "number",
                            "decimals": 0,
                        },
                    ],
                    "rows": [
                        {"name": n, "open": int(312 * 0.78**i), "closed": int(2411 * 0.8**i)}
                        for i, n in enumerate(CATEGORIES)
                    ],
                },
                "ages": {
                    "label": text("Tuổi của phản ánh chưa xử lý", "Age of open requests"),
                    "columns": [
                        {"id": "bucket", "label": text("Tuổi", "Age"), "kind": "text"},
                        {
                            "id": "count",
                            "label": text("Số lượng", "Count"),
                            "kind": "number",
                            "decimals": 0,
                        },
                    ],
                    "rows": [
                        {"bucket": text(vi, en), "count": count}
                        for vi, en, count in [
                            ("Dưới 8 giờ", "Under 8 h", 402),
                            ("8 - 24 giờ", "8 - 24 h", 371),
                            ("1 - 3 ngày", "1 - 3 days", 288),
                            ("3 - 7 ngày", "3 - 7 days", 143),
                            ("Trên 7 ngày", "Over 7 days", 82),
                        ]
                    ],
                },
                "areas": {
                    "label": text("Phản ánh theo phường, xã", "Requests by ward"),
                    "columns": [
                        {"id": "name", "label": text("Phường, xã", "Ward"), "kind": "text"},
                        {
                            "id": "open",
                            "label": text("Đang xử lý", "Open"),
                            "kind": "number",
                            "decimals": 0,
                        },
                        {
                            "id": "closed",
                            "label": text("Đã đóng", "Closed"),
                            "kind": "number",
                            "decimals": 0,
                        },
                    ],
                    "rows": [
                        {"name": area["name"], "open": 64 - i, "closed": 640 - 9 * i}
                        for i, area in enumerate(areas()[:40])
                    ],
                    "total": 126,
                },
            },
            "maps": {
                "areas": {
                    "label": text("Phản ánh chưa xử lý theo địa bàn", "Open requests by area"),
                    "layer": "areas",
                    "unit": "",
                    "decimals": 0,
                    "scale": "count",
                    "values": values,
                    "worst": worst,
                }
            },
        },
    )
