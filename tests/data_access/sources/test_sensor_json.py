"""Sensors' JSON: by paths and topic levels, times as sensors write them; the rest is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from data_access.city import City
from data_access.contracts import SourceSpec
from data_access.errors import CityError, SourceWrongFormat
from data_access.messages import Message, messages_in
from data_access.model import Batch
from data_access.sources import registry, sensor_json
from data_access.sources.json_path import inside
from tests.data_access.sources.conftest import joined, reasons, values

CAME_US = 1_795_000_000_000_000  # 2026-11-18 18:06:40 in Hanoi
TOPIC = "hn/{area}/air/{entity}"
VALUES = {"pm25": "data.pm25", "temperature": "readings.0.value"}
Read = Callable[..., Batch]


@pytest.fixture
def read(city: City, tmp_path: Path) -> Read:
    """Read bytes, or messages by (topic, what it says), as the air dataset."""

    def of(content: Any, **options: Any) -> Batch:
        spec = SourceSpec(format="sensor-json", paths=("*",), options=options)
        contract = replace(city.datasets["environment.air"], source=spec)
        path = tmp_path / "f.json"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            said = ((t, b if isinstance(b, bytes) else json.dumps(b).encode()) for t, b in content)
            lines = (Message(t, CAME_US, b, mid).line() for mid, (t, b) in enumerate(said, 1))
            path.write_bytes(b"".join(lines))
        return joined(list(registry.read([path], contract=contract, city=city)))

    return of


def test_topic_levels_say_where_and_who_and_paths_say_what(read: Read, city: City) -> None:
    unit = next(iter(city.areas))
    said = {"data": {"pm25": 31.5}, "readings": [{"value": "22.5"}], "ts": "2026-11-22T10:00:00Z"}
    batch = read([(f"hn/{unit.code}/air/st-1", said)], topic=TOPIC, time="ts", values=VALUES)
    assert values(batch, indicator="pm25", area=unit.code) == {"2026-11-22 17:00": 31.5}
    assert values(batch, indicator="temperature", entity="st-1") == {"2026-11-22 17:00": 22.5}
    assert batch.observations is not None
    assert set(batch.observations["source_ref"]) == {f"hn/{unit.code}/air/st-1"}
    assert [(each.entity, each.area) for each in batch.entities] == [("st-1", unit.code)]


@pytest.mark.parametrize(
    ("written", "local"),
    [
        (1_795_000_000, "2026-11-18 18:06"),
        (1_795_000_000.5, "2026-11-18 18:06"),
        (1_795_000_000_000, "2026-11-18 18:06"),
        (1_795_000_000_000_000, "2026-11-18 18:06"),
        ("2026-11-18T18:06:40+07:00", "2026-11-18 18:06"),
        ("2026-11-18 18:06:40", "2026-11-18 18:06"),
    ],
)
def test_times_are_read_as_sensors_write_them(read: Read, written: Any, local: str) -> None:
    said = {"id": "a", "t": written, "v": 1}
    batch = read(json.dumps(said).encode(), entity="id", time="t", values={"pm25": "v"})
    assert values(batch) == {local: 1.0}


def test_what_says_no_time_counts_from_when_it_came(read: Read) -> None:
    batch = read([("x", {"id": "a", "v": 1})], entity="id", values={"pm25": "v"})
    assert values(batch) == {"2026-11-18 18:06": 1.0}


def test_a_level_names_the_indicator_of_a_bare_number(read: Read) -> None:
    options = {"topic": "s/{entity}/{indicator}", "value": "", "indicators": {"T": "temperature"}}
    batch = read([("s/a/pm25", b"12.5"), ("s/a/T", 20), ("s/a/pm10", [1])], **options)
    assert values(batch, indicator="pm25") == {"2026-11-18 18:06": 12.5}
    assert values(batch, indicator="temperature") == {"2026-11-18 18:06": 20.0}
    assert list(reasons(batch).values()) == ["notANumber"]


def test_a_message_may_hold_many_readings(read: Read) -> None:
    said = [{"id": "a", "v": 1}, {"id": "b", "v": 2}]
    batch = read([("x", said)], entity="id", values={"pm25": "v"})
    assert [each.entity for each in batch.entities] == ["a", "b"]


def test_readings_may_stand_in_an_answer_that_says_more(read: Read) -> None:
    def observed(name: str, number: float, at: str) -> dict[str, Any]:
        return {"@iot.id": 1, "result": number, "phenomenonTime": at, "Thing": {"@iot.id": name}}

    at = "2026-11-22T10:00:00Z/2026-11-22T11:00:00Z"
    pages = [
        {"value": [observed("a", 31, at), observed("b", 7, at)], "@iot.nextLink": "/x"},
        {"value": []},
        {"error": "gone"},
    ]
    content = "\n".join(map(json.dumps, pages)).encode()
    options = {"items": "value", "entity": "Thing.@iot.id", "time": "phenomenonTime"}
    batch = read(content, values={"pm25": "result"}, **options)
    assert values(batch, entity="a") == {"2026-11-22 17:00": 31}
    assert values(batch, entity="b") == {"2026-11-22 17:00": 7}
    assert reasons(batch) == {"f.json:3": "badRow"}


def test_an_answer_of_nothing_new_is_no_fault(read: Read) -> None:
    batch = read(b"[]", entity="id", values={"pm25": "v"})
    assert not batch.rejected
    batch = read(b'{"value": []}', items="value", entity="id", values={"pm25": "v"})
    assert not batch.rejected


def test_words_for_areas_are_mapped_and_positions_are_placed(read: Read, city: City) -> None:
    unit = next(iter(city.areas))
    options = {"topic": TOPIC, "values": {"pm25": "v"}, "areas": {"q1": unit.code}}
    batch = read([("hn/q1/air/a", {"v": 1}), ("hn/Atlantis/air/b", {"v": 1})], **options)
    assert batch.observations is not None
    assert list(batch.observations["area"]) == [unit.code, "Atlantis"]
    said = [{"id": "a", "v": 1, "y": unit.lat, "x": unit.lon}, {"id": "b", "v": 1, "y": 99, "x": 0}]
    options = {"entity": "id", "values": {"pm25": "v"}, "lat": "y", "lon": "x"}
    batch = read(json.dumps(said).encode(), **options)
    assert batch.observations is not None
    assert list(batch.observations["area"]) == [unit.code, None]


def test_what_is_wrong_is_refused_alone_and_what_is_absent_is_not_said(read: Read) -> None:
    options = {"topic": "s/{entity}", "time": "t", "values": {"pm25": "v", "pm10": "w"}}
    said = [
        ("s/a", {"t": 1_795_000_000, "v": 1, "w": None}),
        ("s/a", {"t": "soon", "v": 1}),
        ("s/a", {"t": 1e300, "v": 1}),
        ("s/a", {"t": 1_795_000_000, "v": "much"}),
        ("s/a", {"t": 1_795_000_000, "v": True}),
        ("s/a", b"\xff\xfe"),
        ("s/a", b"{"),
        ("other/a/b", {"v": 1}),
        ("s/", {"t": 1_795_000_000, "v": 1}),
        ("s/a", "text"),
    ]
    batch = read(said, **options)
    assert batch.observations is not None
    assert len(batch.observations) == 1
    assert sorted(each.reason for each in batch.rejected) == sorted(
        ["badTime"] * 3 + ["notANumber"] * 2 + ["badRow"] * 3 + ["emptyKey"]
    )


def test_files_of_lines_are_read_and_a_bad_line_costs_itself(read: Read) -> None:
    content = b'{"id":"a","v":1}\n\n{"id":\n{"id":"b","v":2}\n'
    batch = read(content, entity="id", values={"pm25": "v"})
    assert [each.entity for each in batch.entities] == ["a", "b"]
    assert reasons(batch) == {"f.json:3": "badLine"}
    with pytest.raises(SourceWrongFormat, match="2 lines that are no JSON"):
        read(b"hello\nworld\n", entity="id", values={"pm25": "v"})


def test_a_message_may_hold_what_ends_lines_elsewhere_and_costs_no_other(read: Read) -> None:
    said = [("s/a", '{"v": 1, "note": "x\u2028y\x85z"}'.encode()), ("s/b", {"v": 2})]
    batch = read(said, topic="s/{entity}", values={"pm25": "v"})
    assert [each.entity for each in batch.entities] == ["a", "b"]
    assert not batch.rejected


def test_messages_come_back_from_their_lines_as_they_went_in() -> None:
    said = [Message("a/ạ", 1, b"\xff\x00", 7), Message("b", 2, '{"x":"ộ"}\n'.encode())]
    assert list(messages_in(b"".join(each.line() for each in said))) == said


@pytest.mark.parametrize(
    "options",
    [
        {"values": {"pm25": "v"}},
        {"entity": "id"},
        {"entity": "id", "value": "v"},
        {"entity": "id", "values": {"pm25": "v"}, "value": "v"},
        {"topic": "s/{place}/{entity}", "values": {"pm25": "v"}},
    ],
)
def test_options_that_do_not_say_enough_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        sensor_json.Options.model_validate(options)


# ---------------------------------------------------------------- networks of other cities

# As Sensor.Community says it: numbers as text, of a list that names what each is; UTC without "Z".
COMMUNITY = [
    {
        "id": 18289642104,
        "sampling_rate": None,
        "timestamp": "2023-12-08 15:22:32",
        "location": {
            "id": 590, "latitude": "21.030", "longitude": "105.852", "altitude": "390.3",
            "country": "DE", "exact_location": 0, "indoor": 0,
        },
        "sensor": {"id": 253, "pin": "1", "sensor_type": {"id": 14, "name": "SDS011"}},
        "sensordatavalues": [
            {"id": 41443085259, "value": "7.31", "value_type": "P1"},
            {"id": 41443085264, "value": "6.92", "value_type": "P2"},
        ],
    },
    {
        "timestamp": "2023-12-08 15:22:33",
        "location": {"latitude": "21.031", "longitude": "105.853"},
        "sensor": {"id": 254},
        "sensordatavalues": [{"value": "40.80", "value_type": "humidity"}],
    },
]  # fmt: skip

# As openSenseMap says it: a box with its sensors, those that are silent null, lon before lat.
BOXES = [
    {
        "_id": "5e6073fe57703e001bb99453",
        "name": "Vtuzgorodok",
        "currentLocation": {"coordinates": [105.852, 21.030, 51], "type": "Point"},
        "sensors": [
            {
                "title": "PM2.5", "unit": "µg/m³", "sensorType": "SDS 011",
                "lastMeasurement": {"value": "0.90", "createdAt": "2020-10-17T10:49:51.627Z"},
            },
            {
                "title": "Temperatur", "unit": "°F",
                "lastMeasurement": {"value": "68", "createdAt": "2020-10-17T10:49:51.627Z"},
            },
            {"title": "Beleuchtungsstärke", "unit": "lx", "lastMeasurement": None},
        ],
    }
]  # fmt: skip


def test_a_list_that_names_its_values_is_read_by_their_names(read: Read) -> None:
    batch = read(
        json.dumps(COMMUNITY).encode(),
        entity="sensor.id",
        time="timestamp",
        timezone="UTC",
        lat="location.latitude",
        lon="location.longitude",
        values={
            "pm10": "sensordatavalues[value_type=P1].value",
            "pm25": "sensordatavalues[value_type=P2].value",
            "humidity": "sensordatavalues[value_type=humidity].value",
        },
    )
    at = "2023-12-08 22:22"
    assert values(batch, indicator="pm25") == {at: 6.92}
    assert values(batch, indicator="pm10", entity="253") == {at: 7.31}
    assert values(batch, indicator="humidity", entity="254") == {at: 40.8}
    assert batch.rejected == []
    assert all(each.area is not None for each in batch.entities)


def test_a_name_with_dots_is_found_and_other_units_are_turned(read: Read) -> None:
    last = "lastMeasurement"
    batch = read(
        json.dumps(BOXES).encode(),
        entity="_id",
        name="name",
        time=f"sensors[title=PM2.5].{last}.createdAt",
        lat="currentLocation.coordinates.1",
        lon="currentLocation.coordinates.0",
        values={
            "pm25": f"sensors[title=PM2.5].{last}.value",
            "temperature": f"sensors[title=Temperatur].{last}.value",
            "humidity": f"sensors[title=Beleuchtungsstärke].{last}.value",
        },
        in_units={"temperature": "°F"},
    )
    assert values(batch, indicator="pm25") == {"2020-10-17 17:49": 0.9}
    assert values(batch, indicator="temperature") == {"2020-10-17 17:49": 20}
    assert values(batch, indicator="humidity") == {}  # it is silent


def test_units_nobody_can_turn_are_refused_before_anything_is_read(city: City) -> None:
    for given, why in (
        ({"pm25": "furlong"}, "'furlong' cannot be turned into 'µg/m³'"),
        ({"pm": "µg/m³"}, "pm is no indicator"),
    ):
        options = {"entity": "id", "values": {"pm25": "a"}, "in_units": given}
        spec = SourceSpec(format="sensor-json", paths=("*",), options=options)
        contract = replace(city.datasets["environment.air"], source=spec)
        with pytest.raises(CityError, match=re.escape(why)):
            registry.verify(replace(city, datasets={contract.id: contract}))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a[k=x].v", 1),
        ("a[k=y.z].v", 2),
        ("a[n.m=3].v", 3),
        ("[k=x].v", None),
        ("a[k=none].v", None),
        ("a[k=x", None),
        ("b[k=x].v", None),
        ("a[k=x].v.w", None),
        ("odd[k].v", 4),
    ],
)
def test_the_one_of_a_list_is_chosen_by_what_it_says(path: str, found: int | None) -> None:
    tree = {
        "a": [None, 5, {"k": "x", "v": 1}, {"k": "y.z", "v": 2}, {"n": {"m": 3}, "v": 3}],
        "b": {"k": "x"},
        "odd[k]": {"v": 4},
    }
    assert inside(tree, path) == found
