"""Small counts of people: not shown, and not to be worked out from what is shown beside them.

Counts from 1 up to a mask (of an indicator, of a record's field: city/datasets) may tell of single
persons. Nought tells of nobody. Where a total is shown too, one hidden count alone is what is left
of it: then the next smallest is hidden with it. Pure; the store keeps what came.

Not for what follows from two instants: a sum that slides may differ by a small count between them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Masks:
    """Below what counts of a dataset are hidden, by indicator and by field of a record's body."""

    indicators: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.indicators or self.fields)


NO_MASKS = Masks()


@dataclass(frozen=True, slots=True)
class Masked(Generic[Name]):
    """Whose counts are hidden, and whether their total must be."""

    names: frozenset[Name]
    is_total: bool


def is_small(count: float | None, below: int) -> bool:
    """Tell whether a count is of so few people that it is hidden."""
    return count is not None and 0 < count < below


def masked(
    counts: Mapping[Name, float], below: int, *, spare: Collection[Name] = ()
) -> Masked[Name]:
    """Return what to hide of counts that are shown beside each other and beside their total.

    Where the small ones alone follow from the rest, the smallest of the others is hidden with them,
    each of which is `below` at least and so suffices; not one to `spare`, of which people must be
    told: where there are only such, the total is hidden.
    """
    small = [name for name, count in counts.items() if is_small(count, below)]
    if is_safe(counts, below):
        return Masked(frozenset(small), False)
    others = [name for name, count in counts.items() if count >= below and name not in spare]
    if not others:
        return Masked(frozenset(small), True)
    other = min(others, key=lambda name: (counts[name], str(name)))
    return Masked(frozenset([*small, other]), False)


def is_safe(counts: Mapping[Name, float], below: int) -> bool:
    """Tell whether hiding the small counts alone hides them, where all else and the total is shown.

    Whoever knows that and which counts are not nought must be able to exclude no count from 1 to
    `below` - 1 of a hidden one: of k that add up to s, the others take k - 1 at least, which must
    leave `below` - 1.
    """
    small = [count for count in counts.values() if is_small(count, below)]
    return not small or (len(small) > 1 and sum(small) - (len(small) - 1) >= below - 1)
