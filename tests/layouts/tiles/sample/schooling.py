"""Schools, closures, meals."""

from __future__ import annotations

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import (
    DAY_MS,
    HOUR_MS,
    NOW_MS,
    course,
    envelope,
    line,
    number,
    of_units,
    table,
    text,
    wave,
)

LONG_WARD = ("Phường Văn Miếu - Quốc Tử Giám", "Văn Miếu - Quốc Tử Giám ward")


def schools() -> Envelope:
    """Return the envelope."""
    return envelope(
        "education.schools",
        text("Trường học", "Schools"),
        "giao-duc",
        {
            "numbers": {
                "pupils": number("Học sinh", "Pupils", 2_318_440, "học sinh",
                                 note=text("2.954 trường", "2,954 schools")),
                "fill": number("Học sinh so với chỗ học", "Pupils of places", 106.2, "%", 1,
                               "caution"),
                "class_size": number("Sĩ số lớp trung bình", "Pupils in a class", 38.6, "học sinh",
                                     1, note=text("60.063 lớp", "60,063 classes")),
                "crowded": number("Trường quá tải", "Crowded schools", 312, "trường"),
            },
            "tables": {
                "levels": table(
                    "Học sinh theo cấp học", "Pupils by level",
                    {"name": ("Cấp học (ISCED)", "Level (ISCED)"), "isced": ("Mã", "Code"),
                     "schools": ("Trường", "Schools", "", 0),
                     "pupils": ("Học sinh", "Pupils", "", 0),
                     "fill": ("So với chỗ học", "Of places", "%", 1),
                     "class_size": ("Sĩ số lớp", "In a class", "", 1)},
                    [
                        (("Mầm non", "Early childhood"), "0", 1156, 512_330, 96.1, 29.8),
                        (("Tiểu học", "Primary"), "1", 802, 801_204, 112.7, 38.1),
                        (("Trung học cơ sở", "Lower secondary"), "2", 676, 588_912, 107.9, 41.2),
                        (("Trung học phổ thông", "Upper secondary"), "3", 320, 415_994, 101.3, 42),
                    ],
                ),
                "crowded": table(
                    "Trường quá tải", "Crowded schools",
                    {"name": ("Trường", "School"), "unit": ("Phường, xã", "Unit"),
                     "pupils": ("Học sinh", "Pupils", "", 0),
                     "fill": ("So với chỗ học", "Of places", "%", 1)},
                    [("Tiểu học Văn Miếu - Quốc Tử Giám", LONG_WARD, 2103, 138.2)],
                ),
            },
            "maps": {
                "areas": of_units("Học sinh so với chỗ học", "Pupils of places", "%",
                                  "school_fill", [(94, "usual"), (108, "high"), (71, "low")])
            },
        },
        origin="simulated",
    )  # fmt: skip


def closures() -> Envelope:
    """Return the envelope."""
    closed = table(
        "Trường đang đóng cửa", "Schools closed",
        {"name": ("Trường", "School"), "reason": ("Lý do", "Reason"),
         "pupils": ("Học sinh", "Pupils", "", 0), "unit": ("Phường, xã", "Unit")},
        [
            ("Tiểu học Văn Miếu - Quốc Tử Giám", ("Ngập úng", "Flooding"), 1204, LONG_WARD),
            ("THCS Hoàn Kiếm", ("Sửa chữa đột xuất", "Urgent repairs"), 911,
             ("Phường Hoàn Kiếm", "Hoàn Kiếm ward")),
            ("Mầm non Phúc Thọ", ("Mất điện", "Power cut"), 388,
             ("Xã Phúc Thọ", "Phúc Thọ commune")),
        ],
    )  # fmt: skip
    closed["columns"].insert(2, {"id": "until", "label": text("Đến", "Until"), "kind": "instant"})
    for row in closed["rows"]:
        row["until"] = NOW_MS + 36 * HOUR_MS
    return envelope(
        "education.closures",
        text("Trường đóng cửa", "School closures"),
        "giao-duc",
        {
            "numbers": {
                "closed": number("Trường đang đóng cửa", "Schools closed", 14, "trường", 0,
                                 "warning"),
                "pupils": number("Học sinh nghỉ học", "Pupils at home", 11_872, "học sinh"),
            },
            "tables": {
                "closed": closed,
                "reasons": table(
                    "Trường đóng cửa theo lý do", "Closures by reason",
                    {"name": ("Lý do", "Reason"), "schools": ("Trường", "Schools", "", 0)},
                    [(("Ngập úng", "Flooding"), 11), (("Mất điện", "Power cut"), 2),
                     (("Sửa chữa đột xuất", "Urgent repairs"), 1)],
                ),
            },
            "maps": {
                "areas": of_units("Trường đóng cửa", "Schools closed", "trường", "schools_closed",
                                  [(0, "none"), (0, "none"), (2, "few"), (5, "several")])
            },
            "items": {"active": []},
        },
        origin="simulated",
    )  # fmt: skip


def meals() -> Envelope:
    """Return the envelope."""
    return envelope(
        "education.meals",
        text("Bữa ăn học đường", "School meals"),
        "giao-duc",
        {
            "numbers": {
                "meals": number("Suất ăn trong ngày", "Meals of the day", 1_120_430, "suất",
                                period=text("24/11/2025", "24/11/2025")),
                "failed_share": number("Bếp ăn không đạt", "Kitchens that failed", 6.8, "%", 1,
                                       "caution", period=text("7 ngày", "7 days"), note=text(
                                           "324 bếp được kiểm tra", "324 kitchens checked")),
                "poisoned": number("Học sinh nghi ngộ độc", "Suspected poisoning", None, "ca",
                                   period=text("7 ngày", "7 days"), masked=True, note=text(
                                       "ẩn: ít hơn 5 ca", "hidden: fewer than 5")),
            },
            "series": {
                "daily": course("Suất ăn theo ngày", "Meals by day", "suất", "day", [
                    line("meals", "suất ăn", "meals",
                         wave(14, DAY_MS, 900_000, 1_130_000, turns=2))])
            },
            "tables": {
                "units": table(
                    "Bếp ăn không đạt, 7 ngày", "Kitchens that failed, 7 days",
                    {"name": ("Phường, xã", "Unit"), "failed": ("Không đạt", "Failed", "", 0),
                     "checked": ("Kiểm tra", "Checked", "", 0)},
                    [(LONG_WARD, 3, 9), (("Xã Phúc Thọ", "Phúc Thọ commune"), 1, 4)],
                )
            },
        },
        origin="simulated",
    )  # fmt: skip
