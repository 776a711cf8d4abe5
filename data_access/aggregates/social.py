"""What is publicly written about the city: by topic how much, how fast it grows, in which mood.

A topic is hot when its posts of the last hours are many times those of the hours before. Samples
are words alone: who wrote them is not in the store (data_access/sources/social_feed.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.items import ranked_items
from data_access.aggregates.parts import Points, column, line, number, series, table, words
from data_access.envelope import Item, Number, Payload, Series, Source, Status, Text
from data_access.rollup import HOUR_US
from data_access.store.snapshot import Life

SOCIAL = "feedback.social"
DAY_H, SLOPE_H, LINES = 24, 6, 4
SAMPLES = 3
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Topic:
    """The posts of a day about one thing, newest first."""

    id: str
    posts: Sequence[Life]
    slope_h: float  # posts an hour, by which an hour of the last SLOPE_H has more than one before
    sentiment: float | None  # -1 to 1
    reach: float


def social(view: View) -> Payload:
    """Return the topics of a day, the hottest with three posts, and their hours."""
    if view.snapshot.newest_us(SOCIAL) is None:
        return {}
    now_us = view.track_us(SOCIAL)
    since_us = now_us - DAY_H * HOUR_US
    posts = [
        life
        for life in view.snapshot.lives(SOCIAL, since_us=since_us, bodies=True)
        if since_us < life.opened_us <= now_us
    ]
    topics = _topics(posts, now_us)
    return {
        "numbers": _numbers(view, posts, topics),
        "series": {"topics": _series(view, topics, now_us)},
        "tables": {"topics": _table(view, topics)},
        "items": {"samples": _samples(view, topics)},
    }


def _topics(posts: Sequence[Life], now_us: int) -> list[Topic]:
    """Return the topics of some posts, the fastest growing first."""
    by_topic: dict[str, list[Life]] = defaultdict(list)
    for life in posts:
        by_topic[life.category].append(life)
    made = []
    for topic, own in by_topic.items():
        late = sum(life.opened_us > now_us - SLOPE_H * HOUR_US for life in own)
        early = sum(
            now_us - 2 * SLOPE_H * HOUR_US < life.opened_us <= now_us - SLOPE_H * HOUR_US
            for life in own
        )
        moods = [mood for life in own if (mood := _figure(life, "sentiment")) is not None]
        made.append(
            Topic(
                id=topic,
                posts=sorted(own, key=lambda life: (-life.opened_us, life.base_id)),
                slope_h=round((late - early) / SLOPE_H, 2),
                sentiment=round(mean(moods), 2) if moods else None,
                reach=sum(_figure(life, "reach") or 0.0 for life in own),
            )
        )
    return sorted(made, key=lambda topic: (-topic.slope_h, -len(topic.posts), topic.id))


def _figure(life: Life, name: str) -> float | None:
    found = life.body.get(name)
    return float(found) if isinstance(found, int | float) else None


def _numbers(view: View, posts: Sequence[Life], topics: Sequence[Topic]) -> dict[str, Number]:
    source: Source = {"dataset": SOCIAL}
    moods = [mood for life in posts if (mood := _figure(life, "sentiment")) is not None]
    against = [mood for mood in moods if mood < 0]
    share = round(len(against) / len(moods) * 100, 1) if moods else None
    hot = topics[0] if topics else None
    of_hot: Source = source if hot is None else {"dataset": SOCIAL, "categories": [hot.id]}
    name = None if hot is None else _name(view, hot.id)
    return {
        "hot_posts": number(
            text("Chủ đề nóng nhất", "Hottest topic"),
            0 if hot is None else len(hot.posts),
            "bài",
            note=name,
            period=text("24 giờ", "24 hours"),
            source=of_hot,
        ),
        "hot_slope": number(
            text("Tốc độ tăng", "Growth"),
            0 if hot is None else hot.slope_h,
            "bài/giờ",
            1,
            limit=view.city.limit(SOCIAL, "slope"),
            better="down",
            note=name,
            source=of_hot,
        ),
        "posts": number(
            text("Bài viết trong 24 giờ", "Posts in 24 hours"), len(posts), "bài", source=source
        ),
        "negative_share": number(
            text("Sắc thái tiêu cực", "Negative in mood"),
            share,
            "%",
            0,
            limit=view.city.limit(SOCIAL, "negative_share"),
            better="down",
            period=text("24 giờ", "24 hours"),
            source=source,
        ),
        "reach": number(
            text("Lượt tiếp cận", "Reach"),
            round(sum(topic.reach for topic in topics)),
            "lượt",
            period=text("24 giờ", "24 hours"),
            source=source,
        ),
    }


def _name(view: View, topic: str) -> Text:
    known = view.city.datasets[SOCIAL].categories
    return known.get(topic) or text(topic or "không rõ", topic or "not said")


def _table(view: View, topics: Sequence[Topic]) -> Any:
    rows = [
        {
            "name": _name(view, topic.id),
            "posts": len(topic.posts),
            "slope": topic.slope_h,
            "sentiment": topic.sentiment,
            "reach": round(topic.reach),
            "source": {"dataset": SOCIAL, "categories": [topic.id]},
        }
        for topic in topics
    ]
    columns = [
        words("name", text("Chủ đề", "Topic")),
        column("posts", text("Bài", "Posts")),
        column("slope", text("Tăng", "Growth"), "bài/giờ", 1),
        column("sentiment", text("Sắc thái", "Mood"), decimals=2),
        column("reach", text("Tiếp cận", "Reach")),
    ]
    label = text("Chủ đề trong 24 giờ", "Topics in 24 hours")
    return table(label, columns, rows, shown=SHOWN)


def _samples(view: View, topics: Sequence[Topic]) -> list[Item]:
    """Return three posts of the hottest topic: those most people saw, words that differ."""
    if not topics:
        return []
    hot = topics[0]
    ranked = sorted(hot.posts, key=lambda life: (-(_figure(life, "reach") or 0.0), life.base_id))
    chosen: dict[str, Life] = {}
    for life in ranked:
        said = str(life.body.get("content") or "")
        if said and len(chosen) < SAMPLES:
            chosen.setdefault(said, life)
    name = _name(view, hot.id)
    return ranked_items(
        [
            {
                "id": life.base_id,
                "title": text(said, said),
                "kind": name,
                "severity": _mood(life),
                "atMs": view.glass_ms(SOCIAL, life.opened_us),
                "place": text(*(2 * [str(life.body.get("platform") or "")])),
                "source": {"dataset": SOCIAL, "entity": life.base_id},
            }
            for said, life in chosen.items()
        ]
    )


def _mood(life: Life) -> Status:
    mood = _figure(life, "sentiment")
    return "information" if mood is None or mood >= 0 else "caution"


def _series(view: View, topics: Sequence[Topic], now_us: int) -> Series:
    """Return posts by hour of the most written about topics."""
    last = now_us // HOUR_US
    most = sorted(topics, key=lambda topic: (-len(topic.posts), topic.id))[:LINES]

    def points(topic: Topic) -> Points:
        counts: dict[int, int] = defaultdict(int)
        for life in topic.posts:
            counts[life.opened_us // HOUR_US] += 1
        hours = range(last - DAY_H + 1, last)
        return [[view.glass_ms(SOCIAL, hour * HOUR_US), counts.get(hour, 0)] for hour in hours]

    return series(
        text("Bài viết theo giờ", "Posts by hour"),
        "bài",
        [line(topic.id or "none", _name(view, topic.id), points(topic)) for topic in most],
        step="hour",
        source={"dataset": SOCIAL},
    )


AGGREGATES = (Aggregate(SOCIAL, (SOCIAL,), social),)
