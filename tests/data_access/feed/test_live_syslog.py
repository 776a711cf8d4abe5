"""What others say by syslog: framed in any way, counted by the minute, bounded, by TLS."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_access.city import City
from data_access.contracts import SourceSpec
from data_access.intake import syslog_server
from data_access.intake.ways import ListenWay
from tests.certificates import make_certificates
from tests.data_access.feed.conftest import free_port
from tests.data_access.feed.live_room import LiveRoom

LOGINS = "security.logins"
OpenSource = Callable[..., LiveRoom]


@pytest.fixture
def open_syslog(
    open_source: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[LiveRoom, int]]:
    monkeypatch.setattr(syslog_server, "FLUSH_S", 0.05)

    def opened(
        *, settings: dict[str, Any] | None = None, counts: dict[str, Any] | None = None, **way: Any
    ) -> tuple[LiveRoom, int]:
        port = free_port()
        listen = ListenWay(port=port, **way)
        options: dict[str, Any] = {"reference_year": "arrival"}
        source = SourceSpec(format="syslog", options=options, listen=listen)
        if counts is not None:
            source = replace(
                source, format="security-events", options={**options, "counts": counts}
            )
        room = open_source(LOGINS, source, **(settings or {}))
        room.until(lambda: room.health(LOGINS, "listen").last_success_us)
        return room, port

    return opened


@pytest.fixture
def connect() -> Iterator[Callable[..., socket.socket]]:
    opened: list[socket.socket] = []

    def to(port: int) -> socket.socket:
        opened.append(socket.create_connection(("127.0.0.1", port), 20))
        return opened[-1]

    yield to
    for each in opened:
        each.close()


def line(text: str, *, host: str = "gate") -> bytes:
    """An RFC 5424 line of this minute."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    return f"<38>1 {now.isoformat()} {host} sshd 1 - - {text}".encode()


def totals(room: LiveRoom) -> dict[str, float]:
    """The sums of the newest revisions, by indicator."""
    found = room.store().source_rows(LOGINS, limit=1000)
    sums: dict[str, float] = {}
    for row in found:
        sums[row["indicator"]] = sums.get(row["indicator"], 0) + row["value"]
    return sums


def test_r11_a_login_a_failed_login_and_an_export_arrive_however_they_are_framed(
    open_syslog: Callable[..., tuple[LiveRoom, int]], connect: Callable[..., socket.socket]
) -> None:
    room, port = open_syslog()
    sender = connect(port)
    login, failed = line("Accepted password for an"), line("Failed password for an")
    export = line("exported 3 rows")
    sender.sendall(b"%d %s" % (len(login), login) + failed + b"\n" + export + b"\n")
    room.until(lambda: totals(room).get("events") == 3)
    assert totals(room) == {"events": 3, "accepted_logins": 1, "failed_logins": 1}


def test_counts_of_one_minute_add_up_over_batches_and_restarts(
    open_syslog: Callable[..., tuple[LiveRoom, int]], connect: Callable[..., socket.socket]
) -> None:
    room, port = open_syslog()
    said = line("Failed password for an")
    for count in (1, 3, 6):
        connect(port).sendall((said + b"\n") * (count - int(totals(room).get("events", 0))))
        room.until(lambda wanted=count: totals(room).get("events") == wanted)
    room.restart()
    room.until(lambda: room.health(LOGINS, "listen").last_success_us)
    connect(port).sendall(said + b"\n")
    room.until(lambda: totals(room).get("events") == 7)
    assert totals(room)["failed_logins"] == 7


def test_lines_without_a_year_are_of_this_one(
    open_syslog: Callable[..., tuple[LiveRoom, int]],
    connect: Callable[..., socket.socket],
    city: City,
) -> None:
    room, port = open_syslog()
    now = datetime.now(city.zone)
    connect(port).sendall(f"<38>{now:%b %d %H:%M:%S} gate sshd[1]: hello\n".encode())
    room.until(lambda: totals(room).get("events") == 1)
    observed = room.store().source_rows(LOGINS)[0]["observed_at"]
    assert abs((observed - now).total_seconds()) < 120


def test_events_in_cef_add_up_over_batches_and_restarts_in_lines_without_a_year(
    open_syslog: Callable[..., tuple[LiveRoom, int]],
    connect: Callable[..., socket.socket],
    city: City,
) -> None:
    grave = {"at_least": "high"}
    room, port = open_syslog(counts={"events": {}, "failed_logins": grave})
    at = datetime.now(city.zone)

    def event(severity: int, times: int = 1) -> bytes:
        cef = f"CEF:0|Maker|Firewall|1|100|Port scan|{severity}|src=192.0.2.1 cnt={times}"
        return f"<134>{at:%b %d %H:%M}:07 gate {cef}\n".encode()

    connect(port).sendall(event(3) + event(9))
    room.until(lambda: totals(room) == {"events": 2, "failed_logins": 1})
    connect(port).sendall(event(8, times=5))
    room.until(lambda: totals(room) == {"events": 7, "failed_logins": 6})
    room.restart()
    room.until(lambda: room.health(LOGINS, "listen").last_success_us)
    connect(port).sendall(event(1))
    room.until(lambda: totals(room) == {"events": 8, "failed_logins": 6})
    (observed,) = {each["observed_at"] for each in room.store().source_rows(LOGINS)}
    assert abs((observed - at).total_seconds()) < 120


def test_who_is_not_allowed_or_sends_nonsense_is_closed_and_the_others_are_heard(
    open_syslog: Callable[..., tuple[LiveRoom, int]],
    connect: Callable[..., socket.socket],
    caplog: pytest.LogCaptureFixture,
) -> None:
    room, port = open_syslog()
    bad = connect(port)
    bad.sendall(b"99999999 <1>x")
    assert bad.recv(1) == b""
    good = connect(port)
    good.sendall(line("hello") + b"\n")
    room.until(lambda: totals(room).get("events") == 1)
    room.close()
    room, port = open_syslog(allow=("10.0.0.0/8",))
    assert connect(port).recv(1) == b""
    assert "127.0.0.1 is turned away (unknown; 1 so far)" in caplog.text
    assert room.health(LOGINS, "listen").turned_away == 1


def test_there_are_only_so_many_senders(
    open_syslog: Callable[..., tuple[LiveRoom, int]], connect: Callable[..., socket.socket]
) -> None:
    room, port = open_syslog(connections=1)
    first = connect(port)
    first.sendall(line("hello") + b"\n")
    room.until(lambda: totals(room).get("events") == 1)
    assert connect(port).recv(1) == b""
    assert room.health(LOGINS, "listen").turned_away == 1
    room.close()
    room, port = open_syslog(connections_each=2)
    kept = [connect(port), connect(port)]
    assert connect(port).recv(1) == b""
    kept[0].close()
    kept[1].sendall(line("hello again") + b"\n")
    room.until(lambda: totals(room).get("events") == 2)


def test_with_a_certificate_syslog_and_webhooks_speak_tls(
    open_syslog: Callable[..., tuple[LiveRoom, int]],
    connect: Callable[..., socket.socket],
    tmp_path: Path,
) -> None:
    made = make_certificates(tmp_path)
    secure = {"feed_certificate": made.certificate, "feed_key": made.key}
    room, port = open_syslog(settings={**secure, "feed_client_ca": made.authority})
    context = ssl.create_default_context(cafile=str(made.authority))
    context.load_cert_chain(made.certificate, made.key)
    with context.wrap_socket(connect(port), server_hostname="127.0.0.1") as sender:
        sender.sendall(line("Accepted password for an") + b"\n")
        room.until(lambda: totals(room).get("accepted_logins") == 1)
    stranger = ssl.create_default_context(cafile=str(made.authority))
    with (
        suppress(OSError),
        stranger.wrap_socket(connect(port), server_hostname="127.0.0.1") as nobody,
    ):
        nobody.sendall(line("Accepted password for nobody") + b"\n")
        assert nobody.recv(1) == b""
    port_of_feed = room.settings.feed_port
    link = http.client.HTTPSConnection("127.0.0.1", port_of_feed, timeout=20, context=context)
    with closing(link):
        link.request("GET", "/healthz")
        assert link.getresponse().status == 200
    with context.wrap_socket(connect(port), server_hostname="127.0.0.1") as sender:
        sender.sendall(line("Accepted password for binh") + b"\n")
        room.until(lambda: totals(room).get("accepted_logins") == 2)
    room.tick()
    assert totals(room)["events"] == 2
