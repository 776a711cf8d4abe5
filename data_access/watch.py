"""Looking at a dataset's files several times a second, without listing folders that did not change.

A folder's time changes when a name in it comes, goes or is replaced; a file's when it is written.
"""

from __future__ import annotations

import time
from pathlib import Path, PurePosixPath

from data_access.contracts import SourceSpec

Look = tuple[tuple[Path, int, int], ...]  # path, size, time of change in ns

RECENT_NS = 2_000_000_000  # a folder changed so lately may change again without its time telling
_WILD = frozenset("*?[")


class Watch:
    """The files of one source below one folder."""

    def __init__(self, folder: Path, source: SourceSpec) -> None:
        self._folder = folder
        self._source = source
        parents = {PurePosixPath(pattern).parent for pattern in source.paths}
        self._parents = [folder / parent for parent in sorted(parents)]
        self._is_wild = any(_WILD & set(str(parent)) for parent in parents)
        self._times: list[int] | None = None
        self._files: list[Path] = []

    def look(self) -> Look:
        """Return the files as they are now."""
        times = [_changed_ns(parent) for parent in self._parents]
        if self._is_wild or times != self._times:
            self._files = self._source.files(self._folder)
            settled = time.time_ns() - max(times, default=0) > RECENT_NS
            self._times = times if settled else None
        found = []
        for path in self._files:
            try:
                stat = path.stat()
            except OSError:
                self._times = None  # gone since it was listed
                continue
            found.append((path, stat.st_size, stat.st_mtime_ns))
        return tuple(found)


def _changed_ns(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
