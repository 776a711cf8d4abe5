"""A sheet with its headings found: which column is which, and the rows below.

Not a source itself: data_access/sources/sheet.py makes observations and records of the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from data_access.sources.sheet_heading import Column, Heading, key_of
from data_access.sources.sheet_options import Options
from data_access.sources.workbook import Cell, Grid, shown


class Table:
    """A sheet with its headings found."""

    def __init__(
        self, name: str, grid: Grid, heading: Heading, at: datetime | None, options: Options
    ) -> None:
        self.name, self.grid, self.heading, self.options = name, grid, heading, options
        self.at = at  # of a table that is of one period

    def where(self, row: int) -> str:
        """Return a row's source reference."""
        return (
            f"{self.name}#{self.grid.name}:{row + 1}"
            if self.grid.name
            else f"{self.name}:{row + 1}"
        )

    def column(self, heading: str | None) -> Column | None:
        """Return the first column under a heading."""
        found = self.heading.columns.get(heading, ()) if heading is not None else ()
        return found[0] if found else None

    def cell(self, row: int, heading: str | None) -> Cell:
        """Return a row's cell under a heading, None where there is none."""
        column = self.column(heading)
        return None if column is None else self.grid.cell(row, column.index)

    def text(self, row: int, heading: str | None) -> str:
        """Return what a row says under a heading."""
        return shown(self.cell(row, heading))

    def rows(self) -> Iterator[int]:
        """Yield the rows below the heading that say something, up to the table's end."""
        until = tuple(key_of(word) for word in self.options.until)
        skip = tuple(key_of(word) for word in self.options.skip)
        for row in range(self.heading.first_row, len(self.grid.rows)):
            first = next((words for cell in self.grid.rows[row] if (words := shown(cell))), "")
            key = key_of(first)
            if until and key.startswith(until):
                return
            if first and not (skip and key.startswith(skip)):
                yield row
