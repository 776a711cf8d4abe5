"""What an agency has and this room does not read yet: registered, and no more than that.

A registration ends when a contract of the same id is written (city/datasets.toml): then there is a
source to connect. It promises nothing and has no number.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Literal

from pydantic.dataclasses import dataclass

from data_access.city_file import by_id, read_optional
from data_access.errors import CityError
from data_access.promises import STRICT, Id, Named


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Registration:
    """A dataset that is known of: whose, and where it is written first when that is known."""

    id: Id
    group: Literal["economy", "transport", "environment", "security", "feedback"]
    name: Named
    owner: str
    system_of_record: Named | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class _RegisterFile:
    dataset: tuple[Registration, ...] = ()


def read_register(
    path: Path, *, agencies: Collection[str], datasets: Collection[str]
) -> dict[str, Registration]:
    """Return what is registered and has no contract; a city need not have such a file.

    Raises CityError for an owner that is none of `agencies`.
    """
    file = read_optional(path, _RegisterFile) or _RegisterFile()
    found = by_id(path.name, file.dataset)
    for entry in found.values():
        if entry.owner not in agencies:
            expected = f"{entry.owner!r} is no agency of agencies.toml"
            raise CityError(path.name, f"{entry.id}.owner", expected)
    return {name: entry for name, entry in found.items() if name not in datasets}
