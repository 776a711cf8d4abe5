"""Statistics as an SDMX-CSV message, in the codes a contract names: for `sdmx`.

A generator says which indicator, of what, when; which codes stand for it is the contract's. Not a
generator itself.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass

from data_access.contracts import CITY_AREA, DatasetContract
from data_access.sources.sdmx import MULTIPLE, UNIT, Options
from data_access.sources.sdmx_message import TIME, VALUE
from data_access.sources.units import UnknownUnit, conversion


@dataclass(frozen=True, slots=True)
class Fact:
    """A number: `period` as SDMX writes it, `entity` one code for each entity dimension."""

    indicator: str
    period: str
    value: float
    entity: tuple[str, ...] = ()
    area: str = CITY_AREA
    estimated: bool = False


class Message:
    """Writes facts of one dataset."""

    def __init__(self, contract: DatasetContract) -> None:
        self._options: Options = Options.of(contract)
        self._contract = contract
        self._codes = {ours: theirs for theirs, ours in self._options.areas.items()}
        names = [name for each in self._options.indicators.values() for name in each.where]
        names += [*self._options.entity, self._options.area]
        self._dimensions = list(dict.fromkeys(names))

    def write(self, facts: Iterable[Fact], *, flow: str) -> bytes:
        """Return the message; `flow` names its data flow."""
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(["DATAFLOW", *self._dimensions, TIME, VALUE, UNIT, MULTIPLE, "OBS_STATUS"])
        for fact in facts:
            key = {
                name: codes[0]
                for name, codes in self._options.indicators[fact.indicator].where.items()
            }
            key[self._options.area] = self._codes.get(fact.area, fact.area)
            key |= dict(zip(self._options.entity, fact.entity, strict=False))
            unit, tens = self._unit(self._contract.indicators[fact.indicator].unit)
            cells = [key.get(name, "") for name in self._dimensions]
            status = "E" if fact.estimated else "A"
            lines.writerow([flow, *cells, fact.period, f"{fact.value:.10g}", unit, tens, status])
        return text.getvalue().encode()

    def _unit(self, ours: str) -> tuple[str, int]:
        """Return the code of a unit, and in tens of what numbers in ours are."""
        for code, theirs in self._options.units.items():
            try:
                factor = conversion(ours, theirs).factor
            except UnknownUnit:
                continue
            return code, round(math.log10(factor))
        return "", 0
