"""What a source row is of, in words: a unit that is no more by its name, and that it is no more."""

from __future__ import annotations

from datetime import datetime, time

from data_access.city import City
from data_access.contracts import CITY_AREA
from language import date, text

NOON = time(12)


def then_words(city: City, entity: str, language: str) -> str:
    """Return an entity's words: of a unit before a reform (`00016@2025-07-01`) what became of it.

    Any other entity is returned as it is.
    """
    code, at, _ = entity.partition("@")
    unit = city.areas.before.by_code.get(code) if at else None
    if unit is None or unit.entity != entity:
        return entity
    noon = datetime.combine(unit.valid_to, NOON, city.zone)
    return text(
        "areas.divided" if unit.area == CITY_AREA else "areas.joined",
        language,
        name=unit.full_name,
        day=date(noon, language=language, timezone=str(city.zone)),
        units=len(unit.became),
    )
