"""Hand-made envelopes of every aggregate the scenes read, as full and as long-worded as real ones.

Deterministic: no clock, no chance. `NOW_MS` is the glass time they were made at.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data_access.classification import Classification
from data_access.envelope import Envelope, Origin, Payload

HOUR_MS = 3_600_000.0
DAY_MS = 24 * HOUR_MS
NOW_MS = 1_764_067_500_000.0  # 2025-11-25 17:45 in Hanoi
ROOT = Path(__file__).parents[3]

OWNERS = {
    "tai-chinh": ("Sở Tài chính", "Department of Finance"),
    "thong-ke": ("Thống kê TP Hà Nội", "Hanoi Statistics"),
    "cong-an": ("Công an TP Hà Nội", "Hanoi City Police"),
    "nong-nghiep-moi-truong": (
        "Sở Nông nghiệp và Môi trường",
        "Department of Agriculture and Environment",
    ),
    "thoat-nuoc": ("Công ty Thoát nước Hà Nội (HSDC)", "Hanoi Sewerage and Drainage Company"),
    "cdc": ("CDC Hà Nội", "Hanoi Centre for Disease Control"),
    "trung-tam-du-lieu": (
        "Văn phòng UBND TP - Trung tâm Truyền thông, Dữ liệu và Công nghệ số",
        "City People's Committee Office - Centre for Communications, Data and Digital Technology",
    ),
    "y-te": ("Sở Y tế", "Department of Health"),
}


def text(vi: str, en: str) -> dict[str, str]:
    """Return a text in both languages."""
    return {"vi": vi, "en": en}


def envelope(
    aggregate: str,
    label: dict[str, str],
    owner: str,
    payload: Payload,
    *,
    origin: Origin = "replay",
    age_ms: float = 4 * 60_000.0,
    stale_after_ms: float = HOUR_MS,
    source_at_ms: float | None = 1_331_600_000_000.0,
    version: int = 7,
    **more: Any,
) -> Envelope:
    """Return an envelope with the usual particulars."""
    owner_vi, owner_en = OWNERS[owner]
    return Envelope(
        realm="live",
        aggregate=aggregate,
        version=version,
        label=label,
        state=more.pop("state", "ok"),
        made_at_ms=NOW_MS,
        as_of_ms=NOW_MS - age_ms,
        source_at_ms=source_at_ms if origin == "replay" else None,
        stale_after_ms=stale_after_ms,
        owner=owner,
        owner_label=text(owner_vi, owner_en),
        datasets=(aggregate,),
        origin=origin,
        classification=Classification("internal"),
        payload=payload,
        **more,
    )


def absent(aggregate: str, label: dict[str, str], owner: str) -> Envelope:
    """Return the envelope of an aggregate nobody feeds."""
    return envelope(
        aggregate,
        label,
        owner,
        {},
        state="absent",
        reason=text("Chưa có nguồn dữ liệu trong hồ dữ liệu", "No source in the data lake"),
    )


def number(
    vi: str,
    en: str,
    value: float | None,
    unit: str,
    decimals: int = 0,
    status: str = "normal",
    **more: Any,
) -> Any:
    """Return one figure."""
    return {"label": text(vi, en), "value": value, "unit": unit, "decimals": decimals,
            "status": status, **more}  # fmt: skip


def line(name: str, vi: str, en: str, points: list[list[float | None]]) -> Any:
    """Return one line of a series."""
    return {"id": name, "label": text(vi, en), "points": points}


def wave(count: int, step_ms: float, low: float, high: float, *, turns: float, phase: float = 0.0,
         rough: float = 0.12) -> list[list[float | None]]:  # fmt: skip
    """Return `count` points up to now that rise and fall between `low` and `high`."""
    points: list[list[float | None]] = []
    for index in range(count):
        at = NOW_MS - (count - 1 - index) * step_ms
        turn = 0.5 - 0.5 * math.cos(2 * math.pi * turns * index / count + phase)
        noise = math.sin(index * 12.9898) * 43758.5453
        turn = min(1.0, max(0.0, turn + rough * (noise - math.floor(noise) - 0.5)))
        points.append([at, round(low + (high - low) * turn, 2)])
    return points


def months(count: int) -> list[float]:
    """Return the beginnings of the last `count` months, oldest first."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    year, month = 2025, 11
    found = []
    for _ in range(count):
        found.append(datetime(year, month, 1, tzinfo=zone).timestamp() * 1000)
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return found[::-1]


def areas() -> list[dict[str, str]]:
    """Return the units of the city folder."""
    with (ROOT / "city" / "areas.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def links() -> list[dict[str, Any]]:
    """Return the links of the road network: id, name."""
    import tomllib

    network = tomllib.loads((ROOT / "city" / "network.toml").read_text(encoding="utf-8"))
    names = {node["id"]: node["name"] for node in network["node"]}
    found = []
    for link in network["link"]:
        ends = (link.get("from") or link.get("a"), link.get("to") or link.get("b"))
        found.append({"id": link.get("id") or "-".join(ends), "from": ends[0], "to": ends[1],
                      "name": f"{names[ends[0]]} → {names[ends[1]]}"})  # fmt: skip
    return found


def everything() -> Mapping[str, Envelope]:
    """Return an envelope of every aggregate, by name."""
    made = [
        _investment(),
        _prices(),
        _speed(),
        _situations(),
        _air(),
        _rain(),
        _dengue(),
        _alerts(),
        _logins(),
        _feedback(),
        _food(),
        _quality(),
        _bottlenecks(),
    ]
    return {each.aggregate: each for each in made}


def _investment() -> Envelope:
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
                    "Tỷ lệ so với kế hoạch năm", "Share of the year's plan", 64.4, "%", 1,
                    "caution", target=91.7, targetLabel=text("Tiến độ kế hoạch", "Plan to date"),
                    previous=58.1, previousLabel=text("Cùng kỳ", "Same period"), better="up",
                    period=text("11 tháng 2025", "11 months 2025"),
                ),
                "ytd": number("Lũy kế từ đầu năm", "Year to date", 53_921, "bn VND",
                              previous=48_733, previousLabel=text("Cùng kỳ", "Same period")),
                "month": number("Trong tháng", "In the month", 4_361, "bn VND"),
                "yoy": number("So với cùng kỳ", "Versus same period", 10.6, "%", 1),
            },
            "series": {
                "monthly": {
                    "label": text("Vốn đầu tư theo tháng", "Investment by month"),
                    "unit": "bn VND", "decimals": 0, "step": "month",
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
                        {"id": "ytd", "label": text("Lũy kế", "To date"), "kind": "number",
                         "unit": "bn VND", "decimals": 0},
                        {"id": "plan_share", "label": text("Kế hoạch", "Plan"), "kind": "number",
                         "unit": "%", "decimals": 1},
                        {"id": "yoy", "label": text("Cùng kỳ", "Year on year"),
                         "kind": "number", "unit": "%", "decimals": 1},
                    ],
                    "rows": [
                        {"name": n, "ytd": 60_000 - 3_911 * i, "plan_share": 88.2 - 2.7 * i,
                         "yoy": 21.4 - 3.3 * i}
                        for i, n in enumerate(
                            ["TP. Hồ Chí Minh", "Hà Nội", "Bà Rịa - Vũng Tàu", "Thừa Thiên Huế",
                             "Quảng Ninh", "Hải Phòng", "Đồng Nai", "Bình Dương", "Nghệ An",
                             "Thanh Hóa", "Cần Thơ", "Đà Nẵng"])
                    ],
                }
            },
        },
        age_ms=9 * DAY_MS, stale_after_ms=75 * DAY_MS,
    )  # fmt: skip


def _prices() -> Envelope:
    points = [[at, round(3.1 + 0.9 * math.sin(i / 2.7), 2)] for i, at in enumerate(months(24))]
    return envelope(
        "economy.prices",
        text("Chỉ số giá tiêu dùng (cả nước)", "Consumer prices (national)"),
        "thong-ke",
        {
            "numbers": {
                "cpi_yoy": number("So với cùng kỳ năm trước", "Versus last year", 3.58, "%", 2,
                                  target=4.5, targetLabel=text("Mức trần 2026", "Ceiling 2026"),
                                  previous=2.77, previousLabel=text("Cùng kỳ", "Same period"),
                                  better="down", period=text("11/2025", "11/2025")),
                "cpi_mom": number("So với tháng trước", "Versus last month", 0.45, "%", 2),
                "cpi_ytd": number("Bình quân 11 tháng", "Average of 11 months", 3.29, "%", 2),
            },
            "series": {
                "cpi_yoy": {
                    "label": text("Giá tiêu dùng so với cùng kỳ", "Consumer prices, year on year"),
                    "unit": "%", "decimals": 2, "step": "month",
                    "lines": [line("cpi_yoy", "CPI", "CPI", points)],
                    "thresholds": [{"label": text("Mức trần 4,5 %", "Ceiling 4.5 %"),
                                    "value": 4.5, "status": "warning"}],
                }
            },
            "tables": {
                "goods": {
                    "label": text("Nhóm hàng tăng giá nhiều nhất", "Goods rising most"),
                    "columns": [
                        {"id": "name", "label": text("Nhóm hàng", "Goods"), "kind": "text"},
                        {"id": "yoy", "label": text("Cùng kỳ", "Year"), "kind": "number",
                         "unit": "%", "decimals": 2},
                        {"id": "mom", "label": text("Tháng trước", "Month"), "kind": "number",
                         "unit": "%", "decimals": 2},
                    ],
                    "rows": [
                        {"name": n, "yoy": 13.07 - 1.9 * i, "mom": 0.9 - 0.21 * i}
                        for i, n in enumerate(
                            ["Thuốc và dịch vụ y tế", "Nhà ở, điện, nước, chất đốt và vật liệu xây dựng",
                             "Hàng ăn và dịch vụ ăn uống", "Hàng hóa và dịch vụ khác", "Giáo dục",
                             "Văn hóa, giải trí và du lịch", "May mặc, mũ nón và giày dép",
                             "Bưu chính viễn thông", "Giao thông"])
                    ],
                }
            },
        },
        age_ms=20 * DAY_MS, stale_after_ms=75 * DAY_MS,
    )  # fmt: skip


def _los(ratio: float) -> str:
    return next(b for b, upper in (("F", 30), ("E", 40), ("D", 50), ("C", 67), ("B", 80), ("A", 999))
                if ratio <= upper)  # fmt: skip


def _speed() -> Envelope:
    values: dict[str, Any] = {}
    rows = []
    for index, link in enumerate(links()):
        ratio = 24 + (index * 37) % 76 if index % 4 == 0 else 55 + (index * 29) % 45
        speed = round(0.45 * ratio, 1)
        values[link["id"]] = {"value": speed, "band": _los(ratio),
                              "label": text(link["name"], link["name"])}  # fmt: skip
        rows.append({"id": link["id"], "name": link["name"], "speed": speed, "los": _los(ratio),
                     "ratio": float(ratio)})  # fmt: skip
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
                "mean_speed": number("Tốc độ trung bình", "Mean speed", 27.4, "km/h", 1, "normal",
                                     previous=29.9, better="up",
                                     previousLabel=text("Cùng giờ tuần trước", "Same hour last week")),
                "congested_share": number("Đoạn ùn tắc", "Congested links", 18, "%", 0, "warning"),
                "congested_links": number("Đoạn đang ùn tắc", "Links congested now", 11, "", 0,
                                          "warning"),
                "worst_speed": number("Chậm nhất", "Slowest", 10.8, "km/h", 1, "warning"),
            },
            "series": {
                "mean_speed": {
                    "label": text("Tốc độ trung bình 24 giờ", "Mean speed, 24 hours"),
                    "unit": "km/h", "decimals": 1, "step": "hour",
                    "lines": [line("mean_speed", "Trung bình", "Mean", day)],
                    "thresholds": [{"label": text("Ngưỡng ùn tắc", "Congestion"), "value": 20,
                                    "status": "warning", "below": True}],
                }
            },
            "tables": {
                "worst_links": {
                    "label": text("Đoạn đường chậm nhất", "Slowest links"),
                    "columns": [
                        {"id": "name", "label": text("Đoạn đường", "Link"), "kind": "text"},
                        {"id": "speed", "label": text("Tốc độ", "Speed"), "kind": "number",
                         "unit": "km/h", "decimals": 1},
                        {"id": "los", "label": text("Mức phục vụ", "Level"), "kind": "band",
                         "scale": "los"},
                        {"id": "ratio", "label": text("So với thông thoáng", "Of free flow"),
                         "kind": "number", "unit": "%", "decimals": 0},
                    ],
                    "rows": rows[:20], "total": len(rows),
                }
            },
            "maps": {
                "links": {
                    "label": text("Mức phục vụ trên các đoạn đường", "Level of service by link"),
                    "layer": "links", "unit": "km/h", "decimals": 0, "scale": "los",
                    "values": values, "worst": [row["id"] for row in rows[:12]],
                }
            },
        },
        age_ms=2 * 60_000.0, stale_after_ms=15 * 60_000.0,
    )  # fmt: skip


def _item(index: int, vi: str, en: str, severity: str, **more: Any) -> Any:
    return {"id": f"i{index}", "title": text(vi, en), "severity": severity,
            "kind": more.pop("kind", text("Tai nạn", "Accident")),
            "atMs": NOW_MS - (index * 23 + 7) * 60_000.0, **more}  # fmt: skip


def _situations() -> Envelope:
    active = [
        _item(0, "Va chạm liên hoàn tại cầu Chương Dương, hai làn bị chặn",
              "Chain collision on Chương Dương bridge, two lanes blocked", "warning",
              place=text("Chương Dương - Trần Nhật Duật", "Chương Dương - Trần Nhật Duật")),
        _item(1, "Sửa chữa mặt đường đêm", "Night roadworks", "information",
              kind=text("Công trường", "Roadworks"), untilMs=NOW_MS + 9 * HOUR_MS,
              place=text("Minh Khai - cầu Vĩnh Tuy", "Minh Khai - Vĩnh Tuy bridge")),
        _item(2, "Xe hỏng chiếm làn trong", "Broken-down vehicle in the inner lane", "caution",
              kind=text("Chướng ngại", "Obstruction"), place=text("Ngã tư Vọng", "Vọng junction")),
        _item(3, "Đèn tín hiệu nhấp nháy vàng", "Signals flashing amber", "caution",
              kind=text("Thiết bị", "Equipment"),
              place=text("Giảng Võ - Láng Hạ - La Thành", "Giảng Võ - Láng Hạ - La Thành")),
        _item(4, "Cấm đường phục vụ lễ hội", "Street closed for a festival", "information",
              kind=text("Sự kiện", "Event"), untilMs=NOW_MS + 30 * HOUR_MS,
              place=text("Phố đi bộ hồ Hoàn Kiếm", "Hoàn Kiếm walking street")),
        _item(5, "Ngập nhẹ làn sát vỉa hè", "Light flooding at the kerb", "caution",
              kind=text("Thời tiết", "Weather"), place=text("Phan Bội Châu", "Phan Bội Châu")),
    ]  # fmt: skip
    return envelope(
        "transport.situations",
        text("Sự cố giao thông", "Traffic situations"),
        "cong-an",
        {
            "numbers": {"active": number("Sự cố đang xử lý", "Active situations", 6, "", 0)},
            "items": {"active": active},
        },
    )


def _band(aqi: float) -> str:
    return next(b for b, upper in (("good", 50), ("moderate", 100), ("poor", 150), ("bad", 200),
                ("very_bad", 300), ("hazardous", 999)) if aqi <= upper)  # fmt: skip


STATIONS = [
    ("st01", "Hoàn Kiếm", 21.0310, 105.8520, 168), ("st02", "Hàng Đậu", 21.0410, 105.8480, 171),
    ("st03", "Kim Liên", 21.0070, 105.8360, 143), ("st04", "Thành Công", 21.0200, 105.8140, 139),
    ("st05", "Tân Mai", 20.9830, 105.8510, 156), ("st06", "Mỹ Đình", 21.0290, 105.7730, 128),
    ("st07", "Phạm Văn Đồng", 21.0530, 105.7820, 161), ("st08", "Tây Mỗ", 21.0010, 105.7470, 118),
    ("st09", "Trung Yên 3", 21.0120, 105.8010, 133), ("st10", "Minh Khai (Bắc Từ Liêm)", 21.0560, 105.7420, 152),
    ("st11", "Sóc Sơn", 21.2460, 105.8490, 74), ("st12", "Đông Anh", 21.1390, 105.8490, 92),
    ("st13", "Sơn Tây", 21.1440, 105.4900, 47), ("st14", "Hà Đông", 20.9730, 105.7780, 122),
    ("st15", "Đại sứ quán Hoa Kỳ, 7 Láng Hạ", 21.0215, 105.8190, 163), ("st16", "Chương Mỹ", 20.9250, 105.6990, 83),
    ("st17", "Mỹ Đức", 20.6860, 105.7410, 68), ("st18", "Gia Lâm", 21.0200, 105.9390, 147),
]  # fmt: skip


def _air() -> Envelope:
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
                "aqi": number("VN_AQI cao nhất", "Highest VN_AQI", 171, "VN_AQI", 0, "warning",
                              band="bad", scale="vn_aqi", previous=143,
                              previousLabel=text("Cùng giờ hôm qua", "Same hour yesterday")),
                "aqi_median": number("VN_AQI trung vị", "Median VN_AQI", 136, "VN_AQI", 0,
                                     "caution", band="poor", scale="vn_aqi"),
                "pm25_median": number("PM2.5 trung vị", "Median PM2.5", 61.4, "µg/m³", 1, "caution",
                                      target=45, targetLabel=text("Giới hạn 24 giờ", "24-hour limit")),
                "stations_bad": number("Trạm từ mức xấu", "Stations bad or worse", 6, "", 0,
                                       "warning"),
                "stations_suspect": number("Trạm nghi lặp số liệu", "Stations suspected cloned",
                                           47, "", 0),
            },
            "series": {
                "pm25": {
                    "label": text("PM2.5 trong 7 ngày", "PM2.5 over 7 days"),
                    "unit": "µg/m³", "decimals": 0, "step": "hour",
                    "lines": [
                        line("median", "Trung vị các trạm", "Median of stations", median),
                        line("highest", "Trạm cao nhất", "Highest station", highest),
                    ],
                    "thresholds": [{"label": text("Giới hạn 24 giờ: 45", "24-hour limit: 45"),
                                    "value": 45, "status": "caution"}],
                }
            },
            "tables": {
                "stations": {
                    "label": text("Trạm quan trắc", "Monitoring stations"),
                    "columns": [
                        {"id": "name", "label": text("Trạm", "Station"), "kind": "text"},
                        {"id": "aqi", "label": text("VN_AQI", "VN_AQI"), "kind": "number",
                         "decimals": 0},
                        {"id": "band", "label": text("Mức", "Band"), "kind": "band",
                         "scale": "vn_aqi"},
                        {"id": "pm25", "label": text("PM2.5", "PM2.5"), "kind": "number",
                         "unit": "µg/m³", "decimals": 1},
                        {"id": "area", "label": text("Địa bàn", "Area"), "kind": "area"},
                    ],
                    "rows": [
                        {"name": name, "aqi": aqi, "band": _band(aqi), "pm25": aqi * 0.52,
                         "area": "Văn Miếu - Quốc Tử Giám" if i % 5 == 2 else "Hoàn Kiếm"}
                        for i, (_, name, _, _, aqi) in enumerate(ranked)
                    ],
                    "total": 65,
                }
            },
            "maps": {
                "stations": {
                    "label": text("VN_AQI tại các trạm", "VN_AQI by station"),
                    "layer": "stations.environment.air", "unit": "VN_AQI", "decimals": 0,
                    "scale": "vn_aqi", "values": values,
                    "worst": [station[0] for station in ranked[:8]],
                },
                "areas": {
                    "label": text("VN_AQI theo địa bàn", "VN_AQI by area"), "layer": "areas",
                    "unit": "VN_AQI", "decimals": 0, "scale": "vn_aqi", "values": area_values,
                    "worst": ["00070", "00082", "00226"],
                },
            },
        },
        age_ms=38 * 60_000.0, stale_after_ms=3 * HOUR_MS,
    )  # fmt: skip


GAUGES = ["Ô Chợ Dừa", "Hai Bà Trưng", "Yên Sở", "Vĩnh Thanh", "Thường Tín", "Văn Miếu",
          "Thanh Trì#2", "Ba Đình", "Vân Hồ", "Trúc Bạch", "Cầu Giấy", "Hoàng Quốc Việt",
          "Đồng Bông 2", "Đan Phượng", "Thạch Thất", "Hoài Đức"]  # fmt: skip


def _rain_band(mm: float) -> str:
    return next(b for b, upper in (("dry", 0.5), ("light", 16), ("moderate", 50), ("heavy", 100),
                ("very_heavy", 9999)) if mm <= upper)  # fmt: skip


def _rain() -> Envelope:
    daily = [[NOW_MS - (29 - i) * DAY_MS, round(max(0.0, 34 * math.sin(i * 1.7) ** 3), 1)]
             for i in range(30)]  # fmt: skip
    daily[27][1] = 71.5
    daily[11][1] = None
    values = {
        area["code"]: {"value": mm, "band": _rain_band(mm)}
        for i, area in enumerate(areas())
        for mm in [round(max(0.0, 86.5 * math.exp(-(math.dist((float(area["lat"]), float(area["lon"])), (21.023, 105.826)) / 0.11) ** 2) + 6 * math.sin(i * 0.37)), 1)]
    }
    worst = sorted(values, key=lambda code: -values[code]["value"])[:6]
    return envelope(
        "environment.rain",
        text("Mưa và nguy cơ úng ngập", "Rain and flood risk"),
        "thoat-nuoc",
        {
            "numbers": {
                "max_day": number("Mưa lớn nhất 24 giờ", "Heaviest rain in 24 hours", 86.5, "mm",
                                  1, "warning", band="heavy", scale="rain_24h",
                                  target=100, targetLabel=text("Ngưỡng ngập nhiều điểm",
                                                               "Many places flood from")),
                "median_day": number("Trung vị các trạm", "Median of gauges", 31.2, "mm", 1),
                "gauges_wet": number("Trạm có mưa", "Gauges with rain", 41, "", 0),
                "gauges_refused": number("Số liệu bị loại", "Readings refused", 2, "", 0,
                                         "caution"),
            },
            "series": {
                "daily": {
                    "label": text("Lượng mưa ngày, 30 ngày", "Daily rain, 30 days"),
                    "unit": "mm", "decimals": 1, "step": "day",
                    "lines": [line("median", "Trung vị", "Median", daily)],
                    "thresholds": [{"label": text("Mưa to: 50 mm", "Heavy rain: 50 mm"),
                                    "value": 50, "status": "caution"}],
                }
            },
            "tables": {
                "gauges": {
                    "label": text("Lượng mưa tại các trạm", "Rain by gauge"),
                    "columns": [
                        {"id": "name", "label": text("Trạm đo", "Gauge"), "kind": "text"},
                        {"id": "rain", "label": text("Lượng mưa", "Rain"), "kind": "number",
                         "unit": "mm", "decimals": 1},
                    ],
                    "rows": [{"name": n, "rain": round(86.5 * 0.83**i, 1)}
                             for i, n in enumerate(GAUGES)],
                    "total": 49,
                }
            },
            "maps": {
                "areas": {
                    "label": text("Lượng mưa 24 giờ theo địa bàn", "Rain in 24 hours by area"),
                    "layer": "areas", "unit": "mm", "decimals": 0, "scale": "rain_24h",
                    "values": values, "worst": worst,
                }
            },
        },
        age_ms=11 * HOUR_MS, stale_after_ms=36 * HOUR_MS,
    )  # fmt: skip


def _dengue() -> Envelope:
    starts = months(24)
    cases = [[at, round(60 + 420 * max(0.0, math.sin((i - 5) / 24 * 4 * math.pi)) ** 2 * (0.7 + i / 30))]
             for i, at in enumerate(starts)]  # fmt: skip
    mean = [[at, round(70 + 300 * max(0.0, math.sin((i - 5) / 24 * 4 * math.pi)) ** 2)]
            for i, at in enumerate(starts)]  # fmt: skip
    limit = [[at, round(float(value or 0) * 1.4 + 40)] for at, value in mean]
    return envelope(
        "health.dengue",
        text("Sốt xuất huyết Dengue", "Dengue fever"),
        "cdc",
        {
            "numbers": {
                "month_cases": number("Ca mắc trong tháng", "Cases this month", 512, "cases", 0,
                                      "warning", previous=377,
                                      previousLabel=text("Trung bình 5 năm", "Five-year mean"),
                                      better="down"),
                "year_cases": number("Ca mắc từ đầu năm", "Cases this year", 6516, "cases"),
                "expected": number("Dự kiến theo mùa", "Expected for the season", 377, "cases"),
            },
            "series": {
                "curve": {
                    "label": text("Đường cong dịch", "Epidemic curve"),
                    "unit": "cases", "decimals": 0, "step": "month",
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
                        {"id": "cases", "label": text("Ca mắc", "Cases"), "kind": "number",
                         "decimals": 0},
                    ],
                    "rows": [{"year": str(y), "cases": c} for y, c in
                             [(2009, 16175), (2017, 37651), (2022, 19779), (2023, 40460),
                              (2024, 8836), (2025, 6516)]],
                }
            },
        },
        age_ms=6 * DAY_MS, stale_after_ms=60 * DAY_MS,
    )  # fmt: skip


def _alerts() -> Envelope:
    active = [
        _item(0, "Cảnh báo mưa lớn diện rộng, nguy cơ úng ngập nội thành trong 6 giờ tới",
              "Widespread heavy rain, risk of inner-city flooding within 6 hours", "critical",
              kind=text("Thời tiết", "Weather"), untilMs=NOW_MS + 6 * HOUR_MS,
              place=text("12 quận cũ nội thành", "Inner city")),
        _item(1, "Gió mạnh và sấm sét khu vực phía Tây Hà Nội",
              "Strong wind and lightning in the west of Hanoi", "warning",
              kind=text("Thời tiết", "Weather"), untilMs=NOW_MS + 3 * HOUR_MS,
              place=text("Ba Vì, Sơn Tây, Thạch Thất", "Ba Vì, Sơn Tây, Thạch Thất")),
        _item(2, "Rò rỉ hóa chất tại khu công nghiệp Quang Minh",
              "Chemical leak in Quang Minh industrial park", "warning",
              kind=text("Hóa chất", "Chemical"), place=text("Xã Quang Minh", "Quang Minh commune")),
        _item(3, "Chất lượng không khí ở mức xấu", "Air quality is bad", "caution",
              kind=text("Môi trường", "Environment"), place=text("Nội thành", "Inner city")),
        _item(4, "Mực nước sông Hồng tại Long Biên lên nhanh",
              "Red River at Long Biên rising fast", "information",
              kind=text("Thủy văn", "Hydrology"), place=text("Long Biên", "Long Biên")),
        _item(5, "Sơ tán giả định do vỡ đê bối", "Assumed evacuation after a dyke breach",
              "critical", kind=text("Phòng thủ dân sự", "Civil defence"), actual=False,
              place=text("Phường Hồng Hà", "Hồng Hà ward")),
        _item(6, "Kiểm tra hệ thống nhắn tin cảnh báo", "Test of the warning message system",
              "warning", kind=text("Thử nghiệm", "Test"), actual=False,
              place=text("Toàn thành phố", "Whole city")),
    ]  # fmt: skip
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


def _logins() -> Envelope:
    points = wave(121, 60_000.0, 2, 46, turns=1.5, rough=0.5)
    return envelope(
        "security.logins",
        text("Đăng nhập hệ thống", "System logins"),
        "cong-an",
        {
            "numbers": {
                "failed_1h": number("Đăng nhập sai trong giờ qua", "Failed logins in the last hour",
                                    1284, "logins", 0, "caution", previous=310,
                                    previousLabel=text("Cùng giờ hôm qua", "Same hour yesterday"),
                                    better="down"),
                "ratio": number("Tỷ lệ đăng nhập sai", "Share of failed logins", 96.2, "%", 1),
            },
            "series": {
                "failed": {
                    "label": text("Đăng nhập sai mỗi phút", "Failed logins per minute"),
                    "unit": "", "decimals": 0, "step": "hour",
                    "lines": [line("failed", "Đăng nhập sai", "Failed", points)],
                    "thresholds": [{"label": text("Ngưỡng chú ý", "Attention"), "value": 40,
                                    "status": "caution"}],
                }
            },
            "tables": {
                "hosts": {
                    "label": text("Máy chủ bị dò mật khẩu", "Hosts under guessing"),
                    "columns": [
                        {"id": "name", "label": text("Máy chủ", "Host"), "kind": "text"},
                        {"id": "failed", "label": text("Sai", "Failed"), "kind": "number",
                         "decimals": 0},
                    ],
                    "rows": [{"name": n, "failed": 412 - 61 * i} for i, n in
                             enumerate(["LabSZ", "web-01.cong-dich-vu", "db-02", "mail", "vpn-gw",
                                        "ihanoi-api"])],
                },
                "users": {
                    "label": text("Tài khoản bị thử nhiều nhất", "Accounts tried most"),
                    "columns": [
                        {"id": "name", "label": text("Tài khoản", "Account"), "kind": "text"},
                        {"id": "failed", "label": text("Sai", "Failed"), "kind": "number",
                         "decimals": 0},
                    ],
                    "rows": [{"name": n, "failed": 370 - 55 * i} for i, n in
                             enumerate(["root", "admin", "oracle", "support", "test", "guest"])],
                },
            },
        },
        age_ms=20_000.0, stale_after_ms=10 * 60_000.0,
    )  # fmt: skip


CATEGORIES = ["Đô thị, trật tự vỉa hè", "Giao thông, hạ tầng", "Rác thải, vệ sinh môi trường",
              "Thoát nước, ngập úng", "Chiếu sáng công cộng", "Cây xanh", "Xây dựng, đất đai",
              "An ninh trật tự", "Môi trường, tiếng ồn", "An toàn thực phẩm", "Cấp nước",
              "Thủ tục hành chính"]  # fmt: skip


def _feedback() -> Envelope:
    opened = wave(30, DAY_MS, 210, 388, turns=4)
    closed = wave(30, DAY_MS, 180, 371, turns=4, phase=0.5)
    values = {}
    for i, area in enumerate(areas()):
        count = int(abs(17 * math.sin(i * 0.9)))
        band = next(b for b, upper in (("none", 0), ("few", 3), ("some", 6), ("many", 12),
                    ("most", 999)) if count <= upper)  # fmt: skip
        values[area["code"]] = {"value": count, "band": band}
    worst = sorted(values, key=lambda code: -values[code]["value"])[:6]
    return envelope(
        "feedback.requests",
        text("Phản ánh của người dân", "Citizen requests"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "on_time_share": number("Xử lý đúng hạn", "Handled on time", 71.8, "%", 1,
                                        "caution", target=90, previous=68.3, better="up",
                                        previousLabel=text("Tuần trước", "Last week")),
                "open": number("Đang xử lý", "Open", 1_286, "requests"),
                "closed": number("Đã đóng", "Closed", 9_714, "requests"),
                "closed_share": number("Tỷ lệ đã xử lý", "Share handled", 88.3, "%", 1),
                "median_age_h": number("Tuổi trung vị", "Median age", 41, "h", 0),
                "median_hours_to_close": number("Thời gian xử lý trung vị", "Median time to close",
                                                29.5, "h", 1),
            },
            "series": {
                "opened_closed": {
                    "label": text("Phản ánh mới và đã đóng", "Requests opened and closed"),
                    "unit": "", "decimals": 0, "step": "day",
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
                        {"id": "open", "label": text("Đang xử lý", "Open"), "kind": "number",
                         "decimals": 0},
                        {"id": "closed", "label": text("Đã đóng", "Closed"), "kind": "number",
                         "decimals": 0},
                    ],
                    "rows": [{"name": n, "open": int(312 * 0.78**i), "closed": int(2411 * 0.8**i)}
                             for i, n in enumerate(CATEGORIES)],
                },
                "ages": {
                    "label": text("Tuổi của phản ánh chưa xử lý", "Age of open requests"),
                    "columns": [
                        {"id": "bucket", "label": text("Tuổi", "Age"), "kind": "text"},
                        {"id": "count", "label": text("Số lượng", "Count"), "kind": "number",
                         "decimals": 0},
                    ],
                    "rows": [
                        {"bucket": text(vi, en), "count": count}
                        for vi, en, count in [
                            ("Dưới 8 giờ", "Under 8 h", 402), ("8 - 24 giờ", "8 - 24 h", 371),
                            ("1 - 3 ngày", "1 - 3 days", 288), ("3 - 7 ngày", "3 - 7 days", 143),
                            ("Trên 7 ngày", "Over 7 days", 82)]
                    ],
                },
                "areas": {
                    "label": text("Phản ánh theo phường, xã", "Requests by ward"),
                    "columns": [
                        {"id": "name", "label": text("Phường, xã", "Ward"), "kind": "text"},
                        {"id": "open", "label": text("Đang xử lý", "Open"), "kind": "number",
                         "decimals": 0},
                        {"id": "closed", "label": text("Đã đóng", "Closed"), "kind": "number",
                         "decimals": 0},
                    ],
                    "rows": [{"name": area["name"], "open": 64 - i, "closed": 640 - 9 * i}
                             for i, area in enumerate(areas()[:40])],
                    "total": 126,
                },
            },
            "maps": {
                "areas": {
                    "label": text("Phản ánh chưa xử lý theo địa bàn", "Open requests by area"),
                    "layer": "areas", "unit": "", "decimals": 0, "scale": "count",
                    "values": values, "worst": worst,
                }
            },
        },
    )  # fmt: skip


def _food() -> Envelope:
    return absent("food.safety", text("An toàn thực phẩm", "Food safety"), "y-te")


def _quality() -> Envelope:
    names = [
        ("Vốn đầu tư từ ngân sách nhà nước", "State investment", "ok", 0),
        ("Chỉ số giá tiêu dùng (cả nước)", "Consumer prices", "ok", 0),
        ("Tốc độ giao thông", "Traffic speed", "ok", 12),
        ("Sự cố giao thông", "Traffic situations", "ok", 1),
        ("Chất lượng không khí", "Air quality", "stale", 318),
        ("Lượng mưa ngày", "Daily rain", "ok", 37),
        ("Sốt xuất huyết Dengue", "Dengue fever", "ok", 0),
        ("Cảnh báo an ninh, an toàn", "Security alerts", "ok", 3),
        ("Nhật ký đăng nhập", "Login logs", "ok", 2),
        ("Phản ánh của người dân", "Citizen requests", "ok", 9),
        ("An toàn thực phẩm", "Food safety", "absent", 0),
    ]
    return envelope(
        "data.quality",
        text("Chất lượng dữ liệu", "Data quality"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "datasets_ok": number("Nguồn đang cập nhật", "Datasets up to date", 9, "", 0),
                "datasets_stale": number("Nguồn đã cũ", "Datasets old", 1, "", 0, "caution"),
                "datasets_absent": number("Chưa có nguồn", "Without a source", 1, "", 0, "warning"),
                "rows_accepted": number("Dòng nhận", "Rows accepted", 412_883, "", 0),
                "rows_quarantined": number("Dòng cách ly", "Rows quarantined", 382, "", 0),
            },
            "tables": {
                "datasets": {
                    "label": text("Các nguồn dữ liệu", "Datasets"),
                    "columns": [
                        {"id": "name", "label": text("Nguồn", "Dataset"), "kind": "text"},
                        {"id": "state", "label": text("Tình trạng", "State"), "kind": "text"},
                        {"id": "age", "label": text("Mới nhất", "Newest"), "kind": "instant"},
                        {"id": "accepted", "label": text("Nhận", "Accepted"), "kind": "number",
                         "decimals": 0},
                        {"id": "quarantined", "label": text("Cách ly", "Quarantined"),
                         "kind": "number", "decimals": 0},
                        {"id": "owner", "label": text("Đơn vị", "Owner"), "kind": "text"},
                    ],
                    "rows": [
                        {"name": text(vi, en), "state": state, "age": NOW_MS - 7 * 60_000.0 * i,
                         "accepted": 40_000 - 3_217 * i, "quarantined": refused,
                         "owner": text(*OWNERS["thong-ke"])}
                        for i, (vi, en, state, refused) in enumerate(names)
                    ],
                },
                "quarantine": {
                    "label": text("Dữ liệu bị cách ly", "Quarantine"),
                    "columns": [
                        {"id": "reason", "label": text("Lý do", "Reason"), "kind": "text"},
                        {"id": "count", "label": text("Số dòng", "Rows"), "kind": "number",
                         "decimals": 0},
                        {"id": "dataset", "label": text("Nguồn", "Dataset"), "kind": "text"},
                    ],
                    "rows": [
                        {"reason": text(vi, en), "count": count, "dataset": text(dvi, den)}
                        for vi, en, count, dvi, den in [
                            ("Ngoài khoảng cho phép", "Out of range", 255, "Chất lượng không khí",
                             "Air quality"),
                            ("Thời điểm sai", "Bad time", 71, "Nhật ký đăng nhập", "Login logs"),
                            ("Trùng khóa", "Duplicate", 42, "Lượng mưa ngày", "Daily rain"),
                            ("Mã không có trong danh mục", "Unknown code", 14, "Phản ánh",
                             "Requests")]
                    ],
                },
            },
        },
        origin="live",
    )  # fmt: skip


def _bottlenecks() -> Envelope:
    return envelope(
        "city.bottlenecks",
        text("Năm điểm nghẽn", "Five bottlenecks"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "flooding": number("Úng ngập", "Flooding", 86.5, "mm", 1, "warning",
                                   note=text("Mưa lớn nhất 24 giờ tại Ô Chợ Dừa",
                                             "Heaviest rain in 24 hours, at Ô Chợ Dừa")),
                "congestion": number("Ùn tắc giao thông", "Congestion", 18, "%", 0, "caution",
                                     note=text("11 trên 61 đoạn đường dưới 40 % tốc độ thông thoáng",
                                               "11 of 61 links below 40 % of free flow")),
                "air": number("Chất lượng không khí", "Air quality", 171, "VN_AQI", 0, "critical",
                              band="bad", scale="vn_aqi",
                              note=text("Trạm cao nhất: Hàng Đậu", "Highest station: Hàng Đậu")),
                "food_safety": number("An toàn thực phẩm", "Food safety", None, "%", 1, "normal",
                                      note=text("Chưa có nguồn dữ liệu", "No data source")),
                "urban_order": number("Trật tự đô thị", "Urban order", 312, "requests", 0, "normal",
                                      note=text("Phản ánh vỉa hè, lòng đường đang xử lý",
                                                "Open requests on pavements and streets")),
            }
        },
        origin="simulated",
    )  # fmt: skip
