"""Situations and alerts: on the network and in units, with the weather, whole lives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from data_access.simulator import alerts, situations
from data_access.simulator.order import Order
from data_access.simulator.traffic import Traffic
from data_access.simulator.weather import pm25_level, rain_mm

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


def test_a_situation_begins_before_it_is_known_and_ends_after(order: Callable[..., Order]) -> None:
    one = order("transport.situations")
    traffic = Traffic.of(one.city, one.seed)
    found = [each for day in YEAR[:60] for each in situations.day_situations(one, day)]
    found += [each for day in YEAR[:60] for each in situations.accidents(one, traffic, day)]
    assert 200 < len(found) < 600
    assert all(each.begins < each.known < each.ends for each in found)
    assert len({each.id for each in found}) == len(found)


def test_situations_stand_on_the_network(order: Callable[..., Order]) -> None:
    one = order("transport.situations")
    places = {(node.lat, node.lon) for node in one.city.network.nodes.values()}
    found = [each for day in YEAR[:60] for each in situations.day_situations(one, day)]
    assert all(point in places for each in found for point in each.points)


def test_streets_flood_when_it_pours_and_only_then(order: Callable[..., Order]) -> None:
    one = order("transport.situations")
    for day in YEAR:
        floods = [s for s in situations.day_situations(one, day) if s.kind is situations.FLOOD]
        if rain_mm(one.seed, day) < situations.FLOODING_MM:
            assert not floods
    wettest = max(YEAR, key=lambda day: rain_mm(one.seed, day))
    assert any(s.kind is situations.FLOOD for s in situations.day_situations(one, wettest))


def test_heavy_rain_is_warned_of_ten_hours_before(order: Callable[..., Order]) -> None:
    one = order("security.alerts")
    for day in YEAR:
        kinds = {message.event.kind for message in alerts.day_messages(one, day)}
        assert ("mua" in kinds) == (rain_mm(one.seed, day) >= alerts.HEAVY_MM)
        assert ("bui" in kinds) == (pm25_level(one.seed, day) >= alerts.DUST_UG)
        for message in alerts.day_messages(one, day):
            if message.event.kind == "mua" and message.type == "Alert":
                assert message.event.begins - message.sent == timedelta(hours=10)


def test_an_update_names_what_it_replaces(order: Callable[..., Order]) -> None:
    one = order("security.alerts")
    messages = [message for day in YEAR for message in alerts.day_messages(one, day)]
    triples = {message.triple for message in messages}
    assert len({message.id for message in messages}) == len(messages)
    for message in messages:
        assert (message.type == "Alert") == (message.references == "")
        assert not message.references or message.references in triples


def test_a_drill_is_never_actual(order: Callable[..., Order]) -> None:
    one = order("security.alerts")
    messages = [message for day in YEAR for message in alerts.day_messages(one, day)]
    drills = [message for message in messages if message.event.kind == "dientap"]
    assert len(drills) == 12
    assert {message.status for message in drills} == {"Exercise"}


def test_the_channel_is_tried_every_day_and_that_is_never_actual(
    order: Callable[..., Order],
) -> None:
    one = order("security.alerts")
    for day in YEAR[:30]:
        tests = [m for m in alerts.day_messages(one, day) if m.status == "Test"]
        assert [message.event.kind for message in tests] == ["kiemtra"]


def test_no_alert_is_over_before_it_is_sent(order: Callable[..., Order]) -> None:
    one = order("security.alerts")
    for day in YEAR:
        for message in alerts.day_messages(one, day):
            assert message.sent < message.event.ends


def test_warnings_reach_into_the_next_days(order: Callable[..., Order]) -> None:
    one = order("security.alerts")
    days = one.days(alerts.DAYS, ahead=alerts.DAYS_AHEAD)
    ends = [m.event.ends for day in days for m in alerts.day_messages(one, day)]
    assert max(ends) > one.until
