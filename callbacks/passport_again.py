"""The key of a passport that has a run of a twin or a forecast done again: is it the same?"""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, ctx, no_update

from callbacks import made_by, page_setting, runs, said_again, session
from callbacks.desk import Desk, desk
from jobs.errors import JobError
from jobs.job import Job
from jobs.job import State as JobState
from layouts import ids
from layouts.pages.passport import refusal
from layouts.pages.passport_made import again
from permissions.roles import Person, Right


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    app.callback(
        Output(ids.PASSPORT_AGAIN, "children"),
        Input(ids.PASSPORT_AGAIN_KEY, "n_clicks"),
        Input(ids.PASSPORT_AGAIN_POLL, "n_intervals"),
        State(ids.PASSPORT_RUN, "data"),
        prevent_initial_call=True,
    )(follow)


def follow(_pressed: Any, _looked: Any, job_id: str | None) -> Any:
    """Have a run done again when the key was pressed, and say how that goes."""
    who, reach, by = session.person(), desk(), ctx.triggered_id
    if who is None or not who.may(Right.SEE_TWINS) or not ctx.triggered[0]["value"]:
        return no_update
    setting = page_setting.setting()
    if said_again.is_forecast(job_id or ""):
        envelope = said_again.find(reach, job_id or "", who)
        if envelope is None:
            return refusal("unknown", setting=setting)
        if by == ids.PASSPORT_AGAIN_KEY:
            said_again.ask(reach, envelope, who)
        return again(said_again.again_of(reach, envelope, who=who, setting=setting), setting)
    job = runs.find(reach, job_id or "")
    if job is None or job.state != JobState.DONE:
        return no_update
    if by == ids.PASSPORT_AGAIN_KEY:
        _ask(reach, who, job)
    return again(made_by.again_of(reach, job, who=who, setting=setting), setting)


def _ask(reach: Desk, who: Person, job: Job) -> None:
    target = f"job/{job.id}"
    if not who.may(Right.RUN_TWINS):
        session.audit(who, "twin.again", "refused", target=target, code="forbidden")
        return
    asked = session.audit(who, "twin.again", "asked", target=target)
    inputs = {
        "of": job.id,
        "kind": job.kind,
        "inputs": dict(job.inputs),
        "hash": job.result_hash,
    }
    try:
        runs.store(reach).ask(
            made_by.AGAIN, inputs, who.user_id, reach.now_ms(), title=runs.title(job)
        )
    except JobError as error:
        code = getattr(error, "code", "failed")
        session.audit(who, "twin.again", "failed", target=target, code=code, answers=asked)
        return
    session.audit(who, "twin.again", "ok", target=target, answers=asked)
