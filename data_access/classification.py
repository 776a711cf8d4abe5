"""Level and compartments of data, and whether a ceiling allows them. Not for who holds which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LEVELS = ("public", "internal", "restricted")


@dataclass(frozen=True, slots=True)
class Classification:
    """A level of LEVELS and the compartments (party, police, health) that apply besides it."""

    level: str = "internal"
    compartments: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"unknown level {self.level!r}, expected one of {', '.join(LEVELS)}")

    def within(self, ceiling: Classification) -> bool:
        """Tell whether someone with `ceiling` may see this."""
        return (
            LEVELS.index(self.level) <= LEVELS.index(ceiling.level)
            and self.compartments <= ceiling.compartments
        )

    def to_json(self) -> dict[str, Any]:
        """Return the wire form `{level, compartments}`."""
        return {"level": self.level, "compartments": sorted(self.compartments)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Classification:
        """Read the wire form; raises ValueError for an unknown level."""
        return cls(str(body["level"]), frozenset(map(str, body.get("compartments", ()))))


def highest(classifications: Iterable[Classification]) -> Classification:
    """Return the classification of data made from all of these (public when there are none)."""
    level, compartments = 0, frozenset[str]()
    for each in classifications:
        level = max(level, LEVELS.index(each.level))
        compartments |= each.compartments
    return Classification(LEVELS[level], compartments)
