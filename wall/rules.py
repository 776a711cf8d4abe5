"""Rules on the controller's side: definitions, the states the engine reports, vetoes.

The engine (`operations.rules`, in feed) decides from the data; the controller keeps what it says,
shows a proposal on the walls while it can be vetoed, and holds the engine to a veto it has not
heard of yet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from wall import change, scenes, switch
from wall.answers import Asked, answer, answer_reading
from wall.classification import INTERNAL
from wall.effects import Effect, EntryRecord
from wall.errors import BadFields, Refused
from wall.events import event
from wall.layers import LayerChange, LayerName
from wall.note import LANGUAGES, Note
from wall.operation import COMMANDERS, READERS, NoArgs, Operation, find_wall
from wall.protocol import Instant, Name, check
from wall.scene import Id, NameFields, WireModel
from wall.seeded import NameTable, in_files, read_seeds
from wall.state import State, WallState
from wall.store import Kept

ACTOR_PREFIX = "rule:"
LONGEST_S = 7 * 86_400.0
ORIGINS = {
    "replay": {"vi": "dữ liệu phát lại", "en": "replayed data"},
    "simulated": {"vi": "dữ liệu mô phỏng", "en": "simulated data"},
}
PROPOSES = {"vi": "Đề xuất cảnh báo", "en": "Alarm proposed"}

Phase = Literal["quiet", "dwelling", "proposed", "firing", "vetoed", "cooling"]
CAN_BE_VETOED = ("dwelling", "proposed", "firing")
Condition = Literal["above", "below"]
Figure = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=LONGEST_S, allow_inf_nan=False)]
Walls = Annotated[list[Id], Field(min_length=1, max_length=100)]


class RuleFields(WireModel):
    """`rule` of `rule.put`: what is watched, for how long, and what it puts on which walls."""

    rule_id: Id
    name: NameFields
    owner: Name
    aggregate: Name
    number: Name
    condition: Condition
    threshold: Figure
    clear_at: Figure | None = None
    dwell_s: Seconds = 0.0
    cooldown_s: Seconds = 0.0
    veto_s: Seconds = 0.0
    wall_ids: Walls
    scene_id: Id
    enabled: bool = True


class RuleFile(RuleFields):
    """A file of `city/rules`."""

    model_config = in_files(rule_id="id", wall_ids="walls", scene_id="scene")
    name: NameTable


@dataclass(frozen=True, slots=True)
class Rule:
    """A definition; the body is the wire form, whole."""

    rule_id: str
    name: Mapping[str, str]
    aggregate: str
    wall_ids: tuple[str, ...]
    scene_id: str
    body: Mapping[str, Any]


class RuleState(WireModel):
    """What the engine last said of a rule, or a person by a veto."""

    phase: Phase = "quiet"
    since_at_ms: Instant = 0.0
    until_at_ms: Instant | None = None
    value: Figure | None = None
    as_of_at_ms: Instant | None = None
    origin: Annotated[str, Field(max_length=64)] | None = None
    taken_wall_ids: Annotated[list[Name], Field(max_length=100)] = Field(default_factory=list)
    vetoed_by: Name | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the wire form."""
        return self.model_dump(by_alias=True)


class ReportArgs(RuleState):
    """Of `rule.report`."""

    rule_id: Id
    phase: Phase
    since_at_ms: Instant


class PutArgs(WireModel):
    """Of `rule.put`."""

    rule: RuleFields


class RuleArgs(WireModel):
    """Of `rule.delete` and `rule.veto`."""

    rule_id: Id


QUIET = RuleState.model_validate({})


def make_rule(fields: RuleFields) -> Rule:
    """Return the rule of checked fields; raises Refused when hysteresis goes the wrong way."""
    clear_at = fields.threshold if fields.clear_at is None else fields.clear_at
    beyond = (
        clear_at - fields.threshold
        if fields.condition == "above"
        else (fields.threshold - clear_at)
    )
    if beyond > 0:
        side = "below" if fields.condition == "above" else "above"
        raise Refused("invalidArgs", f"clearAt: expected {fields.threshold} or {side}")
    body = fields.model_dump(by_alias=True) | {"clearAt": clear_at}
    return Rule(
        rule_id=fields.rule_id,
        name=fields.name.model_dump(),
        aggregate=fields.aggregate,
        wall_ids=tuple(dict.fromkeys(fields.wall_ids)),
        scene_id=fields.scene_id,
        body=body,
    )


def begin(state: State, folder: Path, kept: Kept, *, elsewhere: Collection[str]) -> list[str]:
    """Give a state that begins the city's rules, those that were put, and what was said of them.

    Of walls `elsewhere`, at another site, that site's controller has charge. Returns a sentence for
    each rule that is wrong and was left out.
    """

    def make(file: RuleFile) -> Rule:
        rule = make_rule(file)
        rule = replace(
            rule, wall_ids=tuple(each for each in rule.wall_ids if each not in elsewhere)
        )
        _refuse_unknown(state, rule)
        return rule

    seeds, wrong = read_seeds(folder, RuleFile, make)
    state.rules.seeds = {name: each for name, each in seeds.items() if each.wall_ids}
    problems = [str(each) for each in wrong]
    for rule_id, body in kept.entries_of("rule").items():
        try:
            state.rules.put[rule_id] = make_rule(check(RuleFields, body))
        except (BadFields, Refused) as error:
            problems.append(f"put rule {rule_id!r}: {error}")
    for rule_id, body in kept.entries_of("ruleState").items():
        try:
            state.rule_states[rule_id] = check(RuleState, body)
        except BadFields as error:
            problems.append(f"state of rule {rule_id!r}: {error}")
    return problems


def describe(state: State, rule: Rule) -> dict[str, Any]:
    """Return a rule as `rule.list` has it."""
    return {
        **rule.body,
        "wallIds": list(rule.wall_ids),
        "isPut": rule.rule_id in state.rules.put,
        "state": state.rule_states.get(rule.rule_id, QUIET).to_json(),
    }


def advance(state: State, ws: WallState) -> None:
    """Clear the alarm of a rule that was vetoed; the engine may not be there to do it."""
    alarm = ws.layers.get("alarm")
    if alarm is None or not alarm.by.startswith(ACTOR_PREFIX):
        return
    found = state.rule_states.get(alarm.by.removeprefix(ACTOR_PREFIX), QUIET)
    if found.phase == "vetoed":
        change.own(state, ws, LayerChange("alarm", None))


def notes(state: State, ws: WallState) -> list[Note]:
    """Return the proposals that can still be vetoed and would change this wall."""
    said = []
    for rule_id, each in state.rule_states.items():
        until_ms = each.until_at_ms
        if each.phase != "proposed" or until_ms is None or until_ms <= state.now_ms:
            continue
        rule = state.rules.get(rule_id)
        if rule is not None and ws.wall.wall_id in rule.wall_ids:
            name = _marked(rule, each)
            text = {language: f"{PROPOSES[language]}: {name[language]}" for language in LANGUAGES}
            said.append((until_ms, Note(text, until_ms)))
    return [note for _, note in sorted(said, key=lambda each: each[0])]


def name_of(state: State, by: str) -> Mapping[str, str] | None:
    """Return the name of the rule that `by` stands for; None when that is somebody else.

    What comes of data that are not live says so in the name.
    """
    found = _of_actor(state, by)
    return None if found is None else _marked(*found)


def is_live(state: State, by: str) -> bool:
    """Tell whether what `by` has set comes of live data, or is a person's."""
    found = _of_actor(state, by)
    return found is None or found[1].origin not in ORIGINS


def _of_actor(state: State, by: str) -> tuple[Rule, RuleState] | None:
    rule_id = by.removeprefix(ACTOR_PREFIX)
    rule = state.rules.get(rule_id) if by.startswith(ACTOR_PREFIX) else None
    return None if rule is None else (rule, state.rule_states.get(rule_id, QUIET))


def _marked(rule: Rule, said: RuleState) -> dict[str, str]:
    mark = ORIGINS.get(said.origin or "")
    if mark is None:
        return dict(rule.name)
    return {language: f"{rule.name[language]} ({mark[language]})" for language in LANGUAGES}


def next_ms(state: State) -> float | None:
    """Return when the next proposal can no longer be vetoed."""
    times = [
        each.until_at_ms
        for each in state.rule_states.values()
        if each.phase == "proposed" and each.until_at_ms is not None
    ]
    return min((each for each in times if each > state.now_ms), default=None)


def is_rule(asked: Asked) -> bool:
    """Tell whether the engine asks in a rule's name."""
    return asked.by.startswith(ACTOR_PREFIX)


def refuse_actor(
    state: State, asked: Asked, ws: WallState, layer: LayerName, *, is_take: bool
) -> None:
    """Hold who asks in a rule's name to that rule; raises Refused."""
    if layer != "alarm":
        raise Refused("forbidden", "a rule may change the layer 'alarm' only")
    wall_id = ws.wall.wall_id
    if not is_take:
        held = ws.layers.get(layer)
        if held is not None and held.by != asked.by:
            raise Refused("conflict", f"the alarm on wall {wall_id!r} is of {held.by!r}")
        return
    rule = find(state, asked.by.removeprefix(ACTOR_PREFIX))
    if wall_id not in rule.wall_ids:
        raise Refused("conflict", f"rule {rule.rule_id!r} is not for wall {wall_id!r}")
    found = state.rule_states.get(rule.rule_id, QUIET)
    if found.phase == "vetoed":
        raise _vetoed(rule, found)


def find(state: State, rule_id: str) -> Rule:
    """Return a rule; raises Refused."""
    rule = state.rules.get(rule_id)
    if rule is None:
        raise Refused("unknownRule", f"no rule {rule_id!r} here")
    return rule


def _list(state: State, asked: Asked, args: NoArgs) -> None:
    answer_reading(state, asked, {"rules": [describe(state, rule) for _, rule in state.rules]})


def _put(state: State, asked: Asked, args: PutArgs) -> None:
    rule = make_rule(args.rule)
    _refuse_unknown(state, rule)
    state.rules.keep(rule.rule_id, rule)
    record = EntryRecord("rule", "", rule.rule_id, dict(rule.body))
    result = {"ruleId": rule.rule_id}
    answer(state, asked, result, changes=(record,), then=_changed(state, rule.rule_id))


def _delete(state: State, asked: Asked, args: RuleArgs) -> None:
    rule = find(state, args.rule_id)
    state.rules.drop(args.rule_id)
    changes = [EntryRecord("rule", "", args.rule_id, None)]
    if state.rules.get(args.rule_id) is None:
        state.rule_states.pop(args.rule_id, None)
        changes.append(EntryRecord("ruleState", "", args.rule_id, None))
    then = _changed(state, args.rule_id, before=rule)
    answer(state, asked, {"ruleId": args.rule_id}, changes=changes, then=then)


def _veto(state: State, asked: Asked, args: RuleArgs) -> None:
    rule = find(state, args.rule_id)
    found = state.rule_states.get(rule.rule_id, QUIET)
    if found.phase not in CAN_BE_VETOED:
        raise Refused("conflict", f"rule {rule.rule_id!r} is {found.phase}: nothing to veto")
    vetoed = found.model_copy(
        update={
            "phase": "vetoed",
            "since_at_ms": state.now_ms,
            "until_at_ms": None,
            "vetoed_by": asked.by,
        }
    )
    by = f"{ACTOR_PREFIX}{rule.rule_id}"
    for ws in state.walls.values():
        pending = ws.pending
        if pending is not None and pending.asked is not None and pending.asked.by == by:
            switch.abort(state, ws, pending, "superseded", _vetoed(rule, vetoed))
    _keep(state, asked, rule, vetoed)


def _report(state: State, asked: Asked, args: ReportArgs) -> None:
    rule = find(state, args.rule_id)
    found = state.rule_states.get(rule.rule_id, QUIET)
    if found.phase == "vetoed" and args.phase in CAN_BE_VETOED:
        raise _vetoed(rule, found)
    fields = args.model_dump(by_alias=True, exclude={"rule_id", "vetoed_by"})
    by = found.vetoed_by if args.phase == "vetoed" else None
    _keep(state, asked, rule, RuleState.model_validate({**fields, "vetoedBy": by}))


def _vetoed(rule: Rule, found: RuleState) -> Refused:
    return Refused("conflict", f"rule {rule.rule_id!r} is vetoed", state=found.to_json())


def _keep(state: State, asked: Asked, rule: Rule, after: RuleState) -> None:
    state.rule_states[rule.rule_id] = after
    record = EntryRecord("ruleState", "", rule.rule_id, after.to_json())
    result = {"ruleId": rule.rule_id, "state": after.to_json()}
    answer(state, asked, result, changes=(record,), then=_changed(state, rule.rule_id))


def _changed(state: State, rule_id: str, *, before: Rule | None = None) -> tuple[Effect, ...]:
    rule = state.rules.get(rule_id)
    named = rule or before
    level = state.levels.get(named.aggregate, INTERNAL) if named is not None else INTERNAL
    data = {"ruleId": rule_id, "rule": describe(state, rule) if rule is not None else None}
    return event(state, "rules", "changed", data, level=level)


def _refuse_unknown(state: State, rule: Rule) -> None:
    for wall_id in rule.wall_ids:
        scenes.find(find_wall(state, wall_id), rule.scene_id)


OPERATIONS = {
    "rule.list": Operation(NoArgs, READERS, _list),
    "rule.put": Operation(PutArgs, COMMANDERS, _put),
    "rule.delete": Operation(RuleArgs, COMMANDERS, _delete),
    "rule.veto": Operation(RuleArgs, COMMANDERS, _veto),
    "rule.report": Operation(ReportArgs, COMMANDERS, _report, service="feed"),
}
