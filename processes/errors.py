"""What keeps the room from starting.

RunError
├── PortTaken       another program listens there, or the address is not ours
├── DataDirInUse    a second `run` on the same data folder, or one that cannot be written
└── RoleRefused     a role ended at its start and said why
"""

from __future__ import annotations

import sys

from settings import SettingsError

CONFIGURATION_EXIT = 2  # exit code for "one sentence says what to mend; trying again is of no use"
_CONFIGURATION = {
    "data_access.errors": ("BoundaryError", "CityError", "StoreError"),
    "permissions.errors": ("AccountError",),
    "wall.errors": (
        "ConfigurationError",
        "ImportRefused",
        "InvalidScene",
        "ProofError",
        "StoreError",
    ),
    "wall.server": ("ServerError",),
}


class RunError(Exception):
    """One sentence for the person who typed the command."""


class PortTaken(RunError):
    """A port the room needs cannot be bound."""


class DataDirInUse(RunError):
    """Another room runs on this data folder, or it cannot be written."""


class RoleRefused(RunError):
    """A role ended with its own sentence before the room was ready."""


def configuration_sentence(error: BaseException) -> str | None:
    """Return what a person has to mend when `error` is about that, else None (a defect)."""
    if isinstance(error, RunError | SettingsError):
        return str(error)
    for module, names in _CONFIGURATION.items():
        loaded = sys.modules.get(module)  # an error of a module not loaded cannot be here
        kinds = tuple(getattr(loaded, name) for name in names) if loaded else ()
        if isinstance(error, kinds):
            return str(error)
    return None


def outage_sentence(error: BaseException) -> str | None:
    """Return what is away when `error` is about that: the next try may find it back.

    What fails at a statement may be a defect, and is told with all there is of it.
    """
    loaded = sys.modules.get("sqlalchemy.exc")  # the controller does without
    if loaded is None or not isinstance(error, loaded.OperationalError) or error.statement:
        return None
    said = "; ".join(line.strip() for line in str(error.orig).splitlines())
    return f"The database cannot be used: {said}"
