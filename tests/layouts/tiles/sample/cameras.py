"""Cameras that count at junctions, and what they saw happen."""

from __future__ import annotations

from data_access.envelope import POINTS, Envelope
from tests.layouts.tiles.sample.making import (
    HOUR_MS,
    course,
    envelope,
    line,
    number,
    table,
    text,
    wave,
)
from tests.layouts.tiles.sample.transport import JUNCTIONS, item


def cameras() -> Envelope:
    """Return the envelope."""
    rows = [
        (name, 320 - 55 * i, 2600 - 300 * i, 12 + 4 * i, 91 - (45 if i == 2 else 3 * i))
        for i, name in enumerate(JUNCTIONS)
    ]
    listed = table(
        "Camera đếm xe", "Counting cameras",
        {"name": ("Nút giao", "Junction"), "queue": ("Hàng chờ", "Queue", "m", 0),
         "flow": ("Lưu lượng", "Flow", "xe/giờ", 0), "speed": ("Vận tốc", "Speed", "km/h", 0),
         "confidence": ("Tin cậy", "Confidence", "%", 0)},
        rows,
    )  # fmt: skip
    for i, row in enumerate(listed["rows"]):
        row["source"] = {"dataset": "transport.cameras", "entity": f"CAM-N{16 + 3 * i:02}"}
    listed["rows"][2] |= {
        "suspect": True,
        "doubt": text("độ tin cậy thấp", "low confidence"),
    }
    return envelope(
        "transport.cameras",
        text("Camera đếm xe", "Traffic counting cameras"),
        "cong-an",
        {
            "numbers": {
                "queue": number("Hàng chờ dài nhất", "Longest queue", 320, "m", 0, "warning",
                                note=text(JUNCTIONS[0], JUNCTIONS[0])),
                "flow": number("Lưu lượng trung bình một nút", "Mean flow of a junction", 1950,
                               "xe/giờ"),
                "speed": number("Vận tốc qua nút", "Speed at junctions", 21.4, "km/h"),
                "unsure": number("Camera nhận dạng kém", "Cameras seeing badly", 1, "camera", 0,
                                 "caution", note=text("trên 12 camera", "of 12 cameras")),
            },
            "series": {"flow": course("Lưu lượng trung bình 24 giờ", "Mean flow, 24 hours",
                                      "xe/giờ", "hour",
                                      [line("today", "hiện tại", "now",
                                            wave(24, HOUR_MS, 300, 2400, turns=2)),
                                       line("week_ago", "tuần trước", "last week",
                                            wave(24, HOUR_MS, 350, 2300, turns=2))])},
            "tables": {"cameras": listed},
            "maps": {
                "cameras": {
                    "label": text("Hàng chờ tại nút giao", "Queues at junctions"),
                    "layer": "cameras", "unit": "m", "decimals": 0, "scale": "queue",
                    "values": {f"CAM-N{i:02}": {"value": row[1], "band": "long",
                                                "label": text(row[0], row[0])}
                               for i, row in enumerate(rows, start=1)},
                    "worst": ["CAM-N01", "CAM-N02"],
                }
            },
        },
        origin="simulated",
        age_ms=9 * 60_000.0,
        stale_after_ms=45 * 60_000.0,
    )  # fmt: skip


def camera_events() -> Envelope:
    """Return the envelope."""
    kind = text("Camera", "Camera")
    active = [
        item(0, "Va chạm", "Crash", "warning", kind=kind, place=text(JUNCTIONS[3], JUNCTIONS[3]),
             detail=text("độ tin cậy 93%", "confidence 93%")),
        item(1, "Đi ngược chiều (độ tin cậy thấp)", "Wrong way (low confidence)", "information",
             kind=kind, place=text(JUNCTIONS[1], JUNCTIONS[1]),
             detail=text("độ tin cậy 35%", "confidence 35%")),
    ]  # fmt: skip
    return envelope(
        "transport.camera_events",
        text("Sự kiện camera nhận dạng", "Events seen by cameras"),
        "cong-an",
        {
            "numbers": {"active": number("Sự kiện camera đang diễn ra", "Events on camera now", 2,
                                         "")},
            "items": {"active": active},
            "tables": {"kinds": table(
                "Sự kiện camera, 24 giờ", "Events on camera, 24 hours",
                {"name": ("Loại sự kiện", "Kind"), "events": ("24 giờ", "24 hours", "", 0)},
                [(("Xe dừng, đỗ trên làn", "Vehicle stopped in lane"), 14),
                 (("Hàng chờ dài", "Long queue"), 9), (("Va chạm", "Crash"), 2)])},
            "maps": {
                "events": {
                    "label": text("Sự kiện camera theo vị trí", "Events on camera by place"),
                    "layer": POINTS,
                    "unit": "",
                    "decimals": 0,
                    "scale": "camera_event",
                    "values": {
                        "e1": {"value": None, "band": "grave", "label": text("Va chạm", "Crash")},
                        "e2": {"value": None, "band": "unsure",
                               "label": text("Đi ngược chiều (độ tin cậy thấp)",
                                             "Wrong way (low confidence)")},
                    },
                    "points": {"e1": [21.0285, 105.8542], "e2": [21.0031, 105.8201]},
                    "worst": ["e1", "e2"],
                }
            },
        },
        origin="simulated",
    )  # fmt: skip
