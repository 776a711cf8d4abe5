"""The Redis server that controllers share: how it is reached, and whether it keeps what it says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from wall.errors import ForgetfulRedis, StoreError

ALL_SITES = "all"  # whose state it is when a controller has the walls of all sites
ANSWER_S = 0.8  # less than a lease's third: a renewal in time or none
REWRITTEN_S = 60.0  # a server of a gigabyte writes its files anew in less
LOOK_S = 0.02
# What a server must be set to so that a write it has answered survives its power failure.
NEEDED = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}


def connect(url: str) -> redis.Redis:
    """Return a client for threads; nothing is sent yet.

    A connection that turns out to be dead (the server was restarted) is opened anew once: every
    script may run twice. A server that does not answer is not asked again.
    """
    return redis.Redis.from_url(
        url,
        socket_timeout=ANSWER_S,
        socket_connect_timeout=ANSWER_S,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )


def address(client: redis.Redis) -> str:
    """Return where the server is, without the password."""
    where = client.connection_pool.connection_kwargs
    if "path" in where:
        return f"Redis at {where['path']}"
    return f"Redis at {where.get('host', 'localhost')}:{where.get('port', 6379)}"


@contextmanager
def translated(client: redis.Redis) -> Iterator[None]:
    """Let what the client raises come out as StoreError."""
    try:
        yield
    except (redis.RedisError, OSError) as error:
        raise StoreError(f"{address(client)} cannot be read or written: {error}") from error


def refuse_forgetful(client: redis.Redis) -> None:
    """Raise ForgetfulRedis unless each write is on the server's disk before it is answered."""
    found: dict[str, str] = {}
    with translated(client):
        try:
            for name in NEEDED:
                found |= {_text(k): _text(v) for k, v in client.config_get(name).items()}
        except redis.ResponseError as error:
            raise ForgetfulRedis(
                f"{address(client)} does not say how it keeps data ({error}); allow this user "
                "CONFIG GET, or set IOC_WALL_MAY_FORGET=1 if its loss may cost the walls' state"
            ) from error
    wrong = {name: found.get(name, "") for name in NEEDED if found.get(name) != NEEDED[name]}
    if wrong:
        said = ", ".join(f"{name} is {wrong[name] or 'unknown'!r}" for name in wrong)
        needed = ", ".join(f"{name} {NEEDED[name]}" for name in wrong)
        raise ForgetfulRedis(
            f"{address(client)} may lose what it acknowledged: {said}; set {needed}, or "
            "IOC_WALL_MAY_FORGET=1 if its loss may cost the walls' state"
        )


def rewrite_files(client: redis.Redis) -> None:
    """Have the server write its files anew, so that they no longer hold what was deleted.

    Raises StoreError when it may not be asked for that, or is not done within a minute.
    """
    with translated(client):
        _wait_for_files(client)  # what is being written now began before
        if _persistence(client)["aof_enabled"]:
            client.bgrewriteaof()
            _wait_for_files(client)
        if _text(client.config_get("save").get("save")):
            client.bgsave()
            _wait_for_files(client)
        told = _persistence(client)
    for name in ("aof_last_bgrewrite_status", "rdb_last_bgsave_status"):
        if told.get(name, "ok") != "ok":
            said = f"{name} is {told[name]!r}"
            raise StoreError(f"{address(client)} could not write its files anew: {said}")


def _wait_for_files(client: redis.Redis) -> None:
    until_s = time.monotonic() + REWRITTEN_S
    busy = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")
    while any(_persistence(client).get(name) for name in busy):
        if time.monotonic() > until_s:
            raise StoreError(f"{address(client)} is still writing its files")
        time.sleep(LOOK_S)


def _persistence(client: redis.Redis) -> dict[str, Any]:
    told: Any = client.info("persistence")
    return dict(told)


def _text(found: bytes | str | None) -> str:
    return found.decode() if isinstance(found, bytes) else found or ""
