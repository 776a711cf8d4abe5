"""Rain that the page of what-ifs does not know itself: what gauges told, resolved for who asks.

So that it stands in the inputs of a run, and the same run can be made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from callbacks.desk import Desk
from data_access.store.reader import StoreReader
from language import LANGUAGES, datetime_, number, text
from layouts.pages.what_if_draft import Draft
from layouts.pages.what_if_terms import GAUGES, Options, Terms
from twin.drainage.drawing import Drawn, like
from twin.drainage.gauges import storm_from_gauges
from twin.drainage.plan import read_plan
from twin.drainage.scenario import Hyetograph


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
    """Return the chosen storm as it can be seen, where most of it falls; else why it cannot."""
    try:
        found = resolved(reach, terms)
    except ValueError:
        return None, text("what_if.problem.gauges", language)
    if found is None:
        return terms.course(options), ""
    return like(max(found.mm.values(), key=sum), found.step_min), ""


def resolved(reach: Desk, terms: Terms) -> Hyetograph | None:
    """Return the rain of gauges up to now; None of a storm that needs no asking.

    Raises ValueError where no gauge told any.
    """
    if terms.storm != GAUGES:
        return None
    plan = read_plan(reach.settings.city, reach.city)
    if plan is None or reach.rows is None or reach.snapshot is None:
        raise ValueError("the gauges cannot be read from here")
    end = datetime.fromtimestamp(reach.now_ms() / 1000, UTC)
    begin = end - timedelta(hours=terms.back_h)
    found = storm_from_gauges(cast(StoreReader, reach.rows), reach.city, plan, begin, end)
    name = {
        each: text(
            "what_if.gauges_storm",
            each,
            hours=number(terms.back_h, "h", language=each),
            at=datetime_(reach.now_ms(), language=each, timezone=reach.city.timezone),
        )
        for each in LANGUAGES
    }
    return found.model_copy(update={"name": name})
