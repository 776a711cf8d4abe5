"""Operations on several walls or sites: salvos, following, what controllers ask each other."""

from __future__ import annotations

from wall import change, scenes
from wall.answers import Asked
from wall.errors import Refused
from wall.operation import COMMANDERS, READERS, Operation, find_wall, on_wall
from wall.peers import follow
from wall.peers.salvo import (
    HOLD_MS,
    LEAD_HOLD_MS,
    AbortArgs,
    CommitArgs,
    HeldSalvo,
    Part,
    WideSalvo,
    abort_held,
    commit_held,
    forget_held,
)
from wall.peers.site import owner
from wall.salvo import Salvo
from wall.state import State
from wall.takes import refuse_others
from wall.terms import SalvoArgs, SalvoTake


def _salvo(state: State, asked: Asked, args: SalvoArgs) -> None:
    terms = args.terms()
    walls = [each.wall_id for each in args.takes]
    if len(set(walls)) < len(walls):
        raise Refused("invalidArgs", "takes: a wall is there twice")
    others = {each: found[0] for each in walls if (found := owner(state, each)) is not None}
    own = [each for each in args.takes if each.wall_id not in others]
    if not others:
        together = Salvo(asked, walls, terms)
        _put_together(state, asked, args, own, together)
        together.begin(state)
        return
    sites = {site.site_id: site for site in others.values()}
    wide = WideSalvo(
        asked,
        walls,
        terms,
        layer=args.layer,
        hold_until_ms=state.now_ms + terms.deadline_ms + LEAD_HOLD_MS,
        parts=[Part(site, [w for w in others if others[w] is site]) for site in sites.values()],
    )
    _put_together(state, asked, args, own, wide)
    wide.begin_wide(state, args.model_dump(by_alias=True, exclude_none=True))


def _put_together(
    state: State, asked: Asked, args: SalvoArgs, takes: list[SalvoTake], together: Salvo
) -> None:
    for each in takes:
        ws = find_wall(state, each.wall_id)
        refuse_others(state, asked, ws, args.layer, is_take=True)
        arrangement = ws.arrange(scenes.find(ws, each.scene_id))
        taken = change.taken(state, ws, arrangement, asked, layer=args.layer, hold=args.hold)
        together.add(state, ws, taken)


def _prepare(state: State, asked: Asked, args: SalvoArgs) -> None:
    _refuse_all_but_peers(state, asked)
    held = HeldSalvo(
        asked,
        [each.wall_id for each in args.takes],
        args.terms(),
        salvo_id=state.new_id("h"),
        layer=args.layer,
        hold_until_ms=state.now_ms + args.deadline_ms + HOLD_MS,
    )
    _put_together(state, asked, args, args.takes, held)
    forget_held(state)
    state.held_salvos[held.salvo_id] = held
    held.begin(state)


def _commit(state: State, asked: Asked, args: CommitArgs) -> None:
    _refuse_all_but_peers(state, asked)
    commit_held(state, asked, args)


def _abort(state: State, asked: Asked, args: AbortArgs) -> None:
    _refuse_all_but_peers(state, asked)
    abort_held(state, asked, args)


def _refuse_all_but_peers(state: State, asked: Asked) -> None:
    client = state.clients.get(asked.client_id)
    if client is None or client.kind != "peer":
        raise Refused("forbidden", f"only controllers of other sites may ask for {asked.op}")


OPERATIONS = {
    "salvo.take": Operation(SalvoArgs, COMMANDERS, _salvo),
    "wall.follow": Operation(follow.FollowArgs, COMMANDERS, on_wall(follow.put)),
    "peer.prepare": Operation(SalvoArgs, COMMANDERS, _prepare),
    "peer.commit": Operation(CommitArgs, READERS, _commit),
    "peer.abort": Operation(AbortArgs, READERS, _abort),
}
