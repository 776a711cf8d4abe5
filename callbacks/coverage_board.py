"""The coverage board's page, from the aggregate `data.coverage`, within a person's ceiling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash

from callbacks import page_realm, page_setting
from callbacks.catalogue import reader
from callbacks.desk import Desk
from callbacks.grid_rows import Rows, ask_again
from data_access.aggregates.coverage import COVERAGE
from language import pick, sort_key
from language.formats import local
from layouts import ids
from layouts.pages import coverage_board
from layouts.pages.coverage_board import AgencyCoverage, Goal, Step
from layouts.pages.shell import Setting
from permissions.roles import Person


def layout(
    agency: str | None = None,
    realm: str | None = None,
    date: str | None = None,
    time: str | None = None,
) -> Any:
    """Build the board, with the datasets of one agency or of all, in the world it names."""
    who = reader()
    there = page_realm.world("/data/coverage", realm, date, time, agency=agency)
    reach, setting = there.reach, there.setting
    chosen = agency if agency in reach.city.agencies else None
    payload = _payload(reach)
    steps = _steps(reach, payload, who, chosen)
    steps.sort(key=lambda each: sort_key(pick(each.name, setting.language)))
    return coverage_board.page(
        payload.get("numbers", {}),
        _agencies(payload),
        steps,
        chosen=chosen,
        goal=_goal(reach),
        link=page_setting.link(),
        setting=setting,
    )


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    ask_again(app, ids.COVERAGE_GRID, ids.COVERAGE_AGAIN, _fresh_rows)


def _fresh_rows(reach: Desk, setting: Setting) -> Rows:
    return coverage_board.rows(_agencies(_payload(reach)), setting=setting)


def _goal(reach: Desk) -> Goal | None:
    """Return the next goal the city has set itself, the last one when all years are over."""
    targets = reach.city.limit(COVERAGE, "coverage").targets
    year = local(reach.now_ms(), timezone=reach.city.timezone).year
    years = sorted(int(each) for each in targets)
    found = next((each for each in years if each >= year), years[-1] if years else None)
    return None if found is None else Goal(found, targets[str(found)])


def _payload(reach: Desk) -> Mapping[str, Any]:
    envelope = reach.cache.read(COVERAGE)
    found: Any = envelope.payload if envelope is not None else {}
    return found if isinstance(found, Mapping) else {}


def _rows(payload: Mapping[str, Any], table: str) -> list[Mapping[str, Any]]:
    return list(payload.get("tables", {}).get(table, {}).get("rows", ()))


def _agencies(payload: Mapping[str, Any]) -> list[AgencyCoverage]:
    return [
        AgencyCoverage(
            agency=row["agency"],
            name=row["owner"],
            registered=row["registered"],
            connected=row["connected"],
            live=row["live"],
            shown=row["shown"],
            coverage=row["coverage"],
        )
        for row in _rows(payload, "agencies")
    ]


def _steps(reach: Desk, payload: Mapping[str, Any], who: Person, chosen: str | None) -> list[Step]:
    found = []
    for row in _rows(payload, "datasets"):
        contract = reach.city.datasets.get(row["dataset"])
        if contract is not None and not who.may_see(contract.classification):
            continue
        if chosen in (None, row["agency"]):
            href = f"/data?dataset={row['dataset']}" if contract is not None else None
            found.append(Step(row["name"], row["owner"], row["stage_id"], row["origin"], href))
    return found
