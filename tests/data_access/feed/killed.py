"""A feed that is killed: `python -m tests.data_access.feed.killed <data> <lake> <now> <step>`.

Dies by SIGKILL in the middle of its step-th transaction that writes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from sqlalchemy import Engine, event

from data_access.feed import run_feed
from settings import Settings
from tests.conftest import ROOT


def main() -> None:
    """Run the role until death."""
    data, lake, now_s, step = sys.argv[1:]
    begun = 0

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal begun
        begun += statement.startswith("INSERT INTO observation (")
        if begun == int(step) and statement.startswith("INSERT INTO cell"):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    settings = Settings(data_dir=Path(data), city=ROOT / "city", lake=Path(lake))
    run_feed(settings, publish=lambda _: None, clock=lambda: float(now_s), stop=threading.Event())


if __name__ == "__main__":
    main()
