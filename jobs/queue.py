"""Jobs on several machines: Celery on Redis carries word of them, the store says what they are.

A message names a job and nothing else. Who takes it claims the job in the store first, so that a
message that comes twice, late or never does no harm: what waits is sent again, what a dead worker
had is done once more by the lease. What does the work is the same process as in the pool.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable

from celery import Celery
from celery.exceptions import OperationalError
from kombu.transport.redis import Channel
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from jobs.claimed import Desk, do_claimed
from jobs.claims import Claims, Waiting
from jobs.findings import FindingStore
from jobs.kinds import KINDS, Kinds, offered
from jobs.pool import clean_up, pool_name
from jobs.worker import start
from permissions.database import connect_operations
from settings import Settings

TASK, QUEUE = "jobs.do", "ioc-jobs"
FIRST, LAST = 0, 9  # of Redis: the smaller goes first
RESEND_S = 30.0
REAP_S = 2.0
VISIBLE_S = 3600  # until Redis gives a message again that nobody has acknowledged

log = logging.getLogger(__name__)


def celery_app(settings: Settings) -> Celery:
    """Return the application; it reads no file and no environment of its own."""
    assert settings.redis_url is not None  # noqa: S101 - a setting demands it
    app = Celery("ioc", broker=settings.redis_url.get_secret_value(), set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": VISIBLE_S,
            "queue_order_strategy": "priority",
            "priority_steps": [FIRST, LAST],
            "sep": ":",
            "socket_timeout": 30,
        },
        task_acks_late=True,
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_serializer="json",
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_concurrency=settings.jobs_at_once,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
    )
    return app


class Dispatcher:
    """Sends word of the jobs that wait; any number of them may."""

    def __init__(self, claims: Claims, send: Callable[[Waiting], None]) -> None:
        self._claims = claims
        self._send = send
        self._sent_ms: dict[tuple[str, int], float] = {}
        self._reap_ms = 0.0

    def step(self, now_ms: float) -> None:
        """Send word of what is new, and again of what nobody takes."""
        if now_ms >= self._reap_ms:
            self._reap_ms = now_ms + REAP_S * 1000
            self._claims.reap(now_ms)
        waiting = self._claims.waiting()
        known = {(each.job_id, each.attempt) for each in waiting}
        self._sent_ms = {key: at for key, at in self._sent_ms.items() if key in known}
        for each in self._unsent(waiting, now_ms):
            self._send(each)
            self._sent_ms[each.job_id, each.attempt] = now_ms

    def _unsent(self, waiting: Iterable[Waiting], now_ms: float) -> Iterable[Waiting]:
        for each in waiting:
            sent_ms = self._sent_ms.get((each.job_id, each.attempt))
            if sent_ms is None or now_ms - sent_ms >= RESEND_S * 1000:
                yield each


def sender(app: Celery) -> Callable[[Waiting], None]:
    """Return what sends word of a job; raises OSError while Redis is away."""

    def send(each: Waiting) -> None:
        priority = LAST if each.is_scheduled else FIRST
        try:
            app.send_task(TASK, [each.job_id], queue=QUEUE, priority=priority, retry=False)
        except (OperationalError, RedisError) as error:
            raise OSError(f"Redis cannot be reached: {error}") from error

    return send


def work(settings: Settings, *, kinds: Kinds = KINDS) -> None:
    """Take jobs until told to end: a Celery worker of as many processes as jobs at once."""
    clean_up(settings, pool_name(settings, of="celery"))
    # Whatever was taken is known by its lease, and word of what waits is sent again. Giving it back
    # to a Redis that is away would end the worker (kombu 5.7: AttributeError in `_connparams`).
    Channel.do_restore = False
    app = celery_app(settings)

    @app.task(name=TASK)  # type: ignore[untyped-decorator]
    def do(job_id: str) -> None:
        try:
            asyncio.run(do_job(settings, job_id, kinds=kinds))
        except (SQLAlchemyError, OSError) as error:
            log.error("job %s waits: %s", job_id, error)  # it is sent again

    app.worker_main(["worker", "--loglevel=INFO", "--without-mingle", "--without-gossip"])


async def do_job(settings: Settings, job_id: str, *, kinds: Kinds = KINDS) -> None:
    """Claim a job and do it in a process of its own; nothing when somebody has it already."""
    engine = connect_operations(settings.operations_url)
    try:
        desk = Desk(settings, Claims(engine), FindingStore(engine))
        known = offered(kinds)
        name = f"{pool_name(settings, of='celery')}/{os.getpid()}"
        worker = await start(settings, name)
        claim = desk.claims.claim(name, known, desk.now_ms(), job_id=job_id)
        if claim is None:
            await worker.end()
            return
        await do_claimed(desk, claim, known[claim.job.kind], worker)
    finally:
        engine.dispose()
