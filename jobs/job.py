"""A job as it is known: what was asked, by whom, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from data_access.envelope import Text


class State(StrEnum):
    """How a job stands; the last three are for good."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({State.DONE, State.FAILED, State.CANCELLED})
UNDER_WAY = frozenset({State.QUEUED, State.RUNNING})
BY_SCHEDULE = "schedule"  # who asks for what runs by itself


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. Instants are milliseconds since the Unix epoch.

    `code` and `reason` say why one failed: a key for a catalogue, and a sentence of the engine or
    one of ours, which `language.say` says in the reader's language.
    Lists of jobs leave `partial` and `result` out.
    """

    id: str
    kind: str
    title: Text
    person_id: str
    inputs: Mapping[str, Any]
    state: State
    asked_at_ms: float
    versions: Mapping[str, str]  # of engines, code and the city's files, that decide the result
    progress: float = 0.0
    step: str = ""  # a key of the catalogue `jobs.step`
    attempt: int = 0  # of two at most
    started_at_ms: float | None = None
    finished_at_ms: float | None = None
    code: str = ""
    reason: str = ""
    result_hash: str = ""  # SHA-256 of the canonical bytes of the result
    result_bytes: int = 0  # of them, before they are compressed
    partial: Mapping[str, Any] | None = field(default=None, repr=False)
    result: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ENDED

    @property
    def waited_s(self) -> float | None:
        """How long it waited for its (last) beginning."""
        return _between_s(self.asked_at_ms, self.started_at_ms)

    @property
    def took_s(self) -> float | None:
        """How long its (last) doing took."""
        return _between_s(self.started_at_ms, self.finished_at_ms)


def _between_s(since_ms: float | None, until_ms: float | None) -> float | None:
    if since_ms is None or until_ms is None:
        return None
    return max(0.0, until_ms - since_ms) / 1000
