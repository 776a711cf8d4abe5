"""One CAP alert (1.1, 1.2) as it stands in its XML: fields, texts by language, areas as GeoJSON.

Not a source itself: data_access/sources/cap.py finds alerts in files and follows their lifecycle.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

from data_access.areas import KM_PER_DEGREE
from data_access.sources.places import MAX_POINTS
from data_access.sources.rows import instant, iso
from language import Told, told

NAMESPACE = re.compile(r"\{urn:oasis:names:tc:emergency:cap:1\.[0-9]\}")
STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
SEVERITIES = ("Unknown", "Minor", "Moderate", "Severe", "Extreme")
DEFAULT_LANGUAGE = "en-US"
CIRCLE_POINTS = 48
TEST_CODES = frozenset({"RWT", "RMT", "NPT", "DMO", "NST"})  # SAME: weekly, monthly, national, demo


class CapFault(Exception):
    """An alert lacks what every alert must have; `reason` is the code of its refusal."""

    def __init__(self, reason: str, detail: Told) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Reference:
    """The alert another one updates or cancels."""

    sender: str
    identifier: str

    @property
    def record_id(self) -> str:
        """The id of that alert's record."""
        return f"{self.sender},{self.identifier}"


@dataclass(frozen=True, slots=True)
class Message:
    """One alert. `body` is what its record says; geometry is GeoJSON, lon lat."""

    own: Reference
    sent: datetime
    type: str
    references: tuple[Reference, ...]
    starts: datetime | None
    expires: datetime | None
    geometry: dict[str, Any] | None
    area_names: tuple[str, ...]
    geocodes: tuple[tuple[str, str], ...]
    body: Mapping[str, Any]
    faults: tuple[tuple[str, Told], ...] = ()  # what was left out of it: reason, detail


def alerts_in(root: Element) -> Iterator[Element]:
    """Yield the alerts of a document: itself, or those inside Atom, RSS or EDXL wrappers."""
    for element in root.iter():
        if isinstance(element.tag, str) and _name(element) == "alert" and _is_cap(element):
            yield element


def read_message(alert: Element, *, test_words: re.Pattern[str]) -> Message:
    """Read one alert; raises CapFault."""
    identifier, sender = _text(alert, "identifier"), _text(alert, "sender")
    if not identifier or not sender:
        raise CapFault("emptyKey", told("the alert lacks identifier or sender"))
    sent = instant(_text(alert, "sent"))
    if sent is None:
        detail = told(
            "{name} is {found!r}; expected ISO 8601 with its offset",
            name="sent",
            found=_text(alert, "sent"),
        )
        raise CapFault("badTime", detail)
    status = _choice(alert, "status", STATUSES)
    kind = _choice(alert, "msgType", TYPES)
    infos = [child for child in alert if _name(child) == "info"]
    areas = [child for info in infos for child in info if _name(child) == "area"]
    body = _body(alert, infos, areas, status, kind)
    fields = ("title", "event", "description", "instruction")
    words = " ".join([_text(alert, "note"), *(w for name in fields for w in body[name].values())])
    codes = {value.upper() for _, value in _pairs(infos, "eventCode")}
    body["says_test"] = test_words.search(words) is not None or bool(codes & TEST_CODES)
    body["actual"] = body["actual"] and not body["says_test"]
    faults: list[tuple[str, Told]] = []
    ends = _times(infos, ("expires",), faults)
    starts = _times(infos, ("onset", "effective"), faults)
    expires, begins = max(ends, default=None), min(starts, default=None)
    if expires is not None and expires < max(sent, begins or sent):
        detail = told(
            "expires {expires}, before it begins {sent}",
            expires=iso(expires),
            sent=iso(max(sent, begins or sent)),
        )
        faults.append(("endsBeforeStart", detail))
        expires = None
    body |= {"sent_at": iso(sent), "starts_at": iso(begins), "expires_at": iso(expires)}
    return Message(
        own=Reference(sender, identifier),
        sent=sent,
        type=kind,
        references=tuple(_references(_text(alert, "references"))),
        starts=begins,
        expires=expires,
        geometry=_geometry(areas, faults),
        area_names=tuple(dict.fromkeys(filter(None, (_text(a, "areaDesc") for a in areas)))),
        geocodes=tuple(dict.fromkeys(_pairs(areas, "geocode"))),
        body=body,
        faults=tuple(faults),
    )


def _times(
    infos: list[Element], names: tuple[str, ...], faults: list[tuple[str, Told]]
) -> list[datetime]:
    """Return the first time that each info says under `names`; what is none is a fault."""
    found = []
    for info in infos:
        name = next((name for name in names if _text(info, name)), None)
        if name is None:
            continue
        at = instant(_text(info, name))
        if at is not None:
            found.append(at)
        else:
            detail = told(
                "{name} is {found!r}; expected ISO 8601 with its offset",
                name=name,
                found=_text(info, name)[:40],
            )
            faults.append(("badTime", detail))
    return found


def _body(
    alert: Element, infos: list[Element], areas: list[Element], status: str, kind: str
) -> dict[str, Any]:
    severities = [_text(info, "severity") for info in infos]
    worst = max((s for s in severities if s in SEVERITIES), key=SEVERITIES.index, default="Unknown")
    first = infos[0] if infos else alert
    nameless = {"en": _text(alert, "note") or _text(alert, "identifier")}
    responses = [_plain(child) for i in infos for child in i if _name(child) == "responseType"]
    return {
        "identifier": _text(alert, "identifier"),
        "sender": _text(alert, "sender"),
        "sender_name": _text(first, "senderName"),
        "cap_status": status.lower(),
        "actual": status == "Actual",
        "message_type": kind.lower(),
        "scope": _text(alert, "scope").lower(),
        "note": _text(alert, "note"),
        "incidents": _text(alert, "incidents"),
        "title": _by_language(infos, "headline") or _by_language(infos, "event") or nameless,
        "event": _by_language(infos, "event"),
        "description": _by_language(infos, "description"),
        "instruction": _by_language(infos, "instruction"),
        "category": sorted({_plain(c) for i in infos for c in i if _name(c) == "category"}),
        "response": sorted(set(filter(None, responses))),
        "all_clear": bool(infos) and all(r == "AllClear" for r in responses or [""]),
        "severity": worst.lower(),
        "urgency": _text(first, "urgency").lower() or "unknown",
        "certainty": _text(first, "certainty").lower() or "unknown",
        "area_names": list(dict.fromkeys(filter(None, (_text(a, "areaDesc") for a in areas)))),
        "geocodes": [list(pair) for pair in dict.fromkeys(_pairs(areas, "geocode"))],
        "web": _text(first, "web"),
        "contact": _text(first, "contact"),
    }


def _by_language(infos: list[Element], name: str) -> dict[str, str]:
    """Return the texts called `name` by primary language ("vi", "en"); empty ones are absent."""
    found: dict[str, str] = {}
    for info in infos:
        text = _text(info, name)
        language = (_text(info, "language") or DEFAULT_LANGUAGE).split("-")[0].lower()
        if text:
            found.setdefault(language, text)
    return found


def _references(text: str) -> Iterator[Reference]:
    for triple in text.split():
        parts = triple.split(",")
        if len(parts) >= 3 and parts[0] and parts[1]:
            yield Reference(parts[0], ",".join(parts[1:-1]))


def _geometry(areas: list[Element], faults: list[tuple[str, Told]]) -> dict[str, Any] | None:
    """Return all polygons and circles as one GeoJSON geometry; what is damaged is a fault."""
    rings: dict[tuple[tuple[float, float], ...], None] = {}
    points: dict[tuple[float, float], None] = {}
    for area in areas:
        for child in area:
            if _name(child) == "polygon":
                ring = _ring(_plain(child))
                if ring is not None:
                    rings[ring] = None
                elif _plain(child):
                    faults.append(("badPlace", told("polygon {found!r}", found=_plain(child)[:60])))
            elif _name(child) == "circle":
                centre, ring = _circle(_plain(child))
                if centre is None and _plain(child):
                    faults.append(("badPlace", told("circle {found!r}", found=_plain(child)[:60])))
                if ring is not None:
                    rings[ring] = None
                elif centre is not None:
                    points[centre] = None
    if rings:
        coordinates = [[[list(point) for point in ring]] for ring in rings]
        if len(coordinates) == 1:
            return {"type": "Polygon", "coordinates": coordinates[0]}
        return {"type": "MultiPolygon", "coordinates": coordinates}
    if points:
        coordinates_of_points = [list(point) for point in points]
        if len(coordinates_of_points) == 1:
            return {"type": "Point", "coordinates": coordinates_of_points[0]}
        return {"type": "MultiPoint", "coordinates": coordinates_of_points}
    return None


def _ring(text: str) -> tuple[tuple[float, float], ...] | None:
    """Return "lat,lon lat,lon …" as a closed ring of lon lat, or None."""
    pairs = text.split()
    if len(pairs) > MAX_POINTS:
        return None
    points = [_position(pair) for pair in pairs]
    ring = [point for point in points if point is not None]
    if len(ring) != len(points) or len(set(ring)) < 3:
        return None
    return tuple(ring if ring[0] == ring[-1] else [*ring, ring[0]])


def _circle(
    text: str,
) -> tuple[tuple[float, float] | None, tuple[tuple[float, float], ...] | None]:
    """Return the centre of "lat,lon radius" and, for a radius in km over 0, a ring around it."""
    parts = text.split()
    centre = _position(parts[0]) if parts else None
    radius_km = _float(parts[1]) if len(parts) > 1 else 0.0
    if centre is None or radius_km is None or not 0 < radius_km < 20000:
        return centre, None
    lon, lat = centre
    north = radius_km / KM_PER_DEGREE
    east = north / max(math.cos(math.radians(lat)), 0.01)
    turns = [2 * math.pi * n / CIRCLE_POINTS for n in range(CIRCLE_POINTS)]
    ring = [
        (round(lon + east * math.cos(a), 6), round(lat + north * math.sin(a), 6)) for a in turns
    ]
    return centre, (*ring, ring[0])


def _position(pair: str) -> tuple[float, float] | None:
    lat_text, _, lon_text = pair.partition(",")
    lat, lon = _float(lat_text), _float(lon_text)
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        return None
    return lon, lat


def _float(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _pairs(areas: list[Element], name: str) -> Iterator[tuple[str, str]]:
    for area in areas:
        for child in area:
            if _name(child) == name:
                yield _text(child, "valueName"), _text(child, "value")


def _choice(alert: Element, name: str, choices: tuple[str, ...]) -> str:
    text = _text(alert, name)
    for choice in choices:
        if text.lower() == choice.lower():
            return choice
    raise CapFault(
        "unknownStatus",
        told(
            "{name} is {found!r}; expected {codes}",
            name=name,
            found=text,
            codes=", ".join(choices),
        ),
    )


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _is_cap(element: Element) -> bool:
    return NAMESPACE.match(element.tag) is not None


def _text(parent: Element, name: str) -> str:
    """Return the text of the first child called `name`; absent and empty are both ""."""
    for child in parent:
        if _name(child) == name:
            return _plain(child)
    return ""


def _plain(element: Element) -> str:
    return " ".join((element.text or "").split())
