"""The page of one run: followed while it is under way, cancelled, attached to a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import orjson
from dash import Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from callbacks import page_setting, runs, session
from callbacks.console_tiles import within_ceiling
from callbacks.desk import Desk, desk
from callbacks.names import people_names
from callbacks.what_if_tiles import Shown, draw, envelope_of, maps_of, tile_kind
from data_access.envelope import Envelope
from jobs.job import Job
from jobs.job import State as JobState
from language import pack, pick
from layouts import ids
from layouts.pages import what_if
from layouts.pages import what_if_run as view
from layouts.pages.console_plan import Rect
from layouts.pages.shell import Setting
from layouts.pages.what_if_signals import signals
from layouts.pages.what_if_wards import wards
from layouts.pages.what_if_words import tell
from permissions.roles import Person, Right
from twin import calibrated
from twin.naming import named
from twin.result import RunResult

GAP_PX = 16
LEFT_SHARE = 0.6
FIGURES_SHARE = 0.5
LEAST = (1180.0, 560.0)
SPOTS = {"vi": "Điểm ngập", "en": "Flooded places"}
AGAINST = {"vi": "So với hiện trạng mô phỏng", "en": "Against the simulated base"}
PARTY = "party.documents"
MOST_DOCUMENTS = 40

Size = Mapping[str, float]


def layout(job_id: str, setting: Setting) -> Any:
    """Build the page of a run."""
    reach = desk()
    job = runs.find(reach, job_id)
    if job is None:
        words = tell("no_run", setting)
        return what_if.nothing(words, link=page_setting.link(), setting=setting)
    return what_if.answering(
        pick(job.title, setting.language),
        job_id=job.id,
        is_over=job.has_ended,
        kind=runs.kind_of(job) or "",
        link=page_setting.link(),
        setting=setting,
    )


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    app.callback(
        Output(ids.WHAT_IF_STATE, "children"),
        Output(ids.WHAT_IF_BODY, "children"),
        Output(ids.WHAT_IF_SHOWN, "data"),
        Output(ids.WHAT_IF_POLL, "disabled"),
        Input(ids.WHAT_IF_SIZE, "data"),
        Input(ids.WHAT_IF_POLL, "n_intervals"),
        State(ids.WHAT_IF_JOB, "data"),
        State(ids.WHAT_IF_SHOWN, "data"),
        prevent_initial_call=True,
    )(follow)
    app.callback(
        Output(ids.WHAT_IF_POLL, "n_intervals"),
        Input(ids.WHAT_IF_CANCEL, "n_clicks"),
        State(ids.WHAT_IF_JOB, "data"),
        State(ids.WHAT_IF_POLL, "n_intervals"),
        prevent_initial_call=True,
    )(cancel)
    app.callback(
        Output(ids.WHAT_IF_NOTES, "children"),
        Output(ids.WHAT_IF_NOTE, "value"),
        Input(ids.WHAT_IF_ATTACH, "n_clicks"),
        Input(ids.WHAT_IF_NOTE, "n_submit"),
        State(ids.WHAT_IF_NOTE, "value"),
        State(ids.WHAT_IF_JOB, "data"),
        prevent_initial_call=True,
    )(attach)


def follow(size: Size | None, _poll: Any, job_id: str | None, shown: Any) -> Any:
    """Show how a run stands, and its answer when it has another than is shown.

    The page looks again only while the run is under way.
    """
    who, reach, setting = session.person(), desk(), page_setting.setting()
    if who is None or not who.may(Right.SEE_TWINS) or not size:
        return (no_update,) * 4
    job = runs.find(reach, job_id or "")
    if job is None:
        return view.gone(setting), [], None, True
    state = view.state(_named(reach, job), setting)
    result = runs.result_of(job)
    # What an answer looks like depends on these alone; maps that are drawn anew lose their place.
    edition = [job.state, _digest(result), size["width"], size["height"]]
    if result is None or edition == shown:
        return state, no_update, no_update, job.has_ended
    envelope = envelope_of(reach, job.id, runs.title(job), result, result_hash=job.result_hash)
    if not who.may_see(envelope.classification):
        return view.gone(setting), [], None, True
    left, figures = _plan(result, job.id, max(size["width"], LEAST[0]), _height(size, job))
    given = {envelope.aggregate: envelope}
    language = setting.language
    answer = view.answer(
        job,
        result,
        draw(reach, left, given, language),
        draw(reach, [figures], given, language),
        _below(reach, job, result),
        key="/".join(map(str, edition)),
        setting=setting,
    )
    return state, answer, edition, job.has_ended


def _named(reach: Desk, job: Job) -> Job:
    """Return a job whose reason calls streets and pumps by their names, ids behind them."""
    kind = runs.kind_of(job)
    if kind is None or not job.reason:
        return job
    asked = job.inputs.get("scenario")
    options = reach.twins.asked_of(kind, reach.settings, reach.city, asked)
    return replace(job, reason=pack(named(job.reason, options)))


def cancel(pressed: Any, job_id: str | None, looked: int | None) -> Any:
    """Have a run end, and look at once."""
    who, reach = session.person(), desk()
    job = runs.find(reach, job_id or "") if pressed else None
    if job is None:
        return no_update
    target = f"job/{job.id}"
    if who is None or not who.may(Right.RUN_TWINS):
        session.audit(who, "twin.cancel", "refused", target=target, code="forbidden")
        return no_update
    asked = session.audit(who, "twin.cancel", "asked", target=target)
    runs.store(reach).cancel(job.id, reach.now_ms())
    session.audit(who, "twin.cancel", "ok", target=target, answers=asked)
    return (looked or 0) + 1


def attach(_pressed: Any, _entered: Any, words: str | None, job_id: str | None) -> Any:
    """Attach a run to a directive or procedure, by what it is called: a row of the audit."""
    who, reach, setting = session.person(), desk(), page_setting.setting()
    said = " ".join((words or "").split())[: runs.LONGEST_NOTE]
    job = runs.find(reach, job_id or "")
    if who is None or job is None or not said:
        return no_update, no_update
    target = f"job/{job.id}"
    if not who.may(Right.RUN_TWINS):
        session.audit(who, runs.ATTACH, "refused", target=target, code="forbidden")
        return no_update, no_update
    detail: dict[str, Any] = {"words": said, "resultHash": job.result_hash}
    envelope = party_documents(reach, who)
    if envelope is not None and said in names_of(envelope, setting.language):
        detail["classification"] = envelope.classification.to_json()
    session.audit(who, runs.ATTACH, "ok", target=target, detail=detail)
    return view.notes(runs.notes(reach, job.id, who), setting), ""


def inputs_of(reach: Desk, kind: str, scenario: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job's inputs: the scenario, and the newest calibrations, which decide it too."""
    return calibrated.inputs_of(runs.store(reach), kind, scenario)


def party_documents(reach: Desk, who: Person) -> Envelope | None:
    """Return the Party's documents under way, where the person may see them."""
    return within_ceiling(reach, [PARTY], who).get(PARTY)


def names_of(envelope: Envelope, language: str) -> list[str]:
    """Return what these documents are called."""
    table = envelope.payload.get("tables", {}).get("documents")
    if table is None:
        return []
    first = table["columns"][0]["id"]
    names = [row.get(first) for row in table["rows"][:MOST_DOCUMENTS]]
    return [pick(each, language) if isinstance(each, dict) else str(each) for each in names if each]


def _below(reach: Desk, job: Job, result: RunResult) -> list[Component]:
    setting = page_setting.setting()
    parts: list[Component] = []
    if job.has_ended:
        others = runs.listed(reach, but=[job.id], kind=runs.kind_of(job), limit=8)
        parts += view.keys(job, others, setting)
    parts += view.doubts(result, setting)
    parts += signals(result["details"].get("signalPlans", ()), job.id, setting)
    units = ((code, reach.city.areas.get(code)) for code in result["areas"])
    names = {code: unit.title for code, unit in units if unit is not None}
    parts += wards(result["areas"], names, setting)
    if job.has_ended:
        by = runs.who_of(job, people_names(reach))
        parts.append(view.provenance(job, result, by, setting))
        if setting.person.may(Right.RUN_TWINS):
            party = party_documents(reach, setting.person)
            known = [] if party is None else names_of(party, setting.language)
            parts += view.attaching(known, setting)
        parts.append(view.noted(runs.notes(reach, job.id, setting.person), setting))
    return parts


def _plan(result: RunResult, job_id: str, width: float, height: float) -> tuple[list[Shown], Shown]:
    """Return the tiles at the left, one above another, and the figures at the right."""
    left = round((width - GAP_PX) * LEFT_SHARE)
    of = [name for name in maps_of(result["kind"]) if name in result["frames"]]
    rows = [(name, "map") for name in of]
    if of == ["depth"]:
        rows.append(("depth", "spots"))
    shares = (0.66, 0.34) if rows[1:] and rows[1][1] == "spots" else (1 / len(rows),) * len(rows)
    tiles = [
        Shown(
            tile_kind(name),
            {"run": job_id, "show": show, **({"title": SPOTS} if show == "spots" else {})},
            Rect(0, 0, left, round((height - GAP_PX * (len(rows) - 1)) * share)),
            f"t{index}",
        )
        for index, ((name, show), share) in enumerate(zip(rows, shares, strict=True))
    ]
    room = Rect(0, 0, round(width - left - GAP_PX), round(height * FIGURES_SHARE))
    kind = tile_kind(of[0]) if of else "twin_traffic"
    return tiles, Shown(kind, {"run": job_id, "show": "figures", "title": AGAINST}, room, "f")


def _height(size: Size, job: Job) -> float:
    """Return the height for the answer: less while its progress stands above it."""
    above = 0.0 if job.state == JobState.DONE else view.STATE_PX
    return max(size["height"], LEAST[1]) - above


def _digest(result: RunResult | None) -> str:
    if result is None:
        return ""
    body = orjson.dumps(result, option=orjson.OPT_SORT_KEYS)
    return blake2b(body, digest_size=8).hexdigest()
