"""2,000 sensors over a real Mosquitto: nothing lost, and how long from a sensor to the envelope.

The feed runs as a role of its own, the sensors in this process over connections of their own, each
at its own moment of the period. Which messages an envelope has is told by how many rows it says the
contract accepted: the n-th is in the first envelope that says n.
"""

from __future__ import annotations

import argparse
import random
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from bisect import bisect_left
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.arguments import common
from benchmarks.figures import ROOT, Report, Table, publish, spread, verdict
from benchmarks.live_city import live_city
from benchmarks.product import Product, cpu_s, free_ports, rss_mb, until
from data_access.cache import open_cache
from data_access.city import load_city
from data_access.envelope import LIVE
from data_access.store import open_reader

DATASET = "environment.air"
MOSQUITTO = "/usr/sbin/mosquitto"
ENVELOPE_P95_S = 2.0
CONNECTIONS = 20
SEED = 7
_SOURCE = """
format = "sensor-json"
keep = "P1D"
options = {{ topic = "hn/{{area}}/air/{{entity}}", time = "t", values = {{ pm25 = "pm25" }} }}
mqtt = {{ broker = "mqtt://127.0.0.1:{port}", topics = ["hn/+/air/+"] }}
"""


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--sensors", type=int, default=2000)
    parser.add_argument("--period", type=float, default=5, help="seconds between two of a sensor")
    parser.add_argument("--minutes", type=float, default=5)
    chosen = parser.parse_args()
    (port,) = free_ports(1)
    with _Broker(port) as broker, Product() as product:
        city = live_city(product.folder / "live-city", DATASET, _SOURCE.format(port=port))
        empty = product.folder / "lake"
        empty.mkdir()
        product.environment |= {"IOC_CITY": str(city), "IOC_LAKE": str(empty)}
        product.start("wall", "feed")
        until(broker.has_feed, within_s=60, what="the feed at the broker")
        units = [unit.code for unit in load_city(city).areas]
        sensors = Sensors(port, units, chosen.sensors, chosen.period)
        watch = Watch(product)
        tree = product.tree("feed")
        cpu, begun_s = cpu_s(tree), time.monotonic()
        sensors.run(chosen.minutes * 60)
        cpu_share = (cpu_s(tree) - cpu) / (time.monotonic() - begun_s)
        memory = rss_mb(product.tree("feed"))
        sent = len(sensors.said_s)
        watch.until(sent)
        rows = _rows(product)
        publish(_report(chosen, sensors, watch, rows, cpu_share, memory), write=chosen.write)


class _Broker:
    """Mosquitto as deploy/mosquitto-ioc.conf has it, without TLS and passwords."""

    def __init__(self, port: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="mosquitto-"))
        kept = (ROOT / "deploy" / "mosquitto-ioc.conf").read_text().split("# Sensors and feed")[0]
        lines = [
            kept.replace("/var/lib/mosquitto/", f"{self._folder}/"),
            f"listener {port} 127.0.0.1",
            "allow_anonymous true",
            "user root",
        ]
        configuration = self._folder / "mosquitto.conf"
        configuration.write_text("\n".join(lines))
        self._log = self._folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [MOSQUITTO, "-c", str(configuration)], stdout=log, stderr=log
            )
        until(lambda: _listens(port), within_s=10, what="mosquitto")

    def has_feed(self) -> bool:
        """Tell whether the feed is connected."""
        return f"as ioc-{DATASET}" in self._log.read_text()

    def __enter__(self) -> _Broker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


class Sensors:
    """Sensors that speak in turn, each at its own moment of the period, at QoS 1."""

    def __init__(self, port: int, units: list[str], count: int, period_s: float) -> None:
        self._topics = [f"hn/{units[n % len(units)]}/air/st-{n}" for n in range(count)]
        self._gap_s = period_s / count
        self.said_s: list[float] = []
        self.behind_s = 0.0  # of their own plan, at most
        self._clients = []
        for _ in range(CONNECTIONS):
            client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
            client.max_inflight_messages_set(1000)
            client.max_queued_messages_set(0)
            client.connect("127.0.0.1", port)
            client.loop_start()
            self._clients.append(client)

    def run(self, seconds: float) -> None:
        """Speak for so long, then until the broker has acknowledged all."""
        chance = random.Random(SEED)
        begun_s = time.time()
        last = None
        for number in range(round(seconds / self._gap_s)):
            due_s = begun_s + number * self._gap_s
            now_s = time.time()
            if due_s > now_s:
                time.sleep(due_s - now_s)
                now_s = time.time()
            self.behind_s = max(self.behind_s, now_s - due_s)
            body = f'{{"t": {now_s:.6f}, "pm25": {chance.uniform(10, 90):.1f}}}'
            which = number % len(self._topics)
            last = self._clients[which % CONNECTIONS].publish(self._topics[which], body, qos=1)
            self.said_s.append(now_s)
        if last is not None:
            last.wait_for_publish(60)
        for client in self._clients:
            client.disconnect()
            client.loop_stop()


class Watch:
    """Looks at the envelope again and again: when it said how many rows."""

    def __init__(self, product: Product) -> None:
        self._cache = open_cache(product.settings)
        self.counts: list[int] = []
        self.seen_s: list[float] = []
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        version = 0
        while True:
            time.sleep(0.02)
            found = self._cache.versions().get(DATASET, 0)
            if found == version:
                continue
            version = found
            envelope = self._cache.read(DATASET)
            count = 0 if envelope is None else int(envelope.quality.get("accepted", 0))
            self.counts.append(count)
            self.seen_s.append(time.time())

    def until(self, count: int) -> None:
        """Wait for an envelope that has all."""
        until(lambda: bool(self.counts) and self.counts[-1] >= count, within_s=60, what="the last")

    def waits_s(self, said_s: list[float]) -> list[float]:
        """Return, for each message, how long until an envelope had it."""
        return [
            self.seen_s[bisect_left(self.counts, number)] - at_s
            for number, at_s in enumerate(said_s, start=1)
        ]


def _rows(product: Product) -> int:
    reader = open_reader(product.settings)
    with reader.snapshot(LIVE) as snapshot:
        current = snapshot.current(DATASET)
    reader.close()
    return 0 if current is None else current.observations


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _report(
    chosen: argparse.Namespace,
    sensors: Sensors,
    watch: Watch,
    rows: int,
    cpu_share: float,
    memory_mb: float,
) -> Report:
    sent = len(sensors.said_s)
    p50, p95, most = spread(watch.waits_s(sensors.said_s), decimals=2)
    return Report(
        name="mqtt",
        title="Sensors over MQTT",
        how=f"""{chosen.sensors} sensors, each at one message a {chosen.period:g} s, for
        {chosen.minutes:g} min, over a real Mosquitto at QoS 1 ({CONNECTIONS} connections), into the
        feed's spool, store (SQLite) and the envelope of `{DATASET}`, which is built of all of them.
        Seconds from a sensor's own time to the first envelope in the cache that has it.""",
        tables=[
            Table(
                ("messages", "in the store", "lost", "p50 s", "p95 s", "max s"),
                [(str(sent), str(rows), str(sent - rows), p50, p95, most)],
            ),
            Table(
                ("feed", ""),
                [("cores", f"{cpu_share:.2f}"), ("memory, MB", f"{memory_mb:.0f}")],
            ),
        ],
        notes=[
            f"The sensors here were at most {sensors.behind_s:.2f} s behind their own plan.",
            f"Goals: lost 0: {sent - rows}, {verdict(abs(sent - rows), 0)}; p95 to the envelope"
            f" <= {ENVELOPE_P95_S:g} s: {p95}, {verdict(float(p95), ENVELOPE_P95_S)}.",
        ],
    )


if __name__ == "__main__":
    main()
