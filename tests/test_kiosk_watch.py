"""The watch of a display PC before a real Chromium: a living page is left, a frozen one is not."""

from __future__ import annotations

import base64
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import CHROMIUM, CHROMIUM_ARGUMENTS, ROOT

pytestmark = pytest.mark.browser

WATCH = ROOT / "deploy" / "kiosk_watch.py"
PATIENCE_S = 60
ALIVE = """<body style="background: teal"><script>
const thumbnail = {
  due: { switchId: "s1", widthPx: 480, largestBytes: 32768, windowPx: { width: 640, height: 360 } },
  give: (switchId, image) => {
    thumbnail.due = null;
    fetch(`/given?${switchId}`, { method: "POST", body: image });
  },
};
window.iocPlayer = { alive: true, thumbnail };
</script>"""
FREEZING = (
    "<script>window.iocPlayer = { alive: true };"
    "fetch('/never').catch(() => 0).then(() => { for (;;); })</script>"
)


class Pages(ThreadingHTTPServer):
    """A living page, and one that is frozen once `freeze` is set."""

    freeze = threading.Event()
    given: queue.Queue[tuple[str, bytes]] = queue.Queue()
    daemon_threads = True


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/never":
            Pages.freeze.wait(PATIENCE_S)
        body = {"/alive": ALIVE, "/freezing": FREEZING}.get(self.path, "").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Pages.given.put((self.path, base64.b64decode(body)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def pages() -> Iterator[str]:
    Pages.freeze.clear()
    server = Pages(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Pages.freeze.set()
    server.shutdown()
    thread.join()
    server.server_close()


class Watched:
    """The watch as systemd would run it, and its signs of life."""

    def __init__(self, folder: Path, address: str) -> None:
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(str(folder / "notify"))
        self._notify.settimeout(PATIENCE_S)
        chromium = [CHROMIUM, "--headless=new", f"--user-data-dir={folder / 'profile'}"]
        patience = ["--patience", "3", "--grace", str(PATIENCE_S)]
        self.process = subprocess.Popen(
            [sys.executable, str(WATCH), *patience, "--", *chromium, *CHROMIUM_ARGUMENTS, address],
            env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def sign(self) -> bytes:
        return self._notify.recv(100)

    def browser(self) -> int:
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return int(found.split()[0])

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=PATIENCE_S)
        self._notify.close()


def test_a_frozen_page_costs_its_browser_the_life(pages: str, tmp_path: Path) -> None:
    watched = Watched(tmp_path, f"{pages}/freezing")
    try:
        assert watched.sign() == b"WATCHDOG=1"
        browser = watched.browser()
        Pages.freeze.set()
        _, said = watched.process.communicate(timeout=PATIENCE_S)
        assert watched.process.returncode == 1
        assert "frozen" in said
        with pytest.raises(ProcessLookupError):
            os.kill(browser, 0)
    finally:
        watched.close()


def test_a_living_page_is_left_alone_gets_its_picture_and_a_browser_that_ends_is_told(
    pages: str, tmp_path: Path
) -> None:
    watched = Watched(tmp_path, f"{pages}/alive")
    try:
        assert [watched.sign() for _ in range(3)] == [b"WATCHDOG=1"] * 3
        address, picture = Pages.given.get(timeout=PATIENCE_S)
        assert (address, picture[:3], Pages.given.empty()) == ("/given?s1", b"\xff\xd8\xff", True)
        os.kill(watched.browser(), signal.SIGKILL)
        _, said = watched.process.communicate(timeout=PATIENCE_S)
        assert watched.process.returncode == 1
        assert "has ended" in said
    finally:
        watched.close()
