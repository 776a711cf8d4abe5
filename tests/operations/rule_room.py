"""Rules running beside a controller that is written down here: its walls, and what was done."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from data_access.envelope import Envelope
from operations.desk import Desk
from operations.watch import RuleWatch
from tests.operations.a_rule import MINUTE, T0, envelope
from tests.operations.pretend import JAM, Controller


@dataclass
class Room:
    """A feed that shows one number to the rules, its desk, and the controller."""

    controller: Controller = field(default_factory=Controller)
    now_ms: float = T0
    shown: dict[str, Envelope] = field(default_factory=dict)
    version: int = 0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin anew, as after a kill: nothing is left but what the controller keeps."""
        self.watch = RuleWatch()
        self.desk = Desk(self.controller, self.watch, lambda: self.now_ms)
        self.desk.round()

    def look(self, minutes: float, share: float | None = None, **more: Any) -> str:
        """Let time pass, show a new number if one is given, and have a round."""
        self.now_ms += minutes * MINUTE
        if share is not None:
            self.version += 1
            fields = {"as_of_ms": self.now_ms, "made_at_ms": self.now_ms, "version": self.version}
            number = {"value": share}
            self.shown["transport.speed"] = envelope(number, **(fields | more))
        self.watch.look(self.shown, self.now_ms)
        self.desk.round()
        phase: str = self.controller.states.get("jam", {"phase": "quiet"})["phase"]
        return phase

    def fire(self) -> None:
        self.look(0, 25)
        self.look(10)
        assert self.look(2) == "firing"

    @property
    def holders(self) -> list[str | None]:
        return [None if each is None else each["by"] for each in self.controller.alarms.values()]

    @property
    def done(self) -> list[tuple[str, str, str]]:
        return self.controller.done


TAKEN = [("salvo.take", "north", "rule:jam"), ("salvo.take", "south", "rule:jam")]
CLEARED = [("wall.clear", "north", "rule:jam"), ("wall.clear", "south", "rule:jam")]


def second(**changed: Any) -> dict[str, Any]:
    return (
        copy.deepcopy(JAM) | {"ruleId": "crawl", "sceneId": "crawl", "wallIds": ["north"]} | changed
    )
