"""What is told about the city and its data as a whole."""

from __future__ import annotations

from typing import Any

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import NOW_MS, OWNERS, envelope, number, text
from tests.layouts.tiles.sample.transport import JUNCTIONS


def pictures() -> Envelope:
    """Return the envelope of which cameras have pictures."""
    rows = [
        {
            "name": text(name, name),
            "ways": "drawn",
            "every_s": 1.0,
            "frozen_s": 15.0,
            "source": {"dataset": "transport.cameras", "entity": f"CAM-N{16 + 3 * i:02}"},
        }
        for i, name in enumerate(JUNCTIONS)
    ]
    columns: list[Any] = [
        {"id": "name", "label": text("Camera", "Camera"), "kind": "text"},
        {"id": "ways", "label": text("Cách truyền", "Ways"), "kind": "text"},
    ]
    label = text("Hình camera", "Camera pictures")
    listed: Any = {"label": label, "columns": columns, "rows": rows}
    return envelope("city.pictures", label, "trung-tam-du-lieu", {"tables": {"cameras": listed}})


def quality() -> Envelope:
    """Return the envelope."""
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
                "sources_ok": number("Nguồn hoạt động", "Sources up", 2, "", 0),
                "sources_failing": number("Nguồn lỗi", "Sources failing", 1, "", 0, "caution"),
            },
            "tables": {
                "datasets": {
                    "label": text("Các nguồn dữ liệu", "Datasets"),
                    "columns": [
                        {"id": "name", "label": text("Nguồn", "Dataset"), "kind": "text"},
                        {"id": "state", "label": text("Tình trạng", "State"), "kind": "text"},
                        {"id": "age", "label": text("Mới nhất", "Newest"), "kind": "instant"},
                        {
                            "id": "accepted",
                            "label": text("Nhận", "Accepted"),
                            "kind": "number",
                            "decimals": 0,
                        },
                        {
                            "id": "quarantined",
                            "label": text("Cách ly", "Quarantined"),
                            "kind": "number",
                            "decimals": 0,
                        },
                        {"id": "owner", "label": text("Đơn vị", "Owner"), "kind": "text"},
                    ],
                    "rows": [
                        {
                            "name": text(vi, en),
                            "state": state,
                            "age": NOW_MS - 7 * 60_000.0 * i,
                            "accepted": 40_000 - 3_217 * i,
                            "quarantined": refused,
                            "owner": text(*OWNERS["thong-ke"]),
                        }
                        for i, (vi, en, state, refused) in enumerate(names)
                    ],
                },
                "sources": _sources(),
                "quarantine": {
                    "label": text("Dữ liệu bị cách ly", "Quarantine"),
                    "columns": [
                        {"id": "reason", "label": text("Lý do", "Reason"), "kind": "text"},
                        {
                            "id": "count",
                            "label": text("Số dòng", "Rows"),
                            "kind": "number",
                            "decimals": 0,
                        },
                        {"id": "dataset", "label": text("Nguồn", "Dataset"), "kind": "text"},
                    ],
                    "rows": [
                        {"reason": text(vi, en), "count": count, "dataset": text(dvi, den)}
                        for vi, en, count, dvi, den in [
                            (
                                "Ngoài khoảng cho phép",
                                "Out of range",
                                255,
                                "Chất lượng không khí",
                                "Air quality",
                            ),
                            ("Thời điểm sai", "Bad time", 71, "Nhật ký đăng nhập", "Login logs"),
                            ("Trùng khóa", "Duplicate", 42, "Lượng mưa ngày", "Daily rain"),
                            (
                                "Mã không có trong danh mục",
                                "Unknown code",
                                14,
                                "Phản ánh",
                                "Requests",
                            ),
                        ]
                    ],
                },
            },
        },
        origin="live",
    )


def bottlenecks() -> Envelope:
    """Return the envelope."""
    return envelope(
        "city.bottlenecks",
        text("Năm điểm nghẽn", "Five bottlenecks"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "flooding": number(
                    "Úng ngập",
                    "Flooding",
                    86.5,
                    "mm",
                    1,
                    "warning",
                    source={"dataset": "environment.rain"},
                    note=text(
                        "Mưa lớn nhất 24 giờ tại Ô Chợ Dừa",
                        "Heaviest rain in 24 hours, at Ô Chợ Dừa",
                    ),
                ),
                "congestion": number(
                    "Ùn tắc giao thông",
                    "Congestion",
                    18,
                    "%",
                    0,
                    "caution",
                    source={"dataset": "transport.speed"},
                    note=text(
                        "11 trên 61 đoạn đường dưới 40% tốc độ thông thoáng",
                        "11 of 61 links below 40% of free flow",
                    ),
                ),
                "air": number(
                    "Chất lượng không khí",
                    "Air quality",
                    171,
                    "VN_AQI",
                    0,
                    "critical",
                    band="bad",
                    scale="vn_aqi",
                    source={"dataset": "environment.air"},
                    note=text("Trạm cao nhất: Hàng Đậu", "Highest station: Hàng Đậu"),
                ),
                "food_safety": number(
                    "An toàn thực phẩm",
                    "Food safety",
                    None,
                    "%",
                    1,
                    "normal",
                    source={"dataset": "food.safety"},
                    note=text("Chưa có nguồn dữ liệu", "No data source"),
                ),
                "urban_order": number(
                    "Trật tự đô thị",
                    "Urban order",
                    312,
                    "requests",
                    0,
                    "normal",
                    source={"dataset": "feedback.requests"},
                    note=text(
                        "Phản ánh vỉa hè, lòng đường đang xử lý",
                        "Open requests on pavements and streets",
                    ),
                ),
            }
        },
        origin="simulated",
    )


def _sources() -> dict[str, Any]:
    """The live sources, as data_access/aggregates/live_sources.py has them."""
    rows = (
        ("Phản ánh của người dân", "Citizen requests", "failing", "lỗi", "url", 7, 0),
        ("Chất lượng không khí", "Air quality", "up", "hoạt động", "mqtt", 0, 128_400),
        ("Nhật ký đăng nhập", "Login logs", "waiting", "đang chờ", "listen", 0, 0),
    )
    columns = (
        ("name", "Bộ dữ liệu", "Dataset", "text"),
        ("state", "Tình trạng", "State", "text"),
        ("success", "Trả lời", "Last answer", "instant"),
        ("failures", "Lỗi liên tiếp", "Failures", "number"),
        ("rows", "Dòng nhận", "Rows", "number"),
        ("way", "Cách", "Way", "text"),
    )
    return {
        "label": text("Nguồn trực tiếp", "Live sources"),
        "columns": [
            {"id": name, "label": text(vi, en), "kind": kind, "decimals": 0}
            for name, vi, en, kind in columns
        ],
        "rows": [
            {
                "name": text(vi, en),
                "state": text(word, state),
                "state_id": state,
                "success": None if state == "waiting" else NOW_MS - 90_000.0 * (1 + failures),
                "failures": failures,
                "rows": count,
                "way": way,
            }
            for vi, en, state, word, way, failures, count in rows
        ],
        "total": len(rows),
    }
