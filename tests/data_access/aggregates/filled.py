"""What stores are filled with by hand: names of datasets, and a station of air."""

from __future__ import annotations

from collections.abc import Callable

from data_access.model import Entity, RecordRow

MakeRecord = Callable[..., RecordRow]
AIR, RAIN, SPEED = "environment.air", "environment.rain", "transport.speed"


def station(name: str, area: str | None = "00070") -> Entity:
    return Entity(name, f"Trạm {name}", 21.03, 105.85, area)
