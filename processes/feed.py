"""The feed role: the data path, telling the controller which versions changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Mapping
from typing import Any

from data_access.feed import run_feed
from settings import Settings
from wall.client import BlockingClient, ServiceError

log = logging.getLogger(__name__)


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


def serve(settings: Settings, stop: threading.Event) -> None:
    """Run the data path until `stop` is set."""
    link = BlockingClient(settings.wall_urls, settings.secret(), service="feed")
    try:
        run_feed(settings, publish=Announcer(link).publish, stop=stop)
    finally:
        link.close()
