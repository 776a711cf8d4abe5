"""The page of briefs: read within a person's ceiling, made anew, approved, asked about, sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update

from analytics.brief.endpoint import Endpoint, endpoint_of
from analytics.brief.errors import EndpointError
from analytics.brief.finding import Finding, finding_in, name_of
from analytics.brief.occasion import alerts, id_of
from callbacks import brief_deeds, console_sending, page_realm, page_setting, session
from callbacks.brief_deeds import Refused, rules_of
from callbacks.desk import Desk, desk
from callbacks.walls import all_walls, control_of
from jobs.job import State as JobState
from jobs.store import JobStore
from language import has, pick, say, text
from layouts import ids
from layouts.pages import brief as view
from layouts.pages.brief import Alert, BriefView, Model, Place
from layouts.pages.brief_text import brief_text
from layouts.pages.outcome import Outcome, result
from layouts.pages.shell import Setting
from layouts.tiles.status import gravity
from permissions.errors import Forbidden
from permissions.roles import Person, Right

SCENE = "brief"
DRAWN = (
    (ids.BRIEF_RESULT, "children"),
    (ids.BRIEF_JOB, "data"),
    (ids.BRIEF_AGAIN, "disabled"),
    (ids.BRIEF_HEAD, "children"),
    (ids.BRIEF_TEXT, "children"),
    (ids.BRIEF_DEEDS, "children"),
    (ids.BRIEF_SEEN, "data"),
)


def layout(
    kind: str | None = None,
    state: str | None = None,
    language: str | None = None,
    realm: str | None = None,
    date: str | None = None,
    time: str | None = None,
) -> Any:
    """Build the page; a leader or operator begins with the draft, others with what is approved."""
    who = session.person()
    if who is None or not who.may(Right.SEE_CONSOLE):
        raise Forbidden("no console")
    named = {"kind": kind, "state": state, "language": language}
    there = page_realm.world("/brief", realm, date, time, **named)
    place = _place(who, kind, state, language or there.setting.language)
    shown = _view(there.reach, who, place) if there.is_live else _then(there.reach, who, place)
    return view.page(shown, link=page_setting.link(), setting=there.setting)


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    app.callback(
        *_outputs(again=False),
        Input(ids.brief_deed(ALL, ALL), "n_clicks"),  # type: ignore[arg-type]
        State(ids.BRIEF_SEEN, "data"),
        prevent_initial_call=True,
    )(act)
    app.callback(
        *_outputs(again=True),
        Input(ids.BRIEF_AGAIN, "n_intervals"),
        State(ids.BRIEF_JOB, "data"),
        State(ids.BRIEF_SEEN, "data"),
        prevent_initial_call=True,
    )(follow)
    app.callback(
        Output(ids.BRIEF_ANSWER, "children"),
        Input(ids.BRIEF_ASK, "n_clicks"),
        Input(ids.BRIEF_QUESTION, "n_submit"),
        State(ids.BRIEF_QUESTION, "value"),
        State(ids.BRIEF_SEEN, "data"),
        running=[
            (Output(ids.BRIEF_ASKING, "hidden"), False, True),
            (Output(ids.BRIEF_ASK, "disabled"), True, False),
        ],
        prevent_initial_call=True,
    )(question)


def _outputs(*, again: bool) -> list[Output]:
    """Return what is drawn when something was done: by a key, or `again` by its job's end."""
    return [Output(name, part, allow_duplicate=again) for name, part in DRAWN]


def act(_clicks: Any, seen: Mapping[str, str] | None) -> Any:
    """Do what the pressed key says, and say what came of it."""
    who, pressed = session.person(), ctx.triggered_id
    if who is None or not seen or not ctx.triggered[0]["value"]:
        return (no_update,) * len(DRAWN)  # without a value a key was drawn anew, nobody pressed it
    reach, setting = desk(), page_setting.setting()
    place = _place(who, seen.get("kind"), seen.get("state"), seen.get("language", ""))
    deed, about = str(pressed["deed"]), str(pressed["about"])
    try:
        if deed == "wall":
            outcome = console_sending.send(reach, who, about, SCENE, setting.language)
            return (_told(outcome, reach, setting), *(no_update,) * 6)
        if deed == "approve":
            brief_deeds.approve(reach, who, place.kind, seen.get("digest", ""))
            outcome = Outcome(True, view.tell("done.approved", setting))
            approved = Place(place.kind, "approved", place.language)
            return (
                _told(outcome, reach, setting),
                None,
                True,
                *_drawn(reach, who, approved, setting),
            )
        job = brief_deeds.make(reach, who, _inputs(deed, about), _title(reach, place.kind))
    except Refused as error:
        outcome = Outcome(False, view.tell(f"error.{error.code}", setting))
        return (_told(outcome, reach, setting), *(no_update,) * 6)
    return html.P(view.tell("page.waiting", setting)), job.id, False, *(no_update,) * 4


def follow(_count: int | None, job_id: str | None, seen: Mapping[str, str] | None) -> Any:
    """Say how far the brief that was asked for is, and draw it when it is made."""
    who, reach = session.person(), desk()
    if who is None or not job_id or not seen:
        return no_update, no_update, True, *(no_update,) * 4
    setting = page_setting.setting()
    job = JobStore(reach.engine, city=reach.settings.city).find(job_id, with_result=False)
    if job is not None and not job.has_ended:
        key = "page.busy" if job.state == JobState.RUNNING else "page.waiting"
        return html.P(view.tell(key, setting)), *(no_update,) * 6
    if job is None or job.state != JobState.DONE:
        code = "" if job is None else job.code
        why = view.tell(f"error.{code}", setting) if has(f"brief.error.{code}") else (
            say(job.reason, setting.language) if job else ""
        )  # fmt: skip
        outcome = Outcome(False, view.tell("done.failed", setting, why=why))
        return _told(outcome, reach, setting), None, True, *(no_update,) * 4
    place = _place(who, seen.get("kind"), "draft", seen.get("language", ""))
    outcome = Outcome(True, view.tell("done.made", setting))
    return _told(outcome, reach, setting), None, True, *_drawn(reach, who, place, setting)


def question(
    _clicks: int | None,
    _submits: int | None,
    asked: str | None,
    seen: Mapping[str, str] | None,
) -> Any:
    """Return the answer to a question over the brief that is shown."""
    who, reach = session.person(), desk()
    endpoint = endpoint_of(reach.settings)
    if who is None or endpoint is None or not seen or not (asked or "").strip():
        return no_update
    setting = page_setting.setting()
    place = _place(who, seen.get("kind"), seen.get("state"), seen.get("language", ""))
    finding = _finding(reach, who, place)
    if finding is None:
        return html.P(view.tell("page.nothing", setting))
    try:
        told = brief_deeds.ask(who, asked or "", finding, endpoint, language=place.language)
    except EndpointError as error:
        why = view.tell(f"endpoint.{error.code}", setting)
        return html.P(view.tell("page.answer_failed", setting, why=why), className="ink-warning")
    except Refused as error:
        return html.P(view.tell(f"error.{error.code}", setting), className="ink-warning")
    parts = [html.P(words, lang=place.language) for words, _ in told.parts]
    if told.refused:
        words = view.tell("page.answer_refused", setting, count=len(told.refused))
        parts.append(html.P(words, className="ink-warning"))
    return parts or html.P(view.tell("page.answer_none", setting))


def _drawn(reach: Desk, who: Person, place: Place, setting: Setting) -> tuple[Any, ...]:
    shown = _view(reach, who, place)
    return (
        view.head(place, setting=setting),
        brief_text(shown.finding, place, setting=setting),
        view.deeds(shown, setting=setting),
        view.seen(shown),
    )


def _place(who: Person, kind: str | None, state: str | None, language: str) -> Place:
    may = who.may(Right.APPROVE_BRIEFS)
    begins = "draft" if may else "approved"
    return Place(
        kind=kind if kind in view.KINDS else "morning",
        state=state if state in view.STATES and may else begins,
        language=language if language in ("vi", "en") else "vi",
    )


def _then(reach: Desk, who: Person, place: Place) -> BriefView:
    """Return a brief as it stood then, to be read: what is done, is done now."""
    finding = _finding(reach, who, place, is_then=True)
    return BriefView(place=place, finding=finding, may_approve=False, is_then=True)


def _finding(reach: Desk, who: Person, place: Place, *, is_then: bool = False) -> Finding | None:
    def read(*, draft: bool) -> Finding | None:
        name = name_of(place.kind, draft=draft)
        return finding_in(brief_deeds.published(reach, name, is_then=is_then))

    finding = read(draft=False)
    if place.is_draft:
        draft = read(draft=True)
        if draft is None or finding is None or draft.digest != finding.digest:
            finding = draft  # else it has been approved as it is
    found = None if finding is None else finding.within(who.ceiling)
    return found if found is not None and found.brief.sentences else None


def _view(reach: Desk, who: Person, place: Place) -> BriefView:
    endpoint = endpoint_of(reach.settings)
    return BriefView(
        place=place,
        finding=_finding(reach, who, place),
        may_approve=who.may(Right.APPROVE_BRIEFS),
        alerts=_alerts(reach, who, place.language) if place.kind == "flash" else (),
        walls=tuple(
            (wall.wall_id, pick(reach.walls[wall.wall_id].name, place.language))
            for wall in all_walls(reach)
            if SCENE in reach.scenes.get(wall.wall_id, {})
            and who.may_command(control_of(reach, wall.wall_id))
        ),
        model=None if endpoint is None else _model(endpoint),
    )


def _model(endpoint: Endpoint) -> Model:
    return Model(endpoint.model, endpoint.ceiling.level)


def _alerts(reach: Desk, who: Person, language: str) -> tuple[Alert, ...]:
    """Return the alerts a flash brief can be made of and this person may see, the gravest first."""
    rules = rules_of(reach.settings.city).get("flash")
    if rules is None:
        return ()
    envelopes = reach.cache.read_many(rules.alerts)
    allowed = {n: e for n, e in envelopes.items() if who.may_see(e.classification)}
    found = list(alerts(rules.alerts, allowed, ceiling=rules.ceiling.classification))
    found.sort(key=lambda each: (-gravity(each[1]["severity"]), -each[1]["atMs"]))
    return tuple(
        Alert(id_of(each), pick(each[1]["title"], language), each[1]["severity"]) for each in found
    )


def _inputs(deed: str, about: str) -> dict[str, Any]:
    if deed == "flash":
        aggregate, _, item = about.partition(":")
        return {"what": "flash", "about": {"aggregate": aggregate, "item": item}}
    return {"what": "morning", "rephrase": deed == "rephrase"}


def _title(reach: Desk, kind: str) -> Mapping[str, str]:
    rules = rules_of(reach.settings.city).get(kind)
    return {each: text(f"brief.page.kind.{kind}", each) for each in ("vi", "en")} | (
        {} if rules is None else dict(rules.title)
    )


def _told(outcome: Outcome, reach: Desk, setting: Setting) -> Any:
    return result(outcome, now_ms=reach.now_ms(), setting=setting)
