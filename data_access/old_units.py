"""Units that are no more, and which of today's they became: so that history joins across a reform.

Old and new units share names and even codes, so a code or name means one thing before the day of a
reform and another from it on. What was told of an old unit whose land lies in one of today's is
that unit's; of one that was divided it is the city's, for nobody knows which part of it was where.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from data_access.errors import CityError
from data_access.spelling import ascii_key, tone_key

FILE = "areas_before.csv"
CITY = "city"  # contracts.CITY_AREA, which this must not import
THEN = "area_then"  # field of a record that was told of a unit that is no more
EXPECTED = "code,name,kind,valid_to,became (codes, blanks between)"


@dataclass(frozen=True, slots=True)
class OldUnit:
    """A unit that was in force before the day `valid_to`."""

    code: str
    name: str
    kind: str
    valid_to: date
    became: tuple[str, ...]  # codes of the units its land lies in now

    @property
    def area(self) -> str:
        """Where what was told of it belongs today: one unit, else the city."""
        return self.became[0] if len(self.became) == 1 else CITY

    @property
    def full_name(self) -> str:
        """The name with its kind, as written on a form."""
        return f"{self.kind.capitalize()} {self.name}"

    @property
    def entity(self) -> str:
        """What its own series is called, beside that of a unit of today with the same code."""
        return f"{self.code}@{self.valid_to}"


@dataclass(frozen=True, slots=True)
class OldUnits:
    """The units before a reform, by code and by name."""

    by_code: Mapping[str, OldUnit] = field(default_factory=dict)
    _names: dict[str, list[OldUnit]] = field(default_factory=dict, repr=False, compare=False)
    _ends: list[date] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._ends.extend(sorted({unit.valid_to for unit in self.by_code.values()}))
        for unit in self.by_code.values():
            names = (unit.name, f"{unit.kind} {unit.name}")
            for key in {make(name) for make in (tone_key, ascii_key) for name in names}:
                self._names.setdefault(key, []).append(unit)

    @property
    def until(self) -> date:
        """The day from which none of them is in force."""
        return self._ends[-1] if self._ends else date.min

    def reform_after(self, day: date) -> date:
        """Return the first day after `day` on which units ended, date.max when none does.

        Words mean the same on all days before it that are not before another such day.
        """
        at = bisect_right(self._ends, day)
        return self._ends[at] if at < len(self._ends) else date.max

    def find(self, word: str, *, on: date) -> OldUnit | None:
        """Return the one unit that a code or name meant on a day, None when there was none."""
        found = self._meant(word, on)
        return found[0] if len(found) == 1 else None

    def has(self, word: str, *, on: date) -> bool:
        """Tell whether a word meant any of these units on a day, be it several."""
        return bool(self._meant(word, on))

    def _meant(self, word: str, on: date) -> list[OldUnit]:
        known = self.by_code.get(word)
        named = self._names.get(tone_key(word)) or self._names.get(ascii_key(word)) or []
        found = [known] if known is not None else named
        return [unit for unit in found if on < unit.valid_to]


def read_old_units(path: Path, codes: Collection[str]) -> OldUnits:
    """Read `areas_before.csv`, if there is one; `codes` are today's. Raises CityError."""
    if not path.exists():
        return OldUnits()
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CityError(path.name, "all", f"expected a readable UTF-8 file ({error})") from error
    found: dict[str, OldUnit] = {}
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        try:
            unit = _unit(row)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CityError(path.name, f"line {number}", f"{error}; expected {EXPECTED}") from error
        strange = sorted(set(unit.became) - set(codes))
        if strange or unit.code in found:
            wrong = f"{', '.join(strange)} is no unit" if strange else f"{unit.code} comes twice"
            raise CityError(path.name, f"line {number}", f"{wrong}; expected {EXPECTED}")
        found[unit.code] = unit
    return OldUnits(found)


def _unit(row: Mapping[str, str]) -> OldUnit:
    unit = OldUnit(
        code=row["code"].strip(),
        name=row["name"].strip(),
        kind=row["kind"].strip(),
        valid_to=date.fromisoformat(row["valid_to"]),
        became=tuple(row["became"].split()),
    )
    if not (unit.code and unit.name and unit.kind and unit.became):
        raise ValueError("code, name, kind or became is empty")
    return unit
