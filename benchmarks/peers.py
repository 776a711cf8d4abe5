"""Other controllers beside ours, as processes: the bare one, and python-socketio."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psutil

from benchmarks.crowd import Crowd
from benchmarks.figures import ROOT
from benchmarks.product import free_ports, until


@contextmanager
def peer(
    module: str, sizes: Mapping[str, int], *arguments: str
) -> Iterator[tuple[int, psutil.Process]]:
    """Run `benchmarks.<module>` with frames of these sizes in bytes; give its port and process."""
    (port,) = free_ports(1)
    told = [f"--{kind}-bytes={size}" for kind, size in sizes.items()]
    command = [sys.executable, "-m", f"benchmarks.{module}", str(port), *told, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            until(lambda: _listens(port), within_s=20, what=module)
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()


def mean_sizes(crowd: Crowd) -> dict[str, int]:
    """Return how long the frames of a switch were that clients got, on average in bytes."""
    return {
        kind: crowd.bytes_of[kind] // sum(map(len, crowd.arrivals[kind].values()))
        for kind in ("prepare", "commit")
    }


def _listens(port: int) -> bool:
    with socket.socket() as found:
        return found.connect_ex(("127.0.0.1", port)) == 0
