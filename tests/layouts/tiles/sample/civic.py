"""What the Party's systems hand over, and what people say: by telephone and in public."""

from __future__ import annotations

from data_access.envelope import Envelope
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
from tests.layouts.tiles.sample.transport import item

SUBJECTS = (
    "Về tăng cường chỉnh trang đô thị, trật tự vỉa hè",
    "Về nhiệm vụ, giải pháp giảm ùn tắc giao thông nội đô giai đoạn 2025-2030",
    "Về nâng cao hiệu quả phòng cháy, chữa cháy khu dân cư",
    "Về tiếp tục đổi mới chuyển đổi số trong cơ quan Đảng",
    "Về tăng cường bảo vệ môi trường các làng nghề",
)
LEADS = ("Đảng ủy UBND TP", "Ban Tổ chức Thành ủy", "Ban Nội chính Thành ủy",
         "Ban Tuyên giáo và Dân vận Thành ủy")  # fmt: skip
ISSUERS = ("Ban Thường vụ Thành ủy", "Ban Chấp hành Đảng bộ TP", "Thường trực Thành ủy")


def party() -> Envelope:
    """Return the envelope."""
    documents = [
        (
            SUBJECTS[n % len(SUBJECTS)],
            f"{n + 1:02}-CT/TU",
            ("Chỉ thị", "Directive"),
            ISSUERS[n % 3],
            "Nội bộ" if n % 3 == 1 else "Thường",
            "Đảng ủy UBND TP",
            float(20 + n * 7 % 75),
            NOW_MS + (n - 6) * 9 * DAY_MS,
            ("quá hạn", "overdue") if n < 6 else ("trong hạn", "in time"),
        )
        for n in range(38)
    ]
    counts = {
        "name": ("Cơ quan ban hành", "Issuing body"),
        "open": ("Đang thực hiện", "Under way", "", 0),
        "overdue": ("Quá hạn", "Overdue", "", 0),
    }
    made = table(
        "Văn bản đang thực hiện",
        "Documents under way",
        {
            "title": ("Trích yếu", "Subject"),
            "number": ("Số, ký hiệu", "Number"),
            "kind": ("Loại", "Kind"),
            "issuer": ("Ban hành", "Issued by"),
            "label": ("Dấu", "Label"),
            "lead": ("Chủ trì", "Lead"),
            "progress": ("Tiến độ", "Progress", "%", 0),
            "due": ("Hạn", "Due", "", 0),
            "state": ("Trạng thái", "State"),
        },
        documents,
    )
    made["columns"][7] = {"id": "due", "label": text("Hạn", "Due"), "kind": "day"}
    return envelope(
        "party.documents",
        text("Chỉ thị, nghị quyết của Thành ủy", "Directives and resolutions"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "open": number(
                    "Văn bản đang thực hiện", "Documents under way", 38, "văn bản",
                    note=text("26 đã hoàn thành", "26 done"),
                ),
                "overdue": number(
                    "Quá hạn", "Overdue", 6, "văn bản", 0, "caution", better="down",
                    note=text("trên 38 đang thực hiện", "of 38 under way"),
                ),
                "soon": number("Đến hạn trong 30 ngày", "Due within 30 days", 3, "văn bản"),
                "progress": number("Tiến độ trung bình", "Mean progress", 58.4, "%"),
            },
            "tables": {
                "documents": made,
                "issuers": table(
                    "Theo cơ quan ban hành",
                    "By issuing body",
                    counts | {"done": ("Hoàn thành", "Done", "", 0)},
                    [((name, name), 17 - 4 * n, 3 - n, 9) for n, name in enumerate(ISSUERS)],
                ),
                "leads": table(
                    "Theo cơ quan chủ trì",
                    "By lead body",
                    counts | {"done": ("Hoàn thành", "Done", "", 0)},
                    [((name, name), 11 - 2 * n, 4 - n, 6) for n, name in enumerate(LEADS)],
                ),
                "kinds": table(
                    "Theo loại văn bản",
                    "By kind",
                    counts,
                    [
                        (("Chỉ thị", "Directive"), 14, 3),
                        (("Nghị quyết", "Resolution"), 11, 2),
                        (("Kết luận", "Conclusion"), 9, 1),
                        (("Chương trình", "Programme"), 4, 0),
                    ],
                ),
            },
        },
        origin="simulated",
        stale_after_ms=4 * DAY_MS,
    )  # fmt: skip


TOPICS = (
    ("Giao thông - hạ tầng", "Traffic and infrastructure"),
    ("Thoát nước - ngập", "Drainage and flooding"),
    ("Rác thải - vệ sinh", "Waste and cleaning"),
    ("Đô thị - trật tự vỉa hè", "Sidewalks and urban order"),
    ("Thủ tục hành chính", "Administrative procedures"),
    ("Môi trường - tiếng ồn", "Environment and noise"),
)
AGENCIES = ("UBND phường, xã", "Sở Xây dựng", "Công ty Thoát nước Hà Nội", "Công an TP Hà Nội",
            "Trung tâm Phục vụ hành chính công TP")  # fmt: skip


def service() -> Envelope:
    """Return the envelope."""
    clock = table(
        "Đồng hồ thời hạn",
        "Clock of due times",
        {
            "name": ("Lĩnh vực", "Category"),
            "area": ("Phường, xã", "Unit"),
            "agency": ("Đơn vị", "Agency"),
            "due": ("Hạn", "Due", "", 0),
            "left": ("Còn lại", "Left", "giờ", 0),
        },
        [
            (
                TOPICS[n % len(TOPICS)],
                areas()[n * 5]["name"],
                AGENCIES[n % len(AGENCIES)],
                NOW_MS + (n * 5 - 96.0) * HOUR_MS,
                n * 5 - 96.0,
            )
            for n in range(24)
        ],
    )
    clock["columns"][3] = {"id": "due", "label": text("Hạn", "Due"), "kind": "instant"}
    return envelope(
        "feedback.service",
        text("Xử lý phản ánh của người dân", "How citizens' requests are served"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "late": number(
                    "Quá hạn chưa xử lý", "Open past their due time", 287, "requests", 0,
                    "warning", better="down", note=text("trên 923 đang xử lý", "of 923 open"),
                ),
                "soon": number("Đến hạn trong 24 giờ", "Due within 24 hours", 64, "requests"),
                "satisfaction": number(
                    "Mức hài lòng", "Satisfaction", 3.84, "/5", 1, better="up", target=4.0,
                    note=text("1.204 lượt đánh giá, 30 ngày", "1,204 ratings, 30 days"),
                ),
            },
            "tables": {
                "agencies": table(
                    "Theo đơn vị xử lý",
                    "By agency",
                    {
                        "name": ("Đơn vị xử lý", "Agency"),
                        "open": ("Đang xử lý", "Open", "", 0),
                        "late": ("Quá hạn", "Late", "", 0),
                        "on_time": ("Đúng hạn", "On time", "%", 1),
                        "satisfaction": ("Hài lòng", "Content", "/5", 1),
                    },
                    [
                        ((name, name), 410 - 75 * n, 130 - 28 * n, 81.5 - n, 3.9 - n / 10)
                        for n, name in enumerate(AGENCIES)
                    ],
                ),
                "clock": clock,
            },
        },
        origin="simulated",
        stale_after_ms=6 * HOUR_MS,
    )  # fmt: skip


def calls() -> Envelope:
    """Return the envelope."""
    counted = {
        "calls": ("Cuộc gọi", "Calls", "", 0),
        "wait": ("Chờ", "Wait", "giây", 0),
        "abandoned": ("Bỏ dở", "Abandoned", "%", 1),
    }
    return envelope(
        "feedback.calls",
        text("Cuộc gọi đến tổng đài 1022", "Calls to the 1022 hotline"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "calls_1h": number(
                    "Cuộc gọi trong giờ", "Calls in the hour", 148, "cuộc",
                    note=text("1486 cuộc trong 24 giờ", "1486 in 24 hours"),
                ),
                "wait": number(
                    "Thời gian chờ trung bình", "Mean wait", 74, "giây", 0, "caution",
                    better="down", period=text("24 giờ", "24 hours"),
                ),
                "abandoned_share": number("Cuộc gọi bỏ dở", "Abandoned", 12.6, "%", 1, "caution"),
                "jumps": number("Chủ đề tăng đột biến", "Topics jumping up", 1, "chủ đề"),
            },
            "series": {
                "flow": course(
                    "Cuộc gọi theo giờ",
                    "Calls by hour",
                    "cuộc",
                    "hour",
                    [
                        line("today", "hiện tại", "now", wave(24, HOUR_MS, 8, 150, turns=1)),
                        line("week_ago", "tuần trước", "last week",
                             wave(24, HOUR_MS, 8, 120, turns=1)),
                    ],
                )
            },
            "tables": {
                "branches": table(
                    "Theo nhánh, 24 giờ",
                    "By branch, 24 hours",
                    {"name": ("Nhánh", "Branch"), **counted},
                    [
                        ("Nhánh 1 - Phản ánh hiện trường", 804, 81, 13.4),
                        ("Nhánh 2 - Thủ tục hành chính", 402, 62, 11.0),
                        ("Nhánh 3 - Tư vấn, hỗ trợ", 280, 70, 12.1),
                    ],
                ),
                "topics": table(
                    "Theo lĩnh vực, 24 giờ",
                    "By topic, 24 hours",
                    {"name": ("Lĩnh vực", "Topic"), **counted},
                    [(name, 402 - 61 * n, 62 + n, 9.5 + n) for n, name in enumerate(TOPICS)],
                ),
            },
            "items": {
                "active": [
                    item(
                        0,
                        "Cuộc gọi gấp 3,1 lần thường lệ: Thoát nước - ngập",
                        "Calls 3.1 times the usual: Drainage and flooding",
                        "warning",
                        kind=text("Tổng đài 1022", "1022 hotline"),
                        place=text("23 phản ánh cùng lĩnh vực",
                                   "23 open requests of the same topic"),
                        detail=text("48 cuộc trong giờ", "48 calls in the hour"),
                    )
                ]
            },
        },
        origin="simulated",
        stale_after_ms=2 * HOUR_MS,
    )  # fmt: skip


def social() -> Envelope:
    """Return the envelope."""
    words = (
        ("Mưa một lúc đã ngập đến bánh xe", "caution"),
        ("Nước rút chậm quá, ai qua đoạn này chú ý, xem …", "caution"),
        ("Đã có người đến khơi cống, cảm ơn", "information"),
    )
    name = text("Thoát nước - ngập", "Drainage and flooding")
    return envelope(
        "feedback.social",
        text("Dư luận trên mạng", "Public voices on the net"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "hot_posts": number(
                    "Chủ đề nóng nhất", "Hottest topic", 64, "bài", note=name,
                    period=text("24 giờ", "24 hours"),
                ),
                "hot_slope": number("Tốc độ tăng", "Growth", 6.2, "bài/giờ", 1, "warning"),
                "posts": number("Bài viết trong 24 giờ", "Posts in 24 hours", 171, "bài"),
                "negative_share": number(
                    "Sắc thái tiêu cực", "Negative in mood", 66, "%", 0, "caution"
                ),
                "reach": number("Lượt tiếp cận", "Reach", 98_211, "lượt"),
            },
            "series": {
                "topics": course(
                    "Bài viết theo giờ",
                    "Posts by hour",
                    "bài",
                    "hour",
                    [
                        line(f"t{n}", *name_, wave(23, HOUR_MS, 0, 12 - 2 * n, turns=1 + n))
                        for n, name_ in enumerate(TOPICS[:4])
                    ],
                )
            },
            "tables": {
                "topics": table(
                    "Chủ đề trong 24 giờ",
                    "Topics in 24 hours",
                    {
                        "name": ("Chủ đề", "Topic"),
                        "posts": ("Bài", "Posts", "", 0),
                        "slope": ("Tăng", "Growth", "bài/giờ", 1),
                        "sentiment": ("Sắc thái", "Mood", "", 2),
                        "reach": ("Tiếp cận", "Reach", "", 0),
                    },
                    [
                        (name_, 64 - 9 * n, 6.2 - 1.7 * n, -0.62 + 0.14 * n, 32_100 - 4_100 * n)
                        for n, name_ in enumerate(TOPICS)
                    ],
                )
            },
            "items": {
                "samples": [
                    item(n, said, said, mood, kind=name, place=text("Diễn đàn", "Diễn đàn"))
                    for n, (said, mood) in enumerate(words)
                ]
            },
        },
        origin="simulated",
        stale_after_ms=6 * HOUR_MS,
    )  # fmt: skip
