"""Level and compartments of what is on glass, and a wall's ceiling; not who holds which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Level = Literal["public", "internal", "restricted"]
LEVELS: tuple[Level, ...] = ("public", "internal", "restricted")


class ClassificationFields(BaseModel):
    """The wire and TOML form `{level, compartments}`."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    level: Level
    compartments: list[str] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Classification:
    """A level of LEVELS and the compartments that apply besides it."""

    level: Level = "internal"
    compartments: frozenset[str] = frozenset()

    def within(self, ceiling: Classification) -> bool:
        """Tell whether a display or person with `ceiling` may be shown this."""
        return (
            LEVELS.index(self.level) <= LEVELS.index(ceiling.level)
            and self.compartments <= ceiling.compartments
        )

    def to_json(self) -> dict[str, Any]:
        """Return the wire form."""
        return {"level": self.level, "compartments": sorted(self.compartments)}

    @classmethod
    def of(cls, fields: ClassificationFields) -> Classification:
        """Make one from checked wire or TOML fields."""
        return cls(fields.level, frozenset(fields.compartments))


PUBLIC = Classification("public")
INTERNAL = Classification("internal")


def lowest(ceilings: Iterable[Classification]) -> Classification | None:
    """Return the ceiling that all of these leave together; None when there are none."""
    found: Classification | None = None
    for each in ceilings:
        if found is None:
            found = each
            continue
        level = LEVELS[min(LEVELS.index(found.level), LEVELS.index(each.level))]
        found = Classification(level, found.compartments & each.compartments)
    return found


def highest(classifications: Iterable[Classification]) -> Classification | None:
    """Return the classification of a picture made of all of these; None when there are none."""
    level, compartments, found = 0, frozenset[str](), False
    for each in classifications:
        level, found = max(level, LEVELS.index(each.level)), True
        compartments |= each.compartments
    return Classification(LEVELS[level], compartments) if found else None
