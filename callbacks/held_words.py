"""A refused row in words: a measurement by what it is, a version of a record as it came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from callbacks.console_sources import unit_name
from callbacks.old_units import then_words
from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.model import OBSERVATION_COLUMNS, QUALITIES
from data_access.personal import masked
from data_access.quarantine import read_row
from language import datetime_, number, pick
from layouts.pages.quarantine import tell
from layouts.pages.shell import Setting, say

MOST_WORDS = 1_200  # of one cell on the page
MOST_FIELDS = 24
Fields = tuple[tuple[str, str], ...]  # what each is called, and what stands there


def fields_of(row: str, contract: DatasetContract | None, city: City, setting: Setting) -> Fields:
    """Return the fields of a kept row, with nothing personal; none of what cannot be read."""
    found = masked(read_row(row))
    if found is None:
        return ()
    if found.keys() >= set(OBSERVATION_COLUMNS):
        return tuple((name, words) for name, words in _measured(found, contract, city, setting))
    named = [(name, _words(each)) for name, each in found.items() if each != ""]
    return tuple(named[:MOST_FIELDS])


def _measured(
    found: Mapping[str, Any], contract: DatasetContract | None, city: City, setting: Setting
) -> Fields:
    language = setting.language
    promised = None if contract is None else contract.indicators.get(str(found["indicator"]))
    unit = city.areas.get(str(found["area"]))
    area = city.name if found["area"] == CITY_AREA else unit_name(unit, language) if unit else None
    value, quality = found["value"], found["quality"]
    written = _words(value)
    if isinstance(value, int | float):
        symbol = "" if promised is None else promised.unit
        written = number(value, symbol, language=language)
    return (
        (
            tell("field.indicator", setting),
            _words(found["indicator"]) if promised is None else pick(promised.name, language),
        ),
        (tell("field.entity", setting), then_words(city, _words(found["entity"]), language)),
        (tell("field.area", setting), area if isinstance(area, str) else _words(found["area"])),
        (tell("field.observed", setting), _instant(found["observed_at"], setting)),
        (tell("field.value", setting), written),
        (
            tell("field.quality", setting),
            say(f"quality.{quality}", setting) if quality in QUALITIES else _words(quality),
        ),
    )


def _instant(found: Any, setting: Setting) -> str:
    try:
        at = datetime.fromisoformat(str(found))
    except ValueError:
        return _words(found)
    if at.tzinfo is None:
        return _words(found)
    return datetime_(at, language=setting.language, timezone=setting.timezone, seconds=True)


def _words(value: Any) -> str:
    if isinstance(value, str | int | float) or value is None:
        return str("–" if value is None else value)[:MOST_WORDS]
    return json.dumps(value, ensure_ascii=False, default=str)[:MOST_WORDS]
