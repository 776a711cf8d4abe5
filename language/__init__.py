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
from language.told import Told, as_told, in_all_languages, pack, say, told, words_of

__all__ = [
    "LANGUAGES",
    "NOTHING",
    "Told",
    "as_told",
    "date",
    "datetime_",
    "duration",
    "fold",
    "has",
    "in_all_languages",
    "moment",
    "month",
    "number",
    "pack",
    "period",
    "pick",
    "say",
    "sort_key",
    "text",
    "time",
    "told",
    "unit_name",
    "words_of",
]
