"""The feed: files to envelopes, on a clock of its own; what fails harms nothing else."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from data_access.aggregates.registry import aggregates
from data_access.envelope import Envelope
from data_access.feed import SCAN_S
from tests.data_access.feed.conftest import NOW_S, Room

OpenRoom = Callable[..., Room]
REQUESTS, SPEED = "feedback.requests", "transport.speed"
PAGE = "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"


def counts(room: Room, dataset: str) -> tuple[int, int, int]:
    with room.store().snapshot() as snapshot:
        current = snapshot.current(dataset)
    assert current is not None
    return current.observations, current.revisions, current.records


def saying(envelopes: dict[str, Envelope]) -> dict[str, Any]:
    """What envelopes say, without when they were made."""
    return {name: (e.state, e.origin, e.as_of_ms, e.payload) for name, e in envelopes.items()}


def request(number: int, at_s: float, **more: Any) -> dict[str, Any]:
    return {
        "service_request_id": f"new-{number}",
        "status": "open",
        "service_name": "Chiếu sáng",
        "service_code": "005",
        "requested_datetime": datetime.fromtimestamp(at_s, UTC).isoformat(),
        "lat": 21.0287,
        "long": 105.8524,
    } | more


def drop(room: Room, name: str, requests: list[dict[str, Any]]) -> Path:
    path = room.lake / "feedback" / name
    path.write_text(json.dumps(requests), "utf-8")
    return path


def until(room: Room, happened: Callable[[], bool]) -> None:
    """Tick in real time, since a process of its own writes the simulated lake."""
    waiting = threading.Event()
    for _ in range(1200):
        room.settle(0.5)
        if happened():
            return
        waiting.wait(0.05)
    raise AssertionError("it did not happen within a minute")


def test_every_aggregate_has_an_envelope_and_what_the_lake_feeds_is_replayed(
    open_room: OpenRoom,
) -> None:
    room = open_room()
    room.settle()
    envelopes = room.envelopes()
    assert set(envelopes) == {*aggregates(), "city.geometry"}
    fed = {name for name, each in aggregates().items() if each.datasets}
    assert {envelopes[name].state for name in fed} == {"ok"}
    assert {each for name in fed for each in envelopes[name].datasets} == set(room.city.datasets)
    assert {envelopes[name].origin for name in fed} == {"replay"}
    assert room.told == {name: envelope.version for name, envelope in envelopes.items()}
    assert room.cache.versions() == room.told
    for name in fed:
        shown, source = envelopes[name].as_of_ms, envelopes[name].source_at_ms
        assert shown is not None
        assert source is not None
        assert shown <= room.now_s * 1000


def test_a_quiet_feed_writes_nothing(open_room: OpenRoom) -> None:
    room = open_room("economy.investment", "economy.prices", "health.dengue")
    room.settle()
    room.play(12)
    assert room.play(40) == {}


def test_a_restart_changes_no_number_and_stores_nothing_twice(open_room: OpenRoom) -> None:
    room = open_room()
    room.settle()
    room.settle(61)  # all is built again at this very moment
    before = saying(room.envelopes())
    stored = {name: counts(room, name) for name in room.city.datasets}
    room.restart()
    room.settle()
    assert saying(room.envelopes()) == before
    assert {name: counts(room, name) for name in room.city.datasets} == stored


def test_the_same_file_under_another_name_changes_no_number(open_room: OpenRoom) -> None:
    room = open_room(REQUESTS, "health.dengue")
    room.settle()
    before = {name: counts(room, name) for name in room.city.datasets}
    figures = room.read(REQUESTS).payload["tables"], room.read("health.dengue").payload
    for path in (
        room.lake / "feedback/requests_json.json",
        room.lake / "health/dengue_city.csv",
    ):
        path.with_stem(f"{path.stem}_again").write_bytes(path.read_bytes())
    room.play(3)
    assert {name: counts(room, name) for name in room.city.datasets} == before
    assert (room.read(REQUESTS).payload["tables"], room.read("health.dengue").payload) == figures


def test_versions_rise_by_the_clock_and_never_fall(open_room: OpenRoom) -> None:
    room = open_room(REQUESTS)
    room.settle()
    first = room.read(REQUESTS).version
    assert first == int(NOW_S * 1000)
    drop(room, "requests_new.json", [request(1, room.now_s)])
    room.now_s -= 3600  # a clock set back
    room.play(1.5)
    assert room.read(REQUESTS).version >= first


def test_rows_are_released_when_their_time_has_come(open_room: OpenRoom) -> None:
    room = open_room(SPEED)
    room.settle()
    first = room.read(SPEED)
    assert first.as_of_ms is not None
    stored = counts(room, SPEED)
    assert room.play(2) == {}
    due_us = room.feed._channels[SPEED].due_us
    assert due_us is not None
    wait_s = due_us / 1e6 - room.now_s
    assert 0 < wait_s < 7 * 86400
    room.settle(wait_s - 0.01)
    assert counts(room, SPEED) == stored
    assert SPEED in room.settle(0.02)
    second = room.read(SPEED)
    assert second.as_of_ms == due_us / 1000
    assert second.source_at_ms is not None
    assert (second.as_of_ms - second.source_at_ms) % (7 * 86400 * 1000) == 0
    assert counts(room, SPEED) > stored


def test_a_new_file_is_on_glass_within_two_seconds(open_room: OpenRoom) -> None:
    room = open_room(REQUESTS)
    room.settle()
    before = room.number(REQUESTS, "open")
    assert before is not None
    drop(room, "requests_new.json", [request(1, room.now_s)])
    assert REQUESTS in room.play(2)
    assert room.number(REQUESTS, "open") == before + 1
    assert room.read(REQUESTS).as_of_ms == NOW_S * 1000


def test_rows_appended_to_a_file_follow_at_once(open_room: OpenRoom) -> None:
    room = open_room(REQUESTS)
    room.settle()
    before = room.number(REQUESTS, "open")
    assert before is not None
    said: list[dict[str, Any]] = []
    for number in range(3):
        said.append(request(number, room.now_s))
        drop(room, "requests_new.json", said)
        room.play(1.5)
        assert room.number(REQUESTS, "open") == before + number + 1
    assert counts(room, REQUESTS)[2] >= 3


def test_a_corrected_row_is_a_revision(open_room: OpenRoom) -> None:
    room = open_room("health.dengue")
    room.settle()
    path = room.lake / "health/dengue_city.csv"
    observations, revisions, _ = counts(room, "health.dengue")
    source = room.store().source_rows("health.dengue", area="city", limit=1)[0]
    text = path.read_text("utf-8")
    line = text.splitlines()[int(source["source_ref"].split(":")[1]) - 1]
    changed = line.replace(f",{source['value']:.0f},", ",98765,")
    assert changed != line
    path.write_text(text.replace(line, changed), "utf-8")
    assert "health.dengue" in room.play(1.5)
    assert counts(room, "health.dengue")[:2] == (observations, revisions + 1)
    newest = room.store().source_rows("health.dengue", area="city", limit=1)[0]
    assert (newest["value"], newest["revision"]) == (98765, source["revision"] + 1)


def test_a_file_still_being_written_is_left_alone(open_room: OpenRoom) -> None:
    room = open_room(REQUESTS)
    room.settle()
    before = room.number(REQUESTS, "open")
    whole = json.dumps([request(1, room.now_s)])
    path = room.lake / "feedback" / "requests_new.json"
    for end in range(10, len(whole), len(whole) // 5):
        path.write_text(whole[:end])
        room.play(SCAN_S)
        assert room.number(REQUESTS, "open") == before
        assert "failing" not in room.read(REQUESTS).quality
    path.write_text(whole)
    room.play(1.5)
    assert room.number(REQUESTS, "open") == (before or 0) + 1


def test_another_speed_goes_on_where_the_replay_was(open_room: OpenRoom) -> None:
    room = open_room(SPEED)
    room.settle()
    due_us = room.feed._channels[SPEED].due_us
    assert due_us is not None
    shown = room.read(SPEED)
    wait_s = due_us / 1e6 - room.now_s
    room.restart(replay_speed=60.0)
    room.settle()
    assert (room.read(SPEED).as_of_ms, room.read(SPEED).source_at_ms) == (
        shown.as_of_ms,
        shown.source_at_ms,
    )
    sooner_us = room.feed._channels[SPEED].due_us
    assert sooner_us is not None
    assert sooner_us / 1e6 - room.now_s == pytest.approx(wait_s / 60, abs=1)


def test_time_while_the_feed_was_away_is_caught_up(open_room: OpenRoom) -> None:
    room = open_room(SPEED)
    room.settle()
    room.restart()
    room.now_s += 7 * 86400
    room.settle()
    caught_up = room.read(SPEED)
    assert caught_up.as_of_ms is not None
    assert room.now_s * 1000 - caught_up.as_of_ms < 7 * 86400_000
    assert counts(room, SPEED)[1] == 0


def test_a_replay_that_goes_round_for_long_does_not_fill_the_disk(open_room: OpenRoom) -> None:
    room = open_room(SPEED)
    room.settle()
    lap = counts(room, SPEED)[0]
    kept: list[int] = []
    for _ in range(30):
        room.settle(7 * 86400)
        kept.append(len(room.store().source_rows(SPEED, limit=100_000)))
    assert counts(room, SPEED)[0] >= 25 * lap // 2
    assert kept[-1] == kept[-10] < counts(room, SPEED)[0]
    assert room.read(SPEED).state == "ok"


def test_geometry_lists_units_roads_and_stations_with_files_to_fetch(open_room: OpenRoom) -> None:
    room = open_room()
    room.settle()
    layers = room.read("city.geometry").quality["layers"]
    assert {"areas", "links", "nodes", "stations.environment.air"} <= set(layers)
    assert layers["areas"]["schematic"] is True
    for layer in layers.values():
        name = layer["url"].removeprefix("/geometry/")
        assert (room.settings.geometry_dir / name).is_file()
    version = room.read("city.geometry").version
    room.restart()
    room.settle(60)
    assert room.read("city.geometry").version == version


def test_simulated_data_is_marked_and_gives_way_to_the_lake(
    open_room: OpenRoom, tmp_path: Path
) -> None:
    room = open_room("food.safety", simulate=True)
    path = room.lake / "health/food_safety_register.csv"
    content = path.read_bytes()
    path.unlink()
    until(room, lambda: room.cache.read("food.safety") is not None)
    until(room, lambda: room.read("food.safety").state == "ok")
    assert room.read("food.safety").origin == "simulated"
    bottlenecks = room.read("city.bottlenecks")
    assert bottlenecks.origin == "simulated"
    room.restart()
    room.settle()
    assert room.read("food.safety").origin == "simulated"
    path.write_bytes(content)
    room.play(1.5)
    assert room.read("food.safety").origin == "replay"


def test_the_clock_is_the_only_time_there_is(open_room: OpenRoom) -> None:
    room = open_room("health.dengue")
    room.now_s = (datetime(2031, 1, 1, tzinfo=UTC) + timedelta(hours=1)).timestamp()
    room.settle()
    envelope = room.read("health.dengue")
    assert envelope.made_at_ms == room.now_s * 1000
    assert room.now_s * 1000 - 7 * 86400_000 < (envelope.as_of_ms or 0) <= room.now_s * 1000


def test_idle_ticks_do_not_touch_the_store(open_room: OpenRoom) -> None:
    room = open_room("health.dengue", "economy.prices")
    room.settle()
    room.play(15)
    statements: list[str] = []
    from sqlalchemy import Engine

    def note(*arguments: Any) -> None:
        statements.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        room.play(20)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert statements == []
