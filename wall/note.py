"""A line of the controller's own on a wall's banner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Note:
    """One line, by language; with an instant, players count down to it."""

    text: Mapping[str, str]
    countdown_to_at_ms: float | None = None
