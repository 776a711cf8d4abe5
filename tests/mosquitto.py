"""A real Mosquitto on a free port, as deploy/mosquitto-ioc.conf has it but TLS and passwords."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.conftest import ROOT

PROGRAM = Path("/usr/sbin/mosquitto")


class Mosquitto:
    """One broker and its folder; started when made."""

    def __init__(self, folder: Path, *more: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"mqtt://127.0.0.1:{self.port}"
        kept = (ROOT / "deploy" / "mosquitto-ioc.conf").read_text().split("# Sensors and feed")[0]
        lines = [
            kept.replace("/var/lib/mosquitto/", f"{folder}/"),
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous true",
            "log_dest stderr",
            *(["user root"] if os.geteuid() == 0 else []),
            *more,
        ]
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text("\n".join(lines))
        self._log = folder / "mosquitto.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(PROGRAM), "-c", str(self._configuration)], stderr=log, stdout=log
            )
        while True:
            if self._process.poll() is not None:
                pytest.fail(f"mosquitto did not start:\n{self._log.read_text()}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return

    def stop(self) -> None:
        """End it as an administrator would: it keeps what is queued."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()

    def close(self) -> None:
        """End it."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


class Sensor:
    """Publishes, and knows what the broker has taken."""

    def __init__(self, port: int) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.max_inflight_messages_set(1000)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def say(self, topic: str, body: bytes | str, *, retain: bool = False) -> Any:
        """Publish; wait on what is returned for the broker's acknowledgement."""
        return self._client.publish(topic, body, qos=1, retain=retain)

    def close(self) -> None:
        """Disconnect when all is taken."""
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def mosquitto(folder: Path, *more: str) -> Iterator[Mosquitto]:
    """Run a broker in `folder`; skips where none is installed, and fails there under CI."""
    if not PROGRAM.exists():
        reason = "mosquitto is not installed (Debian package mosquitto)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    broker = Mosquitto(folder, *more)
    try:
        yield broker
    finally:
        broker.close()
