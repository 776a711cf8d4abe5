"""The simulated lake: a folder of files in the formats, and at the paths, that sources read.

Everything after it is the real thing: the same sources, checks, store and roll-ups. Whoever reads
this folder marks what comes of it as simulated; the files themselves are as their makers would
write them, faults included.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Protocol, cast

import orjson

import data_access.simulator
from data_access.city import City
from data_access.contracts import DatasetContract, Replay
from data_access.simulator.order import Order

MANIFEST = "simulated.json"  # beside the files: what this lake is


class GeneratorModule(Protocol):
    """What a module beside this one offers, with FORMAT or DATASET: what it writes.

    With ON_ROADS it writes of what is on roads: nothing for a city whose roads nobody has told.
    """

    def files(self, order: Order) -> Iterator[tuple[str, bytes]]:
        """Yield (path in the lake, content)."""


@cache
def generators() -> Mapping[str, GeneratorModule]:
    """Return the generators: every module beside this one that names a FORMAT or a DATASET.

    A FORMAT stands for the one thing that is written so. Of a format for anything (tables,
    statistics, context) a module writes one DATASET, in the words of its contract, which must have
    it WRITTEN_AS the module writes.
    """
    found: dict[str, GeneratorModule] = {}
    for module in pkgutil.iter_modules(data_access.simulator.__path__):
        loaded: Any = importlib.import_module(f"data_access.simulator.{module.name}")
        for name in ("FORMAT", "DATASET"):
            if hasattr(loaded, name):
                found[getattr(loaded, name)] = loaded
    return found


def generator_of(contract: DatasetContract) -> GeneratorModule | None:
    """Return what writes files of a dataset, None when nothing does."""
    made_by: Any = generators().get(contract.id)
    if made_by is not None and contract.source.format == made_by.WRITTEN_AS:
        return cast(GeneratorModule, made_by)
    return generators().get(contract.source.format)


def write_lake(
    folder: Path, city: City, *, datasets: Collection[str] | None, seed: int, until: datetime
) -> list[Path]:
    """Write the simulated files of `datasets` (None: all that have a generator) into `folder`.

    Replaces `folder` whole, and only when all is written: a reader sees the old lake or the new.
    The same seed and `until` (aware; "now" of the simulated city) give the same bytes; a later
    `until` extends the lake. Returns the files' paths. Raises ValueError for an unknown dataset or
    a naive `until`.
    """
    if until.tzinfo is None:
        raise ValueError("until must be aware")
    wanted = list(city.datasets) if datasets is None else sorted(datasets)
    unknown = [name for name in wanted if name not in city.datasets]
    if unknown:
        raise ValueError(f"the city has no dataset {', '.join(unknown)}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    until = until.astimezone(UTC)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        written: list[Path] = []
        made = []
        for name in wanted:
            contract = city.datasets[name]
            generator = generator_of(contract)
            if generator is None:
                continue
            made.append(name)
            if city.network.links or not getattr(generator, "ON_ROADS", False):
                order = Order(city, contract, seed, until)
                written += [_write(draft, *file) for file in generator.files(order)]
        says = {"simulated": True, "seed": seed, "until": until.isoformat(), "datasets": made}
        written.append(_write(draft, MANIFEST, orjson.dumps(says, option=orjson.OPT_INDENT_2)))
        _replace(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return [folder / path.relative_to(draft) for path in written]


def lake_until(folder: Path, *, datasets: Collection[str], seed: int) -> datetime | None:
    """Return the `until` of the lake kept in `folder`; None without one of `seed` and `datasets`.

    A lake once replayed is kept, not written anew: its rows have been given their time on glass.
    """
    try:
        says = orjson.loads((folder / MANIFEST).read_bytes())
        if says["seed"] == seed and set(datasets) <= set(says["datasets"]):
            return datetime.fromisoformat(says["until"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def simulated(contract: DatasetContract, until: datetime) -> DatasetContract:
    """Return the contract as it holds for simulated files: they play at `until`, in full length.

    The contract's own mode, period and start belong to the real files of the lake. Here all
    datasets have the same days, so that rain, reports and warnings stay together: each loops after
    the DAYS its generator makes (whole weeks); what has no DAYS, the months, comes once.
    """
    days = getattr(generator_of(contract), "DAYS", None)
    if days is None:
        return replace(contract, replay=Replay(mode="latest"))
    return replace(contract, replay=Replay(mode="window", period=f"P{days}D", now_at=until))


def _write(draft: Path, path: str, content: bytes) -> Path:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise ValueError(f"{path!r} leads out of the lake")
    target = draft / parts
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target


def _replace(draft: Path, folder: Path) -> None:
    """Put `draft` in the place of `folder`; what was there is removed after."""
    old = draft.with_name(f"{draft.name}-old")
    if folder.exists():
        os.rename(folder, old)
    os.rename(draft, folder)
    shutil.rmtree(old, ignore_errors=True)
