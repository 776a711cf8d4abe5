"""Months of the monthly statistical report: which ones are out at an instant, and their names."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

PUBLISHED_ON = 29  # the report of a month comes out on its 29th (the 28th of a short February)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int  # 1 to 12

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    def back(self, months: int) -> Month:
        """Return the month so many months before."""
        year, number = divmod(self.year * 12 + self.number - 1 - months, 12)
        return Month(year, number + 1)

    def of_year(self) -> Iterator[Month]:
        """Yield the months of its year from January to itself."""
        return (Month(self.year, number) for number in range(1, self.number + 1))

    @property
    def published(self) -> date:
        """The day its report comes out."""
        return date(
            self.year,
            self.number,
            min(PUBLISHED_ON, monthrange(self.year, self.number)[1]),
        )


def published_months(today: date, *, count: int) -> list[Month]:
    """Return the last `count` months whose report was out before `today`, newest first."""
    newest = Month(today.year, today.month)
    if newest.published >= today:
        newest = newest.back(1)
    return [newest.back(months) for months in range(count)]
