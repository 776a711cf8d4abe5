"""The jobs role with the tests' kinds of work: `python -m tests.jobs.pool_role`."""

from __future__ import annotations

import asyncio

from jobs.claimed import Desk
from jobs.claims import Claims
from jobs.findings import FindingStore
from jobs.pool import Pool
from permissions.database import open_operations
from processes.role import told_to_end
from settings import load_settings
from tests.jobs.conftest import KINDS

if __name__ == "__main__":
    stop = told_to_end()
    settings = load_settings(env_file=None)
    engine = open_operations(settings.operations_url)
    desk = Desk(settings, Claims(engine), FindingStore(engine))
    asyncio.run(Pool(desk, kinds=KINDS, at_once=1).run(stop))
