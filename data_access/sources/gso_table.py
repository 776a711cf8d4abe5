"""Monthly tables of the statistics office: names down, figures across, one publication a month.

Not a source itself: gso_investment and gso_prices say which columns mean what. A figure of a month
is stamped with the month's first instant. Each publication is a batch, oldest first; where it gives
last month's figure again, that is a revision of last month, and comes as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field

from data_access.city import City
from data_access.contracts import CITY_AREA
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, Rejected
from data_access.sources.options import SourceOptions
from data_access.sources.payload import Payload, good_files, load
from data_access.sources.rows import bad_rows, local_to_utc, numbers, observations, references
from data_access.spelling import tone_key
from language import told

BLANKS = frozenset({"", "-", "–", "NA", "nan", "…", "..."})


class TableOptions(SourceOptions):
    """Which column holds what; indicators by column, `revised` for last month's figure."""

    name_column: str
    date_column: str = "Date"
    date_format: str = "%Y-%m-%d"
    columns: dict[str, str]  # indicator -> column
    revised: dict[str, str] = Field(default_factory=dict)  # indicator -> column of last month's
    estimates: tuple[str, ...] = ()  # indicators whose first figure is an estimate
    city_names: tuple[str, ...] = ()  # rows that are this city


def read_tables(files: Sequence[Path], options: TableOptions, *, city: City) -> Iterator[Batch]:
    """Yield a batch a publication of each file, oldest first; one a file without revisions."""
    rejected: list[Rejected] = []
    for table in good_files(files, lambda path: _Table.parse(load(path), options, city), rejected):
        parts = [table.figures(name, column) for name, column in options.columns.items()]
        parts += [
            table.figures(name, column, revised=True) for name, column in options.revised.items()
        ]
        rejected += table.rejected
        figures = pd.concat([part for part, _ in parts], ignore_index=True)
        publication = np.concatenate([ordinals for _, ordinals in parts])
        if not options.revised:
            publication[:] = 0
        order = np.argsort(publication, kind="stable")
        figures, publication = figures.iloc[order], publication[order]
        for begin, end in pairwise([*np.flatnonzero(np.diff(publication, prepend=-1)), len(order)]):
            batch = figures.iloc[begin:end].reset_index(drop=True)
            yield Batch(batch, rejected=list(rejected))
            rejected.clear()
    if rejected:
        yield Batch(rejected=rejected)


class _Table:
    """The dated rows of one file, oldest publication first, and what was refused of them."""

    @classmethod
    def parse(cls, payload: Payload, options: TableOptions, city: City) -> _Table:
        """Read a file; raises SourceError."""
        needed = [options.name_column, options.date_column, *options.columns.values()]
        needed += options.revised.values()
        expected = told("a monthly table of the statistics office")
        frame, rejected = payload.table(needed, expected=expected)
        published = pd.to_datetime(
            frame[options.date_column].str.strip(), errors="coerce", format=options.date_format
        )
        detail = told("no date of publication written as {format}", format=options.date_format)
        rejected += bad_rows(payload.name, frame, published.isna(), "badTime", detail)
        frame, published = frame[published.notna()], published.dropna()
        if frame.empty:
            raise SourceWrongFormat(
                told("no dated row"), payload.name, told("monthly publications")
            )
        order = np.argsort(published.to_numpy(), kind="stable")
        months = published.iloc[order].dt.to_period("M")
        return cls(payload, frame.iloc[order], months, options, city, rejected)

    def __init__(
        self,
        payload: Payload,
        frame: pd.DataFrame,
        months: pd.Series,
        options: TableOptions,
        city: City,
        rejected: list[Rejected],
    ) -> None:
        self.payload, self.frame, self.options = payload, frame, options
        self.rejected = rejected
        self.publication = months.dt.year.to_numpy() * 12 + months.dt.month.to_numpy()
        self.stamps = {
            shift: local_to_utc(
                (months - shift).dt.to_timestamp().reset_index(drop=True), city.zone
            )
            for shift in (0, 1)
        }
        self.names = frame[options.name_column].str.split().str.join(" ").to_numpy()
        self.areas = _areas(self.names, options)
        self.refs = references(payload.name, frame.index)

    def figures(
        self, indicator: str, column: str, *, revised: bool = False
    ) -> tuple[pd.DataFrame, np.ndarray]:
        """Return one column as observations, and the publication each stands in."""
        texts = self.frame[column].str.strip()
        values = numbers(texts)
        refused = values.isna() & ~texts.isin(BLANKS)
        detail = told("{name} is no number", name=column)
        self.rejected += bad_rows(self.payload.name, self.frame, refused, "notANumber", detail)
        kept = values.notna().to_numpy()
        made = observations(
            indicator=indicator,
            entity=self.names[kept],
            area=self.areas[kept],
            observed_at=self.stamps[int(revised)][kept],
            value=values[kept],
            quality="estimated" if indicator in self.options.estimates and not revised else "good",
            source_ref=self.refs[kept],
        )
        return made, self.publication[kept]


def _areas(names: np.ndarray, options: TableOptions) -> np.ndarray:
    ours = {tone_key(name) for name in options.city_names}
    found: Mapping[str, str | None] = {
        name: CITY_AREA if tone_key(name) in ours else None for name in set(names)
    }
    return np.array([found[name] for name in names], dtype=object)
