"""Many protocol clients in one loop over raw sockets, so that the receivers cost little.

Each says only what PROTOCOL.md asks of a player; what is measured is when frames reach the *last*
of them. Instants are `time.monotonic()` seconds. A service link in the same loop sends requests,
so that a request and its effects are timed by one clock.
"""

from __future__ import annotations

import select
import threading
import time
from bisect import insort
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from typing import Any

import orjson

from benchmarks.crowd_link import CLOSE, PING, PONG, TEXT, HastyLink, Link

_UNCERTAINTY_MS = 0.3  # what a client on the same machine measures
_HEARTBEAT_S = 2.0
_FRAME_S = 1 / 60
_LEAD_S = 0.06  # a commit comes about so long before its instant
_PATIENCE_S = 0.01  # of one turn of the loop
_TOLD_APART_BYTES = 256


class Crowd:
    """Clients in one epoll loop, answering as players do; keeps when each frame arrived where.

    `arrivals[kind][id]` are the monotonic instants at which the clients got a message, by the id
    that names it (switchId, stageId, or renderId with version); `readied[switchId]` when the last
    `ready` was sent.
    """

    def __init__(self, host: str, port: int, *, link: type[Link] = Link) -> None:
        self.clients: list[Link] = []
        self.arrivals: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.readied: dict[str, float] = {}
        self.bytes_of: Counter[str] = Counter()  # payload bytes that came, by kind
        self.answers: dict[str, dict[str, Any]] = {}
        self._host, self._port, self._link = host, port, link
        self._links: dict[int, Link] = {}
        self._poll = select.epoll()
        self._service: Link | None = None
        self._serial = 0
        self._parsed: dict[bytes, tuple[str, dict[str, Any]]] = {}
        self._beaten_s = time.monotonic()
        self._beaten = 0  # how many heartbeats were sent in all
        self._painting: deque[tuple[float, Link, str, dict[str, Any]]] = deque()  # when, who, what

    def join(self, identifications: Iterable[Mapping[str, Any]]) -> None:
        """Connect and identify a client for each."""
        for identify in identifications:
            link = self._link(self._host, self._port, identify)
            self.clients.append(link)
            self._add(link)
            self._until_identified(link)
        for number, link in enumerate(self.clients):
            link.phase_s = number / len(self.clients) * _FRAME_S
            link.send_frame(_heartbeat(link.showing))

    def rush(self, identifications: Iterable[Mapping[str, Any]]) -> None:
        """Connect a client for each, all at once; that they get in is for `run` to wait for."""
        for identify in identifications:
            link = HastyLink(self._host, self._port, identify)
            self.clients.append(link)
            self._add(link)
        for number, link in enumerate(self.clients):
            link.phase_s = number / len(self.clients) * _FRAME_S
        self._beaten_s, self._beaten = time.monotonic(), 0

    def leave(self) -> None:
        """Let all clients go, without a word."""
        for link in self.clients:
            self._poll.unregister(link.socket.fileno())
            del self._links[link.socket.fileno()]
            link.socket.close()
        self.clients.clear()
        self._painting.clear()

    def serve(self, secret: str, *, service: str = "tools") -> None:
        """Connect the service link that `request` and `tell` use."""
        self._service = self._link(
            self._host, self._port, {"kind": "service", "service": service, "token": secret}
        )
        self._add(self._service)
        self._until_identified(self._service)

    def join_outputs(self, but: Collection[tuple[str, str]] = ()) -> int:
        """Join every output of every wall `but` some, asking for their tokens; return how many."""
        tokens = []
        for wall in self.request("walls.list", {})[0]["walls"]:
            for output in wall["outputs"]:
                if (wall["wallId"], output["outputId"]) in but:
                    continue
                device = {"wallId": wall["wallId"], "outputId": output["outputId"]}
                tokens.append(self.request("device.token", device)[0]["deviceToken"])
        self.join({"kind": "output", "token": token} for token in tokens)
        return len(tokens)

    def tell(self, kind: str, fields: Mapping[str, Any]) -> float:
        """Send a message of the service; return when."""
        if self._service is None:
            raise RuntimeError("serve() first")
        sent_s = time.monotonic()
        self._service.send(kind, fields)
        return sent_s

    def request(
        self, op: str, args: Mapping[str, Any], *, role: str = "administrator"
    ) -> tuple[dict[str, Any], float]:
        """Ask and wait for the answer; return (result, when the request was sent)."""
        self._serial += 1
        request_id = f"r{self._serial}"
        actor = {"userId": "benchmark", "role": role, "siteId": None}
        sent_s = self.tell(
            "request", {"requestId": request_id, "op": op, "args": args, "actor": actor}
        )
        self.run(until=lambda: request_id in self.answers)
        answer = self.answers.pop(request_id)
        if not answer["ok"]:
            raise RuntimeError(f"{op}: {answer['error']}")
        return answer["result"], sent_s

    def run(self, *, until: Callable[[], bool], within_s: float = 30.0) -> None:
        """Let the loop run until `until()`; raises TimeoutError."""
        deadline_s = time.monotonic() + within_s
        while not until():
            now_s = time.monotonic()
            if now_s > deadline_s:
                raise TimeoutError("the controller did not do what was waited for")
            self._beat(now_s)
            self._turn()

    def rest(self, seconds: float) -> None:
        """Let the loop run for a while."""
        end_s = time.monotonic() + seconds
        self.run(until=lambda: time.monotonic() >= end_s, within_s=seconds + 5)

    def forget(self) -> None:
        """Forget which frame arrived when: what is kept of it grows with every switch."""
        for kept in (self.arrivals, self.readied, self.bytes_of):
            kept.clear()

    @property
    def is_settled(self) -> bool:
        """Whether nobody has anything left to say of what was prepared or shown."""
        return not self._painting

    def close(self) -> None:
        """Close all links."""
        for link in self._links.values():
            link.socket.close()
        self._poll.close()

    def _until_identified(self, link: Link) -> None:
        self.run(until=lambda: link.identified)

    def _add(self, link: Link) -> None:
        self._links[link.socket.fileno()] = link
        self._poll.register(link.socket.fileno(), select.EPOLLIN)

    def _turn(self) -> None:
        left_s = self._painting[0][0] - time.monotonic() if self._painting else _PATIENCE_S
        for descriptor, _ in self._poll.poll(min(max(left_s, 0.0), _PATIENCE_S)):
            link = self._links[descriptor]
            frames = link.take()
            now_s = time.monotonic()
            for opcode, payload in frames:
                if opcode == PING:
                    link.send_frame(payload, PONG)
                elif opcode == CLOSE:
                    raise ConnectionError(f"closed by the controller: {payload[2:].decode()}")
                elif opcode == TEXT:
                    self._react(link, payload, now_s)
        self._paint()
        for link in self._links.values():
            if link.wants_to_write:
                link.flush()

    def _react(self, link: Link, payload: bytes, now_s: float) -> None:
        kind, fields = self._parse(payload)
        self.bytes_of[kind] += len(payload)
        if kind == "identified":
            link.identified = True
        elif kind == "stage":
            self.arrivals[kind][fields["stageId"]].append(now_s)
            link.send("staged", {"stageId": fields["stageId"], "status": "ok"})
        elif kind == "prepare":
            switch_id = fields["switchId"]
            self.arrivals[kind][switch_id].append(now_s)
            ready = {"switchId": switch_id, "status": "ok", "preparedMs": 1.0}
            self._when_painted(link, now_s, "ready", ready)
            link.preparing = (fields["sceneId"], fields["revision"])
        elif kind == "commit":
            switch_id, show_at_ms = fields["switchId"], fields["showAtMs"]
            self.arrivals[kind][switch_id].append(now_s)
            link.showing = link.preparing
            shown = {"switchId": switch_id, "shownAtMs": show_at_ms, "lateMs": 0.0}
            shown["uncertaintyMs"] = _UNCERTAINTY_MS
            self._when_painted(link, now_s + _LEAD_S, "shown", shown)
        elif kind == "content":
            self.arrivals[kind][f"{fields['renderId']}@{fields['version']}"].append(now_s)
        elif kind == "response":
            self.answers[fields["requestId"]] = fields

    def _parse(self, payload: bytes) -> tuple[str, dict[str, Any]]:
        """Parse a frame once, however many clients get the same bytes.

        What frames differ by, as far as it is read here, stands at their beginning; to look at the
        whole of a scene's contents for each client would be most of what a client costs.
        """
        beginning = payload[:_TOLD_APART_BYTES]
        known = self._parsed.get(beginning)
        if known is None:
            body = orjson.loads(payload)
            known = body["type"], body.get("d") or {}
            if len(self._parsed) > 64:
                self._parsed.clear()
            self._parsed[beginning] = known
        return known

    def _beat(self, now_s: float) -> None:
        """Send the heartbeats that are due, spread evenly over their period as displays' are."""
        if not self.clients:
            return
        due = int((now_s - self._beaten_s) / _HEARTBEAT_S * len(self.clients))
        for number in range(self._beaten, due):
            link = self.clients[number % len(self.clients)]
            if link.identified:
                link.send_frame(_heartbeat(link.showing))
        self._beaten = max(due, self._beaten)

    def _paint(self) -> None:
        """Say what follows from frames that have been painted by now."""
        while self._painting and self._painting[0][0] <= time.monotonic():
            _, link, kind, fields = self._painting.popleft()
            link.send(kind, fields)
            if kind == "ready":
                self.readied[fields["switchId"]] = time.monotonic()

    def _when_painted(self, link: Link, after_s: float, kind: str, fields: dict[str, Any]) -> None:
        """Say something with the next frame; displays' frames are not in step."""
        frames = (after_s - link.phase_s) // _FRAME_S + 1
        due = (link.phase_s + frames * _FRAME_S, link, kind, fields)
        insort(self._painting, due, key=itemgetter(0))


@cache
def _heartbeat(showing: tuple[str | None, str | None] | None) -> bytes:
    shown = None if showing is None else {"sceneId": showing[0], "revision": showing[1]}
    clock = {"offsetMs": 0.0, "uncertaintyMs": _UNCERTAINTY_MS}
    return orjson.dumps({"type": "heartbeat", "d": {"showing": shown, "clock": clock}})


@contextmanager
def outputs_there(
    port: int, secret: str, *, but: Collection[tuple[str, str]] = ()
) -> Iterator[None]:
    """Let every output of every wall be there as a protocol client, but those (wall, output)."""
    ended = threading.Event()
    crowd = Crowd("127.0.0.1", port)
    crowd.serve(secret)
    crowd.join_outputs(but=but)

    def keep() -> None:
        while not ended.is_set():
            crowd.rest(0.2)

    thread = threading.Thread(target=keep)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        crowd.close()
