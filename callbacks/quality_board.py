"""The quality board's pages: six scores by dataset and agency, and what stands behind one."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, no_update

from analytics.forecast.declared import DRIFT
from callbacks import page_realm, page_setting, session
from callbacks.catalogue import allowed, reader
from callbacks.console_sources import rows as source_rows
from callbacks.desk import Desk
from callbacks.evidence_words import formula, wrong_words
from data_access.aggregates.scores import OVERDUE, SCORES
from data_access.contracts import DatasetContract
from data_access.criteria.part import Part
from data_access.envelope import LIVE, Envelope
from data_access.errors import DataError
from data_access.promises import CRITERIA
from data_access.store import scores
from data_access.store.scores import Finding
from language import pick, sort_key
from layouts import ids
from layouts.pages import quality_board, quality_drill
from layouts.pages.in_world import lead_on, rows_in_world
from layouts.pages.quality_board import Agency, CriterionMean, Drifted, Overdue, Scored
from layouts.pages.quality_drill import Behind, CheckedPart, Drilled
from layouts.pages.score_course import Course
from layouts.pages.shell import Setting
from permissions.roles import Person, Right

PLACE = "quality"
HOUR_MS = 3_600_000
HISTORY_HOURS = 31 * 24
LONGEST_NAME = 300

log = logging.getLogger(__name__)


def layout(
    by: str | None = None,
    agency: str | None = None,
    dataset: str | None = None,
    criterion: str | None = None,
    realm: str | None = None,
    date: str | None = None,
    time: str | None = None,
    **rows_of: str | None,
) -> Any:
    """Build the board, or what stands behind the score named in the address.

    `entity` or `area`, and `indicator`, name whose rows are to stand beside.
    """
    who = reader()
    named = {"by": by, "agency": agency, "dataset": dataset, "criterion": criterion, **rows_of}
    there = page_realm.world("/data/quality", realm, date, time, **named)
    reach, setting = there.reach, there.setting
    if dataset is not None and dataset in reach.city.datasets:
        chosen = criterion if criterion in CRITERIA else CRITERIA[0]
        contract = reach.city.datasets[dataset]
        return _drill(reach, contract, chosen or CRITERIA[0], who, setting, named)
    found = reach.city.agencies.get(agency or "")
    by = "agency" if by == "agency" and found is None else "dataset"
    return quality_board.page(
        means(reach),
        scored(reach, who, by, agency if found else None, setting),
        overdue(reach, who, agency if found else None),
        by=by,
        chosen=Agency(found.id, found.name) if found else None,
        now_ms=reach.now_ms(),
        link=page_setting.link(),
        setting=setting,
    )


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    app.callback(
        Output(ids.QUALITY_GRID, "rowData"),
        Output(ids.QUALITY_MEANS, "children"),
        Output(ids.QUALITY_OVERDUE, "children"),
        Input(ids.QUALITY_AGAIN, "n_intervals"),
        State(ids.QUALITY_PLACE, "data"),
        State(ids.PAGE_REALM, "data"),
        prevent_initial_call=True,
    )(refresh)


def refresh(_count: int | None, place: Mapping[str, Any] | None, realm: str | None) -> Any:
    """Return the board as it stands now, in the world that the page shows."""
    if session.person() is None:
        return (no_update,) * 3
    there = page_realm.world_again(realm)
    reach, setting = there.reach, there.setting
    by, agency = (place or {}).get("by", "dataset"), (place or {}).get("agency")
    found = scored(reach, setting.person, by, agency, setting)
    late = overdue(reach, setting.person, agency)
    return (
        rows_in_world(quality_board.rows(found, setting=setting), setting.realm),
        quality_board.criteria(means(reach), setting=setting),
        lead_on(
            quality_board.overdue_list(late, now_ms=reach.now_ms(), setting=setting), setting.realm
        ),
    )


def means(reach: Desk) -> list[CriterionMean]:
    """Return each criterion over all datasets, as the aggregate has it."""
    numbers = _part(reach.cache.read(SCORES), "numbers")
    return [
        CriterionMean(
            each,
            numbers.get(each, {}).get("value"),
            numbers.get(each, {}).get("note"),
            numbers.get(each, {}).get("status", "normal") != "normal",
        )
        for each in CRITERIA
    ]


def scored(reach: Desk, who: Person, by: str, agency: str | None, setting: Setting) -> list[Scored]:
    """Return the scores by agency, or by dataset within the person's ceiling, by name."""
    tables = _part(reach.cache.read(SCORES), "tables")
    if by == "agency":
        found = [_of_agency(row) for row in tables.get("agencies", {}).get("rows", ())]
    else:
        found = [
            _of_dataset(row)
            for row in tables.get("datasets", {}).get("rows", ())
            if _may_see(reach, who, row["dataset"]) and agency in (None, row["agency"])
        ]
    return sorted(found, key=lambda each: sort_key(pick(each.name, setting.language)))


def overdue(reach: Desk, who: Person, agency: str | None) -> list[Overdue | Drifted]:
    """Return what is below its floor and what has drifted, by agency, the longest first."""
    tables = _part(reach.cache.read(OVERDUE), "tables")
    found: list[Overdue | Drifted] = [
        Overdue(
            owner=row["owner"],
            dataset=row["dataset"],
            name=row["name"],
            criterion=row["criterion_id"],
            score=row["score"],
            floor=row["floor"],
            since_ms=row["since"],
        )
        for row in tables.get("overdue", {}).get("rows", ())
        if _may_see(reach, who, row["dataset"]) and agency in (None, row["agency"])
    ]
    drift = reach.cache.read(DRIFT)
    if drift is not None and agency in (None, drift.owner):
        found += [
            Drifted(drift.owner_label, item["title"], item["detail"], item["atMs"])
            for item in _part(drift, "items").get("active", ())
            if _may_see(reach, who, item["source"]["dataset"])
        ]
    return sorted(found, key=lambda each: (each.owner["vi"], each.since_ms))


def _of_dataset(row: Mapping[str, Any]) -> Scored:
    below = frozenset(row["below"])
    return Scored(
        entry_id=row["dataset"],
        name=row["name"],
        owner=row["owner"],
        scores={each: row[each] for each in CRITERIA},
        below=below,
        count=len(below),
    )


def _of_agency(row: Mapping[str, Any]) -> Scored:
    return Scored(
        entry_id=row["agency"],
        name=row["owner"],
        owner=None,
        scores={each: row[each] for each in CRITERIA},
        below=frozenset(),
        count=row["below"],
        datasets=row["datasets"],
    )


def _drill(
    reach: Desk,
    contract: DatasetContract,
    criterion: str,
    who: Person,
    setting: Setting,
    named: Mapping[str, str | None],
) -> Any:
    allowed(contract, who, place=PLACE)
    rows = _part(reach.cache.read(SCORES), "tables").get("datasets", {}).get("rows", ())
    row: Mapping[str, Any] = next((r for r in rows if r["dataset"] == contract.id), {})
    owner = reach.city.agencies[contract.owner]
    steward = reach.city.agencies.get(contract.steward or "")
    is_now = setting.realm == LIVE
    findings, history = _stored(reach, contract.id, is_now=is_now)
    names = _names(reach, contract.id, setting.language)
    drilled = Drilled(
        dataset=contract.id,
        name=contract.name,
        owner=owner.name,
        steward=steward.name if steward else None,
        phone=contract.phone or owner.phone,
        criterion=criterion,
        scores={each: row.get(each) for each in CRITERIA},
        floors={each: contract.floors.of(each) for each in CRITERIA},
        below=frozenset(row.get("below", ())),
        parts=tuple(
            _checked(reach, contract, each, who, setting, names=names)
            for each in findings or ()
            if each.criterion == criterion
        ),
        is_readable=findings is not None,
        is_kept=is_now,
        behind=_behind(reach, contract, named, who, setting, names=names),
    )
    return quality_drill.page(drilled, history, link=page_setting.link(), setting=setting)


def _behind(
    reach: Desk,
    contract: DatasetContract,
    named: Mapping[str, str | None],
    who: Person,
    setting: Setting,
    *,
    names: Mapping[str, str],
) -> Behind | None:
    """Return the rows of the thing that the address names, None when it names none."""
    which = {name: named.get(name) for name in ("entity", "area")}
    name = next((each for each in which.values() if each), None)
    if name is None or len(name) > LONGEST_NAME:
        return None
    source = {"dataset": contract.id, "indicator": named.get("indicator"), **which}
    unit = reach.city.areas.get(name) if which["area"] else None
    shown = pick(unit.title, setting.language) if unit is not None else names.get(name, name)
    return Behind(shown, source_rows(reach, source, who=who, setting=setting))


def _stored(reach: Desk, dataset: str, *, is_now: bool) -> tuple[list[Finding] | None, Course]:
    """Return what the newest scores are made of (None: not readable), and their courses.

    Of another time than now nothing is kept but the courses, by the hour.
    """
    now_ms = reach.now_ms()
    until_hour = int(now_ms // HOUR_MS) + is_now
    since_hour = int(now_ms // HOUR_MS) - HISTORY_HOURS
    nothing = Course({}, now_ms - HISTORY_HOURS * HOUR_MS, now_ms)
    if reach.snapshot is None:
        return None, nothing
    try:
        with reach.snapshot() as snapshot:
            found = scores.findings(snapshot, dataset) if is_now else []
            history = scores.history(
                snapshot, dataset, since_hour=since_hour, until_hour=until_hour
            )
    except DataError as error:
        log.warning("scores of %s cannot be read: %s", dataset, error)
        return None, nothing
    first_hour = min((hour for line in history.values() for hour, _ in line), default=since_hour)
    lines: dict[str, list[tuple[float, float]]] = {
        each: [(hour * HOUR_MS, score) for hour, score in history.get(each, ())]
        for each in CRITERIA
    }
    # A score is of its hour, whole: the newest one holds until now.
    ended = {each: [*line, (now_ms, line[-1][1])] if line else [] for each, line in lines.items()}
    return found, Course(ended, first_hour * HOUR_MS, now_ms)


def _names(reach: Desk, dataset: str, language: str) -> dict[str, str]:
    """Return what the room calls the entities of a dataset; rows say what their source does."""
    found = {link: each.name for link, each in reach.city.network.links.items()}
    if reach.snapshot is None:
        return found
    try:
        with reach.snapshot() as snapshot:
            places = [each for each in snapshot.places(dataset).values() if each.name]
    except DataError as error:
        log.warning("places of %s cannot be read: %s", dataset, error)
        return found
    called = reach.city.called
    return found | {each.entity: pick(called(dataset, each.name), language) for each in places}


def _checked(
    reach: Desk,
    contract: DatasetContract,
    found: Finding,
    who: Person,
    setting: Setting,
    *,
    names: Mapping[str, str],
) -> CheckedPart:
    wrong = None
    if who.may(Right.SEE_SOURCE_ROWS):
        wrong = tuple(
            wrong_words(reach.city, contract, found.criterion, each, setting, names=names)
            for each in found.evidence
        )
    return CheckedPart(
        name=found.part,
        formula=formula(contract, found.part, setting),
        right=found.right,
        checked=found.checked,
        score=_score(found),
        wrong=wrong,
        total=found.wrong,
    )


def _score(found: Finding) -> float:
    part = Part(found.part, found.right, found.checked)
    return part.score or 0.0


def _may_see(reach: Desk, who: Person, dataset: str) -> bool:
    contract = reach.city.datasets.get(dataset)
    return contract is not None and who.may_see(contract.classification)


def _part(envelope: Envelope | None, kind: str) -> Mapping[str, Any]:
    found: Any = envelope.payload.get(kind, {}) if envelope is not None else {}
    return found if isinstance(found, Mapping) else {}
