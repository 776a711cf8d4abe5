"""A replayed rule as JSON, between the process that replays it and whoever asked.

Instants are milliseconds since the Unix epoch, durations seconds, as in `rule.list`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from data_access.contracts import Named
from data_access.envelope import Origin
from data_access.model import Basis
from operations.replayed import Moment, Replayed
from operations.rules import Phase, Rule

Finite = Annotated[float, Field(allow_inf_nan=False)]
MOST_POINTS = 200_000


class _Part(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid"
    )


class _Rule(_Part):
    rule_id: str
    name: Named
    owner: str
    aggregate: str
    number: str
    condition: Literal["above", "below"]
    threshold: Finite
    clear_at: Finite
    dwell_s: Finite
    cooldown_s: Finite
    veto_s: Finite
    wall_ids: tuple[str, ...]
    scene_id: str


class _Moment(_Part):
    at_ms: Finite
    phase: Phase
    value: Finite | None
    as_of_at_ms: Finite | None
    origin: Origin
    until_at_ms: Finite | None


class _Answer(_Part):
    rule: _Rule
    from_at_ms: Finite
    to_at_ms: Finite
    basis: Basis
    before: Phase
    moments: tuple[_Moment, ...]
    looks: int
    seen: int
    lowest: Finite | None
    highest: Finite | None
    unit: str
    decimals: Annotated[int, Field(ge=0, le=9)]
    origins: tuple[Origin, ...]
    course: Annotated[tuple[tuple[Finite, Finite | None], ...], Field(max_length=MOST_POINTS)]


def answer_json(replayed: Replayed) -> str:
    """Write a replay as one line of JSON."""
    return orjson.dumps(_answer(replayed)).decode()


def error_json(code: str, message: str) -> str:
    """Write why there is no answer, as one line of JSON."""
    return orjson.dumps({"error": {"code": code, "message": message}}).decode()


def read_answer(told: bytes | str) -> Replayed:
    """Return what `answer_json` wrote; raises ValueError for anything else."""
    try:
        found = _Answer.model_validate(orjson.loads(told))
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise ValueError(f"no answer of a replay: {error}") from error
    rule = found.rule
    return Replayed(
        rule=Rule(
            rule_id=rule.rule_id,
            name=rule.name,
            owner=rule.owner,
            aggregate=rule.aggregate,
            number=rule.number,
            condition=rule.condition,
            threshold=rule.threshold,
            clear_at=rule.clear_at,
            dwell_ms=rule.dwell_s * 1000,
            cooldown_ms=rule.cooldown_s * 1000,
            veto_ms=rule.veto_s * 1000,
            wall_ids=rule.wall_ids,
            scene_id=rule.scene_id,
        ),
        from_ms=found.from_at_ms,
        to_ms=found.to_at_ms,
        basis=found.basis,
        before=found.before,
        moments=tuple(_moment(each) for each in found.moments),
        looks=found.looks,
        seen=found.seen,
        lowest=found.lowest,
        highest=found.highest,
        unit=found.unit,
        decimals=found.decimals,
        course=found.course,
        origins=found.origins,
    )


def read_error(told: bytes | str) -> str:
    """Return the code `error_json` wrote; "unknown" for anything else."""
    try:
        return str(orjson.loads(told)["error"]["code"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "unknown"


def _answer(replayed: Replayed) -> dict[str, Any]:
    rule = replayed.rule
    return {
        "rule": {
            "ruleId": rule.rule_id,
            "name": dict(rule.name),
            "owner": rule.owner,
            "aggregate": rule.aggregate,
            "number": rule.number,
            "condition": rule.condition,
            "threshold": rule.threshold,
            "clearAt": rule.clear_at,
            "dwellS": rule.dwell_ms / 1000,
            "cooldownS": rule.cooldown_ms / 1000,
            "vetoS": rule.veto_ms / 1000,
            "wallIds": rule.wall_ids,
            "sceneId": rule.scene_id,
        },
        "fromAtMs": replayed.from_ms,
        "toAtMs": replayed.to_ms,
        "basis": replayed.basis,
        "before": replayed.before,
        "moments": [
            {
                "atMs": each.at_ms,
                "phase": each.phase,
                "value": each.figure,
                "asOfAtMs": each.as_of_ms,
                "origin": each.origin,
                "untilAtMs": each.until_ms,
            }
            for each in replayed.moments
        ],
        "looks": replayed.looks,
        "seen": replayed.seen,
        "lowest": replayed.lowest,
        "highest": replayed.highest,
        "unit": replayed.unit,
        "decimals": replayed.decimals,
        "course": replayed.course,
        "origins": replayed.origins,
    }


def _moment(told: _Moment) -> Moment:
    return Moment(
        at_ms=told.at_ms,
        phase=told.phase,
        figure=told.value,
        as_of_ms=told.as_of_at_ms,
        origin=told.origin,
        until_ms=told.until_at_ms,
    )
