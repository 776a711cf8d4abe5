"""A real store, real worker processes, kinds of work of the tests' own."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from jobs.claimed import Desk
from jobs.claims import Claims
from jobs.findings import FindingStore
from jobs.job import Job
from jobs.kinds import JobKind
from jobs.pool import Pool
from jobs.store import JobStore
from permissions.database import open_operations
from settings import Settings

WORKS = "tests.jobs.works"
NOW_MS = 1_790_000_000_000.0
TITLE = {"vi": "Việc", "en": "Work"}
WITHIN_S = 120.0  # workers are of low priority: a machine under load keeps them waiting
KINDS = {
    name: JobKind(name, f"{WORKS}:{name}", timeout_s=60)
    for name in ("add", "wait", "once", "refuse", "find", "large", "odd")
} | {
    "short": JobKind("short", f"{WORKS}:wait", timeout_s=0.5),
    "fresh": JobKind("fresh", f"{WORKS}:add", timeout_s=60, is_repeatable=False, keep=2),
    "warmed": JobKind("warmed", f"{WORKS}:warmed", timeout_s=60, is_warm=True),
    "nobody": JobKind("nobody", "twin.nowhere.run:work", timeout_s=60),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "var")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that is made once: migrations take longer than most tests here."""
    made = Settings(data_dir=tmp_path_factory.mktemp("migrated"))
    open_operations(made.operations_url).dispose()
    return made.data_dir / "operations.sqlite"


@pytest.fixture
def engine(settings: Settings, migrated: Path) -> Iterator[Engine]:
    settings.data_dir.mkdir()
    shutil.copy(migrated, settings.data_dir)
    opened = open_operations(settings.operations_url)
    yield opened
    opened.dispose()


@pytest.fixture
def store(engine: Engine) -> JobStore:
    return JobStore(engine, kinds=KINDS)


@pytest.fixture
def claims(engine: Engine) -> Claims:
    return Claims(engine)


@pytest.fixture
def found(engine: Engine) -> FindingStore:
    return FindingStore(engine)


@pytest.fixture
def desk(settings: Settings, claims: Claims, found: FindingStore) -> Desk:
    return Desk(settings, claims, found)


@contextmanager
def pool_of(desk: Desk, **more: Any) -> Iterator[None]:
    """Run a pool in a thread that stays until the end."""
    stop = threading.Event()
    pool = Pool(desk, kinds=KINDS, **more)
    thread = threading.Thread(target=lambda: asyncio.run(pool.run(stop)), name="pool")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(WITHIN_S)
        assert not thread.is_alive()


def until(
    store: JobStore, job: Job, is_so: Callable[[Job], object], *, within_s: float = WITHIN_S
) -> Job:
    """Return the job once it is so."""
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        known = store.find(job.id)
        assert known is not None
        if is_so(known):
            return known
        time.sleep(0.01)
    raise AssertionError(f"it never came: {known}")


def ended(store: JobStore, job: Job, *, within_s: float = WITHIN_S) -> Job:
    return until(store, job, lambda known: known.has_ended, within_s=within_s)
