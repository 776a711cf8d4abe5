"""A share that was counted, with the interval its number allows (Wilson). Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z95 = 1.959964  # of the normal distribution


@dataclass(frozen=True, slots=True)
class Precision:
    """How many were right of how many."""

    right: int
    told: int

    @property
    def share(self) -> float | None:
        """Right of all, in per cent; None of none."""
        return 100 * self.right / self.told if self.told else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's interval of 95 %, in per cent."""
        if not self.told:
            return None
        n, p = self.told, self.right / self.told
        middle = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 / (1 + Z95**2 / n) * math.sqrt(p * (1 - p) / n + Z95**2 / (4 * n * n))
        return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)
