#!/usr/bin/env python3
"""Run a display's Chromium and end it when its page is frozen, so that systemd starts it again.

A page whose one thread stands still cannot help itself, nor does its WebSocket break: the browser
answers the controller's pings for it. So its browser is asked from outside, over the debugging
pipe (no port is opened): a page that does not say within `--patience` seconds that it is alive and
still gets frames, shows no player, or has crashed, costs its browser the life. On a living page
systemd's own watchdog is told so. Where the room keeps pictures in its proof of display, a living
page says when one is due; it is taken here. Standard library only: a display PC has nothing else of
ours.

    kiosk_watch.py [--patience 20] [--grace 90] -- /usr/bin/chromium --kiosk ... ADDRESS
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from typing import Any

ASK_EVERY_S = 2.0
ALIVE = "window.iocPlayer?.alive === true"
DUE = "JSON.stringify(window.iocPlayer?.thumbnail?.due ?? null)"
GIVE = "window.iocPlayer?.thumbnail?.give({}, {})"
PICTURE_WITHIN_S = 2.0
QUALITIES = (70, 40, 15)  # of a JPEG: the first that is small enough
END = b"\0"


class Browser:
    """A Chromium of our own, spoken with over its debugging pipe."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it; raises OSError when there is no such program."""
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        # Away from 3 and 4, where Chromium looks: a copy onto itself would not be passed on.
        ends = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in (theirs_in, theirs_out)]
        actions = [
            (os.POSIX_SPAWN_DUP2, ends[0], 3),
            (os.POSIX_SPAWN_DUP2, ends[1], 4),
        ]
        arguments = [command[0], "--remote-debugging-pipe", *command[1:]]
        self.pid = os.posix_spawn(
            command[0], arguments, os.environ, file_actions=actions, setsid=True
        )
        for each in (theirs_in, theirs_out, *ends):
            os.close(each)
        self._buffer = b""
        self._last_id = 0
        self._session: str | None = None

    def is_alive(self, *, within_s: float) -> bool:
        """Ask the page; False when it says no, cannot be found, or does not answer in time."""
        until_s = time.monotonic() + within_s
        if self._session is None:
            self._session = self._attach(until_s)
        if self._session is None:
            return False
        value = self._value_of(ALIVE, until_s)
        if value is None:
            self._session = None  # it may have another page by now
        return value is True

    def give_picture(self) -> None:
        """Take the picture that the page says is due, and give it to the page; or do nothing."""
        until_s = time.monotonic() + PICTURE_WITHIN_S
        order = json.loads(self._value_of(DUE, until_s) or "null")
        if order is None:
            return
        width_px, height_px = order["windowPx"]["width"], order["windowPx"]["height"]
        scale = min(1.0, order["widthPx"] / max(1, width_px))
        clip = {"x": 0, "y": 0, "width": width_px, "height": height_px, "scale": scale}
        for quality in QUALITIES:
            asked = {"format": "jpeg", "quality": quality, "clip": clip}
            said = self._call(
                "Page.captureScreenshot", asked, until_s=until_s, session=self._session
            )
            image = (said or {}).get("result", {}).get("data", "")
            if image and len(image) * 3 // 4 <= order["largestBytes"]:
                give = GIVE.format(json.dumps(order["switchId"]), json.dumps(image))
                self._value_of(give, until_s)
                return

    def has_ended(self) -> bool:
        """Tell whether the process has gone by itself."""
        try:
            return os.waitpid(self.pid, os.WNOHANG)[0] != 0
        except ChildProcessError:
            return True

    def kill(self) -> None:
        """End it and all its processes, at once: whatever is frozen cannot end in good order."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass

    def _value_of(self, expression: str, until_s: float) -> Any:
        asked = {"expression": expression}
        said = self._call("Runtime.evaluate", asked, until_s=until_s, session=self._session)
        return (said or {}).get("result", {}).get("result", {}).get("value")

    def _attach(self, until_s: float) -> str | None:
        found = self._call("Target.getTargets", {}, until_s=until_s)
        pages = [
            each["targetId"]
            for each in (found or {}).get("result", {}).get("targetInfos", ())
            if each["type"] == "page"
        ]
        if not pages:
            return None
        order = {"targetId": pages[0], "flatten": True}
        said = self._call("Target.attachToTarget", order, until_s=until_s)
        session = (said or {}).get("result", {}).get("sessionId")
        return session if isinstance(session, str) else None

    def _call(
        self, method: str, params: dict[str, Any], *, until_s: float, session: str | None = None
    ) -> dict[str, Any] | None:
        self._last_id += 1
        asked: dict[str, Any] = {"id": self._last_id, "method": method, "params": params}
        if session is not None:
            asked["sessionId"] = session
        try:
            os.write(self._out, json.dumps(asked).encode() + END)
        except OSError:
            return None
        while (left_s := until_s - time.monotonic()) > 0:
            *frames, self._buffer = self._buffer.split(END)
            for frame in frames:
                said: dict[str, Any] = json.loads(frame)
                if said.get("id") == self._last_id:
                    return said
            if select.select([self._in], [], [], left_s)[0]:
                read = os.read(self._in, 1 << 16)
                if not read:
                    return None
                self._buffer += read
        return None


def tell_systemd(words: str) -> None:
    """Send systemd's watchdog a sign of life; nothing when there is none."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.connect("\0" + address[1:] if address.startswith("@") else address)
        sock.sendall(words.encode())


def watch(browser: Browser, *, patience_s: float, grace_s: float) -> str:
    """Watch until something is wrong; return what, in one sentence."""
    wrong_at_s = time.monotonic() + grace_s
    while True:
        asked_s = time.monotonic()
        is_alive = browser.is_alive(within_s=max(ASK_EVERY_S, wrong_at_s - asked_s))
        if browser.has_ended():
            return "the browser has ended"
        now_s = time.monotonic()
        if is_alive:
            wrong_at_s = now_s + patience_s
            tell_systemd("WATCHDOG=1")
            browser.give_picture()
        elif now_s >= wrong_at_s:
            return "the page is frozen, crashed, or shows no player"
        time.sleep(max(0.0, ASK_EVERY_S - (now_s - asked_s)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command behind `--` and watch it; return 1 once it has to be started anew."""
    parser = argparse.ArgumentParser(description="Run a display's Chromium and watch its page.")
    parser.add_argument("--patience", type=float, default=20.0, help="seconds without a sign")
    parser.add_argument("--grace", type=float, default=90.0, help="seconds to the first sign")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    chosen = parser.parse_args(arguments)
    command = [each for each in chosen.command if each != "--"]
    if not command:
        parser.error("expected -- and the command to run")
    browser = Browser(command)

    def stop(*_: object) -> None:
        browser.kill()
        sys.exit(0)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)
    try:
        why = watch(browser, patience_s=chosen.patience, grace_s=chosen.grace)
    finally:
        browser.kill()
    print(f"kiosk: {why}; starting anew", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
