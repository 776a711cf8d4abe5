"""Road situations in DATEX II, versions 2 and 3 (XML): works, closures, accidents, events.

`xsi:type` decides what a record is; namespaces beyond that are the country's own business and not
looked at. Publications of measured data and anything else in the same feed are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from pydantic import Field

from data_access.city import City
from data_access.contracts import DatasetContract, Named
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, RecordRow, Rejected
from data_access.sources.options import SourceOptions
from data_access.sources.payload import good_files, load
from data_access.sources.placing import line, link_of
from data_access.sources.rows import instant, iso
from language import told

FORMAT = "datex2"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
ROOTS = frozenset({"d2LogicalModel", "messageContainer", "payload", "payloadPublication"})
MAX_POINTS = 2000  # of one record's lines
# Where versions 2 and 3 have a point, and where they have one to draw what is longer.
POINTS = ("pointCoordinates", "locationForDisplay", "coordinatesForDisplay")


class Options(SourceOptions):
    """`titles` by record class; `map_to_city`: show situations elsewhere on roads here."""

    titles: dict[str, Named] = Field(default_factory=dict)
    map_to_city: bool = False


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file: each situation record, in the order it became known."""
    options: Options = Options.of(contract)
    rejected: list[Rejected] = []
    for records, refused in good_files(files, lambda path: _read(path, options, city), rejected):
        yield Batch(records=records, rejected=[*rejected, *refused])
        rejected.clear()
    if rejected:
        yield Batch(rejected=list(rejected))


def _read(path: Path, options: Options, city: City) -> tuple[list[RecordRow], list[Rejected]]:
    payload = load(path)
    root = payload.xml()
    if _name(root) not in ROOTS:
        raise SourceWrongFormat(
            told("a <{name}>", name=_name(root)), payload.name, told("DATEX II version 2 or 3")
        )
    records: list[RecordRow] = []
    rejected: list[Rejected] = []
    for publication in _publications(root):
        published = instant(_text(publication, "publicationTime"))
        for situation in _children(publication, "situation"):
            for element in _children(situation, "situationRecord"):
                where = f"{payload.name}#{element.get('id') or situation.get('id') or '?'}"
                made = _record(element, situation, published, where, options, city, rejected)
                if isinstance(made, RecordRow):
                    records.append(made)
                else:
                    rejected.append(made)
    return sorted(records, key=lambda record: record.reported_at), rejected


def _publications(root: Element) -> Iterator[Element]:
    """Yield the publications of situations; `xsi:type` or what it holds tells."""
    for element in root.iter():
        kind = _type(element)
        if kind == "SituationPublication" or (
            not kind and _name(element) in ("payload", "payloadPublication")
        ):
            yield element


def _record(
    element: Element,
    situation: Element,
    published: datetime | None,
    where: str,
    options: Options,
    city: City,
    rejected: list[Rejected],
) -> RecordRow | Rejected:
    """Return a record, or why there is none; what of it is not believed goes to `rejected`."""
    record_id, record_class = element.get("id", "").strip(), _type(element)
    if not record_id:
        return Rejected(where, "emptyKey", told("a situation record without id"))
    if not record_class:
        detail = told("no xsi:type; expected the record's class")
        return Rejected(where, "unknownCode", detail, record=record_id)
    faults: list[Rejected] = []
    version_at = _time(element, "situationRecordVersionTime", where, faults)
    created_at = _time(element, "situationRecordCreationTime", where, faults)
    validity = _first(element, "validityTimeSpecification")
    starts = _time(validity, "overallStartTime", where, faults)
    ends = _time(validity, "overallEndTime", where, faults)
    if starts is not None and ends is not None and ends < starts:
        sentence = "valid until {ends}, before it begins {starts}"
        detail = told(sentence, ends=iso(ends), starts=iso(starts))
        faults.append(Rejected(where, "endsBeforeStart", detail))
        ends = None
    reported = version_at or created_at or published or starts
    if reported is None:
        detail = told("no readable time of version, creation or publication")
        return Rejected(where, "badTime", detail, record=record_id)
    rejected += faults
    header = _first(situation, "headerInformation")
    status_of_text = "" if header is None else _text(header, "informationStatus")
    severity = _text(element, "severity") or _text(situation, "overallSeverity")
    title = options.titles.get(record_class) or _title(record_class)
    body: dict[str, Any] = {
        "situation": situation.get("id", ""),
        "class": record_class,
        "title": title,
        "severity": severity or "unknown",
        "cause": _deep_text(element, "causeType"),
        "kinds": _kinds(element),
        "comment": _comments(element),
        "actual": status_of_text in ("", "real"),
        "source_name": _deep_text(element, "sourceName"),
        "created_at": iso(created_at),
        "starts_at": iso(starts),
        "ends_at": iso(ends),
        "flags": sorted({each.reason for each in faults}),
    }
    area, geometry = _place(record_id, element, body, options, city)
    return RecordRow(
        record_id=record_id,
        version=_version(element, version_at),
        status=_status(element),
        reported_at=reported,
        valid_from=starts or created_at or reported,
        valid_to=ends,
        area=area,
        geometry=geometry,
        body=body,
        source_ref=where,
    )


def _version(element: Element, at: datetime | None) -> str:
    """Return what orders versions as text: numbers padded, else the time of the version."""
    version = element.get("version", "").strip()
    return version.zfill(10) if version.isdecimal() else (iso(at) or version)


def _status(element: Element) -> str:
    cycle = _first(element, "lifeCycleManagement")
    if cycle is not None and _text(cycle, "cancel") == "true":
        return "cancelled"
    if cycle is not None and _text(cycle, "end") == "true":
        return "closed"
    return "suspended" if _deep_text(element, "validityStatus") == "suspended" else "open"


def _place(
    record_id: str, element: Element, body: dict[str, Any], options: Options, city: City
) -> tuple[str | None, dict[str, Any] | None]:
    geometry = _geometry(element)
    if geometry is not None:
        lon, lat = _middle(geometry)
        area = city.areas.at(lat, lon)
        if area is not None or not options.map_to_city:
            return area, geometry
    link = link_of(record_id, city.network) if options.map_to_city else None
    if link is None:
        return None, geometry
    body |= {"placed": "demo", "link": link.id, "place": link.name}
    lat, lon = (link.start.lat + link.end.lat) / 2, (link.start.lon + link.end.lon) / 2
    return city.areas.at(lat, lon), line(link)


def _geometry(element: Element) -> dict[str, Any] | None:
    """Return a record's lines or points (lat lon in the file) as GeoJSON."""
    lines: dict[tuple[tuple[float, float], ...], None] = {}
    points: dict[tuple[float, float], None] = {}
    for part in element.iter():
        name = _name(part)
        if name == "posList":
            track = _positions((part.text or "").split())
            if len(track) > 1:
                lines[track] = None
            else:
                points.update(dict.fromkeys(track))
        elif name in POINTS:
            found = _positions([_text(part, "latitude"), _text(part, "longitude")])
            points.update(dict.fromkeys(found))
    if lines:
        coordinates = [[list(point) for point in track] for track in lines]
        if len(coordinates) == 1:
            return {"type": "LineString", "coordinates": coordinates[0]}
        return {"type": "MultiLineString", "coordinates": coordinates}
    if points:
        listed = [list(point) for point in points]
        if len(listed) == 1:
            return {"type": "Point", "coordinates": listed[0]}
        return {"type": "MultiPoint", "coordinates": listed}
    return None


def _positions(words: Sequence[str]) -> tuple[tuple[float, float], ...]:
    """Return "lat lon lat lon …" as lon lat pairs, or nothing when a number is impossible."""
    try:
        numbers = [float(word) for word in words[: 2 * MAX_POINTS]]
    except ValueError:
        return ()
    pairs = list(zip(numbers[1::2], numbers[::2], strict=False))
    possible = all(abs(lat) <= 90 and abs(lon) <= 180 for lon, lat in pairs)
    return tuple(pairs) if possible else ()


def _middle(geometry: dict[str, Any]) -> tuple[float, float]:
    coordinates = geometry["coordinates"]
    while isinstance(coordinates[0], list):
        coordinates = coordinates[len(coordinates) // 2]
    lon, lat = coordinates
    return lon, lat


def _comments(element: Element) -> dict[str, str]:
    """Return what the public is told, by language; paragraphs in one text."""
    found: dict[str, list[str]] = {}
    for comment in _children(element, "generalPublicComment"):
        for value in comment.iter():
            if _name(value) == "value" and value.text:
                language = (value.get("lang") or "und").split("-")[0].lower()
                found.setdefault(language, []).append(" ".join(value.text.split()))
    return {language: " ".join(texts)[:2000] for language, texts in found.items()}


def _kinds(element: Element) -> list[str]:
    """Return the record class's own codes: roadworks, roadClosed, speedRestriction …"""
    return [
        (child.text or "").strip()
        for child in element
        if _name(child).endswith("Type") and (child.text or "").strip()
    ]


def _time(parent: Element | None, name: str, where: str, faults: list[Rejected]) -> datetime | None:
    """Return a time that is said; one that cannot be read is a fault."""
    written = "" if parent is None else _text(parent, name)
    at = instant(written)
    if at is None and written:
        sentence = "{name} is {found!r}; expected ISO 8601 with its offset"
        faults.append(Rejected(where, "badTime", told(sentence, name=name, found=written[:40])))
    return at


def _title(record_class: str) -> dict[str, str]:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", record_class).capitalize()
    return {"vi": words, "en": words}


def _type(element: Element) -> str:
    return element.get(XSI_TYPE, "").rpartition(":")[2].strip()


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(parent: Element, name: str) -> Iterator[Element]:
    return (child for child in parent if _name(child) == name)


def _first(parent: Element, name: str) -> Element | None:
    """Return the first descendant called `name`."""
    return next((part for part in parent.iter() if _name(part) == name), None)


def _text(parent: Element, name: str) -> str:
    child = next(_children(parent, name), None)
    return "" if child is None else (child.text or "").strip()


def _deep_text(parent: Element, name: str) -> str:
    found = _first(parent, name)
    return "" if found is None else " ".join("".join(found.itertext()).split())
