"""Which realm a wall shows: live, or an exercise. Changing it is a switch like any other.

What is real comes through whatever a wall shows (`wall.layers`), and an emergency takes it back to
live for good. A wall whose exercise has ended is brought back to live by the controller. A wall
with a display that does not frame what is not live is not brought there; one that comes later is
sent words (`wall.contents`).
"""

from __future__ import annotations

from wall import change, exercises, locks, rules
from wall.answers import Asked
from wall.errors import Refused
from wall.layers import LayerChange
from wall.operation import COMMANDERS, Operation, on_wall
from wall.protocol import Name
from wall.realm import LIVE
from wall.state import State, WallState
from wall.terms import TermsArgs


class RealmArgs(TermsArgs):
    """Of `wall.realm`."""

    realm: Name


def advance(state: State, ws: WallState) -> None:
    """Bring a wall back to live whose exercise has ended; called while nothing is pending."""
    if ws.realm != LIVE and exercises.of_realm(state, ws.realm) is None:
        change.own(state, ws, LayerChange(None, None, realm=LIVE))


def _put(state: State, asked: Asked, ws: WallState, args: RealmArgs) -> None:
    locks.refuse_others(asked, ws)
    if rules.is_rule(asked):
        raise Refused("forbidden", "a rule may change the layer 'alarm' only")
    terms = args.terms()
    if args.realm != LIVE:
        if exercises.of_realm(state, args.realm) is None:
            raise Refused("unknownRealm", f"no realm {args.realm!r} here that a wall may show")
        if "emergency" in ws.layers:
            raise Refused("conflict", f"an emergency is on air on wall {args.wall_id!r}")
        _refuse_unframed(state, ws)
    moved = LayerChange(None, None, realm=args.realm)
    change.ask(state, ws, moved, terms=terms, asked=asked)


def _refuse_unframed(state: State, ws: WallState) -> None:
    outputs = [
        {"outputId": output_id, "status": "unframed"}
        for client_id, output_id in sorted(ws.online().items(), key=lambda each: each[1])
        if not state.clients[client_id].frames_realms
    ]
    if outputs:
        raise Refused(
            "cannotFrame",
            f"outputs of wall {ws.wall.wall_id!r} do not mark what is not live",
            outputs=outputs,
        )


OPERATIONS = {
    "wall.realm": Operation(RealmArgs, COMMANDERS, on_wall(_put)),
}
