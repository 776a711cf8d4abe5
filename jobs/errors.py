"""What can be wrong with asking for work, or with doing it.

JobError
├── UnknownKind   nobody here does work of that name
├── Refused       what was asked is too large, or too much waits already
├── NothingToAsk  there is nothing to ask now, of what is asked by itself
└── LeaseLost     somebody else has this job now, or it has ended: what was done counts no more
"""

from __future__ import annotations


class JobError(Exception):
    """One sentence for whoever asked."""


class UnknownKind(JobError):
    """Nobody here does work of that name."""


class Refused(JobError):
    """The job was not taken; `code` names why, for a catalogue."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NothingToAsk(JobError):
    """What would be asked by itself has no matter now: the rain of a forecast that did not come."""


class LeaseLost(JobError):
    """The job is no longer this worker's."""
