"""A table of the lake that lies in a folder."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from data_access.errors import IntakeError
from data_access.intake.partition import MOST_FILES, Kind, LakeFile, Partition, is_open, is_wanted
from language import Told, told


@dataclass(frozen=True, slots=True)
class LakeFolder:
    """A Place; `folder` is absolute."""

    folder: Path
    every_s: ClassVar[float] = 2.0

    @property
    def where(self) -> str:
        """All below which DuckDB may read."""
        return str(self.folder)

    async def partitions(self, kind: Kind) -> list[Partition]:
        """Return every partition that has files of `kind`; raises IntakeError."""
        return await asyncio.to_thread(lambda: list(partitions(self.folder, kind)))

    def opened_with(self) -> None:
        """Files are simply there."""

    def meaning(self, said: str) -> Told:
        """Return what it means that a file cannot be read."""
        return told("DuckDB refuses: {said}", said=said)


def partitions(folder: Path, kind: Kind) -> Iterator[Partition]:
    """Yield every folder that has files of `kind`; raises IntakeError."""
    if not folder.is_dir():
        raise IntakeError(told("no folder {folder}", folder=folder))
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if is_open(each))
        wanted = [name for name in names if is_wanted(name, kind)]
        count += len(wanted)
        if count > MOST_FILES:
            raise IntakeError(
                told("more than {most} files in {folder}", most=MOST_FILES, folder=folder)
            )
        ref = (Path(folder.name) / os.path.relpath(place, folder)).as_posix()
        found = Partition.of(ref, list(_there(place, wanted)))
        if found is not None:
            yield found


def _there(place: str, names: Sequence[str]) -> Iterator[LakeFile]:
    for name in names:
        path = os.path.join(place, name)
        try:
            stat = os.stat(path)
        except OSError:
            continue  # gone since it was listed
        yield LakeFile(path, stat.st_size, stat.st_mtime_ns, str(stat.st_mtime_ns))
