"""What may be asked of the proof, and by whom it is answered: the hub only checks and passes on."""

from __future__ import annotations

from dataclasses import dataclass

from wall.answers import Asked
from wall.classification import Classification, ClassificationFields
from wall.effects import Look
from wall.errors import Refused
from wall.operation import Operation, find_wall
from wall.proof import witness
from wall.protocol import Instant, Name
from wall.scene import WireModel
from wall.state import State, WallState

PROVERS = frozenset({"operator", "leader", "administrator"})


class HeadArgs(WireModel):
    """Of `proof.head` and `proof.verify`."""

    wall_id: Name


class AtArgs(HeadArgs):
    """Of `proof.at`; what is above `ceiling` is left out, without `contents` all of them are.

    Outputs' pictures come with `thumbnails`.
    """

    at_ms: Instant
    ceiling: ClassificationFields
    contents: bool = True
    thumbnails: bool = False


@dataclass(frozen=True, slots=True)
class At:
    """What did this wall show then?"""

    wall_id: str
    at_ms: float
    ceiling: Classification
    with_contents: bool
    epoch: int  # of who asks: its own chain has no gap up to now
    now_ms: float
    with_thumbnails: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """Which entry is the newest?"""

    wall_id: str


@dataclass(frozen=True, slots=True)
class Verify:
    """Is the whole chain as it was written?"""

    wall_id: str


Question = At | Head | Verify


def _at(state: State, asked: Asked, args: AtArgs) -> None:
    ws = find_wall(state, args.wall_id)
    if args.at_ms > state.now_ms:
        raise Refused("invalidArgs", "atMs: lies in the future")
    ceiling = Classification.of(args.ceiling)
    question = At(
        args.wall_id,
        args.at_ms,
        ceiling,
        args.contents,
        state.epoch,
        state.now_ms,
        args.thumbnails,
    )
    _ask(state, asked, ws, question)


def _head(state: State, asked: Asked, args: HeadArgs) -> None:
    _ask(state, asked, find_wall(state, args.wall_id), Head(args.wall_id))


def _verify(state: State, asked: Asked, args: HeadArgs) -> None:
    _ask(state, asked, find_wall(state, args.wall_id), Verify(args.wall_id))


def _ask(state: State, asked: Asked, ws: WallState, question: Question) -> None:
    """Have it looked up, what waits to be said included; who asks is audited with the answer."""
    witness.flush(state, ws)
    state.effects.append(Look(asked, question))


OPERATIONS = {
    "proof.at": Operation(AtArgs, PROVERS, _at),
    "proof.head": Operation(HeadArgs, PROVERS, _head),
    "proof.verify": Operation(HeadArgs, PROVERS, _verify),
}
