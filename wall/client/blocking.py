"""A service's link for threads: an own thread runs the asynchronous client, started at first use.

A process forked after that starts its own: no thread comes along into a fork.
"""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

from wall.client.service import ANSWER_S, ServiceClient
from wall.errors import ServiceError

GRACE_S = 1.0

T = TypeVar("T")


class BlockingClient:
    """A link to the controller usable from any thread, such as those of a web server."""

    def __init__(
        self,
        url: str | Sequence[str],
        token: str,
        *,
        service: str = "web",
        release: str | None = None,
    ) -> None:
        """Remember where to connect; nothing is started yet."""
        self._url = url
        self._token = token
        self._service = service
        self._release = release
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: ServiceClient | None = None
        self._handlers: list[tuple[str, Callable[[dict[str, Any]], None]]] = []
        self._topics: list[str] = []
        ref = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _forget(ref()))

    @property
    def is_connected(self) -> bool:
        """Whether the link stands; False before the first use."""
        client = self._client
        return client is not None and client.is_connected

    def request(
        self,
        op: str,
        args: Mapping[str, Any] | None = None,
        actor: Mapping[str, Any] | None = None,
        *,
        timeout_s: float = ANSWER_S,
    ) -> dict[str, Any]:
        """Ask for an operation and return its result; raises ServiceError."""
        client = self.start()
        return self._await(client.request(op, args, actor, timeout_s=timeout_s), timeout_s)

    def publish(self, topic: str, data: Mapping[str, Any], **more: Any) -> None:
        """Publish; versions are kept and told when the link is back."""
        self._await(self.start().publish(topic, data, **more), ANSWER_S)

    def subscribe(self, topics: Iterable[str]) -> None:
        """Replace the topics whose events come to the handlers of `event`."""
        self._topics = list(topics)
        self._await(self.start().subscribe(self._topics), ANSWER_S)

    def on(self, kind: str, handler: Callable[[dict[str, Any]], None]) -> None:
        """Call `handler`, on the client's own thread, with each frame of this type."""
        self._handlers.append((kind, handler))
        if self._client is not None:
            self._client.on(kind, handler)

    def start(self) -> ServiceClient:
        """Start the thread unless this process has it already."""
        with self._lock:
            if self._client is not None:
                return self._client
            begun = threading.Event()
            self._thread = threading.Thread(
                target=self._run, args=(begun,), name="wall-client", daemon=True
            )
            self._thread.start()
            begun.wait()
            assert self._client is not None  # noqa: S101
            return self._client

    def close(self) -> None:
        """End the link and its thread; a later use starts anew."""
        with self._lock:
            if self._loop is not None and self._thread is not None:
                loop = self._loop
                loop.call_soon_threadsafe(_cancel_all, loop)
                self._thread.join(timeout=5)
            self._loop = self._client = self._thread = None

    def forget(self) -> None:
        """Begin anew in a forked process, where the thread and its loop are not."""
        self._lock = threading.Lock()
        self._loop = self._client = self._thread = None

    def _run(self, begun: threading.Event) -> None:
        async def main() -> None:
            client = ServiceClient(
                self._url, self._token, service=self._service, release=self._release
            )
            for kind, handler in self._handlers:
                client.on(kind, handler)
            await client.subscribe(self._topics)
            self._loop, self._client = asyncio.get_running_loop(), client
            begun.set()
            try:
                await client.run()
            except asyncio.CancelledError:
                return

        asyncio.run(main())

    def _await(self, work: Coroutine[Any, Any, T], timeout_s: float) -> T:
        loop = self._loop
        if loop is None:
            work.close()
            raise ServiceError("unavailable", "the client was closed")
        waiting = asyncio.run_coroutine_threadsafe(work, loop)
        try:
            return waiting.result(timeout_s + GRACE_S)
        except FutureTimeout as error:
            waiting.cancel()
            raise ServiceError("unavailable", f"no answer within {timeout_s:g} s") from error


def _forget(client: BlockingClient | None) -> None:
    if client is not None:
        client.forget()


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
