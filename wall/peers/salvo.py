"""Salvos across sites: prepared at every site, committed at one instant of the shared clocks.

The site that is asked leads: it has the others prepare (`peer.prepare`), waits until all may
commit, chooses the instant and tells it in each one's own clock (`peer.commit`). A site that hears
no word keeps its old scene: what was only prepared ends by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wall import clock, contents, switch
from wall.answers import Asked, answer, answer_reading, refuse
from wall.effects import Change, Effect, Persist
from wall.errors import Refused
from wall.layers import LayerName
from wall.peers import outbound
from wall.peers.site import PeerSite
from wall.protocol import Instant, Name
from wall.salvo import Salvo, skew_ms
from wall.scene import WireModel
from wall.state import State, WallState

HOLD_MS = 2_000.0  # how long what is ready here waits for the leading site's word
# How long the leading site waits for the others: what it says then must not come too late, however
# unequal the two ways of the line are.
LEAD_HOLD_MS = 1_500.0


class CommitArgs(WireModel):
    """Of `peer.commit`; the instant is on the clock of who is told."""

    salvo_id: Name
    show_at_ms: Instant


class AbortArgs(WireModel):
    """Of `peer.abort`."""

    salvo_id: Name


@dataclass(slots=True)
class WaitingSalvo(Salvo):
    """A salvo whose walls, once they may commit, wait for another site's word."""

    salvo_id: str = ""
    layer: LayerName = "manual"
    hold_until_ms: float = 0.0

    def due_ms(self, ws: WallState, deadline_at_ms: float) -> float:
        """Return when a prepared wall of it must be looked at whatever happens."""
        return self.hold_until_ms if ws.wall.wall_id in self.ready else deadline_at_ms

    def lead_ms(self, state: State) -> float:
        """Return how long before its instant our own displays must be told."""
        leads = (switch.lead_ms(state, each) for each in self.switches.values())
        return max(leads, default=clock.LEAD_FLOOR_MS)


@dataclass(slots=True)
class HeldSalvo(WaitingSalvo):
    """Our part of a salvo that another site leads; `asked` is its `peer.prepare`."""

    is_told: bool = False

    @property
    def is_promised(self) -> bool:
        """Whether the leading site may have committed by now."""
        return self.is_told and not self.is_committed

    def decided(self, state: State, ws: WallState) -> None:
        """Say that we may commit once all walls may; give up when no word comes."""
        if self.is_committed:
            self.commit_late(state, ws)
            return
        self.ready.add(ws.wall.wall_id)
        if not self.is_ready:
            return
        if not self.is_told:
            self.decided_without_switch(state)
        elif state.now_ms >= self.hold_until_ms:
            self.give_up(state, Refused("policyNotMet", "the leading site is not heard"))

    def decided_without_switch(self, state: State) -> None:
        """Promise to follow the leading site's word."""
        self.is_told = True
        told = {"salvoId": self.salvo_id, "leadMs": self.lead_ms(state), "layer": self.layer}
        answer_reading(state, self.asked, told)

    def aborted(self, state: State, ws: WallState, code: str, refused: Refused) -> None:
        """Drop the other walls too; once we have promised, only the wall that somebody took."""
        if self.is_committed or self.is_aborted:
            Salvo.aborted(self, state, ws, code, refused)
            return
        if self.is_told:
            self.leave_out(ws.wall.wall_id, refused)
            return
        state.held_salvos.pop(self.salvo_id, None)
        self.drop(state, code, refused)
        refuse(state, self.asked, refused)

    def commit(self, state: State, show_at_ms: float) -> None:
        """Let all walls change that nobody has changed since."""
        for wall_id in list(self.unseen):
            overtaken = self.overtaken(state, wall_id)
            if overtaken is not None:
                self.leave_out(wall_id, overtaken)
        Salvo.commit(self, state, show_at_ms)

    def give_up(self, state: State, refused: Refused) -> None:
        """Abort all walls here; a commit that comes later finds nothing."""
        state.held_salvos.pop(self.salvo_id, None)
        code = refused.code if refused.code == "superseded" else "policyNotMet"
        self.drop(state, code, refused)


@dataclass(slots=True)
class Part:
    """Another site's walls in a salvo that we lead."""

    site: PeerSite
    wall_ids: list[str]
    salvo_id: str | None = None  # there, once it may commit
    lead_ms: float = 0.0
    walls: list[dict[str, Any]] | None = None  # how they went


@dataclass(slots=True)
class WideSalvo(WaitingSalvo):
    """A salvo that we lead, of walls here and at other sites."""

    parts: list[Part] = field(default_factory=list)
    uncertainty_ms: float = 0.0  # of the worst clock between sites

    def begin_wide(self, state: State, args: Mapping[str, Any]) -> None:
        """Have all sites prepare, ours too."""
        for part in self.parts:
            takes = [each for each in args["takes"] if each["wallId"] in part.wall_ids]
            outbound.ask(
                state,
                part.site,
                "peer.prepare",
                {**args, "takes": takes},
                self.asked.actor,
                self._hear_prepared(part),
            )
        if not self.is_aborted:
            self.begin(state)

    def decided(self, state: State, ws: WallState) -> None:
        """Note that a wall here may be committed; commit all once everybody may."""
        if self.is_committed:
            self.commit_late(state, ws)
            return
        self.ready.add(ws.wall.wall_id)
        self.decided_without_switch(state)
        if not self.is_committed and state.now_ms >= self.hold_until_ms:
            self._fail(state, Refused("policyNotMet", "another site was not ready in time"))

    def decided_without_switch(self, state: State) -> None:
        """Commit all once everybody may."""
        is_heard = all(each.salvo_id is not None for each in self.parts)
        if self.is_ready and is_heard and not self.is_committed and not self.is_aborted:
            self._commit_all(state)

    def aborted(self, state: State, ws: WallState, code: str, refused: Refused) -> None:
        """Drop all walls here and at the other sites, and say why."""
        if self.is_committed:
            Salvo.aborted(self, state, ws, code, refused)
            return
        self._abandon(state, code, refused)

    def settled(
        self,
        state: State,
        ws: WallState,
        result: dict[str, Any],
        *,
        changes: tuple[Change, ...],
        then: tuple[Effect, ...],
    ) -> None:
        """Keep how one wall went, and answer when all have, here and elsewhere."""
        self.note(ws.wall.wall_id, result)
        self.tell(state, changes=changes, then=then)

    def tell(self, state: State, *, changes: tuple[Change, ...], then: tuple[Effect, ...]) -> None:
        """Make changes durable, and answer when it is known how every wall went."""
        state.effects.append(Persist(changes, then=then))
        self._answer_when_settled(state)

    def _hear_prepared(self, part: Part) -> Any:
        def then(state: State, body: dict[str, Any]) -> None:
            if self.is_aborted:
                if body.get("ok"):
                    _send_abort(state, part.site, str(body["result"].get("salvoId")))
                return
            if not body.get("ok"):
                error = body.get("error") or {}
                code = str(error.get("code", "unavailable"))
                said = f"site {part.site.site_id}: {error.get('message', '')}"
                self._fail(state, Refused(code, said))
                return
            part.salvo_id = str(body["result"]["salvoId"])
            part.lead_ms = float(body["result"]["leadMs"])
            if body["result"].get("layer", "manual") != self.layer:
                said = f"site {part.site.site_id} knows no salvo of the layer {self.layer!r}"
                self._fail(state, Refused("conflict", said))
                return
            self.decided_without_switch(state)

        return then

    def _commit_all(self, state: State) -> None:
        overtaken = self.overtaken(state)
        if overtaken is not None:
            self._abandon(state, "superseded", overtaken)
            return
        offsets_ms = [part.site.clock.offset_ms for part in self.parts]
        if None in offsets_ms:
            unknown = Refused("unavailable", "the clock of another site is not known yet")
            self._fail(state, unknown)
            return
        leads_ms = [self.lead_ms(state)]
        for part in self.parts:
            clock_ms = part.site.clock.uncertainty_ms(state.now_ms)
            self.uncertainty_ms = max(self.uncertainty_ms, clock_ms)
            # The word takes up to a round trip, and their clock may be wrong.
            leads_ms.append(part.lead_ms + part.site.clock.round_trip_ms + clock_ms)
        show_at_ms = state.now_ms + max(leads_ms)
        for part, offset_ms in zip(self.parts, offsets_ms, strict=True):
            if offset_ms is not None:
                args = {"salvoId": part.salvo_id, "showAtMs": show_at_ms + offset_ms}
                then = self._hear_settled(part, offset_ms)
                outbound.ask(state, part.site, "peer.commit", args, self.asked.actor, then)
        self.commit(state, show_at_ms)

    def _hear_settled(self, part: Part, offset_ms: float) -> Any:
        def then(state: State, body: dict[str, Any]) -> None:
            if body.get("ok"):
                part.walls = [_in_our_time(each, offset_ms) for each in body["result"]["walls"]]
            else:
                error = body.get("error") or {}
                # Whether it was committed is not known when nobody says; its mirror will tell.
                is_known = error.get("code", "unavailable") != "unavailable"
                unknown: dict[str, Any] = {
                    "committed": False if is_known else None,
                    "outputs": [],
                    "error": error,
                }
                part.walls = [{"wallId": each, **unknown} for each in part.wall_ids]
            self._answer_when_settled(state)

        return then

    def _answer_when_settled(self, state: State) -> None:
        is_heard = all(each.walls is not None for each in self.parts)
        if self.is_answered or not self.is_settled or not is_heard:
            return
        self.is_answered = True
        found = dict(self.results)
        for part in self.parts:
            found |= {each["wallId"]: each for each in part.walls or ()}
        walls = [found[wall_id] for wall_id in self.walls if wall_id in found]
        # Of those on which something was to be seen, or may be.
        seen = [w for w in walls if w["committed"] is None or w.get("showAtMs") is not None]
        promised = [None if "apart" in w else w.get("promisedSkewMs") for w in seen]
        known = [each for each in promised if each is not None]
        result = {
            "committed": True,
            "walls": walls,
            "skewMs": skew_ms(walls),
            "promisedSkewMs": max(known) + self.uncertainty_ms
            if known and len(known) == len(seen)
            else None,
        }
        answer(state, self.asked, result)

    def _fail(self, state: State, refused: Refused) -> None:
        self._abandon(state, "policyNotMet", refused)

    def _abandon(self, state: State, code: str, refused: Refused) -> None:
        if self.is_aborted or self.is_committed:
            return
        self.drop(state, code, refused)
        for part in self.parts:
            if part.salvo_id is not None:
                _send_abort(state, part.site, part.salvo_id)
        refuse(state, self.asked, refused)


def commit_held(state: State, asked: Asked, args: CommitArgs) -> None:
    """Commit what another site had us prepare; raises Refused when it has ended."""
    held = state.held_salvos.pop(args.salvo_id, None)
    if held is None:
        raise Refused("conflict", f"no salvo {args.salvo_id!r} is held here")
    held.asked = asked
    held.commit(state, args.show_at_ms)


def abort_held(state: State, asked: Asked, args: AbortArgs) -> None:
    """Drop what another site had us prepare."""
    held = state.held_salvos.pop(args.salvo_id, None)
    if held is not None:
        held.give_up(state, Refused("superseded", "the leading site gave the salvo up"))
        contents.refresh_wanted(state)
    answer_reading(state, asked, {"salvoId": args.salvo_id})


def forget_held(state: State) -> None:
    """Let go of salvos whose leading site was not heard again, and of which nothing is pending."""
    for salvo_id, held in list(state.held_salvos.items()):
        if state.now_ms >= held.hold_until_ms and not held.switches:
            del state.held_salvos[salvo_id]


def _send_abort(state: State, site: PeerSite, salvo_id: str) -> None:
    outbound.ask(state, site, "peer.abort", {"salvoId": salvo_id}, None, lambda _s, _b: None)


def _in_our_time(wall: dict[str, Any], offset_ms: float) -> dict[str, Any]:
    outputs = [
        {**each, "shownAtMs": each["shownAtMs"] - offset_ms} if "shownAtMs" in each else each
        for each in wall["outputs"]
    ]
    at_ms = wall.get("showAtMs")
    return {**wall, "outputs": outputs, "showAtMs": None if at_ms is None else at_ms - offset_ms}
