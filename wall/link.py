"""One connection: bytes that come become frames for the controller, at once and in order.

Between the socket and the hub stands no queue and no task: with hundreds of displays that answer in
the same instant, waking a task for each frame costs more than handling it.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Protocol

from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import Event, State

FRAMES_A_ROUND = 32  # of one connection in one round of the loop; more wait for the next round


class Listener(Protocol):
    """Who hears what happens on a link."""

    def hear(self, link: Link, frame: bytes, *, is_binary: bool) -> None:
        """Take a whole frame."""

    def fell_behind(self, link: Link) -> None:
        """Take note that the other end does not read as fast as it is written to."""

    def caught_up(self, link: Link) -> None:
        """Take note that it reads again."""


def text_frame(payload: bytes) -> bytes:
    """Return the bytes of a text frame as a server sends it: not masked, in one piece."""
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


class Link(ServerConnection):
    """A connection that speaks to a listener once it has one."""

    client_id: int = 0
    heard_at_s: float = 0.0
    listener: Listener | None = None

    def begin(self, client_id: int, listener: Listener) -> None:
        """Hand to `listener` what comes from now on; nothing comes before."""
        self.client_id = client_id
        self.listener = listener
        self.heard_at_s = self.loop.time()
        self._fragments: list[bytes] = []
        self._is_binary = False
        self._allowance = FRAMES_A_ROUND
        self._waiting: deque[tuple[bytes, bool]] = deque()

    def data_received(self, data: bytes) -> None:
        """Note that the other end lives."""
        self.heard_at_s = self.loop.time()
        self._allowance = FRAMES_A_ROUND
        super().data_received(data)

    def process_event(self, event: Event) -> None:
        """Put fragments together and hand whole frames on."""
        if self.listener is None or not isinstance(event, Frame) or event.opcode > Opcode.BINARY:
            super().process_event(event)
            return
        if event.opcode is not Opcode.CONT:
            self._is_binary = event.opcode is Opcode.BINARY
        frame = bytes(event.data)
        if not event.fin:
            self._fragments.append(frame)
            return
        if self._fragments:
            frame, self._fragments = b"".join((*self._fragments, frame)), []
        if self._allowance > 0 and not self._waiting:
            self._allowance -= 1
            self.listener.hear(self, frame, is_binary=self._is_binary)
            return
        if not self._waiting:
            self.transport.pause_reading()
            self.loop.call_soon(self._go_on)
        self._waiting.append((frame, self._is_binary))

    def write_frame(self, wire: bytes) -> None:
        """Write a whole frame as `text_frame` made it; nothing once the link is closing.

        Of websockets' own way, `broadcast`, this leaves out that each connection puts the same
        frame together again.
        """
        if self.protocol.state is State.OPEN:
            self.transport.write(wire)

    def pause_writing(self) -> None:
        """Say that this end is behind."""
        super().pause_writing()
        if self.listener is not None:
            self.listener.fell_behind(self)

    def resume_writing(self) -> None:
        """Say that it has caught up."""
        super().resume_writing()
        if self.listener is not None:
            self.listener.caught_up(self)

    def drop(self) -> None:
        """End the connection without a word."""
        # A transport that closed itself once all was written raises this (Python 3.11).
        with suppress(AttributeError):
            self.transport.abort()

    def _go_on(self) -> None:
        """Handle what waits, a round's worth, then let the others have theirs."""
        for _ in range(min(FRAMES_A_ROUND, len(self._waiting))):
            frame, is_binary = self._waiting.popleft()
            if self.listener is not None:
                self.listener.hear(self, frame, is_binary=is_binary)
        if self._waiting:
            self.loop.call_soon(self._go_on)
        elif not self.transport.is_closing():
            self.transport.resume_reading()
