"""The schema of what a source sends: which fields, of which type, and whether that has changed.

Fields are noted where bytes are parsed (data_access/sources/payload.py), so that no source has to
speak of them. Cells of a table have the type most of them fit; JSON has types of its own; XML has
none, so of it only what the contract names (`source.columns`) is noted. A field that is new changes
nothing; one that is gone from a table, or of another type than before, does. What some tables of a
sort never had may be missing from any.

Not for single bad cells: those are refused row by row (data_access/contract_check.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from data_access.errors import SchemaChanged
from data_access.promises import FieldType
from language import Told, told

# field -> types it has been seen with, in files as a whole; "what it is a table of / column"
Schema = Mapping[str, Sequence[str]]

SAMPLE = 400  # cells of a column, items of a list that are looked at, spread over all
MOST_FIELDS = 400  # of one document; more are keys that are data
MOST_KEYS = 60  # of one object; more are data
DEEPEST = 8
TEXT_OF = "text of "
OF_TABLE = " / "
ABSENT = "absent"  # among the types of a column that not every table of its sort has
_DATA_KEY = re.compile(r"[\d:.\-]+")
_DAY_FIRST = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")
_BLANKS = frozenset({"", "-", "–", "na", "nan", "null", "none", "…", "..."})


@dataclass(slots=True)
class Notes:
    """What was noted while files were read: types by file and field, and text that is not NFC."""

    columns: Mapping[str, FieldType] = field(default_factory=dict)  # promised by the contract
    types: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    examples: dict[tuple[str, str, str], str] = field(default_factory=dict)
    headings: dict[str, set[str]] = field(default_factory=dict)  # file -> all columns of its tables
    unfit: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # promised: [fit, seen]
    denormal: Counter[str] = field(default_factory=Counter)  # file -> lines that are not NFC

    def table(
        self, file: str, what: str, cells: Mapping[str, Sequence[str]], headings: Sequence[str] = ()
    ) -> None:
        """Note columns of a table of `what`; `headings` are all it has."""
        self.headings.setdefault(file, set()).update(headings or cells)
        for column, texts in cells.items():
            found = [text.strip() for text in _spread(texts)]
            counts = Counter(type_of_text(t) for t in found if t.lower() not in _BLANKS)
            self._count(file, f"{what}{OF_TABLE}{column}", counts)
            for text in found:
                self.examples.setdefault(
                    (file, f"{what}{OF_TABLE}{column}", type_of_text(text)), text
                )
            self._hold(file, column, found)

    def tree(self, file: str, document: Any) -> None:
        """Note the fields of a JSON document."""
        found: dict[str, Counter[str]] = {}
        for path, leaf in islice(_leaves(document, "", 0), SAMPLE * MOST_FIELDS):
            if path not in found and len(found) >= MOST_FIELDS:
                continue
            found.setdefault(path, Counter())[type_of_json(leaf)] += 1
            self.examples.setdefault((file, path, type_of_json(leaf)), str(leaf))
            self._hold(file, path if path in self.columns else path.rpartition(".")[2], [leaf])
        for path, counts in found.items():
            self._count(file, path, counts)
            self.headings.setdefault(file, set()).add(path.rpartition(".")[2])

    def elements(self, file: str, named: Iterator[tuple[str, str]]) -> None:
        """Note (name, text) of XML elements and attributes; only promised ones count."""
        for name, text in named:
            if name in self.columns and text.strip():
                self._hold(file, name, [text.strip()])

    def schema(self, known: Schema) -> dict[str, list[str]]:
        """Return what is known from now on: all fields, with the types they have had."""
        seen = (
            {name: _kept(_most(counts)) for name, counts in counts_of.items()}
            for counts_of in self.types.values()
        )
        found = joined(known, *seen)
        lacking = (_lacking(counts_of, found) for counts_of in self.types.values())
        return joined(found, *({name: [ABSENT] for name in names} for names in lacking))

    def check(self, known: Schema) -> None:
        """Raise SchemaChanged when a file breaks what is promised, or differs from `known`."""
        there = {name for names in self.headings.values() for name in names}
        missing = self.columns.keys() - there - {column for _, column in self.unfit}
        if missing and there:
            files = ", ".join(sorted(self.headings))[:200]
            raise SchemaChanged(
                told("no {name}", name=", ".join(sorted(missing))),
                files,
                _listed(self.columns),
            )
        for (file, column), (fit, seen) in self.unfit.items():
            if 2 * fit < seen:
                found = told("{name} that is no {type}", name=column, type=self.columns[column])
                raise SchemaChanged(found, file, _listed(self.columns))
        for file, counts_of in self.types.items():
            for name, counts in counts_of.items():
                self._compare(file, name, known.get(name, ()), _most(counts))
            for name in _lacking(counts_of, known):
                if ABSENT not in known[name]:
                    column = name.rpartition(OF_TABLE)[2]
                    raise SchemaChanged(
                        told("no {name}", name=column),
                        file,
                        told("{name}, as before", name=column),
                    )

    def _compare(self, file: str, name: str, before: Sequence[str], now: str) -> None:
        before = [kind for kind in before if kind != ABSENT]
        if not before or not now or any(_fits(kind, now) for kind in before):
            return
        example = self.examples.get((file, name, now), "")[:60]
        found = told(
            "{name} that is {type} ({found!r})",
            name=name.rpartition(OF_TABLE)[2],
            type=now,
            found=example,
        )
        raise SchemaChanged(found, file, told("{name}, as before", name=" or ".join(before)))

    def _count(self, file: str, name: str, counts: Counter[str]) -> None:
        self.types.setdefault(file, {}).setdefault(name, Counter()).update(counts)

    def _hold(self, file: str, column: str, found: Sequence[Any]) -> None:
        """Hold cells to what the contract promises of their column."""
        promised = self.columns.get(column)
        if promised is None:
            return
        for cell in found:
            if isinstance(cell, str) and cell.lower() in _BLANKS:
                continue
            self._tally(file, column, fits(cell, promised))

    def _tally(self, file: str, column: str, is_fit: bool) -> None:
        tally = self.unfit.setdefault((file, column), [0, 0])
        tally[0] += is_fit
        tally[1] += 1


@dataclass(slots=True)
class Kept(Notes):
    """Tables as they were noted when something was read that is not read again."""

    tables: list[tuple[str, str, Mapping[str, Sequence[str]], Sequence[str]]] = field(
        default_factory=list
    )

    def table(
        self, file: str, what: str, cells: Mapping[str, Sequence[str]], headings: Sequence[str] = ()
    ) -> None:
        """Keep columns of a table."""
        self.tables.append((file, what, cells, headings))

    def note(self) -> None:
        """Have it noted by whoever takes notes now, as if it had been read."""
        if (taken := notes()) is not None:
            for each in self.tables:
                taken.table(*each)
            taken.denormal.update(self.denormal)


_current: ContextVar[Notes | None] = ContextVar("notes", default=None)


@contextmanager
def noting(columns: Mapping[str, FieldType]) -> Iterator[Notes]:
    """Collect what is noted while files are read."""
    notes = Notes(columns)
    token = _current.set(notes)
    try:
        yield notes
    finally:
        _current.reset(token)


@contextmanager
def keeping() -> Iterator[Kept]:
    """Keep what is noted meanwhile, and tell nobody of it yet."""
    kept = Kept()
    token = _current.set(kept)
    try:
        yield kept
    finally:
        _current.reset(token)


def notes() -> Notes | None:
    """Return the notes being taken, None when nobody reads them."""
    return _current.get()


def _lacking(there: Collection[str], known: Schema) -> list[str]:
    """Return the known columns that the tables of a file, with those that are `there`, have not."""
    tables = {name.rpartition(OF_TABLE)[0] for name in there if OF_TABLE in name}
    return [
        name
        for name in known
        if OF_TABLE in name and name.rpartition(OF_TABLE)[0] in tables and name not in there
    ]


def joined(*schemas: Schema) -> dict[str, list[str]]:
    """Return all fields of some schemas with all their types."""
    found: dict[str, set[str]] = {}
    for each in schemas:
        for name, types in each.items():
            found.setdefault(name, set()).update(types)
    return {name: sorted(types) for name, types in sorted(found.items())}


def type_of_text(text: str) -> str:
    """Return what a cell looks like: integer, number, instant, boolean or text."""
    try:
        number = float(text)
    except ValueError:
        number = None
    if number is not None and number == number and "_" not in text:
        return "integer" if text.lstrip("+-").isdecimal() else "number"
    if text.lower() in ("true", "false"):
        return "boolean"
    if _is_instant(text):
        return "instant"
    return "text"


def type_of_json(leaf: Any) -> str:
    """Return the type of a value of JSON; "text of …" for a text that holds such a value."""
    if isinstance(leaf, bool):
        return "boolean"
    if isinstance(leaf, int | float):
        return "number"
    kind = type_of_text(leaf) if isinstance(leaf, str) else "text"
    if kind in ("integer", "number"):
        return f"{TEXT_OF}number"
    return f"{TEXT_OF}{kind}" if kind == "boolean" else "text"


def fits(value: Any, promised: FieldType) -> bool:
    """Tell whether a value, or its text, is of the promised type; any value is text."""
    if promised == "text":
        return True
    kind = type_of_text(value) if isinstance(value, str) else type_of_json(value)
    if promised == "integer" and isinstance(value, float):
        return value.is_integer()
    if promised in ("number", "integer") and kind in ("integer", "number"):
        return promised == "number" or kind == "integer" or not isinstance(value, str)
    return kind == promised


def _fits(before: str, now: str) -> bool:
    """Tell whether a field that was `before` may be `now`: a text may be anything."""
    if before in ("text", now.removeprefix(TEXT_OF)):
        return True
    return {before, now} == {"integer", "number"}


def _is_instant(text: str) -> bool:
    if not 8 <= len(text) <= 40 or not text[0].isdecimal():
        return False
    if _DAY_FIRST.match(text) is not None:
        return True
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return not text.isdecimal()


def _leaves(part: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST or part is None:
        return
    if isinstance(part, Mapping):
        is_data = len(part) > MOST_KEYS
        for key, value in islice(part.items(), SAMPLE):
            name = "*" if is_data or _DATA_KEY.fullmatch(str(key)) else str(key)
            yield from _leaves(value, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(part, list):
        for each in _spread(part):
            kind = each.get("type") if isinstance(each, Mapping) else None
            yield from _leaves(each, kind if isinstance(kind, str) else path, depth + 1)
    else:
        yield path, part


def _spread(cells: Sequence[Any]) -> Sequence[Any]:
    step = max(1, len(cells) // SAMPLE)
    return cells[::step]


def _kept(kind: str) -> list[str]:
    """Return a type as it is known from now on: a text that holds a number is a text."""
    return [] if not kind else ["text" if kind.startswith(TEXT_OF) else kind]


def _most(counts: Counter[str]) -> str:
    """Return the type more than half are of; integers are numbers, mixed ones texts, none ""."""
    total = counts.total()
    if not total:
        return ""
    for kind in ("integer", "boolean", "instant", f"{TEXT_OF}number", f"{TEXT_OF}boolean"):
        if 2 * counts[kind] > total and not (kind == "integer" and counts["number"]):
            return kind
    return "number" if 2 * (counts["integer"] + counts["number"]) > total else "text"


def _listed(columns: Mapping[str, FieldType]) -> Told:
    listed = ", ".join(f"{name} ({kind})" for name, kind in columns.items())
    return told("{columns}", columns=listed)
