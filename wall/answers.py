"""Answering requests: `ok` only once durable, every command audited, one error shape."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from wall.effects import AuditRecord, Change, Effect, Persist, Send
from wall.errors import Refused
from wall.protocol import ActorFields, encode
from wall.state import State


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is being worked on."""

    client_id: int
    request_id: str
    op: str
    args: dict[str, Any]
    actor: ActorFields | None
    at_ms: float

    @property
    def by(self) -> str:
        """Who asks, for `by` on the wire."""
        return self.actor.user_id if self.actor is not None else "?"


def answer(
    state: State,
    asked: Asked,
    result: dict[str, Any] | orjson.Fragment,
    *,
    changes: Iterable[Change] = (),
    then: Iterable[Effect] = (),
) -> None:
    """Answer a command once `changes` and its audit row are durable, then do `then`."""
    unavailable = Refused("unavailable", "the controller's store cannot be written")
    state.effects.append(
        Persist(
            (*changes, _audit(state, asked, "ok")),
            then=(_response(state, asked, {"ok": True, "result": result}), *then),
            otherwise=(_refusal(state, asked, unavailable),),
        )
    )


def answer_reading(state: State, asked: Asked, result: dict[str, Any]) -> None:
    """Answer what changes nothing."""
    state.effects.append(_response(state, asked, {"ok": True, "result": result}))


def refuse(state: State, asked: Asked, refused: Refused, *, is_command: bool = True) -> None:
    """Answer with an error; a refused command is audited too."""
    refusal = _refusal(state, asked, refused)
    if is_command:
        audit = _audit(state, asked, refused.code)
        state.effects.append(Persist((audit,), then=(refusal,), otherwise=(refusal,)))
    else:
        state.effects.append(refusal)


def _refusal(state: State, asked: Asked, refused: Refused) -> Send:
    return _response(state, asked, {"ok": False, "error": refused.to_json()})


def _response(state: State, asked: Asked, body: dict[str, Any]) -> Send:
    fields = {"requestId": asked.request_id, **body}
    return Send((asked.client_id,), encode("response", state.epoch, fields))


def _audit(state: State, asked: Asked, outcome: str) -> AuditRecord:
    wall_id = asked.args.get("wallId")
    return AuditRecord(
        at_ms=state.now_ms,
        wall_id=wall_id if isinstance(wall_id, str) else None,
        op=asked.op,
        user_id=asked.by,
        role=asked.actor.role if asked.actor is not None else "?",
        args=asked.args,
        outcome=outcome,
    )
