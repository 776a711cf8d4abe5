"""What came of a command, in words: shared by operator and console."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from language import moment
from layouts.pages.shell import Setting, icon


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command: done or not, in one sentence, and per output."""

    done: bool
    words: str
    details: tuple[str, ...] = ()
    at_ms: float | None = None


def result(outcome: Outcome, *, now_ms: float, setting: Setting) -> Component:
    """Return what came of the last command, and what went wrong on which output."""
    is_troubled = outcome.done and bool(outcome.details)
    symbol = "bi-check-circle" if outcome.done else "bi-x-octagon-fill"
    symbol = "bi-exclamation-triangle-fill" if is_troubled else symbol
    at = moment(
        outcome.at_ms or now_ms,
        now=now_ms,
        language=setting.language,
        timezone=setting.timezone,
        seconds=True,
    )
    return html.Div(
        [
            html.P([icon(symbol), html.Span(outcome.words), html.Span(at, className="quiet")]),
            *([html.Ul([html.Li(each) for each in outcome.details])] if outcome.details else []),
        ],
        className="outcome "
        + ("is-troubled" if is_troubled else "is-done" if outcome.done else "is-refused"),
    )
