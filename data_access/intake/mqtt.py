"""Hearing a broker: what came is acknowledged when the spool has it, and heard once.

A thread connects, listens, and connects again; all that is done with a connection, it does. While
payloads are on their way to the disk more may come; those go together in the next transaction, so
that the disk sets the pace and the broker, which sends only so many unacknowledged, follows it.
After a lost acknowledgement the broker sends a message again, with the same number: what the spool
has had lately is acknowledged and not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import secrets
import selectors
import socket
import ssl
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from data_access.durations import duration_s
from data_access.errors import DataError
from data_access.intake.health import HealthBook, back_off_s
from data_access.intake.spool import Arrival, Spool
from data_access.intake.ways import MqttWay
from data_access.messages import Message, messages_in
from language import Told, told

log = logging.getLogger(__name__)

CONNECT_S = 10.0
MISC_S = 1.0  # at least so often paho looks after its keep-alive
AGAIN_S = 1.0  # until a full spool is tried again
UNDER_WAY = 1_000  # unacknowledged messages a broker may send (MQTT 5)
REMEMBERED = 100_000  # messages known again when they are sent again
KIND = "mqtt"
_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message that waits for the spool; `qos` says whether the broker waits, too."""

    message: Message
    qos: int


class Listener:
    """One dataset's connection to its broker. `start`, then `close`."""

    def __init__(
        self, dataset: str, way: MqttWay, spool: Spool, health: HealthBook, secret: str | None
    ) -> None:
        self._dataset, self._way, self._secret = dataset, way, secret
        self._spool, self._health = spool, health
        self._ends = threading.Event()
        self._changed = threading.Condition()
        self._waiting: list[_Heard] = []
        self._last_us = 0
        self._is_writing = False
        self._heard: OrderedDict[bytes, None] = OrderedDict()
        self._state = spool.state(dataset, KIND)
        self._state.setdefault("client", f"ioc-{dataset}-{secrets.token_hex(4)}")
        self._kept: SimpleQueue[tuple[paho.Client, list[_Heard]]] = SimpleQueue()
        self._client: paho.Client | None = None
        self._woken, self._wakes = socket.socketpair()
        for end in (self._woken, self._wakes):
            end.setblocking(False)
        self._thread = threading.Thread(target=self._keep, name=f"mqtt {dataset}", daemon=True)

    def start(self) -> None:
        """Begin to connect and hear."""
        for arrival in self._spool.recent(self._dataset, KIND):
            for message in messages_in(arrival.body):
                self._remember(_digest(message))
        self._thread.start()

    def close(self) -> None:
        """End the connection; the broker keeps what is not acknowledged."""
        self._ends.set()
        self._wake()
        self._thread.join(CONNECT_S)
        self._woken.close()
        self._wakes.close()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # it is awake already, or has ended
            self._wakes.send(b".")

    def _keep(self) -> None:
        """Connect, hear until the connection ends, and again, for ever."""
        while not self._ends.is_set():
            self._health.tries(self._dataset, KIND)
            self._client = client = self._made()
            try:
                self._connect(client)
            except Exception as error:  # noqa: BLE001  whatever a broker does, it is tried again
                why = getattr(error, "strerror", None) or type(error).__name__
                self._fail(
                    told("cannot connect to {place} ({why})", place=self._way.broker, why=why)
                )
            else:
                self._listen(client)
            self._settle()
            self._ends.wait(back_off_s(max(1, self._health.of(self._dataset, KIND).failures)))

    def _listen(self, client: paho.Client) -> None:
        """Move bytes until the connection ends. (Paho's own loop cannot, past 1024 open files.)"""
        link: Any = client.socket()
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            selector.register(link, selectors.EVENT_READ)
            while client.socket() is not None and not self._ends.is_set():
                writes = selectors.EVENT_WRITE if client.want_write() else 0
                selector.modify(link, selectors.EVENT_READ | writes)
                for key, events in selector.select(MISC_S):
                    if key.fileobj is self._woken:
                        self._woken.recv(4096)
                    elif events & selectors.EVENT_READ:
                        self._read(client)
                    if client.socket() is not None and client.want_write():
                        client.loop_write()
                self._acknowledge(client)
                client.loop_misc()
        client.disconnect()
        client.loop_write()

    def _read(self, client: paho.Client) -> None:
        client.loop_read()
        while isinstance(link := client.socket(), ssl.SSLSocket) and link.pending():
            client.loop_read()  # what TLS has taken from the socket already

    def _acknowledge(self, client: paho.Client) -> None:
        """Acknowledge what the spool has; numbers mean nothing in another connection."""
        while not self._kept.empty():
            of, batch = self._kept.get()
            if of is client:
                for each in batch:
                    client.ack(each.message.mid, each.qos)

    def _settle(self) -> None:
        """Wait for what is being written; forget what waits, since the broker sends it again."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_writing or self._ends.is_set())
            self._waiting = [each for each in self._waiting if each.qos == 0]

    def _made(self) -> paho.Client:
        """Return a client for one connection: numbers mean nothing in another one."""
        is_five = self._way.protocol == "5"
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._state["client"],
            clean_session=None if is_five else False,
            protocol=paho.MQTTv5 if is_five else paho.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = CONNECT_S
        if self._way.user is not None:
            client.username_pw_set(self._way.user, self._secret)
        if self._way.broker.startswith("mqtts:"):
            client.tls_set(ca_certs=self._way.ca)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        return client

    def _connect(self, client: paho.Client) -> None:
        parts = urlsplit(self._way.broker)
        more: dict[str, Any] = {}
        if self._way.protocol == "5":
            more = {"clean_start": False, "properties": _wishes(self._way)}
        client.connect(
            str(parts.hostname),
            parts.port or _PORTS[parts.scheme],
            keepalive=round(duration_s(self._way.keep_alive)),
            **more,
        )

    def _on_connect(
        self, client: paho.Client, _data: Any, flags: paho.ConnectFlags, reason: ReasonCode, _: Any
    ) -> None:
        if reason.is_failure:
            self._fail(told("the broker refuses us: {reason}", reason=reason))
            return
        before = self._state.get("topics", []) if flags.session_present else []
        wanted = list(self._way.topics)
        if gone := [topic for topic in before if topic not in wanted]:
            client.unsubscribe(gone)
        if new := [topic for topic in wanted if topic not in before]:
            client.subscribe([self._filter(topic) for topic in new])
        else:
            self._hears_all()

    def _hears_all(self) -> None:
        """Note that the broker has all our topics: what is said from now on reaches us."""
        self._health.came(self._dataset, KIND)
        self._state["topics"] = list(self._way.topics)
        self._spool.put(self._dataset, KIND, (), state=dict(self._state))

    def _filter(self, topic: str) -> Any:
        if self._way.protocol == "5":
            return topic, SubscribeOptions(qos=self._way.qos)
        return topic, self._way.qos

    def _on_subscribe(
        self, client: paho.Client, _data: Any, _mid: int, reasons: list[ReasonCode], _: Any
    ) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            self._state["topics"] = []
            self._fail(told("the broker refuses a topic: {reason}", reason=refused[0]))
        else:
            self._hears_all()

    def _on_disconnect(
        self, _client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _: Any
    ) -> None:
        is_known = self._health.of(self._dataset, KIND).failures > 0
        if not is_known and not self._ends.is_set():
            self._fail(told("the connection ended: {reason}", reason=reason))

    def _on_message(self, client: paho.Client, _data: Any, said: paho.MQTTMessage) -> None:
        # No two came at one instant: it is the time of those that say none.
        self._last_us = max(int(self._health.clock() * 1_000_000), self._last_us + 1)
        message = Message(_topic_of(said), self._last_us, bytes(said.payload), said.mid)
        with self._changed:
            if said.dup and _digest(message) in self._heard:
                client.ack(said.mid, said.qos)
                return
            self._waiting.append(_Heard(message, said.qos))
            if self._is_writing:
                return
            self._is_writing = True
        self._write()

    def _write(self) -> None:
        """Put all that waits; what comes meanwhile is put when that is durable."""
        with self._changed:
            batch, client = self._waiting, self._client
            self._waiting = []
            if not batch or client is None:
                self._is_writing = False
                self._changed.notify_all()
                return
        body = b"".join(each.message.line() for each in batch)
        arrival = Arrival("messages", body, batch[-1].message.received_us, "messages")
        try:
            kept = self._spool.put(self._dataset, KIND, [arrival])
        except DataError as error:
            self._put_off(batch, str(error))
            return
        kept.add_done_callback(lambda future: self._written(future, batch, client))

    def _written(self, kept: Future[None], batch: Sequence[_Heard], client: paho.Client) -> None:
        error = kept.exception()
        if error is not None:
            self._put_off(batch, str(error))
            return
        with self._changed:
            for each in batch:
                self._remember(_digest(each.message))
        self._kept.put((client, list(batch)))
        self._wake()
        size = sum(len(each.message.body) for each in batch)
        self._health.came(self._dataset, KIND, payloads=len(batch), size=size)
        self._write()

    def _put_off(self, batch: Sequence[_Heard], why: str) -> None:
        """Try again in a while; the broker, unacknowledged, holds the rest back."""
        log.warning("%s: mqtt: %s", self._dataset, why)
        with self._changed:
            self._waiting = [*batch, *self._waiting]
        timer = threading.Timer(AGAIN_S, self._write)
        timer.daemon = True
        timer.start()

    def _remember(self, digest: bytes) -> None:
        self._heard[digest] = None
        if len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)

    def _fail(self, why: Told) -> None:
        failures = self._health.of(self._dataset, KIND).failures + 1
        until_us = int((self._health.clock() + back_off_s(failures)) * 1_000_000)
        self._health.failed(self._dataset, KIND, why, until_us=until_us)
        log.warning("%s: mqtt: %s", self._dataset, why)


def _wishes(way: MqttWay) -> Properties:
    """Return what an MQTT 5 broker is asked for."""
    wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    wishes.SessionExpiryInterval = round(duration_s(way.session))
    wishes.ReceiveMaximum = UNDER_WAY
    wishes.MaximumPacketSize = way.max_kb * 1024
    return wishes


def _topic_of(message: paho.MQTTMessage) -> str:
    try:
        return str(message.topic)
    except UnicodeDecodeError:
        return "?"


def _digest(message: Message) -> bytes:
    said = b"%d\0%s\0%s" % (message.mid, message.topic.encode(), message.body)
    return hashlib.blake2b(said, digest_size=12).digest()
