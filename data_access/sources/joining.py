"""Units as sources name them, joined to today's by what the name meant on its day.

The one place where a code or a name becomes a unit, for every format: before a reform it means the
unit of then (data_access/old_units.py), whose land lies in one of today's or was divided. Where a
position lies needs none of this: land does not move.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from data_access.areas import Meant
from data_access.city import City
from data_access.contracts import CITY_AREA
from data_access.old_units import THEN
from data_access.sources.options import UnitsOf

REMEMBERED = 20_000  # words with the reforms they are from before


@dataclass(frozen=True, slots=True)
class Joining:
    """The units of a city by words of one source; `units` is how it calls its history."""

    city: City
    units: UnitsOf = "then"
    _known: dict[tuple[str, date], Meant | None] = field(default_factory=dict, repr=False)

    def meant(self, word: str | None, at: datetime) -> Meant | None:
        """Return what a word meant at an instant, None when it was no unit, or several."""
        return self.on(word, at.astimezone(self.city.zone).date())

    def on(self, word: str | None, day: date) -> Meant | None:
        """Return what a word meant on a day."""
        if not word:
            return None
        reform = date.max if self.units == "now" else self.city.areas.before.reform_after(day)
        key = (word, reform)
        if key not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = self._look_up(word, date.max if reform == date.max else day)
        return self._known[key]

    def area(self, word: str | None, at: datetime) -> str | None:
        """Return a word's unit; one that is none stays, for the contract to refuse."""
        found = self.meant(word, at)
        return word or None if found is None else found.area

    def first(self, words: Iterable[str], at: datetime) -> Meant | None:
        """Return what the first word that is a unit meant."""
        found = (self.meant(word, at) for word in words)
        return next((each for each in found if each is not None), None)

    def _look_up(self, word: str, day: date) -> Meant | None:
        if word == CITY_AREA or word in self.city.name.values():
            return Meant(CITY_AREA, CITY_AREA)
        return self.city.areas.meant(word, on=day)


def told_then(meant: Meant | None) -> dict[str, str]:
    """Return what a record keeps of the unit it was told of, when that is no more."""
    return {} if meant is None or meant.then is None else {THEN: meant.then.entity}
