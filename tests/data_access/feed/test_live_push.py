"""What others push: durable before it is answered, bounded, watched for gaps; the feed's port."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from data_access.city import City
from data_access.contracts import SourceSpec
from data_access.errors import SpoolFull
from data_access.intake import door
from data_access.intake.gap import missing
from data_access.intake.health import PORT
from data_access.intake.ways import UrlWay, WebhookWay
from tests.data_access.feed.live_room import LiveRoom
from tests.data_access.intake.web_server import Asked, Says, web_server

REQUESTS = "feedback.requests"
TOKEN = "hunter2-hunter2"
OpenSource = Callable[..., LiveRoom]


def post(
    room: LiveRoom,
    body: bytes,
    *,
    dataset: str = REQUESTS,
    token: str = TOKEN,
    **headers: str,
) -> tuple[int, dict[str, str]]:
    """Push while nothing else happens: the intake answers by itself."""
    with closing(http.client.HTTPConnection("127.0.0.1", room.settings.feed_port, 20)) as link:
        named = {"Authorization": f"Bearer {token}", **headers}
        link.request("POST", f"/in/{dataset}", body=body, headers=named)
        answer = link.getresponse()
        answer.read()
        return answer.status, dict(answer.getheaders())


def get(room: LiveRoom, path: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", room.settings.feed_port, 20)) as link:
        link.request("GET", path)
        answer = link.getresponse()
        return answer.status, answer.read().decode()


def request(number: int) -> dict[str, Any]:
    return {
        "service_request_id": f"r-{number}",
        "status": "open",
        "service_name": "Chiếu sáng",
        "requested_datetime": datetime.fromtimestamp(time.time() - 60, UTC).isoformat(),
        "lat": 21.0287,
        "long": 105.8524,
    }


@pytest.fixture
def open_hook(open_source: OpenSource, city: City) -> OpenSource:
    """Open a room of citizens' requests that are pushed."""

    def opened(
        *, url: UrlWay | None = None, settings: dict[str, Any] | None = None, **way: Any
    ) -> LiveRoom:
        options = {**city.datasets[REQUESTS].source.options, "map_to_city": False}
        hook = WebhookWay(secret="push", **way)
        source = SourceSpec(format="open311", options=options, webhook=hook, url=url)
        secrets = {"PUSH": SecretStr(TOKEN)}
        room = open_source(REQUESTS, source, source_secrets=secrets, **(settings or {}))
        room.until(lambda: room.intake is not None and REQUESTS in room.intake.door.hooks)
        return room

    return opened


def test_what_is_pushed_is_answered_when_it_is_durable_and_then_in_an_envelope(
    open_hook: OpenSource,
) -> None:
    room = open_hook()
    body = json.dumps([request(1), request(2)]).encode()
    assert post(room, body)[0] == 204
    room.close()  # as killed: nothing was read yet
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 2))
    assert post(room, body)[0] == 204  # a sender that had no answer sends again
    room.until(lambda: room.accepted(REQUESTS)[0] == 4)
    assert room.stored(REQUESTS) == (0, 0, 2)
    assert room.read(REQUESTS).origin == "live"


def test_who_has_no_token_learns_nothing_and_leaves_nothing(open_hook: OpenSource) -> None:
    room = open_hook()
    assert post(room, b"[]", token="wrong")[0] == 401
    assert post(room, b"[]", token="")[0] == 401
    assert post(room, b"[]", dataset="no.such")[0] == 401
    assert room.intake is not None
    assert room.intake.spool.waiting(REQUESTS) == 0


def test_another_header_may_hold_the_token(open_hook: OpenSource) -> None:
    room = open_hook(header="X-Api-Key")
    assert post(room, b"[]")[0] == 401
    assert post(room, b"[]", **{"X-Api-Key": TOKEN})[0] == 204


def test_too_much_and_nothing_are_refused(open_hook: OpenSource) -> None:
    room = open_hook(max_kb=1)
    assert post(room, b"x" * 2000)[0] == 413
    assert post(room, b"  ")[0] == 400


def test_a_body_of_unknown_length_is_bounded_too(open_hook: OpenSource) -> None:
    room = open_hook(max_kb=1)
    with closing(http.client.HTTPConnection("127.0.0.1", room.settings.feed_port, 20)) as link:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        chunks = (b"x" * 500 for _ in range(10))
        link.request("POST", f"/in/{REQUESTS}", body=chunks, headers=headers, encode_chunked=True)
        assert link.getresponse().status == 413


def test_what_cannot_be_kept_is_not_acknowledged(
    open_hook: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = open_hook()
    assert room.intake is not None

    def full(*_: Any, **__: Any) -> Any:
        raise SpoolFull("the store is behind")

    monkeypatch.setattr(room.intake.spool, "put", full)
    status, headers = post(room, b"[]")
    assert (status, headers["Retry-After"]) == (503, "5")
    assert room.failing(REQUESTS) == "the store is behind"
    monkeypatch.undo()
    assert post(room, json.dumps([request(1)]).encode())[0] == 204
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 1))
    assert room.failing(REQUESTS) is None


def test_the_feeds_port_says_that_it_lives_and_how_its_sources_are(open_hook: OpenSource) -> None:
    room = open_hook()
    post(room, json.dumps([request(1)]).encode())
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 1))
    assert get(room, "/healthz") == (200, "OK")
    status, text = get(room, "/metrics")
    assert status == 200
    labels = f'{{dataset="{REQUESTS}",way="webhook"}}'
    assert f"ioc_source_payloads_total{labels} 1\n" in text
    assert f"ioc_source_rows_total{labels} 1\n" in text
    assert f"ioc_source_up{labels} 1\n" in text
    assert f'ioc_source_waiting{{dataset="{REQUESTS}"}} 0\n' in text
    assert TOKEN not in text


# ---------------------------------------------------------------- who would exhaust it


def refusals(room: LiveRoom) -> dict[str, int]:
    _, text = get(room, "/metrics")
    found = re.findall(r'ioc_feed_refused_total\{reason="(\w+)"\} (\d+)', text)
    return {reason: int(count) for reason, count in found}


def dial(room: LiveRoom) -> socket.socket:
    return socket.create_connection(("127.0.0.1", room.settings.feed_port), 20)


def head(length: int = 10) -> bytes:
    named = f"Host: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {length}\r\n\r\n"
    return f"POST /in/{REQUESTS} HTTP/1.1\r\n{named}".encode()


def test_who_holds_connections_has_a_few_and_leaves_the_others_theirs(
    open_hook: OpenSource,
) -> None:
    room = open_hook(settings={"feed_connections_each": 3})
    with ExitStack() as held:
        silent = [held.enter_context(closing(dial(room))) for _ in range(3)]
        assert held.enter_context(closing(dial(room))).recv(1) == b""
        silent.pop().close()
        assert room.intake is not None
        gate = room.intake.door.gate
        room.until(lambda: gate.connections == 2)
        assert post(room, json.dumps([request(1)]).encode())[0] == 204
        assert refusals(room)["address"] == 1
    room.until(lambda: room.stored(REQUESTS) == (0, 0, 1))
    assert room.health(*PORT).turned_away >= 1


def test_who_says_nothing_or_half_of_it_is_closed_after_a_while(open_hook: OpenSource) -> None:
    room = open_hook(settings={"feed_timeout_s": 0.3})
    with closing(dial(room)) as silent, closing(dial(room)) as slow, closing(dial(room)) as body:
        slow.sendall(head()[:40])
        body.sendall(head() + b"[")
        assert silent.recv(1) == b""
        assert slow.recv(1) == b""
        assert body.recv(100).startswith(b"HTTP/1.1 408 ")
    room.until(lambda: refusals(room).get("silent") == 2)
    assert refusals(room)["slow"] == 1
    assert room.health(REQUESTS, "webhook").turned_away == 1
    assert post(room, json.dumps([request(1)]).encode())[0] == 204


def test_who_asks_too_often_is_told_to_wait_and_guessing_costs_more(
    open_hook: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = open_hook(settings={"feed_rate": 30})
    assert room.intake is not None
    gate = room.intake.door.gate
    monkeypatch.setattr(gate, "clock", lambda: 1.0)  # no bucket fills
    gate._buckets.clear()
    assert [post(room, b"[]", token="guess")[0] for _ in range(4)] == [401, 401, 401, 429]
    status, headers = post(room, b"[]")
    assert (status, headers["Retry-After"]) == (429, "5")
    assert room.health(REQUESTS, "webhook").turned_away == 5
    gate._buckets.clear()
    assert post(room, b"[]")[0] == 204
    assert refusals(room) == {"token": 3, "rate": 2}


def test_bodies_of_all_senders_together_are_bounded(
    open_hook: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = open_hook()
    monkeypatch.setattr(door, "MOST_TAKING", 1000)
    with closing(dial(room)) as half:
        half.sendall(head(length=900) + b"x" * 800)
        assert room.intake is not None
        there = room.intake.door
        room.until(lambda: there._taking == 800)
        assert post(room, b"[" + b" " * 300 + b"]")[0] == 503
        half.sendall(b"x" * 100)
        assert half.recv(100).startswith(b"HTTP/1.1 204 ")
    room.until(lambda: there._taking == 0)
    assert post(room, b"[" + b" " * 300 + b"]")[0] == 204


def test_a_sender_that_waits_for_leave_gets_it_once_its_token_is_known(
    open_hook: OpenSource,
) -> None:
    room = open_hook()
    with closing(dial(room)) as polite:
        polite.sendall(head(2).replace(b"Host", b"Expect: 100-continue\r\nHost"))
        assert polite.recv(100).startswith(b"HTTP/1.1 100 ")
        polite.sendall(b"[]")
        assert polite.recv(100).startswith(b"HTTP/1.1 204 ")


def test_what_is_not_there_is_said_and_counted(open_hook: OpenSource) -> None:
    room = open_hook()
    assert [get(room, path)[0] for path in ("/", "/in/", "/healthz/x")] == [404, 404, 404]
    assert get(room, f"/in/{REQUESTS}")[0] == 404  # nothing is read there
    assert refusals(room) == {"unknown": 4}


def test_a_port_that_is_taken_stops_no_data(
    open_source: OpenSource, city: City, caplog: pytest.LogCaptureFixture
) -> None:
    with web_server(lambda _: Says(body=json.dumps([request(1)]).encode())) as site:
        source = SourceSpec(format="open311", url=UrlWay(address=site.url))
        with socket.create_server(("127.0.0.1", 0)) as taken:
            room = open_source(REQUESTS, source, feed_port=taken.getsockname()[1])
            room.until(lambda: room.stored(REQUESTS) == (0, 0, 1))
    assert "the feed cannot listen on 127.0.0.1:" in caplog.text


# ---------------------------------------------------------------- gaps


def test_a_gap_is_what_is_missing_at_two_looks() -> None:
    gap, state = missing({}, sent=10, heard=3)
    assert gap == 0
    gap, state = missing(state, sent=15, heard=6)  # two are on their way, or lost
    assert gap == 0
    assert missing(state, sent=16, heard=9)[0] == 0  # they came
    assert missing(state, sent=16, heard=7)[0] == 2  # they did not


def test_counts_that_begin_anew_are_no_gap() -> None:
    _, state = missing({}, sent=100, heard=50)
    assert missing(state, sent=1, heard=50)[0] == 0
    assert missing(state, sent=110, heard=0)[0] == 0
    assert missing(state, sent=100, heard=55)[0] == 0


def test_after_a_gap_the_entities_are_asked_for(open_hook: OpenSource) -> None:
    sent = 5

    def answer(asked: Asked) -> Says:
        if asked.path == "/subscription":
            return Says(body=orjson.dumps({"notification": {"timesSent": sent}}))
        return Says(body=b"[]")

    with web_server(answer) as site:
        way = {"subscription": f"{site.url}/subscription", "every": "PT1S"}
        room = open_hook(url=UrlWay(address=f"{site.url}/entities", every="P1D"), **way)

        def asked(path: str) -> int:
            return sum(each.path == path for each in site.asked)

        room.until(lambda: asked("/subscription") >= 1)
        sent = 7
        room.until(lambda: asked("/entities") == 2)
        assert room.health(REQUESTS, "gap").last_success_us


def test_after_a_silence_the_entities_are_asked_for(open_hook: OpenSource) -> None:
    with web_server(lambda _: Says(body=b"[]")) as site:
        room = open_hook(url=UrlWay(address=site.url, every="P1D"), silence="PT1S")
        room.until(lambda: len(site.asked) >= 2)
