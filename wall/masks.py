"""Masks: tiles above a ceiling are covered at once, on panels and views alike, without a switch.

What is above a mask's ceiling is covered where it is, then taken away: its content is replaced by
words, and no newer one is sent while the mask stands. A mask outlives links, reloads and restarts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from wall import contents
from wall.answers import Asked, answer
from wall.classification import Classification, ClassificationFields
from wall.effects import Persist
from wall.errors import Refused
from wall.events import event
from wall.operation import COMMANDERS, Operation, WallArgs, on_wall
from wall.proof import witness
from wall.protocol import Instant, Masked, Name
from wall.record import wall_record
from wall.standing import Mask
from wall.state import Client, State, WallState

ANSWER_WITHIN_MS = 2_000.0
CONFERENCE = "conference"  # the mask that stands as long as the layer `presenter` does


class UnmaskArgs(WallArgs):
    """Of `wall.unmask`."""

    mask_id: Name


class MaskArgs(UnmaskArgs):
    """Of `wall.mask`."""

    ceiling: ClassificationFields
    until_at_ms: Instant | None = None


@dataclass(slots=True)
class Masking:
    """A mask or unmask whose outputs have yet to confirm."""

    asked: Asked
    name: str  # masked | unmasked, the event
    mask_id: str
    begun_at_ms: float
    outputs: dict[int, str]
    waiting: set[int]
    took_ms: dict[int, float] = field(default_factory=dict)

    def result(self, ws: WallState) -> dict[str, Any]:
        """Return the answer: for each output of the wall whether it confirmed, and how soon."""
        client_of = {output_id: client_id for client_id, output_id in self.outputs.items()}
        outputs: list[dict[str, Any]] = []
        for output_id in ws.outputs:
            client_id = client_of.get(output_id)
            if client_id is None:
                outputs.append({"outputId": output_id, "status": "offline"})
            elif client_id in self.took_ms:
                took = {"status": self.name, "tookMs": self.took_ms[client_id]}
                outputs.append({"outputId": output_id, **took})
            else:
                outputs.append({"outputId": output_id, "status": "noAnswer"})
        return {"maskId": self.mask_id, "outputs": outputs}


def join(state: State, ws: WallState, client: Client, *, held: Iterable[str]) -> None:
    """Tell a client that has just identified which masks stand, and which it `held` do not."""
    for mask in ws.masks.values():
        state.send([client.client_id], "mask", mask.frame())
    for mask_id in held:
        if mask_id not in ws.masks:
            state.send([client.client_id], "unmask", {"maskId": mask_id})


def masked(state: State, ws: WallState, client: Client, fields: Masked) -> None:
    """Note that a client did what a mask or unmask asked; a repeat changes nothing."""
    for each in ws.masking:
        if each.mask_id == fields.mask_id and client.client_id in each.waiting:
            each.waiting.discard(client.client_id)
            each.took_ms[client.client_id] = fields.masked_at_ms - each.asked.at_ms
    advance(state, ws)


def left(state: State, ws: WallState, client_id: int) -> None:
    """Wait no longer for a client that has gone."""
    for each in ws.masking:
        each.waiting.discard(client_id)


def advance(state: State, ws: WallState) -> None:
    """End masks whose time is over, and answer those whose outputs have confirmed."""
    for mask in list(ws.masks.values()):
        if mask.until_at_ms is not None and mask.until_at_ms <= state.now_ms:
            _unmask(state, ws, mask.mask_id, by=None)
    for each in list(ws.masking):
        if not each.waiting or state.now_ms >= each.begun_at_ms + ANSWER_WITHIN_MS:
            ws.masking.remove(each)
            result = each.result(ws)
            witness.noted(state, ws, "masked", {**result, "name": each.name})
            then = event(state, f"wall.{ws.wall.wall_id}", each.name, result)
            answer(state, each.asked, result, then=then)


def next_ms(ws: WallState) -> float | None:
    """Return when a step is due whatever happens."""
    times = [each.begun_at_ms + ANSWER_WITHIN_MS for each in ws.masking]
    times += [each.until_at_ms for each in ws.masks.values() if each.until_at_ms is not None]
    return min(times, default=None)


def begin_conference(state: State, ws: WallState, ceiling: Classification, asked: Asked) -> None:
    """Cover what those who are in a conference may not see, for as long as it is on the wall."""
    mask = Mask(CONFERENCE, ceiling, asked.by, asked.at_ms, None)
    after = {**ws.masks, CONFERENCE: mask}
    _replace(state, ws, after, tell="mask", fields=mask.frame(), by=asked.by)


def end_conference(state: State, ws: WallState) -> None:
    """Uncover when the layer of the conference has gone, or never came."""
    if CONFERENCE not in ws.masks or "presenter" in ws.layers:
        return
    coming = ws.pending.change if ws.pending is not None else None
    if coming is None or coming.name != "presenter" or coming.layer is None:
        _unmask(state, ws, CONFERENCE, by=None)


def _put(state: State, asked: Asked, ws: WallState, args: MaskArgs) -> None:
    """Cover what is above a ceiling; answered when the outputs have, or after 2 s."""
    if args.mask_id == CONFERENCE:
        raise Refused("invalidArgs", "maskId: a conference's mask comes with its take (`ceiling`)")
    ceiling = Classification.of(args.ceiling)
    mask = Mask(args.mask_id, ceiling, asked.by, asked.at_ms, args.until_at_ms)
    after = {**ws.masks, args.mask_id: mask}
    _replace(state, ws, after, tell="mask", fields=mask.frame(), by=asked.by)
    _wait(state, ws, asked, "masked", args.mask_id)


def _remove(state: State, asked: Asked, ws: WallState, args: UnmaskArgs) -> None:
    """Uncover; an unknown mask is no error, a display may still hold it."""
    _unmask(state, ws, args.mask_id, by=asked.by)
    _wait(state, ws, asked, "unmasked", args.mask_id)


def _unmask(state: State, ws: WallState, mask_id: str, *, by: str | None) -> None:
    after = {name: each for name, each in ws.masks.items() if name != mask_id}
    _replace(state, ws, after, tell="unmask", fields={"maskId": mask_id}, by=by)


def _replace(
    state: State,
    ws: WallState,
    after: dict[str, Mask],
    *,
    tell: str,
    fields: dict[str, Any],
    by: str | None,
) -> None:
    """Let other masks stand: tell everyone first, then send what each may have now."""
    members = state.members(ws)
    renders = {each for client in members for each in client.renders()}
    seen = {each: contents.content_for(state, ws, each).content_hash for each in renders}
    ws.masks = after
    state.send([each.client_id for each in members], tell, fields)
    witness.noted(state, ws, tell, {**fields, "by": by})
    for render_id in sorted(renders):
        content = contents.content_for(state, ws, render_id)
        if content.content_hash != seen[render_id]:
            holders = [each for each in members if each.may_have(render_id)]
            contents.send_content(state, ws, content, holders)
    state.effects.append(Persist((wall_record(ws),)))


def _wait(state: State, ws: WallState, asked: Asked, name: str, mask_id: str) -> None:
    outputs = ws.online()
    masking = Masking(asked, name, mask_id, state.now_ms, outputs, set(outputs))
    ws.masking.append(masking)
    advance(state, ws)


OPERATIONS = {
    "wall.mask": Operation(MaskArgs, COMMANDERS, on_wall(_put)),
    "wall.unmask": Operation(UnmaskArgs, COMMANDERS, on_wall(_remove)),
}
