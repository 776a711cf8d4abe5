"""Investment from the state budget by ministry and province, as the statistics office publishes it.

The month's figure is an estimate; the next publication gives it again, final. Billion VND.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.model import Batch
from data_access.sources.gso_table import TableOptions, read_tables

FORMAT = "gso-investment"


class Options(TableOptions):
    """Headings of the office's table of investment."""

    name_column: str = "Phân Loại"
    columns: dict[str, str] = Field(
        default={
            "investment_month": "E-Total-M",
            "investment_ytd": "Total-YOY",
            "plan_share": "YOP",
            "yoy": "YTD-YOY",
        }
    )
    revised: dict[str, str] = Field(default={"investment_month": "Total-Pre-Month"})
    estimates: tuple[str, ...] = ("investment_month", "investment_ytd", "plan_share", "yoy")


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a publication, oldest first, with last month's final figures."""
    return read_tables(files, Options.of(contract), city=city)
