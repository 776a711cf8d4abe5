"""The store of observations, records, roll-ups and watermarks. The feed writes, others read."""

from data_access.store.engine import open_engine
from data_access.store.parts import Extent, Whole
from data_access.store.reader import StoreReader, open_reader
from data_access.store.writer import Change, FileMark, Outcome, StoreWriter, Stream, open_writer

__all__ = [
    "Change",
    "Extent",
    "FileMark",
    "Outcome",
    "StoreReader",
    "StoreWriter",
    "Stream",
    "Whole",
    "open_engine",
    "open_reader",
    "open_writer",
]
