"""Air at the stations, rain at the gauges."""

from __future__ import annotations

import math

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import (
    DAY_MS,
    HOUR_MS,
    NOW_MS,
    areas,
    envelope,
    line,
    number,
    text,
    wave,
)


def _band(aqi: float) -> str:
    return next(
        b
        for b, upper in (
            ("good", 50),
            ("moderate", 100),
            ("poor", 150),
            ("bad", 200),
            ("very_bad", 300),
            ("hazardous", 999),
        )
        if aqi <= upper
    )


STATIONS = [
    ("st01", "Hoàn Kiếm", 21.0310, 105.8520, 168),
    ("st02", "Hàng Đậu", 21.0410, 105.8480, 171),
    ("st03", "Kim Liên", 21.0070, 105.8360, 143),
    ("st04", "Thành Công", 21.0200, 105.8140, 139),
    ("st05", "Tân Mai", 20.9830, 105.8510, 156),
    ("st06", "Mỹ Đình", 21.0290, 105.7730, 128),
    ("st07", "Phạm Văn Đồng", 21.0530, 105.7820, 161),
    ("st08", "Tây Mỗ", 21.0010, 105.7470, 118),
    ("st09", "Trung Yên 3", 21.0120, 105.8010, 133),
    ("st10", "Minh Khai (Bắc Từ Liêm)", 21.0560, 105.7420, 152),
    ("st11", "Sóc Sơn", 21.2460, 105.8490, 74),
    ("st12", "Đông Anh", 21.1390, 105.8490, 92),
    ("st13", "Sơn Tây", 21.1440, 105.4900, 47),
    ("st14", "Hà Đông", 20.9730, 105.7780, 122),
    ("st15", "Đại sứ quán Hoa Kỳ, 7 Láng Hạ", 21.0215, 105.8190, 163),
    ("st16", "Chương Mỹ", 20.9250, 105.6990, 83),
    ("st17", "Mỹ Đức", 20.6860, 105.7410, 68),
    ("st18", "Gia Lâm", 21.0200, 105.9390, 147),
]


def air() -> Envelope:
    """Return the envelope."""
    median = wave(169, HOUR_MS, 28, 96, turns=7)
    highest = [[at, None if value is None else round(value * 1.35 + 12, 1)] for at, value in median]
    for index in range(60, 66):
        median[index][1] = highest[index][1] = None
    values = {
        key: {"value": aqi, "band": _band(aqi), "label": text(name, name)}
        for key, name, _, _, aqi in STATIONS
    }
    ranked = sorted(STATIONS, key=lambda station: -station[4])
    area_values = {
        area["code"]: {"value": 70 + (i * 13) % 110, "band": _band(70 + (i * 13) % 110)}
        for i, area in enumerate(areas())
    }
    return envelope(
        "environment.air",
        text("Chất lượng không khí", "Air quality"),
        "nong-nghiep-moi-truong",
        {
            "numbers": {
                "aqi": number(
                    "VN_AQI cao nhất",
                    "Highest VN_AQI",
                    171,
                    "VN_AQI",
                    0,
                    "warning",
                    band="bad",
                    scale="vn_aqi",
                    previous=143,
                    previousLabel=text("Cùng giờ hôm qua", "Same hour yesterday"),
                ),
                "aqi_median": number(
                    "VN_AQI trung vị",
                    "Median VN_AQI",
                    136,
                    "VN_AQI",
                    0,
                    "caution",
                    band="poor",
                    scale="vn_aqi",
                ),
                "pm25_median": number(
                    "PM2.5 trung vị",
                    "Median PM2.5",
                    61.4,
                    "µg/m³",
                    1,
                    "caution",
                    target=45,
                    targetLabel=text("Giới hạn 24 giờ", "24-hour limit"),
                ),
                "temperature": number("Nhiệt độ", "Temperature", 31.4, "°C", 1),
                "humidity": number("Độ ẩm", "Humidity", 78, "%"),
                "stations_bad": number(
                    "Trạm từ mức xấu", "Stations bad or worse", 6, "", 0, "warning"
                ),
                "stations_suspect": number(
                    "Trạm nghi lặp số liệu", "Stations suspected cloned", 47, "", 0
                ),
            },
            "series": {
                "pm25": {
                    "label": text("PM2.5 trong 7 ngày", "PM2.5 over 7 days"),
                    "unit": "µg/m³",
                    "decimals": 0,
                    "step": "hour",
                    "lines": [
                        line("median", "Trung vị các trạm", "Median of stations", median),
                        line("highest", "Trạm cao nhất", "Highest station", highest),
                    ],
                    "thresholds": [
                        {
                            "label": text("Giới hạn 24 giờ: 45", "24-hour limit: 45"),
                            "value": 45,
                            "status": "caution",
                        }
                    ],
                }
            },
            "tables": {
                "stations": {
                    "label": text("Trạm quan trắc", "Monitoring stations"),
                    "columns": [
                        {"id": "name", "label": text("Trạm", "Station"), "kind": "text"},
                        {
                            "id": "aqi",
                            "label": text("VN_AQI", "VN_AQI"),
                            "kind": "number",
                            "decimals": 0,
                        },
                        {
                            "id": "band",
                            "label": text("Mức", "Band"),
                            "kind": "band",
                            "scale": "vn_aqi",
                        },
                        {
                            "id": "pm25",
                            "label": text("PM2.5", "PM2.5"),
                            "kind": "number",
                            "unit": "µg/m³",
                            "decimals": 1,
                        },
                        {"id": "area", "label": text("Địa bàn", "Area"), "kind": "area"},
                    ],
                    "rows": [
                        {
                            "name": name,
                            "aqi": aqi,
                            "band": _band(aqi),
                            "pm25": aqi * 0.52,
                            "area": "Văn Miếu - Quốc Tử Giám" if i % 5 == 2 else "Hoàn Kiếm",
                        }
                        for i, (_, name, _, _, aqi) in enumerate(ranked)
                    ],
                    "total": 65,
                }
            },
            "maps": {
                "stations": {
                    "label": text("VN_AQI tại các trạm", "VN_AQI by station"),
                    "layer": "stations.environment.air",
                    "unit": "VN_AQI",
                    "decimals": 0,
                    "scale": "vn_aqi",
                    "values": values,
                    "worst": [station[0] for station in ranked[:8]],
                },
                "areas": {
                    "label": text("VN_AQI theo địa bàn", "VN_AQI by area"),
                    "layer": "areas",
                    "unit": "VN_AQI",
                    "decimals": 0,
                    "scale": "vn_aqi",
                    "values": area_values,
                    "worst": ["00070", "00082", "00226"],
                },
            },
        },
        age_ms=38 * 60_000.0,
        stale_after_ms=3 * HOUR_MS,
    )


GAUGES = [
    "Ô Chợ Dừa",
    "Hai Bà Trưng",
    "Yên Sở",
    "Vĩnh Thanh",
    "Thường Tín",
    "Văn Miếu",
    "Thanh Trì#2",
    "Ba Đình",
    "Vân Hồ",
    "Trúc Bạch",
    "Cầu Giấy",
    "Hoàng Quốc Việt",
    "Đồng Bông 2",
    "Đan Phượng",
    "Thạch Thất",
    "Hoài Đức",
]


def _rain_band(mm: float) -> str:
    return next(
        b
        for b, upper in (
            ("dry", 0.5),
            ("light", 16),
            ("moderate", 50),
            ("heavy", 100),
            ("very_heavy", 9999),
        )
        if mm <= upper
    )


def rain() -> Envelope:
    """Return the envelope."""
    daily = [
        [NOW_MS - (29 - i) * DAY_MS, round(max(0.0, 34 * math.sin(i * 1.7) ** 3), 1)]
        for i in range(30)
    ]
    daily[27][1] = 71.5
    daily[11][1] = None
    values = {
        area["code"]: {"value": mm, "band": _rain_band(mm)}
        for i, area in enumerate(areas())
        for mm in [
            round(
                max(
                    0.0,
                    86.5
                    * math.exp(
                        -(
                            (
                                math.dist(
                                    (float(area["lat"]), float(area["lon"])), (21.023, 105.826)
                                )
                                / 0.11
                            )
                            ** 2
                        )
                    )
                    + 6 * math.sin(i * 0.37),
                ),
                1,
            )
        ]
    }
    worst = sorted(values, key=lambda code: -values[code]["value"])[:6]
    return envelope(
        "environment.rain",
        text("Mưa và nguy cơ úng ngập", "Rain and flood risk"),
        "thoat-nuoc",
        {
            "numbers": {
                "max_day": number(
                    "Mưa lớn nhất 24 giờ",
                    "Heaviest rain in 24 hours",
                    86.5,
                    "mm",
                    1,
                    "warning",
                    band="heavy",
                    scale="rain_24h",
                    target=100,
                    targetLabel=text("Ngưỡng ngập nhiều điểm", "Many places flood from"),
                ),
                "median_day": number("Trung vị các trạm", "Median of gauges", 31.2, "mm", 1),
                "gauges_wet": number("Trạm có mưa", "Gauges with rain", 41, "", 0),
                "gauges_refused": number(
                    "Số liệu bị loại", "Readings refused", 2, "", 0, "caution"
                ),
            },
            "series": {
                "daily": {
                    "label": text("Lượng mưa ngày, 30 ngày", "Daily rain, 30 days"),
                    "unit": "mm",
                    "decimals": 1,
                    "step": "day",
                    "lines": [line("median", "Trung vị", "Median", daily)],
                    "thresholds": [
                        {
                            "label": text("Mưa to: 50 mm", "Heavy rain: 50 mm"),
                            "value": 50,
                            "status": "caution",
                        }
                    ],
                }
            },
            "tables": {
                "gauges": {
                    "label": text("Lượng mưa tại các trạm", "Rain by gauge"),
                    "columns": [
                        {"id": "name", "label": text("Trạm đo", "Gauge"), "kind": "text"},
                        {
                            "id": "rain",
                            "label": text("Lượng mưa", "Rain"),
                            "kind": "number",
                            "unit": "mm",
                            "decimals": 1,
                        },
                    ],
                    "rows": [
                        {"name": n, "rain": round(86.5 * 0.83**i, 1)} for i, n in enumerate(GAUGES)
                    ],
                    "total": 49,
                }
            },
            "maps": {
                "areas": {
                    "label": text("Lượng mưa 24 giờ theo địa bàn", "Rain in 24 hours by area"),
                    "layer": "areas",
                    "unit": "mm",
                    "decimals": 0,
                    "scale": "rain_24h",
                    "values": values,
                    "worst": worst,
                }
            },
        },
        age_ms=11 * HOUR_MS,
        stale_after_ms=36 * HOUR_MS,
    )
