"""Jobs through a real Redis and a real Celery worker; what is lost is sent again."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from jobs.claims import Claims
from jobs.job import State
from jobs.queue import RESEND_S, Dispatcher, celery_app, sender
from jobs.tables import job as table
from permissions.database import writing
from settings import Settings
from tests.jobs.conftest import NOW_MS, TITLE, ended, until
from tests.jobs.test_pool import gone
from tests.processes.started import Started, python
from tests.redis_server import redis_server


@pytest.fixture
def ask(store):
    return lambda kind, **inputs: store.ask(kind, inputs, "hoa", NOW_MS, title=TITLE)


def test_what_waits_is_sent_once_and_again_after_a_while(ask, claims):
    sent = []
    dispatcher = Dispatcher(claims, lambda each: sent.append((each.job_id, each.attempt)))
    job = ask("add", a=1, b=1)
    for second in range(3):
        dispatcher.step(NOW_MS + second * 1000)
    assert sent == [(job.id, 0)]
    dispatcher.step(NOW_MS + RESEND_S * 1000)
    assert len(sent) == 2


def test_a_worker_on_redis_does_jobs_and_a_dead_ones_are_done_once_more(
    ask, store, engine, claims: Claims, settings: Settings, tmp_path: Path
) -> None:
    with redis_server(tmp_path, "--save", "") as redis:
        environment = {
            "IOC_DATA_DIR": str(settings.data_dir),
            "IOC_REDIS_URL": redis.url,
            "IOC_JOBS": "celery",
            "IOC_JOBS_AT_ONCE": "1",
        }
        url = SecretStr(redis.url)
        app = celery_app(settings.model_copy(update={"redis_url": url, "jobs": "celery"}))
        dispatcher = Dispatcher(claims, sender(app))
        module = python("-m", "tests.jobs.celery_worker")
        with Started(module, environment=environment) as worker:
            done = ask("add", a=1, b=2)
            dispatcher.step(NOW_MS)
            assert ended(store, done).result == {"sum": 3}
            waiting = ask("wait")
            dispatcher.step(NOW_MS)
            running = until(store, waiting, lambda known: known.partial)
            os.kill(psutil.Process(running.partial["pids"][0]).ppid(), signal.SIGKILL)
            with writing(engine) as connection:  # as if the lease had run out
                connection.execute(table.update().values(lease_until_ms=0))
            dispatcher.step(NOW_MS + 10_000)
            again = until(store, waiting, lambda known: known.attempt == 2 and known.partial)
            assert gone(running.partial["pids"][:2])
            store.cancel(waiting.id, NOW_MS)
            assert ended(store, waiting).state == State.CANCELLED
            assert gone(again.partial["pids"])
            worker.process.send_signal(signal.SIGTERM)
            worker.process.wait(20)
        app.close()
