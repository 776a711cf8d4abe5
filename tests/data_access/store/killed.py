"""A writer that kills itself: `python -m tests.data_access.store.killed <url> <statement>`.

Ingests BATCHES and dies by SIGKILL when it is about to execute that statement (0: never).
"""

from __future__ import annotations

import os
import signal
import sys

import numpy as np
from sqlalchemy import event

from data_access.replay import anchor
from data_access.store import Change, FileMark, StoreWriter, open_engine
from data_access.store.engine import migrate
from tests.data_access.store.conftest import ZONE
from tests.data_access.store.rows import START_US, observed, rows

DATASET = "transport.speed"
BATCHES = [
    [
        observed(f"e{entity}", minute, 10.0 * entity + minute % 7, area="00070")
        for minute in range(start, start + 90, 5)
        for entity in range(4)
    ]
    for start in range(0, 450, 60)  # they overlap: the last half hour of each is said again …
]
BATCHES += [[observed("e1", minute, 99.0) for minute in range(0, 300, 10)]]  # … and revised


def ingest(url: str, *, after: int = 0) -> None:
    """Write the batches, each with its watermark, from the one after `after`."""
    writer = StoreWriter(open_engine(url), ZONE)
    stream = writer.open_stream("live", DATASET, origin="replay", place="/lake")
    for number, batch in enumerate(BATCHES[after:], start=after + 1):
        change = Change(
            rows=rows(*batch),
            files=[FileMark("speeds.csv", number, number, "00" * 32)],
            timeline=anchor(np.array([START_US]), "latest", START_US),
            done_us=number,
        )
        writer.apply(stream.id, change, now_us=number)
    writer.close()


def main() -> None:
    """Ingest, and die on the way."""
    url, fatal = sys.argv[1], int(sys.argv[2])
    migrate(engine := open_engine(url))
    engine.dispose()
    executed = 0

    def count(*_: object) -> None:
        nonlocal executed
        executed += 1
        if executed == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    from sqlalchemy import Engine

    event.listen(Engine, "before_cursor_execute", count)
    ingest(url)
    print(executed)


if __name__ == "__main__":
    main()
