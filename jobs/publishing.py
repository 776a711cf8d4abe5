"""What work may publish: an envelope of live, under a name of a finding, of a bounded size."""

from __future__ import annotations

from data_access.envelope import LIVE, Envelope
from data_access.finding import PREFIXES, is_finding
from jobs.errors import Refused

MOST_BYTES = 8_000_000  # of one: what a wall's tile can be drawn from in time


def check(envelope: Envelope) -> None:
    """Raise Refused unless this is an envelope that work may publish."""
    name = envelope.aggregate
    if not is_finding(name):
        begins = ", ".join(PREFIXES)
        raise Refused("notFinding", f"{name!r} is no name of a finding: they begin with {begins}.")
    if envelope.realm != LIVE:
        raise Refused("notFinding", f"{name} is of the realm {envelope.realm!r}, not of live.")
    size = len(envelope.encode())
    if size > MOST_BYTES:
        raise Refused(
            "tooLarge",
            f"{name} has {size / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:.0f} MB are shown.",
        )
