"""The page of calibrations: the newest of each twin, and asking for another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from dash import ALL, Dash, Input, Output, ctx, no_update

from callbacks import page_realm, page_setting, runs, session
from callbacks.catalogue import reader
from callbacks.desk import Desk, desk
from callbacks.twins import Bases, job_kind
from data_access.store.reader import StoreReader
from jobs.errors import JobError
from jobs.job import Job, State
from jobs.kinds import offered
from jobs.working import WorkFailed
from language import LANGUAGES, say, text, told, words_of
from layouts import ids
from layouts.pages import calibration as view
from layouts.pages.calibration import Calibrated
from layouts.pages.data_page import unkept_page
from permissions.errors import Forbidden
from permissions.roles import Right
from twin.calibrated import LOOKED_AT, model_of
from twin.drainage.gauges import levels_from_gauges, seen_from_gauges, storm_from_gauges
from twin.drainage.plan import read_plan as read_water
from twin.drainage.scenario import CITY_MODEL
from twin.traffic.city_streets import city_streets
from twin.traffic.imports import open_import
from twin.traffic.observed import observe
from twin.traffic.plan import read_plan as read_roads
from twin.traffic.scenario import Base

KINDS = ("traffic", "drainage")
BACK_H = 24.0  # of rain and levels at gauges
BACK = timedelta(hours=BACK_H)


def layout(realm: str | None = None, date: str | None = None, time: str | None = None) -> Any:
    """Build the page, in the world its address names; a twin is fitted now alone."""
    if not reader().may(Right.SEE_TWINS):
        raise Forbidden("not for this role")
    there = page_realm.world("/data/twins", realm, date, time)
    setting = there.setting
    if there.is_over:
        return unkept_page("twins", "over", link=page_setting.link(), setting=setting)
    may_run = setting.person.may(Right.RUN_TWINS) and there.is_live
    twins = _twins(there.reach, is_live=there.is_live)
    return view.page(twins, may_run=may_run, link=page_setting.link(), setting=setting)


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    app.callback(
        Output(ids.CALIBRATION_BODY, "children"),
        Output(ids.CALIBRATION_POLL, "disabled"),
        Input({"part": "calibrate", "kind": ALL, "network": ALL, "peak": ALL}, "n_clicks"),
        Input(ids.CALIBRATION_POLL, "n_intervals"),
        prevent_initial_call=True,
    )(follow)


def follow(_keys: Any, _poll: Any) -> Any:
    """Begin a calibration, or say how one stands."""
    who, by = session.person(), _pressed()
    if who is None or not who.may(Right.SEE_TWINS):
        return no_update, no_update
    setting, may_run = page_setting.setting(), who.may(Right.RUN_TWINS)
    problems: dict[tuple[str, str], str] = {}
    if by is None and ids.CALIBRATION_POLL not in ctx.triggered_prop_ids.values():
        return no_update, no_update  # a key was drawn anew, nobody pressed it
    if by is not None:
        if not may_run:
            session.audit(who, "twin.calibrate", "refused", code="forbidden")
            return no_update, no_update
        kind, network = str(by["kind"]), str(by["network"])
        problems = {(kind, network): _ask(desk(), by, who.user_id)}
    twins = _twins(desk())
    parts = view.body_of(twins, may_run=may_run, setting=setting, problems=problems)
    return parts, not any(view.is_running(each) for each in twins)


def _pressed() -> Mapping[str, Any] | None:
    """Return the key that was pressed, if any.

    The clock's turn, or keys that were drawn anew, may come in the same call and before it.
    """
    found = ctx.triggered_prop_ids
    pressed = [found.get(each["prop_id"]) for each in ctx.triggered if each["value"]]
    return next((key for key in pressed if isinstance(key, Mapping)), None)


def inputs_of(reach: Desk, kind: str, network: str = "", peak: str = "") -> dict[str, Any]:
    """Return the inputs of a calibration: what was observed, resolved now.

    Of the city's own model, or of an imported one of this name (`network`); of roads at a `peak`.
    Raises ValueError, WorkFailed.
    """
    city, folder = reach.city, reach.settings.city
    if reach.snapshot is None:
        raise ValueError(told("the store cannot be read from here"))
    if kind == "traffic":
        roads = read_roads(folder, city)
        if roads is None:
            raise ValueError(told("this city has no traffic twin"))
        base, streets = Base(peak="evening" if peak == "evening" else "morning"), None
        if network:
            net = open_import(reach.settings, network, roads, None)
            named = {"network": network, "networkHash": net.hash}
            base, streets = base.model_copy(update=named), net.streets
        with reach.snapshot() as snapshot:
            observed = observe(snapshot, city, streets or city_streets(city, roads), base)
        return {"base": base.model_dump(), "observed": observed}
    water = read_water(folder, city)
    if water is None:
        raise ValueError(told("this city has no drainage twin"))
    reader = cast(StoreReader, reach.rows)
    now = datetime.fromtimestamp(reach.now_ms() / 1000, UTC)
    storm = storm_from_gauges(reader, city, water, now - BACK, now)
    scenario = {"storm": storm.model_dump(mode="json", by_alias=True), "durationH": BACK_H}
    if network:
        options = reach.twins.options("drainage", reach.settings, city, Bases(model=network)) or {}
        scenario |= {"model": network, "modelHash": options.get("modelHash")}
    return {
        "scenario": scenario,
        "levels": levels_from_gauges(reader, now - BACK, now),
        "seen": seen_from_gauges(reader, now),
    }


def _ask(reach: Desk, key: Mapping[str, str], user_id: str) -> str:
    """Have calibrated what a key is of; return why not, empty where it is asked."""
    kind, network = str(key["kind"]), str(key["network"])
    who, target = session.person(), f"{job_kind(kind)}.calibrate"
    asked = session.audit(who, "twin.calibrate", "asked", target=target)
    title = {each: text("what_if.calibration.title", each) for each in LANGUAGES}
    try:
        if network and network not in _imported(reach, kind):
            raise ValueError(
                told("{network}: no network of that name was imported", network=network)
                if kind == "traffic"
                else told("no model {model!r} has been imported", model=network)
            )
        inputs = inputs_of(reach, kind, network, str(key["peak"]))
        job = runs.store(reach).ask(target, inputs, user_id, reach.now_ms(), title=title)
    except (JobError, WorkFailed, ValueError) as error:
        code = getattr(error, "code", "input")
        session.audit(who, "twin.calibrate", "failed", target=target, code=code, answers=asked)
        return say(words_of(error), page_setting.setting().language)
    session.audit(who, "twin.calibrate", "ok", target=f"job/{job.id}", answers=asked)
    return ""


def _twins(reach: Desk, *, is_live: bool = True) -> list[Calibrated]:
    known = offered()
    there = reach.twins.there(reach.settings, reach.city)
    found: list[Calibrated] = []
    for kind in KINDS:
        if kind in there and f"{job_kind(kind)}.calibrate" in known:
            if kind != "traffic" or reach.twins.has_roads(reach.settings, reach.city):
                found.append(_calibrated(reach, kind, None))
            found += [_calibrated(reach, kind, name) for name in _imported(reach, kind)]
    return [_held(each, reach) for each in found] if is_live else found


def _held(twin: Calibrated, reach: Desk) -> Calibrated:
    """Return a twin with why its calibration holds no more, where that is so."""
    if twin.result is None:
        return twin
    from twin.today import outdated_now  # the twins' own readers, and pandas with them

    why = outdated_now(twin.kind, reach.settings, twin.network, twin.result)
    return replace(twin, outdated=why)


def _imported(reach: Desk, kind: str) -> list[str]:
    """Return the names of the imported networks, or models of drainage."""
    models, networks = reach.twins.imported(kind, reach.settings)
    return networks if kind == "traffic" else models


def _calibrated(reach: Desk, kind: str, network: str | None) -> Calibrated:
    store, now_ms = runs.store(reach), reach.now_ms()
    model = network if kind == "traffic" else network or CITY_MODEL
    recent = [
        job
        for job in store.recent([f"{job_kind(kind)}.calibrate"], LOOKED_AT)
        if job.asked_at_ms <= now_ms
        and (job.finished_at_ms or 0) <= now_ms
        and model_of(kind, job.inputs) == model
    ]
    done = next((job for job in recent if job.state == State.DONE), None)
    whole = store.find(done.id) if done is not None else None
    result: Mapping[str, Any] | None = whole.result if whole is not None else None
    newest: Job | None = recent[0] if recent else None
    if newest is not None and done is not None and newest.id == done.id:
        newest = None
    return Calibrated(kind, result, done.finished_at_ms if done else None, newest, network)
