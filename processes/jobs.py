"""The jobs role: work that takes seconds, done beside everything else, and asked for by itself.

Embedded it does the work in processes of its own; with Celery it sends word to the workers, which
are `app.py jobs worker`, and sees to it that what a dead one had is done once more.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from analytics.detection.news import News
from data_access.city import load_city
from jobs.claimed import Desk
from jobs.claims import Claims
from jobs.findings import FindingStore
from jobs.pool import AWAY_S, LOOK_S, Pool
from jobs.retention import tidy
from jobs.schedule import EVERY, Schedule
from jobs.store import JobStore
from permissions.database import open_operations
from permissions.roles import Right
from permissions.sessions import is_somebody_there
from processes.errors import DataDirInUse
from processes.standing import standing_questions
from settings import Settings, SettingsError

LOCK_FILE, WORKER_LOCK_FILE = "jobs.lock", "jobs-worker.lock"
TIDY_S = 60.0
LOOK_AROUND_S = 5.0  # between two looks at who is signed in
THERE_S = 900.0  # since a page of theirs was last heard of

log = logging.getLogger(__name__)


def serve(settings: Settings, stop: threading.Event) -> None:
    """Do jobs, or have them done, until `stop` is set.

    Raises DataDirInUse, CityError, BoundaryError.
    """
    load_city(settings.city)  # whose jobs these are: better said now than by each of them
    with _held(settings, LOCK_FILE):
        engine = open_operations(settings.operations_url)
        try:
            desk = Desk(settings, Claims(engine), FindingStore(engine))
            beside = _beside(settings, engine, began_ms=desk.now_ms())
            if settings.jobs == "celery":
                _dispatch(settings, desk, beside, stop)
            else:
                pool = Pool(
                    desk,
                    at_once=settings.jobs_at_once,
                    beside=beside,
                    is_awaited=_awaited(engine),
                )
                asyncio.run(pool.run(stop))
        finally:
            engine.dispose()


def work(settings: Settings) -> None:
    """Take jobs from Redis as a Celery worker; raises DataDirInUse, SettingsError."""
    from jobs.queue import work as take

    if settings.jobs != "celery":
        raise SettingsError("A worker needs IOC_JOBS=celery: without it the role does the work.")
    with _held(settings, WORKER_LOCK_FILE):
        take(settings)


def _beside(settings: Settings, engine: Engine, *, began_ms: float) -> Callable[[float], None]:
    """Return what is done now and then beside the jobs: schedules, and letting go."""
    store = JobStore(engine, city=settings.city)
    every = (*EVERY, *standing_questions(settings, store))
    schedule = Schedule(store, began_ms, every=every, news={"detection": News(settings)})
    tidied_ms = 0.0

    def step(now_ms: float) -> None:
        nonlocal tidied_ms
        if settings.jobs_by_schedule:
            schedule.step(now_ms)
        if now_ms - tidied_ms >= TIDY_S * 1000:
            tidied_ms = now_ms
            tidy(engine)

    return step


def _awaited(engine: Engine) -> Callable[[float], bool]:
    """Return what tells whether anybody is here who may ask for a twin, looked at now and then."""
    looked_ms, found = 0.0, False

    def is_awaited(now_ms: float) -> bool:
        nonlocal looked_ms, found
        if now_ms - looked_ms >= LOOK_AROUND_S * 1000:
            looked_ms = now_ms
            since_ms = now_ms - THERE_S * 1000
            found = is_somebody_there(engine, Right.RUN_TWINS, since_ms=since_ms)
        return found

    return is_awaited


def _dispatch(
    settings: Settings, desk: Desk, beside: Callable[[float], None], stop: threading.Event
) -> None:
    from jobs.queue import Dispatcher, celery_app, sender

    dispatcher = Dispatcher(desk.claims, sender(celery_app(settings)))
    while not stop.is_set():
        rest_s = LOOK_S
        try:
            now_ms = time.time() * 1000
            dispatcher.step(now_ms)
            beside(now_ms)
        except (SQLAlchemyError, OSError) as error:
            log.error("jobs wait (again in %.0f s): %s", AWAY_S, error)
            rest_s = AWAY_S
        stop.wait(rest_s)


@contextmanager
def _held(settings: Settings, lock_file: str) -> Iterator[None]:
    """Hold the data folder's jobs; the kernel lets go when this process ends, however it ends."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(settings.data_dir / lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DataDirInUse(
                f"The jobs of {settings.data_dir} are done already; end that process first."
            ) from error
        yield
    finally:
        os.close(descriptor)
