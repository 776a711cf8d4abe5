"""A live dataset: from a server to an envelope, through outages, kills and hostile answers."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data_access import apart, exposition, feed, live
from data_access.city import City
from data_access.contracts import SourceSpec
from data_access.errors import StoreRefused
from data_access.intake.ways import LakeWay, UrlWay
from data_access.store import StoreWriter
from tests.data_access.feed.live_room import LiveRoom
from tests.data_access.intake.web_server import Asked, Says, WebServer, web_server

REQUESTS = "feedback.requests"


@pytest.fixture
def site() -> Iterator[WebServer]:
    with web_server(lambda _: Says(body=b"[]")) as opened:
        yield opened


@pytest.fixture
def open_live(
    open_source: Callable[..., LiveRoom], city: City, site: WebServer
) -> Callable[..., LiveRoom]:
    """Open a room of citizens' requests that asks the site."""

    def opened(*, path: str = "/requests.json", **way: Any) -> LiveRoom:
        options = {**city.datasets[REQUESTS].source.options, "map_to_city": False}
        url = UrlWay(address=site.url + path, every="PT1H", **way)
        return open_source(REQUESTS, SourceSpec(format="open311", options=options, url=url))

    return opened


OpenLive = Callable[..., LiveRoom]


def request(number: int, *, ago_s: float = 60, **more: Any) -> dict[str, Any]:
    at = datetime.fromtimestamp(time.time() - ago_s, UTC)
    return {
        "service_request_id": f"r-{number}",
        "status": "open",
        "service_name": "Chiếu sáng",
        "service_code": "005",
        "requested_datetime": at.isoformat(),
        "lat": 21.0287,
        "long": 105.8524,
    } | more


def says(*requests: dict[str, Any], **headers: str) -> Callable[[Asked], Says]:
    body = json.dumps(requests).encode()
    return lambda _: Says(body=body, headers=headers)


def test_what_a_server_says_is_in_an_envelope_marked_live(
    open_live: OpenLive, site: WebServer
) -> None:
    site.answer = says(request(1), request(2))
    room = open_live()
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 2))
    envelope = room.read(REQUESTS)
    assert (envelope.state, envelope.origin) == ("ok", "live")
    assert room.number(REQUESTS, "open") == 2
    assert envelope.as_of_ms is not None
    assert abs(envelope.as_of_ms - time.time() * 1000) < 120_000
    rows = room.store().source_rows(REQUESTS)
    assert rows[0]["source_ref"].startswith("requests@20")
    assert rows[0]["shown_at"] == rows[0]["observed_at"]


def test_before_anything_came_it_is_absent_and_never_simulated(
    open_live: OpenLive, site: WebServer
) -> None:
    site.answer = lambda _: Says(503)
    room = open_live()
    room.until(lambda: room.failing(REQUESTS))
    room.until(lambda: room.read(REQUESTS).quality.get("failing"))
    envelope = room.read(REQUESTS)
    assert (envelope.state, envelope.origin) == ("absent", "live")
    assert envelope.quality["failing"] == {REQUESTS: {"vi": "HTTP 503", "en": "HTTP 503"}}
    assert envelope.reason == {
        "vi": "không đọc được nguồn dữ liệu",
        "en": "the source cannot be read",
    }


def test_r23_an_answer_of_another_shape_is_refused_whole_also_after_a_restart(
    open_live: OpenLive, site: WebServer
) -> None:
    site.answer = says(request(1))
    room = open_live()
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 1))
    room.restart()
    site.answer = says(request(2, lat="bắc", long="đông"))
    room.until(lambda: room.failing(REQUESTS))
    assert "lat that is text" in str(room.failing(REQUESTS))
    assert room.stored(REQUESTS) == (0, 0, 1)
    assert room.accepted(REQUESTS) == (1, {"schemaChanged": 1})
    site.answer = says(request(2))
    room.ask(REQUESTS)
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 2))
    assert room.failing(REQUESTS) is None


def test_an_outage_leaves_what_there_was(open_live: OpenLive, site: WebServer) -> None:
    first = request(1)
    site.answer = says(first)
    room = open_live()
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 1))
    site.answer = lambda _: Says(500)
    room.ask(REQUESTS)
    room.until(lambda: room.failing(REQUESTS))
    assert room.number(REQUESTS, "open") == 1
    site.answer = says(first, request(2))
    room.restart()
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 2))
    assert room.failing(REQUESTS) is None


def test_a_restart_stores_nothing_twice_and_asks_conditionally(
    open_live: OpenLive, site: WebServer
) -> None:
    site.answer = says(request(1), ETag='"1"')
    room = open_live()
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 1))
    room.restart()
    room.until(lambda: len(site.asked) == 2)
    room.until(lambda: room.health(REQUESTS).last_success_us)
    assert site.asked[1].headers["If-None-Match"] == '"1"'
    assert room.stored(REQUESTS) == (0, 0, 1)


def test_another_store_gets_all_again(open_live: OpenLive, site: WebServer) -> None:
    site.answer = says(request(1), ETag='"1"')
    room = open_live()
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 1))
    room.close()
    for file in room.settings.data_dir.glob("observations.sqlite*"):
        file.unlink()
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 1))
    assert "If-None-Match" not in site.asked[1].headers


def test_what_came_in_before_a_kill_is_stored_once_after_it(
    open_live: OpenLive, site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store has the rows, but the spool was not told: as when killed in between."""

    def killed(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    site.answer = says(request(1), request(2))
    room = open_live()
    monkeypatch.setattr("data_access.intake.spool.Spool.done", killed)
    with pytest.raises(KeyboardInterrupt):
        room.until(lambda: False)
    accepted = room.accepted(REQUESTS)
    monkeypatch.undo()
    room.restart()
    room.until(lambda: room.health(REQUESTS).last_success_us)
    assert room.stored(REQUESTS) == (0, 0, 2)
    assert room.accepted(REQUESTS) == accepted == (2, {})


def test_a_payload_that_is_no_answer_is_refused_and_counted_and_the_next_is_taken(
    open_live: OpenLive, site: WebServer
) -> None:
    site.answer = lambda _: Says(body=b"<!DOCTYPE html><html>502</html>")
    room = open_live()
    room.until(lambda: room.accepted(REQUESTS) == (0, {"unreadableFile": 1}))
    assert "a web page" in (room.failing(REQUESTS) or "")
    site.answer = says(request(1), request(2, requested_datetime="0203"))
    room.ask(REQUESTS)
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 1))
    assert room.accepted(REQUESTS) == (1, {"unreadableFile": 1, "badTime": 1})
    assert room.failing(REQUESTS) is None


def test_a_large_payload_is_read_beside_the_ticks(open_live: OpenLive, site: WebServer) -> None:
    many = [request(number, description="x" * 400) for number in range(3000)]
    body = json.dumps(many).encode()
    assert len(body) > live.MOST_BYTES
    site.answer = lambda _: Says(body=body)
    room = open_live()
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 3000))
    assert room.longest_tick_s < 5


def endless(*_given: Any) -> None:
    """A reading that does not end, in the process it has for itself."""
    threading.Event().wait()


@pytest.fixture
def unending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_read", endless)
    monkeypatch.setattr(apart, "LONGEST_S", 0.0)


def test_a_reading_that_does_not_end_is_ended_and_refused(
    open_live: OpenLive, site: WebServer, monkeypatch: pytest.MonkeyPatch, unending: None
) -> None:
    monkeypatch.setattr(live, "MOST_BYTES", 10)
    site.answer = says(request(1))
    room = open_live()
    room.until(lambda: room.accepted(REQUESTS) == (0, {"unreadableFile": 1}))
    assert "took too long" in (room.failing(REQUESTS) or "")


def test_what_is_small_and_unpacks_to_much_is_read_apart_too(
    open_live: OpenLive, site: WebServer, unending: None
) -> None:
    packed = gzip.compress(json.dumps([request(1)]).encode() + b" " * live.MOST_UNPACKED)
    assert len(packed) < live.MOST_BYTES / 10
    site.answer = lambda _: Says(body=packed)
    room = open_live()
    room.until(lambda: room.accepted(REQUESTS) == (0, {"unreadableFile": 1}))
    assert "took too long" in (room.failing(REQUESTS) or "")


def test_a_reading_that_takes_too_much_memory_costs_its_payload(
    open_live: OpenLive, site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_BYTES", 10)
    monkeypatch.setattr(apart, "MOST_MEMORY", 16 * 1024**2)  # less than it has when it begins
    site.answer = lambda _: Says(body=json.dumps([request(n) for n in range(20_000)]).encode())
    room = open_live()
    room.until(lambda: room.accepted(REQUESTS) == (0, {"unreadableFile": 1}))
    monkeypatch.setattr(apart, "MOST_MEMORY", 2 * 1024**3)
    site.answer = says(request(1))
    room.ask(REQUESTS)
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 1))


def test_a_format_that_fails_costs_the_payload_and_not_the_dataset(
    open_live: OpenLive, site: WebServer, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def fails(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("data_access.sources.open311.read", fails)
    site.answer = says(request(1))
    room = open_live()
    room.until(lambda: room.accepted(REQUESTS) == (0, {"unreadableFile": 1}))
    assert "ZeroDivisionError" in (room.failing(REQUESTS) or "")
    assert "cannot be read" in caplog.text


def test_what_the_store_refuses_costs_one_payload(
    open_live: OpenLive, site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = StoreWriter.apply

    def refusing(self: StoreWriter, stream: int, change: Any, *, now_us: int) -> Any:
        if any(each.row.record_id == "r-2" for each in change.played):
            raise StoreRefused("a text too long")
        return apply(self, stream, change, now_us=now_us)

    pages = [says(request(1)), says(request(2)), says(request(3)), says()]
    site.answer = lambda asked: pages[int(asked.query["page"]) - 1](asked)
    monkeypatch.setattr(StoreWriter, "apply", refusing)
    room = open_live(paging="page")
    room.until(lambda: room.accepted(REQUESTS) == (2, {"unreadableFile": 1}))
    assert room.stored(REQUESTS) == (0, 0, 2)


def test_a_secret_that_is_not_there_is_said_and_the_feed_goes_on(
    open_live: OpenLive, caplog: pytest.LogCaptureFixture
) -> None:
    room = open_live(secret="hotline-key")
    room.until(lambda: room.failing(REQUESTS))
    assert room.failing(REQUESTS) == (
        "The secret 'hotline-key' is not known: set IOC_SECRET_HOTLINE_KEY, "
        "or name it in the file of IOC_SECRETS_FILE."
    )


def test_without_live_sources_the_same_city_replays_or_simulates(
    open_live: OpenLive, site: WebServer
) -> None:
    room = open_live()
    room.settings = room.settings.model_copy(update={"live": False})
    room.tick()
    assert site.asked == []


def test_r02_a_new_partition_of_the_lake_changes_a_number_without_a_restart(
    open_source: Callable[..., LiveRoom], tmp_path: Path, city: City
) -> None:
    lake, unit = tmp_path / "lake", next(iter(city.areas))
    today = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

    def write(hour: datetime, dust: float) -> None:
        file = lake / f"air/hour={hour:%Y-%m-%dT%H}/part.parquet"
        file.parent.mkdir(parents=True)
        columns = f"'{unit.code}' AS unit, TIMESTAMPTZ '{hour.isoformat()}' AS measured_at"
        rows = f"SELECT {columns}, {dust} + range AS dust FROM range(3)"
        duckdb.execute(f"COPY ({rows}) TO '{file}' (FORMAT parquet)")

    source = SourceSpec(
        format="table",
        options={"time": "hour", "area": "unit", "values": {"pm25": "dust"}},
        parquet=LakeWay(
            path="air",
            sql="SELECT date_trunc('hour', measured_at) AS hour, unit, avg(dust) AS dust"
            " FROM lake GROUP BY ALL",
            every="PT1S",
        ),
    )
    write(today - timedelta(hours=1), 30)
    room = open_source("environment.air", source, lake=lake)
    room.until(lambda: room.stored("environment.air")[0] == 1)
    assert room.number("environment.air", "pm25_median") == 31
    write(today, 50)
    room.until(lambda: room.stored("environment.air")[0] == 2)
    assert room.number("environment.air", "pm25_median") == 51
    newest = room.store().source_rows("environment.air", indicator="pm25")[0]
    assert newest["source_ref"] == f"air/hour={today:%Y-%m-%dT%H}"


def test_how_the_sources_are_is_kept_and_shown(
    open_live: OpenLive, site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "HEALTH_S", 0.0)
    monkeypatch.setattr(exposition, "WHOLE_MS", 0.0)

    def row() -> dict[str, Any]:
        tables = room.read("data.quality").payload["tables"]
        return tables["sources"]["rows"][0] if "sources" in tables else {}

    site.answer = says(request(1), request(2, requested_datetime="0203"))
    room = open_live()
    room.until(lambda: row().get("rows") == 1)
    assert (row()["state_id"], row()["refused"], row()["failures"]) == ("up", 1, 0)
    assert row()["place"] == f"{site.url}/requests.json"
    assert 0 < row()["lag"] < 120
    answered_ms = row()["success"]
    room.restart()
    site.answer = lambda _: Says(404)
    room.until(lambda: row().get("state_id") == "failing")
    assert (row()["rows"], row()["success"], row()["error"]) == (
        1,
        answered_ms,
        {"vi": "HTTP 404", "en": "HTTP 404"},
    )
    assert row()["until"] > row()["tried"]
    assert room.number("data.quality", "sources_failing") == 1
    room.settings = room.settings.model_copy(update={"live": False})
    room.restart()
    room.until(lambda: row() == {})
