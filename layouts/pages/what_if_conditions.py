"""Under which rain, river, hour and length a what-if is asked: what can be set, and its summary.

Values in, components out; every key is one of `ids.what_if_key`.
"""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from language import number, pick
from layouts.pages.shell import Setting
from layouts.pages.what_if_draft import Draft, Options
from layouts.pages.what_if_keys import group, key, slider
from layouts.pages.what_if_storm import storm
from layouts.pages.what_if_terms import (
    DAY_KINDS,
    DRAWN,
    FORECAST,
    GAUGES,
    HORIZONS_MIN,
    HOUR,
    HOURS,
    LEAST_TRIPS_PCT,
    MEETINGS_MIN,
    MOST_TRIPS_PCT,
    OTHER_HOUR,
    PEAKS,
    RIVER,
    SEEDS,
    TRIPS,
    Terms,
    storms_of,
    wards_of,
)
from layouts.pages.what_if_words import tell
from twin.drainage.drawing import Drawn

RIVER_STEP_M = 0.1
UNLISTED = (FORECAST, GAUGES, DRAWN)


def summary(draft: Draft, options: Options, setting: Setting) -> str:
    """Return the conditions in a line."""
    terms, language = draft.terms, setting.language
    told: list[str] = []
    if draft.has_water:
        told.append(storm_name(terms, options, setting))
        if terms.river_m is not None:
            metres = number(terms.river_m, "m", decimals=1, language=language)
            told.append(tell("at_river", setting, m=metres))
        told.append(number(terms.hours, "h", language=language))
    if draft.has_traffic:
        if terms.peak == OTHER_HOUR:
            told.append(f"{terms.hour}:00")
        else:
            told.append(tell(f"peak.{terms.peak}", setting))
        if terms.day_kind != DAY_KINDS[0]:
            told.append(tell(f"day.{terms.day_kind}", setting))
        if terms.trips_pct != 100:
            trips = number(terms.trips_pct, "%", language=language)
            told.append(tell("trips", setting, share=trips))
        told.append(number(terms.horizon_min, "min", language=language))
    return " · ".join(filter(None, told))


def storm_name(terms: Terms, options: Options, setting: Setting) -> str:
    """Return what the chosen storm is called; of one that is drawn with its total."""
    if terms.storm == DRAWN and terms.drawn is not None:
        language = setting.language
        return tell(
            "drawn_storm",
            setting,
            mm=number(terms.drawn.total_mm, "mm", decimals=0, language=language),
            hours=number(terms.drawn.hours, "h", language=language),
        )
    if terms.storm in UNLISTED:
        return tell(f"storm.{terms.storm}", setting)
    listed = (s["name"] for s in options.get("storms", ()) if s["id"] == terms.storm)
    return pick(next(listed, None), setting.language)


def conditions(
    draft: Draft, options: Options, *, course: Drawn | None, said: str, setting: Setting
) -> list[Component]:
    """Return everything that can be set; `course` is the chosen storm and `said` what it is called.

    Without a course `said` is why there is none.
    """
    parts: list[Component] = []
    if draft.has_water:
        parts += _rain(draft.terms, options, course, said, setting)
        parts += _river(draft.terms, options, setting)
        hours = [(each, number(each, "h", language=setting.language)) for each in HOURS]
        parts.append(_one("hours", hours, draft.terms.hours, setting))
    if draft.kind == "coupled":
        parts.append(_meeting(draft.terms, setting))
    if draft.has_traffic:
        parts += _traffic(draft.terms, setting)
    return parts


def _rain(
    terms: Terms, options: Options, course: Drawn | None, said: str, setting: Setting
) -> list[Component]:
    listed = {str(each["id"]): pick(each["name"], setting.language)
              for each in options.get("storms", ())}  # fmt: skip
    keys = [
        key("storm", each, listed.get(each) or tell(f"storm.{each}", setting),
            is_on=each == terms.storm)
        for each in storms_of(options)
    ]  # fmt: skip
    even = {str(each["id"]): each["isEverywhere"] for each in options.get("storms", ())}
    parts: list[Component] = []
    if course is not None:
        is_uneven = not even.get(str(terms.storm), terms.storm == DRAWN)
        parts += storm(terms, course, setting, is_uneven=is_uneven)
        parts += _wards(terms, options, setting) if terms.storm == DRAWN else []
    if said:
        parts.append(html.P(said, className="quiet" if course else "is-problem", role="status"))
    parts.append(group("storm", keys, setting))
    if terms.storm == GAUGES:
        backs = [(each, number(each, "h", language=setting.language))
                 for each in options.get("backsH", ())]  # fmt: skip
        parts.append(_one("back", backs, terms.back_h, setting))
    return parts


def _wards(terms: Terms, options: Options, setting: Setting) -> list[Component]:
    """Return the wards that what is drawn falls on: all of them, or those that are chosen."""
    known = wards_of(options)
    if len(known) < 2:
        return []
    names = {str(area["id"]): pick(area["name"], setting.language) for area in options["areas"]}
    keys = [key("ward", "", tell("everywhere", setting), is_on=not terms.wards)]
    keys += [key("ward", each, names[each], is_on=each in terms.wards) for each in known]
    return [group("ward", keys, setting)]


def _river(terms: Terms, options: Options, setting: Setting) -> list[Component]:
    """Return the level of the outfall's river: the model's own, alarm levels, or any between."""
    river = options.get("river") or {}
    own = river.get("levelM")
    if own is None:
        return []
    language = setting.language

    def metres(level: float) -> str:
        return number(level, "m", decimals=1, language=language)

    shown = own if terms.river_m is None else terms.river_m
    own_words = tell("river_own", setting, m=metres(own))
    keys = [key("river", "", own_words, is_on=terms.river_m is None)]
    keys += [
        key(
            "river",
            f"{level:g}",
            tell("river_alarm", setting, level=name, m=metres(level)),
            is_on=level == terms.river_m,
        )
        for name, level in river.get("marks", {}).items()
    ]
    reach = (river["leastM"], river["mostM"], shown)
    label = pick(river.get("name"), language)
    return [
        group("river", keys, setting),
        slider(RIVER, label, "m", reach, RIVER_STEP_M, setting=setting),
    ]


def _meeting(terms: Terms, setting: Setting) -> Component:
    words = [("", tell("meeting.worst", setting))]
    words += [
        (
            str(each),
            tell("meeting.after", setting, h=number(each / 60, "h", language=setting.language)),
        )
        for each in MEETINGS_MIN
        if each <= terms.hours * 60
    ]
    return _one("meeting", words, "" if terms.at_min is None else str(terms.at_min), setting)


def _traffic(terms: Terms, setting: Setting) -> list[Component]:
    language = setting.language
    peaks = [(each, tell(f"peak.{each}", setting)) for each in (*PEAKS, OTHER_HOUR)]
    parts = [_one("peak", peaks, terms.peak, setting)]
    if terms.peak == OTHER_HOUR:
        reach = (0, 23, terms.hour)
        parts.append(slider(HOUR, tell("hour_of_day", setting), "", reach, 1, setting=setting))
    days = [(each, tell(f"day.{each}", setting)) for each in DAY_KINDS]
    horizons = [(each, number(each, "min", language=language)) for each in HORIZONS_MIN]
    seeds = [(each, tell(f"seeds.{each}", setting)) for each in SEEDS]
    trips = (LEAST_TRIPS_PCT, MOST_TRIPS_PCT, terms.trips_pct)
    return [
        *parts,
        _one("day", days, terms.day_kind, setting),
        _one("horizon", horizons, terms.horizon_min, setting),
        slider(TRIPS, tell("trips_of_plan", setting), "%", trips, 1, setting=setting),
        _one("seeds", seeds, terms.seeds, setting),
    ]


def _one(do: str, words: list[Any], chosen: Any, setting: Setting) -> Component:
    """Return a condition that is one of a few."""
    keys = [key(do, str(value), told, is_on=value == chosen) for value, told in words]
    return group(do, keys, setting)
