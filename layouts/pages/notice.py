"""Pages that say why there is nothing here: unknown address, other roles only."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from language import text
from layouts.pages.shell import Setting, icon, person_name, say, shell


def not_found(setting: Setting) -> Component:
    """Say that there is no such page."""
    return _notice("bi-signpost-split", say("not_found.title", setting), "", setting)


def forbidden(setting: Setting) -> Component:
    """Say that the page is for other roles, and who one is."""
    words = say(
        "forbidden.words",
        setting,
        name=person_name(setting.person, setting.language),
        role=text(f"people.role.{setting.person.role}", setting.language).lower(),
    )
    return _notice("bi-shield-lock", say("forbidden.title", setting), words, setting)


def no_walls(setting: Setting) -> Component:
    """Say that this city has no walls, of which the page would tell."""
    return _notice("bi-display", say("no_walls.title", setting), say("no_walls.words", setting),
                   setting)  # fmt: skip


def _notice(symbol: str, title: str, words: str, setting: Setting) -> Component:
    return shell(
        "notice",
        [
            html.Div(
                [
                    icon(symbol),
                    html.H1(title),
                    *([html.P(words)] if words else []),
                    html.A(say("not_found.back", setting), href="/", className="key key-main"),
                ],
                className="notice",
            )
        ],
        setting=setting,
    )
