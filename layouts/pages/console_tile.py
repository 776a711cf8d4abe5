"""A tile of a console's topic: its kind and options as in a scene, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

At = tuple[int, int, int, int]  # column, row, columns, rows of a grid of 12 by 12


@dataclass(frozen=True, slots=True)
class TileSpec:
    """A tile of a group: kind and options as in a scene, and where it stands.

    `more`: an aggregate with further maps by unit, to choose from where units are listed.
    `by_unit`: a map of units under another name than `areas`.
    """

    key: str
    kind: str
    options: Mapping[str, Any]
    at: At
    topic: str = ""
    more: str = ""
    by_unit: bool = False

    @property
    def aggregate(self) -> str:
        """The aggregate it reads."""
        return str(self.options["aggregate"])

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures (numbers, series, table, …) it shows, by id."""
        if self.kind == "kpi":
            return tuple(self.options["numbers"])
        if self.kind == "stage":
            return ("stage",)
        return tuple(
            str(self.options[name])
            for name in ("series", "table", "map", "items")
            if name in self.options
        )


def tile(
    key: str, kind: str, at: At, *, more: str = "", by_unit: bool = False, **options: Any
) -> TileSpec:
    """Return a tile; `options` are its kind's."""
    return TileSpec(key, kind, options, at, more=more, by_unit=by_unit)
