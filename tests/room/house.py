"""The whole room as a stranger has it: `app.py run` on a small lake, and the windows before it.

Roads are measured every two minutes and replayed sixty times as fast: each two seconds there is
something new, and what stays away is stale before long.
"""

from __future__ import annotations

import re
import shutil
import signal
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Locator, Page, expect

from language import text
from settings import Settings, load_settings
from tests.conftest import SMALL_LAKE
from tests.player.conftest import until as until_page
from tests.processes.started import Started, free_ports, python, until
from tests.still_city import copy_still_city
from wall.client import BlockingClient

WALL = "le-lai"
QUADRANT = ("a2", "a3", "b2", "b3")  # two by two of its outputs, where maps lie across bezels
STALE_AFTER_S = 6
OPEN_WITHIN_S = 120.0  # on a loaded machine
PANEL = (1920, 1080)  # of pages; displays are small windows: the wall is scaled into them
DISPLAY = (640, 360)
AWAY = ("ERR_CONNECTION_RE", "WebSocket connection to")  # Chromium, of a controller not there
TOOLS = {"userId": "tests", "role": "administrator", "siteId": None}
DETECTORS, STEP_MIN, DAYS = 12, 2, 7


class Room:
    """The program, its files, and what it printed; can be ended and begun again."""

    def __init__(self, folder: Path) -> None:
        web_port, wall_port = free_ports(2)
        self.environment = {
            "IOC_WEB_PORT": str(web_port),
            "IOC_WALL_PORT": str(wall_port),
            "IOC_DATA_DIR": str(folder / "var"),
            "IOC_CITY": str(_city(folder / "city")),
            "IOC_LAKE": str(_lake(folder / "lake")),
            "IOC_REPLAY_SPEED": "60",
            "IOC_JOBS_BY_SCHEDULE": "0",  # nothing is trained beside the tests
        }
        self.settings: Settings = load_settings(self.environment, env_file=None)
        self.origin = f"http://127.0.0.1:{web_port}"
        self.program = self._begin()

    def _begin(self) -> Started:
        program = Started(python("app.py", "run"), environment=self.environment)
        program.wait_for("The room is open", within_s=OPEN_WITHIN_S)
        program.wait_for("logs ")
        until(self._is_ready, within_s=OPEN_WITHIN_S)
        return program

    def begin_again(self) -> None:
        """Start the program anew on the same files."""
        self.program = self._begin()

    def end(self, number: int = signal.SIGTERM) -> None:
        """End the program as a person or a machine does, for good: nothing of it is left."""
        with self.program:
            self.program.end(number)
            assert self.program.left(within_s=3) == []

    def address(self, name: str) -> str:
        """Return the address printed for a page."""
        found = re.search(rf"^  {name} +(\S+)$", self.program.output, re.MULTILINE)
        assert found, self.program.output
        return found[1]

    def displays(self) -> dict[str, str]:
        """Return the addresses printed for the wall's outputs."""
        found = re.findall(rf"^ +(\w+) +(\S+/wall/{WALL}/\S+)$", self.program.output, re.MULTILINE)
        return dict(found)

    def password(self, user: str) -> str:
        """Return the password printed for a demo account."""
        found = re.search(rf"^    {user} +(\S+)$", self.program.output, re.MULTILINE)
        assert found, self.program.output
        return found[1]

    def role(self, name: str) -> psutil.Process:
        """Return the process of a role."""
        return self.program.role(name)

    def ask(self, op: str, **args: Any) -> dict[str, Any]:
        """Ask the controller directly, to prepare a test or to look."""
        link = BlockingClient(self.settings.wall_url, self.settings.secret(), service="tools")
        try:
            return link.request(op, {"wallId": WALL, **args}, TOOLS)
        finally:
            link.close()

    def audited(self, action: str) -> list[Mapping[str, Any]]:
        """Return what the store has of an action on the wall, the newest first."""
        store = self.settings.data_dir / "operations.sqlite"
        connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            found = connection.execute(
                "SELECT * FROM audit WHERE action = ? AND target = ? ORDER BY sequence DESC",
                (action, f"wall/{WALL}"),
            )
            return [dict(row) for row in found]
        finally:
            connection.close()

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.origin}/readyz", timeout=10) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as error:
            error.close()
            return False


class Windows:
    """Browser windows before the room; what they complain of, and where else they went."""

    def __init__(self, browser: Browser, room: Room) -> None:
        self._browser = browser
        self._room = room
        self._opened: list[Page] = []
        self._complaints: list[str] = []

    def open(self, address: str, *, size: tuple[int, int] = PANEL, touch: bool = False) -> Page:
        """Open an address in a browser of its own."""
        width, height = size
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, locale="vi-VN", has_touch=touch
        )
        page = context.new_page()
        self._opened.append(page)
        page.on("console", lambda m: m.type in ("error", "warning") and self._note(page, m.text))
        page.on("pageerror", lambda error: self._note(page, error.stack or str(error)))
        page.on("request", lambda request: self._look(page, request.url))
        page.on("websocket", lambda socket: self._look(page, socket.url))
        page.goto(address)
        return page

    def sign_in(self, user: str, address: str, *, touch: bool = False) -> Page:
        """Open a page, sign in by a demo account's key, and be led there."""
        page = self.open(address, touch=touch)
        page.click(f".demo-key[value={user}]")
        expect(page.locator(".shell-head")).to_be_visible()
        return page

    def complaints(self) -> list[str]:
        """Return what there was to complain of so far, and forget it."""
        told, self._complaints = self._complaints, []
        return told

    def close(self, *pages: Page) -> None:
        """Close windows: those given, or all."""
        for page in pages or list(self._opened):
            self._opened.remove(page)
            page.context.close()

    def _note(self, page: Page, words: str) -> None:
        if not any(each in words for each in AWAY):
            self._complaints.append(f"{page.url}: {words}")

    def _look(self, page: Page, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            self._note(page, f"foreign: {url}")


def _city(folder: Path) -> Path:
    """Write the city with road speeds that are stale after seconds."""
    copy_still_city(folder)
    file = folder / "datasets.toml"
    head, found, rest = file.read_text().partition('id = "transport.speed"\n')
    assert found
    changed = re.sub(r'stale_after = "\w+"', f'stale_after = "PT{STALE_AFTER_S}S"', rest, count=1)
    file.write_text(head + found + changed)
    return folder


def _lake(folder: Path) -> Path:
    """Write the small lake with a week of roads in it."""
    shutil.copytree(SMALL_LAKE, folder)
    for file in (folder / "transport").glob("speed*"):
        file.unlink()
    lines = [",".join(["time", *(str(100 + n) for n in range(DETECTORS))])]
    for step in range(DAYS * 24 * 60 // STEP_MIN):
        at = datetime(2026, 3, 2) + timedelta(minutes=STEP_MIN * step)  # noqa: DTZ001 - local
        speeds = (20 + (step + 7 * n) % 41 for n in range(DETECTORS))
        lines.append(",".join([at.isoformat(), *map(str, speeds)]))
    (folder / "transport" / "speed_days.csv").write_text("\n".join(lines) + "\n")
    return folder


def words(key: str, language: str = "vi", **values: str) -> re.Pattern[str]:
    """Return what finds the words of the pages' catalogue, whatever the values not given are."""
    parts = re.split(r"\{(\w+)\}", text(f"pages.{key}", language))
    told = [re.escape(part) for part in parts[::2]]
    filled = [re.escape(values[name]) if name in values else ".*" for name in parts[1::2]]
    return re.compile("".join(a + b for a, b in zip(told, [*filled, ""], strict=True)))


def scene_key(page: Page, scene_id: str) -> Locator:
    """Return the key of a scene of the wall on the operator's page or on the console."""
    wall = f'[id*="{WALL}"]' if "/console" in page.url else ""
    return page.locator(f'.scene[id*="\\"scene\\":\\"{scene_id}\\""]{wall}')


def show(room: Room, displays: Mapping[str, Page], scene_id: str) -> None:
    """Bring a scene on the wall, of which no test makes a point; `overview` is the one below."""
    if scene_id == "overview":
        room.ask("wall.clear", layer="manual")
    else:
        room.ask("wall.take", sceneId=scene_id, hold=True)
    for page in displays.values():
        until_page(page, f"iocPlayer.state.sceneId === '{scene_id}'")
