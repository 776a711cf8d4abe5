"""The city's stage with its reasons, and the signal plans of junctions."""

from __future__ import annotations

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import HOUR_MS, envelope, number, table, text
from tests.layouts.tiles.sample.transport import item


def stage() -> Envelope:
    """Return the envelope."""
    reasons = (
        ("Mưa rất to: 112,4 mm (từ 100)", "Very heavy rain: 112.4 mm (from 100)", "caution"),
        ("Mưa to: 112,4 mm (từ 50)", "Heavy rain: 112.4 mm (from 50)", "information"),
        ("Nhiều đoạn đường ùn tắc: 31% (từ 25)", "Many links congested: 31% (from 25)",
         "information"),
    )  # fmt: skip
    return envelope(
        "city.stage",
        text("Giai đoạn vận hành của thành phố", "The city's operating stage"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "stage": number(
                    "Giai đoạn vận hành", "Operating stage", 3, "", 0, "caution", band="3",
                    scale="stage", better="down",
                    period=text("từ 16:20 25/11", "since 16:20, 25/11"),
                    note=text("Mưa rất to · Mưa to", "Very heavy rain · Heavy rain"),
                )
            },
            "tables": {
                "rules": table(
                    "Quy tắc xác định giai đoạn",
                    "Rules of the stage",
                    {
                        "name": ("Quy tắc", "Rule"),
                        "stage": ("Giai đoạn", "Stage", "", 0),
                        "figure": ("Hiện tại", "Now", "", 1),
                        "limit": ("Ngưỡng", "From", "", 0),
                        "clear": ("Hết khi", "Ends at", "", 0),
                        "state": ("Trạng thái", "State"),
                        "owner": ("Đơn vị", "Owner"),
                    },
                    [
                        (("Mưa rất to", "Very heavy rain"), 3, 112.4, 100.0, 80.0,
                         ("đang tính", "counts"), ("Công ty Thoát nước Hà Nội", "HSDC")),
                        (("Mưa to", "Heavy rain"), 2, 112.4, 50.0, 40.0,
                         ("đang tính", "counts"), ("Công ty Thoát nước Hà Nội", "HSDC")),
                        (("Không khí rất xấu", "Very bad air"), 2, 88.0, 201.0, 180.0,
                         ("bình thường", "normal"), ("Sở NN và MT", "DAE")),
                    ],
                )
            },
            "items": {
                "reasons": [
                    item(n, vi, en, severity, kind=text("Giai đoạn 3", "Stage 3"))
                    for n, (vi, en, severity) in enumerate(reasons)
                ]
            },
        },
        origin="simulated",
    )  # fmt: skip


def signals() -> Envelope:
    """Return the envelope."""
    names = ("Hàng Đậu", "Nguyễn Thái Học-Tôn Đức Thắng", "Cầu Giấy (Voi Phục)", "Ngã Tư Vọng",
             "Xã Đàn-Phạm Ngọc Thạch", "Khuất Duy Tiến-Nguyễn Trãi")  # fmt: skip
    running = table(
        "Phương án đang chạy",
        "Plans that run",
        {
            "name": ("Nút giao", "Junction"),
            "plan": ("Phương án", "Plan"),
            "cycle": ("Chu kỳ", "Cycle", "giây", 0),
            "splits": ("Phân pha", "Splits"),
            "offset": ("Lệch pha", "Offset", "giây", 0),
            "queue": ("Hàng chờ", "Queue", "m", 0),
        },
        [
            ((name, name), "Cao điểm", 140.0 - 6 * n, "56-44-40", 12.0 * n, 310.0 - 42 * n)
            for n, name in enumerate(names)
        ],
    )
    for n, row in enumerate(running["rows"], start=1):
        row["source"] = {"dataset": "transport.signals", "entity": f"CAM-N{n:02}"}
    running["rows"][1] |= {
        "suspect": True,
        "doubt": text("phân pha không bằng chu kỳ", "splits do not make the cycle"),
    }
    return envelope(
        "transport.signals",
        text("Phương án đèn tín hiệu", "Signal plans"),
        "cong-an",
        {
            "numbers": {
                "junctions": number(
                    "Nút có đèn tín hiệu", "Junctions with signals", 12, "nút",
                    note=text("36 phương án", "36 plans"),
                ),
                "cycle": number("Chu kỳ trung vị", "Median cycle", 128, "giây"),
                "wrong": number(
                    "Phương án sai phân pha", "Plans that do not add up", 1, "phương án", 0,
                    "caution",
                ),
            },
            "tables": {
                "running": running,
                "plans": table(
                    "Theo phương án",
                    "By plan",
                    {
                        "name": ("Phương án", "Plan"),
                        "junctions": ("Số nút", "Junctions", "", 0),
                        "cycle": ("Chu kỳ", "Cycle", "giây", 0),
                    },
                    [(("Cao điểm", "Cao điểm"), 11, 131.0), (("Ban ngày", "Ban ngày"), 1, 96.0)],
                ),
            },
        },
        origin="simulated",
        stale_after_ms=8 * HOUR_MS,
    )  # fmt: skip
