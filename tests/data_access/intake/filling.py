"""A spool that is filled until killed: `python -m tests.data_access.intake.filling <file>`.

Prints each number once its payload is durable, which is what an acknowledgement waits for.
"""

from __future__ import annotations

import itertools
import sys
from concurrent.futures import Future
from pathlib import Path

from data_access.intake.spool import Arrival, Spool


def main() -> None:
    """Put payloads for ever, eight of them under way at any time."""
    spool = Spool(Path(sys.argv[1]))
    spool.begin("a", 0)
    waiting: list[tuple[int, Future[None]]] = []
    for number in itertools.count():
        arrival = Arrival("n", str(number).encode(), number)
        waiting.append((number, spool.put("a", "way", [arrival], state={"number": number})))
        if len(waiting) == 8:
            first, done = waiting.pop(0)
            done.result()
            print(first, flush=True)


if __name__ == "__main__":
    main()
