"""Who looks at the envelopes after each tick: only at what says all there is in the store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import pytest

from data_access import channel
from data_access.envelope import Envelope
from data_access.feed import run_feed
from tests.data_access.feed.conftest import NOW_S, Room

OpenRoom = Callable[..., Room]
REQUESTS = "feedback.requests"


def test_envelopes_are_looked_at_once_they_are_in_the_cache(open_room: OpenRoom) -> None:
    room = open_room()
    stop = threading.Event()

    def look(envelopes: Mapping[str, Envelope], now_ms: float) -> None:
        assert now_ms == NOW_S * 1000
        for name, envelope in envelopes.items():
            assert room.cache.versions()[name] == envelope.version
        if "health.dengue" in envelopes:
            stop.set()
        raise RuntimeError("whoever looks must not stop the data path")

    run_feed(room.settings, publish=lambda _: None, look=look, clock=lambda: NOW_S, stop=stop)
    assert stop.is_set()


def test_a_dataset_that_is_being_filled_is_not_shown(
    open_room: OpenRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "CHUNK", 20)
    room = open_room(REQUESTS)
    seen = []
    for _ in range(200):
        room.tick(1.1)
        known = room.cache.read(REQUESTS)
        seen.append((REQUESTS in room.feed.settled(), known is not None and known.state == "ok"))
        if seen[-1] == (True, True):
            break
    assert seen[-1] == (True, True)
    assert (False, True) in seen  # it was in the cache before, from the newest rows alone
    shown = room.feed.settled()[REQUESTS]
    assert shown == room.cache.read(REQUESTS)
