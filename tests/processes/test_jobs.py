"""The jobs role with Celery as a whole: a real role, a real worker, a real Redis, and `kill -9`."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from jobs.job import Job, State
from jobs.queue import RESEND_S
from jobs.store import JobStore
from jobs.tables import job as table
from jobs.worker import FOLDER
from permissions.database import writing
from settings import Settings
from tests.jobs.conftest import (  # noqa: F401 - fixtures
    NOW_MS,
    TITLE,
    WITHIN_S,
    ended,
    engine,
    migrated,
    settings,
    store,
    until,
)
from tests.jobs.test_pool import gone
from tests.processes.started import Started, python
from tests.processes.started import until as waits
from tests.redis_server import RedisServer, redis_server

ROLE = ("app.py", "jobs")
WORKER = ("-m", "tests.jobs.celery_worker")
Start = Callable[..., Started]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path, "--save", "") as server:
        yield server


@pytest.fixture
def start(settings: Settings, redis: RedisServer) -> Iterator[Start]:  # noqa: F811
    """Start a role or a worker on this store; all are killed at the end."""
    environment = {
        "IOC_DATA_DIR": str(settings.data_dir),
        "IOC_REDIS_URL": redis.url,
        "IOC_JOBS": "celery",
        "IOC_JOBS_AT_ONCE": "2",
        "IOC_JOBS_BY_SCHEDULE": "false",
    }
    with ExitStack() as stack:
        yield lambda command: stack.enter_context(
            Started(python(*command), environment=environment)
        )


@pytest.fixture
def ask(store: JobStore) -> Callable[..., Job]:  # noqa: F811
    return lambda kind, **inputs: store.ask(kind, inputs, "hoa", NOW_MS, title=TITLE)


def kill(started: Started) -> None:
    started.end(signal.SIGKILL)


def test_a_role_killed_at_its_worst_instants_loses_no_job_and_does_none_twice(
    start: Start,
    ask: Callable[..., Job],
    store: JobStore,  # noqa: F811
    redis: RedisServer,
) -> None:
    asked = [ask("add", a=number, b=1) for number in range(4)]
    role = start(ROLE)
    kill(role)  # wherever it is: before its first look, or within it
    role = start(ROLE)
    worker = start(WORKER)
    waits(lambda: any(store.find(job.id).state != State.QUEUED for job in asked), within_s=30)
    kill(role)  # word of some was sent, perhaps of all: the next one sends it again
    role = start(ROLE)
    done = [ended(store, job) for job in asked]
    assert [(job.state, job.attempt) for job in done] == [(State.DONE, 1)] * len(asked)

    running = until(store, ask("wait"), lambda known: known.partial)
    kill(role)  # the worker goes on without it
    role = start(ROLE)
    assert ended(store, ask("add", a=7, b=7)).result == {"sum": 14}  # so it has looked around
    again = store.find(running.id)
    assert (again.state, again.attempt) == (State.RUNNING, 1)
    assert not gone(running.partial["pids"])

    redis.kill()
    waiting = ask("add", a=8, b=8)
    role.wait_for("jobs wait")
    redis.start()
    # Word that went astray while both came back is sent once more.
    assert ended(store, waiting, within_s=RESEND_S + WITHIN_S).result == {"sum": 16}
    store.cancel(running.id, NOW_MS)
    assert ended(store, running).state == State.CANCELLED
    assert gone(running.partial["pids"])
    assert role.end() < 10
    worker.process.send_signal(signal.SIGTERM)
    worker.process.wait(20)


def test_role_and_worker_killed_leave_nothing_and_a_job_killed_twice_is_said(
    start: Start,
    ask: Callable[..., Job],
    store: JobStore,  # noqa: F811
    engine: Engine,  # noqa: F811
    settings: Settings,  # noqa: F811
) -> None:
    role, worker = start(ROLE), start(WORKER)
    first = until(store, ask("wait"), lambda known: known.partial)
    kill(role)
    os.killpg(worker.process.pid, signal.SIGKILL)  # all of the worker's own, as the machine's end
    worker.process.wait(10)
    pids: list[int] = first.partial["pids"]
    waits(lambda: gone(pids[:2]))  # the engine goes with its worker, by the kernel
    waits(lambda: not [each for each in scratch(settings) if each.name in str(first.partial["at"])])
    with writing(engine) as connection:  # as if the lease had run out
        connection.execute(table.update().values(lease_until_ms=0))
    start(ROLE)
    start(WORKER)
    second = until(store, first, lambda known: known.attempt == 2 and known.partial)
    assert gone(pids)  # and what had left its group is ended by the next worker
    os.kill(second.partial["pids"][0], signal.SIGKILL)
    failed = ended(store, first)
    assert (failed.state, failed.code, failed.attempt) == (State.FAILED, "workerKilled", 2)
    assert gone(second.partial["pids"])


def scratch(of: Settings) -> list[Any]:
    return list((of.data_dir / FOLDER).glob("*"))
