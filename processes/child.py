"""One role as a child process: kept alive with backoff, its output kept in a log file."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

from processes.errors import CONFIGURATION_EXIT
from processes.logs import CRITICAL, ERROR, split_lead

_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.5, 30.0
_SETTLED_S = 60.0  # alive so long, a death counts as a first one again
_LEAD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ [A-Z]+ ")  # time and level of a log line
_LOG_BYTES, _OLD_LOGS = 5_000_000, 2


def restart_delay_s(deaths: int) -> float:
    """Return how long to wait after the `deaths`-th death in a row: 0.5 s doubling to 30 s."""
    return min(_FIRST_DELAY_S * 2.0 ** (deaths - 1), _LONGEST_DELAY_S)


class Child:
    """A role's process, in a session of its own so that its whole group can be ended.

    `say` prints a line in front; `refused` hears why a child ended when its configuration is
    wrong, and tells whether that is the end of it.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        say: Callable[[str], None],
        refused: Callable[[str], bool],
    ) -> None:
        self.name = name
        self.restarts = 0
        self.started_at_s = 0.0
        self.process: asyncio.subprocess.Process | None = None
        self.running = asyncio.Event()
        self._command = command
        self._say = say
        self._refused = refused
        self._log_path = log
        self._log = _bounded_log(name, log)
        self._reason = ""
        self._errors: deque[float] = deque(maxlen=5)
        self._ending = asyncio.Event()

    async def keep(self) -> None:
        """Start the process, and again whenever it ends, until `end` is called."""
        deaths = 0
        while not self._ending.is_set():
            code = await self._live()
            if self._ending.is_set():
                return
            lived_s = time.monotonic() - self.started_at_s
            deaths = 1 if lived_s >= _SETTLED_S else deaths + 1
            delay_s = restart_delay_s(deaths)
            if code == CONFIGURATION_EXIT and self._refused(f"{self.name}: {self._reason}"):
                return
            self._say(
                f"{self.name} ended ({_how(code)}) after {lived_s:.0f} s"
                f"{f': {self._reason}' if self._reason else ''}; "
                f"starting again in {delay_s:g} s; see {self._log_path}"
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), delay_s)
            self.restarts += 1

    def end(self) -> None:
        """Ask the process group to end and do not start it again."""
        self._ending.set()
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process group now."""
        self._ending.set()
        self._signal(signal.SIGKILL)

    async def _live(self) -> int:
        self.started_at_s = time.monotonic()
        self._reason = ""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.process = process
        self.running.set()
        if self._ending.is_set():  # told to end while it was being started
            self._signal(signal.SIGTERM)
        reader = asyncio.create_task(self._read(process))
        code = await process.wait()
        self._signal(signal.SIGKILL)  # what it left behind in its group
        with contextlib.suppress(TimeoutError):  # one that left the group may hold the pipe
            await asyncio.wait_for(reader, 1)
        self.process = None
        self.running.clear()
        return code

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 - asked for above
        rest = b""
        while chunk := await process.stdout.read(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._take(line)
        self._take(rest)

    def _take(self, encoded: bytes) -> None:
        severity, line = split_lead(encoded.decode(errors="replace").rstrip())
        if not line:
            return
        self._log.info(line)
        if severity <= CRITICAL:  # why it ends: said when it has ended
            self._reason = _LEAD.sub("", line)
        elif severity <= ERROR and self._may_repeat():
            self._say(f"{self.name}: {_LEAD.sub('', line)}")

    def _may_repeat(self) -> bool:
        """Allow five errors a minute in front; all are in the log."""
        now = time.monotonic()
        if len(self._errors) == self._errors.maxlen and now - self._errors[0] < 60:
            return False
        self._errors.append(now)
        return True

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _bounded_log(name: str, path: Path) -> logging.Logger:
    path.parent.mkdir(parents=True, exist_ok=True)
    log = logging.Logger(f"child.{name}")
    log.addHandler(
        RotatingFileHandler(
            path, maxBytes=_LOG_BYTES, backupCount=_OLD_LOGS, encoding="utf-8", delay=True
        )
    )
    return log
