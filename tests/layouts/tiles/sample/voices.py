"""What the analysis of citizens' words finds: topics, things told twice, how well it is told."""

from __future__ import annotations

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.civic import TOPICS
from tests.layouts.tiles.sample.making import (
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

SAID = (
    ("ùn tắc, đèn tín hiệu", "Sáng nay lại tắc đường, nhích từng mét từ ngã tư đến đầu cầu"),
    ("nước ngập, nửa bánh xe", "Nước ngập đến nửa bánh xe máy, nắp cống tắc nên không thoát được"),
    ("rác tập kết, bốc mùi", "Rác tập kết quá giờ quy định, bốc mùi cả ngõ, … chưa ai dọn"),
    ("hàng quán, lối đi bộ", "Hàng quán lấn chiếm hết vỉa hè"),
    ("", "Hồ sơ quá hạn chưa có kết quả"),
    ("karaoke, quá khuya", ""),
)


def topics() -> Envelope:
    """Return the envelope."""
    made = table(
        "Người dân nói gì, 6 giờ",
        "What people speak of, 6 hours",
        {
            "name": ("Chủ đề", "Topic"),
            "count": ("Số lượng", "Voices", "", 0),
            "usual": ("Thường lệ", "Usual", "", 1),
            "growth": ("Gấp", "Times usual", "", 1),
            "phrases": ("Nói nhiều về", "In words"),
            "area": ("Chủ yếu ở", "Mostly in"),
            "quote": ("Ví dụ", "Sample"),
        },
        [
            (
                name,
                64 - 9 * n,
                17.5 - 2 * n,
                (3.7, 2.4, 1.1, 0.9, 0.4, None)[n],
                SAID[n][0],
                f"Phường {areas()[n]['name']}" if n % 2 == 1 else "",
                SAID[n][1],
            )
            for n, name in enumerate(TOPICS)
        ],
    )
    for n, row in enumerate(made["rows"]):
        row |= {"line": f"t{n}", "status": ("warning", "caution")[n] if n < 2 else "normal"}
    return envelope(
        "voices.topics",
        text("Người dân nói gì", "What people speak of"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "hot": number("Chủ đề nóng", "Hot topics", 2, "", 0, "warning"),
                "growth": number("Tăng so với thường lệ", "Times the usual", 3.7, "lần", 1),
                "voices": number("Phản ánh và bài viết", "Requests and posts", 249, ""),
            },
            "series": {
                "topics": course(
                    "Phản ánh và bài viết theo giờ",
                    "Requests and posts by hour",
                    "",
                    "hour",
                    [
                        line(f"t{n}", *name, wave(24, HOUR_MS, 0, 12 - n, turns=1 + n))
                        for n, name in enumerate(TOPICS)
                    ],
                )
            },
            "tables": {"topics": made},
        },
        origin="simulated",
        stale_after_ms=6 * HOUR_MS,
    )


def duplicates() -> Envelope:
    """Return the envelope."""
    made = table(
        "Nhiều người cùng phản ánh",
        "Reported by several",
        {
            "name": ("Nội dung", "Words"),
            "category": ("Lĩnh vực", "Category"),
            "area": ("Phường, xã", "Unit"),
            "reports": ("Phản ánh", "Reports", "", 0),
            "open": ("Đang mở", "Open", "", 0),
            "newest": ("Mới nhất", "Newest", "", 0),
        },
        [
            (
                said,
                TOPICS[n],
                f"Phường {areas()[n * 3]['name']}",
                23 - 4 * n,
                max(0, 20 - 5 * n),
                NOW_MS - n * HOUR_MS,
            )
            for n, (_, said) in enumerate(SAID)
            if said
        ],
    )
    made["columns"][5] = {"id": "newest", "label": text("Mới nhất", "Newest"), "kind": "instant"}
    return envelope(
        "voices.duplicates",
        text("Nhiều người cùng phản ánh", "Reported by several"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "things": number("Vụ việc được nhiều người báo", "Things several report", 41, ""),
                "repeated": number("Phản ánh trùng", "Repeated reports", 96, ""),
            },
            "tables": {"things": made},
        },
        origin="simulated",
        stale_after_ms=6 * HOUR_MS,
    )


def quality() -> Envelope:
    """Return the envelope."""
    counts = {"name": ("Lĩnh vực", "Category"), "f1": ("F1", "F1", "%", 1)}
    suggestions = table(
        "Phản ánh chưa phân loại",
        "Requests without a category",
        {
            "name": ("Nội dung", "Words"),
            "suggested": ("Gợi ý lĩnh vực", "Suggested category"),
            "sure": ("Chắc chắn", "Sure", "%", 0),
        },
        [(said, TOPICS[n], 96 - 7 * n) for n, (_, said) in enumerate(SAID) if said],
    )
    for n, row in enumerate(suggestions["rows"]):
        row |= {
            "category": ("drainage", "waste", "lighting")[n % 3],
            "right": 91 - n,
            "told": 100,
            "atMs": NOW_MS - n * HOUR_MS,
            "source": {"dataset": "feedback.requests", "entity": f"request-{n}"},
        }
    return envelope(
        "voices.quality",
        text("Chất lượng phân tích phản ánh", "How good it is told"),
        "trung-tam-du-lieu",
        {
            "numbers": {
                "category_f1": number(
                    "Gợi ý lĩnh vực, macro-F1", "Categories, macro-F1", 71.4, "%", 1
                ),
                "tfidf_f1": number(
                    "Cơ sở TF-IDF, macro-F1", "TF-IDF baseline, macro-F1", 60.2, "%", 1
                ),
                "majority_f1": number(
                    "Cơ sở đa số, macro-F1", "Majority baseline, macro-F1", 4.1, "%", 1
                ),
                "right": number("Gợi ý đúng", "Right suggestions", 91.5, "%", 1),
            },
            "tables": {
                "categories": table(
                    "Gợi ý lĩnh vực đo được",
                    "Categories as measured",
                    counts | {"suggested": ("Gợi ý", "Suggested")},
                    [
                        (name, 90.2 - 7 * n, ("có", "yes") if n < 4 else ("không", "no"))
                        for n, name in enumerate(TOPICS)
                    ],
                ),
                "suggestions": suggestions,
            },
        },
        origin="simulated",
        stale_after_ms=6 * HOUR_MS,
    )  # fmt: skip
