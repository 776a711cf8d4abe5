"""Errors of operations, drawn as a tree.

::

    OperationsError
    ├── ControllerAway     the controller cannot be reached, or cannot write: ask again later
    ├── ControllerRefused  it said no: `code` is the protocol's
    ├── NotReplayable      what a rule watches has no past that could be asked
    └── ProposalRefused    a signal plan cannot be proposed, or decided on, as asked
"""

from __future__ import annotations


class OperationsError(Exception):
    """Base of all errors of operations."""


class ControllerAway(OperationsError):
    """No answer that could be relied on; whether anything was done is not known."""


class ControllerRefused(OperationsError):
    """The controller refused; nothing was changed."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class NotReplayable(OperationsError):
    """A rule cannot be replayed: `noPast` or `notBegun`; the message says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ProposalRefused(OperationsError):
    """What was asked of a proposal is refused; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
