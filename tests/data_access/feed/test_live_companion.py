"""What is read beside payloads comes from an address of its own, and stays while that is away."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from data_access.city import City
from data_access.contracts import SourceSpec
from data_access.intake.ways import UrlWay
from tests.data_access.feed.live_room import LiveRoom
from tests.data_access.intake.web_server import Asked, Says, WebServer, web_server
from tests.data_access.sources.conftest import DANANG_LAKE

REQUESTS, VEHICLES, SPEED = "feedback.requests", "transport.vehicles", "transport.speed"
PAGE = b"<!DOCTYPE html><html><body>502</body></html>"


@dataclass
class Site:
    """Two addresses: of payloads and of what is read beside them, each with its ETag."""

    server: WebServer
    payload: bytes = b""
    beside: bytes | None = None  # None: it is away
    tag: str = '"1"'  # of what is beside
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Says:
        if asked.path.startswith("/beside"):
            self.asked.append(asked)
            if self.beside is None:
                return Says(503)
            if asked.headers.get("If-None-Match") == self.tag:
                return Says(304)
            return Says(body=self.beside, headers={"ETag": self.tag})
        tag = f'"{zlib.crc32(self.payload)}"'
        if asked.headers.get("If-None-Match") == tag:
            return Says(304)
        return Says(body=self.payload, headers={"ETag": tag})

    def source(self, format_id: str, options: Mapping[str, Any], name: str) -> SourceSpec:
        return SourceSpec(
            format=format_id,
            options=dict(options),
            url=UrlWay(address=f"{self.server.url}/payload", every="P1D"),
            companion=UrlWay(address=f"{self.server.url}/beside/{name}", every="P1D"),
        )


@pytest.fixture
def site() -> Iterator[Site]:
    with web_server(lambda _: Says(404)) as server:
        made = Site(server)
        server.answer = made.answer
        yield made


def request(code: str = "006") -> bytes:
    at = datetime.fromtimestamp(time.time() - 60, UTC).isoformat()
    said = {"service_request_id": "r-1", "status": "open", "service_code": code}
    where = {"requested_datetime": at, "lat": 21.0287, "long": 105.8524}
    return json.dumps([said | where]).encode()


def services(name: str) -> bytes:
    return json.dumps([{"service_code": "006", "service_name": name, "group": "Cây"}]).encode()


@pytest.fixture
def open_requests(
    open_source: Callable[..., LiveRoom], city: City, site: Site
) -> Callable[[], LiveRoom]:
    def opened() -> LiveRoom:
        options = {**city.datasets[REQUESTS].source.options, "map_to_city": False}
        site.payload = request()
        return open_source(REQUESTS, site.source("open311", options, "services.json"))

    return opened


def service(room: LiveRoom) -> str | None:
    rows = room.store().source_rows(REQUESTS)
    return rows[0]["body"]["service_name"] if rows else None


def test_a_list_of_services_names_requests_that_came_before_it(
    open_requests: Callable[[], LiveRoom], site: Site
) -> None:
    room = open_requests()
    room.until(lambda: room.stored(REQUESTS)[2] == 1)
    room.until(lambda: room.health(REQUESTS, "beside").failures)
    assert room.failing(REQUESTS) is None  # its own address answers
    site.beside = services("Cây đổ")
    room.restart()
    room.until(lambda: service(room) == "Cây đổ")
    assert room.accepted(REQUESTS)[1] == {}


def test_it_is_asked_by_its_own_tag_and_a_new_one_takes_the_place_of_the_old(
    open_requests: Callable[[], LiveRoom], site: Site
) -> None:
    site.beside = services("Cây đổ")
    room = open_requests()
    room.until(lambda: service(room) == "Cây đổ")
    room.ask(REQUESTS, "beside")
    room.until(lambda: len(site.asked) == 2)
    assert site.asked[1].headers["If-None-Match"] == '"1"'
    site.beside, site.tag = services("Cây gãy"), '"2"'
    room.ask(REQUESTS, "beside")
    room.until(lambda: service(room) == "Cây gãy")
    (kept,) = (room.settings.data_dir / "companions" / REQUESTS).iterdir()
    assert kept.name == "services.json"


@pytest.mark.parametrize("found", [None, PAGE, b"", b"[1"])
def test_while_there_is_none_the_one_before_stays_also_after_a_restart(
    open_requests: Callable[[], LiveRoom], site: Site, found: bytes | None
) -> None:
    site.beside = services("Cây đổ")
    room = open_requests()
    room.until(lambda: service(room) == "Cây đổ")
    site.beside, site.tag = found, '"2"'
    room.restart()
    room.until(lambda: len(site.asked) >= 2)
    if found != b"":  # an empty answer says nothing, not that there is nothing
        room.until(lambda: room.health(REQUESTS, "beside").failures)
    site.payload = request().replace(b"r-1", b"r-2")
    room.restart()

    def named() -> set[str | None]:
        return {row["body"]["service_name"] for row in room.store().source_rows(REQUESTS)}

    room.until(lambda: len(room.store().source_rows(REQUESTS)) == 2)
    assert named() == {"Cây đổ"}
    assert room.failing(REQUESTS) is None


def test_one_that_was_lost_is_asked_for_whole(
    open_requests: Callable[[], LiveRoom], site: Site
) -> None:
    site.beside = services("Cây đổ")
    room = open_requests()
    room.until(lambda: service(room) == "Cây đổ")
    room.close()
    for path in (room.settings.data_dir / "companions" / REQUESTS).iterdir():
        path.unlink()
    room.until(lambda: len(site.asked) == 2)
    assert "If-None-Match" not in site.asked[1].headers


def test_a_timetable_names_vehicles(open_source: Callable[..., LiveRoom], site: Site) -> None:
    site.payload = (DANANG_LAKE / "transport" / "buses.asciipb").read_bytes()
    options = {"what": "vehicles"}
    room = open_source(VEHICLES, site.source("gtfs-realtime", options, "gtfs.zip"))

    def headsigns() -> set[str | None]:
        return {row["body"]["headsign"] for row in room.store().source_rows(VEHICLES)}

    room.until(lambda: room.stored(VEHICLES)[2])
    assert "Sơn Trà" not in headsigns()
    (archive,) = (DANANG_LAKE / "transport").glob("gtfs*.zip")
    site.beside = archive.read_bytes()
    room.restart()
    room.until(lambda: "Sơn Trà" in headsigns())


def test_a_table_of_sites_places_measurements(
    open_source: Callable[..., LiveRoom], site: Site, city: City
) -> None:
    measured = (DANANG_LAKE / "datex2" / "measured.xml").read_text("utf-8")
    begin, table, data = (
        measured.partition("<mc:payload")[0],
        *(f"<mc:payload{part}" for part in measured.split("<mc:payload")[1:]),
    )
    unit = next(iter(city.areas))
    at = datetime.fromtimestamp(time.time() - 60, UTC).isoformat()
    site.payload = (begin + data.replace("2026-08-01T08:00:00+07:00", at)).encode()
    options = {"indicators": {"speed": "speed_kmh"}}
    room = open_source(SPEED, site.source("datex2-measured", options, "sites.xml"))

    def areas() -> set[str | None]:
        return {row["area"] for row in room.store().source_rows(SPEED)}

    room.until(lambda: areas() == {None})
    placed = table.replace("16.0640", str(unit.lat)).replace("108.2200", str(unit.lon))
    site.beside = f"{begin}{placed}</mc:messageContainer>".encode()
    room.restart()
    room.until(lambda: None not in areas())


def test_files_beside_are_read_until_a_companion_came(
    open_source: Callable[..., LiveRoom], city: City, site: Site, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / "services.json").write_bytes(services("Cây trong tệp"))
    options = {**city.datasets[REQUESTS].source.options, "map_to_city": False}
    made = site.source("open311", options, "services.json")
    source = SourceSpec(
        format="open311", options=made.options, url=made.url, companion=made.companion,
        beside=("services.json",),
    )  # fmt: skip
    site.payload = request()
    room = open_source(REQUESTS, source, lake=lake)
    room.until(lambda: service(room) == "Cây trong tệp")
    site.beside = services("Cây đổ")
    room.restart()
    room.until(lambda: service(room) == "Cây đổ")


def test_a_companion_is_one_file_of_what_comes_in_live() -> None:
    where = "https://bus.example.vn/gtfs.zip"
    with pytest.raises(ValidationError, match="beside what comes in live"):
        SourceSpec(format="gtfs-realtime", paths=("a",), companion=UrlWay(address=where))
    paged = UrlWay(address=where, paging="page")
    with pytest.raises(ValidationError, match="expected no paging"):
        SourceSpec(format="gtfs-realtime", url=UrlWay(address=where), companion=paged)
