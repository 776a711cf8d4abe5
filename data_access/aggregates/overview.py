"""The city at a glance: its five bottlenecks, each from the aggregate that measures it.

Each says in its note what is counted: flooding the heaviest day's rain at a gauge (and open
drainage requests), congestion the share of measured links, air the highest station, food safety
premises in breach of those inspected in seven days, urban order violations on record that are not
settled (and open requests; only these where no register is fed).
"""

from __future__ import annotations

from typing import Any

import language
from data_access.aggregates.aggregate import NO_DATA, NO_SOURCE, Aggregate, View, text
from data_access.aggregates.parts import number
from data_access.envelope import Envelope, Number, Payload, Text

BOTTLENECKS = "city.bottlenecks"
READS = (
    "environment.rain",
    "transport.speed",
    "environment.air",
    "food.safety",
    "urban.order",
    "feedback.requests",
)


def bottlenecks(view: View) -> Payload:
    """Return flooding, congestion, air, food safety and urban order; what nobody feeds says so."""
    found = {name: view.read(name) for name in READS}
    requests = found["feedback.requests"]
    drainage = _requests(requests, view.city.bottleneck_requests.flooding)
    disorder = _requests(requests, view.city.bottleneck_requests.urban_order)
    flooding = _figure(
        text("Úng ngập", "Flooding"),
        found["environment.rain"],
        "max_day",
        note=lambda n: _flooded(drainage),
    )
    congestion = _figure(
        text("Ùn tắc", "Congestion"),
        found["transport.speed"],
        "congested_share",
        note=lambda n: text("đoạn đường có đo đang ùn tắc", "of measured links congested"),
    )
    air = _figure(
        text("Ô nhiễm không khí", "Air pollution"),
        found["environment.air"],
        "aqi",
        note=lambda n: _highest(n.get("note") or text("", "")),
    )
    food = _figure(
        text("An toàn thực phẩm", "Food safety"),
        found["food.safety"],
        "violations_share",
        note=lambda n: _inspected(found["food.safety"]),
    )
    order = _figure(
        text("Trật tự đô thị", "Urban order"),
        found["urban.order"],
        "open",
        note=lambda n: _unsettled(disorder),
    )
    if order["value"] is None and requests is not None and disorder is not None:
        order = _owned(requests, _asked_for(view, disorder, _requests(requests, None) or 0))
    return {
        "numbers": {
            "flooding": flooding,
            "congestion": congestion,
            "air": air,
            "food_safety": food,
            "urban_order": order,
        }
    }


def _asked_for(view: View, disorder: int, total: int) -> Number:
    """Return open requests about urban order, held to their share of all that are open."""
    limit = view.city.limit(BOTTLENECKS, "urban_order_share")
    return number(
        text("Trật tự đô thị", "Urban order"),
        disorder,
        "requests",
        status=limit.grade(round(disorder / total * 100, 1) if total else 0.0),
        better="down",
        note=text("phản ánh trật tự đô thị đang xử lý", "open requests about urban order"),
        source={
            "dataset": "feedback.requests",
            "categories": list(view.city.bottleneck_requests.urban_order),
            "statuses": ["open"],
        },
    )


def _flooded(drainage: int | None) -> Text:
    """Return what the rain figure is, beside what people report, when they are asked."""
    vi, en = "mưa ngày lớn nhất", "heaviest rain of the day"
    if drainage is None:
        return text(vi, en)
    return text(f"{vi} · {drainage} phản ánh thoát nước", f"{en} · {drainage} drainage requests")


def _highest(station: Text) -> Text:
    """Return whose index the air's is."""
    if not station["vi"]:
        return station
    return text(f"trạm cao nhất: {station['vi']}", f"highest station: {station['en']}")


def _inspected(food: Envelope | None) -> Text:
    """Return what the share of violations is a share of."""
    numbers = food.payload.get("numbers", {}) if food is not None else {}
    count = numbers["inspections"]["value"] if "inspections" in numbers else None
    if count is None:
        return text("cơ sở vi phạm, 7 ngày", "premises in violation, 7 days")
    written = {each: language.number(count, decimals=0, language=each) for each in ("vi", "en")}
    return text(
        f"vi phạm trên {written['vi']} lượt kiểm tra · 7 ngày",
        f"violations of {written['en']} inspections · 7 days",
    )


def _unsettled(disorder: int | None) -> Text:
    """Return what the figure of urban order is, beside what people report, when they are asked."""
    vi, en = "vi phạm chưa xử lý", "violations not settled"
    if disorder is None:
        return text(vi, en)
    return text(f"{vi} · {disorder} phản ánh đang mở", f"{en} · {disorder} open requests")


def _figure(label: Text, envelope: Envelope | None, name: str, *, note: Any) -> Number:
    if envelope is None or envelope.state != "ok":
        return _absent(label, envelope)
    figure = envelope.payload.get("numbers", {}).get(name)
    if figure is None or figure["value"] is None:
        return _absent(label, envelope)
    return _owned(envelope, {**figure, "label": label, "note": note(figure)})


def _owned(envelope: Envelope, figure: Number) -> Number:
    figure["owner"] = envelope.owner
    figure["origin"] = envelope.origin
    if envelope.as_of_ms is not None:
        figure["atMs"] = envelope.as_of_ms
    return figure


def _absent(label: Text, envelope: Envelope | None) -> Number:
    """Return a figure without a number, and why: nobody feeds it, or what is fed gives none."""
    if envelope is None:
        return number(label, None, note=NO_SOURCE)
    why = NO_DATA if envelope.state == "ok" else envelope.reason or NO_SOURCE
    return number(label, None, note=why, owner=envelope.owner)


def _requests(envelope: Envelope | None, categories: tuple[str, ...] | None) -> int | None:
    """Return open requests of some categories (None: of all); None when nothing is fed.

    A city that has not said which categories are meant has no such requests to count.
    """
    if envelope is None or envelope.state != "ok" or categories == ():
        return None
    table = envelope.payload.get("tables", {}).get("categories")
    if table is None:
        return None
    return sum(
        int(row["open"])
        for row in table["rows"]
        if categories is None or row["category"] in categories
    )


AGGREGATES = (
    Aggregate(
        BOTTLENECKS,
        (),
        bottlenecks,
        reads=READS,
        label=text("Năm điểm nghẽn của thành phố", "The city's five bottlenecks"),
    ),
)
