"""The role `wall` among several controllers of a site, over the Redis that has its state."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from settings import Settings
from wall.clock import SharedClock, machine_ms
from wall.controller import Controller
from wall.door import Door
from wall.proof.retention import Retention
from wall.proof.sharing import Sharing
from wall.proof.standby import StandbyCopy
from wall.server import assemble, listening, make_controller
from wall.shared.adoption import adopt
from wall.shared.holder import Holder
from wall.shared.proof import RedisProof
from wall.shared.server import ALL_SITES, connect, refuse_forgetful
from wall.shared.store import RedisStore
from wall.shared.term import Term
from wall.store import Kept
from wall.succession import Succession


async def serve_in_turns(
    settings: Settings,
    city: Path,
    *,
    ready: Callable[[int], None] | None,
    stop: asyncio.Event,
    clock: Callable[[], float] | None,
) -> None:
    """Compete with the site's other controllers, over the Redis that has its state."""
    site = settings.site or ALL_SITES
    url = settings.redis_url.get_secret_value() if settings.redis_url is not None else ""
    client = connect(url)
    holder = Holder(settings.data_dir)
    door = Door()
    sharing = Sharing(RedisProof(client, site))

    def say(problem: str | None) -> None:
        door.proof_problem = problem

    def make(store: RedisStore, kept: Kept, term: Term) -> Controller:
        # Each term its own: a standby may have slept through steps of the wall time.
        now_ms = clock or SharedClock().now_ms
        return make_controller(
            settings,
            city,
            store,
            kept,
            now_ms=now_ms,
            machine_ms=clock or machine_ms,
            may_command=term.stands,
            sharing=sharing,
        )

    def begin(store: RedisStore) -> Kept:
        kept = store.begin_epoch(now_s=time.time())
        return adopt(settings.wall_state_path, store, kept, now_s=time.time())

    def open_store() -> RedisStore:
        return RedisStore(client, site, holder=holder.controller_id)

    def check() -> None:
        if not settings.wall_may_forget:
            refuse_forgetful(client)

    try:
        assemble(settings, city, Kept(0, ""), now_ms=0)  # say now what would hinder taking over
        async with listening(door, settings) as port:
            if ready is not None:
                ready(port)
            copier = StandbyCopy(
                settings.proof_path,
                sharing,
                retention=Retention(settings.proof_days, settings.proof_mb),
                clock=clock or machine_ms,
                say=say,
            )
            succession = Succession(
                door, open_store=open_store, check=check, make=make, begin=begin, copy=copier.run
            )
            await succession.run(stop)
    finally:
        client.close()
        holder.close()
