"""A table of text with a comma between cells, as a frame whose cells are text.

Not for the bytes of its file (`payload`), nor for what its columns mean.
"""

from __future__ import annotations

import csv
import io

import pandas as pd

from data_access.errors import SourceEmpty, SourceWrongFormat
from data_access.model import Rejected
from language import Told, told

ROW_TEXT = 500  # characters of a refused row that are kept


def read_frame(text: str, name: str, expected: Told) -> tuple[pd.DataFrame, list[Rejected]]:
    """Return the rows of a table, by their line, and the lines with more cells than the heading.

    Raises SourceEmpty when it has no heading, SourceWrongFormat when it is no table.
    """
    try:
        frame = _parse(text)
    except pd.errors.EmptyDataError as error:
        raise SourceEmpty(told("no heading"), name, expected) from error
    except (pd.errors.ParserError, ValueError):
        frame = None
    # Where the first row has more cells than the heading, pandas takes a column for an index.
    if frame is not None and isinstance(frame.index, pd.RangeIndex):
        frame.index = pd.RangeIndex(2, len(frame) + 2)
        return _without_blanks(frame), []
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise SourceWrongFormat(told("no table ({error})", error=error), name, expected) from error
    width = len(rows[0])
    good = [(line, row) for line, row in enumerate(rows[1:], start=2) if 0 < len(row) <= width]
    refused = [
        Rejected(
            f"{name}:{line}",
            "badRow",
            told("{count} cells; expected {wanted}", count=len(row), wanted=width),
            ",".join(row)[:ROW_TEXT],
        )
        for line, row in enumerate(rows[1:], start=2)
        if len(row) > width
    ]
    padded = [row + [""] * (width - len(row)) for _, row in good]
    index = [line for line, _ in good]
    return pd.DataFrame(padded, columns=rows[0], index=index, dtype=object), refused


def _parse(text: str) -> pd.DataFrame:
    return pd.read_csv(
        io.StringIO(text), dtype=object, keep_default_na=False, skip_blank_lines=False
    )


def _without_blanks(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame without blank lines; cells that a short line lacks are empty."""
    if len(frame.columns) and frame.iloc[:, -1].isna().any():
        frame = frame.fillna("")
    blank = (frame == "").all(axis=1) if (frame.iloc[:, 0] == "").any() else None
    return frame if blank is None else frame[~blank]
