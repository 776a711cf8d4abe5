"""One connection: bytes that come become frames for the controller, at once and in order.

Between the socket and the hub stands no queue and no task: with hundreds of displays that answer in
the same instant, waking a task for each frame costs more than handling it. What displays say is
small and comes in one piece: such frames are taken as they lie there, all others, and all that come
after one in pieces, go through websockets' own parser.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Protocol

from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import Event, State

try:
    from websockets.speedups import apply_mask
except ImportError:  # no C compiler where websockets was built
    from websockets.utils import apply_mask

WHOLE_TEXT = 0x81  # the first byte of a text frame in one piece, no extension
MASKED = 0x80  # in the second one, beside the length; a client's frame must be
TWO_BYTES = 126  # instead of a length: it follows in two bytes
MASK_BYTES = 4
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


def _head(data: bytes, at: int) -> tuple[int, int] | None:
    """Return where the payload of a whole, masked text frame of up to 64 KiB begins and ends."""
    if len(data) - at < 8 or data[at] != WHOLE_TEXT or data[at + 1] < MASKED:
        return None
    length, begin = data[at + 1] - MASKED, at + 2 + MASK_BYTES
    if length == TWO_BYTES:
        length, begin = int.from_bytes(data[at + 2 : at + 4]), begin + 2
    elif length > TWO_BYTES:
        return None
    return begin, begin + length


def _is_control(data: bytes) -> bool:
    """Tell whether these bytes are one whole ping or pong of a client."""
    first, length = data[0], (data[1] if len(data) > 1 else 0) - MASKED
    return first in (0x80 | Opcode.PING, 0x80 | Opcode.PONG) and len(data) == 6 + length


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
        self._is_between_frames = not self.protocol.reader.buffer
        self._allowance = FRAMES_A_ROUND
        self._waiting: deque[tuple[bytes, bool]] = deque()

    def data_received(self, data: bytes) -> None:
        """Note that the other end lives."""
        self.heard_at_s = self.loop.time()
        self._allowance = FRAMES_A_ROUND
        if self.listener is not None and self._is_between_frames:
            data = data[self._take_whole(data) :]
            if not data:
                return
            # Whether the parser will stand between two frames again only it knows.
            self._is_between_frames = _is_control(data)
        super().data_received(data)

    def _take_whole(self, data: bytes) -> int:
        """Take the text frames that `data` begins with; returns how many bytes they were."""
        at = 0
        while self.protocol.state is State.OPEN and (head := _head(data, at)) is not None:
            begin, end = head
            if end > len(data):
                break
            frame = apply_mask(data[begin:end], data[begin - MASK_BYTES : begin])
            self._take(frame, is_binary=False)
            at = end
        return at

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
        self._take(frame, is_binary=self._is_binary)

    def _take(self, frame: bytes, *, is_binary: bool) -> None:
        """Hand a whole frame on, or let it wait for the next round."""
        if self._allowance > 0 and not self._waiting:
            self._allowance -= 1
            if self.listener is not None:
                self.listener.hear(self, frame, is_binary=is_binary)
            return
        if not self._waiting:
            self.transport.pause_reading()
            self.loop.call_soon(self._go_on)
        self._waiting.append((frame, is_binary))

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
