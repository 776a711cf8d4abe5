"""Reading all files of a dataset: through its source, its contract, into compact rows, counted."""

from __future__ import annotations

import hashlib
import logging
import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from data_access import secrecy
from data_access.city import City
from data_access.contract_check import FUTURE_TOLERANCE, check, live_ahead
from data_access.contracts import DatasetContract
from data_access.errors import SchemaChanged, SourceError
from data_access.model import Batch, Entity, RecordRow, Rejected
from data_access.rollup import LARGEST
from data_access.rows import Rows
from data_access.schema import Notes, Schema, noting
from data_access.sources import registry
from data_access.store import FileMark
from language import Told, told

log = logging.getLogger(__name__)

UNREADABLE = SourceError.reason  # of a file that could not be read
_NOTHING: tuple[Any, ...] = (None, "", [], {})
WHOLE = (UNREADABLE, SchemaChanged.reason)  # reasons for which a file is refused whole
_LAST_OF_WHOLE = (b"\n", b"\r", b"]", b"}", b">")
KEPT_A_FILE = 1_000  # refused rows of one file and reason that are kept; all are counted


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a dataset's files may lie, what they are, and the contract that holds for them."""

    path: Path
    origin: str
    contract: DatasetContract


@dataclass(frozen=True, slots=True)
class Found:
    """The files as a scan found them: which folder, and (path, size, mtime) of each."""

    folder: Folder
    files: tuple[tuple[Path, int, int], ...]


class Reading:
    """What all files of a dataset say, checked."""

    def __init__(self) -> None:
        self.rows = Rows.join([])
        self.records: list[RecordRow] = []
        self.entities: dict[str, Entity] = {}
        self.rejected: list[Rejected] = []
        self.marks: list[FileMark] = []
        self.schema: Schema = {}  # known from now on
        self.withdrawn: set[str] = set()  # records of which nothing is to be kept
        self.refused: set[tuple[str, str]] = set()  # (reference, reason) of all, kept or not
        self.refused_keys: set[tuple[str, str, int]] = set()  # of observations among them
        self.refused_records: set[str] = set()  # ids of records among them
        self.nameless: Counter[str] = Counter()  # rows refused of which nobody knows, by file
        self.cut_short: set[str] = set()  # files that may not have been written to their end
        self.measured: Counter[str] = Counter()  # what else the scores count

    @classmethod
    def of(
        cls,
        found: Found,
        city: City,
        now: datetime,
        known: Schema,
        *,
        allowed: Collection[str] = (),
    ) -> Reading:
        """Read the files; raises SourceError when none of them can be read.

        `known` is the schema of the readings before; raises SchemaChanged when a file breaks it.
        `allowed` are references whose rows somebody answers for.
        """
        reading = cls()
        files = [path for path, _, _ in found.files]
        notes = reading._read(files, found.folder.contract, city, now, known, allowed=allowed)
        reading._mark(found, notes)
        return reading

    @classmethod
    def of_payloads(
        cls,
        files: Sequence[Path],
        contract: DatasetContract,
        city: City,
        now: datetime,
        known: Schema,
    ) -> Reading:
        """Read payloads that came in live until `now`; raises SourceError as `of` does."""
        reading = cls()
        notes = reading._read(files, contract, city, now, known, ahead=live_ahead(contract))
        reading.measured = _measured(reading.records, contract, notes.denormal.total())
        return reading

    @property
    def failing(self) -> Told | None:
        """What is wrong with a file that could not be read beside others that could."""
        unreadable = (each for each in self.rejected if each.reason in WHOLE)
        return next((each.detail for each in unreadable), None)

    def _read(
        self,
        files: Sequence[Path],
        contract: DatasetContract,
        city: City,
        now: datetime,
        known: Schema,
        *,
        ahead: timedelta = FUTURE_TOLERANCE,
        allowed: Collection[str] = (),
    ) -> Notes:
        parts: list[Rows] = []
        with noting(contract.source.columns) as notes:
            for batch in secrecy.guarded(registry.read, files, contract=contract, city=city):
                checked = check(
                    batch,
                    contract,
                    now=now,
                    areas=city.areas.codes,
                    ahead=ahead,
                    allowed=allowed,
                )
                if checked.observations is not None and len(checked.observations):
                    parts.append(self._summable(checked))
                self.records += checked.records
                self.entities |= {entity.entity: entity for entity in checked.entities}
                self.rejected += checked.rejected
                self.withdrawn |= set(checked.withdrawn)
        if self.withdrawn:
            self._withdraw()
        notes.check(known)
        self.schema = notes.schema(known)
        self.rows = Rows.join(parts)
        return notes

    def _withdraw(self) -> None:
        """Refuse every version of what bears a mark in any: its files are read all together."""
        for each in self.records:
            if each.record_id in self.withdrawn:
                fault = Rejected(each.source_ref, secrecy.STATE_SECRET, secrecy.WITHHELD)
                self.rejected.append(fault)
        self.records = [each for each in self.records if each.record_id not in self.withdrawn]

    def _summable(self, batch: Batch) -> Rows:
        rows = Rows.of(batch.observations)
        fine = np.abs(rows.value) <= LARGEST
        for at in np.flatnonzero(~fine).tolist():
            detail = told(
                "{value:g}; expected at most {most:g}, to be summed exactly",
                value=rows.value[at],
                most=LARGEST,
            )
            self.rejected.append(Rejected(rows.reference(at), "tooLarge", detail))
        return rows if fine.all() else rows.take(fine)

    def _mark(self, found: Found, notes: Notes) -> None:
        """Count what each file gave, and drop the refusals past those that are kept."""
        names = {path.name: path for path, _, _ in found.files}
        accepted: Counter[str] = Counter()
        for text, count in zip(
            self.rows.refs, np.bincount(self.rows.ref, minlength=len(self.rows.refs)), strict=True
        ):
            accepted[_file_of(text, names)] += int(count)
        records: dict[str, list[RecordRow]] = {name: [] for name in names}
        for record in self.records:
            records[_file_of(record.source_ref, names)].append(record)
        accepted.update({name: len(said) for name, said in records.items()})
        refused: dict[str, Counter[str]] = {name: Counter() for name in names}
        kept = []
        self.refused = {(each.source_ref, each.reason) for each in self.rejected}
        self.refused_keys = {each.key for each in self.rejected if each.key is not None}
        self.refused_records = refused_records(self.rejected)
        for each in nameless(self.rejected, self.records):
            self.nameless[_file_of(each.source_ref, names)] += 1
        for each in self.rejected:
            name = _file_of(each.source_ref, names)
            counts = refused[name]
            counts[each.reason] += 1
            if counts[each.reason] <= KEPT_A_FILE:
                kept.append(each)
        self.rejected = kept
        self.cut_short = {name for name, path in names.items() if _may_be_cut_short(path)}
        self.marks = [
            FileMark(
                path=str(path.relative_to(found.folder.path)),
                size=size,
                mtime_ns=mtime_ns,
                digest=_digest(path),
                accepted=accepted[path.name],
                rejected=dict(refused[path.name]),
                measured=_measured(
                    records[path.name], found.folder.contract, notes.denormal[path.name]
                ),
            )
            for path, size, mtime_ns in found.files
        ]


def read_payloads(
    files: Sequence[Path],
    beside: Sequence[Path],
    contract: DatasetContract,
    city: City,
    now: datetime,
    known: Schema,
) -> list[Reading]:
    """Read payloads that came in live until `now`, with the files `beside` them.

    Together; when that fails each alone, so that only the bad ones are refused.
    """
    try:
        return [Reading.of_payloads([*beside, *files], contract, city, now, known)]
    except Exception as error:
        if len(files) > 1:
            alone = (read_payloads([path], beside, contract, city, now, known) for path in files)
            return [reading for readings in alone for reading in readings]
        where = files[0].name
        if isinstance(error, SourceError):
            return [unreadable(where, error.told, reason=error.reason)]
        log.exception("%s: %s cannot be read", contract.id, where)
        return [
            unreadable(
                where,
                told("{where}: {name} while reading it", where=where, name=type(error).__name__),
            )
        ]


def nameless(refused: Iterable[Rejected], said: Iterable[RecordRow]) -> list[Rejected]:
    """Return those refusals of which nobody can tell what they are about.

    Of a record that is let in without what was refused of it, everybody can.
    """
    places = {record.source_ref for record in said}
    return [
        each
        for each in refused
        if each.key is None and not each.record and each.source_ref not in places
    ]


def refused_records(refused: Iterable[Rejected]) -> set[str]:
    """Return the ids of records that are refused; one that comes twice is let in once."""
    return {each.record for each in refused if each.record and each.reason != "duplicate"}


def fault_of(path: Path, contract: DatasetContract, city: City) -> Told | None:
    """Return why a file cannot be read beside a dataset's payloads, None if it can."""
    try:
        for batch in registry.read([path], contract=contract, city=city):
            for refused in batch.rejected:
                if refused.reason in WHOLE:
                    return refused.detail
    except SourceError as error:
        return error.told
    except Exception as error:
        log.exception("%s: %s cannot be read", contract.id, path.name)
        name = type(error).__name__
        return told("{where}: {name} while reading it", where=path.name, name=name)
    return None


def unreadable(where: str, why: Told, *, reason: str = UNREADABLE) -> Reading:
    """Return the reading of a payload that is refused whole."""
    reading = Reading()
    reading.rejected.append(Rejected(where, reason, why))
    return reading


def _measured(
    records: Sequence[RecordRow], contract: DatasetContract, denormal: int
) -> Counter[str]:
    """Count lines that are not NFC, and of records how many have each field that is expected."""
    counts = Counter({"denormal": denormal} if denormal else {})
    wanted = [name for name, spec in contract.fields.items() if not spec.optional]
    if records and wanted:
        counts["fields"] = len(records)
        for name in wanted:
            filled = sum(record.body.get(name) not in _NOTHING for record in records)
            counts[f"field.{name}"] = filled
    return counts


def _file_of(reference: str, names: dict[str, Path]) -> str:
    """Return the file a source reference ("name:line", "name#id") stands in."""
    for separator in ("", ":", "#"):
        name = reference.partition(separator)[0] if separator else reference
        if name in names:
            return name
    return next((name for name in names if reference.startswith(name)), next(iter(names)))


def _may_be_cut_short(path: Path) -> bool:
    """Tell whether a text ends amid a line; one in brackets, and what is no text, is read whole."""
    with path.open("rb") as file:
        is_text = b"\0" not in file.read(4096)
        if not is_text or file.tell() == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) not in _LAST_OF_WHOLE


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
