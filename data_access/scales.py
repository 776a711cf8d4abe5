"""Scales of indicators: which band a value falls into, and how a band looks wherever drawn.

Not what a figure is held against: that is `limits.py`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from data_access.contracts import Id, Named
from data_access.promises import STRICT


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Band:
    """A band of a scale: values up to and including `upper`; the last band has none."""

    id: str
    colour: str = Field(pattern=r"^#[0-9a-f]{6}$")
    label: Named
    shape: Literal["circle", "square", "diamond", "triangle", "hexagon", "cross"]
    upper: float | None = None
    text: str = Field(default="#000000", pattern=r"^#[0-9a-f]{6}$")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Scale:
    """Bands from low to high; `official` ones keep their own colours on any screen.

    One that is `whole` counts in whole steps: a band begins one above the last.
    """

    id: Id
    name: Named
    unit: str
    bands: tuple[Band, ...] = Field(min_length=1)
    min: float | None = None
    official: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        uppers = [band.upper for band in self.bands[:-1]]
        if None in uppers or uppers != sorted(set(uppers), key=lambda u: u or 0.0):
            raise ValueError("bands must rise, and only the last may lack `upper`")
        if len({band.id for band in self.bands}) != len(self.bands):
            raise ValueError("band ids must differ")

    def band(self, value: float | None) -> Band | None:
        """Return the band `value` falls into, None when it has none."""
        if value is None or value != value or (self.min is not None and value < self.min):
            return None
        for band in self.bands:
            if band.upper is None or value <= band.upper:
                return band
        return None

    def to_json(self) -> dict[str, Any]:
        """Return what tiles draw from: name, unit, bands [{id, upper, colour, label, shape, …}]."""
        return {
            "name": self.name,
            "unit": self.unit,
            "min": self.min,
            "official": self.official,
            "whole": self.whole,
            "bands": [
                {
                    "id": band.id,
                    "upper": band.upper,
                    "colour": band.colour,
                    "text": band.text,
                    "shape": band.shape,
                    "label": band.label,
                }
                for band in self.bands
            ],
        }
