"""The role as a process: killed at any moment nothing runs on, and the next one goes on."""

from __future__ import annotations

import signal

import pytest

from jobs.job import State
from jobs.worker import FOLDER
from tests.jobs.conftest import NOW_MS, TITLE, ended, until
from tests.jobs.test_pool import gone
from tests.processes.started import Started, python
from tests.processes.started import until as waits


@pytest.fixture
def start(settings):
    """Start a role on this store; all are killed at the end."""
    started = []

    def starting():
        environment = {"IOC_DATA_DIR": str(settings.data_dir)}
        started.append(Started(python("-m", "tests.jobs.pool_role"), environment=environment))
        return started[-1].process

    yield starting
    for each in started:
        each.__exit__(None, None, None)


def test_a_killed_role_leaves_nothing_running_and_the_next_goes_on(
    start, store, engine, settings, tmp_path
):
    job = store.ask("wait", {}, "hoa", NOW_MS, title=TITLE)
    role = start()
    running = until(store, job, lambda known: known.partial)
    role.send_signal(signal.SIGKILL)
    role.wait()
    # The engine's process goes with the worker that the kernel ends; without anybody's help.
    worker, engine_pid, strayed = running.partial["pids"]
    waits(lambda: gone([worker, engine_pid]))
    waits(lambda: not list((settings.data_dir / FOLDER).glob("*")))
    start()
    again = until(store, job, lambda known: known.attempt == 2 and known.partial)
    assert gone([strayed])
    store.cancel(job.id, NOW_MS)
    assert ended(store, job).state == State.CANCELLED
    assert gone(again.partial["pids"])


def test_a_role_that_is_told_to_end_does_so_at_once(start, store, engine):
    job = store.ask("wait", {}, "hoa", NOW_MS, title=TITLE)
    role = start()
    running = until(store, job, lambda known: known.partial)
    role.send_signal(signal.SIGTERM)
    assert role.wait(10) == 0
    assert gone(running.partial["pids"])
    assert store.find(job.id).state == State.QUEUED
