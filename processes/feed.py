"""The feed role: the data path, telling the controller which versions changed; rules beside it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Awaitable, Mapping
from concurrent.futures import CancelledError
from typing import Any

from data_access.feed import run_feed
from operations.errors import ControllerAway, ControllerRefused
from operations.running import Rules
from settings import Settings
from wall.client import BlockingClient, ServiceError

log = logging.getLogger(__name__)

AWAY = "unavailable"  # the code after which the same may be asked again
END_S = 2.0


class Announcer:
    """Publishes versions; a controller that was restarted is told all of them again."""

    def __init__(self, link: BlockingClient) -> None:
        self._link = link
        self._versions: dict[str, int] = {}
        self._lock = threading.Lock()
        self._client = link.start()
        self._client.on("identified", self._tell_all)

    def publish(self, changed: Mapping[str, int]) -> None:
        """Tell what changed; without a link it is told once there is one."""
        with self._lock:
            self._versions.update(changed)
        try:
            self._link.publish("versions", changed)
        except ServiceError as error:
            log.warning("versions not told yet: %s", error)

    def _tell_all(self, _: Mapping[str, Any]) -> Awaitable[None] | None:
        with self._lock:
            known = dict(self._versions)
        return self._client.publish("versions", known) if known else None


class Asking:
    """Questions of the rules to the controller, its errors as theirs."""

    def __init__(self, link: BlockingClient) -> None:
        self._link = link

    def __call__(
        self, op: str, args: Mapping[str, Any], actor: Mapping[str, str] | None
    ) -> Mapping[str, Any]:
        """Return the controller's answer; raises ControllerAway or ControllerRefused."""
        try:
            return self._link.request(op, args, actor)
        except CancelledError as error:
            raise ControllerAway("the link was closed") from error
        except ServiceError as error:
            if error.code == AWAY:
                raise ControllerAway(str(error)) from error
            raise ControllerRefused(error.code, str(error)) from error


def serve(settings: Settings, stop: threading.Event) -> None:
    """Run the data path and the rules until `stop` is set."""
    link = BlockingClient(settings.wall_urls, settings.secret(), service="feed")
    rules = Rules(Asking(link), lambda: time.time() * 1000)
    link.on("event", lambda said: rules.ask_again() if said["topic"] == "rules" else None)
    link.on("identified", lambda _: rules.ask_again())
    announcer = Announcer(link)
    link.subscribe(["rules"])
    rules.start()
    try:
        run_feed(settings, publish=announcer.publish, look=rules.look, stop=stop)
    finally:
        rules.stop()
        link.close()
        rules.join(END_S)
