"""SDMX-CSV data messages, versions 1.0 and 2.0: a row an observation, a column a dimension."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from data_access.errors import SourceWrongFormat
from data_access.model import Rejected
from data_access.sources.payload import Payload
from data_access.sources.sdmx_message import EXPECTED, TIME, VALUE, DataSet, Message, Observation
from language import told

FIRST = ("DATAFLOW", "STRUCTURE")  # the first column of version 1.0, of version 2.0
ACTIONS = {"a": "append", "i": "information", "r": "replace", "d": "delete", "m": "merge"}


def message_of(payload: Payload) -> Message:
    """Read a message; raises SourceError. It does not say when it was prepared."""
    text = payload.text()
    payload.check_lines(text)
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        names = [_code(cell) for cell in next(rows)]
        lines = list(enumerate(rows, start=2))
    except (csv.Error, StopIteration) as error:
        raise SourceWrongFormat(
            told("no table ({error})", error=error), payload.name, EXPECTED
        ) from error
    if not names or names[0] not in FIRST or TIME not in names or VALUE not in names:
        found = told("columns {names}", names=", ".join(names)[:200])
        raise SourceWrongFormat(found, payload.name, EXPECTED)
    data_sets: dict[str, list[tuple[int, list[str]]]] = {}
    action = names.index("ACTION") if "ACTION" in names else None
    for line, row in lines:
        if any(row):
            said = row[action].strip().lower() if action is not None and action < len(row) else ""
            data_sets.setdefault(ACTIONS.get(said, said), []).append((line, row))
    made = [
        DataSet(said, _observations(payload.name, names, rows)) for said, rows in data_sets.items()
    ]
    return Message(None, False, tuple(made))


def _observations(
    name: str, names: Sequence[str], rows: Sequence[tuple[int, list[str]]]
) -> Iterator[Observation | Rejected]:
    for line, row in rows:
        where = f"line {line}"
        if len(row) != len(names):
            detail = told("{count} cells; expected {wanted}", count=len(row), wanted=len(names))
            yield Rejected(f"{name}:{line}", "badRow", detail, ",".join(row)[:500])
            continue
        key = {column: _code(cell) for column, cell in zip(names, row, strict=True) if cell.strip()}
        period, value = key.pop(TIME, ""), key.pop(VALUE, None)
        if not period:
            detail = told("{where} says no {time}", where=where, time=TIME)
            yield Rejected(f"{name}:{line}", "noTime", detail, ",".join(row)[:500])
            continue
        yield Observation(key, period, value, where)


def _code(cell: str) -> str:
    """Return the code of a cell that may have a label too: "A: Annual"."""
    return cell.partition(": ")[0].strip()
