"""Air episodes and flood watch: once, with witnesses, cleared; alone it is nobody's event."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.detection import flood
from analytics.detection.air import Air
from analytics.detection.scene import Scene
from analytics.detection.track import HOUR_US, MINUTE_US, Track
from benchmarks.detection_replay import Played, replay
from benchmarks.injection import Injected
from data_access.limits import Limit
from tests.analytics.detection import town

AT = town.day(16) + 6 * HOUR_US


def test_dust_at_several_stations_is_one_episode_that_clears() -> None:
    played = town.hourly(18)
    bent = Injected.into(played.track, seed=1)
    bent.scale("air", 2, (0, 1, 3, 4), bent.steps(AT, 12 * HOUR_US), factor=3.5)

    alerts = replay([town.AIR], replace(played, track=bent.track), from_us=town.day(15),
                    to_us=town.day(18))  # fmt: skip

    assert [(alert.kind, alert.ending) for alert in alerts] == [("air", "cleared")]
    assert "thường lệ" in alerts[0].told["evidence"][0]["vi"]


def test_dust_at_one_station_alone_is_no_episode() -> None:
    played = town.hourly(18)
    bent = Injected.into(played.track, seed=1)
    bent.scale("air", 2, (), bent.steps(AT, 12 * HOUR_US), factor=3.5)

    assert replay([town.AIR], replace(played, track=bent.track), from_us=town.day(15),
                  to_us=town.day(18)) == []  # fmt: skip


def test_bad_air_that_is_only_less_far_above_usual_for_some_hours_is_one_episode() -> None:
    """50 is usual: 160, then 90 (1.8 times) for six hours, then 160 again."""
    played = town.hourly(18)
    values = np.full_like(played.track.values, 50.0)
    begin = 16 * 24 + 6
    for hours, level in ((slice(0, 6), 160.0), (slice(6, 12), 90.0), (slice(12, 18), 160.0)):
        values[begin + hours.start : begin + hours.stop] = level
    played = replace(played, track=played.track.like(values))
    asks = town.AIR.model_copy(update={"least_times": 2.0, "hours": 1})

    def episodes(air: Air) -> list[float]:
        found = replay([air], played, from_us=town.day(15), to_us=town.day(18))
        return [(each.seen_ms - each.began_ms) / 3_600_000 for each in found]

    assert len(episodes(asks)) == 2
    assert episodes(asks.model_copy(update={"clear_times": 1.5})) == [19.0]


def test_an_episode_is_over_no_farther_above_usual_than_it_begins() -> None:
    with pytest.raises(ValueError, match="clear_times: expected at most least_times"):
        Air.model_validate(town.AIR.model_dump() | {"least_times": 1.5, "clear_times": 1.6})


def test_a_fortnight_of_ordinary_air_gives_nothing() -> None:
    played = town.hourly(18)

    assert replay([town.AIR], played, from_us=town.day(4), to_us=town.day(18)) == []


def rain(columns: tuple[int, ...], mm: float) -> Played:
    listed = town.names(5)
    values = np.zeros((3 * 144, 5))
    storm = slice(200, 212)  # two hours of ten minutes
    values[storm, list(columns)] = mm / 12
    return Played(Track(town.day(0), 10 * MINUTE_US, listed, values), town.spots(listed))


def test_rain_beyond_what_drains_take_is_one_watch_by_its_band() -> None:
    alerts = replay([town.RAIN], rain((1, 2, 3), 120.0), from_us=town.day(1), to_us=town.day(3))

    assert [(alert.kind, alert.worst, alert.ending) for alert in alerts] == [
        ("flood", "critical", "cleared")
    ]
    assert "2 giờ" in alerts[0].told["evidence"][0]["vi"]


def test_rain_below_the_band_or_at_one_gauge_alone_is_none() -> None:
    for columns, mm in (((1, 2, 3), 40.0), ((2,), 200.0)):
        played = rain(columns, mm)
        assert replay([town.RAIN], played, from_us=town.day(1), to_us=town.day(3)) == []


def water(columns: tuple[int, ...]) -> Scene:
    listed = town.names(5)
    values = np.full((18 * 24, 5), 3.0) + np.random.default_rng(1).normal(0, 0.01, (18 * 24, 5))
    values[-6:, list(columns)] += 0.8
    whole = Track(town.day(0), HOUR_US, listed, values)
    from analytics.detection.usual import Profile
    from benchmarks.detection_replay import ZONE, weekday_kind

    window = replace(whole, start_us=town.day(16), values=values[-48:])
    return Scene(window, town.spots(listed), Profile(whole, ZONE, weekday_kind, 0.02))


def test_water_that_rises_at_two_stations_is_told_and_is_graver_where_it_rains() -> None:
    rising = flood.find_level(town.WATER, water((1, 2)))
    alone = flood.find_level(town.WATER, water((1,)))
    storm = rain((1, 2), 80.0).track
    storm = replace(storm, values=storm.values[:213])
    wet = flood.find_rain(town.RAIN, Scene(storm, town.spots(storm.names)))

    assert [(f.kind, f.subjects) for f in rising] == [("level", ("s01", "s02"))]  # one, not two
    assert rising[0].evidence[1]["en"] == "risen too: Điểm s02"
    assert alone == []
    with_rain = flood.find_level(town.WATER, water((1,)), raining=wet[:1])
    assert wet
    assert [each.severity for each in with_rain] == ["critical"]  # a warning, and it rains


def test_a_station_with_alarm_levels_of_its_own_is_held_to_them() -> None:
    options = town.WATER.model_copy(update={"stations": {"s04": Limit(caution=3.5, warning=3.7)}})

    found = flood.find_level(options, water((3, 4)))

    assert [(set(f.subjects), f.severity) for f in found] == [({"s03", "s04"}, "warning")]
    own = flood.find_level(options.model_copy(update={"limit": Limit(caution=9)}), water((3, 4)))
    assert "báo động" in own[0].evidence[0]["vi"]
