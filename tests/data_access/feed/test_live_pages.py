"""An answer in pages that belong together: what is counted over them is counted whole, or not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from data_access import live
from data_access.contracts import SourceSpec
from data_access.intake.ways import UrlWay
from tests.data_access.feed.live_room import LiveRoom
from tests.data_access.intake.web_server import Asked, Says, WebServer, web_server

CAPACITY = "health.capacity"
BEDS = {"beds": {"total": "beds", "occupied": "beds_occupied"}}
HOSPITAL = {"resourceType": "Organization", "id": "bv-1", "name": "Bệnh viện Một"}


def _bed(name: str, status: str) -> dict[str, Any]:
    bed = {
        "resourceType": "Location",
        "id": name,
        "status": "active",
        "physicalType": {"coding": [{"code": "bd"}]},
        "operationalStatus": {"code": status},
        "managingOrganization": {"reference": "Organization/bv-1"},
    }
    return {"resource": bed, "search": {"mode": "match"}}


def _page(*entries: dict[str, Any], following: str | None, total: int = 3) -> Says:
    own = "/fhir/Location" if following is not None else "/fhir?page=2"
    links = [{"relation": "self", "url": own}]
    if following is not None:
        links.append({"relation": "next", "url": following})
    page = {
        "resourceType": "Bundle",
        "type": "searchset",
        "timestamp": datetime.now(UTC).isoformat(),
        "total": total,
        "link": links,
        "entry": [*entries, {"resource": HOSPITAL, "search": {"mode": "include"}}],
    }
    return Says(body=json.dumps(page, indent=1).encode())


def _search(asked: Asked) -> Says:
    if asked.query.get("page") == "2":
        return _page(_bed("b3", "O"), following=None)
    return _page(_bed("b1", "O"), _bed("b2", "U"), following="/fhir?page=2")


@pytest.fixture
def site() -> Iterator[WebServer]:
    with web_server(_search) as opened:
        yield opened


def _counted(room: LiveRoom) -> dict[str, float]:
    """The newest number of each indicator."""
    rows = sorted(room.store().source_rows(CAPACITY), key=lambda each: each["observed_at"])
    return {each["indicator"]: each["value"] for each in rows}


def test_beds_are_counted_over_all_pages_of_a_search_or_not_at_all(
    open_source: Callable[..., LiveRoom], site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_BYTES", 100)  # each payload is taken by itself
    url = UrlWay(address=f"{site.url}/fhir/Location", every="PT1H", paging="next")
    room = open_source(CAPACITY, SourceSpec(format="fhir", options=BEDS, url=url))
    room.until(lambda: room.stored(CAPACITY)[0] == 2)
    assert _counted(room) == {"beds": 3, "beds_occupied": 2}
    site.answer = lambda _: _page(_bed("b1", "U"), following=None)  # the others are missing
    room.ask(CAPACITY)
    room.until(lambda: room.accepted(CAPACITY)[1] == {"incomplete": 1})
    assert _counted(room) == {"beds": 3, "beds_occupied": 2}
