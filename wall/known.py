"""What was known at a minute, as consoles ask for it: who waits, how far it is, when it is let go.

The engine (in feed) computes it; it stays while it is asked for. Nothing of it is durable: after a
restart whoever still looks at it asks again.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from realm import known_at_ms, known_realm
from wall.answers import Asked, answer, answer_reading
from wall.effects import Effect
from wall.errors import Refused
from wall.events import event
from wall.exercises import TOPIC, Basis, Share
from wall.operation import READERS, Operation
from wall.protocol import Instant, Name
from wall.scene import WireModel
from wall.state import State

MOST = 6  # at once; the one asked for longest ago goes first
KEPT_MS = 30 * 60_000.0  # after it was asked for last

Phase = Literal["waiting", "preparing", "running", "failed"]


class Known(WireModel):
    """What was known at `atMs`, and how its making goes; `running`: it can be read."""

    realm: Name
    at_ms: Instant
    basis: Basis | None
    phase: Phase
    progress: Share
    code: Name | None
    by: Name
    asked_at_ms: Instant
    used_at_ms: Instant

    def to_json(self) -> dict[str, Any]:
        """Return the wire form."""
        return self.model_dump(by_alias=True)


class AskArgs(WireModel):
    """Of `known.ask`."""

    at_ms: Instant


class RealmArgs(WireModel):
    """Of `known.cancel`."""

    realm: Name


class ReportArgs(RealmArgs):
    """Of `known.report`."""

    phase: Literal["preparing", "running", "failed"]
    progress: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    basis: Basis | None = None
    code: Name | None = None


def advance(state: State) -> None:
    """Let go what nobody has asked for in a long time."""
    for realm, found in list(state.known.items()):
        if state.now_ms >= found.used_at_ms + KEPT_MS:
            state.effects.extend(_let_go(state, realm))


def next_ms(state: State) -> float | None:
    """Return when the next is let go."""
    return min((each.used_at_ms + KEPT_MS for each in state.known.values()), default=None)


def halted(state: State) -> None:
    """Note that whoever computes has gone: what is not there yet waits for the next."""
    for realm, found in list(state.known.items()):
        if found.phase != "running":
            after = found.model_copy(update={"phase": "waiting", "progress": 0.0})
            state.known[realm] = after
            state.effects.extend(_told(state, after))


def _ask(state: State, asked: Asked, args: AskArgs) -> None:
    if args.at_ms >= state.now_ms:
        raise Refused("invalidArgs", "atMs: expected an instant in the past")
    realm = known_realm(args.at_ms)
    at_ms = known_at_ms(realm)
    if at_ms is None:
        raise Refused("invalidArgs", "atMs: expected an instant of the years 1 to 9999")
    found = state.known.get(realm)
    if found is not None and found.phase != "failed":
        state.known[realm] = after = found.model_copy(update={"used_at_ms": state.now_ms})
        answer_reading(state, asked, {"realm": realm, "known": after.to_json()})
        return
    if not any(each.service == "feed" for each in state.clients.values()):
        raise Refused("unavailable", "nobody is there who could find out: the feed is not running")
    then: list[Effect] = []
    if found is None and len(state.known) >= MOST:
        oldest = min(state.known.values(), key=lambda each: each.used_at_ms)
        then += _let_go(state, oldest.realm)
    after = Known.model_validate(
        {
            "realm": realm,
            "atMs": at_ms,
            "basis": None,
            "phase": "waiting",
            "progress": 0.0,
            "code": None,
            "by": asked.by,
            "askedAtMs": state.now_ms,
            "usedAtMs": state.now_ms,
        }
    )
    state.known[realm] = after
    told = _told(state, after)
    answer(state, asked, {"realm": realm, "known": after.to_json()}, then=(*then, *told))


def _cancel(state: State, asked: Asked, args: RealmArgs) -> None:
    found = state.known.get(args.realm)
    then = _let_go(state, args.realm) if found is not None and found.phase != "running" else ()
    answer(state, asked, {"realm": args.realm}, then=then)


def _report(state: State, asked: Asked, args: ReportArgs) -> None:
    found = state.known.get(args.realm)
    if found is None:
        raise Refused("unknownRealm", f"nobody asks for {args.realm!r}")
    said = {"phase": args.phase, "progress": args.progress, "code": args.code}
    after = found.model_copy(update={**said, "basis": args.basis or found.basis})
    state.known[args.realm] = after
    state.effects.extend(_told(state, after))
    answer_reading(state, asked, {"realm": args.realm})


def _let_go(state: State, realm: str) -> tuple[Effect, ...]:
    state.known.pop(realm, None)
    return event(state, TOPIC, "changed", {"realm": realm, "known": None})


def _told(state: State, after: Known) -> tuple[Effect, ...]:
    return event(state, TOPIC, "changed", {"realm": after.realm, "known": after.to_json()})


OPERATIONS = {
    "known.ask": Operation(AskArgs, READERS, _ask),
    "known.cancel": Operation(RealmArgs, READERS, _cancel),
    "known.report": Operation(ReportArgs, READERS, _report, service="feed"),
}
