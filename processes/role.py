"""The roles: how each serves in a process of its own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass

from settings import Settings

Refuse = Callable[[str], None]  # hears in one sentence what a person has to mend
Serve = Callable[[Settings, Refuse], None]


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the room; `serve` returns when the process is told to end."""

    name: str
    summary: str
    serve: Serve


def told_to_end() -> threading.Event:
    """Return an event that SIGTERM or SIGINT sets; a second signal ends at once.

    A thread waits for them, since an `Event` set from a signal handler can deadlock with the
    thread it interrupts. Call it before other threads start: they inherit the mask.
    """
    ended = threading.Event()
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)

    def wait() -> None:
        signal.sigwait(signals)
        ended.set()
        signal.sigwait(signals)
        signal.raise_signal(signal.SIGKILL)

    threading.Thread(target=wait, name="signals", daemon=True).start()
    return ended


def _feed(settings: Settings, _refuse: Refuse) -> None:
    ended = told_to_end()  # before the import: numerics start threads of their own

    from processes.feed import serve

    serve(settings, ended)


def _render(settings: Settings, _refuse: Refuse) -> None:
    ended = told_to_end()

    from callbacks.render import run_render

    run_render(settings, stop=ended)


def _web(settings: Settings, refuse: Refuse) -> None:
    from processes.web import serve

    serve(settings, refuse=refuse)


def _jobs(settings: Settings, _refuse: Refuse) -> None:
    ended = told_to_end()

    from processes.jobs import serve

    serve(settings, ended)


def serve_worker(settings: Settings, _refuse: Refuse) -> None:
    """Take jobs from Redis as a Celery worker: what `jobs` has done elsewhere, not a role."""
    from processes.jobs import work

    work(settings)


def _wall(settings: Settings, _refuse: Refuse) -> None:
    from wall.server import run_wall

    run_wall(settings)


ROLES = {
    role.name: role
    for role in (
        Role("wall", "the wall controller: who shows what, when", _wall),
        Role("web", "the pages: room, operator, console, players", _web),
        Role("feed", "reads sources, keeps the store, writes the cache", _feed),
        Role("render", "turns cached aggregates into tile contents, once each", _render),
        Role("jobs", "does work that takes seconds: twins, forecasts, detection, briefs", _jobs),
    )
}
