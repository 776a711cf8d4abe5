"""Hearing a real broker: acknowledged only when kept, heard once, back after every outage."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from data_access.errors import SpoolFull
from data_access.intake import mqtt
from data_access.intake.health import Health, HealthBook
from data_access.intake.mqtt import Listener
from data_access.intake.spool import Spool
from data_access.intake.ways import MqttWay
from data_access.messages import Message, messages_in
from tests.certificates import make_certificates
from tests.mosquitto import Mosquitto, Sensor, mosquitto

LONGEST_S = 30.0


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path_factory.mktemp("mosquitto")) as started:
        yield started


class Ear:
    """A spool with one listener, which may be ended and begun again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "spool.sqlite"
        self._open()

    def _open(self) -> None:
        self.spool, self.health = Spool(self._path), HealthBook(time.time)
        self.spool.begin("a", 0)
        self.health.add("a", "mqtt", "")
        self.listener: Listener | None = None

    def hear(self, broker: str, *, secret: str | None = None, **way: Any) -> None:
        spec = MqttWay(broker=broker, **{"topics": ("s/#",), **way})
        self.listener = Listener("a", spec, self.spool, self.health, secret)
        self.listener.start()
        self.until(lambda: self.of.last_success_us or self.of.failures)

    @property
    def of(self) -> Health:
        return self.health.of("a", "mqtt")

    def all(self) -> list[Message]:
        return [m for each in self.spool.recent("a", "mqtt") for m in messages_in(each.body)]

    def heard(self) -> list[str]:
        return [message.body.decode() for message in self.all()]

    def until(self, holds: Callable[[], Any]) -> None:
        give_up_s, pause = time.monotonic() + LONGEST_S, threading.Event()
        while not holds():
            assert time.monotonic() < give_up_s, (self.of, self.heard()[:20])
            pause.wait(0.02)

    def restart(self) -> None:
        self.close()
        self._open()

    def close(self) -> None:
        if self.listener is not None:
            self.listener.close()
        self.spool.close()


@pytest.fixture
def ear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    monkeypatch.setattr(mqtt, "AGAIN_S", 0.05)
    monkeypatch.setattr(mqtt, "back_off_s", lambda _: 0.05)
    made = Ear(tmp_path)
    yield made
    made.close()


@pytest.fixture
def sensor(broker: Mosquitto) -> Iterator[Sensor]:
    opened = Sensor(broker.port)
    yield opened
    opened.close()


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_is_published_is_kept_with_its_topic_and_arrival(
    broker: Mosquitto, ear: Ear, sensor: Sensor, protocol: str
) -> None:
    ear.hear(broker.url, protocol=protocol)
    before_us = time.time() * 1e6
    for number in range(50):
        sensor.say(f"s/{number % 3}", str(number))
    ear.until(lambda: len(ear.heard()) == 50)
    assert ear.heard() == [str(number) for number in range(50)]
    assert {message.topic for message in ear.all()} == {"s/0", "s/1", "s/2"}
    assert all(before_us <= message.received_us <= time.time() * 1e6 for message in ear.all())
    assert ear.of.payloads == 50


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_the_broker_keeps_what_comes_while_we_are_away(
    broker: Mosquitto, ear: Ear, sensor: Sensor, protocol: str
) -> None:
    ear.hear(broker.url, protocol=protocol)
    ear.restart()
    for number in range(2000):  # more than the thousand a broker keeps by default
        told = sensor.say("s/x", str(number))
    told.wait_for_publish(LONGEST_S)
    ear.hear(broker.url, protocol=protocol)
    ear.until(lambda: len(ear.heard()) == 2000)
    assert ear.heard() == [str(number) for number in range(2000)]


def test_after_the_broker_was_away_we_are_back_and_nothing_is_lost(
    tmp_path: Path, ear: Ear
) -> None:
    with mosquitto(tmp_path) as broker:
        ear.hear(broker.url)
        broker.stop()
        ear.until(lambda: ear.of.failures >= 2)
        assert ear.health.error("a") is not None
        broker.start()
        sensor = Sensor(broker.port)
        sensor.say("s/x", "1")
        ear.until(lambda: ear.heard() == ["1"])
        assert ear.health.error("a") is None
        sensor.close()


def test_what_was_not_acknowledged_is_sent_again_and_not_kept_twice(
    broker: Mosquitto, ear: Ear, sensor: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acknowledgements are lost: the connection ends after the spool has it."""
    monkeypatch.setattr(paho.Client, "ack", lambda *_: None)
    ear.hear(broker.url)
    for number in range(20):
        sensor.say("s/x", str(number))
    ear.until(lambda: len(ear.heard()) == 20)
    monkeypatch.undo()
    acknowledged: list[int] = []
    ack = paho.Client.ack

    def counting(self: paho.Client, mid: int, qos: int) -> Any:
        acknowledged.append(mid)
        return ack(self, mid, qos)

    monkeypatch.setattr(paho.Client, "ack", counting)
    ear.restart()  # what was heard is known from the file alone
    ear.hear(broker.url)
    ear.until(lambda: len(acknowledged) == 20)
    sensor.say("s/x", "20")
    ear.until(lambda: len(ear.heard()) == 21)
    assert ear.heard() == [str(number) for number in range(21)]


def test_a_full_spool_acknowledges_nothing_until_there_is_room(
    broker: Mosquitto, ear: Ear, sensor: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = 0

    def full(*_: Any, **__: Any) -> Any:
        nonlocal refused
        refused += 1
        raise SpoolFull("the store is behind")

    ear.hear(broker.url)
    put = ear.spool.put
    monkeypatch.setattr(ear.spool, "put", full)
    for number in range(10):
        sensor.say("s/x", str(number))
    ear.until(lambda: refused > 2)
    monkeypatch.setattr(ear.spool, "put", put)
    ear.until(lambda: len(ear.heard()) == 10)
    assert ear.heard() == [str(number) for number in range(10)]


def test_retained_messages_come_once_and_not_with_every_connection(
    broker: Mosquitto, ear: Ear, sensor: Sensor
) -> None:
    sensor.say("s/kept", "old", retain=True).wait_for_publish(LONGEST_S)
    ear.hear(broker.url)
    ear.until(lambda: ear.heard() == ["old"])
    ear.restart()
    ear.hear(broker.url)
    sensor.say("s/x", "new")
    ear.until(lambda: ear.heard() == ["old", "new"])
    sensor.say("s/kept", b"", retain=True).wait_for_publish(LONGEST_S)


def test_topics_that_are_no_longer_wanted_are_left(
    broker: Mosquitto, ear: Ear, sensor: Sensor
) -> None:
    ear.hear(broker.url, topics=("s/a", "s/b"))
    ear.restart()
    ear.hear(broker.url, topics=("s/b",))
    sensor.say("s/a", "1").wait_for_publish(LONGEST_S)
    sensor.say("s/b", "2")
    ear.until(lambda: "2" in ear.heard())
    assert ear.heard() == ["2"]


def test_bytes_that_are_no_text_are_kept_as_they_are(
    broker: Mosquitto, ear: Ear, sensor: Sensor
) -> None:
    ear.hear(broker.url)
    sensor.say("s/x", b"\xff\x00\n")
    ear.until(lambda: len(ear.all()) == 1)
    assert ear.all()[0].body == b"\xff\x00\n"


def test_a_broker_that_refuses_us_is_said_without_the_secret(tmp_path: Path, ear: Ear) -> None:
    with mosquitto(tmp_path, "allow_anonymous false") as broker:
        ear.hear(broker.url, user="feed", secret="hunter2")
        assert ear.of.error == "the broker refuses us: Not authorized"


def test_a_topic_that_is_refused_is_said(broker: Mosquitto, ear: Ear) -> None:
    """Mosquitto takes every subscription and keeps silent; other brokers answer so."""
    ear.hear(broker.url)
    assert ear.listener is not None
    refusal = ReasonCode(PacketTypes.SUBACK, identifier=0x87)
    ear.listener._on_subscribe(paho.Client(CallbackAPIVersion.VERSION2), None, 1, [refusal], None)
    assert ear.of.error == "the broker refuses a topic: Not authorized"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_is_spoken_and_an_unknown_authority_refused(tmp_path: Path, ear: Ear) -> None:
    """Where the handshake fails, paho leaves its socket to the garbage collector."""
    made = make_certificates(tmp_path)
    secure = (f"certfile {made.certificate}", f"keyfile {made.key}")
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto(tmp_path, *secure))
        url = broker.url.replace("mqtt:", "mqtts:")
        ear.hear(url)
        assert "cannot connect" in ear.of.error
        ear.restart()
        ear.hear(url, ca=str(made.authority))
        assert ear.of.error == ""
