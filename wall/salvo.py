"""A salvo: takes on several walls that are committed at one instant, all or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wall import contents, switch
from wall.answers import Asked, answer, refuse
from wall.effects import Change, Effect, Persist
from wall.errors import Refused
from wall.state import State, WallState


@dataclass(slots=True)
class Salvo:
    """The switches of one `salvo.take`, by wall."""

    asked: Asked
    switches: dict[str, switch.Switch] = field(default_factory=dict)
    ready: set[str] = field(default_factory=set)  # walls that may be committed
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_aborted: bool = False

    def begin(self, state: State) -> None:
        """Start the switches of all walls."""
        for wall_id, each in self.switches.items():
            switch.put(state, state.walls[wall_id], each)
        contents.refresh_wanted(state)
        for wall_id in self.switches:
            switch.advance(state, state.walls[wall_id])

    def decided(self, state: State, ws: WallState) -> None:
        """Note that a wall may be committed; commit all once every one of them may."""
        self.ready.add(ws.wall.wall_id)
        if self.ready != self.switches.keys():
            return
        lead_ms = max(switch.lead_ms(state, each) for each in self.switches.values())
        show_at_ms = max(
            state.walls[wall_id].instant(state.now_ms + lead_ms, each.showing)
            for wall_id, each in self.switches.items()
        )
        for wall_id, each in self.switches.items():
            switch.commit(state, state.walls[wall_id], each, show_at_ms=show_at_ms)

    def aborted(self, state: State, ws: WallState, code: str, refused: Refused) -> None:
        """Drop the switches of the other walls too, and say why."""
        if self.is_aborted:
            return
        self.drop(state, code, refused)
        refuse(state, self.asked, refused)

    def drop(self, state: State, code: str, refused: Refused) -> None:
        """Drop the switches of all walls that are not committed."""
        self.is_aborted = True
        for wall_id, each in self.switches.items():
            other = state.walls[wall_id]
            if other.pending is each:
                switch.abort(state, other, each, code, refused)

    def due_ms(self, ws: WallState, deadline_at_ms: float) -> float:
        """Return when a prepared wall of it must be looked at whatever happens."""
        return deadline_at_ms

    def settled(
        self,
        state: State,
        ws: WallState,
        result: dict[str, Any],
        *,
        changes: tuple[Change, ...],
        then: tuple[Effect, ...],
    ) -> None:
        """Keep how one wall went, and answer when all have."""
        self.results[ws.wall.wall_id] = {"wallId": ws.wall.wall_id, **result}
        if self.results.keys() != self.switches.keys():
            state.effects.append(Persist(changes, then=then))
            return
        walls = [self.results[wall_id] for wall_id in self.switches]
        result = {"committed": True, "walls": walls, "skewMs": skew_ms(walls)}
        answer(state, self.asked, result, changes=changes, then=then)


def skew_ms(walls: Iterable[Mapping[str, Any]]) -> float | None:
    """Return latest minus earliest instant of the outputs shown in time; None without any."""
    shown = [
        output["shownAtMs"]
        for wall in walls
        for output in wall["outputs"]
        if output["status"] == "shown"
    ]
    return max(shown) - min(shown) if shown else None
