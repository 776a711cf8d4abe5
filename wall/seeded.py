"""What the city folder seeds and people may replace: playlists, schedules, rules.

An entry that was put hides the city's of the same id until it is deleted. What an entry is made of
is said once, as it comes over the wire; its file has the same fields under the names of files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import AliasGenerator, ConfigDict
from pydantic.alias_generators import to_camel

from wall.configuration import check_table, read_table
from wall.errors import BadFields, ConfigurationError, Refused
from wall.scene import NameFields, WireModel

MOST_PUT = 500  # of one sort, a wall

Entry = TypeVar("Entry")


File = TypeVar("File", bound=WireModel)


def in_files(**renamed: str) -> ConfigDict:
    """Return how fields of the wire stand in a file: in snake_case, some under other names.

    An unknown name is a slip there, not an extension. Dumped by alias it is the wire form.
    """
    names = AliasGenerator(
        validation_alias=lambda name: renamed.get(name, name), serialization_alias=to_camel
    )
    return ConfigDict(alias_generator=names, extra="forbid", strict=False)


class NameTable(NameFields):
    """`name` in a file."""

    model_config = in_files()


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

    Each is named by its `id`.

    `make` makes the entry of a checked file; what it raises (BadFields, Refused) is what is wrong.
    """
    entries: dict[str, Entry] = {}
    problems: list[ConfigurationError] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            table = read_table(path)
            file = check_table(path, table, model)
            if table["id"] != path.stem:
                raise ConfigurationError(path, "id", f"expected the file's name {path.stem!r}")
            entries[path.stem] = make(file)
        except ConfigurationError as problem:
            problems.append(problem)
        except (BadFields, Refused) as error:
            problems.append(ConfigurationError(path, "", str(error)))
    return entries, problems
