"""A claimed job, from its order to the last word about it in the store.

A store that is away for a while loses nothing: words wait for it, as long as the lease holds.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from data_access.envelope import Envelope
from jobs.canonical import canonical
from jobs.claims import LEASE_S, Claim, Claims, Made
from jobs.errors import LeaseLost
from jobs.findings import FindingStore
from jobs.kinds import JobKind
from jobs.store import key_of
from jobs.supervision import End, Ended, supervise
from jobs.versions import versions_of
from jobs.worker import Worker
from settings import Settings

AGAIN_S = 0.5

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where jobs are claimed, and what they find is kept."""

    settings: Settings
    claims: Claims
    findings: FindingStore
    now_ms: Callable[[], float] = lambda: time.time() * 1000


class StoreKeeper:
    """Keeps in the store how one claimed job goes."""

    def __init__(self, desk: Desk, claim: Claim) -> None:
        self._desk = desk
        self._claim = claim
        self._said_ms = desk.now_ms()

    def is_wanted(self) -> bool:
        """Renew the lease when it is time, and tell whether nobody has asked that it end.

        Raises LeaseLost where the store was away for longer than the lease.
        """
        claims, now_ms = self._desk.claims, self._desk.now_ms()
        try:
            if now_ms - self._said_ms >= claims.beat_s * 1000:
                claims.go_on(self._claim, now_ms)
                self._said_ms = now_ms
            return claims.is_wanted(self._claim)
        except SQLAlchemyError as error:
            log.warning("the store of jobs is away: %s", error)
            if now_ms - self._said_ms >= claims.lease_s * 1000:
                raise LeaseLost(f"The lease of job {self._claim.job.id} is over.") from error
            return True

    def progress(self, share: float, step: str) -> None:
        """Keep how far it is."""
        _patiently(lambda: self._desk.claims.progress(self._claim, share, step))

    def partial(self, packed: bytes) -> None:
        """Keep a first answer."""
        _patiently(lambda: self._desk.claims.partial(self._claim, packed))

    def publish(self, envelope: Envelope) -> None:
        """Keep what it has found; raises Refused."""
        now_ms, job_id = self._desk.now_ms(), self._claim.job.id
        _patiently(lambda: self._desk.findings.publish(envelope, job_id, now_ms))


async def do_claimed(
    desk: Desk,
    claim: Claim,
    kind: JobKind,
    worker: Worker,
    *,
    is_ending: Callable[[], bool] = lambda: False,
) -> End:
    """Have `worker` do a claimed job and keep what came of it."""
    log.info("%s %s begins, attempt %d", kind.name, claim.job.id, claim.job.attempt)
    ended = await supervise(
        worker,
        kind.work,
        claim.job.inputs,
        keeper=StoreKeeper(desk, claim),
        timeout_s=kind.timeout_s,
        is_scheduled=claim.is_scheduled,
        is_ending=is_ending,
    )
    try:
        await asyncio.to_thread(_patiently, lambda: _last_word(desk, claim, kind, ended))
    except (LeaseLost, SQLAlchemyError) as error:
        log.error("what came of %s %s is not kept: %s", kind.name, claim.job.id, error)
        return End.LOST
    log.info("%s %s: %s %s", kind.name, claim.job.id, ended.end.value, ended.reason)
    return ended.end


def _last_word(desk: Desk, claim: Claim, kind: JobKind, ended: Ended) -> None:
    now_ms, claims = desk.now_ms(), desk.claims
    if ended.end is End.DONE:
        versions = versions_of(kind, desk.settings.city)
        key = claim.key
        if versions != claim.job.versions:  # it was asked by another release, or the city changed
            key = key_of(kind.name, canonical(claim.job.inputs), versions)
        made = Made(ended.packed, ended.result_hash, ended.size, versions, key)
        claims.finish(claim, made, now_ms)
    elif ended.end is End.FAILED:
        claims.fail(claim, ended.code, ended.reason, now_ms)
    elif ended.end is End.CANCELLED:
        claims.cancelled(claim, now_ms)
    elif ended.end is End.KILLED:
        claims.died(claim, now_ms)
    elif ended.end is End.STOPPED:
        claims.give_back(claim)


def _patiently(say: Callable[[], object]) -> None:
    """Say something to the store, again and again while it is away; raises SQLAlchemyError."""
    for attempt in Retrying(
        retry=retry_if_exception_type(SQLAlchemyError),
        wait=wait_fixed(AGAIN_S),
        stop=stop_after_delay(LEASE_S),
        reraise=True,
    ):
        with attempt:
            say()
