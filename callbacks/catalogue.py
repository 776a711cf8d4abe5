"""The catalogue's page: the list of datasets, and one of them whole, within a person's ceiling."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, Patch

from callbacks import page_realm, page_setting, session
from callbacks.catalogue_api import refuse, visible
from callbacks.desk import Desk, desk
from callbacks.grid_rows import Rows, ask_again
from callbacks.names import people_names
from callbacks.usage import note
from data_access.aggregates.scores import SCORES
from data_access.contracts import DatasetContract
from data_access.envelope import LIVE
from data_access.freshness import ABSENT, Freshness, freshness
from data_access.promises import CRITERIA
from language import has, pick, sort_key, text
from layouts import ids
from layouts.pages import catalogue, catalogue_entry
from layouts.pages.catalogue import Listed
from layouts.pages.catalogue_entry import Answerable, Usage
from layouts.pages.shell import Setting, say
from permissions.errors import Forbidden
from permissions.roles import Person, Right
from permissions.usage import ON_AIR, Used

PLACE = "catalogue"
USES_DAYS = 30
LONGEST_SEARCH = 60

Scores = dict[str, dict[str, Any]]  # dataset -> its row of `data.scores`


def layout(
    dataset: str | None = None,
    realm: str | None = None,
    date: str | None = None,
    time: str | None = None,
) -> Any:
    """Build the list, or the page of the dataset named in the address, in the world it names."""
    who = reader()
    there = page_realm.world("/data", realm, date, time, dataset=dataset)
    reach, setting = there.reach, there.setting
    if dataset is not None and dataset in reach.city.datasets:
        return _entry(reach, reach.city.datasets[dataset], who, setting)
    shown = listed(reach, who, language=setting.language)
    return catalogue.page(
        shown,
        withheld=len(reach.city.datasets) - len(shown),
        now_ms=reach.now_ms(),
        link=page_setting.link(),
        setting=setting,
    )


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    ask_again(app, ids.CATALOGUE_GRID, ids.CATALOGUE_AGAIN, _fresh_rows)
    app.callback(
        Output(ids.CATALOGUE_GRID, "dashGridOptions"),
        Input(ids.CATALOGUE_SEARCH, "value"),
        prevent_initial_call=True,
    )(search)


def _fresh_rows(reach: Desk, setting: Setting) -> Rows:
    shown = listed(reach, setting.person, language=setting.language)
    return catalogue.rows(shown, now_ms=reach.now_ms(), setting=setting)


def search(words: str | None) -> Any:
    """Show only the rows in which every word stands."""
    options = Patch()
    options["quickFilterText"] = (words or "")[:LONGEST_SEARCH]
    return options


def reader() -> Person:
    """Return who asks for a page of data; raises Forbidden."""
    who = session.person()
    if who is None or not who.may(Right.SEE_CONSOLE):
        refuse(who, "catalogue.read", "", code="forbidden", place=PLACE)
        raise Forbidden("not for this role")
    return who


def allowed(contract: DatasetContract, who: Person, *, place: str) -> None:
    """Count that a dataset is looked at; raises Forbidden, with a trace, above the ceiling."""
    if not who.may_see(contract.classification):
        refuse(who, "catalogue.read", contract.id, code="forbidden", place=place)
        raise Forbidden("above the ceiling")
    note(desk(), who, [contract.id], place=place)


def scores(reach: Desk) -> Scores:
    """Return the newest scores of each dataset."""
    envelope = reach.cache.read(SCORES)
    table = envelope.payload.get("tables", {}).get("datasets") if envelope else None
    return {row["dataset"]: row for row in table["rows"]} if table else {}


def listed(reach: Desk, who: Person, *, language: str) -> list[Listed]:
    """Return the datasets within a person's ceiling, by name."""
    fresh, scored = freshness(reach.cache), scores(reach)
    found = [
        _listed(reach, each, fresh.get(each.id, ABSENT), scored.get(each.id, {}))
        for each in visible(reach, who)
    ]
    return sorted(found, key=lambda each: sort_key(pick(each.name, language)))


def _listed(
    reach: Desk, contract: DatasetContract, fresh: Freshness, scored: dict[str, Any]
) -> Listed:
    return Listed(
        dataset=contract.id,
        name=contract.name,
        group=contract.group,
        owner=reach.city.agencies[contract.owner].name,
        cadence=contract.cadence,
        cadence_s=contract.cadence_s,
        at_ms=fresh.at_ms,
        due_ms=fresh.due_ms,
        state=fresh.state,
        origin=fresh.origin,
        share=contract.share,
        lowest=scored.get("lowest"),
        below=len(scored.get("below", ())),
    )


def _entry(reach: Desk, contract: DatasetContract, who: Person, setting: Setting) -> Any:
    allowed(contract, who, place=PLACE)
    fresh = freshness(reach.cache).get(contract.id, ABSENT)
    scored = scores(reach).get(contract.id, {})
    then = setting.realm != LIVE
    used = reach.usage.of(contract.id, now_ms=reach.now_ms(), days=USES_DAYS, whole_days=then)
    names = people_names(reach)
    return catalogue_entry.page(
        _listed(reach, contract, fresh, scored),
        contract,
        _answerable(reach, contract),
        scores={each: scored.get(each) for each in CRITERIA},
        usages=[_usage(reach, each, names, setting) for each in used],
        days=USES_DAYS,
        now_ms=reach.now_ms(),
        link=page_setting.link(),
        setting=setting,
    )


def _answerable(reach: Desk, contract: DatasetContract) -> Answerable:
    agencies = reach.city.agencies
    owner = agencies[contract.owner]
    return Answerable(
        owner=owner.name,
        steward=agencies[contract.steward].name if contract.steward else None,
        deputy=agencies[contract.deputy].name if contract.deputy else None,
        phone=contract.phone or owner.phone,
    )


def _usage(reach: Desk, used: Used, names: dict[str, str], setting: Setting) -> Usage:
    reader = used.reader
    if reader.place == ON_AIR:
        wall = reach.walls.get(reader.actor.removeprefix("wall/"))
        who = pick(wall.name, setting.language) if wall is not None else reader.actor
        role = say("catalogue.wall", setting)
    else:
        who = names.get(reader.actor, reader.actor)
        role = text(f"people.role.{reader.role}", setting.language)
    key = f"pages.use.{reader.place}"
    return Usage(
        who=who,
        role=role,
        place=text(key, setting.language) if has(key) else reader.place,
        minutes=used.answered,
        refused=used.refused,
        last_at_ms=used.last_at_ms,
    )
