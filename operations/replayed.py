"""What a replay of a rule found (`operations.rule_replay`), apart from the store it came from."""

from __future__ import annotations

from dataclasses import dataclass

from data_access.envelope import Origin
from data_access.model import Basis
from operations.rules import Phase, Rule


@dataclass(frozen=True, slots=True)
class Moment:
    """A change of phase, and what was seen then."""

    at_ms: float
    phase: Phase
    figure: float | None
    as_of_ms: float | None
    origin: Origin
    until_ms: float | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a rule would have done between two instants."""

    rule: Rule
    from_ms: float
    to_ms: float
    basis: Basis
    before: Phase  # as the stretch began
    moments: tuple[Moment, ...]
    looks: int  # envelopes that were built within it …
    seen: int  # … and of them those with a fresh number
    lowest: float | None
    highest: float | None
    unit: str
    decimals: int
    course: tuple[tuple[float, float | None], ...] = ()  # from when on it was so; None: not seen
    origins: tuple[Origin, ...] = ()  # of the figures that were seen

    @property
    def firings(self) -> tuple[Moment, ...]:
        """The moments at which its scene would have been taken."""
        return tuple(each for each in self.moments if each.phase == "firing")
