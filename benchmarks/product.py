"""The roles of the room for a benchmark: free ports, a data folder of their own, ended for sure."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil
import structlog

from benchmarks.figures import ROOT
from settings import Settings, load_settings
from wall.client import BlockingClient

ALL = ("wall", "web", "feed", "render")  # `jobs` is for those that ask for work
_END_S = 3.0
_FILLING_S = 10.0
# What switches walls by itself: figures must not depend on the hour.
AUTOMATIC = ("playlists", "schedules", "rules")
_ADMINISTRATOR = {"userId": "benchmark", "role": "administrator", "siteId": None}


class Product:
    """Roles as processes. Use as a context; `start` what the benchmark needs."""

    def __init__(
        self,
        *,
        lake: Path | None = None,
        boundaries: Path | None = None,
        city: Path = ROOT / "city",
        environment: Mapping[str, str] | None = None,
        leave_out: Iterable[str] = AUTOMATIC,  # folders of the city
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="room-"))
        web_port, wall_port = free_ports(2)
        left_out = shutil.ignore_patterns(*leave_out)
        named = {
            "IOC_WEB_PORT": str(web_port),
            "IOC_WALL_PORT": str(wall_port),
            "IOC_DATA_DIR": str(self.folder / "var"),
            "IOC_JOBS_BY_SCHEDULE": "0",  # nor on what has become due by itself
            "IOC_CITY": str(shutil.copytree(city, self.folder / "city", ignore=left_out)),
        }
        if lake is not None:
            named["IOC_LAKE"] = str(lake.resolve())
        if boundaries is not None:
            named["IOC_BOUNDARIES"] = str(boundaries.resolve())
        named |= environment or {}
        kept = {name: text for name, text in os.environ.items() if not name.startswith("IOC_")}
        self.environment = kept | named
        self.settings: Settings = load_settings(named, env_file=None)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        _only_warnings()
        self.link = BlockingClient(self.settings.wall_url, self.settings.secret(), service="tools")

    @property
    def web_url(self) -> str:
        """Origin of the pages."""
        return f"http://127.0.0.1:{self.settings.web_port}"

    def start(self, *roles: str) -> None:
        """Start roles, or the whole room with `run`, and wait until their ports answer."""
        for role in roles:
            log = self.folder / f"{role}.log"
            with log.open("ab") as output:
                self.processes[role] = subprocess.Popen(
                    [sys.executable, str(ROOT / "app.py"), role],
                    cwd=ROOT,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        if {"run", "wall"} & set(roles):
            self._until_answering("wall", self.settings.wall_port)
        if {"run", "web"} & set(roles):
            self._until_answering("web", self.settings.web_port)

    def end(self, role: str) -> None:
        """End one role and its process group."""
        process = self.processes.pop(role)
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def request(self, op: str, args: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Ask the controller as an administrator."""
        return self.link.request(op, args, _ADMINISTRATOR, **more)

    def page_of(self, wall_id: str, *, output_id: str = "", view: str = "") -> str:
        """Return the address of an output's or a view's page, with its token."""
        device = {"outputId": output_id} if output_id else {"view": view}
        token = self.request("device.token", {"wallId": wall_id, **device})["deviceToken"]
        path = f"view/{view}" if view else output_id
        return f"{self.web_url}/wall/{wall_id}/{path}#token={token}"

    def first_pages(self, wall_id: str, count: int) -> dict[str, str]:
        """Return the addresses of a wall's first outputs, by output."""
        first = [each["outputId"] for each in self.wall(wall_id)["outputs"]][:count]
        return {each: self.page_of(wall_id, output_id=each) for each in first}

    def wall(self, wall_id: str) -> dict[str, Any]:
        """Return what `walls.list` says of one wall."""
        walls = self.request("walls.list", {})["walls"]
        found: dict[str, Any] = next(each for each in walls if each["wallId"] == wall_id)
        return found

    def until_data(self, names: Iterable[str] = (), *, within_s: float = 300.0) -> None:
        """Wait until the cache has these aggregates (or any), and the feed has settled on them."""
        from data_access.cache import open_cache

        cache, wanted = open_cache(self.settings), set(names)
        until(
            lambda: wanted <= set(versions := cache.versions()) and bool(versions),
            within_s=within_s,
            what="aggregates in the cache",
        )

    def until_still(self) -> None:
        """Wait until the feed has filled what it began, and end it: nothing changes by itself."""
        self.until_data()
        time.sleep(_FILLING_S)
        self.end("feed")

    def tree(self, role: str) -> list[psutil.Process]:
        """Return the processes of a role."""
        root = psutil.Process(self.processes[role].pid)
        return [root, *root.children(recursive=True)]

    def _until_answering(self, role: str, port: int) -> None:
        def answers() -> bool:
            started = role if role in self.processes else "run"
            if self.processes[started].poll() is not None:
                raise RuntimeError(f"{started} ended:\n{self.log(started)}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as got:
                    return bool(got.status == 200)
            except OSError:
                return False

        until(answers, within_s=60, what=f"{role} to answer")

    def log(self, role: str, *, lines: int = 30) -> str:
        """Return the last lines a role wrote."""
        path = self.folder / f"{role}.log"
        return "\n".join(path.read_text().splitlines()[-lines:]) if path.exists() else ""

    def __enter__(self) -> Product:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.link.close()
        if kind is not None:
            for role in self.processes:
                print(f"--- {role}\n{self.log(role)}", file=sys.stderr)
        for role in list(self.processes):
            self.end(role)
        shutil.rmtree(self.folder, ignore_errors=True)


def cpu_s(processes: Iterable[psutil.Process]) -> float:
    """Return the CPU seconds processes have used, to the nanosecond where the kernel tells."""
    return sum(_cpu_s(process) for process in processes)


def main_thread_cpu_s(processes: Iterable[psutil.Process]) -> float:
    """Return the CPU seconds that the first threads of processes have used."""
    files = [Path(f"/proc/{each.pid}/task/{each.pid}/schedstat") for each in processes]
    return sum(int(each.read_text().split()[0]) for each in files) / 1e9


def rss_mb(processes: Iterable[psutil.Process]) -> float:
    """Return the resident memory of processes in MB; what forks share counts for each."""
    return float(sum(process.memory_info().rss for process in processes)) / 1e6


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def until(
    holds: Callable[[], object], *, within_s: float, what: str, every_s: float = 0.02
) -> None:
    """Wait until `holds()` is true; raises TimeoutError saying what was waited for."""
    deadline_s = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"waited {within_s:g} s for {what}")
        time.sleep(every_s)


def _only_warnings() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def _cpu_s(process: psutil.Process) -> float:
    tasks = list(Path(f"/proc/{process.pid}/task").glob("*/schedstat"))
    if not tasks:
        times = process.cpu_times()
        return float(times.user + times.system)
    total_ns = 0
    for task in tasks:
        with suppress(OSError):
            total_ns += int(task.read_text().split()[0])
    return total_ns / 1e9
