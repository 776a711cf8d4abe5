"""Public warnings as CAP 1.2 messages: heavy rain, heat, bad air, fire; drills and tests.

Warnings follow the shared weather: the forecaster here knows tomorrow. Rain and fire are updated
once, rain is called off. Each month has a drill (status Exercise), each day a test (status Test).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from xml.sax.saxutils import escape

from data_access.areas import Unit
from data_access.simulator.order import Order
from data_access.simulator.weather import pm25_level, rain_mm

FORMAT = "cap"
DAYS = 14  # whole weeks: a replay that loops keeps its weekdays
DAYS_AHEAD = 2
SENDER = "canhbao@mo-phong.invalid"  # a name that can never be somebody's address
HEAVY_MM, VERY_HEAVY_MM = 30.0, 70.0  # city-wide rain of a day; single gauges have twice as much
DUST_UG, DUST_BAD_UG = 90.0, 150.0  # PM2.5 of a day, from which the index is bad, very bad
DRILL_DAY = 15  # of each month
CHECK_S = 6.5 * 3600  # of each day: the channel is tried, so that silence can be told from failure


@dataclass(frozen=True, slots=True)
class Event:
    """What one message is about."""

    kind: str  # short, for the identifier
    category: str
    name: tuple[str, str]  # vi, en
    severity: str
    urgency: str
    certainty: str
    description: tuple[str, str]
    begins: datetime
    ends: datetime
    units: tuple[Unit, ...] = ()  # none: the whole city
    at: tuple[float, float] | None = None  # where in its one unit, and …
    place: str = ""  # … what that is called


@dataclass(frozen=True, slots=True)
class Message:
    """One CAP message; `references` names the message it replaces."""

    id: str
    sent: datetime
    event: Event
    type: str = "Alert"
    status: str = "Actual"
    note: str = ""
    references: str = ""

    @property
    def triple(self) -> str:
        """How another message refers to this one."""
        return f"{SENDER},{self.id},{_stamp(self.sent)}"


def day_events(order: Order, day: date) -> Iterator[Event]:
    """Yield what the forecaster warns of for the local `day`."""
    rain = rain_mm(order.seed, day)
    noon, night = order.instant(day, 11 * 3600), order.instant(day, 23 * 3600)
    draw = order.draws(day.toordinal())
    if rain >= HEAVY_MM:
        severe = rain >= VERY_HEAVY_MM
        yield Event(
            "mua", "Met", ("Cảnh báo mưa lớn, nguy cơ ngập úng", "Heavy rain and flooding warning"),
            "Severe" if severe else "Moderate", "Expected", "Likely",
            (f"Lượng mưa dự báo phổ biến {rain:.0f} mm, có nơi trên {1.8 * rain:.0f} mm. "
             "Nguy cơ ngập úng tại các điểm trũng nội thành.",
             f"Forecast {rain:.0f} mm, locally above {1.8 * rain:.0f} mm. Low points may flood."),
            order.instant(day, 5 * 3600), night,
        )  # fmt: skip
    dust = pm25_level(order.seed, day)
    if dust >= DUST_UG:
        yield Event(
            "bui", "Health", ("Cảnh báo chất lượng không khí xấu", "Unhealthy air warning"),
            "Severe" if dust >= DUST_BAD_UG else "Moderate", "Expected", "Likely",
            ("Bụi mịn PM2.5 ở mức cao. Hạn chế hoạt động ngoài trời, đeo khẩu trang khi ra đường.",
             "Fine dust is high. Stay indoors if you can, wear a mask outside."),
            order.instant(day, 4 * 3600), night,
        )  # fmt: skip
    if draw.random() < (0.35 if day.month in (5, 6, 7, 8) else 0.0):
        yield Event(
            "nong", "Met", ("Cảnh báo nắng nóng gay gắt", "Extreme heat warning"),
            "Moderate", "Expected", "Likely",
            ("Nhiệt độ cao nhất 37-39 độ C, độ ẩm thấp nhất 45-55%.",
             "Highest temperature 37-39 °C, lowest humidity 45-55%."),
            noon, order.instant(day, 17 * 3600),
        )  # fmt: skip
    if draw.random() < 0.15:
        unit = _some_unit(order, day)
        yield Event(
            "chay", "Fire", ("Cháy nhà dân", "House fire"), "Moderate", "Immediate", "Observed",
            (f"Đang xử lý đám cháy tại {unit.full_name}. Người dân tránh khu vực.",
             f"Fire brigade at work in {unit.name}. Keep away."),
            order.instant(day, draw.uniform(6, 22) * 3600).astimezone(UTC),
            order.instant(day, 23.9 * 3600).astimezone(UTC), (unit,),
        )  # fmt: skip
    if draw.random() < 0.3:
        unit = _some_unit(order, day)
        yield Event(
            "nuoc", "Infra", ("Tạm ngừng cấp nước theo kế hoạch", "Planned water outage"),
            "Minor", "Expected", "Likely",
            (f"Tạm ngừng cấp nước tại {unit.full_name} để súc xả đường ống.",
             f"No water in {unit.name} while mains are flushed."),
            order.instant(day, 8 * 3600), order.instant(day, 15 * 3600), (unit,),
        )  # fmt: skip


def _some_unit(order: Order, day: date) -> Unit:
    units = sorted(order.city.areas, key=lambda unit: unit.code)
    return units[int(order.draws(day.toordinal(), 1).integers(len(units)))]


def _drill(order: Order, day: date) -> Message:
    unit = _some_unit(order, day)
    event = Event(
        "dientap", "Safety", ("Diễn tập ứng phó sự cố đê điều", "Dyke incident drill"),
        "Severe", "Expected", "Likely",
        (f"DIỄN TẬP: giả định sự cố đê tại {unit.full_name}.",
         f"EXERCISE: assumed dyke incident in {unit.name}."),
        order.instant(day, 8 * 3600), order.instant(day, 16 * 3600), (unit,),
    )  # fmt: skip
    sent = order.instant(day, 7.5 * 3600)
    return Message(
        f"HN-{day:%Y%m%d}-dientap-1", sent, event, status="Exercise", note="Diễn tập theo kế hoạch"
    )


def _check(order: Order, day: date) -> Message:
    begins = order.instant(day, CHECK_S)
    event = Event(
        "kiemtra", "Other", ("Kiểm tra kênh cảnh báo hằng ngày", "Daily test of the channel"),
        "Minor", "Immediate", "Observed",
        ("Bản tin thử, không cần thực hiện gì.", "A test message, nothing to be done."),
        begins, begins + timedelta(minutes=15),
    )  # fmt: skip
    return Message(f"HN-{day:%Y%m%d}-kiemtra-1", begins, event, status="Test")


def day_messages(order: Order, day: date) -> Iterator[Message]:
    """Yield the messages about the local `day`: alert, update an hour into it, cancellation."""
    for event in day_events(order, day):
        lead = timedelta(minutes=2) if event.urgency == "Immediate" else timedelta(hours=10)
        sent = event.begins + (lead if event.urgency == "Immediate" else -lead)
        first = Message(f"HN-{day:%Y%m%d}-{event.kind}-1", sent, event)
        yield first
        if event.kind not in ("mua", "chay"):
            continue
        known = replace(event, certainty="Observed", urgency="Immediate")
        update = Message(
            f"HN-{day:%Y%m%d}-{event.kind}-2", event.begins + timedelta(hours=1), known,
            type="Update", references=first.triple,
        )  # fmt: skip
        yield update
        if event.kind == "mua":
            over = event.ends - timedelta(hours=2)
            yield Message(
                f"HN-{day:%Y%m%d}-{event.kind}-3", over, replace(known, urgency="Past"),
                type="Cancel", references=update.triple,
            )  # fmt: skip
    yield _check(order, day)
    if day.day == DRILL_DAY:
        yield _drill(order, day)


def _stamp(at: datetime) -> str:
    """Write an instant as CAP wants it; UTC is "-00:00" there."""
    text = at.isoformat(timespec="seconds")
    return f"{text[:-6]}-00:00" if text.endswith("+00:00") else text


def _area(order: Order, event: Event) -> str:
    if not event.units:
        centre = order.city.centre
        name = escape(order.city.name["vi"])
        return (
            f"<area><areaDesc>{name}</areaDesc><circle>{centre.lat},{centre.lon} 40</circle></area>"
        )
    if event.at is not None:
        lat, lon = event.at
        return (
            f"<area><areaDesc>{escape(event.place)}</areaDesc>"
            f"<circle>{lat:.6f},{lon:.6f} 0.05</circle><geocode><valueName>unit</valueName>"
            f"<value>{event.units[0].code}</value></geocode></area>"
        )
    return "".join(
        f"<area><areaDesc>{escape(unit.full_name)}</areaDesc>"
        f"<circle>{unit.lat},{unit.lon} {(unit.km2 / 3.1416) ** 0.5:.2f}</circle>"
        f"<geocode><valueName>unit</valueName><value>{unit.code}</value></geocode></area>"
        for unit in event.units
    )


def _info(order: Order, message: Message, language: int) -> str:
    event = message.event
    tag = ("vi-VN", "en-GB")[language]
    return (
        f"<info><language>{tag}</language><category>{event.category}</category>"
        f"<event>{escape(event.name[language])}</event><responseType>Prepare</responseType>"
        f"<urgency>{event.urgency}</urgency><severity>{event.severity}</severity>"
        f"<certainty>{event.certainty}</certainty>"
        f"<effective>{_stamp(message.sent)}</effective><onset>{_stamp(event.begins)}</onset>"
        f"<expires>{_stamp(event.ends)}</expires>"
        f"<senderName>{('Trung tâm mô phỏng', 'Simulated centre')[language]}</senderName>"
        f"<headline>{escape(event.name[language])}</headline>"
        f"<description>{escape(event.description[language])}</description>"
        f"{_area(order, event)}</info>"
    )


def written(order: Order, message: Message) -> str:
    """Return a message as an element."""
    note = f"<note>{escape(message.note)}</note>" if message.note else ""
    references = f"<references>{message.references}</references>" if message.references else ""
    return (
        '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<identifier>{message.id}</identifier><sender>{SENDER}</sender>"
        f"<sent>{_stamp(message.sent)}</sent><status>{message.status}</status>"
        f"<msgType>{message.type}</msgType><scope>Public</scope><restriction/>{note}{references}"
        f"{_info(order, message, 0)}{_info(order, message, 1)}</alert>\n"
    )


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one message a file, of the last days and for the next; fire reports are in UTC."""
    begin = order.horizon - timedelta(days=DAYS)
    for day in order.days(DAYS, ahead=DAYS_AHEAD):
        for message in day_messages(order, day):
            if not begin < message.sent <= order.horizon:
                continue
            text = f'<?xml version="1.0" encoding="UTF-8"?>\n{written(order, message)}'
            yield order.path(".cap", stem=f"simulated-{message.id}"), text.encode()
