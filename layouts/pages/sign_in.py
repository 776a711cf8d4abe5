"""The sign-in page: a form, and on a machine of one's own the demo accounts as one-tap keys.

A plain form that posts, so that password managers know it. Says why a sign-in was refused, never
which part of it was wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from data_access.envelope import Text
from language import duration, text
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.shell import HIDDEN, brand, hidden, icon, language_choice

REFUSALS = ("wrongCredentials", "tooManyAttempts", "staleForm")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the last attempt failed; `wait_s` until the next one is looked at."""

    code: str
    wait_s: int = 0


def page(
    *,
    city: Text,
    room: Text,
    language: str,
    csrf_token: str,
    onward: str,
    timezone: str = "",
    demo_accounts: Sequence[tuple[str, str]] = (),
    refusal: Refusal | None = None,
) -> Component:
    """Build the page; `demo_accounts` are (user_id, role), `onward` the path to go on to."""

    def say(key: str, **values: object) -> str:
        return text(f"pages.sign_in.{key}", language, **values)

    fields = [
        hidden("csrf_token", csrf_token),
        hidden("next", onward),
        html.Label(say("user"), htmlFor=ids.SIGN_IN_USER),
        dcc.Input(
            id=ids.SIGN_IN_USER,
            name="user",
            type="text",
            autoComplete="username",
            autoFocus=True,
            spellCheck=False,
            required=True,
        ),
        html.Label(say("password"), htmlFor=ids.SIGN_IN_PASSWORD),
        dcc.Input(
            id=ids.SIGN_IN_PASSWORD,
            name="password",
            type="password",
            autoComplete="current-password",
            required=True,
        ),
        *_refused(refusal, language),
        html.Button(say("enter"), type="submit", className="key key-main sign-in-enter"),
    ]
    card: list[Component] = [
        html.H1(say("title"), className="sign-in-title"),
        html.Form(fields, action="/session/sign-in", method="POST", className="sign-in-form"),
    ]
    if demo_accounts:
        card.append(_demo(demo_accounts, language, csrf_token=csrf_token, onward=onward))
    return html.Div(
        [
            html.Header(
                [
                    brand(city, room, language),
                    language_choice(language, csrf_token=csrf_token, path=_back(onward)),
                ],
                className="sign-in-head",
            ),
            html.Main(
                [
                    _picture(timezone),
                    html.Div(card, className="sign-in-card"),
                ],
                id="main",
                className="sign-in-main",
            ),
        ],
        className="shell sign-in",
        lang=language,
    )


def _refused(refusal: Refusal | None, language: str) -> list[Component]:
    if refusal is None:
        return []
    code = refusal.code if refusal.code in REFUSALS else "wrongCredentials"
    words = text(
        f"pages.sign_in.refused.{code}",
        language,
        wait=duration(refusal.wait_s, language=language),
    )
    return [html.P([icon("bi-exclamation-triangle-fill"), words], className="sign-in-refused",
                   role="alert")]  # fmt: skip


def _demo(
    accounts: Sequence[tuple[str, str]], language: str, *, csrf_token: str, onward: str
) -> Component:
    keys = [
        html.Button(
            [
                html.Span(text(f"people.role.{role}", language), className="demo-role"),
                html.Span(text(f"pages.sign_in.demo.{role}", language), className="demo-what"),
            ],
            type="submit",
            name="demo",
            value=user_id,
            className="key demo-key",
        )
        for user_id, role in accounts
    ]
    return html.Form(
        [
            hidden("csrf_token", csrf_token),
            hidden("next", onward),
            html.H2(text("pages.sign_in.demo.title", language), className="demo-title"),
            html.P(text("pages.sign_in.demo.only_here", language), className="demo-note"),
            html.Div(keys, className="demo-keys"),
        ],
        action="/session/sign-in",
        method="POST",
        className="sign-in-demo",
    )


def _picture(timezone: str) -> Component:
    """The room's time over a wall at rest: what one signs in to."""
    return html.Div(
        [
            html.Div(
                [
                    html.Time(
                        className="ioc-clock sign-in-time",
                        **attrs(data_format="time", data_timezone=timezone),
                    ),
                    html.Time(
                        className="ioc-clock sign-in-date",
                        **attrs(data_format="date", data_timezone=timezone),
                    ),
                ],
                className="sign-in-clock",
            ),
            html.Div([html.I() for _ in range(8)], className="drawn-wall drawn-4x2"),
        ],
        className="sign-in-picture",
        **HIDDEN,
    )


def _back(onward: str) -> str:
    return "/sign-in" if onward == "/" else f"/sign-in?next={onward}"
