"""A partition of a lake: a folder with files in it, and how they are now. Pure.

Where they lie is lake_folder.py's and bucket.py's; what is asked of them lake.py's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

from language import Told

MOST_FILES = 200_000
_SUFFIXES = {"parquet": (".parquet",), "csv": (".csv", ".csv.gz", ".csv.zst")}

Kind = Literal["parquet", "csv"]


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A file as it was when it was looked at."""

    path: str
    size: int
    changed_ns: int
    mark: str  # differs as soon as it does: an ETag, or when it was written


@dataclass(frozen=True, slots=True)
class Partition:
    """A folder with files in it: its name below the lake, its files and how they are now."""

    ref: str
    files: tuple[LakeFile, ...]
    size: int
    changed_ns: int  # when the newest of them was
    print: str  # differs as soon as a file does

    @classmethod
    def of(cls, ref: str, files: Sequence[LakeFile]) -> Partition | None:
        """Return a folder's files as a partition; None when it has none with anything in it."""
        full = sorted((each for each in files if each.size), key=lambda each: each.path)
        if not full:
            return None
        mark = hashlib.sha256()
        for each in full:
            name = each.path.rpartition("/")[2]
            mark.update(f"{name}\0{each.size}\0{each.mark}\0".encode())
        return cls(
            ref,
            tuple(full),
            sum(each.size for each in full),
            max(each.changed_ns for each in full),
            mark.hexdigest()[:32],
        )


class Place(Protocol):
    """Where a lake's table lies."""

    every_s: ClassVar[float]  # between two looks, unless the city's files say otherwise

    @property
    def where(self) -> str:
        """All below which DuckDB may read, and nothing else."""

    async def partitions(self, kind: Kind) -> list[Partition]:
        """Return every partition that has files of `kind`; raises IntakeError."""

    def opened_with(self) -> Mapping[str, Any] | None:
        """Return what opens it for who reads files in another process; None: nothing is needed."""

    def meaning(self, said: str) -> Told:
        """Return what it means that a file cannot be read, without any secret."""


def is_wanted(name: str, kind: Kind) -> bool:
    """Tell whether a file is one of a table.

    Names that begin with `_` or `.` are other programs' own: what is being written, marks of
    success.
    """
    return name.endswith(_SUFFIXES[kind]) and is_open(name)


def is_open(name: str) -> bool:
    """Tell whether a file or folder is for others to read."""
    return not name.startswith(("_", "."))
