"""A writer killed while it withdraws: `python -m tests.data_access.store.killed_parts URL`.

Fails unless each death leaves the store as it was. Then it lives, and prints what there is.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import orjson

from data_access.model import RecordRow
from data_access.records import Played, instant_us
from data_access.replay import Timeline
from data_access.rows import Rows
from data_access.store import Change, StoreReader, StoreWriter, Whole, open_engine
from tests.data_access.dying import die_until_it_lives
from tests.data_access.store.conftest import ZONE
from tests.data_access.store.rows import observed, rows
from tests.data_access.store.test_records import START, closed, opened

DATASET, PART = "feedback.requests", "list@"
NOW_US = instant_us(START)


def answer(said: Rows, *records: RecordRow, number: int) -> Change:
    """Return what is to be written of an answer that is all there is."""
    whole = Whole(PART, said, records=records)
    played = [Played(each) for each in records]
    return Change(rows=said, played=played, wholes=[whole], done_us=number)


def of_list(*names: str) -> Rows:
    """Return a row of each, as an answer refers to it."""
    return rows(*(observed(name, 0, 1.0, source_ref=f"{PART}1.json:{name}") for name in names))


def record(name: str, hour: float = 0) -> RecordRow:
    """Return a request, as an answer refers to it."""
    return replace(opened(name, hour), source_ref=f"{PART}1.json#{name}")


def apply(url: str, *changes: Change) -> None:
    """Write one answer after the other."""
    writer = StoreWriter(open_engine(url), ZONE)
    stream = writer.open_stream("live", DATASET, origin="live", place="live")
    for change in changes:
        writer.apply(stream.id, change, now_us=NOW_US + (change.done_us or 0))
    writer.close()


def look(url: str) -> list[Any]:
    """Return what stands, how it is counted, and up to which answer all is written."""
    reader = StoreReader(open_engine(url, read_only=True))
    with reader.snapshot() as snapshot:
        current = snapshot.current(DATASET)
        assert current is not None
        counts = current.observations, current.revisions, current.records
        recent = snapshot.recent(DATASET, "speed_kmh", from_us=0)
        found = [
            sorted(name for name, said in recent.items() if said),
            sorted(each.entity for each in snapshot.newest(DATASET, "speed_kmh")),
            sorted((each.base_id, each.status) for each in snapshot.lives(DATASET)),
            sorted(snapshot.counts(DATASET)),
            counts,
        ]
    reader.close()
    writer = StoreWriter(open_engine(url), ZONE)
    done = writer.open_stream("live", DATASET, origin="live", place="live").done_us
    writer.close()
    return [*found, done]


def main() -> None:
    """Die at each write and commit of an answer that leaves out half of the one before."""
    (url,) = sys.argv[1:]
    a, b, c = (record(name, at / 10) for at, name in enumerate("abc"))
    first = answer(of_list("a", "b", "c"), a, b, c, closed(c, 5), number=1)
    apply(url, Change(timeline=Timeline.live()), first)
    second = answer(of_list("a", "d"), a, c, number=2)
    deaths = die_until_it_lives(lambda: apply(url, second), lambda: look(url))
    print(orjson.dumps({"deaths": deaths, "left": look(url)}).decode())


if __name__ == "__main__":
    main()
