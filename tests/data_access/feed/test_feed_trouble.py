"""What fails in the feed harms nothing else, is told, and is made good."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path
from typing import Any

import pytest

from data_access.envelope import Envelope
from data_access.errors import BoundaryError, CityError
from data_access.feed import run_feed
from data_access.store import engine as store_engine
from data_access.store import open_engine
from tests.data_access.feed.conftest import NOW_S
from tests.data_access.feed.test_feed import (
    PAGE,
    REQUESTS,
    SPEED,
    OpenRoom,
    drop,
    request,
)


def test_a_page_instead_of_data_leaves_what_was_shown_to_grow_old(open_room: OpenRoom) -> None:
    room = open_room("health.dengue", REQUESTS, "security.alerts")
    room.settle()
    before = room.read("health.dengue")
    path = room.lake / "health/dengue_city.csv"
    good = path.read_bytes()
    path.write_text(PAGE)
    room.play(1.5)
    broken = room.read("health.dengue")
    assert (broken.state, broken.payload, broken.as_of_ms) == (
        "ok",
        before.payload,
        before.as_of_ms,
    )
    assert "web page" in broken.quality["failing"]["health.dengue"]["en"]
    drop(room, "requests_new.json", [request(1, room.now_s)])
    assert REQUESTS in room.play(2)
    path.write_bytes(good)
    room.play(65)
    mended = room.read("health.dengue")
    assert "failing" not in mended.quality
    assert (mended.payload, mended.as_of_ms) == (before.payload, before.as_of_ms)


def test_a_source_that_never_could_be_read_says_so(open_room: OpenRoom) -> None:
    room = open_room("health.dengue", REQUESTS)
    (room.lake / "health/dengue_city.csv").write_text(PAGE)
    room.settle()
    envelope = room.read("health.dengue")
    assert envelope.state == "absent"
    assert envelope.reason == {
        "vi": "không đọc được nguồn dữ liệu",
        "en": "the source cannot be read",
    }
    assert room.read(REQUESTS).state == "ok"
    assert room.read("data.quality").state == "ok"


def test_what_is_refused_before_anything_was_good_is_counted_and_told(open_room: OpenRoom) -> None:
    room = open_room("health.dengue", REQUESTS)
    path = room.lake / "health/dengue_city.csv"
    heading, row, *_ = path.read_text("utf-8").splitlines()
    path.write_text(f"{heading}\n{row.replace('2009-09-01', '203-09-01')}\n", "utf-8")
    room.settle()
    assert room.read("health.dengue").state == "absent"
    tables = room.read("data.quality").payload["tables"]
    (listed,) = (each for each in tables["datasets"]["rows"] if each["dataset"] == "health.dengue")
    assert (listed["accepted"], listed["quarantined"]) == (0, 1)
    told = {each["dataset"]["en"]: each["count"] for each in tables["quarantine"]["rows"]}
    assert told["Dengue"] == 1


def test_files_that_vanish_leave_the_last_envelope(open_room: OpenRoom) -> None:
    room = open_room(SPEED, REQUESTS)
    room.settle()
    before = room.read(SPEED)
    (room.lake / "transport/speed_week.csv").unlink()
    room.play(8 * 86400, step_s=3600)
    gone = room.read(SPEED)
    assert (gone.as_of_ms, gone.state) == (before.as_of_ms, "ok")
    assert room.now_s * 1000 - (gone.as_of_ms or 0) > gone.stale_after_ms
    assert gone.quality["failing"] == {
        SPEED: {"vi": "các tệp không còn nữa", "en": "its files are gone"}
    }


def test_a_dataset_without_files_has_no_number_and_says_why(open_room: OpenRoom) -> None:
    room = open_room("food.safety", REQUESTS)
    (room.lake / "health/food_safety_register.csv").unlink()
    room.settle()
    envelope = room.read("food.safety")
    assert (envelope.state, envelope.payload, envelope.as_of_ms) == ("absent", {}, None)
    assert envelope.reason is not None
    assert envelope.reason["en"] == "no source"
    bottleneck = room.read("city.bottlenecks").payload["numbers"]["food_safety"]
    assert bottleneck["value"] is None
    assert bottleneck["note"]["en"] == "no source"


def test_a_dataset_that_appears_later_is_taken_up(open_room: OpenRoom) -> None:
    room = open_room("food.safety")
    path = room.lake / "health/food_safety_register.csv"
    content = path.read_bytes()
    path.unlink()
    room.settle()
    assert room.read("food.safety").state == "absent"
    path.write_bytes(content)
    room.play(1.5)
    assert room.read("food.safety").state == "ok"
    path.unlink()
    room.play(1.5)
    room.restart()
    room.settle()
    assert room.read("food.safety").state == "absent"


def test_a_locked_store_is_waited_for_and_then_caught_up(
    open_room: OpenRoom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(store_engine, "BUSY_TIMEOUT_MS", 20)
    room = open_room(REQUESTS)
    room.settle()
    before = room.number(REQUESTS, "open")
    other = open_engine(room.settings.observations_url)
    drop(room, "requests_new.json", [request(1, room.now_s)])
    with other.begin():
        room.play(3)
        assert "locked" in caplog.text
        assert room.number(REQUESTS, "open") == before
    other.dispose()
    room.play(10)
    assert room.number(REQUESTS, "open") == (before or 0) + 1


def test_a_faulty_channel_backs_off_and_harms_no_other(
    open_room: OpenRoom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    room = open_room("health.dengue", REQUESTS)
    room.settle()
    tried: list[float] = []

    def scan(now_us: int, speed: float) -> bool:
        tried.append(now_us / 1e6)
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(room.feed._channels["health.dengue"], "scan", scan)
    drop(room, "requests_new.json", [request(1, room.now_s)])
    assert REQUESTS in room.play(20)
    waits = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert 3 <= len(tried) <= 6
    assert waits == sorted(waits)
    assert "health.dengue: cannot read" in caplog.text
    assert "a fault of ours" in caplog.text


def test_an_aggregate_that_cannot_be_built_harms_no_other(
    open_room: OpenRoom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from data_access import exposition

    def build(aggregate: Any, *arguments: Any, **named: Any) -> Envelope:
        if aggregate.name == "health.dengue":
            raise KeyError("a fault of ours")
        return whole(aggregate, *arguments, **named)

    whole = exposition.build_envelope
    monkeypatch.setattr(exposition, "build_envelope", build)
    room = open_room("health.dengue", REQUESTS)
    room.settle()
    assert room.cache.read("health.dengue") is None
    assert room.read(REQUESTS).state == "ok"
    assert "health.dengue cannot be built" in caplog.text


def test_a_cache_that_cannot_be_written_is_tried_again(
    open_room: OpenRoom, caplog: pytest.LogCaptureFixture
) -> None:
    room = open_room("health.dengue")
    _ = room.feed
    room.settings.cache_dir.rename(room.settings.data_dir / "away")
    assert room.settle() == {}
    assert "envelopes cannot be written" in caplog.text
    (room.settings.data_dir / "away").rename(room.settings.cache_dir)
    assert "health.dengue" in room.settle(6)
    assert room.read("health.dengue").state == "ok"


def test_the_role_tells_what_is_cached_at_once_and_tells_again_what_was_not_heard(
    open_room: OpenRoom,
) -> None:
    room = open_room("health.dengue")
    stop = threading.Event()
    heard: list[dict[str, int]] = []
    refusals = [ConnectionError("nobody listens")] * 2

    def publish(versions: dict[str, int]) -> None:
        if refusals:
            raise refusals.pop()
        heard.append(versions)
        if {"health.dengue", "city.geometry"} <= {name for each in heard for name in each}:
            stop.set()

    run_feed(room.settings, publish=publish, clock=lambda: NOW_S, stop=stop)
    assert set(heard[0]) >= {"health.dengue"}
    versions = room.cache.versions()
    stop.clear()
    heard.clear()
    run_feed(room.settings, publish=publish, clock=lambda: NOW_S + 1, stop=stop)
    assert heard[0] == versions


def test_a_wrong_city_or_boundary_folder_is_refused_before_anything_starts(
    open_room: OpenRoom, tmp_path: Path
) -> None:
    room = open_room("health.dengue")
    empty = tmp_path / "empty"
    empty.mkdir()
    stop = threading.Event()

    def run(**changed: Any) -> None:
        settings = room.settings.model_copy(update=changed)
        run_feed(settings, publish=lambda versions: None, stop=stop)

    with pytest.raises(BoundaryError):
        run(boundaries=empty)
    (tmp_path / "city").mkdir()
    with pytest.raises(CityError):
        run(city=tmp_path / "city")
