"""Nobody takes the place of the others: connections and requests, in all and of one address."""

from __future__ import annotations

import pytest

from data_access.intake import gate as gate_module
from data_access.intake.gate import REFUSED_COSTS, Bounds, Gate, one_of

HOSTILE, GOOD, HERE = "203.0.113.7", "198.51.100.9", "127.0.0.1"


class Clock:
    """Stands still until told."""

    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def made(clock: Clock, **more: object) -> Gate:
    bounds = Bounds(connections=4, connections_each=3, rate_each=10.0)
    return Gate("port", bounds, clock, **more)  # type: ignore[arg-type]


def test_one_address_has_so_many_places_and_no_more(clock: Clock) -> None:
    gate = made(clock)
    assert [gate.enter((HOSTILE, port)) for port in range(5)] == [True, True, True, False, False]
    assert gate.enter((GOOD, 1))
    assert gate.refused == {"address": 2}
    gate.leave((HOSTILE, 0))
    gate.leave((HOSTILE, 0))  # said twice
    assert gate.connections == 3
    assert gate.enter((HOSTILE, 9))


def test_many_addresses_have_so_many_in_all_and_this_machine_is_let_in(clock: Clock) -> None:
    gate = made(clock, spares_here=True)
    assert [gate.enter((f"203.0.113.{each}", 1)) for each in range(6)] == [True] * 4 + [False] * 2
    assert gate.refused == {"connections": 2}
    assert gate.enter((HERE, 1))
    assert gate.enter(("::ffff:127.0.0.1", 2))
    assert not made(clock, allows=lambda address: address != HERE).enter((HERE, 1))


def test_requests_come_from_a_bucket_that_fills_again(clock: Clock) -> None:
    gate = made(clock)
    asked = [gate.may_ask((HOSTILE, 1)) for _ in range(25)]
    assert asked == [True] * 20 + [False] * 5
    assert gate.may_ask((GOOD, 1))
    clock.now_s += 0.5
    assert [gate.may_ask((HOSTILE, 1)) for _ in range(7)] == [True] * 5 + [False] * 2
    clock.now_s += 1e6
    assert sum(gate.may_ask((HOSTILE, 1)) for _ in range(99)) == 20
    assert gate.refused["rate"] == 5 + 2 + 79


def test_who_is_refused_may_ask_less(clock: Clock) -> None:
    gate = made(clock)
    gate.refuse("token", (HOSTILE, 1), costs=REFUSED_COSTS)
    assert not gate.may_ask((HOSTILE, 2))  # from another connection, too
    assert gate.may_ask((GOOD, 1))


def test_a_clock_that_goes_back_lets_nobody_starve(clock: Clock) -> None:
    gate = made(clock)
    gate.may_ask((GOOD, 1))
    clock.now_s -= 1e6
    assert gate.may_ask((GOOD, 1))


def test_what_is_known_of_senders_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "MOST_KNOWN", 10)
    gate = made(clock)
    for each in range(200):
        gate.may_ask((f"203.0.113.{each}", 1))
        assert len(gate._buckets) <= 10
    clock.now_s += 60
    gate.may_ask((GOOD, 1))
    assert len(gate._buckets) == 1  # the others' are full again
    for port in range(50):
        gate.enter((GOOD, port))
        gate.leave((GOOD, port))
    assert (dict(gate._of), gate._inside) == ({}, {})


def test_a_sender_is_an_address_or_a_network_of_ipv6() -> None:
    assert one_of("2001:db8:0:1::1") == one_of("2001:db8:0:1:ffff::2%eth0")
    assert one_of("2001:db8:0:1::1") != one_of("2001:db8:0:2::1")
    assert one_of("::ffff:203.0.113.7") == HOSTILE
    assert one_of("::1") == "::1"
    assert one_of("") == ""


def test_the_log_is_not_filled_by_who_is_refused(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    gate = made(clock)
    for _ in range(100):
        gate.lose("silent", (HOSTILE, 1))
    assert len(caplog.records) == 1
    clock.now_s += gate_module.SAID_S
    gate.lose("silent", (HOSTILE, 1))
    assert "203.0.113.7 is turned away (silent; 101 so far)" in caplog.text
