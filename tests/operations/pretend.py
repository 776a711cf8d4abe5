"""A controller that is only what rules see of it: definitions, states, the walls' alarm layers."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from operations.errors import ControllerAway, ControllerRefused

JAM: dict[str, Any] = {
    "ruleId": "jam",
    "name": {"vi": "Ùn tắc", "en": "Jam"},
    "owner": "traffic",
    "aggregate": "transport.speed",
    "number": "congested_share",
    "condition": "above",
    "threshold": 20.0,
    "clearAt": 15.0,
    "dwellS": 600,
    "cooldownS": 1800,
    "vetoS": 120,
    "wallIds": ["north", "south"],
    "sceneId": "traffic",
    "enabled": True,
}
QUIET: dict[str, Any] = {
    "phase": "quiet",
    "sinceAtMs": 0.0,
    "untilAtMs": None,
    "value": None,
    "asOfAtMs": None,
    "origin": None,
    "takenWallIds": [],
    "vetoedBy": None,
}


@dataclass
class Controller:
    """Keeps what it acknowledged. `away` answers nothing, `lost` does and then answers nothing."""

    rules: dict[str, dict[str, Any]] = field(default_factory=lambda: {"jam": copy.deepcopy(JAM)})
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    alarms: dict[str, dict[str, Any] | None] = field(
        default_factory=lambda: {"north": None, "south": None}
    )
    away: bool = False
    lost: int = 0  # so many answers are lost on the way
    refusing: dict[str, str] = field(default_factory=dict)  # op or wall -> code
    done: list[tuple[str, str, str]] = field(default_factory=list)  # what, wall, rule
    phases: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __call__(
        self, op: str, args: Mapping[str, Any], actor: Mapping[str, str] | None
    ) -> Mapping[str, Any]:
        self.asked.append(op)
        if self.away:
            raise ControllerAway("away")
        if op in self.refusing:
            raise ControllerRefused(self.refusing[op], "no")
        result: Mapping[str, Any] = copy.deepcopy(self._do(op, args, actor))
        if self.lost:
            self.lost -= 1
            raise ControllerAway("the answer was lost")
        return result

    def veto(self, at_ms: float, rule_id: str = "jam") -> None:
        self.states[rule_id] |= {"phase": "vetoed", "sinceAtMs": at_ms}

    def _do(self, op: str, args: Mapping[str, Any], actor: Any) -> Mapping[str, Any]:
        if op == "rule.list":
            return {
                "rules": [
                    rule | {"state": self.states.get(name, QUIET)}
                    for name, rule in self.rules.items()
                ]
            }
        if op == "rule.report":
            return self._report(dict(args))
        if op == "walls.list":
            return {
                "walls": [
                    {"wallId": wall_id, "layers": {} if alarm is None else {"alarm": alarm}}
                    for wall_id, alarm in self.alarms.items()
                ]
            }
        assert args["layer"] == "alarm"
        assert actor["role"] == "operator"
        if op == "salvo.take":
            assert len(args["takes"]) > 1
            for each in args["takes"]:
                self._refuse(each["wallId"])
            for each in args["takes"]:
                self._change("salvo.take", args | each, actor["userId"])
        else:
            self._change(op, args, actor["userId"])
        return {}

    def _refuse(self, wall_id: str) -> None:
        if wall_id in self.refusing:
            raise ControllerRefused(self.refusing[wall_id], "not on this wall")

    def _change(self, op: str, args: Mapping[str, Any], by: str) -> None:
        wall_id = args["wallId"]
        self._refuse(wall_id)
        held = self.alarms[wall_id]
        if op == "wall.clear" and held is not None and held["by"] != by:
            raise ControllerRefused("conflict", "not its own")
        self.done.append((op, wall_id, by))
        if op == "wall.clear":
            self.alarms[wall_id] = None
        else:
            assert op in ("wall.take", "salvo.take")
            assert args["hold"] is True
            self.alarms[wall_id] = {"sceneId": args["sceneId"], "by": by}

    def _report(self, said: dict[str, Any]) -> Mapping[str, Any]:
        rule_id = said["ruleId"]
        if rule_id not in self.rules:
            raise ControllerRefused("unknownRule", "no such rule")
        kept = self.states.get(rule_id, {"phase": "quiet"})
        if kept["phase"] == "vetoed" and said["phase"] not in ("vetoed", "cooling", "quiet"):
            raise ControllerRefused("conflict", "it is vetoed")
        if said["phase"] != kept["phase"]:
            self.phases.append(said["phase"])
        self.states[rule_id] = said
        return {}
