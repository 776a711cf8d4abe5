"""Hospitals, epidemics, schools."""

from __future__ import annotations

from typing import Any

from data_access.envelope import Envelope
from data_access.simulator.hospitals import HOSPITALS
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

BEDS = {"dataset": "health.capacity", "indicator": "beds_occupied"}


def _full(occupancy: float) -> str:
    uppers = (("low", 70), ("usual", 85), ("high", 95), ("full", 105), ("over", 999))
    return next(band for band, upper in uppers if occupancy <= upper)


def capacity() -> Envelope:
    """Return the envelope."""
    shares = sorted((68.0 + (at * 37) % 41 for at in range(len(HOSPITALS))), reverse=True)
    pairs = list(zip(HOSPITALS, shares, strict=True))
    hospitals: Any = table(
        "Công suất theo bệnh viện",
        "Occupancy by hospital",
        {
            "name": ("Bệnh viện", "Hospital"),
            "unit": ("Phường, xã", "Unit"),
            "occupancy": ("Công suất", "Occupancy", "%", 1),
            "free": ("Trống", "Free", "giường", 0),
            "icu": ("ICU", "ICU", "%", 1),
            "visits": ("Cấp cứu giờ qua", "Visits, last hour", "", 0),
        },
        [
            (each.name, ("Phường Văn Miếu - Quốc Tử Giám", "Văn Miếu - Quốc Tử Giám ward"),
             share, max(0, round(each.beds * (1 - share / 100))), share - 6, round(share / 9))
            for each, share in pairs
        ],
    )  # fmt: skip
    hospitals["columns"].append(
        {"id": "state", "label": text("Mức", "State"), "kind": "band", "scale": "occupancy"}
    )
    for row, (each, share) in zip(hospitals["rows"], pairs, strict=True):
        row |= {"state": _full(share), "source": BEDS | {"entity": each.id}}
    first, second = HOSPITALS[:2]
    return envelope(
        "health.capacity",
        text("Năng lực khám chữa bệnh", "Healthcare capacity"),
        "y-te",
        {
            "numbers": {
                "occupancy": number("Công suất giường bệnh", "Bed occupancy", 83.4, "%", 1,
                                    note=text("6.755 / 8.100 giường", "6,755 of 8,100 beds"),
                                    source=BEDS),
                "beds_free": number("Giường trống", "Free beds", 1345, "giường",
                                    note=text("16 bệnh viện", "16 hospitals")),
                "overloaded": number("Bệnh viện quá tải", "Overloaded hospitals", 2, "", 0,
                                     "caution", note=text("trong 16 bệnh viện", "of 16 hospitals")),
                "icu": number("Công suất hồi sức (ICU)", "ICU occupancy", 91.2, "%", 1, "warning",
                              note=text("443 / 486 giường", "443 of 486 beds")),
                "ventilators": number("Máy thở còn", "Free ventilators", 187, "máy", note=text(
                    "249 / 436 máy đang dùng", "249 of 436 in use")),
                "visits": number("Lượt cấp cứu", "Emergency visits", 1296, "visits", better="down",
                                 period=text("24 giờ", "24 hours"), previous=1218,
                                 previousLabel=text("cùng kỳ tuần trước", "same time last week")),
                "ambulances": number("Xe cứu thương đang đi", "Ambulances on a call", 78.6, "%", 0,
                                     "caution", note=text("33 / 42 xe", "33 of 42 vehicles")),
                "calls": number("Cuộc gọi cấp cứu 115", "Ambulance calls (115)", 438, "cuộc",
                                period=text("24 giờ", "24 hours")),
            },
            "series": {
                "occupancy": course("Công suất giường bệnh, 7 ngày", "Bed occupancy, 7 days", "%",
                                    "day", [
                    line("beds", "giường bệnh", "beds", wave(168, HOUR_MS, 76, 92, turns=7)),
                    line("icu", "ICU", "ICU", wave(168, HOUR_MS, 68, 96, turns=3, phase=1.0)),
                ]) | {"thresholds": [{"label": text("quá tải", "overloaded"), "value": 95,
                                      "status": "warning"}]},
                "visits": course("Lượt cấp cứu theo giờ", "Emergency visits by hour", "visits",
                                 "hour", [
                    line("today", "hiện tại", "now", wave(24, HOUR_MS, 12, 88, turns=1)),
                    line("week_ago", "tuần trước", "last week",
                         wave(24, HOUR_MS, 10, 82, turns=1, phase=0.2)),
                ]),
            },
            "tables": {
                "hospitals": hospitals,
                "units": table(
                    "Công suất theo phường, xã", "Occupancy by unit",
                    {
                        "name": ("Phường, xã", "Unit"),
                        "hospitals": ("Bệnh viện", "Hospitals", "", 0),
                        "beds": ("Giường", "Beds", "", 0),
                        "free": ("Trống", "Free", "", 0),
                        "occupancy": ("Công suất", "Occupancy", "%", 1),
                    },
                    [
                        (("Phường Ba Đình", "Ba Đình ward"), 1, 850, 11, 98.7),
                        (("Xã Vân Đình", "Vân Đình commune"), 1, 350, 42, 88.0),
                    ],
                ),
            },
            "maps": {
                "hospitals": {
                    "label": text("Công suất giường bệnh", "Bed occupancy"),
                    "layer": "hospitals", "unit": "%", "decimals": 0, "scale": "occupancy",
                    "values": {
                        each.id: {"value": share, "band": _full(share),
                                  "label": text(each.name, each.name)}
                        for each, share in pairs
                    },
                    "worst": [each.id for each in HOSPITALS[:8]],
                },
            },
            "items": {"active": [
                {
                    "id": f"beds-{each.id}",
                    "title": text(f"{each.name}: {share}%", f"{each.name}: {share}%"),
                    "kind": text("Quá tải giường bệnh", "Beds overloaded"),
                    "severity": severity,
                    "atMs": NOW_MS - hours * HOUR_MS,
                    "area": "00004",
                    "detail": text(f"công suất {share}%, trống {free} giường; báo Sở Y tế",
                                   f"{share}% occupied, {free} beds free; "
                                   "to Department of Health"),
                    "source": BEDS | {"entity": each.id},
                }
                for each, severity, hours, share, free in (
                    (first, "critical", 5, 108, 0), (second, "warning", 2, 97, 26))
            ]},
        },
        origin="simulated",
    )  # fmt: skip


DISEASES = {
    "dengue_cases": ("Sốt xuất huyết", "Dengue fever", 119.0, "warning"),
    "hfmd_cases": ("Tay chân miệng", "Hand, foot and mouth", 130.0, "caution"),
    "measles_cases": ("Sởi", "Measles", 26.0, "normal"),
    "pertussis_cases": ("Ho gà", "Whooping cough", None, "normal"),
}
WEEK = text("tuần 47/2025", "week 47/2025")


def _cases_map(vi: str, en: str, shift: int) -> Any:
    found: dict[str, Any] = {}
    for at, unit in enumerate(areas()):
        cases = (0, 0, None, 0, None, 7, 0, None, 12, 0, 24)[(at + shift) % 11]
        band = {None: "masked", 0: "none", 7: "few", 12: "several", 24: "many"}[cases]
        found[unit["code"]] = {"value": cases, "band": band}
    worst = sorted(found, key=lambda code: (-(found[code]["value"] or 0), code))[:8]
    return {"label": text(vi, en), "layer": "areas", "unit": "ca", "decimals": 0,
            "scale": "cases", "values": found, "worst": worst}  # fmt: skip


def epidemics() -> Envelope:
    """Return the envelope."""
    units: Any = table(
        "Ca mắc trong tuần theo phường, xã", "Cases of the week by unit",
        {"name": ("Phường, xã", "Unit"),
         **{name: (vi, en, "", 0) for name, (vi, en, _, _) in DISEASES.items()}},
        [
            (("Phường Văn Miếu - Quốc Tử Giám", "Văn Miếu - Quốc Tử Giám ward"), 41, None, 6, None),
            (("Phường Ba Đình", "Ba Đình ward"), 12, 17, None, 0),
            (("Xã Phúc Thọ", "Phúc Thọ commune"), None, 0, None, 0),
        ],
    )  # fmt: skip
    for row in units["rows"]:
        row["masked"] = [name for name in DISEASES if row[name] is None]
    listed: Any = table(
        "Ca mắc trong tuần theo bệnh", "Cases of the week by disease",
        {"name": ("Bệnh", "Disease"), "cases": ("Tuần này", "This week", "", 0),
         "last": ("Tuần trước", "Last week", "", 0), "expected": ("Dự kiến", "Expected")},
        [((vi, en), value, value and value - 8, "41 – 98")
         for vi, en, value, _ in DISEASES.values()],
    )  # fmt: skip
    listed["rows"][-1]["masked"] = ["cases", "last"]
    return envelope(
        "health.epidemics",
        text("Ca bệnh truyền nhiễm theo tuần", "Weekly cases of notifiable diseases"),
        "y-te",
        {
            "numbers": {
                **{
                    name: number(vi, en, value, "ca", 0, status, period=WEEK, note=text(
                        "dự kiến 41 – 98 ca", "41 – 98 cases expected"), target=98.4,
                        targetLabel=text("ngưỡng dịch", "epidemic threshold"))
                    for name, (vi, en, value, status) in DISEASES.items()
                },
                "alerts": number("Nơi vượt ngưỡng dịch", "Places over the threshold", 2, "", 0,
                                 "caution", period=WEEK),
            },
            "series": {
                name: course(vi, en, "ca", "day", [
                    line("cases", "số ca", "cases", wave(53, 7 * DAY_MS, 4, 120, turns=1)),
                    line("mean5", "trung bình 5 năm", "5-year mean",
                         wave(53, 7 * DAY_MS, 10, 70, turns=1, rough=0.0)),
                    line("threshold", "ngưỡng dịch", "threshold",
                         wave(53, 7 * DAY_MS, 22, 98, turns=1, rough=0.02)),
                ])
                for name, (vi, en, _, _) in DISEASES.items()
            },
            "tables": {"diseases": listed, "units": units},
            "maps": {
                name: _cases_map(vi, en, at)
                for at, (name, (vi, en, _, _)) in enumerate(DISEASES.items())
            },
            "items": {"active": [
                {
                    "id": f"{name}-{code}",
                    "title": text(
                        f"{DISEASES[name][0]}, {vi}",
                        f"{DISEASES[name][1]}, {en}"),
                    "kind": text(f"{cases} ca, dự kiến 0 – 4", f"{cases} cases, 0 – 4 expected"),
                    "severity": severity,
                    "atMs": NOW_MS - 9 * DAY_MS,
                    "area": code,
                    "detail": text(
                        f"{cases} ca trong tuần 47/2025, dự kiến 0 – 4 (5 năm ± 2 độ lệch chuẩn)",
                        f"{cases} cases in week 47/2025, 0 – 4 expected (5 years ± 2 deviations)"),
                }
                for name, code, vi, en, severity, cases in (
                    ("dengue_cases", "00070", "Phường Hoàn Kiếm", "Hoàn Kiếm ward", "critical", 41),
                    ("hfmd_cases", "00004", "Phường Ba Đình", "Ba Đình ward", "warning", 17))
            ]},
        },
        origin="simulated",
        age_ms=9 * DAY_MS,
        stale_after_ms=21 * DAY_MS,
    )  # fmt: skip


def outbreaks() -> Envelope:
    """Return the envelope."""
    rows: Any = table(
        "Ổ dịch đang hoạt động", "Outbreaks under way",
        {"unit": ("Phường, xã", "Unit"), "name": ("Bệnh", "Disease"),
         "cases": ("Số ca", "Cases", "", 0), "days": ("Số ngày", "Days", "", 0)},
        [
            (("Phường Văn Miếu - Quốc Tử Giám", "Văn Miếu - Quốc Tử Giám ward"),
             ("Sốt xuất huyết", "Dengue fever"), 41, 16),
            (("Phường Ba Đình", "Ba Đình ward"), ("Tay chân miệng", "Hand, foot and mouth"), 9, 4),
            (("Xã Phúc Thọ", "Phúc Thọ commune"), ("Sởi", "Measles"), None, 11),
        ],
    )  # fmt: skip
    rows["rows"][-1]["masked"] = ["cases"]
    return envelope(
        "health.outbreaks",
        text("Ổ dịch", "Outbreaks"),
        "y-te",
        {
            "numbers": {
                "active": number("Ổ dịch đang hoạt động", "Outbreaks under way", 27, "ổ dịch"),
                "began": number("Ổ dịch mới", "New outbreaks", 9, "ổ dịch",
                                period=text("7 ngày", "7 days")),
                "ended": number("Ổ dịch kết thúc", "Outbreaks over", 12, "ổ dịch",
                                period=text("7 ngày", "7 days")),
            },
            "tables": {"active": rows},
            "items": {"active": []},
        },
        origin="simulated",
    )  # fmt: skip
