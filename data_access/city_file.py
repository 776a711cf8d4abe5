"""A file of the city folder, held to what it should be; a fault is named by file and key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from data_access.errors import CityError

T = TypeVar("T")


class Entry(Protocol):
    """What a file lists: each has an id of its own."""

    @property
    def id(self) -> str: ...


E = TypeVar("E", bound=Entry)


def read_optional(path: Path, model: type[T]) -> T | None:
    """Read a file that need not be there."""
    return read_file(path, model) if path.exists() else None


def read_file(path: Path, model: type[T]) -> T:
    """Read TOML as `model`; raises CityError."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise CityError(path.name, "all", f"expected this file in {path.parent}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CityError(path.name, "all", f"expected readable TOML ({error})") from error
    try:
        return TypeAdapter(model).validate_python(found)
    except ValidationError as error:
        first = error.errors()[0]
        raise CityError(path.name, _key(found, first["loc"]), first["msg"]) from error


def _key(found: Mapping[str, Any], location: tuple[int | str, ...]) -> str:
    """Name the entry a fault is in: `dataset[transport.speed].owner` rather than `dataset.3`."""
    words: list[str] = []
    here: Any = found
    for step in location:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = {}
        if isinstance(step, int):
            name = here.get("id") if isinstance(here, Mapping) else None
            words[-1:] = [f"{words[-1] if words else ''}[{name or step}]"]
        else:
            words.append(step)
    return ".".join(words) or "all"


def by_id(file: str, entries: tuple[E, ...]) -> dict[str, E]:
    """Return entries by id; raises CityError where one is there twice."""
    found: dict[str, E] = {}
    for entry in entries:
        if entry.id in found:
            raise CityError(file, entry.id, "is there twice; expected one entry for an id")
        found[entry.id] = entry
    return found
