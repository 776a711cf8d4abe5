"""Public posts as a listening system gives them: Activity Streams 2, with invented authors.

The authors are there to be dropped, as are the names, addresses and telephone numbers in some of
what is written; one post is not public. All of it is a demo.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date
from typing import Any

import numpy as np

from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order
from data_access.simulator.requests import HOURS
from data_access.simulator.weather import pm25_level, rain_mm

FORMAT = "social-feed"
DAYS = 14
POSTS_A_DAY = {"workday": 130.0, "weekend": 150.0, "holiday": 90.0}
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
PLATFORMS = {"Mạng xã hội": 0.55, "Diễn đàn": 0.2, "Bình luận báo chí": 0.25}
# tag, weight, mean sentiment, what draws it, what people write
TOPICS: tuple[tuple[str, float, float, str, tuple[str, ...]], ...] = (
    ("giaothong", 26, -0.35, "", (
        "Sáng nay lại tắc đường, nhích từng mét", "Đèn tín hiệu mới đỡ hẳn")),
    ("ngap", 9, -0.6, "rain", (
        "Mưa một lúc đã ngập đến bánh xe", "Nước rút chậm quá, ai qua đoạn này chú ý")),
    ("racthai", 14, -0.4, "", (
        "Điểm rác đầu ngõ hai ngày chưa dọn", "Phố sạch hơn hẳn sau đợt ra quân")),
    ("viahe", 12, -0.2, "", (
        "Vỉa hè bị chiếm hết, phải đi xuống lòng đường", "Vỉa hè mới lát đi thích thật")),
    ("bụi mịn", 10, -0.55, "dust", (
        "Trời mù mịt, ra đường phải đeo khẩu trang", "Không khí hôm nay dễ chịu hơn")),
    ("thực phẩm", 6, -0.3, "", (
        "Đồ ăn vỉa hè chế biến thế này ai dám ăn", "Quán được kiểm tra, niêm yết rõ ràng")),
    ("bệnh viện", 6, -0.1, "", (
        "Chờ khám từ sáng đến trưa", "Đặt lịch khám qua mạng nhanh gọn")),
    ("trường học", 6, -0.15, "", (
        "Phụ huynh hỏi các khoản thu đầu năm", "Trường mới khang trang")),
    ("thủ tục", 8, 0.1, "", (
        "Nộp hồ sơ trực tuyến, có kết quả sớm một ngày", "Hồ sơ bị trả lại hai lần")),
    ("hanoi", 8, 0.35, "", ("Phố đi bộ cuối tuần đông vui", "Mùa thu đẹp quá")),
)  # fmt: skip
PERSONAL = (" @ban.toi xem này", " gọi 0900 000 000 nhé", " https://vi.example/u/1", "")
SURGES = 0.5  # a day: one topic is written about far more for some hours
SURGE = 4.0


def day_posts(order: Order, day: date) -> list[dict[str, Any]]:
    """Return the posts of a local day, ascending."""
    draw = order.draws(day.toordinal())
    wet = min(rain_mm(order.seed, day) / 25, 4.0)
    dusty = min(max(pm25_level(order.seed, day) / 80 - 1, 0.0), 1.5)
    more = {"": 1.0, "rain": 0.4 + wet, "dust": 0.8 + dusty}
    weights = np.array([topic[1] * more[topic[3]] for topic in TOPICS])
    rates = np.outer(weights / weights.sum() * POSTS_A_DAY[day_kind(day)], HOURS / HOURS.sum())
    if draw.random() < SURGES:
        topic, begin = int(draw.integers(len(TOPICS))), int(draw.integers(7, 20))
        rates[topic, begin : begin + 4] *= SURGE
    found = []
    for (number, hour), count in np.ndenumerate(draw.poisson(rates)):
        for nth in range(count):
            at = order.instant(day, hour * 3600 + float(draw.uniform(0, 3600)))
            found.append((at, _post(draw, number, f"{day:%y%m%d}{number:02}{hour:02}{nth}")))
    found.sort(key=lambda pair: pair[0])
    return [
        post | {"published": at.astimezone(UTC).isoformat(timespec="seconds")}
        for at, post in found
        if at <= order.horizon
    ]


def _post(draw: np.random.Generator, number: int, name: str) -> dict[str, Any]:
    tag, _, mean, _, words = TOPICS[number]
    nth = int(draw.integers(len(words)))
    mood = float(np.clip(draw.normal(mean if nth == 0 else abs(mean), 0.3), -1, 1))
    author = f"https://social.example/users/nguoi{int(draw.integers(1, 4000))}"
    personal = PERSONAL[int(draw.choice(len(PERSONAL), p=(0.06, 0.03, 0.06, 0.85)))]
    return {
        "type": "Create",
        "actor": author,
        "to": [PUBLIC],
        "generator": {"name": str(draw.choice(list(PLATFORMS), p=list(PLATFORMS.values())))},
        "object": {
            "type": "Note",
            "id": f"{author}/statuses/{name}",
            "attributedTo": author,
            "content": f"<p>{words[nth]}{personal}</p>",
            "tag": [{"type": "Hashtag", "name": f"#{tag}"}],
            "_listening": {
                "sentiment": round(mood, 2),
                "reach": int(draw.lognormal(5.5, 1.4)),
            },
        },
    }


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one collection of the last DAYS days and of what is to come."""
    posts = [post for day in order.days(DAYS, ahead=1) for post in day_posts(order, day)]
    posts[len(posts) // 2]["to"] = ["https://social.example/users/nguoi1/followers"]
    made = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "OrderedCollection",
        "totalItems": len(posts),
        "orderedItems": posts,
    }
    written = json.dumps(made, ensure_ascii=False).encode()
    yield order.path(".json.gz"), gzip.compress(written, mtime=0)
