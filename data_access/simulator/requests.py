"""Citizens' reports as an Open311 server answers them (GeoReport v2, JSON): a month of requests.

With its habits: empty strings for what is absent, an address without a position; and its faults:
requests closed before they were opened, one with a status the standard does not know.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from data_access.areas import KM_PER_DEGREE, Unit
from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order
from data_access.simulator.siting import city_name, own_words
from data_access.simulator.weather import Numbers, pm25_level, rain_mm

FORMAT = "open311"
DAYS = 28  # whole weeks: a replay that loops keeps its weekdays

REQUESTS_A_DAY = {"workday": 105.0, "weekend": 70.0, "holiday": 45.0}
# Share of a day's reports by local hour: written in the morning, after lunch and in the evening.
HOURS = np.array(
    (1, 1, 0, 0, 1, 2, 5, 8, 9, 9, 8, 6, 5, 6, 7, 7, 7, 7, 6, 6, 6, 5, 4, 2), dtype=float
)
# Hours to closing of the San Francisco requests: quartiles 16, 30 and 93. The logarithm of a
# handling time is drawn around CLOSING_MEDIAN_H; the slow tail is work that needs a contractor.
CLOSING_MEDIAN_H = 28.0
CLOSING_SIGMA = 1.0
SLOW_SHARE, SLOW_FACTOR = 0.28, 7.0
REFUSED_SHARE = 0.063  # iHanoi, first five months
NEGATIVE_SHARE = 0.003  # closed before opened, up to 11 hours: two clocks
EMPTY_SHARE = 0.05  # "" where a field is absent
NO_PLACE_SHARE = 0.02  # an address only
PHOTO_SHARE = 0.55
RATED_SHARE = 0.3  # of closed ones
CONTENT = {"kept": 4.2, "late": 2.9}  # mean of stars


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of report: who handles it, how soon it is due, what people write."""

    code: str  # text on the wire: leading zeros matter
    name: str
    weight: float
    agency: str
    due_h: int
    words: tuple[str, ...]
    drawn_by: str = ""  # "rain" or "dust": more of it on such days


# The categories proposed for the city (no official list is readable). The first has 31 %, the
# second 11 % of all, as measured in San Francisco.
CATEGORIES = (
    Category("001", "Rác thải - vệ sinh", 31, "UBND phường, xã", 48, (
        "Rác tập kết quá giờ quy định, bốc mùi", "Điểm chân rác tự phát chưa được thu dọn",
        "Xe thu gom không đến hai ngày nay")),
    Category("002", "Đô thị - trật tự vỉa hè", 11, "UBND phường, xã", 72, (
        "Hàng quán lấn chiếm hết vỉa hè", "Xe máy đỗ kín lối đi bộ")),
    Category("003", "Giao thông - hạ tầng", 10, "Sở Xây dựng", 72, (
        "Mặt đường có ổ gà lớn", "Đèn tín hiệu không hoạt động", "Nắp hố ga bị vỡ")),
    Category("004", "Thoát nước - ngập", 7, "Công ty Thoát nước Hà Nội", 24, (
        "Nước ngập đến nửa bánh xe máy", "Cống tắc, nước thải tràn lên đường"), "rain"),
    Category("005", "Chiếu sáng", 6, "Sở Xây dựng", 48, (
        "Đèn đường tắt cả đoạn", "Đèn ngõ chập chờn")),
    Category("006", "Cây xanh", 5, "Sở Xây dựng", 48, (
        "Cành cây gãy chắn lối đi", "Cây nghiêng có nguy cơ đổ"), "rain"),
    Category("007", "Xây dựng - đất đai", 6, "UBND phường, xã", 120, (
        "Công trình xây dựng không che chắn", "Đổ vật liệu ra lòng đường")),
    Category("008", "Môi trường - tiếng ồn", 6, "Sở Nông nghiệp và Môi trường", 72, (
        "Karaoke loa kéo quá khuya", "Đốt rác, khói bụi vào khu dân cư"), "dust"),
    Category("009", "Cấp nước", 4, "Sở Xây dựng", 24, (
        "Mất nước từ đêm qua", "Nước máy có màu đục")),
    Category("010", "An ninh trật tự", 4, "Công an TP Hà Nội", 24, (
        "Thanh niên tụ tập gây ồn về đêm", "Nghi có đánh bạc tại quán")),
    Category("011", "An toàn thực phẩm", 2, "Sở Y tế", 72, (
        "Quán ăn chế biến ngay trên vỉa hè", "Thực phẩm không rõ nguồn gốc")),
    Category("012", "Điện - viễn thông", 3, "Sở Công Thương", 48, (
        "Dây cáp viễn thông sà xuống đường", "Tủ điện hở cửa")),
    Category("013", "Thủ tục hành chính", 2, "Trung tâm Phục vụ hành chính công TP", 120, (
        "Hồ sơ quá hạn chưa có kết quả",)),
    Category("014", "Giáo dục", 1, "Sở Giáo dục và Đào tạo", 120, (
        "Phản ánh thu chi đầu năm học",)),
    Category("015", "Y tế", 1, "Sở Y tế", 72, ("Phản ánh thời gian chờ khám",)),
    Category("016", "Khác", 1, "Văn phòng UBND TP", 120, ("Góp ý về ứng dụng phản ánh",)),
)  # fmt: skip


def _rates(order: Order, day: date) -> Numbers:
    """Return the expected requests of `day` by category: its kind of day, its rain, its dust."""
    weights = np.array([category.weight for category in CATEGORIES], dtype=float)
    rates: Numbers = weights / weights.sum() * REQUESTS_A_DAY[day_kind(day)]
    wet = min(rain_mm(order.seed, day) / 25, 4.0)
    dusty = min(max(pm25_level(order.seed, day) / 80 - 1, 0.0), 1.5)
    more = {"": 1.0, "rain": 0.6 + wet, "dust": 1.0 + dusty}
    rates *= np.array([more[category.drawn_by] for category in CATEGORIES])
    return rates


def _unit_weights(units: list[Unit]) -> Numbers:
    """Return how likely a report comes from each unit: by people, more so in the inner city."""
    people = np.array([unit.population or 450 * unit.km2 + 20000 for unit in units], dtype=float)
    inner = np.array([1.6 if unit.kind == "phường" else 0.5 for unit in units])
    weights: Numbers = people * inner / (people * inner).sum()
    return weights


def _closing_h(draw: np.random.Generator, category: Category) -> float:
    """Return the hours until a request is closed; negative when two clocks disagree."""
    if draw.random() < NEGATIVE_SHARE:
        return -float(draw.uniform(0.5, 11.0))
    hours = CLOSING_MEDIAN_H * draw.lognormal(0.0, CLOSING_SIGMA) * (category.due_h / 55) ** 0.4
    return float(hours * (SLOW_FACTOR if draw.random() < SLOW_SHARE else 1.0))


def _place(order: Order, draw: np.random.Generator, unit: Unit) -> dict[str, Any]:
    spread = 0.25 * math.sqrt(unit.km2) / KM_PER_DEGREE
    lat, lon = draw.normal((unit.lat, unit.lon), spread)
    quarter = "Tổ dân phố" if unit.kind == "phường" else "Thôn"
    address = f"{quarter} số {draw.integers(1, 25)}, {unit.full_name}, {city_name(order)}"
    if draw.random() < NO_PLACE_SHARE:
        return {"address": address}
    return {"address": address, "lat": round(float(lat), 6), "long": round(float(lon), 6)}


def _request(
    order: Order, draw: np.random.Generator, opened: datetime, category: Category, unit: Unit
) -> dict[str, Any]:
    # Everything is drawn, also what is not known yet: a lake written later draws the same.
    closes = opened + timedelta(hours=_closing_h(draw, category))
    taken = opened + timedelta(hours=draw.exponential(6.0))
    is_refused = draw.random() < REFUSED_SHARE
    is_closed = closes <= order.until
    if is_closed:
        updated, notes = closes, "Từ chối" if is_refused else "Đã xử lý"
    elif taken <= order.until:
        updated, notes = taken, "Đang xử lý"
    else:
        updated, notes = opened, "Chờ xử lý"
    written = {
        "service_request_id": f"{opened:%y%m%d}-{int(opened.timestamp()) % 86400:05}-"
        f"{draw.integers(100, 1000)}",
        "status": "closed" if is_closed else "open",
        "status_notes": notes,
        "service_name": category.name,
        "service_code": category.code,
        "description": str(draw.choice(category.words)),
        "agency_responsible": own_words(order, category.agency),
        "requested_datetime": opened.isoformat(timespec="seconds"),
        "updated_datetime": updated.isoformat(timespec="seconds"),
        "expected_datetime": _due(opened, category).isoformat(timespec="seconds"),
        "media_url": None,
        **_place(order, draw, unit),
    }
    if draw.random() < EMPTY_SHARE:
        written["description"] = ""
    if draw.random() < PHOTO_SHARE:
        written["media_url"] = f"photos/{written['service_request_id']}.jpg"
    stars = draw.normal(CONTENT["late" if closes > _due(opened, category) else "kept"], 0.9)
    if draw.random() < RATED_SHARE and is_closed:
        written["extended_attributes"] = {"satisfaction": int(np.clip(round(stars), 1, 5))}
    return written


def _due(opened: datetime, category: Category) -> datetime:
    return opened + timedelta(hours=category.due_h)


def day_requests(order: Order, day: date) -> list[dict[str, Any]]:
    """Return the requests opened on the local `day` up to `until`, ascending."""
    units = sorted(order.city.areas, key=lambda unit: unit.code)
    likely = _unit_weights(units)
    draw = order.draws(day.toordinal())
    wanted = draw.poisson(_rates(order, day))
    kinds = np.repeat(np.arange(len(CATEGORIES)), wanted)
    seconds = draw.choice(24, len(kinds), p=HOURS / HOURS.sum()) * 3600 + draw.uniform(
        0, 3600, len(kinds)
    )
    places = draw.choice(len(units), len(kinds), p=likely)
    found = []
    for number in np.argsort(seconds):
        opened = order.instant(day, float(seconds[number]))
        if opened <= order.until:
            own = order.draws(day.toordinal(), 1, int(number))
            found.append(
                _request(order, own, opened, CATEGORIES[kinds[number]], units[places[number]])
            )
    return found


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one answer with the requests of the last DAYS days; one has an unknown status."""
    begin = order.until - timedelta(days=DAYS)
    found = [
        request
        for day in order.days(DAYS)
        for request in day_requests(order, day)
        if datetime.fromisoformat(request["requested_datetime"]) > begin
    ]
    found[len(found) // 2]["status"] = "đang chờ"
    text = json.dumps(found, ensure_ascii=False, indent=0)
    yield order.path(".json"), text.encode()
