"""Messages of a syslog stream (RFC 6587, RFC 5425) from its bytes, however they are cut.

Sans-I/O: a listener feeds what it received and gets whole messages. Each message is counted in
octets ("83 <34>1 …") or ended by a line feed or zero; both may be mixed. Not for datagrams, which
are messages already.
"""

from __future__ import annotations

MAX_MESSAGE = 64 * 1024  # octets; RFC 5425 asks for 8,192
MAX_DIGITS = 7
_ENDS = (b"\n", b"\0")


class FrameFault(ValueError):
    """A stream whose frames cannot be told apart any more: it must be closed."""


class Frames:
    """The bytes of one connection that are not a message yet."""

    def __init__(self, *, max_message: int = MAX_MESSAGE) -> None:
        self.max_message = max_message
        self.dropped = 0  # messages that were longer than that
        self._waiting = bytearray()
        self._skipping = False  # the rest of a line that was too long

    def feed(self, received: bytes) -> list[bytes]:
        """Return the messages that are whole now; raises FrameFault."""
        self._waiting += received
        messages: list[bytes] = []
        while self._waiting:
            before = len(self._waiting)
            message = self._next()
            if message:
                messages.append(message)
            elif len(self._waiting) == before:
                break  # more must come
        return messages

    def end(self) -> list[bytes]:
        """Return what a stream that ended leaves, a last line without its end; or FrameFault."""
        rest = bytes(self._waiting).strip(b"\r\n\0 ")
        self._waiting.clear()
        if not rest or self._skipping:
            return []
        if rest[:1].isdigit() and _count_of(rest) is not None:
            raise FrameFault("the stream ended within a message")
        return [rest]

    def _next(self) -> bytes | None:
        """Take one message, or what stands between two; None when more must come."""
        if self._skipping or not self._waiting[:1].isdigit():
            return self._line()
        count = _count_of(self._waiting)
        if count is None:
            if len(self._waiting) <= MAX_DIGITS and self._waiting.isdigit():
                return None
            return self._line()  # a line that begins with a digit: a message without its priority
        start, length = count
        if length > self.max_message:
            raise FrameFault(f"a message of {length} octets; expected at most {self.max_message}")
        if len(self._waiting) < start + length:
            return None
        message = bytes(self._waiting[start : start + length])
        del self._waiting[: start + length]
        return message.rstrip(b"\r\n\0")

    def _line(self) -> bytes | None:
        ends = [at for end in _ENDS if (at := self._waiting.find(end)) >= 0]
        if not ends:
            if len(self._waiting) > self.max_message:
                self.dropped += not self._skipping
                self._skipping = True
                self._waiting.clear()
            return None
        message = bytes(self._waiting[: min(ends)])
        del self._waiting[: min(ends) + 1]
        if self._skipping:
            self._skipping = False
            return None
        if len(message) > self.max_message:
            self.dropped += 1
            return None
        return message.rstrip(b"\r ")


def one_line(message: bytes) -> bytes:
    """Return a message as a line of a log: what would end the line is written as syslogd does."""
    return message.replace(b"\r", b"#015").replace(b"\n", b"#012").replace(b"\0", b"#000")


def _count_of(waiting: bytes | bytearray) -> tuple[int, int] | None:
    """Return where a counted message starts and its length; None for what is not counted.

    A count is followed by a space and a priority, or by a version: a year is followed by "-".
    """
    digits, space, rest = bytes(waiting[: MAX_DIGITS + 3]).partition(b" ")
    if not space or not digits.isdigit() or digits.startswith(b"0") or len(digits) > MAX_DIGITS:
        return None
    if rest[:1] not in (b"<", b""):
        return None
    return len(digits) + 1, int(digits)
