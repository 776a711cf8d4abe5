"""Chromium as a display runs it: its page alone, watched from outside, without an inspector.

Automation switches on domains (Runtime, Log, Network) that keep what passes for whoever listens, in
the page's own process; for a figure of memory over hours that would be measuring the instrument.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import psutil
from websockets.sync.client import ClientConnection, connect

from benchmarks.browsers import ARGUMENTS
from benchmarks.product import free_ports, until

_SHOWN = "!!(window.iocPlayer && iocPlayer.lastSwitch && iocPlayer.lastSwitch.shownAtMs)"
_WITHIN_S = 60.0


class Display:
    """One page in a browser of its own, and the process that draws it."""

    def __init__(self, browser: psutil.Process, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0
        until(lambda: self._shows(), within_s=_WITHIN_S, what="a scene on a display")
        self.renderer = max(
            (each for each in browser.children(recursive=True) if _draws(each)),
            key=lambda each: each.memory_info().rss,
        )

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Have one thing done over the DevTools protocol; raises RuntimeError when refused."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": parameters}
        self._connection.send(json.dumps(asked))
        while True:
            told = json.loads(self._connection.recv(timeout=_WITHIN_S))
            if told.get("id") == self._number:
                break
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']['message']}")
        result: dict[str, Any] = told["result"]
        return result

    def _shows(self) -> bool:
        try:
            found = self.ask("Runtime.evaluate", expression=_SHOWN)
        except RuntimeError:  # the page is not there yet
            return False
        return bool(found["result"]["value"])


@contextmanager
def displays(
    addresses: Sequence[str], *, width_px: int = 1920, height_px: int = 1080
) -> Iterator[list[Display]]:
    """Open each address in a browser process of its own; wait until each shows a scene.

    Raises RuntimeError when there is no Chromium.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise RuntimeError("Chromium is missing: install Debian's package chromium.")
    with ExitStack() as opened:
        yield [opened.enter_context(_display(program, each, width_px, height_px))
               for each in addresses]  # fmt: skip


@contextmanager
def _display(program: str, address: str, width_px: int, height_px: int) -> Iterator[Display]:
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="display-", ignore_cleanup_errors=True) as profile:
        command = [
            program,
            *ARGUMENTS,
            "--headless=new",
            f"--window-size={width_px},{height_px}",
            "--hide-scrollbars",
            f"--remote-debugging-port={port}",
            f"--user-data-dir={profile}",
            address,
        ]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                with connect(_page_at(port), max_size=None, ping_interval=None) as connection:
                    yield Display(psutil.Process(process.pid), connection)
            finally:
                process.terminate()


def _page_at(port: int) -> str:
    """Return where the browser's page is spoken to, once it is there."""
    deadline_s = time.monotonic() + _WITHIN_S
    while time.monotonic() < deadline_s:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                found = [each for each in json.load(answer) if each["type"] == "page"]
        except OSError:
            found = []
        if found:
            return str(found[0]["webSocketDebuggerUrl"])
        time.sleep(0.1)
    raise RuntimeError("Chromium did not open its page")


def _draws(process: psutil.Process) -> bool:
    return "--type=renderer" in process.cmdline()
