"""One figure in words: value, unit, band, and what it is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import language as lang
from data_access.envelope import Number

TIGHT = ("%", "°")
INDEX_UNITS = ("VN_AQI",)  # an index is named by its title, not by a unit behind the figure


@dataclass(frozen=True, slots=True)
class Written:
    """A figure as set: digits large, unit smaller."""

    digits: str
    unit: str
    tight: bool  # the unit stands close to the digits


def written(figure: Number, language: str, *, index: bool = False) -> Written:
    """Return the digits and the unit of `figure`; without a value a dash and no unit.

    An index names itself behind its digits only when asked to (`index`).
    """
    number = figure["value"]
    if number is None:
        return Written(lang.number(None), "", False)
    unit = figure["unit"]
    digits = lang.number(number, decimals=figure["decimals"], language=language)
    if unit in INDEX_UNITS:
        return Written(digits, unit if index else "", False)
    return Written(digits, lang.unit_name(unit, language=language, count=number), unit in TIGHT)


def whole(figure: Number, language: str) -> str:
    """Return value and unit in one line of text."""
    return lang.number(
        figure["value"], figure["unit"], decimals=figure["decimals"], language=language
    )


def target_of(figure: Number, language: str) -> str:
    """Return the target a figure is held against, "" without one."""
    target = figure.get("target")
    if figure["value"] is None or target is None:
        return ""
    label = lang.pick(figure.get("targetLabel"), language) or lang.text("tiles.target", language)
    return f"{opening(label)} {_with_unit(figure, target, language)}"


def previous_of(figure: Number, language: str, *, has_unit: bool = True) -> str:
    """Return the other period a figure is held against, "" without one."""
    previous = figure.get("previous")
    if figure["value"] is None or previous is None:
        return ""
    label = lang.pick(figure.get("previousLabel"), language) or lang.text(
        "tiles.previous", language
    )
    if has_unit:
        return f"{opening(label)} {_with_unit(figure, previous, language)}"
    bare = lang.number(previous, decimals=figure["decimals"], language=language)
    return f"{opening(label)} {bare}"


def change(figure: Number, language: str) -> str:
    """Return the change since the previous figure: `tăng 6,3 điểm %`, `giảm 12 %`, `không đổi`."""
    number, previous = figure["value"], figure.get("previous")
    if number is None or previous is None:
        return ""
    decimals = figure["decimals"]
    difference = round(number, decimals) - round(previous, decimals)
    if round(difference, decimals) == 0:
        return lang.text("tiles.change.none", language)
    way = "up" if difference > 0 else "down"
    if figure["unit"] == "%":
        amount = lang.number(abs(difference), "pp", decimals=decimals, language=language)
    elif previous > 0 and abs(difference) / previous < 10:
        share = 100 * abs(difference) / previous
        amount = lang.number(share, "%", decimals=0 if share >= 10 else 1, language=language)
    else:
        amount = lang.number(abs(difference), figure["unit"], decimals=decimals, language=language)
    return lang.text(f"tiles.change.{way}", language, amount=amount)


def band_of(
    figure: Mapping[str, Any], scales: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """Return the band of its official scale that `figure` names, None when it names none."""
    bands = scales.get(str(figure.get("scale")), {}).get("bands", ())
    return next((band for band in bands if band.get("id") == figure.get("band")), None)


def _with_unit(figure: Number, amount: float, language: str) -> str:
    unit = "" if figure["unit"] in INDEX_UNITS else figure["unit"]
    return lang.number(amount, unit, decimals=figure["decimals"], language=language)


def title_unit(unit: str, language: str) -> str:
    """Return a unit as it stands behind a title; an index names itself and has none."""
    return "" if unit in INDEX_UNITS else lang.unit_name(unit, language=language)


def opening(label: str) -> str:
    """Return words as a line begins with them: the first letter large."""
    return label[:1].upper() + label[1:]
