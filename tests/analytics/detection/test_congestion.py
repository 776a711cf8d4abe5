"""R38: speeds that fall unusually give one alert, which clears by itself; nothing else any."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from analytics.detection.alerts import book_of, payload
from analytics.detection.book import Alert, Book
from analytics.detection.congestion import Congestion
from analytics.detection.scene import Happening
from analytics.detection.track import HOUR_US, MINUTE_US, Track
from analytics.detection.trust import Rule
from benchmarks.detection_replay import Played, replay, weekday_kind
from benchmarks.injection import Injected
from data_access.envelope import Envelope
from tests.analytics.detection import town

EIGHT = town.day(14) + 10 * HOUR_US  # the third Monday, between the rush hours
BEFORE, AFTER = EIGHT - HOUR_US, EIGHT + 3 * HOUR_US


def jammed(*, sensors: tuple[int, ...] = (3, 2, 4), minutes: int = 60) -> Played:
    played = town.speeds(15)
    bent = Injected.into(played.track, seed=5)
    steps = bent.steps(EIGHT, minutes * MINUTE_US)
    bent.scale("jam", sensors[0], sensors[1:], steps, factor=0.2)
    return replace(played, track=bent.track)


def events(alerts: list[Alert]) -> list[Alert]:
    return [alert for alert in alerts if alert.sort == "event"]


def test_r38_falling_speeds_give_one_alert_which_clears_by_itself() -> None:
    alerts = replay([town.FAULTS, town.JAMS], jammed(), from_us=BEFORE, to_us=AFTER)

    assert [alert.kind for alert in alerts] == ["congestion"]
    jam = alerts[0]
    assert jam.began_ms * 1000 == pytest.approx(EIGHT, abs=10 * MINUTE_US)
    assert (jam.raised_ms - EIGHT / 1000) / 60_000 <= 25
    assert jam.ending == "cleared"
    assert {"s02", "s03", "s04"} & set(jam.subjects)


def test_an_alert_says_how_far_it_is_from_usual_and_who_sees_it_too() -> None:
    alerts = replay([town.JAMS], jammed(), from_us=BEFORE, to_us=EIGHT + 30 * MINUTE_US)

    told = alerts[0].told["evidence"]
    assert "thường lệ ngày làm việc 10 giờ" in told[0]["vi"]
    assert "of usual for working days 10 h" in told[0]["en"]
    assert "lân cận" in told[1]["vi"]
    assert alerts[0].told["line"]["points"][-1][1] < alerts[0].told["line"]["usual"][-1][1]


def test_a_normal_day_gives_nothing_rush_hours_neither() -> None:
    played = town.speeds(15)

    alerts = replay([town.FAULTS, town.JAMS], played, from_us=town.day(14), to_us=town.day(15))

    assert alerts == []


def test_a_sunday_gives_nothing() -> None:
    played = town.speeds(14)

    assert replay([town.JAMS], played, from_us=town.day(13), to_us=town.day(14)) == []


def test_tet_which_is_like_no_monday_gives_nothing() -> None:
    played = town.speeds(15, seed=4)
    monday = slice(14 * 288, 15 * 288)
    values = played.track.values.copy()
    values[monday] = values[6 * 288 : 7 * 288]  # a holiday is like a Sunday
    tet = date(2026, 3, 2) + timedelta(days=14)

    alerts = replay(
        [town.JAMS],
        replace(played, track=played.track.like(values)),
        from_us=town.day(14),
        to_us=town.day(15),
        kind_of=lambda day: "holiday" if day == tet else weekday_kind(day),
    )

    assert alerts == []


def test_a_detector_alone_is_no_jam_unless_something_was_told_of_there() -> None:
    alone = jammed(sensors=(3,))
    crash = Happening("crash", {"vi": "Va chạm", "en": "Crash"}, 21.0, 105.8146, EIGHT)

    assert events(replay([town.JAMS], alone, from_us=BEFORE, to_us=AFTER)) == []
    told = replay([town.JAMS], replace(alone, happenings=(crash,)), from_us=BEFORE, to_us=AFTER)
    assert len(events(told)) == 1
    assert "Va chạm, cách" in told[0].told["causes"][0]["vi"]


def slowed(*sensors: int, factor: float = 0.2, of: int = 40) -> Played:
    played = town.speeds(15, sensors=of)
    bent = Injected.into(played.track, seed=5)
    steps = bent.steps(EIGHT, HOUR_US)
    for sensor in sensors:
        bent.scale("jam", sensor, (), steps, factor=factor)
    return replace(played, track=bent.track)


def with_neighbours(**more: float) -> Congestion:
    return town.JAMS.model_copy(
        update={"neighbours": town.JAMS.neighbours.model_copy(update={"least": 2, **more})}
    )


def test_neighbours_are_no_witnesses_where_as_many_roads_are_slow_elsewhere() -> None:
    """Three of a place say something; where a third of the city is slow, they say nothing."""
    asks = with_neighbours(chance=0.005)
    here, everywhere = slowed(3, 2, 4, 5), slowed(3, 2, 4, 5, *range(9, 40, 3))
    (jam,) = replay([asks], here, from_us=BEFORE, to_us=AFTER)
    assert "s03" in jam.subjects
    assert replay([asks], everywhere, from_us=BEFORE, to_us=AFTER) == []
    assert replay([with_neighbours()], everywhere, from_us=BEFORE, to_us=AFTER) != []


def test_where_trouble_is_told_of_a_road_need_be_less_slow() -> None:
    limit = replace(town.JAMS.limit, caution=40, warning=30, critical=20)
    asks = town.JAMS.model_copy(update={"limit": limit, "told_caution": 60, "free_share": 0.8})
    alone = slowed(3, factor=0.48, of=8)
    crash = Happening("crash", {"vi": "Va chạm", "en": "Crash"}, 21.0, 105.8146, EIGHT)
    assert replay([asks], alone, from_us=BEFORE, to_us=AFTER) == []
    (jam,) = replay([asks], replace(alone, happenings=(crash,)), from_us=BEFORE, to_us=AFTER)
    assert jam.worst == "caution"


def test_roads_on_which_the_same_is_told_of_are_one_jam() -> None:
    asks = town.JAMS.model_copy(
        update={"neighbours": town.JAMS.neighbours.model_copy(update={"reach_km": 0.1})}
    )
    apart = slowed(2, 4, of=8)
    between = Happening("crash", {"vi": "Va chạm", "en": "Crash"}, 21.0, 105.8 + 3 * 0.0048, EIGHT)
    (jam,) = replay([asks], replace(apart, happenings=(between,)), from_us=BEFORE, to_us=AFTER)
    assert jam.subjects[0] in ("s02", "s04")


@pytest.mark.parametrize("told_caution", [20, 90])
def test_a_road_told_of_is_slow_from_its_caution_to_its_clear_on(told_caution: float) -> None:
    given = town.JAMS.model_dump() | {"told_caution": told_caution}
    with pytest.raises(ValueError, match="told_caution"):
        Congestion.model_validate(given)


def test_what_happened_far_away_or_long_before_is_no_cause() -> None:
    far = Happening("crash", {"vi": "Xa", "en": "Far"}, 21.2, 105.9, EIGHT)
    old = Happening("crash", {"vi": "Cũ", "en": "Old"}, 21.0, 105.8146, EIGHT - 9 * HOUR_US)

    alerts = replay([town.JAMS], replace(jammed(), happenings=(far, old)), from_us=BEFORE,
                    to_us=EIGHT + HOUR_US)  # fmt: skip

    assert alerts[0].told["causes"] == []


def test_a_restart_at_every_look_forgets_nothing() -> None:
    def restarted(book: Book) -> Book:
        said = payload(book, {}, [], {}, Rule())
        kept = Envelope.decode(_envelope(said).encode())
        return book_of(kept)

    plain = replay([town.JAMS], jammed(), from_us=BEFORE, to_us=AFTER)
    again = replay([town.JAMS], jammed(), from_us=BEFORE, to_us=AFTER, restart=restarted)

    assert [(a.id, a.began_ms, a.raised_ms, a.ended_ms, a.worst) for a in again] == [
        (a.id, a.began_ms, a.raised_ms, a.ended_ms, a.worst) for a in plain
    ]


def test_the_end_is_expected_from_earlier_ones_that_lasted_as_long() -> None:
    from analytics.detection import congestion
    from analytics.detection.scene import Scene
    from analytics.detection.usual import Profile
    from benchmarks.detection_replay import ZONE, hours_of

    played = jammed()
    until = int((EIGHT + 30 * MINUTE_US - played.track.start_us) // played.track.step_us)
    window = replace(played.track, values=played.track.values[:until])
    profile = Profile(hours_of(played.track), ZONE, weekday_kind, 2.0, 0.15)
    lasted = tuple(("s03", minutes * MINUTE_US) for minutes in (5, 45, 50, 60, 70, 90))
    scene = Scene(window, played.spots, profile, played.free, past_us=lasted)

    found = congestion.find(town.JAMS, scene)
    nothing = congestion.find(town.JAMS, replace(scene, past_us=scene.past_us[:3]))

    assert found[0].ends_us == found[0].began_us + HOUR_US
    assert found[0].ends_of == 5
    assert nothing[0].ends_us is None


@pytest.mark.parametrize("broken", ["absent", "nan", "absurd", "empty"])
def test_rows_that_cannot_be_give_no_alert_and_no_error(broken: str) -> None:
    rows = {"s00": [(EIGHT + n * MINUTE_US, 50.0) for n in range(0, 60, 5)], "s01": []}
    if broken == "nan":
        rows["s01"] = [(EIGHT, float("nan")), (EIGHT + MINUTE_US, float("inf"))]
    elif broken == "absurd":
        rows["s01"] = [(EIGHT, 9e9), (EIGHT, -5.0), (EIGHT + 10 * HOUR_US, 50.0)]
    elif broken == "empty":
        rows = {}
    track = Track.of(rows, step_us=5 * MINUTE_US, from_us=EIGHT, to_us=EIGHT + HOUR_US,
                     bounds=(0, 180))  # fmt: skip
    played = Played(track, town.spots(track.names))

    assert replay([town.FAULTS, town.JAMS], played, from_us=EIGHT, to_us=EIGHT + HOUR_US) == []


def test_rows_that_come_late_or_twice_change_no_alert() -> None:
    played = jammed()
    track = played.track
    rows = {
        name: [(int(at), float(value)) for at, value in track.figures(column)]
        for column, name in enumerate(track.names)
    }
    shuffled = {name: [*told[::-1], *told[::3]] for name, told in rows.items()}
    laid = Track.of(shuffled, step_us=track.step_us, from_us=track.start_us,
                    to_us=int(track.times_us[-1]))  # fmt: skip

    assert np.array_equal(laid.values, track.values)


def _envelope(said: object) -> Envelope:
    from data_access.classification import Classification

    return Envelope("live", "detection.alerts", 1, {"vi": "", "en": ""}, "ok", 0.0, 0.0, None, 1.0,
                    "a", {"vi": "", "en": ""}, (), "simulated", Classification(), payload=said)  # type: ignore[arg-type]  # fmt: skip
