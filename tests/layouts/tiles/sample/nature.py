"""Rivers, lakes and the land."""

from __future__ import annotations

from data_access.envelope import POINTS, Envelope
from tests.layouts.tiles.sample.making import (
    DAY_MS,
    HOUR_MS,
    NOW_MS,
    areas,
    course,
    envelope,
    line,
    number,
    table,
    text,
    wave,
)

WATERS = [  # id, name, lat, lon, level, dissolved oxygen, ammonium, water level
    ("TL-TL", "Sông Tô Lịch tại đập Thanh Liệt", 20.9720, 105.8150, "D", 1.6, 12.8, 2.81),
    ("KN-CQ", "Sông Kim Ngưu tại Cống Quay", 21.0010, 105.8610, "D", 1.9, 11.7, 3.15),
    ("TL-HQV", "Sông Tô Lịch tại Hoàng Quốc Việt", 21.0463, 105.8035, "D", 2.2, 10.9, 3.60),
    ("SN-HD", "Sông Nhuệ tại Hà Đông", 20.9720, 105.7780, "D", 3.1, 6.4, 2.91),
    ("HO-YS", "Hồ Yên Sở", 20.9600, 105.8560, "C", 4.3, 3.2, 2.25),
    ("HO-DD", "Hồ Đống Đa", 21.0185, 105.8225, "C", 4.8, 2.1, 4.85),
    ("HO-BM", "Hồ Bảy Mẫu", 21.0117, 105.8415, "B", 5.4, 1.1, 4.30),
    ("HO-HK", "Hồ Hoàn Kiếm", 21.0287, 105.8524, "B", 6.3, 0.6, 7.74),
    ("HO-TAY", "Hồ Tây", 21.0553, 105.8220, "A", 6.6, 0.3, 5.95),
    ("SH-LB", "Sông Hồng tại Long Biên", 21.0420, 105.8560, "A", 6.8, 0.2, 9.12),
]


def rain_forecast() -> Envelope:
    """Return the envelope of the weather service's forecast."""
    hours = [0, 0, 0, 1.2, 1.2, 1.2, 9.4, 9.4, 9.4, 14.2, 14.2, 14.2, 4.1, 4.1, 4.1, 0.4, 0.4, 0.4]
    depths = [*hours, *([0.0] * 30), *hours[:12], *([0.0] * 12)]
    points = [[NOW_MS + hour * HOUR_MS, mm] for hour, mm in enumerate(depths)]
    places = table(
        "Mưa dự báo theo nơi", "Rain forecast by place",
        {"name": ("Nơi", "Place"), "day": ("24 giờ", "24 hours", "mm", 1)},
        [("Láng", 87.9), ("Hà Đông", 71.2), ("Sơn Tây", 44.0), ("Ba Vì", 38.5)],
    )  # fmt: skip
    return envelope(
        "environment.rain_forecast",
        text("Dự báo mưa của cơ quan khí tượng", "Rain forecast of the weather service"),
        "khi-tuong-thuy-van",
        {
            "numbers": {
                "day": number(
                    "Mưa dự báo 24 giờ", "Rain forecast, 24 hours", 87.9, "mm", 1,
                    "caution", note=text("Láng; phát lúc 07:00 20/11", "Láng; issued 07:00 20/11"),
                    scale="rain_24h", band="heavy",
                ),
            },
            "series": {
                "ahead": course(
                    "Mưa dự báo theo giờ", "Rain forecast by hour", "mm", "hour",
                    [line("most", "nơi nhiều nhất", "wettest place", points)], 1,
                )
            },
            "tables": {"places": places},
        },
    )  # fmt: skip


def water() -> Envelope:
    """Return the envelope."""
    median, lowest = (
        wave(169, HOUR_MS, low, high, turns=7) for low, high in ((4.8, 6.0), (1.2, 2.2))
    )
    stations = table(
        "Trạm nước mặt", "Surface water stations",
        {"name": ("Trạm", "Station"), "quality": ("Mức", "Level"), "do": ("DO", "DO", "mg/l", 1),
         "ammonium": ("Amoni", "NH₄", "mg/l", 1), "level": ("Mực nước", "Water", "m", 2)},
        [(name, band, oxygen, ammonium, level)
         for _, name, _, _, band, oxygen, ammonium, level in WATERS],
    )  # fmt: skip
    stations["columns"][1] |= {"kind": "band", "scale": "surface_water"}
    values = {
        name: {"value": oxygen, "band": band, "label": text(title, title)}
        for name, title, _, _, band, oxygen, *_ in WATERS
    }
    level = course(
        "Mực nước Hồ Hoàn Kiếm", "Water level, Hồ Hoàn Kiếm", "m", "hour",
        [line("level", "Hồ Hoàn Kiếm", "Hồ Hoàn Kiếm", wave(169, HOUR_MS, 7.4, 7.74, turns=2))], 2,
    )  # fmt: skip
    return envelope(
        "environment.water",
        text("Nước sông, hồ", "Rivers and lakes"),
        "nong-nghiep-moi-truong",
        {
            "numbers": {
                "beyond": number("Trạm vượt mức B, QCVN 08", "Beyond level B, QCVN 08", 6,
                                 "", 0, "caution", note=text("trên 10 trạm đo chất lượng",
                                                             "of 10 quality stations")),
                "lowest_do": number("DO thấp nhất", "Lowest DO", 1.6, "mg/l", 1,
                                    "warning", target=5, targetLabel=text(
                                        "QCVN 08, mức B", "QCVN 08, level B")),
                "median_do": number("DO trung vị", "Median DO", 5.1, "mg/l", 1,
                                    "normal", previous=5.3,
                                    previousLabel=text("tuần trước", "a week ago"), better="up"),
                "ammonium": number("Amoni cao nhất", "Highest ammonium", 12.8, "mg/l", 1,
                                   "caution", target=0.3,
                                   targetLabel=text("QCVN 08, bảng 1", "QCVN 08, table 1"),
                                   note=text("8 trạm vượt ngưỡng", "8 stations over the limit")),
                "ph": number("pH lệch nhất", "pH furthest off", 6.1, "pH", 1,
                             note=text("Sông Kim Ngưu · QCVN 08, mức B: 6 – 8,5",
                                       "Sông Kim Ngưu · QCVN 08, level B: 6 – 8.5")),
                "high_water": number("Trạm vượt ngưỡng mực nước", "Gauges over their level", 1, "",
                                     0, "caution", note=text("Hồ Hoàn Kiếm", "Hồ Hoàn Kiếm")),
            },
            "series": {
                "oxygen": {
                    **course("DO bảy ngày", "Dissolved oxygen, seven days", "mg/l", "hour",
                             [line("median", "trung vị", "median", median),
                              line("lowest", "thấp nhất", "lowest", lowest)], 1),
                    "thresholds": [{"label": text("QCVN 08 mức B", "QCVN 08 level B"), "value": 5,
                                    "status": "caution", "below": True}],
                },
                "level": {
                    **level,
                    "thresholds": [{"label": text("ngưỡng", "limit"), "value": 7.7,
                                    "status": "caution"}],
                },
            },
            "tables": {"stations": stations},
            "maps": {
                "stations": {
                    "label": text("Chất lượng nước sông, hồ", "Water quality of rivers and lakes"),
                    "layer": "stations.environment.water", "unit": "", "decimals": 1,
                    "scale": "surface_water", "values": values, "worst": list(values)[:6],
                }
            },
        },
        age_ms=20 * 60_000.0,
        stale_after_ms=4 * HOUR_MS,
    )  # fmt: skip


def land() -> Envelope:
    """Return the envelope."""
    states = ("open", "handling", "closed", "handling", "open", "watched")
    sites = [
        (f"LA-{at}", f"Sử dụng đất sai mục đích, {unit['name']}", unit, states[at % len(states)])
        for at, unit in enumerate(areas()[::5])
    ]
    sites.sort(key=lambda site: ("open", "handling", "watched", "closed").index(site[3]))
    listed = table(
        "Điểm đất đai", "Land sites",
        {"name": ("Điểm", "Site"), "kind": ("Loại", "Kind"), "state": ("Tình trạng", "State"),
         "area": ("Phường, xã", "Unit"), "hectares": ("Diện tích", "Area", "ha", 1)},
        [(title, ("Vi phạm đất đai", "Land violation"), state, unit["name"], 0.1 + at % 7)
         for at, (_, title, unit, state) in enumerate(sites)],
    )  # fmt: skip
    listed["columns"][2] |= {"kind": "band", "scale": "land_site"}
    return envelope(
        "environment.land",
        text("Điểm đất đai", "Land sites"),
        "nong-nghiep-moi-truong",
        {
            "numbers": {
                "violations": number("Vi phạm đất đai chưa xong", "Land violations not settled", 34,
                                     "", 0, "caution", note=text("trên 61 điểm đã ghi nhận",
                                                                 "of 61 on record")),
                "contamination": number("Điểm ô nhiễm đất chưa xong",
                                        "Contaminated land not remedied", 9, "", 0, "caution"),
                "landfills": number("Bãi chôn lấp", "Landfills", 2, ""),
                "late": number("Điểm quá hạn xử lý", "Sites overdue", 4, "", 0, "caution",
                               note=text("trên 43 điểm chưa xong", "of 43 not settled")),
                "hectares": number("Diện tích chưa xử lý xong", "Area not settled", 21.4, "ha", 1),
            },
            "tables": {"sites": listed},
            "maps": {
                "sites": {
                    "label": text("Điểm đất đai theo tình trạng", "Land sites by state"),
                    "layer": POINTS, "unit": "", "decimals": 0, "scale": "land_site",
                    "values": {name: {"value": None, "band": state, "label": text(title, title)}
                               for name, title, _, state in sites},
                    "points": {name: [float(unit["lat"]), float(unit["lon"])]
                               for name, _, unit, _ in sites},
                    "worst": [name for name, _, _, state in sites if state == "open"][:8],
                }
            },
        },
        age_ms=9 * HOUR_MS,
        stale_after_ms=7 * DAY_MS,
    )  # fmt: skip
