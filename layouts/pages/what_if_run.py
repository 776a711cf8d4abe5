"""One run of a twin: how far it is, then its answer in place, with what is not to be believed.

Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from data_access.envelope import Text
from jobs.job import Job, State
from language import datetime_, has, number, pick, text
from language import say as say_told
from layouts import ids
from layouts.pages import proposals
from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting, icon
from layouts.pages.what_if_words import tell
from permissions.roles import Right
from twin.doubts import doubts as doubts_of
from twin.result import RunResult

HASH_SHOWN = 16
TRAFFIC = "twin.traffic"
SIGNALS = {"signals", "greenWave"}  # measures that change what signals do
STATE_PX = 92  # of the progress above an answer, and the air below it


@dataclass(frozen=True, slots=True)
class Listed:
    """A run in a list of recent ones."""

    job_id: str
    kind: str
    title: Text
    state: State
    asked_at_ms: float
    by: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a run was attached to: words, by whom, when."""

    words: str
    by: str
    at_ms: float


def state(job: Job, setting: Setting) -> list[Component]:
    """Return how a run stands while it has not come to its answer; nothing once it has."""
    if not job.has_ended:
        return [progress(job, setting)]
    return [] if job.state == State.DONE else [ended(job, setting)]


def answer(
    job: Job,
    result: RunResult,
    tiles: Sequence[Component],
    figures: Sequence[Component],
    below: Sequence[Component],
    *,
    key: str,
    setting: Setting,
) -> list[Component]:
    """Return an answer; `key` tells it from the one before, so that its maps are made anew."""
    first = [] if job.state == State.DONE else [_provisional(result, setting)]
    return [
        html.Div(
            [
                html.Div(list(tiles), className="wi-left"),
                html.Div(
                    [
                        *first,
                        *figures,
                        html.Div(list(below), className="scroll wi-below", tabIndex="0"),
                    ],
                    className="wi-right",
                ),
            ],
            className="wi-two",
            key=key,
        )
    ]


def keys(job: Job, others: Sequence[Listed], setting: Setting) -> list[Component]:
    """Return where one goes from an answer: beside others, to a wall, onto paper."""
    compare = f"/what-if?{urlencode({'runs': job.id})}"
    parts: list[Component] = [
        html.Div(
            [
                html.A(
                    [icon("bi-layout-split"), tell("compare", setting)],
                    href=compare,
                    className="key key-main wi-compare",
                ),
                document_key([job.id], setting),
                *_proposal_key(job, setting),
            ],
            className="choices",
        )
    ]
    if others:
        rows = [
            html.Li(
                html.A(
                    [html.Span(pick(each.title, setting.language)), icon("bi-plus-lg")],
                    href=f"/what-if?{urlencode({'runs': f'{job.id},{each.job_id}'})}",
                    className="key wi-entry",
                )
            )
            for each in others
        ]
        parts += [html.H2(tell("compare_with", setting)), html.Ul(rows, className="wi-entries")]
    return parts


def _proposal_key(job: Job, setting: Setting) -> list[Component]:
    """Return the way from what the twin found of signals to a proposal, for whom may propose."""
    asked = job.inputs.get("scenario") if job.kind == TRAFFIC else None
    measures = asked.get("measures", ()) if isinstance(asked, Mapping) else ()
    kinds = {each.get("kind") for each in measures if isinstance(each, Mapping)}
    if not kinds & SIGNALS or not setting.person.may(Right.PROPOSE_SIGNALS):
        return []
    words = [icon("bi-stoplights"), html.Span(text("proposals.new", setting.language))]
    return [html.A(words, href=proposals.href(new="1", run=job.id), className="key")]


def document_key(job_ids: Sequence[str], setting: Setting) -> Component:
    """Return the link to the page of paper of these runs."""
    query = urlencode({"runs": ",".join(job_ids), "language": setting.language})
    return html.A(
        [icon("bi-file-earmark-pdf"), tell("document", setting)],
        href=f"/what-if/document.pdf?{query}",
        className="key",
        target="_blank",
    )


def doubts(result: RunResult, setting: Setting) -> list[Component]:
    """Return all that limits an answer: the fit, what is invented, what was left out."""
    told = [tell(f"fit.{result['fit']['state']}", setting)]
    told += [pick(each, setting.language) for each in doubts_of(result)]
    return [
        html.H2([icon("bi-exclamation-triangle"), tell("doubts", setting)]),
        html.Ul([html.Li(each) for each in told], className="wi-doubts"),
    ]


def provenance(job: Job, result: RunResult, by: str, setting: Setting) -> Component:
    """Return by what an answer was made: engines, seeds, hash, who asked when, how long."""
    language = setting.language
    engines = ", ".join(f"{name} {each}" for name, each in result["engine"].items())
    at = datetime_(job.asked_at_ms, language=language, timezone=setting.timezone)
    facts = [
        ("engine", engines),
        ("seeds", ", ".join(str(seed) for seed in result["seeds"])),
        ("hash", job.result_hash[:HASH_SHOWN]),
        ("asked", f"{by} · {at}"),
        ("took", number(job.took_s, "s", decimals=1, language=language)),
        ("id", job.id),
    ]
    return html.Dl(
        [
            html.Div([html.Dt(tell(f"fact.{name}", setting)), html.Dd(words or "–")])
            for name, words in facts
        ],
        className="facts wi-facts",
    )


def attaching(documents: Sequence[str], setting: Setting) -> list[Component]:
    """Return the field that attaches a run to a directive or procedure, by its number or name."""
    return [
        html.H2(tell("attach", setting)),
        html.Div(
            [
                html.Label(
                    tell("attach_to", setting),
                    htmlFor=ids.WHAT_IF_NOTE,
                    className="visually-hidden",
                ),
                dcc.Input(
                    id=ids.WHAT_IF_NOTE,
                    type="text",
                    placeholder=tell("attach_to", setting),
                    maxLength=200,
                    autoComplete="off",
                    list="what-if-documents",
                    value="",
                ),
                html.Button(
                    [icon("bi-paperclip"), tell("attach_do", setting)],
                    id=ids.WHAT_IF_ATTACH,
                    className="key",
                ),
                html.Datalist(
                    [html.Option(value=each) for each in documents], id="what-if-documents"
                ),
            ],
            className="proof-form wi-attach",
        ),
    ]


def notes(kept: Sequence[Note], setting: Setting) -> list[Component]:
    """Return what a run is attached to."""
    return [
        html.P(
            [
                icon("bi-paperclip"),
                html.Span(each.words),
                html.Span(
                    f"{each.by} · "
                    + datetime_(each.at_ms, language=setting.language, timezone=setting.timezone),
                    className="quiet",
                ),
            ],
            className="wi-note",
        )
        for each in kept
    ]


def noted(kept: Sequence[Note], setting: Setting) -> Component:
    """Return the place where what a run is attached to stands."""
    return html.Div(notes(kept, setting), id=ids.WHAT_IF_NOTES)


def gone(setting: Setting) -> list[Component]:
    """Say that there is no such run for this person."""
    return [html.P(tell("no_run", setting), className="quiet")]


def recent(runs: Sequence[Listed], setting: Setting) -> list[Component]:
    """Return the newest runs, each a link to its page."""
    if not runs:
        return []
    language, timezone = setting.language, setting.timezone
    rows = [
        html.Li(
            html.A(
                [
                    html.Span(pick(each.title, language), className="wi-run-title"),
                    html.Span(
                        " · ".join(
                            (
                                tell(f"kind.{each.kind}", setting),
                                tell(f"state.{each.state}", setting),
                                datetime_(
                                    each.asked_at_ms,
                                    language=language,
                                    timezone=timezone,
                                    style="short",
                                ),
                                each.by,
                            )
                        ),
                        className="quiet",
                    ),
                ],
                href=f"/what-if?{urlencode({'run': each.job_id})}",
                className="key wi-run-row",
            )
        )
        for each in runs
    ]
    return [
        html.H2(tell("recent", setting)),
        html.Ul(rows, className="scroll wi-entries", tabIndex="0"),
    ]


def step_words(step: str, language: str) -> str:
    """Return what a job is doing in words; the key itself where nobody has words for it."""
    key = f"jobs.step.{step}"
    return text(key, language) if has(key) else step


def progress(job: Job, setting: Setting, *, may_cancel: bool = True) -> Component:
    """Return how far a job is, in words and as a bar, with the key that ends it."""
    waits = job.state == State.QUEUED
    words = tell("state.queued", setting) if waits else step_words(job.step, setting.language)
    share = number(100 * job.progress, "%", decimals=0, language=setting.language)
    cancel = html.Button(
        [icon("bi-x-lg"), tell("cancel", setting)], id=ids.WHAT_IF_CANCEL, className="key"
    )
    return html.Div(
        [
            html.Div([html.Strong(words), html.Span(share)], className="wi-progress-words"),
            html.Progress(
                value=str(job.progress), max="1", **attrs(aria_label=tell("progress", setting))
            ),
            *([cancel] if may_cancel else []),
        ],
        className="wi-progress",
        role="status",
    )


def ended(job: Job, setting: Setting) -> Component:
    """Say why there is no answer, with the engine's own words."""
    if job.state == State.CANCELLED:
        words = tell("state.cancelled", setting)
    else:
        key = f"what_if.problem.{job.code}"
        words = text(key, setting.language) if has(key) else tell("problem.failed", setting)
    return html.Div(
        [
            html.P([icon("bi-x-octagon-fill"), html.Span(words)]),
            *(
                [html.P(say_told(job.reason, setting.language), className="quiet")]
                if job.reason
                else []
            ),
        ],
        className="outcome is-refused",
    )


def _provisional(result: RunResult, setting: Setting) -> Component:
    words = tell("first_picture", setting)
    if result["seeds"]:
        words = tell("provisional", setting, done=result["seedsDone"], of=len(result["seeds"]))
    return html.P([icon("bi-hourglass-split"), html.Strong(words)], className="wi-provisional")
