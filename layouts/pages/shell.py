"""What every signed-in page has around it: where one is, where one may go, who one is.

Plain links and forms: another page is another load, so nothing of the one before stays in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data_access.envelope import Text
from language import LANGUAGES, pick, text
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.in_world import in_world
from layouts.pages.live import live_state
from permissions.roles import Person, Right

HIDDEN: dict[str, Any] = {"aria-hidden": "true"}
PAGES = (
    ("room", "/", Right.SEE_ROOM, "bi-grid-1x2"),
    ("operator", "/operator", Right.SEE_OPERATOR, "bi-sliders"),
    ("console", "/console", Right.SEE_CONSOLE, "bi-bar-chart-line"),
    ("brief", "/brief", Right.SEE_CONSOLE, "bi-file-text"),
    ("what_if", "/what-if", Right.SEE_TWINS, "bi-signpost-2"),
    ("data", "/data", Right.SEE_CONSOLE, "bi-journal-text"),
    ("signals", "/signals", Right.APPROVE_SIGNALS, "bi-stoplights"),
    ("proof", "/proof", Right.READ_PROOF, "bi-clock-history"),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the shell needs to know of place, person and request."""

    city: Text
    room: Text
    person: Person
    language: str
    timezone: str
    csrf_token: str
    path: str  # with its query: where a change of language returns to
    realm: str = "live"  # the world whose numbers the page shows
    realm_clock: str = ""  # what time it is there, as elements carry it (assets/realm.mjs)
    band: tuple[Component, ...] = ()  # what says that it is not live (realm_band)
    ways: tuple[Component, ...] = ()  # to the worlds this page can show (page_realm)
    of_now: tuple[Component, ...] = ()  # why a page shows now, though another world was asked for
    absent: tuple[str, ...] = ()  # pages that this city has nothing for


def shell(page: str, children: Sequence[Component], *, setting: Setting) -> Component:
    """Return the page around `children`; `page` is its name in PAGES."""
    return html.Div(
        [
            html.A(say("skip", setting), href="#main", className="skip"),
            html.Header(
                [
                    brand(setting.city, setting.room, setting.language),
                    _navigation(page, setting),
                    live_state(setting.language),
                    _clock(setting),
                    language_choice(
                        setting.language, csrf_token=setting.csrf_token, path=setting.path
                    ),
                    _person(setting),
                ],
                className="shell-head",
            ),
            html.Div(list(setting.band), id=ids.REALM_BAND, className="realm-band", role="status"),
            html.Main(
                [*_heading(page, setting), *setting.of_now, *children],
                id=ids.REALM_CLOCK,
                className=f"page page-{page}",
                tabIndex="-1",
                **attrs(data_realm=setting.realm, data_realm_clock=setting.realm_clock),
            ),
        ],
        className="shell" + (" is-exercise" if setting.band else ""),
        lang=setting.language,
    )


def _heading(page: str, setting: Setting) -> list[Component]:
    """Return the page's name for readers of the page's structure; a notice has its own."""
    if page not in {name for name, *_ in PAGES}:
        return []
    return [html.H1(say(f"title.{page}", setting), className="visually-hidden")]


def brand(city: Text, room: Text, language: str) -> Component:
    """Return the room's and the city's name beside a small wall."""
    return html.Div(
        [
            html.Span([html.I() for _ in range(6)], className="mark-wall", **HIDDEN),
            html.Div(
                [
                    html.Div(pick(room, language), className="brand-room"),
                    html.Div(pick(city, language), className="brand-city"),
                ]
            ),
        ],
        className="brand",
    )


def language_choice(language: str, *, csrf_token: str, path: str) -> Component:
    """Return one button a language; the one in use is pressed."""
    return html.Form(
        [
            hidden("csrf_token", csrf_token),
            hidden("next", path),
            *(
                html.Button(
                    each.upper(),
                    type="submit",
                    name="language",
                    value=each,
                    className="key key-language",
                    lang=each,
                    title=text("pages.language.name", each),
                    **attrs(
                        aria_pressed="true" if each == language else "false",
                        aria_label=text("pages.language.name", each),
                    ),
                )
                for each in LANGUAGES
            ),
        ],
        action="/session/language",
        method="POST",
        className="language-choice",
    )


def busy(component_id: str, words: str) -> Component:
    """Return what says that a command is on its way; its callback shows it while it runs."""
    return html.Div(
        [html.Span(className="busy-mark", **HIDDEN), words],
        id=component_id,
        className="busy",
        hidden=True,
        role="status",
    )


def hidden(name: str, value: str) -> Component:
    """Return a hidden field of a form."""
    return dcc.Input(type="hidden", name=name, value=value)


def icon(name: str) -> Component:
    """Return an icon that says nothing its words do not say."""
    return html.I(className=f"bi {name}", **HIDDEN)


def say(key: str, setting: Setting, **values: object) -> str:
    """Return words of the pages' catalogue."""
    return text(f"pages.{key}", setting.language, **values)


def person_name(who: Person, language: str) -> str:
    """Return a person's name; a demo account is named by its role."""
    return text(f"people.demo.{who.role}", language) if who.demo else who.name


def _navigation(page: str, setting: Setting) -> Component:
    return html.Nav(
        [
            html.A(
                [icon(symbol), html.Span(say(f"nav.{name}", setting))],
                href=in_world(path, setting.realm),
                className="nav-link" + (" is-here" if name == page else ""),
                **attrs(aria_current="page" if name == page else None),
            )
            for name, path, right, symbol in PAGES
            if setting.person.may(right) and name not in setting.absent
        ],
        className="shell-nav",
        **attrs(aria_label=say("nav.label", setting)),
    )


def _clock(setting: Setting) -> Component:
    return html.Div(
        [
            html.Time(
                className="ioc-clock shell-time",
                **attrs(data_format="time", data_timezone=setting.timezone),
            ),
            html.Time(
                className="ioc-clock shell-date",
                **attrs(data_format="date", data_timezone=setting.timezone),
            ),
        ],
        className="shell-clock",
    )


def _person(setting: Setting) -> Component:
    who = setting.person
    return html.Form(
        [
            hidden("csrf_token", setting.csrf_token),
            html.Div(
                [
                    html.Div(person_name(who, setting.language), className="person-name"),
                    html.Div(
                        text(f"people.role.{who.role}", setting.language), className="person-role"
                    ),
                ],
                className="person",
            ),
            html.Button(
                icon("bi-box-arrow-right"),
                type="submit",
                className="key key-icon",
                title=say("sign_out", setting),
                **attrs(aria_label=say("sign_out", setting)),
            ),
        ],
        action="/session/sign-out",
        method="POST",
        className="shell-person",
    )
