"""A finding as its page reads it: within a person's ceiling, or why there is none."""

from __future__ import annotations

from callbacks.console_tiles import within_ceiling
from callbacks.desk import Desk
from data_access.envelope import Envelope
from language import pick
from permissions.roles import Person


def found(reach: Desk, name: str, who: Person) -> Envelope | None:
    """Return a finding; one above the person's ceiling is absent, and says why."""
    return within_ceiling(reach, [name], who).get(name)


def why_not(reach: Desk, name: str, envelope: Envelope | None, language: str) -> tuple[str, str]:
    """Return (the finding's own reason, else which word of the page's says it): "" where it is."""
    if envelope is not None and envelope.state == "ok":
        return "", ""
    if envelope is not None and envelope.reason:
        return pick(envelope.reason, language), ""
    return "", "hidden" if reach.cache.read(name) is not None and envelope is None else "waiting"
