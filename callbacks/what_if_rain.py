"""Rain that the page of what-ifs does not know itself: of gauges, or of the rain forecast.

Resolved for whoever asks, so that it stands in the inputs of a run, and the same run can be made
again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from callbacks.desk import Desk
from data_access.store.reader import StoreReader
from language import LANGUAGES, datetime_, number, pick, text
from layouts.pages.what_if_draft import Draft
from layouts.pages.what_if_terms import FORECAST, GAUGES, Options, Terms
from twin.drainage.drawing import Drawn, like
from twin.drainage.forecast_storm import storm_from_forecast
from twin.drainage.gauges import storm_from_gauges
from twin.drainage.plan import DrainagePlan, read_plan
from twin.drainage.scenario import Hyetograph
from twin.drainage.storms import with_mean


def with_rain(reach: Desk, draft: Draft, scenario: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scenario with its storm resolved; raises ValueError where nobody knows it."""
    found = resolved(reach, draft.terms) if draft.has_water else None
    if found is None:
        return dict(scenario)
    storm = found.model_dump(mode="json", by_alias=True)
    if draft.kind == "coupled":
        return {**scenario, "drainage": {**scenario["drainage"], "storm": storm}}
    return {**scenario, "storm": storm}


def seen(reach: Desk, terms: Terms, options: Options, language: str) -> tuple[Drawn | None, str]:
    """Return the chosen storm as it can be seen, where most of it falls, with what is said of it.

    None with why it cannot be.
    """
    try:
        found = resolved(reach, terms)
    except ValueError:
        return None, text(f"what_if.problem.{terms.storm}", language)
    if found is None:
        storms = options.get("storms", ())
        note = next((each["note"] for each in storms if each["id"] == terms.storm), None)
        return terms.course(options), pick(note, language)
    course = like(max(found.mm.values(), key=sum), found.step_min)
    told = [found.name, found.note if terms.storm == GAUGES else None]  # a forecast's says the same
    return course, " · ".join(pick(each, language) for each in told if each)


def resolved(reach: Desk, terms: Terms) -> Hyetograph | None:
    """Return the rain of gauges up to now, or of the forecast from now on, for as long as is run.

    None of a storm that needs no asking. Raises ValueError where nobody told any.
    """
    if terms.storm not in (GAUGES, FORECAST):
        return None
    plan = read_plan(reach.settings.city, reach.city)
    if plan is None or reach.rows is None or reach.snapshot is None:
        raise ValueError("the store cannot be read from here")
    rows = cast(StoreReader, reach.rows)
    now = datetime.fromtimestamp(reach.now_ms() / 1000, UTC)
    read = _of_gauges if terms.storm == GAUGES else _of_forecast
    storm, name = read(rows, reach, plan, terms, now)
    return storm.model_copy(update={"name": name, "mm": with_mean(storm.mm)})


def _of_gauges(
    rows: StoreReader, reach: Desk, plan: DrainagePlan, terms: Terms, now: datetime
) -> tuple[Hyetograph, dict[str, str]]:
    begin = now - timedelta(hours=terms.back_h)
    storm = storm_from_gauges(rows, reach.city, plan, begin, now)
    name = {
        each: text(
            "what_if.gauges_storm",
            each,
            hours=number(terms.back_h, "h", language=each),
            at=_at(reach, now, each),
        )
        for each in LANGUAGES
    }
    return storm, name


def _of_forecast(
    rows: StoreReader, reach: Desk, plan: DrainagePlan, terms: Terms, now: datetime
) -> tuple[Hyetograph, dict[str, str]]:
    found = storm_from_forecast(rows, reach.city, plan, now, hours=terms.hours)
    name = {
        each: text("what_if.forecast_storm", each, at=_at(reach, found.issued_at, each))
        for each in LANGUAGES
    }
    return found.storm, name


def _at(reach: Desk, at: datetime, language: str) -> str:
    return datetime_(at.timestamp() * 1000, language=language, timezone=reach.city.timezone)
