"""A salvo: takes on several walls that are committed at one instant, all or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wall import change, contents, switch
from wall.answers import Asked, answer, refuse
from wall.effects import Change, Effect, Persist
from wall.errors import Refused
from wall.layers import Layer, LayerChange
from wall.state import State, WallState


@dataclass(frozen=True, slots=True)
class Unseen:
    """A wall on which the salvo's layer lies below what is on air: it is kept with the others'."""

    change: LayerChange
    before: Layer | None  # what the layer held when the salvo was asked for


@dataclass(slots=True)
class Salvo:
    """The switches of one `salvo.take`, by wall."""

    asked: Asked
    walls: Sequence[str]  # of all sites, in the order they were asked for
    terms: switch.Terms
    switches: dict[str, switch.Switch] = field(default_factory=dict)
    unseen: dict[str, Unseen] = field(default_factory=dict)
    ready: set[str] = field(default_factory=set)  # walls that may be committed
    apart: set[str] = field(default_factory=set)  # walls that had to switch by themselves
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_aborted: bool = False
    is_committed: bool = False
    is_answered: bool = False

    @property
    def is_ready(self) -> bool:
        """Whether every wall may be committed."""
        return self.ready == self.switches.keys()

    @property
    def is_settled(self) -> bool:
        """Whether it is known how every wall went."""
        return self.results.keys() >= self.switches.keys() | self.unseen.keys()

    @property
    def is_promised(self) -> bool:
        """Whether only a newer change of a wall can still keep that wall out of it."""
        return False

    def add(self, state: State, ws: WallState, taken: LayerChange) -> None:
        """Let a wall take part; raises Refused."""
        if switch.is_seen(ws, taken):
            switch.begin(state, ws, taken, terms=self.terms, asked=self.asked, salvo=self)
            return
        change.refuse_too_high(state, ws, taken)
        self.unseen[ws.wall.wall_id] = Unseen(taken, ws.held(taken))

    def begin(self, state: State) -> None:
        """Start the switches of all walls."""
        for wall_id, each in self.switches.items():
            switch.put(state, state.walls[wall_id], each)
        for wall_id, kept in self.unseen.items():
            change.supersede_same(state, state.walls[wall_id], kept.change)
        contents.refresh_wanted(state)
        for wall_id in self.switches:
            switch.advance(state, state.walls[wall_id])
        if not self.switches:
            self.decided_without_switch(state)

    def decided(self, state: State, ws: WallState) -> None:
        """Note that a wall may be committed; commit all once every one of them may."""
        if self.is_committed:
            self.commit_late(state, ws)
            return
        self.ready.add(ws.wall.wall_id)
        if not self.is_ready:
            return
        overtaken = self.overtaken(state)
        if overtaken is not None:
            self.aborted(state, ws, "superseded", overtaken)
            return
        lead_ms = max(switch.lead_ms(state, each) for each in self.switches.values())
        show_at_ms = max(
            state.walls[wall_id].instant(state.now_ms + lead_ms, each.showing)
            for wall_id, each in self.switches.items()
        )
        self.commit(state, show_at_ms)

    def decided_without_switch(self, state: State) -> None:
        """Keep all at once: nothing of it is seen on any wall."""
        self.commit(state, state.now_ms)

    def overtaken(self, state: State, *only: str) -> Refused | None:
        """Return that a layer was changed since, on a wall on which nothing is switched."""
        for wall_id in only or self.unseen:
            kept = self.unseen[wall_id]
            if state.walls[wall_id].held(kept.change) is not kept.before:
                return Refused("superseded", f"the layer was changed on wall {wall_id!r} since")
        return None

    def commit(self, state: State, show_at_ms: float) -> None:
        """Let all walls change at one instant."""
        self.is_committed = True
        for wall_id, each in self.switches.items():
            switch.commit(state, state.walls[wall_id], each, show_at_ms=show_at_ms)
        changes: list[Change] = []
        then: list[Effect] = []
        for wall_id, kept in list(self.unseen.items()):
            if switch.is_seen(state.walls[wall_id], kept.change):
                self._switch_late(state, wall_id, kept)
                continue
            done = change.keep(state, state.walls[wall_id], kept.change)
            self.note(wall_id, done.result)
            changes += done.changes
            then += done.then
        if changes or then or self.is_settled:
            self.tell(state, changes=tuple(changes), then=tuple(then))

    def commit_late(self, state: State, ws: WallState) -> None:
        """Let a wall change that has come to show what it was only to keep."""
        late = self.switches[ws.wall.wall_id]
        show_at_ms = state.now_ms + switch.lead_ms(state, late)
        switch.commit(state, ws, late, show_at_ms=show_at_ms)

    def aborted(self, state: State, ws: WallState, code: str, refused: Refused) -> None:
        """Drop the switches of the other walls too, and say why."""
        if self.is_aborted:
            return
        if self.is_committed:
            self.leave_out(ws.wall.wall_id, refused)
            self.tell(state, changes=(), then=())
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

    def leave_out(self, wall_id: str, refused: Refused) -> None:
        """Let the others go on without a wall."""
        self.switches.pop(wall_id, None)
        self.unseen.pop(wall_id, None)
        self.ready.discard(wall_id)
        self.note(wall_id, {"committed": False, "outputs": [], "error": refused.to_json()})

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
        self.note(ws.wall.wall_id, result)
        self.tell(state, changes=changes, then=then)

    def note(self, wall_id: str, result: Mapping[str, Any]) -> None:
        """Keep how one wall went."""
        apart = {"apart": True} if wall_id in self.apart else {}
        self.results[wall_id] = {"wallId": wall_id, **result, **apart}

    def tell(self, state: State, *, changes: tuple[Change, ...], then: tuple[Effect, ...]) -> None:
        """Make changes durable, and answer with them when it is known how every wall went."""
        if self.is_answered or not self.is_settled:
            state.effects.append(Persist(changes, then=then))
            return
        self.is_answered = True
        walls = [self.results[wall_id] for wall_id in self.walls]
        result = {"committed": True, "walls": walls, "skewMs": skew_ms(walls)}
        answer(state, self.asked, result, changes=changes, then=then)

    def _switch_late(self, state: State, wall_id: str, kept: Unseen) -> None:
        """Switch a wall on which something higher was on air and is no more."""
        ws = state.walls[wall_id]
        try:
            switch.begin(state, ws, kept.change, terms=self.terms, asked=self.asked, salvo=self)
        except Refused as refused:
            self.leave_out(wall_id, refused)
            return
        del self.unseen[wall_id]
        self.apart.add(wall_id)
        switch.put(state, ws, self.switches[wall_id])
        contents.refresh_wanted(state)
        switch.advance(state, ws)


def skew_ms(walls: Iterable[Mapping[str, Any]]) -> float | None:
    """Return latest minus earliest instant of the outputs shown in time; None without any."""
    shown = [
        output["shownAtMs"]
        for wall in walls
        for output in wall["outputs"]
        if output["status"] == "shown"
    ]
    return max(shown) - min(shown) if shown else None
