"""What was known at a minute: the choice of one on a page, and what its band says of it.

The form asks by address, so that what one looks at can be kept as a link, and live is one tap
away (layouts/pages/realm_band.py). Values in, components out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from language import datetime_, number, text
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting, hidden, icon
from layouts.pages.typed_instant import typed_instant

AGAIN_MS = 10 * 60_000  # what nobody asks for is let go after half an hour
PROBLEMS = ("when", "future")


@dataclass(frozen=True, slots=True)
class KnownAsked:
    """What was typed; `realm` of it, or what is wrong with it (a key of known.problem)."""

    date: str  # dd/mm/yyyy
    time: str  # hh:mm
    realm: str | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class KnownView:
    """How it goes with what was known at a minute. phase: waiting, preparing, running, failed,
    unavailable (nobody can find out)."""

    at_ms: float
    phase: str
    progress: float = 0.0

    @property
    def clock_words(self) -> str:
        """The clock of that minute, which stands, as elements carry it (assets/realm.mjs)."""
        clock = {"atMs": 0, "glassAtMs": self.at_ms, "speed": 0, "toAtMs": self.at_ms}
        return json.dumps(clock)


def band(view: KnownView, *, setting: Setting) -> list[Component]:
    """Return what the band says: which minute, that it is not now, and how far it is."""
    at = datetime_(view.at_ms, language=setting.language, timezone=setting.timezone)
    mark = html.Strong(
        [icon("bi-clock-history"), tell("band", setting, at=at)], className="realm-mark"
    )
    done = number(view.progress * 100, "%", decimals=0, language=setting.language)
    said = html.Span(
        tell(f"phase.{view.phase}", setting, done=done), **attrs(data_phase=view.phase)
    )
    return [mark, said]


def picker(
    asked: KnownAsked,
    *,
    path: str,
    kept: Mapping[str, str],
    is_known: bool,
    setting: Setting,
) -> Component:
    """Return the key that opens the choice of a day and a time.

    `kept` is what else the page's address names.
    """
    problem = []
    if asked.problem:
        words = text(f"known.problem.{asked.problem}", setting.language)
        problem = [html.P([icon("bi-exclamation-triangle-fill"), words], className="is-problem")]
    return html.Details(
        [
            html.Summary(
                [icon("bi-clock-history"), html.Span(tell("choose", setting))],
                className="key choice" + (" is-chosen" if is_known else ""),
                title=tell("choose", setting),
                **attrs(aria_label=tell("choose", setting)),
            ),
            html.Form(
                [
                    *(hidden(name, value) for name, value in kept.items()),
                    html.P(tell("what", setting), className="quiet"),
                    *problem,
                    *typed_instant(
                        "known",
                        (asked.date, asked.time),
                        field_ids=(ids.KNOWN_DATE, ids.KNOWN_TIME),
                        tell=lambda word: tell(word, setting),
                    ),
                ],
                action=path,
                method="GET",
                className="known-form",
            ),
            dcc.Interval(id=ids.KNOWN_AGAIN, interval=AGAIN_MS, disabled=not is_known),
        ],
        className="known-choice",
        open=bool(asked.problem),
    )


def tell(name: str, setting: Setting, **values: object) -> str:
    """Return words of the catalogue of what was known."""
    return text(f"known.{name}", setting.language, **values)
