"""Where a message of a syslog stream ends: octet counts or line feeds (RFC 6587). Pure.

Each message says by its first octet which of both it is: a digit begins a count, all else ends with
LF (or NUL). What ends a message's line within it is kept as rsyslog writes it, `#012`.
"""

from __future__ import annotations

from language import told

LONGEST = 65_536  # octets of one message
_COUNT_DIGITS = 6
_ENDS = b"\n\0"


class FramingError(Exception):
    """The stream cannot be followed any more; the connection is of no use."""


class Frames:
    """The messages of one connection: give it octets, take messages."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._rest = bytearray()

    def feed(self, octets: bytes) -> list[bytes]:
        """Return the messages that are whole now, each without its end; raises FramingError."""
        self._rest += octets
        found: list[bytes] = []
        at = 0
        while at < len(self._rest):
            if self._rest[at] in b"\n\0\r ":  # what some senders put between messages
                at += 1
                continue
            taken = self._counted(at) if self._rest[at] in b"123456789" else self._ended(at)
            if taken is None:
                break
            message, at = taken
            if message:
                found.append(_line(message))
        del self._rest[:at]
        return found

    def end(self) -> list[bytes]:
        """Return what was said last without an end, when the connection is over."""
        rest, self._rest = bytes(self._rest), bytearray()
        return [_line(rest)] if rest.startswith(b"<") else []

    def _counted(self, at: int) -> tuple[bytes, int] | None:
        blank = self._rest.find(b" ", at, at + _COUNT_DIGITS + 1)
        if blank < 0:
            if len(self._rest) - at > _COUNT_DIGITS:
                raise FramingError(told("a count that does not end"))
            if not self._rest[at:].isdigit():
                raise FramingError(told("a count that is no number"))
            return None
        digits = bytes(self._rest[at:blank])
        if not digits.isdigit():
            raise FramingError(told("a count that is no number"))
        count = int(digits)
        if count > self._longest:
            raise FramingError(
                told(
                    "a message of {count} octets; expected at most {most}",
                    count=count,
                    most=self._longest,
                )
            )
        end = blank + 1 + count
        if len(self._rest) < end:
            return None
        return bytes(self._rest[blank + 1 : end]), end

    def _ended(self, at: int) -> tuple[bytes, int] | None:
        ends = [end for each in _ENDS if (end := self._rest.find(bytes([each]), at)) >= 0]
        if not ends:
            if len(self._rest) - at > self._longest:
                raise FramingError(told("a line of more than {most} octets", most=self._longest))
            return None
        end = min(ends)
        if end - at > self._longest:
            raise FramingError(told("a line of more than {most} octets", most=self._longest))
        return bytes(self._rest[at:end]), end + 1


def _line(message: bytes) -> bytes:
    """Return a message as one line of a log."""
    found = message.strip(b"\r\n\0").replace(b"\n", b"#012").replace(b"\r", b"#015")
    return found.replace(b"\0", b"#000")
