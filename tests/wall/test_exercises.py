"""Exercises and what was known: who may start them, what time it is there, what a kill leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.wall.keeping import kept_of
from tests.wall.room import make_settings
from tests.wall.table import START_MS, FullTable, Seat, Table
from wall.effects import EntryRecord
from wall.server import assemble
from wall.store import Kept

HOUR_MS = 3_600_000.0
FROM_MS = START_MS - 24 * HOUR_MS
VIEWER = {"userId": "v", "role": "viewer"}
LEADER = {"userId": "l", "role": "leader"}
START = {"exerciseId": "flood", "name": "Ngập", "fromAtMs": FROM_MS, "toAtMs": FROM_MS + HOUR_MS}


@pytest.fixture
def feed(full: FullTable) -> Seat:
    return full.service("feed")


def do(full: FullTable, op: str, **args: Any) -> dict[str, Any]:
    result: dict[str, Any] = full.web.result(full.web.ask(f"exercise.{op}", args))
    return result


def start(full: FullTable, **more: Any) -> dict[str, Any]:
    exercise: dict[str, Any] = do(full, "start", **(START | more))["exercise"]
    return exercise


def refused(full: FullTable, op: str, actor: Any = None, **args: Any) -> str:
    code: str = full.web.error(full.web.ask(op, args, actor))["code"]
    return code


def report(feed: Seat, phase: str, run: int = 0, **more: Any) -> dict[str, Any]:
    args = {"exerciseId": "flood", "run": run, "phase": phase, **more}
    return feed.answer(feed.ask("exercise.report", args)) or {}


def listed(full: FullTable) -> dict[str, Any]:
    found: dict[str, Any] = full.web.result(full.web.ask("realm.list", {}))
    return found


def glass_ms(full: FullTable) -> float:
    """Return what time it is in the exercise, as anyone reads its clock."""
    (exercise,) = listed(full)["exercises"]
    clock = exercise["clock"]
    passed = (full.now_ms - clock["atMs"]) * clock["speed"]
    found: float = min(clock["glassAtMs"] + passed, clock["toAtMs"])
    return found


def test_its_time_stands_until_it_is_played_and_then_runs_at_its_speed(
    full: FullTable, feed: Seat
) -> None:
    full.web.say("subscribe", topics=["realms"])
    exercise = start(full, speed=30)
    assert (exercise["phase"], exercise["by"], exercise["run"]) == ("waiting", "binh", 0)
    full.wait(5_000)
    assert glass_ms(full) == FROM_MS
    report(feed, "preparing", progress=0.5)
    full.wait(1_000)
    assert glass_ms(full) == FROM_MS
    report(feed, "running", progress=1, basis="known")
    full.wait(2_000)
    assert glass_ms(full) == FROM_MS + 60_000
    full.wait(HOUR_MS)
    assert glass_ms(full) == FROM_MS + HOUR_MS
    told = [each["data"]["exercise"]["phase"] for each in full.web.all("event")]
    assert told == ["waiting", "preparing", "running"]


def test_pausing_another_speed_and_going_elsewhere(full: FullTable, feed: Seat) -> None:
    start(full, speed=10)
    report(feed, "running")
    full.wait(1_000)
    assert do(full, "pause", exerciseId="flood", on=True)["exercise"]["isPaused"] is True
    full.wait(9_000)
    assert glass_ms(full) == FROM_MS + 10_000
    do(full, "pause", exerciseId="flood", on=False)
    do(full, "speed", exerciseId="flood", speed=60)
    full.wait(1_000)
    assert glass_ms(full) == FROM_MS + 70_000
    moved = do(full, "go", exerciseId="flood", glassAtMs=FROM_MS + 5_000)["exercise"]
    assert (moved["run"], moved["phase"]) == (1, "preparing")
    full.wait(1_000)
    assert glass_ms(full) == FROM_MS + 5_000
    assert report(feed, "running", run=0)["error"]["code"] == "conflict"
    report(feed, "running", run=1)
    full.wait(1_000)
    assert glass_ms(full) == FROM_MS + 65_000


def test_while_nobody_plays_it_its_time_stands(full: FullTable, feed: Seat) -> None:
    start(full, speed=60)
    report(feed, "running")
    full.wait(1_000)
    full.leave(feed)
    assert listed(full)["exercises"][0]["phase"] == "waiting"
    full.wait(10_000)
    assert glass_ms(full) == FROM_MS + 60_000
    report(full.service("feed"), "running")
    full.wait(1_000)
    assert glass_ms(full) == FROM_MS + 120_000


def test_a_killed_controller_goes_on_with_it(full: FullTable, feed: Seat, tmp_path: Path) -> None:
    start(full, speed=60)
    report(feed, "running", basis="observed")
    before = listed(full)["exercises"]
    full.now_ms += 1_000
    after = Table(tmp_path, kept=kept_of(full), now_ms=full.now_ms)
    web = after.service()
    assert web.result(web.ask("realm.list", {}))["exercises"] == before
    full.web.result(full.web.ask("exercise.end", {"exerciseId": "flood"}))
    assert Table(tmp_path, kept=kept_of(full)).state.exercises == {}


def test_what_was_kept_and_cannot_be_read_is_left_out(tmp_path: Path, full: FullTable) -> None:
    wrong = EntryRecord("exercise", "", "flood", {"exerciseId": "flood"})
    settings = make_settings(tmp_path / "other")
    kept = Kept(epoch=1, controller_id="c", entries=[wrong])
    state, problems = assemble(settings, settings.city, kept, now_ms=START_MS)
    assert state.exercises == {}
    assert any("flood" in each for each in problems)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"exerciseId": "a:b"}, "invalidArgs"),
        ({"exerciseId": "live "}, "invalidArgs"),
        ({"speed": 61}, "invalidArgs"),
        ({"speed": 0}, "invalidArgs"),
        ({"toAtMs": FROM_MS}, "invalidArgs"),
        ({"fromAtMs": START_MS + HOUR_MS, "toAtMs": START_MS + 2 * HOUR_MS}, "invalidArgs"),
        ({"fromAtMs": FROM_MS - 2 * HOUR_MS, "toAtMs": START_MS}, "invalidArgs"),
        ({"basis": "guessed"}, "invalidArgs"),
    ],
)
def test_what_cannot_be_started(full: FullTable, more: dict[str, Any], code: str) -> None:
    assert refused(full, "exercise.start", **(START | more)) == code
    assert listed(full)["exercises"] == []


def test_three_at_most_and_each_once(full: FullTable) -> None:
    for name in ("one", "two", "three"):
        start(full, exerciseId=name)
    assert refused(full, "exercise.start", **(START | {"exerciseId": "four"})) == "conflict"
    do(full, "end", exerciseId="two")
    assert refused(full, "exercise.start", **(START | {"exerciseId": "one"})) == "conflict"
    start(full, exerciseId="four")


def test_who_may_and_who_may_not(full: FullTable, feed: Seat) -> None:
    assert refused(full, "exercise.start", VIEWER, **START) == "forbidden"
    assert refused(full, "exercise.start", LEADER, **START) == "forbidden"
    start(full)
    for op in ("pause", "speed", "go", "end"):
        assert refused(full, f"exercise.{op}", LEADER, exerciseId="flood") == "forbidden"
    said = {"exerciseId": "flood", "run": 0, "phase": "running"}
    assert refused(full, "exercise.report", **said) == "forbidden"
    assert refused(full, "exercise.end", exerciseId="none") == "unknownRealm"
    full.web.result(full.web.ask("realm.list", {}, VIEWER))


def test_what_was_known_is_asked_for_made_and_let_go(full: FullTable, feed: Seat) -> None:
    full.web.say("subscribe", topics=["realms"])
    asked = full.web.result(full.web.ask("known.ask", {"atMs": FROM_MS}, VIEWER))
    realm = asked["realm"]
    assert (asked["known"]["phase"], asked["known"]["atMs"]) == ("waiting", FROM_MS // 60_000 * 6e4)
    args = {"realm": realm, "phase": "preparing", "progress": 0.4}
    feed.result(feed.ask("known.report", args))
    feed.result(feed.ask("known.report", args | {"phase": "running", "progress": 1}))
    again = full.web.result(full.web.ask("known.ask", {"atMs": FROM_MS + 1}, LEADER))
    assert (again["realm"], again["known"]["phase"]) == (realm, "running")
    phases = [(each["data"]["known"] or {}).get("phase") for each in full.web.all("event")]
    assert phases == ["waiting", "preparing", "running"]
    full.web.result(full.web.ask("known.cancel", {"realm": realm}, VIEWER))
    assert listed(full)["known"]  # others may look at it
    full.wait(31 * 60_000)
    assert listed(full)["known"] == []
    assert full.web.all("event")[-1]["data"] == {"realm": realm, "known": None}
    assert feed.error(feed.ask("known.report", args))["code"] == "unknownRealm"


def test_one_that_is_being_made_can_be_cancelled(full: FullTable, feed: Seat) -> None:
    realm = full.web.result(full.web.ask("known.ask", {"atMs": FROM_MS}))["realm"]
    full.web.result(full.web.ask("known.cancel", {"realm": realm}))
    assert listed(full)["known"] == []


def test_of_many_the_one_asked_for_longest_ago_goes(full: FullTable, feed: Seat) -> None:
    realms = []
    for number in range(7):
        full.wait(10)
        answer = full.web.result(full.web.ask("known.ask", {"atMs": FROM_MS + number * 60_000}))
        realms.append(answer["realm"])
    assert [each["realm"] for each in listed(full)["known"]] == sorted(realms[1:])


def test_without_a_feed_nobody_can_find_out(full: FullTable) -> None:
    assert refused(full, "known.ask", atMs=FROM_MS) == "unavailable"


@pytest.mark.parametrize("at_ms", [START_MS + HOUR_MS, 1e15, None])
def test_the_future_is_not_known(full: FullTable, feed: Seat, at_ms: float | None) -> None:
    assert refused(full, "known.ask", atMs=at_ms) == "invalidArgs"


def test_a_feed_that_goes_leaves_what_was_being_made_to_the_next(
    full: FullTable, feed: Seat
) -> None:
    realm = full.web.result(full.web.ask("known.ask", {"atMs": FROM_MS}))["realm"]
    feed.result(feed.ask("known.report", {"realm": realm, "phase": "preparing", "progress": 0.4}))
    full.leave(feed)
    assert [each["phase"] for each in listed(full)["known"]] == ["waiting"]
