"""Schools: pupils and places by ISCED level and unit, and which have too few places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, later, text
from data_access.aggregates.parts import (
    NO_THRESHOLD,
    column,
    number,
    of_units,
    table,
    unit_title,
    words,
)
from data_access.envelope import Number, Payload, Source, Table, Text
from language import LANGUAGES
from language import number as written

SCHOOLS = "education.schools"
# Levels of ISCED 2011 that are schools.
ISCED: dict[str, Text] = {
    "0": text("Mầm non", "Early childhood"),
    "1": text("Tiểu học", "Primary"),
    "2": text("Trung học cơ sở", "Lower secondary"),
    "3": text("Trung học phổ thông", "Upper secondary"),
}
PUPILS, CLASSES = "học sinh", "lớp"
LONG_AGO_US = 420 * 86_400_000_000  # a school that was not counted for longer is no more


@dataclass(frozen=True, slots=True)
class School:
    """A school as it was counted last."""

    id: str
    name: str
    level: str
    area: str | None
    pupils: float | None
    places: float | None
    classes: float | None = None

    @property
    def fill(self) -> float | None:
        """Pupils of places, per cent."""
        return None if self.pupils is None else share(self.pupils, self.places)


def share(part: float, whole: float | None) -> float | None:
    """Return a part of a whole in per cent, one decimal."""
    return round(part / whole * 100, 1) if whole else None


def schools(view: View) -> Payload:
    """Return pupils, places and how full schools are, by level and unit."""
    found = known_schools(view)
    if not found:
        return {}
    pupils = sum(each.pupils or 0.0 for each in found.values())
    counted = [each for each in found.values() if each.fill is not None]
    limit = view.city.limit(SCHOOLS, "fill")
    crowded = [each for each in counted if limit.grade(each.fill) != "normal"]
    source = _source("pupils")
    return {
        "numbers": {
            "pupils": number(
                text("Học sinh", "Pupils"),
                pupils,
                PUPILS,
                note=text(f"{len(found)} trường", f"{len(found)} schools"),
                source=source,
            ),
            "fill": number(
                text("Học sinh so với chỗ học", "Pupils of places"),
                _fill(counted),
                "%",
                1,
                limit=limit,
                better="down",
                source=_source("places"),
            ),
            "class_size": _class_size(found.values()),
            "crowded": number(
                text("Trường quá tải", "Crowded schools"),
                len(crowded) if limit.is_set else None,
                "trường",
                better="down",
                note=None if limit.is_set else NO_THRESHOLD,
                source=source,
            ),
        },
        "tables": {"levels": _levels(found), "crowded": later(_crowded, view, crowded)},
        "maps": {"areas": later(_fill_by_unit, view, counted)},
    }


def known_schools(view: View) -> dict[str, School]:
    """Return the schools that were counted lately, by id."""
    figures: dict[str, dict[str, float]] = defaultdict(dict)
    last_us = view.snapshot.newest_us(SCHOOLS)
    for name in ("pupils", "places", "classes"):
        for newest in view.snapshot.newest(SCHOOLS, name):
            if last_us is not None and newest.at_us > last_us - LONG_AGO_US:
                figures[newest.entity][name] = newest.value
    return {
        place.entity: School(
            place.entity,
            place.name,
            str(place.attributes.get("isced", "")),
            place.area,
            figures[place.entity].get("pupils"),
            figures[place.entity].get("places"),
            figures[place.entity].get("classes"),
        )
        for place in view.snapshot.places(SCHOOLS).values()
        if place.entity in figures
    }


def _fill(schools: Iterable[School]) -> float | None:
    """Return pupils of places, per cent, of the schools that told of both."""
    told = [each for each in schools if each.pupils is not None and each.places]
    return share(sum(each.pupils or 0.0 for each in told), sum(each.places or 0.0 for each in told))


def _class_size(schools: Iterable[School]) -> Number:
    """Return the pupils of a class, where it is known how many classes there are."""
    told = _with_classes(schools)
    classes = sum(each.classes or 0.0 for each in told)
    return number(
        text("Sĩ số lớp trung bình", "Pupils in a class"),
        _mean_class(told),
        PUPILS,
        1,
        better="down",
        note={each: written(classes, CLASSES, language=each) for each in LANGUAGES}
        if told
        else None,
        source=_source("classes"),
    )


def _mean_class(schools: Iterable[School]) -> float | None:
    told = _with_classes(schools)
    classes = sum(each.classes or 0.0 for each in told)
    return round(sum(each.pupils or 0.0 for each in told) / classes, 1) if classes else None


def _with_classes(schools: Iterable[School]) -> list[School]:
    return [each for each in schools if each.pupils is not None and each.classes]


def _levels(found: Mapping[str, School]) -> Table:
    rows = []
    for level in sorted({each.level for each in found.values()}):
        here = [each for each in found.values() if each.level == level]
        rows.append({
            "name": ISCED.get(level, text(f"ISCED {level or '?'}", f"ISCED {level or '?'}")),
            "isced": level,
            "schools": len(here),
            "pupils": sum(each.pupils or 0.0 for each in here),
            "fill": _fill(here),
            "class_size": _mean_class(here),
            "source": _source("pupils"),
        })  # fmt: skip
    columns = [
        words("name", text("Cấp học (ISCED)", "Level (ISCED)")),
        words("isced", text("Mã", "Code")),
        column("schools", text("Trường", "Schools")),
        column("pupils", text("Học sinh", "Pupils")),
        column("fill", text("So với chỗ học", "Of places"), "%", 1),
        column("class_size", text("Sĩ số lớp", "In a class"), decimals=1),
    ]
    return table(text("Học sinh theo cấp học", "Pupils by level"), columns, rows)


def _crowded(view: View, crowded: list[School]) -> Table:
    rows = [
        {
            "name": each.name,
            "unit": where(view, each.area),
            "pupils": each.pupils,
            "fill": each.fill,
            "source": _source("pupils") | {"entity": each.id},
        }
        for each in sorted(crowded, key=lambda each: (-(each.fill or 0.0), each.id))
    ]
    columns = [
        words("name", text("Trường", "School")),
        words("unit", text("Phường, xã", "Unit")),
        column("pupils", text("Học sinh", "Pupils")),
        column("fill", text("So với chỗ học", "Of places"), "%", 1),
    ]
    return table(text("Trường quá tải", "Crowded schools"), columns, rows)


def _fill_by_unit(view: View, counted: list[School]) -> Any:
    pupils: dict[str, float] = defaultdict(float)
    places: dict[str, float] = defaultdict(float)
    for each in counted:
        if each.area is not None:
            pupils[each.area] += each.pupils or 0.0
            places[each.area] += each.places or 0.0
    values = {code: pupils[code] / places[code] * 100 for code in places if places[code]}
    label = text("Học sinh so với chỗ học", "Pupils of places")
    return of_units(view, label, values, unit="%", scale="school_fill")


def where(view: View, code: str | None) -> Text:
    """Return what a unit is called; a dash for none."""
    return text("–", "–") if code is None else unit_title(view, code)


def _source(indicator: str) -> Source:
    return {"dataset": SCHOOLS, "indicator": indicator}


AGGREGATES = (Aggregate(SCHOOLS, (SCHOOLS,), schools),)
