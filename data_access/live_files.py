"""What was taken from the spool as the files that formats read, and how those are named."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from data_access.intake.spool import Spooled
from data_access.messages import messages_in
from data_access.sources import registry

_UNFIT = re.compile(r"[^\w.@+=-]+")


def written(taken: Sequence[Spooled], folder: Path, format_id: str) -> Iterator[Path]:
    """Write payloads as the files that formats read: lines into one, as messages are where known.

    For a format that knows no messages each is a file of what it says.
    """
    framing = taken[0].arrival.framing
    bodies = [(each.arrival.name, each.arrival.body) for each in taken]
    if framing == "messages" and not registry.takes_messages(format_id):
        inside = (message for _, body in bodies for message in messages_in(body))
        bodies = [(message.topic, message.body) for message in inside]
    elif framing != "file":
        bodies = [(bodies[0][0], b"".join(body for _, body in bodies))]
    at_ns = taken[-1].arrival.received_us * 1000
    for number, (name, body) in enumerate(bodies):
        path = folder / str(number) / name_of(name)
        path.parent.mkdir(parents=True)
        path.write_bytes(body)
        os.utime(path, ns=(at_ns, at_ns))  # when it came, for formats that ask
        yield path


def part_of(spooled: Spooled) -> str:
    """Return the part of its source a payload is all of, as references name it."""
    part = spooled.arrival.part
    if not part.endswith("@"):
        return part
    return name_of(spooled.arrival.name).rpartition("@")[0] + "@"


def name_of(text: str) -> str:
    """Return a payload's name as a file's."""
    return _UNFIT.sub("_", text).lstrip(".")[-120:] or "payload"
