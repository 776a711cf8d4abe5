"""What was taken from the spool as the files that formats read, how those are named and counted."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from data_access.intake.spool import Spooled
from data_access.messages import messages_in
from data_access.model import RecordRow, Rejected
from data_access.sources import registry
from data_access.store import FileMark

KEPT_A_DAY = 1_000  # refused rows of one reason that are kept; all are counted
_PLACE = re.compile("[:#]")
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


def of_their_parts(records: Sequence[RecordRow], taken: Sequence[Spooled]) -> list[RecordRow]:
    """Return records whose references name the partition they are of, not the file it came as."""
    names = {name_of(each.arrival.name): each.arrival.part for each in taken if each.arrival.part}
    found = []
    for each in records:
        name, *rest = _PLACE.split(each.source_ref, maxsplit=1)  # no name has one of these in it
        if rest and name in names:
            each = replace(each, source_ref=f"{names[name]}#{rest[0]}")
        found.append(each)
    return found


def name_of(text: str) -> str:
    """Return a payload's name as a file's."""
    return _UNFIT.sub("_", text).lstrip(".")[-120:] or "payload"


def counted(
    was: FileMark,
    taken: Sequence[Spooled],
    accepted: int,
    rejected: Sequence[Rejected],
    measured: Counter[str],
) -> tuple[FileMark, list[Rejected]]:
    """Return the mark of a day with what was taken, and the refusals that are kept."""
    counts = Counter(was.rejected)
    kept = []
    for each in rejected:
        counts[each.reason] += 1
        if counts[each.reason] <= KEPT_A_DAY:
            kept.append(each)
    return replace(
        was,
        size=was.size + sum(len(each.arrival.body) for each in taken),
        mtime_ns=taken[-1].arrival.received_us * 1000,
        accepted=was.accepted + accepted,
        rejected=dict(counts),
        measured=dict(measured + Counter(was.measured)),
    ), kept
