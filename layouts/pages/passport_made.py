"""What a passport says of a figure that work has made: the run, its fit, its limits, and the same
run once more.

Values in, components out; what is in them is `callbacks.made_by`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dash import dcc, html
from dash.development.base_component import Component

from jobs.job import Job, State
from language import number
from layouts import ids
from layouts.pages.passport_words import Fact, facts_of, part, tell
from layouts.pages.shell import Setting, icon
from layouts.pages.what_if_run import ended, progress

POLL_MS = 1_000
LEAST_HASH = 16


@dataclass(frozen=True, slots=True)
class Again:
    """What can be done again, a run by its job or a forecast; and the newest time it was asked for.

    `words` are those of the catalogue: again (a run), said (a forecast).
    """

    job_id: str
    result_hash: str
    may_ask: bool
    asked: Job | None = None
    at: str = ""  # when that was done, in words
    words: Literal["again", "said"] = "again"


@dataclass(frozen=True, slots=True)
class MadeView:
    """The work behind a figure, in words."""

    facts: tuple[Fact, ...]
    fit: tuple[str, ...]  # of a twin: the state, why, its figures
    limits: tuple[str, ...]
    again: Again | None = None  # None: it cannot be done again as it was
    errors: tuple[str, ...] = ()  # of a forecast: by what it was made, and how wrong that was
    evidence: tuple[str, ...] = ()  # of an alert: what bears it out, and what people said of it


def made(view: MadeView, setting: Setting) -> list[Component]:
    """Return the parts of a passport that are of the work."""
    parts = [part("run", [facts_of(view.facts)], setting)] if view.facts else []
    if view.again is not None:
        place = html.Div(again(view.again, setting), id=ids.PASSPORT_AGAIN)
        run = dcc.Store(id=ids.PASSPORT_RUN, data=view.again.job_id)
        parts.append(part("again", [run, place], setting))
    for name, lines in (
        ("evidence", view.evidence),
        ("fit", view.fit),
        ("errors", view.errors),
        ("limits", view.limits),
    ):
        if lines:
            listed = html.Ul([html.Li(each) for each in lines], className="passport-steps")
            parts.append(part(name, [listed], setting))
    return parts


def again(run: Again, setting: Setting) -> list[Component]:
    """Return whether a run comes out the same when it is done again, and the key that asks that."""
    asked = run.asked
    is_under_way = asked is not None and not asked.has_ended
    parts: list[Component] = [html.P(tell(f"{run.words}.about", setting), className="quiet")]
    if asked is not None:
        parts += _outcome(run, asked, setting)
    parts.append(
        html.Button(
            [icon("bi-arrow-repeat"), html.Span(tell(f"{run.words}.do", setting))],
            id=ids.PASSPORT_AGAIN_KEY,
            className="key",
            hidden=is_under_way or not run.may_ask,
        )
    )
    poll = dcc.Interval(id=ids.PASSPORT_AGAIN_POLL, interval=POLL_MS, disabled=not is_under_way)
    return [*parts, poll]


def _outcome(run: Again, asked: Job, setting: Setting) -> Sequence[Component]:
    if not asked.has_ended:
        return [progress(asked, setting, may_cancel=False)]
    if asked.state != State.DONE or asked.result is None:
        return [ended(asked, setting)]
    found = str(asked.result.get("hash", ""))
    is_same = found == run.result_hash
    code, symbol = ("same", "bi-check2-circle") if is_same else (
        "differs", "bi-exclamation-triangle-fill")  # fmt: skip
    count = number(asked.result.get("values"), decimals=0, language=setting.language)
    words = tell(f"{run.words}.{code}", setting, at=run.at, hash=found[:LEAST_HASH], count=count)
    return [
        html.P(
            [icon(symbol), html.Span(words)],
            className="passport-verdict" + ("" if is_same else " is-problem"),
        )
    ]
