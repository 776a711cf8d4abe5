"""Consumer prices by goods, as the statistics office publishes them: changes in per cent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.model import Batch
from data_access.sources.gso_table import TableOptions, read_tables

FORMAT = "gso-prices"


class Options(TableOptions):
    """Headings of the office's table of prices."""

    name_column: str = "Hàng hóa"
    columns: dict[str, str] = Field(
        default={"cpi_yoy": "YOY", "cpi_mom": "MOM", "cpi_ytd": "YTD-YOY"}
    )


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a publication, oldest first."""
    return read_tables(files, Options.of(contract), city=city)
