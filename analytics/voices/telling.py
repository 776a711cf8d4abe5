"""The findings as payloads: topics, and things that several people report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics.voices.duplicates import Cluster, Duplicates
from analytics.voices.quotes import quote
from analytics.voices.reports import reports_of
from analytics.voices.topics import COURSE_H, WINDOW_H, Topic, topics
from analytics.voices.voice import Heard
from data_access.aggregates.aggregate import text
from data_access.aggregates.feedback import REQUESTS
from data_access.aggregates.parts import column, line, number, series, table, words
from data_access.aggregates.social import SOCIAL
from data_access.envelope import Number, Payload, Source, Status
from data_access.rollup import HOUR_US

DUPLICATES_H = 7 * 24
MUCH_GROWN = 3.0  # times the usual, from which a hot topic is a warning
SHOWN, COURSES = 20, 12
TOPIC = words("name", text("Chủ đề", "Topic"))
OF_WINDOW = text(f"{WINDOW_H} giờ", f"{WINDOW_H} hours")


def of_topics(heard: Heard) -> Payload:
    """Return what people speak of now."""
    if not heard.voices:
        return {}
    found = topics(heard)
    return {
        "numbers": _topic_numbers(heard, found),
        "series": {"topics": _courses(heard, found)},
        "tables": {"topics": _topic_table(heard, found)},
    }


def of_duplicates(heard: Heard) -> Payload:
    """Return the things that several requests of the last days tell of."""
    since_us = heard.view.track_us(REQUESTS) - DUPLICATES_H * HOUR_US if heard.requests else 0
    lives = [life for life in heard.requests if life.opened_us > since_us]
    if not lives:
        return {}
    duplicates = Duplicates()
    duplicates.add(reports_of(lives, heard.gazetteer))
    open_ids = {life.base_id for life in lives if life.status == "open"}
    many = [each for each in duplicates.clusters if len(each.reports) > 1]
    ranked = sorted(many, key=lambda each: (-len(each.reports), -each.newest_us, each.number))
    rows = [_cluster_row(heard, each, open_ids) for each in ranked[:SHOWN]]
    compared = sum(len(each.reports) for each in duplicates.clusters)
    repeated = compared - len(duplicates.clusters)
    source: Source = {"dataset": REQUESTS}
    week = text("7 ngày", "7 days")
    return {
        "numbers": {
            "things": number(text("Vụ việc được nhiều người báo", "Things several report"),
                             len(many), period=week, source=source),
            "repeated": number(text("Phản ánh trùng", "Repeated reports"), repeated,
                               period=week, source=source),
            "repeated_share": number(
                text("Tỷ lệ phản ánh trùng", "Share of repeated reports"),
                round(100 * repeated / compared, 1) if compared else None,
                "%", 1, period=week, source=source,
            ),
            "largest": number(text("Nhiều phản ánh nhất", "Most reports of one thing"),
                              max((len(each.reports) for each in many), default=0),
                              period=week, source=source),
        },
        "tables": {
            "things": table(
                text("Nhiều người cùng phản ánh", "Reported by several"),
                [
                    words("name", text("Nội dung", "Words")),
                    words("category", text("Lĩnh vực", "Category")),
                    words("area", text("Phường, xã", "Unit")),
                    column("reports", text("Phản ánh", "Reports")),
                    column("open", text("Đang mở", "Open")),
                    column("newest", text("Mới nhất", "Newest"), kind="instant"),
                ],
                rows,
                total=len(many),
            )
        },
    }  # fmt: skip


def _topic_numbers(heard: Heard, found: Sequence[Topic]) -> dict[str, Number]:
    hot = [topic for topic in found if topic.is_hot]
    first = hot[0] if hot else None
    source = _source(first) if first else Source(dataset=REQUESTS)
    return {
        "hot": number(
            text("Chủ đề nóng", "Hot topics"),
            len(hot),
            status=_heat(first),
            better="down",
            period=OF_WINDOW,
            note=heard.category(first.category) if first else None,
            source=source,
        ),
        "growth": number(
            text("Tăng so với thường lệ", "Times the usual"),
            None if first is None or first.burst.growth is None else round(first.burst.growth, 1),
            "lần",
            1,
            status=_heat(first),
            better="down",
            note=heard.category(first.category) if first else None,
            source=source,
        ),
        "voices": number(
            text("Phản ánh và bài viết", "Requests and posts"),
            sum(topic.burst.count for topic in found),
            period=OF_WINDOW,
            source={"dataset": REQUESTS},
        ),
    }


def _heat(topic: Topic | None) -> Status:
    if topic is None or not topic.is_hot:
        return "normal"
    growth = topic.burst.growth
    return "caution" if growth is not None and growth < MUCH_GROWN else "warning"


def _topic_table(heard: Heard, found: Sequence[Topic]) -> Any:
    rows = [
        {
            "name": heard.category(topic.category),
            "count": topic.burst.count,
            "usual": None if topic.burst.usual is None else round(topic.burst.usual, 1),
            "growth": None if topic.burst.growth is None else round(topic.burst.growth, 1),
            "phrases": ", ".join(topic.phrases),
            "area": heard.unit(topic.area) or "",
            "quote": topic.quote,
            "line": topic.category,
            "status": _heat(topic),
            "source": _source(topic),
        }
        for topic in found
    ]
    columns = [
        TOPIC,
        column("count", text("Số lượng", "Voices")),
        column("usual", text("Thường lệ", "Usual"), decimals=1),
        column("growth", text("Gấp", "Times usual"), decimals=1),
        words("phrases", text("Nói nhiều về", "In words")),
        words("area", text("Chủ yếu ở", "Mostly in")),
        words("quote", text("Ví dụ", "Sample")),
    ]
    label = text(f"Người dân nói gì, {WINDOW_H} giờ", f"What people speak of, {WINDOW_H} hours")
    return table(label, columns, rows, shown=SHOWN)


def _courses(heard: Heard, found: Sequence[Topic]) -> Any:
    hour_ms = 3_600_000.0

    def points(topic: Topic) -> list[list[float | None]]:
        first_ms = heard.view.now_ms - COURSE_H * hour_ms
        return [[first_ms + (at + 1) * hour_ms, n] for at, n in enumerate(topic.course)]

    return series(
        text("Phản ánh và bài viết theo giờ", "Requests and posts by hour"),
        "",
        [line(t.category, heard.category(t.category), points(t)) for t in found[:COURSES]],
        step="hour",
        source={"dataset": REQUESTS},
    )


def _source(topic: Topic) -> Source:
    """Return where most of a topic's voices stand."""
    posts = sum(voice.dataset == SOCIAL for voice in topic.voices)
    dataset = SOCIAL if posts * 2 > len(topic.voices) else REQUESTS
    return {"dataset": dataset, "categories": [topic.category]}


def _cluster_row(heard: Heard, cluster: Cluster, open_ids: set[str]) -> dict[str, Any]:
    quotes = [quote(each.text, heard.gazetteer) for each in cluster.representatives]
    told = min(quotes, key=lambda each: each.hidden).text
    area = next((each.spot.area for each in cluster.reports if each.spot.area), None)
    given = [each.category for each in cluster.reports]
    category = max(sorted(set(given)), key=given.count)
    return {
        "name": told,
        "category": heard.category(category),
        "area": heard.unit(area) or "",
        "reports": len(cluster.reports),
        "open": sum(each.report_id in open_ids for each in cluster.reports),
        "newest": heard.view.glass_ms(REQUESTS, cluster.newest_us),
        "reportIds": [each.report_id for each in cluster.reports],
        "source": {"dataset": REQUESTS, "entity": cluster.first.report_id},
    }
