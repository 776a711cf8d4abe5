"""Errors of the data path, drawn as a tree; vendor exceptions are translated into these once.

::

    DataError
    ├── CityError                what makes the city (city/) is wrong: file, key, what was expected
    ├── BoundaryError            a boundary folder cannot be used
    ├── StoreError               the store of observations cannot be opened, read or written
    │   └── StoreRefused         the store is well, and will never take this: a text too long, a NUL
    ├── CacheError               the cache cannot be reached or written
    ├── IntakeError              a live source cannot be reached or read, or refuses us
    │   └── SpoolFull            what came in waits for the store already, up to the limit
    ├── PictureError             a camera gives no picture: why, without any secret
    └── SourceError              a file of a source cannot be read: what, where, what was expected
        ├── SourceEmpty          nothing in it
        ├── SourceTooBig         larger than is reasonable, or a bomb (archive, XML)
        ├── SourceUnreadable     bytes are damaged: truncated archive, wrong encoding
        ├── SourceWrongFormat    readable, but something else (HTML instead of JSON, other columns)
        └── SchemaChanged        a field is gone or of another type than promised, or than before

Single bad rows are no errors: they become `Rejected` and go to quarantine.
"""

from __future__ import annotations

from language import Told, told, words_of


class DataError(Exception):
    """Base of all errors of data_access."""

    @property
    def told(self) -> Told:
        """What it says, to be said again in another language."""
        return words_of(self)


class CityError(DataError):
    """A file of the city folder is wrong."""

    def __init__(self, file: str, key: str, expected: str) -> None:
        super().__init__(f"{file}: {key}: {expected}")
        self.file, self.key, self.expected = file, key, expected


class BoundaryError(DataError):
    """A boundary folder cannot be used; the message says which file and why."""


class StoreError(DataError):
    """The store cannot be opened, read or written: locked, disk full, server away, not yet made."""


class StoreRefused(StoreError):
    """The store is well but will never take what was to be written."""


class CacheError(DataError):
    """The cache cannot be reached or written: Redis away, disk full, folder not writable."""


class IntakeError(DataError):
    """A live source cannot be used: what went wrong, without any secret.

    `retry_after_s`: when the source itself says after how long it may be asked again.
    """

    def __init__(self, what: Told, *, retry_after_s: float | None = None) -> None:
        super().__init__(what)
        self.retry_after_s = retry_after_s


class SpoolFull(IntakeError):
    """Nothing more can be taken in until the store has caught up, or the disk has room."""


class PictureError(DataError):
    """A camera gives no picture: what went wrong, without any secret."""


class SourceError(DataError):
    """A source's file cannot be read. `what` was found, `where`, and what was `expected`."""

    reason = "unreadableFile"  # of what goes to quarantine

    def __init__(self, what: Told, where: str, expected: Told) -> None:
        sentence = "{where}: {what}; expected {expected}"
        super().__init__(told(sentence, where=where, what=what, expected=expected))
        self.what, self.where, self.expected = what, where, expected

    def __reduce__(self) -> tuple[type[SourceError], tuple[Told, str, Told]]:
        """Let it pass between processes."""
        return type(self), (self.what, self.where, self.expected)


class SourceEmpty(SourceError):
    """The file holds nothing."""


class SourceTooBig(SourceError):
    """The file, what it unpacks to, or its structure is larger than is reasonable."""


class SourceUnreadable(SourceError):
    """The bytes are damaged, or in another encoding than the format's."""


class SourceWrongFormat(SourceError):
    """The file is well formed, but not in this source's format."""


class SchemaChanged(SourceError):
    """A field is gone, or of another type than the contract or the last good reading has it."""

    reason = "schemaChanged"
