"""When a rule would have fired: the firings of the live engine over the same rows."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from data_access.city import City, load_city
from data_access.store import open_engine
from operations.definitions import Kept
from operations.errors import NotReplayable
from operations.replayed import Replayed
from operations.rule_replay import Course, replay, replay_day
from operations.rules import Observation, Rule
from operations.watch import RuleWatch
from settings import Settings
from tests.conftest import ROOT, SMALL_LAKE
from tests.data_access.feed.conftest import NOW_S, Room
from tests.data_access.feed.test_feed import drop, request
from tests.operations.a_rule import MINUTE, RULE

REQUESTS = "feedback.requests"
STEP_S = 30.0
CROWD = replace(
    RULE,
    rule_id="crowd",
    aggregate=REQUESTS,
    number="open",
    threshold=4.5,
    clear_at=3.5,
    dwell_ms=10 * MINUTE,
    veto_ms=2 * MINUTE,
    cooldown_ms=20 * MINUTE,
)
OPENED = {5: (1, 2), 15: (3, 4), 50: (5, 6, 7, 8)}  # minute -> requests that come; 3 are there
CLOSED = {12: (2,), 40: (3, 4), 45: (1,), 100: (5, 6, 7, 8)}


def say(room: Room, minute: float) -> None:
    """Let the files of a minute come."""
    at_s = NOW_S + minute * 60
    said = [request(number, at_s) for number in OPENED.get(round(minute), ())]
    for number in CLOSED.get(round(minute), ()):
        opened = next(each for each, numbers in OPENED.items() if number in numbers)
        closed = datetime.fromtimestamp(at_s, UTC).isoformat()
        opened_s = NOW_S + opened * 60
        said.append(request(number, opened_s, status="closed", updated_datetime=closed))
    if said:
        drop(room, f"requests_{round(minute)}.json", said)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Let requests come and go for two hours, the live engine looking on; 01:00 to 03:00."""
    folder = tmp_path_factory.mktemp("room")
    shutil.copytree(SMALL_LAKE / "feedback", folder / "lake" / "feedback")
    city = load_city(ROOT / "city")
    kept = {REQUESTS: city.datasets[REQUESTS]}
    made = Settings(data_dir=folder / "data", city=ROOT / "city", lake=folder / "lake")
    room = Room(made, replace(city, datasets=kept))
    watch = RuleWatch()
    watch.load([Kept(CROWD)], room.now_s * 1000)
    phases = []
    room.settle()
    for step in range(round(120 * 60 / STEP_S)):
        minute = step * STEP_S / 60
        if minute == round(minute):
            say(room, minute)
        room.settle(STEP_S)
        watch.look(room.feed.settled(), room.now_s * 1000)
        for said in watch.untold():
            phases.append((said["phase"], said["sinceAtMs"], said["value"]))
            watch.told(said, room.now_s * 1000)
    engine = open_engine(room.settings.observations_url, read_only=True)
    yield Played(engine, room.city, room.now_s * 1000, phases)
    engine.dispose()
    room.close()


@dataclass(frozen=True)
class Played:
    """What the live engine said, and what it looked at."""

    engine: Engine
    city: City
    now_ms: float
    phases: list[tuple[str, float, float | None]]

    def replay(self, rule: Rule = CROWD, **more: Any) -> Replayed:
        fields: dict[str, Any] = {"from_ms": NOW_S * 1000, "to_ms": self.now_ms} | more
        from_ms, to_ms = fields.pop("from_ms"), fields.pop("to_ms")
        return replay(rule, from_ms, to_ms, self.engine, self.city, **fields)


def changes(phases: list[tuple[str, float, float | None]]) -> list[tuple[str, float, float | None]]:
    """Leave out reports of progress."""
    return [
        each
        for each, before in zip(phases, [None, *phases], strict=False)
        if before is None or each[0] != before[0]
    ]


def test_the_live_engine_fired_twice(played: Played) -> None:
    said = [(phase, int((at - NOW_S * 1000) / MINUTE)) for phase, at, _ in changes(played.phases)]
    assert said == [
        ("dwelling", 6),
        ("quiet", 13),
        ("dwelling", 16),
        ("proposed", 26),
        ("firing", 28),
        ("cooling", 46),
        ("dwelling", 66),
        ("proposed", 76),
        ("firing", 78),
        ("cooling", 101),
    ]


def test_a_replay_gives_exactly_the_firings_of_the_live_engine(played: Played) -> None:
    found = played.replay(basis="known")
    live = changes(played.phases)
    assert [each.phase for each in found.moments] == [phase for phase, _, _ in live]
    assert [each.figure for each in found.moments] == [figure for _, _, figure in live]
    for moment, (_, at_ms, _) in zip(found.moments, live, strict=True):
        assert (
            0 <= at_ms - moment.at_ms <= 2 * STEP_S * 1000
        )  # the feed of this test looks so often
    assert len(found.firings) == 2
    assert found.firings[0].origin == "replay"


def test_the_course_is_what_the_rule_saw_from_when_on(played: Played) -> None:
    found = played.replay(basis="known")
    minutes = [(round((at - NOW_S * 1000) / MINUTE), figure) for at, figure in found.course]
    at_minute = dict(minutes)  # the files are heard of within the minute in which they come
    assert (at_minute[0], found.course[0][0]) == (3.0, NOW_S * 1000)
    assert [figure for _, figure in minutes] == [3, 5, 4, 6, 4, 3, 7, 3]
    assert max(figure for _, figure in minutes) == found.highest
    assert all(at < after for (at, _), (after, _) in itertools.pairwise(found.course))


def test_where_the_number_was_too_old_the_course_has_a_gap(played: Played) -> None:
    never = played.replay(replace(CROWD, number="nothing"))
    assert [figure for _, figure in never.course] == [None]
    course = Course()
    course.look(0, Observation(5.0, as_of_ms=0, stale_after_ms=100))
    course.look(50, Observation(5.0, as_of_ms=0, stale_after_ms=100))
    course.look(300, Observation(6.0, as_of_ms=290, stale_after_ms=100))
    course.look(350, Observation(None, as_of_ms=350, stale_after_ms=100))
    course.look(360, Observation(7.0, as_of_ms=360, stale_after_ms=100))
    course.end(1_000)
    expected = [(0, 5.0), (100, None), (300, 6.0), (350, None), (360, 7.0), (460, None)]
    assert course.points == expected


def test_a_day_before_the_room_ran_is_answered_as_observed(played: Played) -> None:
    assert played.replay().basis == "observed"  # the room began with the stretch
    assert len(played.replay().firings) == 2
    later = played.replay(from_ms=NOW_S * 1000 + 90 * MINUTE)
    assert later.basis == "known"
    assert (later.before, [each.phase for each in later.moments]) == ("firing", ["cooling"])


def test_another_threshold_can_be_tried(played: Played) -> None:
    assert played.replay(replace(CROWD, threshold=6.5, clear_at=6.5)).firings[0].figure == 7
    lower = played.replay(replace(CROWD, threshold=7.5, clear_at=7.5))
    assert (lower.moments, lower.highest, lower.unit) == ((), 7.0, "")
    assert lower.origins == ("replay",)
    assert lower.seen == lower.looks > 100


def test_a_rule_that_is_switched_off_is_tried_as_if_it_were_on(played: Played) -> None:
    assert len(played.replay(replace(CROWD, enabled=False)).firings) == 2


def test_a_day_is_the_citys_own_and_ends_now(played: Played) -> None:
    found = replay_day(CROWD, date(2026, 11, 23), played.engine, played.city, now_ms=played.now_ms)
    assert (found.from_ms, found.to_ms) == (NOW_S * 1000 - 60 * MINUTE, played.now_ms)
    assert len(found.firings) == 2
    with pytest.raises(NotReplayable, match="24/11/2026"):
        replay_day(CROWD, date(2026, 11, 24), played.engine, played.city, now_ms=played.now_ms)


@pytest.mark.parametrize("aggregate", ["data.quality", "no.such", "transport.speed"])
def test_what_has_no_past_is_refused(played: Played, aggregate: str) -> None:
    """The room itself, nothing at all, and a dataset this city has not."""
    with pytest.raises(NotReplayable, match=aggregate):
        played.replay(replace(CROWD, aggregate=aggregate))


def test_a_number_that_is_not_there_fires_nothing(played: Played) -> None:
    found = played.replay(replace(CROWD, number="nothing"))
    assert (found.moments, found.seen, found.lowest) == ((), 0, None)
    assert found.looks > 0
