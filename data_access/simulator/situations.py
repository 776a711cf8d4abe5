"""Road situations as a DATEX II v3 publication: accidents, works, closures, jams, flooded streets.

Situations stand on junctions and links of the city's network; floods come with the rain, accidents
are the crashes that speeds and counts feel (`crashes.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from xml.sax.saxutils import escape

import numpy as np

from data_access.simulator import crashes
from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order
from data_access.simulator.traffic import Traffic
from data_access.simulator.weather import rain_mm

FORMAT = "datex2"
ON_ROADS = True
DAYS = 14  # whole weeks: a replay that loops keeps its weekdays
DAYS_AHEAD = 1
FLOODING_MM = 50.0  # city-wide rain of a day from which known points stand under water
FLOODED_SHARE = 0.25  # of the junctions, at 100 mm

_NAMESPACES = (
    ("mc", "http://datex2.eu/schema/3/messageContainer"),
    ("sit", "http://datex2.eu/schema/3/situation"),
    ("com", "http://datex2.eu/schema/3/common"),
    ("loc", "http://datex2.eu/schema/3/locationReferencing"),
    ("xsi", "http://www.w3.org/2001/XMLSchema-instance"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of situation: its record class, cause, detail element, length and frequency."""

    record: str
    cause: str
    detail: str  # the class's own element, as XML
    severity: str
    words: str
    a_day: float
    lasting_h: tuple[float, float]
    hours: tuple[int, int]  # begins between these local hours


ACCIDENT = Kind(
    "Accident", "accident", "<sit:accidentType>collision</sit:accidentType>", "high",
    "Va chạm giao thông", 0.0, (0.5, 2.0), crashes.HOURS,
)  # fmt: skip
# Frequencies and lengths are demo values.
KINDS = (
    Kind("AbnormalTraffic", "congestion",
         "<sit:abnormalTrafficType>queuingTraffic</sit:abnormalTrafficType>", "medium",
         "Ùn tắc kéo dài", 2.5, (0.5, 2.0), (7, 19)),
    Kind("MaintenanceWorks", "roadMaintenance",
         "<sit:roadMaintenanceType>roadworks</sit:roadMaintenanceType>", "medium",
         "Thi công sửa chữa mặt đường", 0.7, (24.0, 120.0), (21, 23)),
    Kind("RoadOrCarriagewayOrLaneManagement", "roadMaintenance",
         "<sit:roadOrCarriagewayOrLaneManagementType>laneClosures"
         "</sit:roadOrCarriagewayOrLaneManagementType>", "medium",
         "Rào chắn một phần đường thi công ga ngầm", 0.4, (48.0, 160.0), (21, 23)),
    Kind("PublicEvent", "other", "<sit:publicEventType>other</sit:publicEventType>", "low",
         "Phân luồng phục vụ sự kiện", 0.3, (3.0, 6.0), (17, 19)),
)  # fmt: skip
FLOOD = Kind(
    "EnvironmentalObstruction", "environmentalObstruction",
    "<sit:environmentalObstructionType>flooding</sit:environmentalObstructionType>", "highest",
    "Úng ngập, hạn chế phương tiện", 0.0, (1.0, 5.0), (5, 20),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Situation:
    """One situation with its place and its time."""

    id: str
    kind: Kind
    place: str
    points: tuple[tuple[float, float], ...]  # lat lon; one for a junction, two for a link
    begins: datetime
    ends: datetime
    known: datetime


def day_situations(order: Order, day: date) -> list[Situation]:
    """Return what begins on the local `day`, accidents apart."""
    draw = order.draws(day.toordinal())
    quiet = 1.0 if day_kind(day) == "workday" else 0.6
    kinds = [kind for kind in KINDS for _ in range(draw.poisson(kind.a_day * quiet))]
    wet = rain_mm(order.seed, day)
    if wet >= FLOODING_MM:
        nodes = len(order.city.network.nodes)
        kinds += [FLOOD] * int(draw.binomial(nodes, min(FLOODED_SHARE * wet / 100, 1.0)))
    return [_situation(order, draw, day, kind, number) for number, kind in enumerate(kinds)]


def accidents(order: Order, traffic: Traffic, day: date) -> list[Situation]:
    """Return the accidents of the local `day`: in the middle of the roads they block."""
    links, draw = order.city.network.links, order.draws(day.toordinal(), 1)
    found = []
    for number, crash in enumerate(crashes.crashes(traffic, order.seed, day.weekday())):
        link, begins = links[traffic.roads.links[crash.arc]], order.instant(day, crash.begin_s)
        ends = (link.start, link.end)
        middle = sum(node.lat for node in ends) / 2, sum(node.lon for node in ends) / 2
        found.append(
            Situation(
                f"HN{day:%y%m%d}A{number:02}",
                ACCIDENT,
                link.name,
                (middle,),
                begins,
                begins + timedelta(seconds=crash.lasting_s),
                begins + timedelta(minutes=draw.uniform(1, 8)),
            )
        )
    return found


def _situation(
    order: Order, draw: np.random.Generator, day: date, kind: Kind, number: int
) -> Situation:
    network = order.city.network
    if kind.record in ("MaintenanceWorks", "RoadOrCarriagewayOrLaneManagement"):
        link = list(network.links.values())[draw.integers(len(network.links))]
        place, points = link.name, [link.start, link.end]
    else:
        node = list(network.nodes.values())[draw.integers(len(network.nodes))]
        place, points = node.name, [node]
    begins = order.instant(day, draw.uniform(*kind.hours) * 3600)
    ends = begins + timedelta(hours=draw.uniform(*kind.lasting_h))
    known = begins + timedelta(minutes=draw.uniform(1, 8))
    return Situation(
        f"HN{day:%y%m%d}{number:03}",
        kind,
        place,
        tuple((node.lat, node.lon) for node in points),
        begins,
        ends,
        known,
    )


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _location(situation: Situation) -> str:
    if len(situation.points) == 1:
        lat, lon = situation.points[0]
        return (
            '<sit:locationReference xsi:type="loc:PointLocation"><loc:pointByCoordinates>'
            f"<loc:pointCoordinates><loc:latitude>{lat}</loc:latitude>"
            f"<loc:longitude>{lon}</loc:longitude></loc:pointCoordinates>"
            "</loc:pointByCoordinates></sit:locationReference>"
        )
    line = " ".join(f"{lat} {lon}" for lat, lon in situation.points)
    return (
        '<sit:locationReference xsi:type="loc:LinearLocation"><loc:gmlLineString srsName="WGS 84">'
        f"<loc:posList>{line}</loc:posList></loc:gmlLineString></sit:locationReference>"
    )


def _xml(situation: Situation) -> str:
    kind = situation.kind
    comment = escape(f"{kind.words}: {situation.place}")
    return (
        f'<sit:situation id="{situation.id}">'
        f"<sit:overallSeverity>{kind.severity}</sit:overallSeverity>"
        f"<sit:situationVersionTime>{_stamp(situation.known)}</sit:situationVersionTime>"
        "<sit:headerInformation><com:confidentiality>noRestriction</com:confidentiality>"
        "<com:informationStatus>real</com:informationStatus></sit:headerInformation>"
        f'<sit:situationRecord xsi:type="sit:{kind.record}" id="{situation.id}-1" version="1">'
        "<sit:situationRecordCreationTime>"
        f"{_stamp(situation.known)}</sit:situationRecordCreationTime>"
        "<sit:situationRecordVersionTime>"
        f"{_stamp(situation.known)}</sit:situationRecordVersionTime>"
        "<sit:probabilityOfOccurrence>certain</sit:probabilityOfOccurrence>"
        f"<sit:severity>{kind.severity}</sit:severity>"
        "<sit:validity><com:validityStatus>definedByValidityTimeSpec</com:validityStatus>"
        "<com:validityTimeSpecification>"
        f"<com:overallStartTime>{_stamp(situation.begins)}</com:overallStartTime>"
        f"<com:overallEndTime>{_stamp(situation.ends)}</com:overallEndTime>"
        "</com:validityTimeSpecification></sit:validity>"
        f"<sit:cause><sit:causeType>{kind.cause}</sit:causeType></sit:cause>"
        '<sit:generalPublicComment><sit:comment><com:values><com:value lang="vi">'
        f"{comment}</com:value></com:values></sit:comment></sit:generalPublicComment>"
        f"{_location(situation)}{kind.detail}</sit:situationRecord></sit:situation>\n"
    )


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one publication: the last days, and what is announced for tomorrow."""
    days = order.days(DAYS, ahead=DAYS_AHEAD)
    begin = order.horizon - timedelta(days=DAYS)
    traffic = Traffic.of(order.city, order.seed)
    listed = (
        each
        for day in days
        for each in [*accidents(order, traffic, day), *day_situations(order, day)]
    )
    found = "".join(_xml(each) for each in listed if begin < each.known <= order.horizon)
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<mc:messageContainer {spaces} modelBaseVersion="3">'
        '<mc:payload xsi:type="sit:SituationPublication" lang="vi" modelBaseVersion="3">'
        f"<com:publicationTime>{_stamp(order.until)}</com:publicationTime>"
        "<com:publicationCreator><com:country>vn</com:country>"
        "<com:nationalIdentifier>SIMULATED</com:nationalIdentifier></com:publicationCreator>\n"
        f"{found}</mc:payload></mc:messageContainer>\n"
    )
    yield order.path(".xml"), text.encode()
