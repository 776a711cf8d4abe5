"""A GTFS-Realtime message from its bytes: protobuf, its text form, or its JSON.

Not a source itself: data_access/sources/gtfs_realtime.py says what it means. The protobuf classes
are loaded with the first message, so that a room without buses starts without them.
"""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from typing import Any

from data_access.errors import SourceEmpty, SourceTooBig, SourceWrongFormat
from data_access.sources.payload import MAX_TREE_BYTES, Payload
from language import told

EXPECTED = told("a GTFS-Realtime FeedMessage: protobuf, its text form or its JSON")
FIRST_S = 946_684_800  # 2000-01-01: no vehicle reported before
LAST_S = 4_102_444_800  # 2100-01-01


def message_of(payload: Payload) -> Any:
    """Return the FeedMessage; raises SourceError."""
    from google.protobuf import json_format, text_format
    from google.protobuf.message import DecodeError
    from google.transit import gtfs_realtime_pb2

    if len(payload.content) > MAX_TREE_BYTES:
        found = told("{size} bytes", size=len(payload.content))
        raise SourceTooBig(found, payload.name, told("at most {most} bytes", most=MAX_TREE_BYTES))
    message = gtfs_realtime_pb2.FeedMessage()
    start = payload.content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    try:
        if not start:
            raise SourceEmpty(told("nothing but white space"), payload.name, EXPECTED)
        if start == b"{":
            json_format.ParseDict(payload.json(), message, ignore_unknown_fields=True)
        elif _is_text(payload.content):
            text = payload.text()
            payload.check_lines(text)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # of strange escapes in texts
                text_format.Parse(text, message, allow_unknown_field=True)
        else:
            message.ParseFromString(payload.content)
    except (
        DecodeError, json_format.ParseError, text_format.ParseError, RecursionError, ValueError,
        AttributeError,
    ) as error:  # fmt: skip
        found = told("no such message ({error})", error=str(error)[:160])
        raise SourceWrongFormat(found, payload.name, EXPECTED) from error
    if not message.IsInitialized() or not message.header.gtfs_realtime_version:
        raise SourceWrongFormat(told("a message without its header"), payload.name, EXPECTED)
    return message


def moment(seconds: int) -> datetime | None:
    """Return POSIX seconds as an instant, None for none, milliseconds and other centuries."""
    return datetime.fromtimestamp(seconds, UTC) if FIRST_S <= seconds < LAST_S else None


def _is_text(content: bytes) -> bool:
    """Tell the text form: it begins with a field's name or a comment, and has no control bytes."""
    head = content[:256].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head[:1].isalpha() | (head[:1] == b"#") and not any(
        byte < 9 or 13 < byte < 32 for byte in head
    )
