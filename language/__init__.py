"""Words, numbers, dates and units as people here write them; Vietnamese first, English complete.

Everything on screen, in a report or an export goes through here. Catalogues are gettext files,
`language/<language>/<domain>.po`, whose msgid is the dotted key without its domain.
"""

from language.catalogue import LANGUAGES, has, pick, text
from language.collation import fold, sort_key
from language.formats import (
    NOTHING,
    date,
    datetime_,
    duration,
    moment,
    month,
    number,
    period,
    time,
    unit_name,
)

__all__ = [
    "LANGUAGES",
    "NOTHING",
    "date",
    "datetime_",
    "duration",
    "fold",
    "has",
    "moment",
    "month",
    "number",
    "period",
    "pick",
    "sort_key",
    "text",
    "time",
    "unit_name",
]
