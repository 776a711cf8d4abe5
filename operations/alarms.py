"""Which scenes rules want on the alarm layer of which walls, against what is there.

Pure. The wall is the truth: who set its alarm layer stands in `by`. So a feed that was killed in
the middle of anything asks again and does only what is missing. A wall on which a firing was taken
is not taken again for it: a person who cleared the alarm meant it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from operations.rules import Rule, State

ALARM = "alarm"
ACTOR_PREFIX = "rule:"
ROLE = "operator"


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule and its state, the walls its firing was taken on, those a person cleared it from."""

    rule: Rule
    state: State
    taken: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()

    def wants(self, wall_id: str) -> bool:
        """Tell whether its scene should be on the wall's alarm layer."""
        is_firing = self.state.phase == "firing" and self.rule.enabled
        return is_firing and wall_id in self.rule.wall_ids and wall_id not in self.dismissed


@dataclass(frozen=True, slots=True)
class Order:
    """Something to be done on a wall's alarm layer in the name of a rule.

    `noted` takes note that what the rule wants is there already, `dismissed` that a person has
    cleared it; both change nothing on the wall.
    """

    what: Literal["take", "clear", "noted", "dismissed"]
    wall_id: str
    rule_id: str
    scene_id: str | None = None


def actor(rule_id: str) -> dict[str, str]:
    """Return who asks the controller in a rule's name."""
    return {"userId": ACTOR_PREFIX + rule_id, "role": ROLE}


def holders(walls: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return which rule has the alarm layer of each wall where one has; `walls` of `walls.list`."""
    found = {}
    for wall in walls:
        by = str((_alarm(wall) or {}).get("by", ""))
        if by.startswith(ACTOR_PREFIX):
            found[str(wall["wallId"])] = by.removeprefix(ACTOR_PREFIX)
    return found


def plan(
    rules: Iterable[Firing], walls: Sequence[Mapping[str, Any]], before: Mapping[str, str]
) -> list[Order]:
    """Return what is to be done; `before` is which rules had the walls when last looked at.

    Walls of another site (`peer`) are left to that site's rules.

    Of several rules that fire, the one that fired last has the layer; when it clears or is vetoed,
    the one before comes back, unless a person had cleared that.
    """
    by_age = sorted(rules, key=lambda each: (each.state.since_ms, each.rule.rule_id))
    now = holders(walls)
    orders: list[Order] = []
    for wall in walls:
        if "peer" in wall:
            continue
        wall_id, layer = str(wall["wallId"]), _alarm(wall)
        wanting = [each for each in by_age if each.wants(wall_id)]
        if layer is None:
            orders += _on_empty(wanting, wall_id, before.get(wall_id))
        else:
            orders += _on_set(wanting, wall_id, now.get(wall_id), layer.get("sceneId"))
    return orders


def together(orders: Iterable[Order]) -> list[list[Order]]:
    """Return orders in groups: takes of one rule on several walls are to be seen at one instant."""
    groups: list[list[Order]] = []
    salvos: dict[tuple[str, str | None], list[Order]] = {}
    for order in orders:
        found = salvos.get((order.rule_id, order.scene_id)) if order.what == "take" else None
        if found is not None:
            found.append(order)
            continue
        groups.append([order])
        if order.what == "take":
            salvos[order.rule_id, order.scene_id] = groups[-1]
    return groups


def _on_empty(wanting: list[Firing], wall_id: str, had: str | None) -> list[Order]:
    """What was taken here was put away by a person, unless it lay below what was vetoed."""
    new = [each for each in wanting if wall_id not in each.taken]
    is_uncovered = had is not None and all(each.rule.rule_id != had for each in wanting)
    if is_uncovered and wanting:
        return _take_last(wanting, wall_id)
    put_away = [each for each in wanting if wall_id in each.taken]
    orders = [Order("dismissed", wall_id, each.rule.rule_id) for each in put_away]
    return orders + (_take_last(new, wall_id) if new else [])


def _on_set(
    wanting: list[Firing], wall_id: str, holder: str | None, scene_id: str | None
) -> list[Order]:
    new = [each for each in wanting if wall_id not in each.taken]
    held = next((each for each in wanting if each.rule.rule_id == holder), None)
    if held is None:
        if new or (wanting and holder is not None):
            return _take_last(wanting if holder is not None else new, wall_id)
        return [] if holder is None else [Order("clear", wall_id, holder)]
    newer = [each for each in new if each.state.since_ms > held.state.since_ms]
    beneath = [each for each in new if each not in newer]
    orders = [Order("noted", wall_id, each.rule.rule_id) for each in beneath]
    if newer:
        return orders + _take_last(newer, wall_id)
    if scene_id != held.rule.scene_id:
        orders.append(_take(wall_id, held))
    return orders


def _alarm(wall: Mapping[str, Any]) -> Mapping[str, Any] | None:
    layer: Mapping[str, Any] | None = (wall.get("layers") or {}).get(ALARM)
    return layer


def _take_last(firings: list[Firing], wall_id: str) -> list[Order]:
    """Take the last; what fired before lies beneath, and comes when that clears."""
    under = [each for each in firings[:-1] if wall_id not in each.taken]
    orders = [Order("noted", wall_id, each.rule.rule_id) for each in under]
    return [*orders, _take(wall_id, firings[-1])]


def _take(wall_id: str, firing: Firing) -> Order:
    return Order("take", wall_id, firing.rule.rule_id, firing.rule.scene_id)
