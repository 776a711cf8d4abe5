"""Objects of a bucket as the files DuckDB reads, in DuckDB's own process.

Only objects that were listed, each as it was then: ranges are asked for under its ETag, so that one
that is replaced meanwhile is a failure, never half old and half new. Loaded by lake_scan.py from
its own folder; imports nothing of the project.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import obstore
from fsspec import AbstractFileSystem
from obstore.exceptions import BaseError
from obstore.store import S3Store

SCHEME = "s3://"

Listed = dict[str, tuple[int, str]]  # size and ETag, by path


class Objects(AbstractFileSystem):  # type: ignore[misc]
    """What fsspec calls a file system, as far as DuckDB asks; `failure` is the last one's text."""

    protocol = "s3"
    cachable = False

    def __init__(self, where: str, options: dict[str, Any]) -> None:
        super().__init__()
        bucket = where.removeprefix(SCHEME).partition("/")[0]
        self._store = S3Store(bucket, **options)
        self._below = len(f"{SCHEME}{bucket}/")
        self._listed: Listed = {}
        self.failure = ""

    def offer(self, files: Sequence[tuple[str, int, str]]) -> None:
        """Let these be read, and no others."""
        self._listed = {path: (size, mark) for path, size, mark in files}
        self.failure = ""

    def part(self, path: str, begin: int, end: int) -> bytes:
        """Return octets of an object as it was listed; raises OSError."""
        mark = self._listed[path][1]
        asked: Any = {"range": (begin, end), "if_match": mark if mark.startswith('"') else None}
        try:
            return obstore.get(self._store, path[self._below :], options=asked).bytes().to_bytes()
        except (BaseError, OSError) as error:
            self.failure = str(error)
            raise OSError("object") from None

    def open(self, path: str, mode: str = "rb", **_: Any) -> _Object:
        """Open an object for reading; raises OSError."""
        if mode != "rb" or path not in self._listed:
            raise FileNotFoundError(path)
        return _Object(self, path, self._listed[path][0])

    def glob(self, path: str, **_: Any) -> list[str]:
        """Return a name as it is: stars and brackets are letters of it."""
        return [path] if path in self._listed else []

    def exists(self, path: str, **_: Any) -> bool:
        """Tell whether it was listed."""
        return path in self._listed

    def size(self, path: str) -> int:
        """Return how many octets it has."""
        return self._listed[path][0]

    def modified(self, path: str) -> datetime:
        """Return one instant for all: what changes is not read on."""
        return datetime.fromtimestamp(0, UTC)

    def unstrip_protocol(self, name: str) -> str:
        """Return a name as it is."""
        return name

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path


class _Object(io.RawIOBase):
    def __init__(self, objects: Objects, path: str, size: int) -> None:
        self._objects, self._path, self._size, self._at = objects, path, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = begin + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        end = self._size if size is None or size < 0 else min(self._size, self._at + size)
        if end <= self._at:
            return b""
        found = self._objects.part(self._path, self._at, end)
        self._at += len(found)
        return found
