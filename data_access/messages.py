"""Messages of a broker on their way to a format: one JSON object a line, with topic and arrival.

What a message says is the format's business; this only keeps it together with what came with it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `mid` is the broker's number of it within the session."""

    topic: str
    received_us: int
    body: bytes
    mid: int = 0

    def line(self) -> bytes:
        """Return the message as a line of a file."""
        made: dict[str, Any] = {"topic": self.topic, "received": self.received_us, "mid": self.mid}
        try:
            made["text"] = self.body.decode()
        except UnicodeDecodeError:
            made["base64"] = base64.b64encode(self.body).decode()
        return orjson.dumps(made) + b"\n"


def is_message(found: Any) -> bool:
    """Tell whether a line's JSON is a message, and not what one says."""
    return isinstance(found, dict) and "topic" in found and ("text" in found or "base64" in found)


def message_of(found: dict[str, Any]) -> Message:
    """Return the message of a line's JSON; raises ValueError, KeyError or TypeError."""
    body = found["text"].encode() if "text" in found else base64.b64decode(found["base64"])
    return Message(str(found["topic"]), int(found["received"]), body, int(found.get("mid", 0)))


def messages_in(content: bytes) -> Iterator[Message]:
    """Yield the messages of lines that `Message.line` made."""
    for line in content.splitlines():
        if line:
            yield message_of(orjson.loads(line))
