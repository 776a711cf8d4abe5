"""The jobs role with the tests' kinds of work: `python -m tests.jobs.pool_role`."""

from __future__ import annotations

import asyncio
import threading

from processes.role import told_to_end


def _serve(stop: threading.Event) -> None:
    from jobs.claimed import Desk
    from jobs.claims import Claims
    from jobs.findings import FindingStore
    from jobs.pool import Pool
    from permissions.database import open_operations
    from settings import load_settings
    from tests.jobs.conftest import KINDS

    settings = load_settings(env_file=None)
    engine = open_operations(settings.operations_url)
    desk = Desk(settings, Claims(engine), FindingStore(engine))
    asyncio.run(Pool(desk, kinds=KINDS, at_once=1).run(stop))


if __name__ == "__main__":
    _serve(told_to_end())  # before the imports, as every role: numerics start threads of their own
