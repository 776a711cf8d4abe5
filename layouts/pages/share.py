"""A share as pages write it: in per cent, with the interval its number allows."""

from __future__ import annotations

from analytics.precision import Precision
from language import number
from layouts.pages.shell import Setting


def percent(share: float | None, setting: Setting) -> str:
    """Return a share as written, an en dash for none."""
    if share is None:
        return "–"
    return number(share, "%", decimals=0, language=setting.language)


def counted(told: Precision, setting: Setting) -> str:
    """Return a share with the interval its number allows in brackets, an en dash for none."""
    interval = spanned(told, setting)
    return f"{percent(told.share, setting)} ({interval})" if interval else "–"


def spanned(told: Precision, setting: Setting) -> str:
    """Return the interval of a share, "" for none; it is never broken."""
    if told.interval is None:
        return ""
    low, high = (number(each, decimals=0, language=setting.language) for each in told.interval)
    return f"{low}\u00a0–\u00a0{high}"
