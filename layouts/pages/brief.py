"""The page of the morning and the flash brief: read, made anew, approved, printed, sent to a wall.

Values in, components out. The sentences themselves are `brief_text`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from analytics.brief.finding import Finding
from language import LANGUAGES, text
from layouts import ids
from layouts.pages import passport
from layouts.pages.attributes import attrs
from layouts.pages.brief_text import brief_text
from layouts.pages.data_page import Link
from layouts.pages.in_world import lead_on
from layouts.pages.live import live
from layouts.pages.shell import Setting, busy, icon, shell

KINDS = ("morning", "flash")
STATES = ("draft", "approved")
AGAIN_MS = 1_000  # while a brief is being made


@dataclass(frozen=True, slots=True)
class Place:
    """What the page shows: which brief, as drafted or as approved, in which language."""

    kind: str
    state: str
    language: str

    @property
    def is_draft(self) -> bool:
        """Whether the draft is shown."""
        return self.state == "draft"

    def href(self, **changed: str) -> str:
        """Return the address of this place with something changed."""
        here = {"kind": self.kind, "state": self.state, "language": self.language}
        return f"/brief?{urlencode(here | changed)}"


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert a flash brief can be made of; `about` is "<aggregate>:<id>"."""

    about: str
    title: str
    severity: str


@dataclass(frozen=True, slots=True)
class Model:
    """The language model that can be asked, and how secret what it is sent may be."""

    name: str
    level: str


@dataclass(frozen=True, slots=True)
class BriefView:
    """Everything the page shows."""

    place: Place
    finding: Finding | None
    may_approve: bool
    alerts: tuple[Alert, ...] = ()
    walls: tuple[tuple[str, str], ...] = ()  # id and name of those this person may send it to
    model: Model | None = None
    is_then: bool = False  # of another time than now: it is read, and no more


def page(view: BriefView, *, link: Link, setting: Setting) -> Component:
    """Build the page."""
    place = view.place
    return shell(
        "brief",
        [
            live(["versions", "realms"], language=setting.language, realm=setting.realm, **link),
            dcc.Store(id=ids.BRIEF_SEEN, data=seen(view)),
            dcc.Store(id=ids.BRIEF_JOB),
            dcc.Interval(id=ids.BRIEF_AGAIN, interval=AGAIN_MS, disabled=True),
            html.Div(
                [
                    html.Div(
                        lead_on(head(place, setting=setting), setting.realm),
                        id=ids.BRIEF_HEAD,
                        className="brief-head",
                    ),
                    *setting.ways,
                ],
                className="brief-top",
            ),
            html.Div(
                [
                    html.Section(
                        brief_text(view.finding, place, setting=setting),
                        id=ids.BRIEF_TEXT,
                        className="scroll panel brief-text",
                        tabIndex="0",
                        lang=place.language,
                        **attrs(aria_label=tell(f"page.kind.{place.kind}", setting)),
                    ),
                    html.Section(
                        [
                            html.Div(id=ids.BRIEF_RESULT, role="status", className="brief-result"),
                            html.Div(deeds(view, setting=setting), id=ids.BRIEF_DEEDS),
                            *([_question(view.model, setting)] if view.model is not None else []),
                        ],
                        className="scroll panel brief-side",
                        tabIndex="0",
                    ),
                ],
                className="brief-body",
            ),
            passport.drawer(setting=setting),
        ],
        setting=setting,
    )


def head(place: Place, *, setting: Setting) -> list[Component]:
    """Return the ways to the other briefs, and to the other language of this one."""
    return [_choices(place, setting), _languages(place, setting)]


def seen(view: BriefView) -> dict[str, str]:
    """Return what the page shows, as it is told when somebody approves it."""
    digest = "" if view.finding is None else view.finding.digest
    place = view.place
    return {
        "kind": place.kind,
        "state": place.state,
        "language": place.language,
        "digest": digest,
    }


def deeds(view: BriefView, *, setting: Setting) -> list[Component]:
    """Return what can be done with what is shown."""
    place, finding = view.place, view.finding
    keys: list[Component] = []
    if finding is not None and finding.is_draft and view.may_approve:
        keys += [
            _key("approve", "bi-check2-circle", tell("page.approve", setting), strong=True),
            html.P(tell("page.approve_hint", setting), className="quiet"),
        ]
    if view.may_approve and place.kind == "morning":
        words = tell("page.make_first" if finding is None else "page.make", setting)
        keys.append(_key("make", "bi-arrow-repeat", words, about=place.kind))
        if view.model is not None:
            words = tell("page.rephrase", setting, model=view.model.name)
            keys.append(_key("rephrase", "bi-pencil", words, about=place.kind))
    if finding is not None and not view.is_then:
        keys.append(
            html.A(
                [icon("bi-file-earmark-pdf"), html.Span(tell("page.pdf", setting))],
                href=place.href().replace("/brief?", "/brief/pdf?"),
                className="key",
                download="",
            )
        )
    if finding is not None and not finding.is_draft:
        keys += [
            _key("wall", "bi-display", tell("page.wall", setting, wall=name), about=wall_id)
            for wall_id, name in view.walls
        ]
    parts: list[Component] = [html.Div(keys, className="brief-keys")]
    if place.kind == "flash" and view.may_approve:
        parts.append(_alerts(view.alerts, setting))
    return parts


def tell(key: str, setting: Setting, **values: object) -> str:
    """Return words of the briefs' catalogue."""
    return text(f"brief.{key}", setting.language, **values)


def _key(deed: str, symbol: str, words: str, *, about: str = "", strong: bool = False) -> Component:
    return html.Button(
        [icon(symbol), html.Span(words)],
        id=ids.brief_deed(deed, about),
        className="key" + (" key-main" if strong else ""),
    )


def _alerts(alerts: Sequence[Alert], setting: Setting) -> Component:
    """Return the alerts in force: a tap makes a flash brief of one."""
    if not alerts:
        listed: Component = html.P(tell("page.no_alerts", setting), className="quiet")
    else:
        listed = html.Ul(
            [
                html.Li(
                    html.Button(
                        [
                            html.Span(className=f"t-mark t-mark-{each.severity}"),
                            html.Span(each.title),
                        ],
                        id=ids.brief_deed("flash", each.about),
                        className="key brief-alert",
                    )
                )
                for each in alerts
            ],
            className="brief-alerts",
        )
    return html.Section([html.H2(tell("page.make_flash", setting)), listed])


def _choices(place: Place, setting: Setting) -> Component:
    kinds = [
        _choice(tell(f"page.kind.{kind}", setting), place.href(kind=kind), kind == place.kind)
        for kind in KINDS
    ]
    states = [
        _choice(tell(f"page.state.{state}", setting), place.href(state=state), state == place.state)
        for state in STATES
    ]
    return html.Div(
        [
            html.Nav(kinds, className="data-tabs", **attrs(aria_label=tell("page.kinds", setting))),
            html.Nav(
                states, className="data-tabs", **attrs(aria_label=tell("page.states", setting))
            ),
        ],
        className="brief-choices",
    )


def _languages(place: Place, setting: Setting) -> Component:
    return html.Nav(
        [
            _choice(
                text("pages.language.name", each), place.href(language=each), each == place.language
            )
            for each in LANGUAGES
        ],
        className="data-tabs",
        **attrs(aria_label=tell("page.language", setting)),
    )


def _choice(words: str, href: str, is_here: bool) -> Component:
    return html.A(
        words,
        href=href,
        className="key data-tab" + (" is-here" if is_here else ""),
        **attrs(aria_current="page" if is_here else None),
    )


def _question(model: Model, setting: Setting) -> Component:
    level = text(f"pages.level.{model.level}", setting.language)
    return html.Section(
        [
            html.H2(tell("page.ask", setting)),
            html.Div(
                [
                    html.Label(
                        tell("page.question", setting),
                        htmlFor=ids.BRIEF_QUESTION,
                        className="visually-hidden",
                    ),
                    dcc.Input(
                        id=ids.BRIEF_QUESTION,
                        type="text",
                        maxLength=400,
                        className="field",
                        autoComplete="off",
                    ),
                    html.Button(tell("page.ask_send", setting), id=ids.BRIEF_ASK, className="key"),
                ],
                className="brief-question",
            ),
            html.P(
                tell("page.ask_hint", setting, level=level, model=model.name), className="quiet"
            ),
            busy(ids.BRIEF_ASKING, tell("page.busy", setting)),
            html.Div(id=ids.BRIEF_ANSWER, role="status", className="brief-answer"),
        ]
    )
