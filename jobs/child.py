"""A worker process: `python -m jobs.child` does one piece of work and ends.

It has imported and opened what is heavy before it is told what to do, runs at low priority in a
group of its own, and says over its socket how it goes. What the work prints, raises or forks stays
here.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson

from data_access.envelope import Envelope
from data_access.parent import die_with
from jobs import wire
from jobs.canonical import MOST_BYTES, canonical, pack
from jobs.errors import Refused
from jobs.job import State
from jobs.lowly import BY_ITSELF, FOR_PEOPLE, give_way, stand_guard
from jobs.perform import Outcome, perform
from jobs.publishing import check
from jobs.wire import Say
from jobs.working import Cancelled
from language import pack as pack_words
from language import told
from settings import Settings

SAID_S = 0.1  # least time between two words of progress


class PipeWorking:
    """A job as its work sees it, from a worker process."""

    def __init__(self, settings: Settings, folder: Path, link: socket.socket) -> None:
        self.settings = settings
        self.folder = folder
        self._link = link
        self._pid = os.getpid()
        self._said_s = -SAID_S
        self._step = ""

    def progress(self, share: float, step: str) -> None:
        """Say how far it is: each step, and its share at most every so often."""
        now_s = time.monotonic()
        if step != self._step or now_s - self._said_s >= SAID_S:
            self._said_s, self._step = now_s, step
            self.send(Say.PROGRESS, orjson.dumps([float(share), str(step)]))

    def partial(self, result: Mapping[str, Any]) -> None:
        """Give a first answer; raises Refused when it is too large or no plain JSON."""
        said = canonical(result)
        if len(said) > MOST_BYTES:
            raise Refused(
                "tooLarge", told("The first answer has {size:.1f} MB.", size=len(said) / 1e6)
            )
        self.send(Say.PARTIAL, pack(said))

    def publish(self, envelope: Envelope) -> None:
        """Have an envelope put in the cache; raises Refused for what is no finding."""
        check(envelope)
        self.send(Say.FINDING, envelope.encode())

    def check(self) -> None:
        """Raise Cancelled when nobody waits for this any more."""
        if select.select([self._link], [], [], 0)[0]:
            raise Cancelled

    def send(self, say: Say, body: bytes = b"") -> None:
        """Say a word; a fork of the work that comes here ends."""
        if os.getpid() != self._pid:
            os._exit(0)
        wire.send(self._link, say, body)


def main(arguments: Sequence[str]) -> None:
    """Do one piece of work: `descriptor parent scratch module …`."""
    descriptor, parent_pid, scratch, *warm = arguments
    die_with(int(parent_pid))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
    give_way(FOR_PEOPLE)
    stand_guard(Path(scratch))
    link = socket.socket(fileno=int(descriptor))
    link.set_inheritable(False)  # not for engines
    with suppress(EOFError, OSError):  # nobody waits for this any more
        settings = _told(link, Say.SETTINGS)
        for module in warm:
            with suppress(Exception):  # whoever needs it will say what is wrong with it
                getattr(import_module(module), "warm", _nothing)(settings)
        wire.send(link, Say.READY)
        _work(link, settings, Path(scratch))
        sys.stdout.flush()
    os._exit(0)  # whatever threads the work has left


def _nothing(settings: Settings) -> None:
    """What a module without a `warm` does before it is asked."""


def _told(link: socket.socket, what: Say) -> Any:
    say, body = wire.receive(link)
    if say != what:
        raise EOFError(f"{what.name} was expected")
    return pickle.loads(body)


def _work(link: socket.socket, settings: Settings, scratch: Path) -> None:
    work, inputs, is_scheduled = _told(link, Say.ORDER)
    if is_scheduled:
        give_way(BY_ITSELF)
    working = PipeWorking(settings, scratch, link)
    outcome = perform(work, inputs, working)
    if outcome.state == State.DONE:
        about = orjson.dumps([outcome.result_hash, len(outcome.result)])
        working.send(Say.DONE, about + b"\n" + pack(outcome.result))
    elif outcome.state == State.CANCELLED:
        working.send(Say.CANCELLED)
    else:
        working.send(Say.FAILED, _failure(outcome))


def _failure(outcome: Outcome) -> bytes:
    words = (outcome.code, pack_words(outcome.reason), outcome.trace[-4000:])
    return orjson.dumps([word.encode(errors="replace").decode() for word in words])


if __name__ == "__main__":
    main(sys.argv[1:])
