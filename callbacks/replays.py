"""When a rule would have fired, found out beside the web process: in one child at a time.

A replay builds a whole day anew, some thousand envelopes. In a thread here it would hold every
console's callback up for as long; so it is `app.py rule replay` in a process of its own, which
gives way to everything else, is ended after a time, and ends with us. A callback starts it, looks
how it stands, or ends it; none waits. What it answered is kept under its own number until a few
others have been asked, and never given to the same question again.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from operations.replayed import Replayed
from operations.rule_answer import read_answer, read_error

APP = Path(__file__).resolve().parents[1] / "app.py"
WITHIN_S = 180.0
KEPT = 8

log = logging.getLogger(__name__)


class Busy(Exception):
    """Somebody else's question is being answered."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which rule on which local day, with its own threshold or (not None) another one."""

    rule_id: str
    day: date
    threshold: float | None = None

    @property
    def arguments(self) -> list[str]:
        """What `app.py rule replay` is given."""
        threshold = [] if self.threshold is None else [f"--threshold={self.threshold!r}"]
        return ["--day", f"{self.day:%d/%m/%Y}", *threshold, "--", self.rule_id]


@dataclass(slots=True)
class Job:
    """A question that was asked, and how far it is."""

    question: Question
    user_id: str
    job_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: Literal["running", "done", "failed"] = "running"
    answer: Replayed | None = None  # of one that is done
    code: str = ""  # why it failed: of `rule_answer.error_json`, or tooLong, cancelled, failed
    process: subprocess.Popen[bytes] | None = None
    ended: threading.Event = field(default_factory=threading.Event)  # nothing of it runs any more


class Replays:
    """The replays of a web process; for all its threads."""

    def __init__(
        self,
        command: Sequence[str] = (sys.executable, str(APP)),
        *,
        within_s: float = WITHIN_S,
    ) -> None:
        """`command` is what runs `app.py`."""
        self._command = list(command)
        self._within_s = within_s
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._running: Job | None = None
        self._lock = threading.Lock()

    def ask(self, question: Question, user_id: str) -> Job:
        """Begin to answer; one's own question before this one is dropped. Raises Busy."""
        job = Job(question, user_id)
        with self._lock:
            if self._running is not None:
                if self._running.user_id != user_id:
                    raise Busy
                self._end(self._running, "cancelled")
            self._running = self._jobs[job.job_id] = job
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)
        # The child dies with the thread that starts it: with one that waits for it.
        threading.Thread(target=self._run, args=(job,), name="replay", daemon=True).start()
        return job

    def find(self, job_id: str, user_id: str) -> Job | None:
        """Return a question of this person; None when it was asked elsewhere or long ago."""
        with self._lock:
            job = self._jobs.get(job_id)
        return job if job is not None and job.user_id == user_id else None

    def cancel(self, job_id: str, user_id: str) -> None:
        """End the work at a question of this person."""
        job = self.find(job_id, user_id)
        with self._lock:
            if job is not None:
                self._end(job, "cancelled")

    def close(self) -> None:
        """End the work at whatever is being answered."""
        with self._lock:
            if self._running is not None:
                self._end(self._running, "cancelled")

    def _end(self, job: Job, code: str) -> None:
        if job.state != "running":
            return
        job.state, job.code = "failed", code
        if job.process is not None:
            job.process.kill()
        if self._running is job:
            self._running = None

    def _run(self, job: Job) -> None:
        try:
            self._work(job)
        finally:
            job.ended.set()

    def _work(self, job: Job) -> None:
        with self._lock:
            if job.state != "running":
                return
            try:
                job.process = self._start(job.question)
            except OSError:
                log.exception("a replay cannot be started")
                self._end(job, "failed")
                return
        try:
            told, refused = job.process.communicate(timeout=self._within_s)
        except subprocess.TimeoutExpired:
            with self._lock:
                self._end(job, "tooLong")
            job.process.communicate()
            return
        answer, code = self._read(job.process.returncode, told, refused)
        with self._lock:
            if job.state != "running":
                return
            job.answer, job.code = answer, code
            job.state = "done" if answer is not None else "failed"
            self._running = None if self._running is job else self._running

    def _start(self, question: Question) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                *self._command,
                *("rule", "replay", "--json", "--patient", "--parent", str(os.getpid())),
                *question.arguments,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    @staticmethod
    def _read(exit_code: int, told: bytes, refused: bytes) -> tuple[Replayed | None, str]:
        try:
            if exit_code == 0:
                return read_answer(told), ""
        except ValueError as error:
            log.error("a replay answered with nonsense: %s", error)
            return None, "failed"
        lines = refused.decode(errors="replace").strip().splitlines() or [""]
        code = read_error(lines[-1])
        if code == "unknown":
            log.error("a replay ended with exit code %s: %s", exit_code, lines[-1])
            return None, "failed"
        return None, code
