"""What the city folder seeds and people may replace: playlists, schedules, rules.

An entry that was put hides the city's of the same id until it is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from wall.configuration import FileModel, read_toml
from wall.errors import BadFields, ConfigurationError, Refused
from wall.scene import Id

MOST_PUT = 500  # of one sort, a wall

Entry = TypeVar("Entry")


class EntryFile(FileModel):
    """Base of the files that seed entries."""

    id: Id


File = TypeVar("File", bound=EntryFile)


@dataclass(slots=True)
class Seeded(Generic[Entry]):
    """Entries of one sort, by id."""

    seeds: dict[str, Entry] = field(default_factory=dict)
    put: dict[str, Entry] = field(default_factory=dict)

    def get(self, entry_id: str) -> Entry | None:
        """Return the entry of that id, the one that was put first."""
        return self.put.get(entry_id) or self.seeds.get(entry_id)

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        """Give all entries, ordered by id."""
        return iter(sorted({**self.seeds, **self.put}.items(), key=lambda item: item[0]))

    def keep(self, entry_id: str, entry: Entry) -> None:
        """Put an entry; raises Refused when there are too many."""
        if entry_id not in self.put and len(self.put) >= MOST_PUT:
            raise Refused("conflict", f"{MOST_PUT} were put already, delete one")
        self.put[entry_id] = entry

    def drop(self, entry_id: str) -> None:
        """Delete what was put; raises Refused for the city's own."""
        if entry_id not in self.put:
            raise Refused("conflict", f"{entry_id!r} belongs to the city folder")
        del self.put[entry_id]


def read_seeds(
    folder: Path, model: type[File], make: Callable[[File], Entry]
) -> tuple[dict[str, Entry], list[ConfigurationError]]:
    """Read every file of `folder` that is right, and say of each other what is wrong with it.

    `make` makes the entry of a checked file; what it raises (BadFields, Refused) is what is wrong.
    """
    entries: dict[str, Entry] = {}
    problems: list[ConfigurationError] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            table = read_toml(path, model)
            if table.id != path.stem:
                raise ConfigurationError(path, "id", f"expected the file's name {path.stem!r}")
            entries[path.stem] = make(table)
        except ConfigurationError as problem:
            problems.append(problem)
        except (BadFields, Refused) as error:
            problems.append(ConfigurationError(path, "", str(error)))
    return entries, problems
