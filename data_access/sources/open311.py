"""Citizens' requests in Open311 GeoReport v2: JSON, XML, or a Django fixture of the same fields.

A closed request comes as two versions, opened and closed. A closing before the opening is not
believed: the request stays closed, without a time, and the field goes to quarantine. A list of
services among the files names what requests only have the code of, and its groups tell categories.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from pydantic import Field

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, RecordRow, Rejected
from data_access.sources.joining import Joining, told_then
from data_access.sources.json_path import number_of
from data_access.sources.options import SourceOptions, UnitsOf, ZoneName, zone_of
from data_access.sources.payload import Payload, good_files, load
from data_access.sources.placing import unit_of
from data_access.sources.rows import iso
from language import told

FORMAT = "open311"
EXPECTED = told("a GeoReport v2 answer: a list of requests")
WRAPPERS = ("requests", "service_requests", "services", "errors", "data", "results")
MAX_TEXT = 2000


class Options(SourceOptions):
    """How words and times of another system become ours."""

    timezone: ZoneName | None = None  # of times without a zone; default: the city's
    statuses: dict[str, str] = Field(
        default={"open": "open", "closed": "closed", "resolved": "closed", "archived": "closed"}
    )
    categories: dict[str, str] = Field(default_factory=dict)  # words of a service's name -> ours
    fallback: str = "other"
    extended: dict[str, str] = Field(default_factory=dict)  # name in the body -> their attribute
    numbers: dict[str, str] = Field(default_factory=dict)  # the same, of those that are numbers
    units: UnitsOf = "then"  # what addresses from before a reform call units by
    map_to_city: bool = False  # show requests from elsewhere in units here


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file, its versions in the order they became known."""
    options: Options = Options.of(contract)
    rejected: list[Rejected] = []
    answers = list(good_files(files, _answer, rejected))
    services = {
        code: service
        for _, fields in answers
        for service in fields
        if _is_service(service) and (code := _word(service.get("service_code")))
    }
    reader = _Reader(options, city, zone_of(options.timezone, city), services)
    for payload, requests in answers:
        records: list[RecordRow] = []
        for number, fields in enumerate(requests, start=1):
            if _is_service(fields):
                continue
            made, refused = reader.records(fields, f"{payload.name}#{number}")
            records += made
            rejected += refused
        records.sort(key=lambda record: record.reported_at)
        yield Batch(records=records, rejected=list(rejected))
        rejected.clear()
    if rejected:
        yield Batch(rejected=rejected)


def _is_service(fields: Mapping[str, Any]) -> bool:
    """Tell an entry of a list of services from a request."""
    return "service_code" in fields and not any(
        name in fields for name in ("service_request_id", "requested_datetime", "status")
    )


def _answer(path: Path) -> tuple[Payload, list[Mapping[str, Any]]]:
    payload = load(path)
    if payload.content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return payload, _xml_answer(payload)
    found = payload.json()
    if isinstance(found, dict):
        found = next((found[name] for name in WRAPPERS if name in found), [found])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise SourceWrongFormat(told("JSON that is no list of objects"), payload.name, EXPECTED)
    fields = [each["fields"] if isinstance(each.get("fields"), dict) else each for each in found]
    if fields and not any("service_request_id" in each or _is_service(each) for each in fields):
        words = ", ".join(sorted(map(str, fields[0])))[:200]
        found_text = told("objects with {words}", words=words)
        if "code" in fields[0] and "description" in fields[0]:
            found_text = told("an error answer: {words}", words=str(fields[0]["description"])[:200])
        raise SourceWrongFormat(found_text, payload.name, EXPECTED)
    return payload, fields


def _xml_answer(payload: Payload) -> list[Mapping[str, Any]]:
    root = payload.xml()
    name = _name(root)
    if name == "errors":
        words = " ".join("".join(root.itertext()).split())
        raise SourceWrongFormat(
            told("an error answer: {words}", words=words[:200]), payload.name, EXPECTED
        )
    if name not in ("service_requests", "requests", "services"):
        raise SourceWrongFormat(told("a <{name}>", name=name), payload.name, EXPECTED)
    found = [_tree(each) for each in root]
    return [each for each in found if isinstance(each, dict)]


def _tree(element: Element) -> Any:
    """Return an element as JSON would have it: text, an object, or a list of equal children."""
    children = list(element)
    if not children:
        return element.text
    names = [_name(child) for child in children]
    if _name(element) == "notes" or (len(names) > 1 and len(set(names)) == 1):
        return [_tree(child) for child in children]
    return {name: _tree(child) for name, child in zip(names, children, strict=True)}


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


class _Reader:
    """Turns one request's fields into versions of a record."""

    def __init__(
        self,
        options: Options,
        city: City,
        zone: ZoneInfo,
        services: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.options, self.city, self.zone, self.services = options, city, zone, services
        self.joining = Joining(city, options.units)
        self._categories = [(_words(part), ours) for part, ours in options.categories.items()]
        self._category_of: dict[str, str] = {}

    def records(
        self, fields: Mapping[str, Any], where: str
    ) -> tuple[list[RecordRow], list[Rejected]]:
        """Return the versions of one request, and what of it was refused."""
        request_id = _word(fields.get("service_request_id"))
        if not request_id:
            return [], [
                Rejected(where, "emptyKey", told("no service_request_id"), str(fields)[:500])
            ]
        requested = self._instant(fields.get("requested_datetime"))
        if requested is None:
            found = fields.get("requested_datetime")
            detail = told(
                "{name} is {found!r}; expected ISO 8601", name="requested_datetime", found=found
            )
            text = str(fields)[:500]
            return [], [Rejected(where, "badTime", detail, text, record=request_id)]
        updated = self._instant(fields.get("updated_datetime"))
        word = (_word(fields.get("status")) or "").lower()
        status = self.options.statuses.get(word, word)
        closed = self._closed(fields, updated) if status == "closed" else None
        body = self._body(fields, requested)
        rejected: list[Rejected] = []
        if closed is not None and closed < requested:
            detail = told(
                "closed {closed}, before it was opened {opened}",
                closed=closed.isoformat(),
                opened=requested.isoformat(),
            )
            rejected.append(Rejected(where, "closedBeforeOpened", detail, request_id))
            body["flags"].append("closedBeforeOpened")
            closed = None
        area, geometry = self._place(fields, body, requested)
        first = RecordRow(
            record_id=request_id,
            version=f"{requested.isoformat()}/0",
            status="open",
            reported_at=requested,
            valid_from=requested,
            valid_to=None,
            area=area,
            geometry=geometry,
            body=body,
            source_ref=where,
        )
        notes = {"status_notes": _text(fields.get("status_notes"))}
        if status != "closed":
            if updated is not None and updated >= requested:
                notes["updated_at"] = iso(updated)
            return [replace(first, status=status, body=body | notes)], rejected
        at = closed or requested
        last = replace(
            first,
            version=f"{at.isoformat()}/1",
            status="closed",
            reported_at=at,
            valid_to=closed,
            body=body | notes | {"updated_at": iso(closed), "closed_at": iso(closed)},
        )
        return ([last] if closed is None else [first, last]), rejected

    def _body(self, fields: Mapping[str, Any], requested: datetime) -> dict[str, Any]:
        extended = fields.get("extended_attributes")
        extended = extended if isinstance(extended, dict) else {}
        channel = extended.get("channel")
        code = _word(fields.get("service_code"))
        listed = self.services.get(code or "", {})
        service = _text(fields.get("service_name")) or _text(listed.get("service_name"))
        words = f"{service or ''} {_text(listed.get('group')) or ''}".strip()
        own: dict[str, Any] = {
            name: _text(extended.get(their)) for name, their in self.options.extended.items()
        }
        for name, their in self.options.numbers.items():
            own[name] = number_of(extended.get(their))
        return own | {
            "category": self._category(words),
            "service_name": service,
            "service_code": code,
            "description": _text(fields.get("description")),
            "agency": _text(fields.get("agency_responsible")),
            "address": _text(fields.get("address")),
            "zipcode": _word(fields.get("zipcode")),
            "channel": _text(channel),
            "media_url": _text(fields.get("media_url")),
            "requested_at": iso(requested),
            "updated_at": None,
            "expected_at": iso(self._instant(fields.get("expected_datetime"))),
            "closed_at": None,
            "status_notes": None,
            "flags": [],
        }

    def _category(self, service: str) -> str:
        if service not in self._category_of:
            name = _words(service)
            found = (ours for part, ours in self._categories if part in name)
            self._category_of[service] = next(found, self.options.fallback)
        return self._category_of[service]

    def _closed(self, fields: Mapping[str, Any], updated: datetime | None) -> datetime | None:
        """Return when a request was closed: its last note that says so, else its last update."""
        notes = fields.get("notes")
        closings = [
            self._instant(note.get("datetime"))
            for note in (notes if isinstance(notes, list) else [])
            if isinstance(note, dict) and note.get("type") == "closed"
        ]
        return max((at for at in closings if at is not None), default=updated)

    def _instant(self, written: Any) -> datetime | None:
        """Return a time as UTC; one without a zone is local to the option's."""
        if not isinstance(written, str) or not written.strip():
            return None
        try:
            at = datetime.fromisoformat(written.strip())
            return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def _place(
        self, fields: Mapping[str, Any], body: dict[str, Any], at: datetime
    ) -> tuple[str | None, dict[str, Any] | None]:
        areas = self.city.areas
        lat, lon = _degrees(fields.get("lat"), 90), _degrees(fields.get("long"), 180)
        if lat is None or lon is None or (lat == 0 and lon == 0):
            parts = [part.strip() for part in (body["address"] or "").split(",")]
            found = self.joining.first((each for each in parts if not each.isdecimal()), at)
            body |= told_then(found)
            return None if found is None else found.area, None
        area = areas.at(lat, lon)
        if area is None and self.options.map_to_city:
            unit = unit_of(f"{lat:.3f},{lon:.3f}", areas)
            if unit is not None:
                body["placed"] = "demo"
                return unit.code, {"type": "Point", "coordinates": [unit.lon, unit.lat]}
        return area, {"type": "Point", "coordinates": [lon, lat]}


def _words(name: str) -> str:
    """Return a name so that `a in b` finds words by their beginnings: " sign", not "design"."""
    return " " + " ".join(re.findall(r"[^\W_]+", name.lower()))


def _text(found: Any) -> str | None:
    """Return a text without needless space; empty and "null" are absent."""
    if not isinstance(found, str):
        return None
    text = " ".join(found.split())[:MAX_TEXT]
    return text if text and text.lower() != "null" else None


def _word(found: Any) -> str | None:
    """Return a code or id as text, as it is written: "006" stays "006"."""
    if isinstance(found, bool) or not isinstance(found, (str, int)):
        return None
    return str(found).strip() or None


def _degrees(found: Any, limit: float) -> float | None:
    try:
        degrees = float(found)
    except (TypeError, ValueError):
        return None
    return degrees if abs(degrees) <= limit else None
