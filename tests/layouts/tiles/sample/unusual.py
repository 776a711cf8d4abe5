"""What is unusual, and how often such alerts were right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import HOUR_MS, NOW_MS, envelope, number, table, text, wave

EVENTS = (
    ("Ùn tắc bất thường Giảng Võ – Láng Hạ", "Unusual congestion, Giảng Võ – Láng Hạ", "warning",
     ("9 km/h, bằng 28% thường lệ thứ Hai 8 giờ (32 km/h)",
      "9 km/h, 28% of usual for Monday 8 h (32 km/h)"),
     ("3 điểm đo lân cận cũng chậm bất thường",
      "3 neighbouring detectors are unusually slow too"),
     ("Va chạm giao thông, cách 240 m", "Crash, 240 m away")),
    ("Cuộc gọi tăng đột biến: Thoát nước - ngập", "Surge of calls: drainage and flooding",
     "caution",
     ("42 cuộc trong giờ, gấp 3 lần thường lệ thứ Hai 8 giờ (14 cuộc)",
      "42 calls in the hour, 3x usual for Monday 8 h (14)"), None, None),
    ("Cụm ca Sốt xuất huyết tại Hà Đông, Kiến Hưng, Phú Lương và 2 nơi khác",
     "Cluster of dengue fever, Hà Đông, Kiến Hưng, Phú Lương and 2 more", "warning",
     ("61 ca, gấp 3,4 lần dự kiến của các nơi này",
      "61 cases, 3.4x what is expected of these places"),
     ("quét không gian Kulldorff, p = 0,001", "Kulldorff spatial scan, p = 0.001"), None),
)  # fmt: skip


def alerts() -> Envelope:
    """Return the envelope."""
    events = []
    for at, (vi, en, severity, *said, cause) in enumerate(EVENTS):
        item = _item(at, vi, en, severity, [text(*each) for each in said if each])
        item["causes"] = [] if cause is None else [text(*cause)]
        item["endsMs"] = NOW_MS + HOUR_MS if at == 0 else None
        item["endsOf"] = 12
        events.append(item)
    events[0]["line"] = {
        "unit": "km/h",
        "decimals": 0,
        "points": wave(36, 300_000.0, 8, 40, turns=0.5, phase=3.1),
        "usual": wave(36, 300_000.0, 28, 36, turns=0.5, rough=0.0),
    }
    faults = [
        _item(9, "Kẹt giá trị: 2 điểm đo", "Stuck: 2 sensors", "information",
              [text("giữ nguyên 41,2\u00a0km/h trong khi lân cận thay đổi",
                    "stays at 41.2\u00a0km/h while its neighbours vary")], sort="fault")
    ]  # fmt: skip
    made = envelope(
        "detection.alerts",
        text("Bất thường", "Anomalies"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "events": number("Bất thường đang diễn ra", "Anomalies under way", 3, "", 0,
                                 "warning", better="down"),
                "faults": number("Cảm biến nghi lỗi", "Sensors suspected", 2, "", 0, "information"),
            },
            "items": {"active": events, "faults": faults, "ended": [], "muted": []},
            "tables": {
                "detectors": {
                    "label": text("Bộ phát hiện", "Detectors"),
                    "columns": [{"id": "name", "label": text("Tên", "Name"), "kind": "text"}],
                    "rows": [
                        {"id": "emergency", "sort": "event", "judged": 12, "right": 4,
                         "mutedMs": NOW_MS - 30 * HOUR_MS,
                            "looked": NOW_MS,
                            "dataset": text("Năng lực bệnh viện", "Hospital capacity"),
                            "basis": text("thử nghiệm", "demo"),
                         "name": text("Lượt cấp cứu tăng bất thường", "Unusual emergency visits")}
                    ],
                }
            },
        },
        origin="simulated",
    )  # fmt: skip
    return replace(made, datasets=("transport.speed",))


def quality() -> Envelope:
    """Return the envelope."""
    return envelope(
        "detection.quality",
        text("Chất lượng phát hiện", "Quality of detection"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "precision": number("Độ chính xác theo người dùng", "Precision by feedback", 87.5,
                                    "%", better="up",
                                    note=text("35/40 cảnh báo; 95%: 74 – 95%",
                                              "35/40 alerts; 95%: 74 – 95%")),
                "labels": number("Cảnh báo đã được đánh giá", "Alerts judged", 40, ""),
            },
            "tables": {
                "replay": table(
                    "Phát lại có gắn nhãn",
                    "Labelled replay",
                    {
                        "name": ("Sự cố", "Trouble"),
                        "precision": ("Chính xác", "Precision", "%", 0),
                        "recall": ("Độ phủ", "Recall", "%", 0),
                    },
                    [
                        (("Ùn tắc", "Jams"), 88.0, 91.0),
                        (("Cuộc gọi tăng đột biến", "Surges of calls"), 92.0, 84.0),
                        (("Lỗi cảm biến", "Sensor faults"), 95.0, 83.0),
                    ],
                )
            },
        },
        origin="simulated",
    )  # fmt: skip


def _item(
    at: int, vi: str, en: str, severity: str, evidence: list[dict[str, str]], sort: str = "event"
) -> dict[str, Any]:
    return {
        "id": f"found-{at}",
        "title": text(vi, en),
        "severity": severity,
        "kind": text("Bất thường", "Anomaly"),
        "atMs": NOW_MS - (at + 1) * 0.4 * HOUR_MS,
        "untilMs": None,
        "detail": evidence[0],
        "evidence": evidence,
        "causes": [],
        "sort": sort,
        "detector": "congestion",
        "what": "congestion",
        "subjects": ["d1"],
        "worst": severity,
        "raisedMs": 1.0,
        "seenMs": 2.0,
        "endedMs": None,
        "ending": None,
        "source": {"dataset": "transport.speed"},
    }
