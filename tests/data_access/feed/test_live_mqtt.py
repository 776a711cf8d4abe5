"""From a sensor over a real broker to the store: nothing acknowledged is lost, nothing doubled."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data_access.city import City, load_city
from data_access.contracts import SourceSpec
from data_access.intake.ways import MqttWay
from settings import load_settings
from tests.conftest import ROOT
from tests.data_access.feed.conftest import free_port, live_city
from tests.data_access.feed.live_room import LiveRoom
from tests.mosquitto import Mosquitto, Sensor, mosquitto

AIR = "environment.air"
OPTIONS = {"topic": "hn/{area}/air/{entity}", "values": {"pm25": "pm25"}}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path) as started:
        yield started


@pytest.fixture
def sensor(broker: Mosquitto) -> Iterator[Sensor]:
    opened = Sensor(broker.port)
    yield opened
    opened.close()


def test_a_message_is_in_an_envelope(
    open_source: Callable[..., LiveRoom], city: City, broker: Mosquitto, sensor: Sensor
) -> None:
    unit = next(iter(city.areas))
    way = MqttWay(broker=broker.url, topics=("hn/+/air/+",))
    room = open_source(AIR, SourceSpec(format="sensor-json", options=OPTIONS, mqtt=way))
    room.until(lambda: room.health(AIR, "mqtt").last_success_us)
    sensor.say(f"hn/{unit.code}/air/st-1", '{"pm25": 41}')
    sensor.say(f"hn/{unit.code}/air/st-2", '{"pm25": -5}')
    room.until(lambda: room.accepted(AIR) == (1, {"outOfRange": 1}))
    assert room.number(AIR, "pm25_median") == 41
    (row,) = room.store().source_rows(AIR, indicator="pm25")
    assert row["source_ref"] == f"hn/{unit.code}/air/st-1"
    assert [each.entity for each in room.feed._channels[AIR].entities] == ["st-1", "st-2"]


def test_killed_again_and_again_it_has_every_message_once(
    tmp_path: Path, city: City, broker: Mosquitto, sensor: Sensor
) -> None:
    """Messages say no time, so one that is taken in twice would be two rows."""
    source = f"""
        format = "sensor-json"
        options = {{ topic = "hn/{{area}}/air/{{entity}}", values = {{ pm25 = "pm25" }} }}
        mqtt = {{ broker = "{broker.url}", topics = ["hn/#"] }}
    """
    folders = live_city(tmp_path / "city", AIR, source), tmp_path / "lake", tmp_path / "data"
    folders[1].mkdir()  # nothing in it, and nothing is simulated
    names = ("IOC_CITY", "IOC_LAKE", "IOC_DATA_DIR")
    named = dict(zip(names, map(str, folders), strict=True))
    settings = load_settings({**named, "IOC_FEED_PORT": str(free_port())}, env_file=None)
    room = LiveRoom(settings, load_city(folders[0]))
    room.until(lambda: room.health(AIR, "mqtt").last_success_us)
    room.close()
    unit, many = next(iter(city.areas)).code, 1500
    for number in range(many):
        sensor.say(f"hn/{unit}/air/st-{number % 50}", f'{{"pm25": {number % 400}}}')
    for at in (1, 400):
        dying = [sys.executable, "-m", "tests.data_access.feed.killed_live"]
        done = subprocess.run(
            [*dying, *map(str, folders), str(settings.feed_port), str(at)],
            cwd=ROOT,
            check=False,
            timeout=60,
        )
        assert done.returncode == -9
    room.until(lambda: room.stored(AIR)[0] >= many)
    for _ in range(3):
        room.tick()
    assert room.stored(AIR) == (many, 0, 0)
    assert room.accepted(AIR) == (many, {})
    room.close()
