"""A real Redis server on a free port, which tests may stop, kill and start again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DURABLE = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")


class RedisServer:
    """One server and its folder; started when made."""

    def __init__(self, folder: Path, *options: str, configuration: Path | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.folder = folder
        self._options = options
        self._configuration = [str(configuration)] if configuration is not None else []
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        """Start it, and wait until it has read what it kept and serves."""
        fixed = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        self._process = subprocess.Popen(
            ["redis-server", *self._configuration, *fixed, *self._options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "Ready to accept connections" in line:
                return
        pytest.fail("redis-server did not start")

    def kill(self) -> None:
        """End it as a power failure would."""
        self.signal(signal.SIGKILL)
        self._reap()

    def signal(self, number: int) -> None:
        """Send it a signal, such as SIGSTOP."""
        assert self._process is not None
        os.kill(self._process.pid, number)

    def close(self) -> None:
        """End it, stopped or not."""
        if self._process is not None:
            self.signal(signal.SIGKILL)
            self._reap()

    def _reap(self) -> None:
        assert self._process is not None
        self._process.communicate()
        self._process = None


@contextmanager
def redis_server(
    folder: Path, *options: str, configuration: Path | None = None
) -> Iterator[RedisServer]:
    """Run a server in `folder`; skips where none is installed, and fails there under CI."""
    if shutil.which("redis-server") is None:
        reason = "redis-server is not installed (Debian package redis-server)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    server = RedisServer(folder, *(options or DURABLE), configuration=configuration)
    try:
        yield server
    finally:
        server.close()
