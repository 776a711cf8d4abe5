"""State investment and consumer prices."""

from __future__ import annotations

import math

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import DAY_MS, envelope, line, months, number, text


def investment() -> Envelope:
    """Return the envelope."""
    starts = months(11)
    this_year = [[at, 2100 + 320 * i + (900 if i == 10 else 0)] for i, at in enumerate(starts)]
    last_year = [[at, 1800 + 240 * i + 110 * (i % 3)] for i, at in enumerate(starts)]
    return envelope(
        "economy.investment",
        text("Vốn đầu tư từ ngân sách nhà nước", "Investment from the state budget"),
        "tai-chinh",
        {
            "numbers": {
                "plan_share": number(
                    "Tỷ lệ so với kế hoạch năm",
                    "Share of the year's plan",
                    64.4,
                    "%",
                    1,
                    "caution",
                    target=91.7,
                    targetLabel=text("Tiến độ kế hoạch", "Plan to date"),
                    previous=58.1,
                    previousLabel=text("Cùng kỳ", "Same period"),
                    better="up",
                    period=text("11 tháng 2025", "11 months 2025"),
                ),
                "ytd": number(
                    "Lũy kế từ đầu năm",
                    "Year to date",
                    53_921,
                    "bn VND",
                    previous=48_733,
                    previousLabel=text("Cùng kỳ", "Same period"),
                ),
                "month": number("Trong tháng", "In the month", 4_361, "bn VND"),
                "yoy": number("So với cùng kỳ", "Versus same period", 10.6, "%", 1),
            },
            "series": {
                "monthly": {
                    "label": text(
                        "Vốn đầu tư công thực hiện theo tháng",
                        "Public investment disbursed by month",
                    ),
                    "unit": "bn VND",
                    "decimals": 0,
                    "step": "month",
                    "lines": [
                        line("this_year", "Năm 2025", "Year 2025", this_year),
                        line("last_year", "Năm 2024", "Year 2024", last_year),
                    ],
                }
            },
            "tables": {
                "provinces": {
                    "label": text("Vốn đầu tư theo địa phương", "Investment by province"),
                    "columns": [
                        {"id": "name", "label": text("Địa phương", "Province"), "kind": "text"},
                        {
                            "id": "ytd",
                            "label": text("Lũy kế", "To date"),
                            "kind": "number",
                            "unit": "bn VND",
                            "decimals": 0,
                        },
                        {
                            "id": "plan_share",
                            "label": text("Kế hoạch", "Plan"),
                            "kind": "number",
                            "unit": "%",
                            "decimals": 1,
                        },
                        {
                            "id": "yoy",
                            "label": text("Cùng kỳ", "Year on year"),
                            "kind": "number",
                            "unit": "%",
                            "decimals": 1,
                        },
                    ],
                    "rows": [
                        {
                            "name": n,
                            "ytd": 60_000 - 3_911 * i,
                            "plan_share": 88.2 - 2.7 * i,
                            "yoy": 21.4 - 3.3 * i,
                        }
                        for i, n in enumerate(
                            [
                                "TP. Hồ Chí Minh",
                                "Hà Nội",
                                "Bà Rịa - Vũng Tàu",
                                "Thừa Thiên Huế",
                                "Quảng Ninh",
                                "Hải Phòng",
                                "Đồng Nai",
                                "Bình Dương",
                                "Nghệ An",
                                "Thanh Hóa",
                                "Cần Thơ",
                                "Đà Nẵng",
                            ]
                        )
                    ],
                }
            },
        },
        age_ms=9 * DAY_MS,
        stale_after_ms=75 * DAY_MS,
    )


def prices() -> Envelope:
    """Return the envelope."""
    points = [[at, round(3.1 + 0.9 * math.sin(i / 2.7), 2)] for i, at in enumerate(months(24))]
    return envelope(
        "economy.prices",
        text("Chỉ số giá tiêu dùng (cả nước)", "Consumer prices (national)"),
        "thong-ke",
        {
            "numbers": {
                "cpi_yoy": number(
                    "So với cùng kỳ năm trước",
                    "Versus last year",
                    3.58,
                    "%",
                    2,
                    target=4.5,
                    targetLabel=text("Mức trần 2026", "Ceiling 2026"),
                    previous=2.77,
                    previousLabel=text("Cùng kỳ", "Same period"),
                    better="down",
                    period=text("11/2025", "11/2025"),
                ),
                "cpi_mom": number("So với tháng trước", "Versus last month", 0.45, "%", 2),
                "cpi_ytd": number("Bình quân 11 tháng", "Average of 11 months", 3.29, "%", 2),
            },
            "series": {
                "cpi_yoy": {
                    "label": text("Giá tiêu dùng so với cùng kỳ", "Consumer prices, year on year"),
                    "unit": "%",
                    "decimals": 2,
                    "step": "month",
                    "lines": [line("cpi_yoy", "CPI", "CPI", points)],
                    "thresholds": [
                        {
                            "label": text("Mức trần 4,5%", "Ceiling 4.5%"),
                            "value": 4.5,
                            "status": "warning",
                        }
                    ],
                }
            },
            "tables": {
                "goods": {
                    "label": text("Nhóm hàng tăng giá nhiều nhất", "Goods rising most"),
                    "columns": [
                        {"id": "name", "label": text("Nhóm hàng", "Goods"), "kind": "text"},
                        {
                            "id": "yoy",
                            "label": text("Cùng kỳ", "Year"),
                            "kind": "number",
                            "unit": "%",
                            "decimals": 2,
                        },
                        {
                            "id": "mom",
                            "label": text("Tháng trước", "Month"),
                            "kind": "number",
                            "unit": "%",
                            "decimals": 2,
                        },
                    ],
                    "rows": [
                        {"name": n, "yoy": 13.07 - 1.9 * i, "mom": 0.9 - 0.21 * i}
                        for i, n in enumerate(
                            [
                                "Thuốc và dịch vụ y tế",
                                "Nhà ở, điện, nước, chất đốt và vật liệu xây dựng",
                                "Hàng ăn và dịch vụ ăn uống",
                                "Hàng hóa và dịch vụ khác",
                                "Giáo dục",
                                "Văn hóa, giải trí và du lịch",
                                "May mặc, mũ nón và giày dép",
                                "Bưu chính viễn thông",
                                "Giao thông",
                            ]
                        )
                    ],
                }
            },
        },
        age_ms=20 * DAY_MS,
        stale_after_ms=75 * DAY_MS,
    )
