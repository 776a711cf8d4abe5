"""What a score found wrong (data_access/criteria), in a person's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from datetime import time as time_of_day
from typing import Any
from zoneinfo import ZoneInfo

from data_access.aggregates.quality import REASONS
from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.criteria.part import Evidence
from language import date, duration, number, pick
from language import say as say_told
from layouts.pages.quality_board import drill_href
from layouts.pages.quality_drill import Wrong
from layouts.pages.quarantine import Asked
from layouts.pages.shell import Setting, say
from permissions.roles import Right

NOON = time_of_day(12)
OF_ROWS = ("entity", "record", "comparison")  # evidence that names whose rows are behind it
# Entries of the catalogue (data_access/criteria/shared.py) -> what the catalogue calls them.
ENTRIES = {"system_of_record": "record"}


def formula(contract: DatasetContract, part: str, setting: Setting) -> str:
    """Return in a sentence how a part of a criterion is computed, with what the contract says."""
    promised, language = contract.plausible, setting.language
    told: dict[str, object] = dict.fromkeys(("neighbours", "deviations", "least", "values"), "–")
    if promised is not None:
        unit = contract.indicators[promised.indicators[0]].unit
        told = {
            "neighbours": promised.neighbours,
            "deviations": number(promised.deviations, language=language),
            "least": number(promised.least, unit, language=language),
            "values": promised.clone_values,
        }
    stale = duration(contract.stale_after_ms / 1000, language=language)
    return say(f"part.how.{part}", setting, stale=stale, **told)


def wrong_words(
    city: City,
    contract: DatasetContract,
    criterion: str,
    evidence: Evidence,
    setting: Setting,
    *,
    names: Mapping[str, str],
) -> Wrong:
    """Return one piece of evidence as it is read, with where the very rows are.

    `names` are what the room calls entities of the dataset, as far as it does.
    """
    kind, told = str(evidence["kind"]), str(evidence.get("id", ""))
    count = evidence.get("count")
    language = setting.language
    if kind == "reason":
        what = pick(REASONS.get(told, {}), language) or told
        href = Asked(dataset=contract.id, reason=told).href
        may_read = setting.person.may(Right.SEE_QUARANTINE)
        return Wrong(what, "", count, href=href if may_read else None)
    if kind == "area":
        unit = city.areas.get(told)
        name = pick(unit.title, language) if unit is not None else told
        href = drill_href(contract.id, criterion, area=told)
        return Wrong(name, _last(evidence, setting), None, href=href)
    if kind == "period":
        late = duration(float(count or 0), language=language)
        return Wrong(_day(told, setting), say("evidence.late_by", setting, late=late), None)
    if kind == "gap":
        missing = say("evidence.gap", setting, count=int(count or 0))
        return Wrong(_day(told, setting), missing, None)
    if kind == "entry":
        return Wrong(say(f"catalogue.fact.{ENTRIES.get(told, told)}", setting), "", None)
    if kind == "field" and told in contract.fields and contract.fields[told].name is not None:
        told = pick(contract.fields[told].name, language)
    if kind == "indicator" and told in contract.indicators:
        return Wrong(pick(contract.indicators[told].name, language), _last(evidence, setting), None)
    if kind == "failure":
        told = say_told(told, language)
    if kind in ("late", "refused", "unseen"):
        told = say(f"evidence.{kind}", setting)
    leads_to: str | None = None
    if kind in OF_ROWS:
        where = "area" if told == CITY_AREA or told in city.areas.codes else "entity"
        indicator = evidence.get("indicator")
        leads_to = drill_href(contract.id, criterion, **{where: told}, indicator=indicator)
        unit = city.areas.get(told)
        told = names.get(told, told) if unit is None else pick(unit.title, language)
    return Wrong(told, _more(contract, evidence, names, setting), count, href=leads_to)


def _more(
    contract: DatasetContract, evidence: Evidence, names: Mapping[str, str], setting: Setting
) -> str:
    """Return what else is known: the indicator, what it was held against, since when."""
    found: list[str] = []
    indicator = contract.indicators.get(str(evidence.get("indicator", "")))
    if indicator is not None:
        found.append(pick(indicator.name, setting.language))
    for name in ("value", "around", "told"):
        if name in evidence:
            found.append(say(f"evidence.{name}", setting, figure=_figure(evidence[name], setting)))
    if "like" in evidence:
        like = str(evidence["like"])
        found.append(say("evidence.like", setting, entity=names.get(like, like)))
    if "lat" in evidence:
        at = f"{evidence['lat']:.4f}, {evidence['lon']:.4f}"
        found.append(at)
    if "day" in evidence:
        found.append(_day(evidence["day"], setting))
    if last := _last(evidence, setting):
        found.append(last)
    return " · ".join(found)


def _last(evidence: Evidence, setting: Setting) -> str:
    if "last" not in evidence:
        return ""
    return say("evidence.last", setting, day=_day(evidence["last"], setting))


def _day(iso: str, setting: Setting) -> str:
    """Write a day of the source, which evidence has as ISO 8601 in the city's own time."""
    noon = datetime.combine(datetime.fromisoformat(iso).date(), NOON, ZoneInfo(setting.timezone))
    return date(noon, language=setting.language, timezone=setting.timezone)


def _figure(found: Any, setting: Setting) -> str:
    return (
        number(found, language=setting.language) if isinstance(found, int | float) else str(found)
    )
