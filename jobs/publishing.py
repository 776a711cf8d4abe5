"""What work may publish: an envelope of live, under a name of a finding, of a bounded size."""

from __future__ import annotations

from data_access.envelope import LIVE, Envelope
from data_access.finding import PREFIXES, is_finding
from jobs.errors import Refused
from language import told

MOST_BYTES = 8_000_000  # of one: what a wall's tile can be drawn from in time


def check(envelope: Envelope) -> None:
    """Raise Refused unless this is an envelope that work may publish."""
    name = envelope.aggregate
    if not is_finding(name):
        begins = ", ".join(PREFIXES)
        raise Refused(
            "notFinding",
            told(
                "{name!r} is no name of a finding: they begin with {begins}.",
                name=name,
                begins=begins,
            ),
        )
    if envelope.realm != LIVE:
        raise Refused(
            "notFinding",
            told("{name} is of the realm {realm!r}, not of live.", name=name, realm=envelope.realm),
        )
    size = len(envelope.encode())
    if size > MOST_BYTES:
        raise Refused(
            "tooLarge",
            told(
                "{name} has {size:.1f} MB; at most {most:.0f} MB are shown.",
                name=envelope.label,
                size=size / 1e6,
                most=MOST_BYTES / 1e6,
            ),
        )
