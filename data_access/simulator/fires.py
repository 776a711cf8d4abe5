"""Fire and rescue calls as CAP 1.2 in one Atom feed, and now and then a drill. A demo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from data_access.simulator.alerts import Event, Message, written
from data_access.simulator.order import Order
from data_access.simulator.spots import Spots

DATASET, WRITTEN_AS = "security.fires", "cap"
DAYS = 35
# A day of each kind, how long one lasts (hours), what it is called.
KINDS = {
    "Fire": (2.2, 1.6, (
        ("Cháy nhà ở kết hợp kinh doanh", "Fire in a shop-house"),
        ("Cháy xe", "Vehicle fire"),
        ("Cháy kho, xưởng", "Fire in a workshop"),
        ("Chập điện, khói nhiều", "Short circuit, heavy smoke"),
    )),
    "Rescue": (1.8, 0.9, (
        ("Mắc kẹt trong thang máy", "People stuck in a lift"),
        ("Cứu nạn đuối nước", "Water rescue"),
        ("Cứu nạn cây đổ", "Rescue from a fallen tree"),
    )),
}  # fmt: skip
SEVERITIES = (("Minor", 0.62), ("Moderate", 0.3), ("Severe", 0.08))
DRILL_DAY = 20  # of each month


def messages(order: Order) -> Iterator[Message]:
    """Yield a message a call, of the last DAYS days and for the next."""
    spots = Spots(order)
    for day in order.days(DAYS, ahead=1):
        draw = order.draws(day.toordinal())
        for kind, (a_day, lasts, names) in KINDS.items():
            count = draw.poisson(a_day)
            for number in range(count + (kind == "Fire" and day.day == DRILL_DAY)):
                spot = spots.draw(draw, day)
                began = order.instant(day, float(draw.uniform(0, 24)) * 3600)
                ends = began + timedelta(hours=float(draw.gamma(2.0, lasts / 2)) + 0.3)
                names_of = [name for name, _ in SEVERITIES]
                severity = str(draw.choice(names_of, p=[share for _, share in SEVERITIES]))
                name = names[int(draw.integers(len(names)))]
                event = Event(
                    kind.lower(), kind, name, severity, "Immediate", "Observed",
                    (f"{name[0]} tại {spot.place}.", f"{name[1]} at {spot.place}."), began, ends,
                    (spot.unit,), at=(spot.lat, spot.lon), place=spot.place,
                )  # fmt: skip
                yield Message(
                    f"114-{day:%Y%m%d}-{kind.lower()}-{number + 1}",
                    began + timedelta(minutes=4),
                    event,
                    status="Exercise" if number == count else "Actual",
                )


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one feed of every call."""
    entries = "".join(
        f"<entry><id>{message.id}</id><content type='text/xml'>{written(order, message)}"
        "</content></entry>"
        for message in messages(order)
        if message.sent <= order.horizon
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>114</title>{entries}</feed>\n"
    )
    yield order.path(".atom"), text.encode()
