"""The exercises that are played beside live, as the controller told of them.

Values in, values out, like `wall_view`. What a wall shows of them is in that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from data_access.model import Basis
from data_access.realms.realm import EXERCISE, RealmClock

SPEEDS = (1, 5, 10, 30, 60)  # that have a key; the wire takes any between
MINUTE_MS = 60_000.0

Pace = Literal["running", "paused", "over", "waiting", "preparing", "failed"]


@dataclass(frozen=True, slots=True)
class ExerciseView:
    """A recorded stretch that is played again, and what time it is there."""

    exercise_id: str
    name: str
    from_ms: float
    to_ms: float
    speed: float
    is_paused: bool
    clock: Mapping[str, Any]  # as on the wire: browsers count by it
    phase: str
    progress: float
    by: str
    basis: Basis = "known"  # by what its rows count

    @property
    def realm(self) -> str:
        """The realm it plays in."""
        return f"{EXERCISE}{self.exercise_id}"

    @property
    def clock_words(self) -> str:
        """Its clock, as an element carries it (assets/realm.mjs)."""
        return json.dumps(dict(self.clock))

    def glass_ms(self, now_ms: float) -> float:
        """Return what time it is there."""
        return RealmClock.of(self.clock).glass(now_ms)

    def pace(self, now_ms: float) -> Pace:
        """Return the one thing that is to be said of how it goes."""
        if self.phase in ("waiting", "preparing", "failed"):
            return self.phase  # type: ignore[return-value]
        if self.glass_ms(now_ms) >= self.to_ms:
            return "over"
        return "paused" if self.is_paused else "running"


def read_exercises(
    body: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[ExerciseView, ...] | None:
    """Return what `realm.list` told; None when nobody told anything. `names` are people's."""
    if "exercises" not in body:
        return None
    return tuple(
        ExerciseView(
            exercise_id=str(each["exerciseId"]),
            name=str(each["name"] or each["exerciseId"]),
            from_ms=float(each["fromAtMs"]),
            to_ms=float(each["toAtMs"]),
            speed=float(each["speed"]),
            is_paused=bool(each["isPaused"]),
            clock=dict(each["clock"]),
            phase=str(each["phase"]),
            progress=float(each["progress"]),
            by=names.get(str(each["by"]), str(each["by"])),
            basis="observed" if each.get("basis") == "observed" else "known",
        )
        for each in body["exercises"]
    )


def find(exercises: Sequence[ExerciseView] | None, realm: str | None) -> ExerciseView | None:
    """Return the exercise that plays in a realm, if one does."""
    return next((each for each in exercises or () if each.realm == realm), None)
