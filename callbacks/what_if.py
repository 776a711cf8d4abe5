"""The page of what-ifs: what is asked there, and which of its three parts an address shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update

from callbacks import (
    page_realm,
    page_setting,
    session,
    what_if_compare,
    what_if_rain,
    what_if_run,
)
from callbacks.desk import Desk, desk
from callbacks.runs import listed, store
from callbacks.tile_context import GEOMETRY
from callbacks.twins import Bases, job_kind, problem
from jobs.errors import JobError, Refused
from language import has, say, text, words_of
from layouts import ids
from layouts.pages import (
    what_if,
    what_if_bases,
    what_if_conditions,
    what_if_map,
    what_if_sheet,
    what_if_storm,
)
from layouts.pages import what_if_run as run_view
from layouts.pages.outcome import Outcome, result
from layouts.pages.what_if_draft import (
    LISTS,
    Draft,
    Options,
    new_draft,
    pressed,
    read_draft,
    scenario_of,
    with_open,
)
from layouts.pages.what_if_terms import DRAWN, settled
from layouts.pages.what_if_words import tell
from permissions.errors import Forbidden
from permissions.roles import Right
from twin.asked import asked as asked_in_words
from twin.measures import EVERYWHERE
from twin.naming import named


def layout(
    twin: str | None = None,
    model: str | None = None,
    network: str | None = None,
    run: str | None = None,
    runs: str | None = None,
    by: str | None = None,
    map: str | None = None,
    pair: str | None = None,
    realm: str | None = None,
    date: str | None = None,
    time: str | None = None,
) -> Any:
    """Build the part of the page an address names: asking a twin, a run, several compared.

    What is asked is asked of now, and a run keeps its own time: the page has no past, and says so.
    """
    reach = desk()
    setting, _ = page_realm.setting_of_now("what_if", realm, date, time)
    if not setting.person.may(Right.SEE_TWINS):
        raise Forbidden("not for this role")
    kinds = reach.twins.there(reach.settings, reach.city)
    link = page_setting.link()
    if not kinds:
        return what_if.nothing(tell("no_twins", setting), link=link, setting=setting)
    if run:
        return what_if_run.layout(run, setting)
    if runs:
        return what_if_compare.layout(runs, by or "", map or "", pair or "", setting)
    kind = twin if twin in kinds else kinds[0]
    options = _options(reach, kind, model, network)
    draft = new_draft(kind, options)
    models, networks = reach.twins.imported(kind, reach.settings)
    geometry = reach.cache.read(GEOMETRY)
    areas = geometry.quality.get("layers", {}).get("areas", {}) if geometry else {}
    return what_if.asking(
        kinds,
        kind,
        draft=draft.to_json(),
        pick_map=what_if_map.pick_map(
            draft,
            options,
            [each for each in LISTS[kind] if each != EVERYWHERE],
            land_url=areas.get("url"),
            language=setting.language,
        ),
        sheet=what_if_sheet.sheet(
            draft, options, may_run=setting.person.may(Right.RUN_TWINS), setting=setting
        ),
        recent=run_view.recent(listed(reach), setting),
        bases=what_if_bases.bases(
            draft, models, networks, options, setting, has_roads=_has_roads(reach)
        ),
        link=link,
        setting=setting,
    )


def register(app: Dash) -> None:
    """Add the callbacks of all parts to `app`."""
    sliders = {"part": "what-if-slider", "name": ALL}
    app.callback(
        Output(ids.WHAT_IF_DRAFT, "data"),
        Output(ids.WHAT_IF_SHEET, "children"),
        Output(ids.WHAT_IF_SEEN, "hideout"),
        Output(ids.WHAT_IF_RAIN, "data"),
        Input({"part": "what-if-key", "do": ALL, "about": ALL}, "n_clicks"),
        Input(ids.WHAT_IF_TOUCH, "n_clicks"),
        State(ids.WHAT_IF_TOUCH, "clickData"),
        State(sliders, "value"),
        State(sliders, "id"),
        State(ids.WHAT_IF_DRAFT, "data"),
        State(ids.WHAT_IF_RAIN, "data"),
        prevent_initial_call=True,
    )(edit)
    app.callback(
        Output(ids.WHAT_IF_STORM, "children"),
        Output(ids.WHAT_IF_SUMMARY, "children"),
        Input(ids.WHAT_IF_RAIN, "data"),
        State(ids.WHAT_IF_DRAFT, "data"),
        prevent_initial_call=True,
    )(draw)
    app.callback(
        Output(ids.WHAT_IF_GO, "href"),
        Output(ids.WHAT_IF_PROBLEM, "children"),
        Input(ids.WHAT_IF_RUN, "n_clicks"),
        State(sliders, "value"),
        State(sliders, "id"),
        State(ids.WHAT_IF_DRAFT, "data"),
        State(ids.WHAT_IF_RAIN, "data"),
        running=[(Output(ids.WHAT_IF_BUSY, "hidden"), False, True)],
        prevent_initial_call=True,
    )(ask)
    what_if_run.register(app)
    what_if_compare.register(app)


def edit(
    _keys: Any,
    _touches: Any,
    touched: Mapping[str, Any] | None,
    values: list[Any],
    names: list[dict[str, str]],
    body: Any,
    rain: Any,
) -> Any:
    """Change what is asked by a key, or by a tap on the map."""
    who, by = session.person(), ctx.triggered_id
    if who is None or not who.may(Right.SEE_TWINS) or not ctx.triggered[0]["value"]:
        return (no_update,) * 4  # without a value a key was drawn anew, nobody pressed it
    draft, options = _draft(body)
    if by == ids.WHAT_IF_TOUCH:
        do, about = "pick", _touched(touched)
    else:
        do, about = str(by["do"]), str(by["about"])
    draft = pressed(draft, do, about, _values(values, names), options, rain=rain)
    setting = page_setting.setting()
    course, said = None, ""
    if draft.is_set and draft.has_water:
        course, said = what_if_rain.seen(desk(), draft.terms, options, setting.language)
    parts = what_if_sheet.sheet(
        draft,
        options,
        may_run=who.may(Right.RUN_TWINS),
        setting=setting,
        course=course,
        said=said,
    )
    drawn = draft.terms.drawn
    depths = no_update if drawn is None else list(drawn.mm)
    return draft.to_json(), parts, what_if_map.marks(draft), depths


def draw(rain: Any, body: Any) -> Any:
    """Build the bars of a storm anew of what a hand drew, with what they add up to."""
    who = session.person()
    if who is None or not who.may(Right.SEE_TWINS):
        return no_update, no_update
    draft, options = _draft(body)
    terms = settled(draft.terms, {}, rain, options)
    if terms.storm != DRAWN or terms.drawn is None:
        return no_update, no_update
    setting = page_setting.setting()
    told = what_if_conditions.summary(replace(draft, terms=terms), options, setting)
    return what_if_storm.picture(terms, terms.drawn, setting), told


def ask(pressed_: Any, values: list[Any], names: list[dict[str, str]], body: Any, rain: Any) -> Any:
    """Have the question answered: go to its run, or say why not."""
    who, reach = session.person(), desk()
    if not pressed_:
        return no_update, no_update
    if who is None or not who.may(Right.RUN_TWINS):
        session.audit(who, "twin.ask", "refused", code="forbidden")
        return no_update, _problem("forbidden", "")
    draft, options = _draft(body)
    draft = pressed(draft, "", "", _values(values, names), options, rain=rain)
    draft = with_open(draft, options)
    if not draft.chosen and not draft.has_water:
        return no_update, _problem("nothing", "")
    target = job_kind(draft.kind)
    try:
        scenario = scenario_of(draft, options)
    except ValueError as error:
        return no_update, _problem(f"few.{error}", "")
    try:
        scenario = what_if_rain.with_rain(reach, draft, scenario)
    except ValueError:
        return no_update, _problem(str(draft.terms.storm), "")
    if wrong := problem(draft.kind, scenario, options):
        return no_update, _problem("input", named(wrong, options))
    asked = session.audit(who, "twin.ask", "asked", target=target, detail={"scenario": scenario})
    try:
        job = store(reach).ask(
            target,
            what_if_run.inputs_of(reach, draft.kind, scenario),
            who.user_id,
            reach.now_ms(),
            title=asked_in_words(scenario, options),
        )
    except JobError as error:
        code = getattr(error, "code", "failed")
        session.audit(who, "twin.ask", "failed", target=target, code=code, answers=asked)
        reason = words_of(error) if isinstance(error, Refused) else ""
        return no_update, _problem(code, reason)
    session.audit(who, "twin.ask", "ok", target=f"job/{job.id}", answers=asked)
    return f"{what_if.PATH}?run={job.id}", []


def _draft(body: Any) -> tuple[Draft, Options]:
    reach = desk()
    kinds = reach.twins.there(reach.settings, reach.city)
    given = body.get("kind") if isinstance(body, Mapping) else None
    kind = given if given in kinds else kinds[0]
    named = body if isinstance(body, Mapping) else {}
    options = _options(reach, kind, named.get("model"), named.get("network"))
    return read_draft(body, kind, options), options


def _options(reach: Desk, kind: str, model: Any, network: Any) -> Options:
    """Return what may be picked of the city's own models, or of imported ones that are there."""
    models, networks = reach.twins.imported(kind, reach.settings)
    if networks and network not in networks and not _has_roads(reach):
        network = networks[0]
    bases = Bases(model if model in models else None, network if network in networks else None)
    return reach.twins.options(kind, reach.settings, reach.city, bases) or {}


def _has_roads(reach: Desk) -> bool:
    return reach.twins.has_roads(reach.settings, reach.city)


def _values(values: list[Any], names: list[dict[str, str]]) -> dict[str, Any]:
    return {
        name["name"]: value
        for name, value in zip(names, values, strict=True)
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _touched(feature: Mapping[str, Any] | None) -> str:
    properties = (feature or {}).get("properties") or {}
    return str(properties.get("id", ""))


def _problem(code: str, reason: str) -> Any:
    setting = page_setting.setting()
    key = f"what_if.problem.{code}"
    words = text(key if has(key) else "what_if.problem.failed", setting.language)
    details = (say(reason, setting.language),) if reason else ()
    outcome = Outcome(False, words, details)
    return result(outcome, now_ms=desk().now_ms(), setting=setting)
