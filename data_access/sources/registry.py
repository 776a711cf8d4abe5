"""All sources by format, found in this package; reading a dataset through its own."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

import data_access.sources
from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.errors import CityError
from data_access.model import Batch
from data_access.sources.options import SourceOptions
from data_access.sources.units import UnknownUnit, conversions


class SourceModule(Protocol):
    """What a module of this package offers."""

    FORMAT: str
    Options: type[SourceOptions]

    def read(
        self, files: Sequence[Path], *, contract: DatasetContract, city: City
    ) -> Iterator[Batch]:
        """Yield batches; raises SourceError."""


@cache
def formats() -> dict[str, SourceModule]:
    """Return the sources by format: every module of this package that names a FORMAT."""
    found: dict[str, SourceModule] = {}
    for module in pkgutil.iter_modules(data_access.sources.__path__):
        loaded: Any = importlib.import_module(f"{data_access.sources.__name__}.{module.name}")
        if hasattr(loaded, "FORMAT"):
            found[loaded.FORMAT] = loaded
    return found


def verify(city: City) -> None:
    """Check that every dataset's format exists and takes its options; raises CityError."""
    for dataset in city.datasets.values():
        source = formats().get(dataset.source.format)
        key = f"dataset[{dataset.id}].source"
        if source is None:
            expected = f"{dataset.source.format!r}; expected one of {', '.join(sorted(formats()))}"
            raise CityError("datasets.toml", f"{key}.format", expected)
        try:
            options = source.Options.model_validate(dataset.source.options)
            conversions(getattr(options, "in_units", {}), dataset)
        except UnknownUnit as error:
            raise CityError("datasets.toml", f"{key}.options.in_units", str(error)) from error
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(map(str, first["loc"]))
            raise CityError("datasets.toml", f"{key}.options.{name}", first["msg"]) from error
        url = dataset.source.url
        if url is not None and url.paging == "next" and not getattr(source, "LINES", False):
            lines = ", ".join(sorted(f for f, m in formats().items() if getattr(m, "LINES", False)))
            expected = f"'next' makes JSON Lines of pages, which only {lines} read"
            raise CityError("datasets.toml", f"{key}.url.paging", expected)


def takes_messages(format_id: str) -> bool:
    """Tell whether a format reads messages with their topics (data_access/messages.py)."""
    return bool(getattr(formats().get(format_id), "MESSAGES", False))


def counts(format_id: str) -> bool:
    """Tell whether a format counts what is in its files, so that counts of parts add up."""
    return bool(getattr(formats().get(format_id), "COUNTS", False))


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Read a dataset's files through its own source; raises SourceError, CityError."""
    source = formats().get(contract.source.format)
    if source is None:
        raise CityError("datasets.toml", contract.id, f"no format {contract.source.format!r}")
    return source.read(files, contract=contract, city=city)
