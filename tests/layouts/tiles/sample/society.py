"""Dengue, alerts, log-ins, citizen feedback, food safety."""

from __future__ import annotations

import math

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import (
    DAY_MS,
    HOUR_MS,
    NOW_MS,
    absent,
    envelope,
    line,
    months,
    number,
    text,
    wave,
)
from tests.layouts.tiles.sample.transport import item


def dengue() -> Envelope:
    """Return the envelope."""
    starts = months(24)
    cases = [
        [at, round(60 + 420 * max(0.0, math.sin((i - 5) / 24 * 4 * math.pi)) ** 2 * (0.7 + i / 30))]
        for i, at in enumerate(starts)
    ]
    mean = [
        [at, round(70 + 300 * max(0.0, math.sin((i - 5) / 24 * 4 * math.pi)) ** 2)]
        for i, at in enumerate(starts)
    ]
    limit = [[at, round(float(value or 0) * 1.4 + 40)] for at, value in mean]
    return envelope(
        "health.dengue",
        text("Sốt xuất huyết Dengue", "Dengue fever"),
        "cdc",
        {
            "numbers": {
                "month_cases": number(
                    "Ca mắc trong tháng",
                    "Cases this month",
                    512,
                    "cases",
                    0,
                    "warning",
                    previous=377,
                    previousLabel=text("Trung bình 5 năm", "Five-year mean"),
                    better="down",
                ),
                "year_cases": number("Ca mắc từ đầu năm", "Cases this year", 6516, "cases"),
                "expected": number("Dự kiến theo mùa", "Expected for the season", 377, "cases"),
            },
            "series": {
                "curve": {
                    "label": text("Đường cong dịch", "Epidemic curve"),
                    "unit": "cases",
                    "decimals": 0,
                    "step": "month",
                    "lines": [
                        line("cases", "Ca mắc", "Cases", cases),
                        line("mean5", "Trung bình 5 năm", "Five-year mean", mean),
                        line("threshold", "Ngưỡng dịch", "Epidemic threshold", limit),
                    ],
                }
            },
            "tables": {
                "years": {
                    "label": text("Ca mắc theo năm", "Cases by year"),
                    "columns": [
                        {"id": "year", "label": text("Năm", "Year"), "kind": "text"},
                        {
                            "id": "cases",
                            "label": text("Ca mắc", "Cases"),
                            "kind": "number",
                            "decimals": 0,
                        },
                    ],
                    "rows": [
                        {"year": str(y), "cases": c}
                        for y, c in [
                            (2009, 16175),
                            (2017, 37651),
                            (2022, 19779),
                            (2023, 40460),
                            (2024, 8836),
                            (2025, 6516),
                        ]
                    ],
                }
            },
        },
        age_ms=6 * DAY_MS,
        stale_after_ms=60 * DAY_MS,
    )


def alerts() -> Envelope:
    """Return the envelope."""
    active = [
        item(
            0,
            "Cảnh báo mưa lớn diện rộng, nguy cơ úng ngập nội thành trong 6 giờ tới",
            "Widespread heavy rain, risk of inner-city flooding within 6 hours",
            "critical",
            kind=text("Thời tiết", "Weather"),
            untilMs=NOW_MS + 6 * HOUR_MS,
            place=text("12 quận cũ nội thành", "Inner city"),
        ),
        item(
            1,
            "Gió mạnh và sấm sét khu vực phía Tây Hà Nội",
            "Strong wind and lightning in the west of Hanoi",
            "warning",
            kind=text("Thời tiết", "Weather"),
            untilMs=NOW_MS + 3 * HOUR_MS,
            place=text("Ba Vì, Sơn Tây, Thạch Thất", "Ba Vì, Sơn Tây, Thạch Thất"),
        ),
        item(
            2,
            "Rò rỉ hóa chất tại khu công nghiệp Quang Minh",
            "Chemical leak in Quang Minh industrial park",
            "warning",
            kind=text("Hóa chất", "Chemical"),
            place=text("Xã Quang Minh", "Quang Minh commune"),
        ),
        item(
            3,
            "Chất lượng không khí ở mức xấu",
            "Air quality is bad",
            "caution",
            kind=text("Môi trường", "Environment"),
            place=text("Nội thành", "Inner city"),
        ),
        item(
            4,
            "Mực nước sông Hồng tại Long Biên lên nhanh",
            "Red River at Long Biên rising fast",
            "information",
            kind=text("Thủy văn", "Hydrology"),
            place=text("Long Biên", "Long Biên"),
        ),
        item(
            5,
            "Sơ tán giả định do vỡ đê bối",
            "Assumed evacuation after a dyke breach",
            "critical",
            kind=text("Phòng thủ dân sự", "Civil defence"),
            actual=False,
            place=text("Phường Hồng Hà", "Hồng Hà ward"),
        ),
        item(
            6,
            "Kiểm tra hệ thống nhắn tin cảnh báo",
            "Test of the warning message system",
            "warning",
            kind=text("Thử nghiệm", "Test"),
            actual=False,
            place=text("Toàn thành phố", "Whole city"),
        ),
    ]
    return envelope(
        "security.alerts",
        text("Cảnh báo đang hiệu lực", "Alerts in force"),
        "cong-an",
        {
            "numbers": {
                "active": number("Đang hiệu lực", "In force", 5, "", 0),
                "severe": number("Từ mức cảnh báo", "Warning or graver", 3, "", 0, "critical"),
            },
            "items": {"active": active},
        },
        origin="simulated",
    )


def logins() -> Envelope:
    """Return the envelope."""
    points = wave(121, 60_000.0, 2, 46, turns=1.5, rough=0.5)
    return envelope(
        "security.logins",
        text("Đăng nhập hệ thống", "System logins"),
        "cong-an",
        {
            "numbers": {
                "failed_1h": number(
                    "Đăng nhập sai trong giờ qua",
                    "Failed logins in the last hour",
                    1284,
                    "logins",
                    0,
                    "caution",
                    previous=310,
                    previousLabel=text("Cùng giờ hôm qua", "Same hour yesterday"),
                    better="down",
                ),
                "ratio": number("Tỷ lệ đăng nhập sai", "Share of failed logins", 96.2, "%", 1),
                "events_1h": number(
                    "Sự kiện nhật ký trong 1 giờ", "Log events, last hour", 5210, "sự kiện"
                ),
            },
            "series": {
                "failed": {
                    "label": text("Đăng nhập sai mỗi phút", "Failed logins per minute"),
                    "unit": "",
                    "decimals": 0,
                    "step": "hour",
                    "lines": [line("failed", "Đăng nhập sai", "Failed", points)],
                    "thresholds": [
                        {
                            "label": text("Ngưỡng chú ý", "Attention"),
                            "value": 40,
                            "status": "caution",
                        }
                    ],
                }
            },
            "tables": {
                "hosts": {
                    "label": text("Máy chủ bị dò mật khẩu", "Hosts under guessing"),
                    "columns": [
                        {"id": "name", "label": text("Máy chủ", "Host"), "kind": "text"},
                        {
                            "id": "failed",
                            "label": text("Sai", "Failed"),
                            "kind": "number",
                            "decimals": 0,
                        },
                    ],
                    "rows": [
                        {"name": n, "failed": 412 - 61 * i}
                        for i, n in enumerate(
                            [
                                "LabSZ",
                                "web-01.cong-dich-vu",
                                "db-02",
                                "mail",
                                "vpn-gw",
                                "ihanoi-api",
                            ]
                        )
                    ],
                },
                "users": {
                    "label": text("Tài khoản bị thử nhiều nhất", "Accounts tried most"),
                    "columns": [
                        {"id": "name", "label": text("Tài khoản", "Account"), "kind": "text"},
                        {
                            "id": "failed",
                            "label": text("Sai", "Failed"),
                            "kind": "number",
                            "decimals": 0,
                        },
                    ],
                    "rows": [
                        {"name": n, "failed": 370 - 55 * i}
                        for i, n in enumerate(
                            ["root", "admin", "oracle", "support", "test", "guest"]
                        )
                    ],
                },
            },
        },
        age_ms=20_000.0,
        stale_after_ms=10 * 60_000.0,
    )


def food() -> Envelope:
    """Return the envelope."""
    return absent("food.safety", text("An toàn thực phẩm", "Food safety"), "y-te")
