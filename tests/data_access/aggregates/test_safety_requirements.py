"""R45: incidents, fires, accidents by unit and late for everybody; by place for the police alone.

And the five bottlenecks: what each is counted from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from data_access.aggregates.registry import aggregates
from data_access.city import City
from data_access.classification import Classification
from data_access.envelope import POINTS
from data_access.model import RecordRow
from data_access.release import Released
from tests.data_access.aggregates.conftest import Table

ORDER, EVENTS, URBAN = "security.order", "security.points", "urban.order"
SECRET = ("security.incidents", "security.fires", "security.accidents")
BOTTLENECKS, FOOD, REQUESTS = "city.bottlenecks", "food.safety", "feedback.requests"
THEN = datetime(2026, 8, 1, 0, 20, tzinfo=UTC)  # when the small lake's files were true: 07:20
MakeRecord = Callable[..., RecordRow]
POLICE = Classification("restricted", frozenset({"police"}))


@pytest.fixture
def files(table: Table) -> Table:
    """The small lake's files, at the time they were true."""
    table.now = THEN
    for dataset in SECRET:
        table.feed_files(dataset)
    return table


def words(part: Any) -> Iterator[str]:
    """Yield every key, text and number of a payload as text."""
    if isinstance(part, dict):
        for key, each in part.items():
            yield str(key)
            yield from words(each)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from words(each)
    else:
        yield str(part)


def test_r45_others_are_told_units_and_nothing_of_a_place(files: Table) -> None:
    envelope = files.build(ORDER)
    said = " | ".join(words(envelope.payload))
    assert "Hoàn Kiếm" in said  # the unit
    for secret in ("thử", "Số 5", "V-1", "T-1", "F-1", "21.03", "105.85", "15012"):
        assert secret not in said, secret
    assert set(envelope.payload["maps"]["areas"]["values"]) == {"00070", "00082", "00004"}
    assert not any(layer["layer"] == POINTS for layer in envelope.payload["maps"].values())
    times = [int(word) for word in re.findall(r"\b17\d{8,13}\b", said)]
    assert all(at % 3_600_000 == 0 for at in times)


def test_r45_what_others_see_is_internal_and_the_places_are_the_police_s(files: Table) -> None:
    assert files.build(ORDER).classification == Classification("internal")
    assert files.build(EVENTS).classification == POLICE
    anyone = Classification("restricted", frozenset({"health"}))
    assert files.build(ORDER).classification.within(anyone)
    assert not files.build(EVENTS).classification.within(anyone)


def test_r45_others_are_told_late(files: Table) -> None:
    numbers = files.numbers(ORDER)
    # Of V-1, V-2 and V-6 in a day the last two began within the two hours that are held back.
    assert numbers["incidents"]["value"] == 1
    assert numbers["incidents"]["note"]["en"] == "told 2 h late"
    assert numbers["fires"]["value"] == 1
    assert numbers["accidents"]["value"] == 1
    files.now = THEN.replace(hour=1, minute=0)
    assert files.numbers(ORDER)["incidents"]["value"] == 2


def test_r45_the_police_see_each_event_where_and_when_it_was(files: Table) -> None:
    payload = files.build(EVENTS).payload
    items = payload["items"]["active"]
    assert [(item["title"]["en"], item["place"]["vi"], item["severity"]) for item in items] == [
        ("Fatal accident", "Nút thử một", "critical"),
        ("Fire", "Số 11 phố thử nghiệm", "warning"),
        ("Disturbance", "Ngõ vừa xong, Cửa Nam", "caution"),
        ("Assault", "Số 7 phố thử nghiệm, Hoàn Kiếm", "caution"),
        ("Theft", "Số 5 phố thử nghiệm, Hoàn Kiếm", "information"),
    ]
    assert items[0]["atMs"] == datetime(2026, 7, 31, 22, 10, tzinfo=UTC).timestamp() * 1000
    drawn = payload["maps"]["points"]
    assert drawn["points"]["V-1"] == [21.03151, 105.85012]
    assert drawn["values"]["T-1"]["band"] == "accident"


def test_r45_a_drill_and_an_earlier_message_count_for_nothing(files: Table) -> None:
    assert files.numbers(ORDER)["fires"]["value"] == 1
    drawn = files.build(EVENTS).payload["maps"]["points"]
    assert [name for name in drawn["values"] if "114@" in name] == ["114@thu.invalid,F-2"]


def test_r45_hot_spots_are_squares_for_the_police_and_units_for_others(
    files: Table, record: MakeRecord
) -> None:
    spots = files.build(EVENTS).payload["tables"]["hot"]["rows"]
    assert [(spot["name"]["vi"], spot["week"], spot["accident"]) for spot in spots] == [
        ("Phường Hoàn Kiếm", 4, 1),
        ("Phường Cửa Nam", 3, 1),
    ]
    files.city = with_week(files.city, 3)
    hot = files.numbers(ORDER)["hot"]  # the files tell of one week: what is usual, nobody knows
    assert (hot["value"], hot["note"]["en"]) == (None, "no 4 weeks to compare with")
    assert files.build(ORDER).payload["tables"]["hot"]["rows"] == []
    for dataset in SECRET:
        ago = files.ago(days=36)
        files.feed(dataset, records=[record(f"{dataset}-old", ago, status="closed", area="00004")])
    (unit,) = files.build(ORDER).payload["tables"]["hot"]["rows"]
    assert (unit["name"]["vi"], unit["week"], unit["usual"]) == ("Phường Hoàn Kiếm", 3, 0.0)
    assert set(unit) <= {"name", "area", "week", "usual", "source"}


def test_r45_a_usual_day_is_of_four_weeks_or_of_none(files: Table, record: MakeRecord) -> None:
    assert "previous" not in files.numbers(ORDER)["incidents"]
    old = record("V-old", files.ago(days=30), status="closed")
    files.feed("security.incidents", records=[old])
    assert files.numbers(ORDER)["incidents"]["previous"] == 0.1  # three of 28 days
    assert "previous" not in files.numbers(ORDER)["fires"]


def with_week(city: City, least: float) -> City:
    limits = dict(city.limits[ORDER])
    limits["week"] = replace(limits["week"], caution=least)
    return replace(city, limits={**city.limits, ORDER: limits})


def test_r45_a_city_that_is_told_of_accidents_alone_has_those(table: Table) -> None:
    table.now = THEN
    accidents = table.city.datasets["security.accidents"]
    table.city = replace(table.city, datasets={accidents.id: accidents})
    assert aggregates()[ORDER].is_for(table.city)
    assert not aggregates()[URBAN].is_for(table.city)
    table.feed_files(accidents.id)
    envelope = table.build(ORDER)
    numbers = envelope.payload["numbers"]
    assert (numbers["accidents"]["value"], numbers["dead"]["value"]) == (1, 1)
    assert (numbers["fires"]["value"], numbers["fires"]["note"]["en"]) == (None, "no source")
    assert "security.incidents" not in set(words(envelope.payload))
    assert table.numbers(EVENTS)["active"]["value"] == 1


def test_r45_accidents_count_the_dead_and_the_injured(files: Table) -> None:
    numbers = files.numbers(ORDER)
    assert (numbers["dead"]["value"], numbers["dead"]["status"]) == (1, "caution")
    assert numbers["injured"]["value"] == 3


def test_r45_of_accidents_that_say_nothing_of_people_nobody_knows_how_many(
    table: Table, record: MakeRecord
) -> None:
    table.feed("security.accidents", records=[record("T-9", table.ago(hours=5), body={})])
    numbers = table.numbers(ORDER)
    assert numbers["accidents"]["value"] == 1
    assert (numbers["dead"]["value"], numbers["injured"]["value"]) == (None, None)


def test_r45_a_released_aggregate_can_read_nothing_else(files: Table) -> None:
    now_us = int(THEN.timestamp() * 1_000_000)
    with files.reader.snapshot() as snapshot:
        seen = Released(snapshot, files.city, now_us)
        for life in seen.lives("security.accidents", bodies=True):
            assert (life.base_id, life.geometry, life.source_ref) == ("", None, "")
            assert set(life.body) <= {"dead", "injured"}
            assert life.opened_us % 3_600_000_000 == 0
        with pytest.raises(LookupError, match="not released"):
            seen.places("security.accidents")
        with pytest.raises(LookupError, match="not released"):
            seen.newest("environment.air", "pm25")
        with pytest.raises(LookupError, match="nothing of transport"):
            seen.lives("transport.situations")


def test_r45_whatever_is_made_of_police_records_is_released_or_theirs(table: Table) -> None:
    for aggregate in aggregates().values():
        if set(aggregate.datasets) & set(SECRET):
            assert aggregate.released or table.build(aggregate.name).classification == POLICE


def test_r45_without_limits_nothing_is_a_hot_spot(files: Table) -> None:
    files.without_limits()
    for aggregate in (ORDER, EVENTS):
        hot = files.numbers(aggregate)["hot"]
        assert (hot["value"], hot["note"]["en"]) == (None, "no threshold set")


# --------------------------------------------------------------- the five bottlenecks


def test_urban_order_is_counted_from_its_own_register(table: Table, record: MakeRecord) -> None:
    table.now = THEN
    table.feed_files(URBAN)
    table.feed(
        REQUESTS,
        records=[record("r1", table.ago(hours=1), body={"category": "sidewalk"})],
    )
    figure = table.numbers(BOTTLENECKS)["urban_order"]
    assert (figure["value"], figure["owner"]) == (2, "xay-dung")
    assert figure["note"]["en"] == "violations not settled · 1 open requests"
    rows = table.reader.source_rows(**figure["source"])
    assert {row["entity"] for row in rows} == {"B-1", "B-2"}
    numbers = table.numbers(URBAN)
    assert (numbers["late"]["value"], numbers["settled_share"]["value"]) == (1, 50.0)
    assert numbers["found"]["value"] == 1


def test_a_city_that_names_no_such_requests_counts_none(table: Table, record: MakeRecord) -> None:
    unsaid = replace(table.city.bottleneck_requests, flooding=(), urban_order=())
    table.city = replace(table.city, bottleneck_requests=unsaid)
    table.feed(REQUESTS, records=[record("r1", table.ago(hours=1), body={"category": "drainage"})])
    rain = [("rain_mm", "g", "00070", table.ago(days=1), 12.0)]
    table.feed("environment.rain", rain)
    numbers = table.numbers(BOTTLENECKS)
    assert numbers["urban_order"]["value"] is None
    assert numbers["flooding"]["note"]["en"] == "heaviest rain of the day"


def test_food_safety_says_of_how_many_inspections_it_is(table: Table) -> None:
    day = table.ago(days=2)
    table.feed(
        FOOD,
        [("inspections", "a", "00070", day, 40.0), ("violations", "a", "00070", day, 8.0)],
    )
    figure = table.numbers(BOTTLENECKS)["food_safety"]
    assert (figure["value"], figure["owner"]) == (20.0, "y-te")
    assert figure["note"]["en"] == "violations of 40 inspections · 7 days"


def test_behind_a_category_of_requests_stand_its_own_rows(table: Table, record: MakeRecord) -> None:
    kinds = ("sidewalk", "waste", "waste", "strange", "other")
    table.feed(
        REQUESTS,
        records=[
            record(f"r{n}", table.ago(hours=n + 1), body={"category": kind})
            for n, kind in enumerate(kinds)
        ],
    )
    for row in table.build(REQUESTS).payload["tables"]["categories"]["rows"]:
        found = table.reader.source_rows(**row["source"])
        assert len(found) == row["open"] + row["closed"], row["category"]
