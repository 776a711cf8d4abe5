"""Requests without a category, each with the one its words suggest: a person decides.

Beside every suggestion stands how sure the model is and how often such suggestions were right on
texts it had not seen. Nothing is decided by itself, and nothing changes in the system a request
came from. Forms, so that nothing is said twice by a reload. Values in, components out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from language import text
from layouts.pages.attributes import attrs
from layouts.pages.data_page import Link, data_page
from layouts.pages.shell import Setting, hidden, icon

PATH = "/data/triage"
LABELS_PATH = "/data/triage/labels"
PROBLEMS = ("forbidden", "unknown", "unreadable")
NONE_FITS = "other"


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as it is triaged; `suggested` and `chosen` are ids of categories."""

    request_id: str
    words: str
    when: str
    suggested: str
    suggested_name: str
    measured: str  # how sure, and how often such suggestions were right


@dataclass(frozen=True, slots=True)
class DecidedView:
    """What somebody decided."""

    request_id: str
    words: str  # who chose what, when
    is_right: bool


@dataclass(frozen=True, slots=True)
class TriageView:
    """All that the page shows; `reason` says why there is nothing."""

    requests: tuple[RequestView, ...]
    total: int
    decided: tuple[DecidedView, ...]
    taken: str  # what share of suggestions people took
    measured: tuple[str, ...]  # how good suggestions are, learned from what
    categories: tuple[tuple[str, str], ...]  # id, name
    may_decide: bool
    reason: str = ""
    problem: str = ""


def page(view: TriageView, *, link: Link, setting: Setting) -> Component:
    """Build the page."""
    head = html.P(tell("count", setting, count=view.total), className="quiet data-count")
    body = html.Div(
        [
            html.Section(_requests(view, setting), className="scroll triage-list", tabIndex="0"),
            html.Section(_beside(view, setting), className="scroll triage-side", tabIndex="0"),
        ],
        className="triage",
    )
    return data_page("triage", [head], [body], link=link, setting=setting)


def tell(name: str, setting: Setting, **values: object) -> str:
    """Return words of the triage's catalogue."""
    return text(f"triage.{name}", setting.language, **values)


def _requests(view: TriageView, setting: Setting) -> list[Component]:
    parts: list[Component] = []
    if view.problem:
        parts.append(
            html.P([icon("bi-exclamation-triangle-fill"), tell(f"problem.{view.problem}", setting)],
                   className="is-problem", role="alert")
        )  # fmt: skip
    parts += [html.H2(tell("title", setting)), html.P(tell("what", setting), className="quiet")]
    if view.reason or not view.requests:
        return [*parts, html.P(view.reason or tell("nothing", setting))]
    cards = [_card(each, view, setting) for each in view.requests]
    return [*parts, html.Ul(cards, className="triage-cards")]


def _card(request: RequestView, view: TriageView, setting: Setting) -> Component:
    return html.Li(
        [
            html.Div(
                [
                    html.P(f"“{request.words}”", className="triage-words"),
                    html.P(request.when, className="quiet"),
                    html.P(
                        [tell("suggested", setting), " ", html.Strong(request.suggested_name)],
                        className="triage-suggested",
                    ),
                    html.P(request.measured, className="quiet"),
                ]
            ),
            *([_form(request, view.categories, setting)] if view.may_decide else []),
        ],
        id=request.request_id,
        className="triage-card",
    )


def _form(
    request: RequestView, categories: Sequence[tuple[str, str]], setting: Setting
) -> Component:
    others = [each for each in categories if each[0] not in (request.suggested, NONE_FITS)]
    return html.Form(
        [
            hidden("csrf_token", setting.csrf_token),
            hidden("request", request.request_id),
            html.Button(
                [icon("bi-check2"), tell("take", setting, category=request.suggested_name)],
                type="submit", name="take", value=request.suggested, className="key choice",
            ),
            html.Div(
                [
                    html.Select(
                        [html.Option(tell("another", setting), value=""),
                         *(html.Option(told, value=each) for each, told in others)],
                        name="category", **attrs(aria_label=tell("another", setting)),
                    ),
                    html.Button(tell("choose", setting), type="submit", className="key choice"),
                ],
                className="triage-another",
            ),
            html.Button(
                [icon("bi-x-lg"), tell("none", setting)],
                type="submit", name="take", value=NONE_FITS, className="key choice",
            ),
        ],
        action=LABELS_PATH, method="POST", className="triage-form",
        **attrs(aria_label=tell("ask", setting)),
    )  # fmt: skip


def _beside(view: TriageView, setting: Setting) -> list[Component]:
    parts: list[Component] = [html.H2(tell("measured", setting))]
    parts += [html.P(words) for words in view.measured or (tell("unmeasured", setting),)]
    parts += [html.H2(tell("by_people", setting)), html.P(view.taken)]
    if view.decided:
        rows = [
            html.Li([icon("bi-check2" if each.is_right else "bi-arrow-left-right"), each.words])
            for each in view.decided
        ]
        parts.append(html.Ul(rows, className="triage-decided"))
    return parts
