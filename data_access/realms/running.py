"""The realms beside live that play now: their processes, and their envelopes until they are cached.

The feed's own thread for them (operations/realms.py) calls everything here but `wake`. A realm has
one writer, this, and no other realm's envelope passes: a child that says one is ended. What has
ended leaves nothing behind: its keys are let go, also those of realms that ended while no feed ran.
"""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Literal

from data_access.aggregates.registry import aggregates
from data_access.cache import EnvelopeCache
from data_access.city import City, load_city
from data_access.envelope import Envelope
from data_access.errors import CacheError
from data_access.exposition import Exposition
from data_access.model import Basis
from data_access.realms.child import Made, Tuned, Went, serve
from data_access.realms.realm import is_beside, is_exercise, published
from data_access.realms.recollection import FoundThen, Recollection
from data_access.realms.rehearsal import Order
from settings import Settings

log = logging.getLogger(__name__)

BACK_OFF_S = (1.0, 60.0)  # until a process that ended by itself is started again, doubling
LOOK_S = 0.5  # between two looks at what had been found by the time that is played
AGAIN_S = 1.0  # until what the cache did not take is tried again

Publish = Callable[[Mapping[str, int]], None]
Phase = Literal["preparing", "running", "failed"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A realm that is to be played; `begun_ms` tells it from one of the same name before.

    Of one that is made `once` the envelopes stay as they are when they are all there.
    """

    order: Order
    tuned: Tuned
    begun_ms: float
    once: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """How a realm goes, as it is to be said."""

    realm: str
    run: int
    phase: Phase
    progress: float = 0.0
    basis: Basis | None = None
    code: str | None = None


@dataclass(slots=True)
class _Playing:
    """A realm at work."""

    wanted: Wanted
    process: BaseProcess | None = None
    link: Connection | None = None
    unkept: dict[str, Envelope] = field(default_factory=dict)  # the cache did not take them yet
    recollection: Recollection | None = None  # of an exercise
    ready: Went | None = None  # said, and told once all is kept
    is_done: bool = False
    failures: int = 0
    again_s: float = 0.0  # not started before
    kept_again_s: float = 0.0  # and the cache not tried

    @property
    def is_away(self) -> bool:
        """Whether its process ought to be there and is not."""
        return self.process is None and not self.is_done


class Rehearsals:
    """Plays what is wanted; `poll` does the work."""

    def __init__(
        self,
        settings: Settings,
        cache: EnvelopeCache,
        publish: Publish,
        *,
        found: FoundThen | None = None,
        clock: Callable[[], float] = time.monotonic,
        now_ms: Callable[[], float] = lambda: time.time() * 1000,
    ) -> None:
        """Start nothing yet. `publish` is told versions under the names of their realms.

        `found` is None where nothing works beside the feed: exercises have no findings then.
        """
        self._settings = settings
        self._cache = cache
        self._publish = publish
        self._clock = clock
        self._found = found
        self._now_ms = now_ms
        self._city: City | None = None  # read with the first exercise
        self._look_s = 0.0  # what had been found is not looked for before
        self._playing: dict[str, _Playing] = {}
        self._gone: set[str] | None = None  # realms to let go; None: not looked for yet
        self._must_renew = False
        self._spawn = multiprocessing.get_context("spawn")
        self._woken, self._waker = self._spawn.Pipe(duplex=False)

    def keep(self, wanted: Mapping[str, Wanted]) -> None:
        """Play exactly these realms: start, set and end what is needed.

        Raises ValueError for one that is not beside live.
        """
        self._look_s = 0.0
        if self._gone is None:
            self._gone = self._listed()
        for realm, each in list(self._playing.items()):
            after = wanted.get(realm)
            if after is None or after.begun_ms != each.wanted.begun_ms:
                self._end(realm)
        for realm, after in wanted.items():
            if not is_beside(realm) or after.order.realm != realm:
                raise ValueError(f"{realm!r} is no realm beside live")
            playing = self._playing.get(realm)
            if playing is None:
                self._playing[realm] = _Playing(after)
            elif playing.wanted.tuned != after.tuned:
                playing.wanted = after
                self._tune(playing)
        if self._gone is not None:
            self._gone = {realm for realm in self._gone if realm not in self._playing}

    def poll(self, timeout_s: float) -> list[Report]:
        """Wait for what is said, at most so long; keep it, and return how realms go."""
        if self._must_renew:
            self._must_renew = False
            for playing in self._playing.values():
                self._kill(playing)
                playing.unkept.clear()
                playing.ready, playing.is_done, playing.recollection = None, False, None
        reports = [said for realm in self._playing if (said := self._see_to(realm)) is not None]
        self._recall()
        self._forget()
        links = {each.link: realm for realm, each in self._playing.items() if each.link is not None}
        for link in wait([*links, self._woken], 0.0 if reports else self._pause_s(timeout_s)):
            if link is self._woken:
                self._woken.recv()
            else:
                assert isinstance(link, Connection)  # noqa: S101 - nothing else was waited for
                reports += self._hear(links[link], link)
        return reports

    def renew(self) -> None:
        """Have all that is played made anew: the past itself has changed; from any thread."""
        self._must_renew = True
        self.wake()

    def wake(self) -> None:
        """Let `poll` return at once; from any thread."""
        self._waker.send(None)

    def close(self) -> None:
        """End all processes; what they made stays, for a feed that goes on."""
        for playing in self._playing.values():
            self._kill(playing)
        self._playing.clear()

    def _listed(self) -> set[str] | None:
        try:
            return set(self._cache.realms())
        except CacheError as error:
            log.warning("realms cannot be looked for yet: %s", error)
            return None

    def _see_to(self, realm: str) -> Report | None:
        """Start what should run and does not; keep what the cache did not take."""
        playing = self._playing[realm]
        self._keep(playing)
        if playing.ready is not None and not playing.unkept:
            return self._finished(realm, playing)
        if not playing.is_away or self._clock() < playing.again_s:
            return None
        self._start(realm, playing)
        return Report(realm, playing.wanted.tuned.run, "preparing")

    def _recall(self) -> None:
        """Have exercises say what had been found by what time it is there."""
        if self._found is None or self._clock() < self._look_s:
            return
        self._look_s = self._clock() + LOOK_S
        now_ms = self._now_ms()
        for realm, playing in self._playing.items():
            if not is_exercise(realm):  # what was known is asked of where it is kept
                continue
            if playing.recollection is None:
                city = self._city = self._city or load_city(self._settings.city)
                versions = self._cache.versions(realm)
                playing.recollection = Recollection(realm, self._found, city, versions)
            glass_ms = playing.wanted.tuned.clock.glass(now_ms)
            said = playing.recollection.step(glass_ms, now_ms=now_ms)
            playing.unkept |= {each.aggregate: each for each in said}
            self._keep(playing)

    def _start(self, realm: str, playing: _Playing) -> None:
        playing.link, theirs = self._spawn.Pipe()
        wanted = playing.wanted
        playing.process = self._spawn.Process(
            target=serve,
            args=(self._settings, wanted.order, wanted.tuned, theirs),
            name=realm,
            daemon=True,
        )
        playing.process.start()
        theirs.close()

    def _hear(self, realm: str, link: Connection) -> Iterable[Report]:
        playing = self._playing[realm]
        try:
            while not playing.is_done and link.poll():
                report = self._take(realm, playing, link.recv())
                if report is not None:
                    yield report
        except (EOFError, OSError, ValueError, TypeError, KeyError) as error:
            yield self._failed(realm, playing, error)

    def _take(self, realm: str, playing: _Playing, said: object) -> Report | None:
        """Take what a process said; raises what it is not made of."""
        if isinstance(said, Made):
            envelopes = [Envelope.decode(each) for each in said.envelopes]
            if any(each.realm != realm for each in envelopes):
                raise ValueError("an envelope of another realm")
            playing.unkept |= {each.aggregate: each for each in envelopes}
            self._keep(playing)
            return None
        if not isinstance(said, Went):
            raise TypeError(f"{said!r:.80} is nothing a process says")
        if said.phase == "preparing":
            return Report(realm, said.run, "preparing", said.progress)
        playing.ready = said
        return None if playing.unkept else self._finished(realm, playing)

    def _keep(self, playing: _Playing) -> None:
        if not playing.unkept or self._clock() < playing.kept_again_s:
            return
        realm = playing.wanted.order.realm
        envelopes = list(playing.unkept.values())
        try:
            self._cache.write_many(envelopes)
        except CacheError as error:
            log.error(
                "%s: envelopes cannot be written (again in %.0f s): %s", realm, AGAIN_S, error
            )
            playing.kept_again_s = self._clock() + AGAIN_S
            return
        playing.unkept.clear()
        self._publish({published(realm, each.aggregate): each.version for each in envelopes})

    def _finished(self, realm: str, playing: _Playing) -> Report:
        assert playing.ready is not None  # noqa: S101 - asked before
        said, playing.ready = playing.ready, None
        playing.failures = 0
        if playing.wanted.once:
            playing.is_done = True
            self._kill(playing)
        return Report(realm, said.run, "running", 1.0, said.basis)

    def _failed(self, realm: str, playing: _Playing, error: Exception) -> Report:
        code = "ended"
        if playing.process is not None:
            playing.process.join(0.1)
            code = f"ended ({playing.process.exitcode})"
        self._kill(playing)
        first, longest = BACK_OFF_S
        wait_s = min(first * 2.0**playing.failures, longest)
        playing.failures += 1
        playing.again_s = self._clock() + wait_s
        log.error("%s: its process %s (again in %.0f s): %r", realm, code, wait_s, error)
        return Report(realm, playing.wanted.tuned.run, "failed", code="processEnded")

    def _tune(self, playing: _Playing) -> None:
        if playing.link is None:
            return
        try:
            playing.link.send(playing.wanted.tuned)
        except OSError as error:
            log.info("%s cannot be set: %s", playing.wanted.order.realm, error)  # `poll` finds out

    def _end(self, realm: str) -> None:
        self._kill(self._playing.pop(realm))
        self._gone = {*(self._gone or ()), realm}

    def _kill(self, playing: _Playing) -> None:
        if playing.process is not None:
            playing.process.kill()
            playing.process.join()
        if playing.link is not None:
            playing.link.close()
        playing.process = playing.link = None

    def _forget(self) -> None:
        """Let go what realms left in the cache that are not played any more."""
        if not self._gone:
            return
        found = self._found.versions() if self._found is not None else None
        names = [*aggregates(), *Exposition.ALWAYS, *(found or ())]
        for realm in list(self._gone):
            try:
                self._cache.forget(realm, names)
            except CacheError as error:
                log.error("%s: %s", realm, error)
                return
            assert self._gone is not None  # noqa: S101 - it had this one
            self._gone.discard(realm)

    def _pause_s(self, timeout_s: float) -> float:
        """Return how long nothing has to be done unasked."""
        playing = self._playing.values()
        waits = [max(0.0, p.again_s - self._clock()) for p in playing if p.is_away]
        waits += [max(0.0, p.kept_again_s - self._clock()) for p in playing if p.unkept]
        waits += [AGAIN_S] if self._gone else []
        if self._found is not None and any(map(is_exercise, self._playing)):
            waits.append(max(0.0, self._look_s - self._clock()))
        return min([timeout_s, *waits])
