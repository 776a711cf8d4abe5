"""The feed role: the data path, telling the controller which versions changed.

Beside it, in threads of their own, the rules and the realms that are not live.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import CancelledError
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from data_access.cache import open_cache
from data_access.criteria.part import Use
from data_access.feed import run_feed
from data_access.realms.running import Rehearsals
from jobs.findings import FindingStore
from operations.errors import ControllerAway, ControllerRefused
from operations.quarantine import AuditOrders
from operations.realms import RealmDesk
from operations.running import Rules
from permissions.database import connect_operations
from permissions.usage import UsageLog
from settings import Settings
from wall.client import BlockingClient, ServiceError

log = logging.getLogger(__name__)

AWAY = "unavailable"  # the code after which the same may be asked again
END_S = 2.0
USES_DAYS = 30  # what is shared is shared lately
USES_S = 60.0  # between two looks at what web counted


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


class Realms:
    """The realms beside live, played for as long as the feed serves."""

    def __init__(self, settings: Settings, link: BlockingClient, found: FindingStore) -> None:
        self._link = link
        cache = open_cache(settings)
        self._rehearsals = Rehearsals(settings, cache, self._publish, found=found)
        self._desk = RealmDesk(Asking(link), self._rehearsals, lambda: time.time() * 1000)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="realms", daemon=True)

    def start(self) -> None:
        """Begin to ask what is to be played."""
        self._thread.start()

    def ask_again(self) -> None:
        """Ask again: the controller was restarted, or said that realms changed."""
        self._desk.ask_again()

    def renew(self) -> None:
        """Make them anew: something of the past is not to be kept any more."""
        self._rehearsals.renew()

    def stop(self) -> None:
        """End all realms after the question in hand; a feed that starts goes on with them."""
        self._stop.set()
        self._rehearsals.wake()

    def join(self, timeout_s: float) -> None:
        """Wait for the end."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            self._desk.run(self._stop)
        finally:
            self._rehearsals.close()

    def _publish(self, changed: Mapping[str, int]) -> None:
        """Tell what changed; who comes later reads the cache anyway."""
        try:
            self._link.publish("versions", changed)
        except (ServiceError, CancelledError) as error:
            log.warning("versions not told yet: %s", error)


class Uses:
    """Who used which dataset lately, as web counted it; as it was while that cannot be read."""

    def __init__(self, log: UsageLog, clock: Callable[[], float] = time.time) -> None:
        self._log = log
        self._clock = clock
        self._found: Mapping[str, Use] = {}
        self._again_s = 0.0

    def __call__(self) -> Mapping[str, Use]:
        """Return the uses of each dataset that was used."""
        now_s = self._clock()
        if now_s < self._again_s:
            return self._found
        self._again_s = now_s + USES_S
        try:
            self._found = self._log.totals(now_ms=now_s * 1000, days=USES_DAYS)
        except SQLAlchemyError as error:  # web has not made its store yet, or it is away
            log.info("uses of datasets are not known: %s", error)
        return self._found


def serve(settings: Settings, stop: threading.Event) -> None:
    """Run the data path, the rules and the realms until `stop` is set."""
    link = BlockingClient(settings.wall_urls, settings.secret(), service="feed")
    rules = Rules(Asking(link), lambda: time.time() * 1000)
    operations = connect_operations(settings.operations_url)
    found = FindingStore(operations)
    realms = Realms(settings, link, found)

    def heard(said: Mapping[str, Any]) -> None:
        {"rules": rules.ask_again, "realms": realms.ask_again}.get(said["topic"], _nothing)()

    def joined(_said: Mapping[str, Any]) -> None:
        rules.ask_again()
        realms.ask_again()

    link.on("event", heard)
    link.on("identified", joined)
    announcer = Announcer(link)
    link.subscribe(["rules", "realms"])
    rules.start()
    realms.start()
    uses = Uses(UsageLog(operations))
    try:
        run_feed(
            settings,
            publish=announcer.publish,
            look=rules.look,
            uses=uses,
            orders=AuditOrders(operations),
            found=found,
            withdrew=realms.renew,
            stop=stop,
        )
    finally:
        realms.stop()
        rules.stop()
        link.close()
        rules.join(END_S)
        realms.join(END_S)
        operations.dispose()


def _nothing() -> None:
    """Do nothing: of what nobody here plays."""
