"""Statistics by month: figures in the month they speak of, and how a month is written.

A figure of a longer period (a quarter) stands in that period's first month.
"""

from __future__ import annotations

from datetime import date, datetime

from data_access.aggregates.aggregate import View, text
from data_access.contracts import CITY_AREA
from data_access.envelope import Text
from data_access.rollup import DAY
from data_access.store.snapshot import AREA

SAME_PERIOD = text("cùng kỳ", "same period")
ROMAN = ("I", "II", "III", "IV")
_EPOCH = date(1970, 1, 1).toordinal()
Months = dict[int, float]  # month number (year * 12 + month - 1) -> figure


def months_of(view: View, dataset: str, indicator: str, entity: str | None = None) -> Months:
    """Return a monthly indicator of the city (or of one entity) by month."""
    if entity is None:
        cells = view.snapshot.cells(dataset, indicator, DAY, kind=AREA, names=[CITY_AREA])
    else:
        cells = view.snapshot.cells(dataset, indicator, DAY, names=[entity])
    slots, means = cells.slot.tolist(), cells.mean.tolist()
    return {month_of(slot): mean for slot, mean in zip(slots, means, strict=True)}


def day_of(slot: int) -> date:
    """Return the city's day of a day cell."""
    return date.fromordinal(_EPOCH + slot)


def slot_of(day: date) -> int:
    """Return the slot of the cells of a day."""
    return day.toordinal() - _EPOCH


def month_of(slot: int) -> int:
    """Return the month a day cell lies in."""
    day = day_of(slot)
    return day.year * 12 + day.month - 1


def month_at(view: View, at_us: int) -> int:
    """Return the month an instant lies in, in the city."""
    at = view.local(at_us)
    return at.year * 12 + at.month - 1


def month_slots(month: int) -> tuple[int, int]:
    """Return the first and the last day slot of a month."""
    first, after = (date(each // 12, each % 12 + 1, 1) for each in (month, month + 1))
    return slot_of(first), slot_of(after) - 1


def month_text(month: int) -> Text:
    """Return a month in words: 02/2025."""
    words = f"{month % 12 + 1:02d}/{month // 12}"
    return text(words, words)


def quarter_text(month: int) -> Text:
    """Return the quarter that begins with a month: Quý III/2025, Q3 2025."""
    number = month % 12 // 3
    return text(f"Quý {ROMAN[number]}/{month // 12}", f"Q{number + 1} {month // 12}")


def month_ms(view: View, month: int) -> float:
    """Return a month's first instant in the city."""
    begin = datetime(month // 12, month % 12 + 1, 1, tzinfo=view.city.zone)
    return begin.timestamp() * 1000


def points(view: View, months: Months, first: int, *, shift: int = 0) -> list[list[float | None]]:
    """Return a line from month `first` to the newest one, moved by `shift` months."""
    last = max(months, default=first - 1) + shift
    return [
        [month_ms(view, month), _rounded(months.get(month - shift))]
        for month in range(first, last + 1)
    ]


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 3)
