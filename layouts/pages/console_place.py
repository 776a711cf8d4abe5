"""Where on the console one is: city, group, units, one unit, one tile and its source rows, sending.

A place is the part of the address after `#`, so that going deeper is a link and going back is the
browser's own, and nothing is drawn that cannot be linked to. Pure.

    /                                 the city
    /g/<group>[/p/<topic>]            one of the five groups, and which of its topics
    …/areas/<aggregate>[/<map>]       its units by a value
    …/a/<code>[/<dataset>]            one unit of these, and the rows of one dataset there
    …/t/<tile>[/<figure>]             one tile, and the rows behind one of its figures
    …/send                            sending to a wall what shows this
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Literal

GROUPS = ("economy", "transport", "environment", "security", "feedback")
NAME = re.compile(r"[A-Za-z0-9._-]{1,80}")

Level = Literal["city", "group", "areas", "area", "tile"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the console; fields that its level has not are None."""

    level: Level = "city"
    group: str | None = None
    aggregate: str | None = None  # areas: whose values
    area: str | None = None  # area: code of the unit
    dataset: str | None = None  # area: whose rows
    tile: str | None = None  # tile: key in the group's plan
    figure: str | None = None  # tile: whose rows; areas: which further map of the aggregate
    topic: str | None = None  # of the group; None: the first
    sending: bool = False

    @property
    def href(self) -> str:
        """The address of this place."""
        parts: list[str | None] = []
        if self.group:
            parts += ["g", self.group]
        if self.topic:
            parts += ["p", self.topic]
        if self.level == "areas":
            parts += ["areas", self.aggregate, self.figure]
        elif self.level == "area":
            parts += ["a", self.area, self.dataset]
        elif self.level == "tile":
            parts += ["t", self.tile, self.figure]
        if self.sending:
            parts.append("send")
        return "#/" + "/".join(part for part in parts if part)

    @property
    def send(self) -> Place:
        """Where what shows this is sent to a wall."""
        return replace(self, sending=True)

    @property
    def parent(self) -> Place | None:
        """The place above, None for the city."""
        if self.sending:
            return replace(self, sending=False)
        if self.level == "city":
            return None
        if self.level == "group":
            return CITY
        if self.level == "area":
            return Place("areas", self.group, aggregate=self.dataset, topic=self.topic)
        return group_place(self.group or "", self.topic)

    def chain(self) -> list[Place]:
        """Return the places from the city down to this one."""
        above = self.parent
        return [*(above.chain() if above else []), self]


CITY = Place()


def group_place(group: str, topic: str | None = None) -> Place:
    """Return the place of a group, of one of its topics."""
    return Place("group", group, topic=topic)


def parse_place(address: str | None, *, areas: Container[str]) -> Place:
    """Return the place an address names, as deep as it makes sense; the city for any other."""
    parts = [part for part in (address or "").lstrip("#").split("/") if part]
    sending = bool(parts) and parts[-1] == "send"
    if sending:
        parts.pop()
    place = _place(parts, areas) if all(NAME.fullmatch(part) for part in parts) else CITY
    return replace(place, sending=sending)


def _place(parts: list[str], areas: Container[str]) -> Place:
    if len(parts) < 2 or parts[0] != "g" or parts[1] not in GROUPS:
        return CITY
    group, rest, topic = parts[1], parts[2:], None
    if len(rest) > 1 and rest[0] == "p":
        topic, rest = rest[1], rest[2:]
    above = group_place(group, topic)
    match rest:
        case ["areas"]:
            return replace(above, level="areas")
        case ["areas", aggregate, *figure] if len(figure) < 2:
            return replace(
                above, level="areas", aggregate=aggregate, figure=next(iter(figure), None)
            )
        case ["a", code, *dataset] if code in areas and len(dataset) < 2:
            return replace(above, level="area", area=code, dataset=next(iter(dataset), None))
        case ["t", tile, *figure] if len(figure) < 2:
            return replace(above, level="tile", tile=tile, figure=next(iter(figure), None))
    return above
