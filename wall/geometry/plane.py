"""Rectangles and axes of canvas pixels. Knows no panel and no file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]  # half-open


@dataclass(frozen=True, slots=True)
class Rect:
    """A half-open rectangle of canvas pixels: `x` and `y` are its own, `right` and `bottom` not."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column to the right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.y + self.height

    def shares_pixel_with(self, other: Rect) -> bool:
        """Tell whether at least one pixel lies in both."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def contains(self, other: Rect) -> bool:
        """Tell whether all of `other` lies in this one."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def within(self, other: Rect) -> Rect | None:
        """Return what lies in both, None when they share no pixel."""
        if not self.shares_pixel_with(other):
            return None
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Rect(x, y, min(self.right, other.right) - x, min(self.bottom, other.bottom) - y)

    def moved(self, dx: int, dy: int) -> Rect:
        """Return it `dx` to the right and `dy` down."""
        return Rect(self.x + dx, self.y + dy, self.width, self.height)

    def to_json(self) -> dict[str, int]:
        """Return the wire form."""
        return {"x": self.x, "y": self.y, "width": self.width, "height": self.height}


@dataclass(frozen=True, slots=True)
class Axis:
    """Where a wall is lit along one direction, as half-open spans; between them is bezel."""

    spans: tuple[Span, ...]

    @classmethod
    def of(cls, panels: int, *, length_px: int, gap_px: int) -> Axis:
        """Lay `panels` of equal length side by side, `gap_px` of bezel between neighbours."""
        step = length_px + gap_px
        return cls(tuple((i * step, i * step + length_px) for i in range(panels)))

    @classmethod
    def lit_by(cls, spans: Iterable[Span]) -> Axis:
        """Return where any of `spans` is lit; spans that touch or overlap become one."""
        return cls(united(spans))

    @property
    def length_px(self) -> int:
        """Length of the canvas, bezels included."""
        return self.spans[-1][1]

    @property
    def seams(self) -> tuple[Span, ...]:
        """The bezels as half-open spans, the empty ones (gap 0) left out."""
        return tuple((a[1], b[0]) for a, b in pairwise(self.spans) if a[1] < b[0])


def united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same pixels as ascending spans that neither touch nor overlap."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def bounding(rects: Iterable[Rect]) -> Rect:
    """Return the smallest rectangle around at least one `rects`."""
    every = list(rects)
    x, y = min(each.x for each in every), min(each.y for each in every)
    return Rect(x, y, max(each.right for each in every) - x, max(each.bottom for each in every) - y)


def first_overlap(rects: Sequence[Rect]) -> tuple[int, int] | None:
    """Return the indices (lower first) of two that share a pixel, or None.

    Sweeps from left to right: a thousand panels are no half million comparisons.
    """
    beside: list[int] = []
    for index in sorted(range(len(rects)), key=lambda i: rects[i].x):
        beside = [each for each in beside if rects[each].right > rects[index].x]
        for other in beside:
            if rects[other].shares_pixel_with(rects[index]):
                return min(index, other), max(index, other)
        beside.append(index)
    return None


def nearest(position_px: float) -> int:
    """Round a place on the canvas, halves up.

    Unlike `round` this moves neighbours alike, so that what touches on the wall touches here;
    a millionth of a pixel is the noise of millimetres divided by a pitch.
    """
    return math.floor(round(position_px, 6) + 0.5)
