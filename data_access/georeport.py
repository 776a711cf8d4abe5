"""Citizens' requests as GeoReport v2 (Open311) has them, for others: open or closed, no more.

The city's own states, notes and who handles a request how stay inside; what people wrote goes out
without names, accounts and numbers. Values in, JSON-able values out; who may ask is not said here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from data_access.contracts import DatasetContract
from data_access.instants import instant
from data_access.personal import without_people

STATUSES = ("open", "closed")
LONGEST = timedelta(days=90)  # between start_date and end_date, as the specification bounds it
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
MOST = 1000  # requests of one answer


class BadQuestion(ValueError):
    """A parameter says what it may not."""


@dataclass(frozen=True, slots=True)
class Question:
    """What `GET requests` asks for; none asked for: all."""

    ids: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Question:
        """Read the parameters of the specification; raises BadQuestion."""
        statuses = _several(given.get("status"))
        if strange := [each for each in statuses if each not in STATUSES]:
            raise BadQuestion(f"status {strange[0]!r}; expected open or closed")
        start, end = (_time(given, name) for name in ("start_date", "end_date"))
        if start is not None and end is None:
            end = start + min(LONGEST, LAST - start)
        if end is not None and start is None:
            start = end - min(LONGEST, end - FIRST)
        if start is not None and end is not None and not timedelta() <= end - start <= LONGEST:
            raise BadQuestion("end_date; expected at most 90 days after start_date")
        ids, services = (_several(given.get(n)) for n in ("service_request_id", "service_code"))
        return cls(ids, services, statuses, start, end)

    @property
    def between(self) -> tuple[datetime, datetime] | None:
        """When what is asked for was requested, None at any time; with ids nothing else counts."""
        if self.ids or self.start is None or self.end is None:
            return None
        return self.start, self.end

    def states(self, contract: DatasetContract) -> tuple[str, ...]:
        """Return which of the city's own states are asked for."""
        if self.ids or not self.statuses:
            return contract.statuses
        return tuple(
            status
            for status in contract.statuses
            if ("open" if status == "open" else "closed") in self.statuses
        )

    def wants(self, request: Mapping[str, Any]) -> bool:
        """Tell whether a request, as it goes out, is asked for."""
        if self.ids:  # then nothing else counts, says the specification
            return request["service_request_id"] in self.ids
        if self.services and request["service_code"] not in self.services:
            return False
        if self.statuses and request["status"] not in self.statuses:
            return False
        if self.start is None or self.end is None:
            return True
        at = instant(request["requested_datetime"] or "")
        return at is not None and self.start <= at <= self.end


def services(contract: DatasetContract, language: str) -> list[dict[str, Any]]:
    """Return the categories of a dataset of requests as a list of services."""
    return [
        {
            "service_code": code,
            "service_name": name[language],
            "description": name[language],
            "metadata": False,
            "type": "realtime",
            "keywords": "",
            "group": "",
        }
        for code, name in contract.categories.items()
    ]


def requests(
    rows: Sequence[Mapping[str, Any]],
    question: Question,
    contract: DatasetContract,
    language: str,
) -> list[dict[str, Any]]:
    """Return the source rows that are asked for, in their order, MOST at the most."""
    made = (_request(row, contract, language) for row in rows)
    return [each for each in made if question.wants(each)][:MOST]


def _request(row: Mapping[str, Any], contract: DatasetContract, language: str) -> dict[str, Any]:
    body: Mapping[str, Any] = row["body"]
    code = str(body.get("category") or "")
    name = contract.categories.get(code)
    place: Mapping[str, Any] = row.get("geometry") or {}
    lon, lat = place["coordinates"] if place.get("type") == "Point" else (None, None)
    described = body.get("description")
    return {
        "service_request_id": str(row["entity"]),
        "status": "open" if row["value"] == "open" else "closed",
        "status_notes": None,
        "service_name": None if name is None else name[language],
        "service_code": code,
        "description": without_people(described) if isinstance(described, str) else None,
        "agency_responsible": body.get("agency"),
        "service_notice": None,
        "requested_datetime": body.get("requested_at"),
        "updated_datetime": body.get("updated_at"),
        "expected_datetime": body.get("expected_at"),
        "address": body.get("address"),
        "address_id": None,
        "zipcode": body.get("zipcode"),
        "lat": lat,
        "long": lon,
        "media_url": body.get("media_url"),
    }


def _several(given: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in (given or "").split(","))))


def _time(given: Mapping[str, str], name: str) -> datetime | None:
    written = given.get(name, "").strip()
    if not written:
        return None
    at = instant(written.replace(" ", "+"))  # a plus that was not escaped comes as a blank
    if at is None:
        raise BadQuestion(f"{name} {written!r}; expected such as 2026-09-21T09:14:00+07:00")
    return at
