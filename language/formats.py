"""Numbers, units, dates and lengths of time as people here write them.

Instants are aware datetimes or milliseconds since the Unix epoch; the zone is an argument (a
city's own stands in its configuration). Not for words: `language.catalogue`.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from language.catalogue import DEFAULT_LANGUAGE, load, text

DEFAULT_TIMEZONE = "Asia/Ho_Chi_Minh"
NOTHING = "–"
NBSP = "\u00a0"
MINUS = "\u2212"
TIGHT_UNITS = ("%", "°", "″", "′")  # written close to the figure

Instant = datetime | float

_WIDE = Context(prec=400)  # any float written out

_DATE = {"vi": "dd/MM/yyyy", "en": "d MMM yyyy"}
_SHORT_DATE = {"vi": "dd/MM", "en": "d MMM"}
_LONG_DATE = {"vi": "EEEE, dd/MM/yyyy", "en": "EEEE, d MMM yyyy"}
_MONTH = {"vi": "MM/yyyy", "en": "MMM yyyy"}
_PERIOD = re.compile(r"P(?P<date>\d+[YMWD])|PT(?P<time>\d+[HMS])")
_DATE_STEPS = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_TIME_STEPS = {"H": "hour", "M": "minute", "S": "second"}
_STEPS_S = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def number(
    value: float | None,
    unit: str = "",
    *,
    decimals: int | None = None,
    language: str = DEFAULT_LANGUAGE,
    sign: bool = False,
) -> str:
    """Write a figure with its unit: `1.234,5 tỷ đồng`, `1,234.5 bn VND`; `–` when there is none.

    `decimals` is the exact number written (default: as many as needed, three at most); `sign`
    writes the plus too. Unit names are those of `unit_name`.
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    places = decimals if decimals is not None else 3
    with localcontext(_WIDE):
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        pattern = "#,##0" + ("." + ("#" if decimals is None else "0") * places if places else "")
        written = str(format_decimal(abs(rounded), format=pattern, locale=language))
    mark = MINUS if rounded < 0 else "+" if sign and rounded > 0 else ""
    name = unit_name(unit, language=language, count=float(abs(rounded)))
    if not name:
        return mark + written
    return f"{mark}{written}{'' if unit in TIGHT_UNITS else NBSP}{name}"


def unit_name(unit: str, *, language: str = DEFAULT_LANGUAGE, count: float | None = None) -> str:
    """Return what `unit` ("bn VND", "km/h", "cases") is called.

    A unit without an entry in the catalogue `units` is an international symbol, written as it is.
    """
    if unit not in load(language, "units").words:
        return unit
    several = 2 if count is None or count != 1 else 1
    return text(f"units.{unit}", language, count=several)


def date(
    at: Instant,
    *,
    language: str = DEFAULT_LANGUAGE,
    timezone: str = DEFAULT_TIMEZONE,
    style: str = "medium",
) -> str:
    """Write a day. style: short `25/02`, medium `25/02/2025`, long `Thứ Ba, 25/02/2025`."""
    pattern = {"short": _SHORT_DATE, "medium": _DATE, "long": _LONG_DATE}[style][language]
    return str(format_date(local(at, timezone=timezone), pattern, locale=language))


def month(
    at: Instant, *, language: str = DEFAULT_LANGUAGE, timezone: str = DEFAULT_TIMEZONE
) -> str:
    """Write a month: `02/2025`, `Feb 2025`."""
    return str(format_date(local(at, timezone=timezone), _MONTH[language], locale=language))


def time(
    at: Instant,
    *,
    language: str = DEFAULT_LANGUAGE,
    timezone: str = DEFAULT_TIMEZONE,
    seconds: bool = False,
) -> str:
    """Write a time of day in 24 hours: `08:05`, with `seconds` `08:05:09`."""
    pattern = "HH:mm:ss" if seconds else "HH:mm"
    return str(format_datetime(local(at, timezone=timezone), pattern, locale=language))


def datetime_(
    at: Instant,
    *,
    language: str = DEFAULT_LANGUAGE,
    timezone: str = DEFAULT_TIMEZONE,
    seconds: bool = False,
    style: str = "medium",
) -> str:
    """Write an instant, the time first: `08:05 25/02/2025`, `08:05, 25 Feb 2025`."""
    clock = time(at, language=language, timezone=timezone, seconds=seconds)
    day = date(at, language=language, timezone=timezone, style=style)
    return f"{clock} {day}" if language == "vi" else f"{clock}, {day}"


def moment(
    at: Instant,
    *,
    now: Instant,
    language: str = DEFAULT_LANGUAGE,
    timezone: str = DEFAULT_TIMEZONE,
    seconds: bool = False,
) -> str:
    """Write an instant as short as it stays clear at `now`: no day today, no year this year."""
    then, today = local(at, timezone=timezone), local(now, timezone=timezone)
    if then.date() == today.date():
        return time(then, language=language, timezone=timezone, seconds=seconds)
    style = "short" if then.year == today.year else "medium"
    return datetime_(then, language=language, timezone=timezone, seconds=seconds, style=style)


def duration(duration_s: float, *, language: str = DEFAULT_LANGUAGE) -> str:
    """Write a length of time in its two largest steps: `2 giờ 5 phút`, `3 ngày`, `40 giây`."""
    left_s = max(0, int(duration_s))
    index = next((i for i, (_, step_s) in enumerate(_STEPS_S) if left_s >= step_s), -1)
    step, step_s = _STEPS_S[index]
    count, rest_s = divmod(left_s, step_s)
    words = text(f"time.{step}", language, count=count)
    # From ten of a step on, the smaller one says nothing to a reader: 12 giờ, not 12 giờ 3 phút.
    if step != "second" and count < 10:
        smaller, smaller_s = _STEPS_S[index + 1]
        if (more := rest_s // smaller_s) and smaller != "second":
            words += " " + text(f"time.{smaller}", language, count=more)
    return words


def period(iso: str, *, language: str = DEFAULT_LANGUAGE) -> str:
    """Write an ISO 8601 duration of one part ("PT5M", "P1M"); another is written as it is."""
    found = _PERIOD.fullmatch(iso)
    if found is None:
        return iso
    date_part, time_part = found["date"], found["time"]
    step = _DATE_STEPS[date_part[-1]] if date_part else _TIME_STEPS[time_part[-1]]
    return text(f"time.{step}", language, count=int((date_part or time_part)[:-1]))


def local(at: Instant, *, timezone: str = DEFAULT_TIMEZONE) -> datetime:
    """Return an aware datetime in `timezone`; raises ValueError for a naive one."""
    if not isinstance(at, datetime):
        at = datetime.fromtimestamp(at / 1000, UTC)
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(_zone(timezone))


@cache
def _zone(timezone: str) -> ZoneInfo:
    return ZoneInfo(timezone)
