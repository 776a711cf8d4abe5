"""A feed that dies: `python -m tests.data_access.feed.killed_live CITY LAKE DATA PORT AT`.

It is killed by SIGKILL in the middle of a transaction, when AT observations have been written.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from sqlalchemy import Engine, event

from data_access.feed import run_feed
from settings import load_settings


def main() -> None:
    """Run the role until death."""
    city, lake, data, port, at = sys.argv[1:]
    written = 0

    def count(_c: object, _k: object, statement: str, rows: object, *_: object) -> None:
        nonlocal written
        if statement.startswith("INSERT INTO observation ("):
            written += len(rows) if isinstance(rows, list) else 1
        if written >= int(at) and statement.startswith("INSERT INTO cell"):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    named = {"IOC_CITY": city, "IOC_LAKE": lake, "IOC_DATA_DIR": data, "IOC_FEED_PORT": port}
    settings = load_settings(named, env_file=None)
    run_feed(settings, publish=lambda _: None, stop=threading.Event())


if __name__ == "__main__":
    main()
