"""A wall that follows a wall of another site: what is on air there comes on air here.

The scene is carried, so it need not be known here. It takes the manual layer; a person who takes or
clears that layer ends the following. While the other site is not heard the last scene stays.
"""

from __future__ import annotations

from wall import contents, locks, switch
from wall.answers import Asked, answer
from wall.effects import Persist
from wall.errors import InvalidScene, Refused
from wall.layers import Layer, LayerChange, LayerName
from wall.operation import WallArgs
from wall.peers.following import Following
from wall.peers.site import owner
from wall.protocol import Name
from wall.record import wall_record
from wall.scene import scene_from_json
from wall.state import State, WallState

LAYER: LayerName = "manual"


class FollowArgs(WallArgs):
    """Of `wall.follow`."""

    of: Name | None = None


def put(state: State, asked: Asked, ws: WallState, args: FollowArgs) -> None:
    """Follow another site's wall from now on, or nobody's; raises Refused."""
    locks.refuse_others(asked, ws)
    before = ws.following
    if args.of is None:
        ws.following = None
        if before is not None:
            _release(state, ws, before)
    else:
        if owner(state, args.of) is None:
            raise Refused("unknownWall", f"no other site has a wall {args.of!r}")
        if ws.wall.wall_id in _chain(state, args.of):
            raise Refused("conflict", f"wall {args.of!r} follows {ws.wall.wall_id!r} itself")
        ws.following = Following(args.of, asked.by, state.now_ms)
    result = {"following": ws.following.to_json() if ws.following is not None else None}
    answer(state, asked, result, changes=(wall_record(ws),))
    advance(state, ws)


def advance(state: State, ws: WallState) -> None:
    """Bring on air what the followed wall shows."""
    following = ws.following
    if following is None or ws.pending is not None:
        return
    layer = ws.layers.get(LAYER)
    is_ours = layer is not None and layer.by == following.sign
    found = owner(state, following.of)
    if found is None:
        return
    ring = _chain(state, following.of)
    if ws.wall.wall_id in ring and ws.wall.wall_id == max(ring):
        # Both were asked for before either had heard of the other: one of them has to lead.
        ws.following = None
        _release(state, ws, following)
        state.effects.append(Persist((wall_record(ws),)))
        return
    body = found[1].scene
    if body is None:
        if is_ours:
            _release(state, ws, following)
        return
    try:
        arrangement = ws.arrange(scene_from_json(body))
    except InvalidScene:
        return  # of a newer program: what was followed last stays
    scene = arrangement.scene
    if is_ours and layer is not None and layer.arrangement.scene.revision == scene.revision:
        return
    if contents.above_ceiling(state, ws, arrangement):
        return
    carried = Layer(arrangement, following.sign, state.now_ms, None)
    _change(state, ws, LayerChange(LAYER, carried))


def _chain(state: State, of: str) -> list[str]:
    """Return a wall of another site, the one it follows, and so on, as far as is known."""
    walls = [of]
    while (found := owner(state, walls[-1])) is not None:
        next_of = (found[1].wall.get("following") or {}).get("of")
        if next_of is None or next_of in walls:
            break
        walls.append(str(next_of))
    return walls


def _release(state: State, ws: WallState, following: Following) -> None:
    layer = ws.layers.get(LAYER)
    if layer is not None and layer.by == following.sign:
        _change(state, ws, LayerChange(LAYER, None))


def _change(state: State, ws: WallState, change: LayerChange) -> None:
    if switch.is_seen(ws, change):
        switch.begin(state, ws, change, terms=switch.Terms(), asked=None)
        return
    ws.apply(change)
    state.effects.append(Persist((wall_record(ws),)))
    contents.refresh_wanted(state)
