"""A program under test: its lines as they come, its processes, its end. Waits, never sleeps."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import psutil

ROOT = Path(__file__).resolve().parents[2]


class Started:
    """A started program in a session of its own; leaving the block kills what is left of it."""

    def __init__(self, command: Sequence[str], *, environment: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._seen: dict[int, psutil.Process] = {}
        # The program keeps what is ignored where it is started: tests may be run by nohup.
        ignored = signal.signal(signal.SIGHUP, signal.SIG_DFL)
        try:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=clean_environment() | dict(environment),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        finally:
            signal.signal(signal.SIGHUP, ignored)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, *texts: str, within_s: float = 20.0, after: int = 0) -> str:
        """Return the first line from number `after` on that contains all `texts`."""
        deadline = time.monotonic() + within_s
        with self._news:
            while True:
                for line in self.lines[after:]:
                    if all(text in line for text in texts):
                        return line
                left_s = deadline - time.monotonic()
                if left_s <= 0 or not self._reader.is_alive():
                    raise AssertionError(f"no line with {texts} in:\n{self.output}")
                self._news.wait(min(left_s, 0.5))

    @property
    def output(self) -> str:
        """All lines so far."""
        return "\n".join(self.lines)

    def family(self) -> list[psutil.Process]:
        """Return the program's process and all below it, and remember them."""
        root = psutil.Process(self.process.pid)
        found = [root, *root.children(recursive=True)]
        self._seen |= {each.pid: each for each in found}
        return found

    def role(self, name: str) -> psutil.Process:
        """Return the process of one role."""
        for process in self.family()[1:]:
            with suppress(psutil.NoSuchProcess):
                if name in process.cmdline() and process.ppid() == self.process.pid:
                    return process
        raise AssertionError(f"no process of {name}")

    def runs(self, name: str) -> bool:
        """Tell whether a role has a process now."""
        try:
            return self.role(name).is_running()
        except AssertionError:
            return False

    def end(self, number: int = signal.SIGTERM) -> float:
        """Send a signal to the program itself; return the seconds until it had ended."""
        self.family()
        began_s = time.monotonic()
        os.kill(self.process.pid, number)
        self.process.wait(20)
        took_s = time.monotonic() - began_s
        self._reader.join(5)
        return took_s

    def deafen(self) -> None:
        """Stop listening: its terminal is gone, and whatever it prints fails."""
        assert self.process.stdout is not None
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, self.process.stdout.fileno())
        os.close(nothing)

    def left(self, *, within_s: float = 0.0) -> list[psutil.Process]:
        """Return which of the processes ever seen still live after `within_s`."""
        deadline = time.monotonic() + within_s
        others = [each for pid, each in self._seen.items() if pid != self.process.pid]
        while (alive := [each for each in others if _lives(each)]) and time.monotonic() < deadline:
            time.sleep(0.01)
        return alive

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def __enter__(self) -> Started:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.family()
            self.process.kill()
        self.process.wait(10)
        for process in self.left(within_s=2):
            process.kill()
        self._reader.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(holds: Callable[[], object], *, within_s: float = 10.0) -> None:
    """Wait until `holds()` is true; fail when it is not in time."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def clean_environment() -> dict[str, str]:
    """Return this process's environment without settings and without the test runner's own."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("IOC_", "PYTEST_", "COV_"))
    }


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def python(*arguments: str) -> list[str]:
    """Return a command line of this interpreter with warnings as they are by default."""
    return [sys.executable, *arguments]
