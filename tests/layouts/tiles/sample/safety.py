"""Public order, fires and accidents as everybody is told of them; urban order."""

from __future__ import annotations

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import (
    DAY_MS,
    HOUR_MS,
    course,
    envelope,
    line,
    number,
    of_units,
    table,
    text,
    wave,
)

UNITS = ("Phường Hoàn Kiếm", "Phường Văn Miếu - Quốc Tử Giám", "Phường Đống Đa", "Xã Đông Anh",
         "Phường Hai Bà Trưng", "Phường Cầu Giấy", "Xã Sóc Sơn", "Phường Hà Đông")  # fmt: skip
COUNTS = [(2.0, "few"), (5.0, "some"), (0.0, "none"), (9.0, "many"), (14.0, "most"), (3.0, "few")]


def order() -> Envelope:
    """Return the envelope."""
    usual = text("ngày thường", "usual day")
    late = text("cung cấp chậm 2 giờ", "told 2 h late")
    days = [wave(28, DAY_MS, low, high, turns=4) for low, high in ((26, 44), (1, 7), (4, 13))]
    kinds = [
        (("Trộm cắp", "Theft"), 82, 76), (("Đánh nhau, cố ý gây thương tích", "Assault"), 41, 47),
        (("Va chạm", "Collision"), 38, 35), (("Gây rối trật tự", "Disturbance"), 36, 31),
        (("Lừa đảo", "Fraud"), 33, 29), (("Cháy, nổ", "Fire"), 15, 18),
        (("Tai nạn nghiêm trọng", "Serious accident"), 11, 9),
        (("Cứu nạn, cứu hộ", "Rescue"), 9, 12),
    ]  # fmt: skip
    return envelope(
        "security.order",
        text("Trật tự, cháy nổ, tai nạn", "Order, fires, accidents"),
        "cong-an",
        {
            "numbers": {
                "incidents": number("Vụ việc trật tự, 24 giờ", "Public order incidents, 24 h", 37,
                                    "vụ", previous=34.6, previousLabel=usual, note=late),
                "fires": number("Cháy và cứu nạn, 24 giờ", "Fires and rescues, 24 h", 4, "vụ",
                                previous=3.8, previousLabel=usual, note=late),
                "accidents": number("Tai nạn giao thông, 24 giờ", "Traffic accidents, 24 h", 9,
                                    "vụ", previous=7.7, previousLabel=usual, note=late),
                "dead": number("Người chết do tai nạn, 7 ngày", "Killed in accidents, 7 days", 3,
                               "người", 0, "caution"),
                "injured": number("Người bị thương, 7 ngày", "Injured in accidents, 7 days", 41,
                                  "người"),
                "hot": number("Địa bàn nóng", "Hot spots", 3, "phường, xã", 0, "caution",
                              note=text("từ 6 vụ một tuần và 1,5 lần tuần thường",
                                        "6 a week or more and 1.5 times a usual week")),
            },
            "series": {
                "daily": course("Vụ việc theo ngày", "Incidents by day", "vụ", "day", [
                    line("incidents", "Trật tự", "Order", days[0]),
                    line("fires", "Cháy, cứu nạn", "Fire, rescue", days[1]),
                    line("accidents", "Tai nạn", "Accidents", days[2]),
                ])
            },
            "tables": {
                "kinds": table("Theo loại, 7 ngày", "By kind, 7 days",
                               {"name": ("Loại", "Kind"), "week": ("7 ngày", "7 days", "vụ", 0),
                                "before": ("7 ngày trước", "7 days before", "vụ", 0)}, kinds),
                "areas": table("Vụ việc theo địa bàn, 7 ngày", "By unit, 7 days",
                               {"name": ("Phường, xã", "Unit"), "total": ("Tổng", "Total", "vụ", 0),
                                "incidents": ("Trật tự", "Order", "", 0),
                                "accidents": ("Tai nạn", "Accidents", "", 0)},
                               [(name, 19 - at, 14 - at, 4) for at, name in enumerate(UNITS)]),
                "hot": table("Địa bàn nóng", "Hot spots",
                             {"name": ("Phường, xã", "Unit"), "week": ("7 ngày", "7 days", "vụ", 0),
                              "usual": ("Tuần thường", "Usual week", "vụ", 1)},
                             [(name, 19 - 2 * at, 8.5 - at) for at, name in enumerate(UNITS[:3])]),
            },
            "maps": {"areas": of_units("Vụ việc 7 ngày", "Incidents, 7 days", "", "count", COUNTS)},
        },
        age_ms=2 * HOUR_MS,
        stale_after_ms=12 * HOUR_MS,
    )  # fmt: skip


def urban() -> Envelope:
    """Return the envelope."""
    return envelope(
        "urban.order",
        text("Trật tự đô thị", "Urban order"),
        "xay-dung",
        {
            "numbers": {
                "open": number("Vi phạm trật tự đô thị chưa xử lý",
                               "Urban order violations not settled", 74, "vụ", 0, "warning",
                               note=text("chưa xử lý; 79 vụ lập trong 7 ngày",
                                         "not settled; 79 found in 7 days")),
                "found": number("Vi phạm lập biên bản, 7 ngày", "Violations found, 7 days", 79,
                                "vụ", previous=84,
                                previousLabel=text("7 ngày trước", "7 days before")),
                "late": number("Quá hạn xử lý", "Overdue", 12, "vụ", 0, "warning"),
                "settled_share": number("Đã xử lý khi đến hạn", "Settled when due", 93.4, "%", 1,
                                        "normal", target=95,
                                        targetLabel=text("ngưỡng", "threshold")),
            },
            "series": {
                "daily": course("Vi phạm lập biên bản theo ngày", "Violations found by day", "vụ",
                                "day", [line("found", "vi phạm", "violations",
                                             wave(28, DAY_MS, 4, 19, turns=4))])
            },
            "tables": {
                "kinds": table("Trật tự đô thị theo hành vi", "Urban order by violation",
                               {"name": ("Hành vi", "Violation"),
                                "open": ("Chưa xử lý", "Not settled", "vụ", 0)},
                               [(("Lấn chiếm vỉa hè, lòng đường",
                                  "Pavement and street occupied"), 28),
                                (("Xây dựng sai phép, không phép",
                                  "Building against or without a permit"), 21),
                                (("Dừng, đỗ xe sai quy định", "Unlawful parking"), 14),
                                (("Kinh doanh sai nơi quy định",
                                  "Trading where it is not allowed"), 7),
                                (("Quảng cáo, rao vặt trái phép", "Unlawful advertising"), 4)]),
            },
            "maps": {"areas": of_units("Vi phạm chưa xử lý", "Violations not settled", "", "count",
                                       COUNTS)},
        },
        age_ms=9 * HOUR_MS,
        stale_after_ms=4 * DAY_MS,
    )  # fmt: skip
