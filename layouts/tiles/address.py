"""What a tap on a figure is about: the marks by which a page finds a number's passport.

    data-figure   on digits: "<aggregate>:<address>" (data_access/figure.py)
    data-about    on a tile: the figure it is about, for a tap beside its digits

They are in the tile, so that a wall's picture in a page can be asked too (assets/passport.mjs).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_access.envelope import LIVE, Envelope, Number
from data_access.figure import addresses, cell_at, figure_at, number_at

Marks = dict[str, Any]


class Addresses:
    """Finds the address of what is drawn by what it is in its envelope."""

    def __init__(self, envelope: Envelope | None) -> None:
        self._envelope = envelope
        self._rows: dict[int, tuple[str, int]] | None = None

    def number(self, figure: Number) -> Marks:
        """Return the mark of a figure; none of one that is not as the envelope has it."""
        for name, each in self._part("numbers").items():
            if each is figure:
                return self._mark("data-figure", number_at(name))
        return {}

    def cell(self, row: Mapping[str, Any], column: str) -> Marks:
        """Return the mark of a cell of a table's row."""
        if self._rows is None:
            self._rows = {
                id(each): (name, index)
                for name, table in self._part("tables").items()
                if isinstance(table, Mapping)
                for index, each in enumerate(table.get("rows") or ())
            }
        found = self._rows.get(id(row))
        return {} if found is None else self._mark("data-figure", cell_at(*found, column))

    def at(self, address: str) -> Marks:
        """Return the mark of what stands at an address; none where no figure does."""
        payload: Any = {} if self._envelope is None else self._envelope.payload
        try:
            found = figure_at(payload, address)
        except (AttributeError, KeyError, TypeError):  # a tile stands whatever was written
            found = None
        return {} if found is None else self._mark("data-figure", address)

    def about(self, address: str | None = None) -> Marks:
        """Return the marks of a whole tile, which is about `address`, or its first figure."""
        envelope = self._envelope
        if envelope is None:
            return {}
        realm = {} if envelope.realm == LIVE else {"data-realm": envelope.realm}
        try:
            address = address or next(iter(addresses(envelope.payload)), None)
        except (AttributeError, KeyError, TypeError):  # a tile stands whatever was written
            address = None
        return realm if address is None else realm | self._mark("data-about", address)

    def _mark(self, name: str, address: str) -> Marks:
        return {} if self._envelope is None else {name: f"{self._envelope.aggregate}:{address}"}

    def _part(self, name: str) -> Mapping[str, Any]:
        payload: Any = {} if self._envelope is None else self._envelope.payload
        part = payload.get(name) if isinstance(payload, Mapping) else None
        return part if isinstance(part, Mapping) else {}
