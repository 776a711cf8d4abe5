"""A labelled flood of citizens' reports: events, and what several people write of each.

Each report knows which event it tells of, so that clusters can be judged. People write in their own
words, with slips, without marks, with telephones' abbreviations, some without a position, some from
home. Hard to tell apart, on purpose: the next street with the same words at the same hour, streets
of nearly one name, another matter at the same corner, the same matter days later. All invented.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from data_access.store.snapshot import Life

HOUR_US = 3_600_000_000
CENTRE = (21.03, 105.85)
DEGREE_M = 111_195.0

STREETS = (
    "Hàng Bạc", "Hàng Bài", "Hàng Bông", "Hàng Bồ", "Hàng Buồm", "Hàng Đào", "Hàng Đường",
    "Hàng Gai", "Hàng Giấy", "Lê Lai", "Lê Lợi", "Lê Duẩn", "Lê Văn Lương", "Lê Văn Thiêm",
    "Nguyễn Trãi", "Nguyễn Tri Phương", "Nguyễn Thái Học", "Nguyễn Chí Thanh", "Nguyễn Xiển",
    "Nguyễn Văn Cừ", "Trần Hưng Đạo", "Trần Quang Khải", "Trần Duy Hưng", "Trần Bình", "Hoa Bằng",
    "Hoa Lư", "Phan Bội Châu", "Phan Chu Trinh", "Phan Kế Bính", "Tràng Tiền", "Tràng Thi",
    "Giải Phóng", "Trường Chinh", "Phạm Hùng", "Phạm Ngọc Thạch", "Phạm Văn Đồng", "Tôn Đức Thắng",
    "Tôn Thất Tùng", "Láng Hạ", "Thái Hà", "Chùa Bộc", "Tây Sơn", "Đội Cấn", "Kim Mã", "Liễu Giai",
    "Văn Cao", "Thụy Khuê", "Hoàng Hoa Thám", "Hoàng Quốc Việt", "Lạc Long Quân", "Âu Cơ",
    "Minh Khai", "Bạch Mai", "Đại La", "Trương Định", "Lò Đúc", "Tam Trinh", "Bùi Xương Trạch",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matter:
    """What an event is: its category, and sentences with {} for the place."""

    category: str
    sentences: tuple[str, ...]


MATTERS: tuple[Matter, ...] = (
    Matter("drainage", (
        "Nước ngập đến nửa bánh xe máy ở {}", "{} ngập nặng, xe chết máy la liệt",
        "Mưa xong {} ngập sâu, nước tràn cả vào nhà", "Ngập úng tại {}, nước không thoát được",
        "Nước ngập sâu quá, không đi được qua {}")),
    Matter("waste", (
        "Rác tập kết quá giờ ở {}, bốc mùi hôi", "{} rác chất đống mấy ngày không ai dọn",
        "Xe rác không thu gom, rác thải đầy {}", "Điểm tập kết rác ở {} bốc mùi rất khó chịu")),
    Matter("trees", (
        "Cây đổ chắn ngang {}", "Cành cây to gãy đổ xuống {}, rất nguy hiểm",
        "Có cây xanh bị đổ ở {} chắn hết lối đi", "Cây to bật gốc đổ tại {}")),
    Matter("lighting", (
        "Đèn đường tắt cả đoạn {}", "{} đèn chiếu sáng không sáng, tối om",
        "Đèn đường ở {} hỏng, buổi tối rất tối", "Cả đoạn {} mất đèn đường")),
    Matter("environment", (
        "Quán karaoke ở {} mở loa quá to lúc nửa đêm", "{} loa kẹo kéo ồn ào không ngủ được",
        "Hát karaoke gây ồn ở {} suốt đêm", "Tiếng ồn loa karaoke tại {} đến khuya")),
    Matter("sidewalk", (
        "Hàng quán lấn chiếm hết vỉa hè {}", "Vỉa hè {} bị chiếm dụng bán hàng, không có lối đi bộ",
        "{} hàng quán bày tràn vỉa hè lấn lối đi", "Lấn chiếm vỉa hè để bán hàng ở {}")),
    Matter("transport", (
        "Mặt đường {} có ổ gà rất to", "Ổ gà lớn giữa {}, đã có người ngã xe",
        "{} mặt đường hỏng, nhiều ổ gà sâu", "Có ổ gà sâu nguy hiểm ở {}")),
    Matter("water", (
        "Mất nước sinh hoạt từ đêm qua ở {}", "{} mất nước máy hai ngày nay",
        "Khu vực {} không có nước sinh hoạt từ hôm qua", "Nước máy ở {} mất từ đêm")),
)  # fmt: skip
BEFORE = ("", "", "", "Alo, ", "Kính gửi cơ quan chức năng, ", "Xin phản ánh: ", "Cho em hỏi, ")
AFTER = ("", "", "", ". Đề nghị xử lý sớm", ", mong cơ quan chức năng kiểm tra", " ạ", " 😡😡",
         ". Nhờ mọi người giúp, không chịu nổi nữa", ". Gọi tôi 0912 345 678")  # fmt: skip
SHORT = {"không": "ko", "được": "đc", "nước": "nc", "người": "ng", "quá": "wá", "rồi": "r"}
NO_POINT, FROM_HOME, WITH_ADDRESS, WRONG_CATEGORY = 0.3, 0.02, 0.4, 0.08
SLIP, PLAIN, DECOMPOSED, LOWER, CAPITALS, ABBREVIATED = 0.012, 0.3, 0.1, 0.25, 0.04, 0.15
JITTER_M = 40.0
SPAN_H, LATER_H = 6.0, 96.0
NEXT_STREET_M = 130.0
MOST = 120  # reports of one event


@dataclass(frozen=True, slots=True)
class Told:
    """A request as the store has it, and the event it tells of."""

    life: Life
    event: int


@dataclass(frozen=True, slots=True)
class _Event:
    number: int
    street: str
    matter: Matter
    point: tuple[float, float]
    area: str
    begins_us: int


def flood(
    count: int, *, seed: int, matters: Sequence[Matter] = MATTERS, now_us: int = 0
) -> list[Told]:
    """Return `count` reports with their events, the oldest first."""
    draw = random.Random(seed)
    told: list[Told] = []
    events: list[_Event] = []
    while len(told) < count:
        for event in _neighbours(draw, len(events), matters, now_us):
            events.append(event)
            size = min(MOST, max(1, int(draw.paretovariate(0.9))))
            told += [_told(draw, event, f"{event.number}-{nth}") for nth in range(size)]
    chosen = draw.sample(told, count)
    return sorted(chosen, key=lambda each: (each.life.opened_us, each.life.base_id))


def _neighbours(
    draw: random.Random, number: int, matters: Sequence[Matter], now_us: int
) -> list[_Event]:
    """Return an event and those one may take for it."""
    street, other = draw.sample(STREETS, 2)
    alike = [s for s in STREETS if s != street and s.split()[0] == street.split()[0]]
    matter, another = draw.sample(matters, 2)
    point = _moved(draw, CENTRE, 6000.0)
    begins = now_us + int(draw.uniform(0, 48) * HOUR_US)
    area = f"{draw.randrange(100):05}"
    beside = _moved(draw, point, NEXT_STREET_M, exactly=True)
    later = begins + int(LATER_H * HOUR_US)
    made = [
        (street, matter, point, begins),
        (draw.choice(alike or [other]), matter, beside, begins),
        (street, another, point, begins),
        (street, matter, point, later),
    ]
    return [_Event(number + nth, where, what, at, area, when)
            for nth, (where, what, at, when) in enumerate(made)]  # fmt: skip


def _told(draw: random.Random, event: _Event, report_id: str) -> Told:
    place = draw.choice(("phố {}", "đường {}", "phố {}", "đường {}", "đầu đường {}", "{}"))
    words = draw.choice(event.matter.sentences).format(place.format(event.street))
    text = f"{draw.choice(BEFORE)}{words}{draw.choice(AFTER)}"
    point: tuple[float, float] | None = _moved(draw, event.point, JITTER_M)
    if draw.random() < FROM_HOME:
        point = _moved(draw, event.point, 3000.0)
    if draw.random() < NO_POINT:
        point = None
    category = event.matter.category
    if draw.random() < WRONG_CATEGORY:
        category = draw.choice(MATTERS).category
    given = f"Phố {event.street}, Hà Nội" if draw.random() < WITH_ADDRESS else ""
    at_us = event.begins_us + int(draw.betavariate(1, 2) * SPAN_H * HOUR_US)
    where = None if point is None else {"type": "Point", "coordinates": [point[1], point[0]]}
    made = Life(
        base_id=report_id,
        status="open",
        category=category,
        area=event.area,
        reported_us=at_us,
        opened_us=at_us,
        ended_us=None,
        due_us=None,
        body={"description": _typed(draw, text), "address": given},
        geometry=where,
        source_ref="",
    )
    return Told(made, event.number)


def _typed(draw: random.Random, text: str) -> str:
    """Return a text as somebody types it."""
    if draw.random() < ABBREVIATED:
        text = " ".join(SHORT.get(word, word) for word in text.split(" "))
    kept = []
    for sign in text:
        chance = draw.random()
        if not sign.isalpha() or chance > SLIP:
            kept.append(sign)
        elif chance > SLIP / 2:
            kept.append(sign * 2)
    text = "".join(kept)
    if draw.random() < PLAIN:
        marks = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
        text = "".join(sign for sign in marks if not unicodedata.combining(sign))
    elif draw.random() < DECOMPOSED:
        text = unicodedata.normalize("NFD", text)
    if draw.random() < LOWER:
        return text.lower()
    return text.upper() if draw.random() < CAPITALS else text


def _moved(
    draw: random.Random, point: tuple[float, float], metres: float, *, exactly: bool = False
) -> tuple[float, float]:
    north, east = (draw.gauss(0, 1), draw.gauss(0, 1))
    length = max(0.001, (north**2 + east**2) ** 0.5)
    far = metres if exactly else metres * length / 1.41
    return (
        point[0] + north / length * far / DEGREE_M,
        point[1] + east / length * far / (DEGREE_M * cos(radians(point[0]))),
    )
