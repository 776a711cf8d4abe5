"""Rules and their states between the controller, which keeps them, and the engine.

The wire form is that of wall/PROTOCOL.md (`rule.list`, `rule.report`). What the controller says is
checked again here: a rule the engine cannot run is left out, with a reason in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from data_access.contracts import Named
from data_access.envelope import Origin
from operations.rules import Phase, Rule, State, until_ms

log = logging.getLogger(__name__)

LONGEST_S = 366 * 86_400.0

Name = Annotated[str, Field(min_length=1, max_length=200)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=LONGEST_S, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Kept:
    """A rule as the controller keeps it, with the state that was last reported or vetoed."""

    rule: Rule
    state: State = field(default_factory=State)
    taken: frozenset[str] = frozenset()  # walls on which what fires now was taken


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class _State(_Wire):
    phase: Phase = "quiet"
    since_at_ms: Finite = 0.0
    value: Finite | None = None
    as_of_at_ms: Finite | None = None
    origin: Origin | None = None
    taken_wall_ids: tuple[Name, ...] = ()


class _Rule(_Wire):
    rule_id: Name
    name: Named
    owner: Name
    aggregate: Name
    number: Name
    condition: Literal["above", "below"]
    threshold: Finite
    clear_at: Finite | None = None
    dwell_s: Seconds = 0.0
    cooldown_s: Seconds = 0.0
    veto_s: Seconds = 0.0
    wall_ids: tuple[Name, ...]
    scene_id: Name
    enabled: bool = True
    state: _State | None = None


def read_kept(body: Mapping[str, Any]) -> list[Kept]:
    """Return the rules of an answer to `rule.list`, those left out that cannot be read."""
    entries = body.get("rules")
    found = []
    for entry in entries if isinstance(entries, list) else []:
        try:
            found.append(_kept(_Rule.model_validate(entry)))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            name = entry.get("ruleId") if isinstance(entry, Mapping) else entry
            log.error("rule %.100r is not watched: %s: %s", name, where, first["msg"])
    return found


def read_rule(entry: Mapping[str, Any]) -> Rule:
    """Return one rule from its wire form; raises ValueError saying what is wrong."""
    return _kept(_Rule.model_validate(entry)).rule


def report(rule: Rule, state: State, taken: frozenset[str]) -> dict[str, Any]:
    """Return the arguments of `rule.report`."""
    ends_ms = until_ms(rule, state)
    return {
        "ruleId": rule.rule_id,
        "phase": state.phase,
        "sinceAtMs": state.since_ms,
        "value": state.figure,
        "asOfAtMs": state.as_of_ms,
        "origin": state.origin,
        "takenWallIds": sorted(taken),
    } | ({} if ends_ms is None else {"untilAtMs": ends_ms})


def _kept(entry: _Rule) -> Kept:
    rule = Rule(
        rule_id=entry.rule_id,
        name=entry.name,
        owner=entry.owner,
        aggregate=entry.aggregate,
        number=entry.number,
        condition=entry.condition,
        threshold=entry.threshold,
        clear_at=entry.threshold if entry.clear_at is None else entry.clear_at,
        dwell_ms=entry.dwell_s * 1000,
        cooldown_ms=entry.cooldown_s * 1000,
        veto_ms=entry.veto_s * 1000,
        wall_ids=entry.wall_ids,
        scene_id=entry.scene_id,
        enabled=entry.enabled,
    )
    if entry.state is None:
        return Kept(rule)
    state = State(
        phase=entry.state.phase,
        since_ms=entry.state.since_at_ms,
        figure=entry.state.value,
        as_of_ms=entry.state.as_of_at_ms,
        origin=entry.state.origin or "live",
    )
    is_firing = state.phase == "firing"
    return replace(
        Kept(rule, state), taken=frozenset(entry.state.taken_wall_ids) if is_firing else frozenset()
    )
